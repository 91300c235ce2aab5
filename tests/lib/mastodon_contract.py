"""Mastodon.py as a contract: what may be asked, and what an answer looks like.

Nobody here wrote it: the package names every parameter of every call, and every field of every
entity with its type, from the server's own documentation.
"""

from __future__ import annotations

import inspect
import re
import typing
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mastodon import Mastodon, return_types
from mastodon.types_base import AttribAccessDict, resolve_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_ID = "[0-9]+"
_CALLS: list[tuple[str, Callable[..., Any], Any]] = [
    (r"/api/v1/accounts/lookup", Mastodon.account_lookup, return_types.Account),
    (rf"/api/v1/accounts/{_ID}", Mastodon.account, return_types.Account),
    (
        rf"/api/v1/accounts/{_ID}/statuses",
        Mastodon.account_statuses,
        list[return_types.Status],
    ),
    (r"/api/v1/statuses", Mastodon.statuses, list[return_types.Status]),
    (rf"/api/v1/statuses/{_ID}", Mastodon.status, return_types.Status),
    (
        rf"/api/v1/statuses/{_ID}/history",
        Mastodon.status_history,
        list[return_types.StatusEdit],
    ),
]
_ALIASES = {"id[]": "ids"}
_LARGEST = {"limit": 40, "ids": 20}


def _call(path: str) -> tuple[Callable[..., Any], Any] | None:
    for pattern, method, answer in _CALLS:
        if re.fullmatch(pattern, path):
            return method, answer
    return None


def wrong_in_request(path: str, query: Mapping[str, Sequence[str]]) -> str:
    """Return what Mastodon.py's calls do not know of a request; empty if it is right."""
    call = _call(path)
    if call is None:
        return f"no such call: {path}"
    known = inspect.signature(call[0]).parameters
    for name, values in query.items():
        plain = _ALIASES.get(name, name)
        if plain not in known:
            return f"unknown parameter: {name}"
        if plain == "ids" and len(values) > _LARGEST["ids"]:
            return "more ids than are answered"
        if plain == "limit" and not 1 <= int(values[0]) <= _LARGEST["limit"]:
            return f"limit {values[0]}"
    return ""


def wrong_in_answer(path: str, answer: Any) -> str:
    """Return what Mastodon.py's entities do not foresee in an answer."""
    call = _call(path)
    return f"no such call: {path}" if call is None else _wrong(answer, call[1], path)


def _wrong(value: Any, expected: Any, where: str) -> str:
    if isinstance(expected, str):
        expected = eval(expected, vars(return_types))  # noqa: S307 - the package's own annotations
    origin, inside = typing.get_origin(expected), typing.get_args(expected)
    if origin is typing.Union:
        return min((_wrong(value, each, where) for each in inside), key=len)
    if origin is list or (isinstance(origin, type) and issubclass(origin, list)):
        if not isinstance(value, list):
            return f"{where} is no list"
        return next(filter(None, (_wrong(each, inside[0], where) for each in value)), "")
    resolved: Any = resolve_type(expected)  # type: ignore[no-untyped-call]
    if isinstance(resolved, type) and issubclass(resolved, AttribAccessDict):
        return _wrong_entity(value, resolved, where)
    return _wrong_plain(value, resolved, where)


def _wrong_entity(value: Any, entity: type, where: str) -> str:
    if not isinstance(value, dict):
        return f"{where} is no {entity.__name__}"
    known = entity.__annotations__
    for name, inner in value.items():
        if name not in known:
            return f"{entity.__name__} has no {name}"
        if wrong := _wrong(inner, known[name], f"{where}.{name}"):
            return wrong
    return ""


def _wrong_plain(value: Any, expected: Any, where: str) -> str:
    if expected in {str, int, bool, float}:
        return "" if type(value) is expected else f"{where} is no {expected.__name__}"
    if expected is type(None):
        return "" if value is None else f"{where} is not null"
    if expected is datetime:
        try:
            return "" if datetime.fromisoformat(value).tzinfo else f"{where} has no zone"
        except (TypeError, ValueError):
            return f"{where} is no instant"
    if getattr(expected, "__name__", "") == "MaybeSnowflakeIdType":
        return "" if isinstance(value, str) else f"{where} is no id"
    return ""
