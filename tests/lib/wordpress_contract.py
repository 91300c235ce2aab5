"""WordPress' own description of its interface as a contract: its index, and its schemas.

Nobody here wrote it: `wordpress_contract.json` is what WordPress 6.1.9 answered to ``/wp-json``
and to ``OPTIONS`` of each route, without its prose. The test against a real WordPress compares.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ONE_POST = "/wp/v2/posts/(?P<id>[\\d]+)"
_EVERYWHERE = {"_fields", "_embed", "rest_route"}
_BESIDE = {"_links", "_embedded"}
_KINDS: dict[str, Any] = {
    "integer": int,
    "string": str,
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


@cache
def document() -> dict[str, Any]:
    """Return what WordPress says of its interface."""
    whole: dict[str, Any] = json.loads(
        Path(__file__).with_name("wordpress_contract.json").read_text("utf-8")
    )
    return whole


def _route(path: str) -> str | None:
    """Return the route of a path; a site's own kind of posts has those of posts."""
    for route in document()["routes"]:
        if re.fullmatch(route, path):
            found: str = route
            return found
    own = re.fullmatch(r"/wp/v2/(?!users|types|media)[a-z_-]+(/\d+)?", path)
    if own is None:
        return None
    return _ONE_POST if own[1] else _ONE_POST.rpartition("/")[0]


def wrong_in_request(path: str, query: Mapping[str, Sequence[str]]) -> str:
    """Return what WordPress does not know of a request; empty if it is right."""
    if path in {"/", "/wp/v2/types"}:
        return ""
    route = _route(path)
    if route is None:
        return f"no such route: {path}"
    known = document()["routes"][route]
    for name, values in query.items():
        plain = name.removesuffix("[]")
        if plain in _EVERYWHERE:
            continue
        if plain not in known:
            return f"unknown parameter: {name}"
        for value in values:
            if wrong := _wrong_value(value, known[plain]):
                return f"{name}={value}: {wrong}"
    return ""


def _wrong_value(value: str, stated: Mapping[str, Any]) -> str:
    kind = stated.get("type")
    if kind == "array":
        return _wrong_value(value, stated.get("items", {}))
    if kind == "integer":
        if not value.isdigit():
            return "no number"
        low, high = stated.get("minimum", 0), stated.get("maximum", 2**31)
        return "" if low <= int(value) <= high else f"not from {low} to {high}"
    return "not one of them" if "enum" in stated and value not in stated["enum"] else ""


def wrong_in_answer(path: str, answer: Any) -> str:
    """Return what WordPress' schema does not foresee in an answer."""
    route = _route(path)
    if route is None or not isinstance(answer, (list, dict)):
        return ""
    schema = document()["schemas"][route]
    each = answer if isinstance(answer, list) else [answer]
    return next(filter(None, (_wrong_fields(one, schema, path) for one in each)), "")


def _wrong_fields(value: Any, schema: Mapping[str, Any], where: str) -> str:
    if not isinstance(value, dict):
        return f"{where} is no object"
    for name, inner in value.items():
        if name in _BESIDE:
            continue
        if name not in schema:
            return f"{where} has no {name}"
        if wrong := _wrong(inner, schema[name], f"{where}.{name}"):
            return wrong
    return ""


def _wrong(value: Any, stated: Mapping[str, Any], where: str) -> str:
    kinds = stated.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if kinds and not any(type(value) is _KINDS[kind] for kind in kinds):
        return f"{where} is none of {kinds}"
    if isinstance(value, dict) and stated.get("properties"):
        return _wrong_fields(value, stated["properties"], where)
    return ""
