"""The annotated sample configuration, written from the settings' own declarations.

`clerkwatch init` writes it, the end-to-end tests start from it, and the table in
``docs/operators/configuration.md`` is made by `reference`: one source, no drift.
"""

from __future__ import annotations

import json
import re
import types
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel

from config.settings import AccountEntry, Budget, Inbox, Person, PollEntry, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic.fields import FieldInfo

_HEAD = """\
# clerkwatch's configuration. Read at start; `clerkwatch status` says when it has changed since.
# Secrets never stand here: see `credential` below.
# Relative paths are resolved against $STATE_DIRECTORY (under systemd: /var/lib/clerkwatch),
# else against this file's own folder.
# Check it with: clerkwatch doctor
"""
_TABLES: dict[str, type[BaseModel]] = {
    "people": Person,
    "accounts": AccountEntry,
    "polls": PollEntry,
}
_WITHIN: dict[str, tuple[str, type[BaseModel]]] = {"mail": ("inbox", Inbox)}
"""Tables within tables, which may be left out as a whole."""
_WIDTH = 34
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")


def sample(answers: Mapping[str, Any]) -> str:
    """Return a complete, commented configuration.

    Args:
        answers: Values by dotted key (``council.name``); what is required and not answered
            takes its example, what is optional stands there as a comment.

    Returns:
        TOML that `config.settings.load` accepts as it is.
    """
    lines = [_HEAD]
    for name, field in Settings.model_fields.items():
        lines += ["", f"# {field.description}"]
        if name in _TABLES:
            live = name == "people"
            lines += _table(f"[[{name}]]", _TABLES[name], name, answers, live=live)
        elif name == "budget":
            lines += _table("[budget.x]", Budget, "budget.x", answers, live=True)
        else:
            model = field.annotation
            if isinstance(model, type) and issubclass(model, BaseModel):
                lines += _table(f"[{name}]", model, name, answers, live=True)
        if name in _WITHIN:
            table, within = f"{name}.{_WITHIN[name][0]}", _WITHIN[name][1]
            live = any(key.startswith(f"{table}.") for key in answers)
            lines += ["", f"# {' '.join((within.__doc__ or '').split())}"]
            lines += _table(f"[{table}]", within, table, answers, live=live)
    return "\n".join(lines) + "\n"


def reference() -> list[tuple[str, str, str, str]]:
    """Return every key: (dotted key, default or "required", example, meaning)."""
    rows: list[tuple[str, str, str, str]] = []
    for name, field in Settings.model_fields.items():
        model = _TABLES.get(name) or (Budget if name == "budget" else field.annotation)
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            continue
        prefix = {"budget": "budget.<platform>"}.get(name, name)
        rows += _rows(prefix, model)
        if name in _WITHIN:
            rows += _rows(f"{prefix}.{_WITHIN[name][0]}", _WITHIN[name][1])
    return rows


def _rows(prefix: str, model: type[BaseModel]) -> Iterator[tuple[str, str, str, str]]:
    inner = {within for _, within in _WITHIN.values()}
    for key, field in model.model_fields.items():
        if not inner.isdisjoint(get_args(field.annotation)):
            continue
        default = (
            "required"
            if field.is_required()
            else toml(field.get_default(call_default_factory=True))
        )
        yield f"{prefix}.{key}", default, toml(_example(field)), _said(field)


def _table(
    header: str, model: type[BaseModel], prefix: str, answers: Mapping[str, Any], *, live: bool
) -> Iterator[str]:
    yield header if live else f"# {header}"
    tables = {within for _, within in _WITHIN.values()}
    for key, field in model.model_fields.items():
        if not tables.isdisjoint(get_args(field.annotation)):
            continue
        answered = f"{prefix}.{key}" in answers
        value = answers.get(f"{prefix}.{key}", _example(field))
        shown = f"{key} = {toml(value)}"
        is_set = live and (answered or field.is_required() or _has_value(field))
        yield f"{shown if is_set else f'# {shown}':<{_WIDTH}} # {_said(field)}"


def _has_value(field: FieldInfo) -> bool:
    """Return whether the default says something a person would want to see and change."""
    return field.get_default(call_default_factory=True) not in (None, "", (), {})


def _said(field: FieldInfo) -> str:
    return str(field.description)


def _example(field: FieldInfo) -> object:
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    if default not in (None, "", (), {}):
        return default
    if field.examples:
        return field.examples[0]
    if default is not None:
        return default
    kind = field.annotation
    inner = [a for a in get_args(kind) if a is not types.NoneType] if get_origin(kind) else [kind]
    if datetime in inner:
        return "2027-05-07T00:00:00+01:00"
    return ""


def toml(value: object) -> str:
    """Return one value as TOML.

    Raises:
        TypeError: A kind of value that no setting has.
    """
    match value:
        case bool():
            said = "true" if value else "false"
        case Enum():
            said = json.dumps(value.value)
        case timedelta():
            said = json.dumps(_span(value))
        case time():
            said = json.dumps(value.strftime("%H:%M"))
        case datetime() | date():
            said = value.isoformat()
        case int() | float() | Decimal():
            said = str(value)
        case str() | Path():
            said = _text(str(value))
        case list() | tuple() | dict():
            said = _many(value)
        case None:
            said = '""'
        case _:
            raise TypeError(f"no TOML for {type(value).__name__}")
    return said


def _many(values: list[object] | tuple[object, ...] | dict[str, object]) -> str:
    if isinstance(values, dict):
        pairs = (f"{json.dumps(key)} = {toml(value)}" for key, value in values.items())
        return "{" + ", ".join(pairs) + "}"
    return "[" + ", ".join(toml(value) for value in values) + "]"


def _text(value: str) -> str:
    if _INSTANT.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _span(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def answers_of(given: Mapping[str, str]) -> dict[str, Any]:
    """Turn typed answers into values of the settings' own kinds.

    Args:
        given: Text by dotted key; what should be a number and is none stays text, and is
            refused with its key when the whole is checked.
    """
    return {
        key: int(text)
        if _field(key).annotation is int and text.isascii() and text.isdigit()
        else text
        for key, text in given.items()
    }


def default_of(key: str) -> str:
    """Return what a question proposes: the field's example or default, as plain text.

    Raises:
        KeyError: There is no such setting.
    """
    value = _example(_field(key))
    return str(value.value if isinstance(value, Enum) else value)


def _field(key: str) -> FieldInfo:
    """Return the declaration of a dotted key."""
    section, _, name = key.partition(".")
    model = _TABLES.get(section) or Settings.model_fields[section].annotation
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise KeyError(key)
    return model.model_fields[name]
