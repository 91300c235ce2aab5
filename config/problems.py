"""Turns pydantic's errors into sentences that name the key and the remedy."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args, get_origin

from pydantic import BaseModel

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails


class PlacedError(ValueError):
    """A fault that concerns several keys, raised where the whole is checked."""

    def __init__(self, what: str, *, where: tuple[str | int, ...]) -> None:
        """Keep the path of the key that a person should look at."""
        super().__init__(what)
        self.where = where


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong in the configuration.

    Attributes:
        where: Path of the key, for finding its line.
        key: The same as a person writes it: ``accounts[2].kind``.
        what: What is wrong; never shows a value that could be a secret.
        remedy: What to write instead; may be empty.
    """

    where: tuple[str | int, ...]
    key: str
    what: str
    remedy: str = ""


def describe(error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """Return every problem of a failed validation, in pydantic's order."""
    return [_problem(detail, model) for detail in error.errors(include_url=False)]


def _problem(detail: ErrorDetails, model: type[BaseModel]) -> Problem:
    where = detail["loc"]
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, PlacedError):
        where = cause.where
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where)
    key = key.removeprefix(".")
    match detail["type"]:
        case "extra_forbidden":
            return Problem(
                where=where,
                key=key,
                what="unknown key",
                remedy=_nearest(str(where[-1]), _fields_at(model, where[:-1])),
            )
        case "missing":
            return Problem(where=where, key=key, what="missing", remedy=f"Add {where[-1]} = … here")
        case "value_error":
            return Problem(where=where, key=key, what=str(detail["ctx"]["error"]))
        case _:
            said = detail["msg"]
            return Problem(where=where, key=key, what=said[:1].lower() + said[1:])


def _nearest(word: str, fields: list[str]) -> str:
    close = difflib.get_close_matches(word, fields, n=1)
    if close:
        return f"Did you mean {close[0]}?"
    return f"Keys here: {', '.join(fields)}" if fields else ""


def _fields_at(model: type[BaseModel], where: tuple[str | int, ...]) -> list[str]:
    """Return the names of the fields of the (nested) model at a path."""
    current: type[BaseModel] | None = model
    is_name = False  # of an entry in a mapping, as `x` in budget.x
    for part in where:
        if isinstance(part, int) or is_name:
            is_name = False
            continue
        if current is None or part not in current.model_fields:
            return []
        annotation = current.model_fields[part].annotation
        is_name = get_origin(annotation) is dict
        current = _model_in(annotation)
    return sorted(current.model_fields) if current is not None else []


def _model_in(annotation: object) -> type[BaseModel] | None:
    """Return the model inside ``Model``, ``tuple[Model, ...]`` or ``Model | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        found = _model_in(inner)
        if found is not None:
            return found
    return None
