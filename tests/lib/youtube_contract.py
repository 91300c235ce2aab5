"""Google's own discovery document as a contract: what may be asked, and what an answer looks like.

Nobody here wrote it: it comes inside google-api-python-client, which is not imported.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FOLDER = ("discovery_cache", "documents", "youtube.v3.json")
_NUMBERED = {"int64", "uint64", "int32", "uint32"}


@cache
def document() -> dict[str, Any]:
    """Return the discovery document of YouTube's Data API v3."""
    found = resources.files("googleapiclient").joinpath(*_FOLDER).read_text("utf-8")
    whole: dict[str, Any] = json.loads(found)
    return whole


def _method(path: str) -> dict[str, Any] | None:
    for resource in document()["resources"].values():
        for method in resource.get("methods", {}).values():
            if method["httpMethod"] == "GET" and f"/{method['path']}" == path:
                found: dict[str, Any] = method
                return found
    return None


def wrong_in_request(path: str, query: Mapping[str, Sequence[str]]) -> str:
    """Return what the document does not allow in a request; empty if it is right."""
    method = _method(path)
    if method is None:
        return f"no such method: {path}"
    known = method["parameters"]
    missing = [name for name, stated in known.items() if stated.get("required")]
    if absent := [name for name in missing if name not in query]:
        return f"required: {absent[0]}"
    for name, values in query.items():
        if name not in known:
            return f"unknown parameter: {name}"
        for value in values:
            if wrong := _wrong_value(value, known[name]):
                return f"{name}: {wrong}"
    return _wrong_parts(method, query["part"][0])


def _wrong_value(value: str, stated: Mapping[str, Any]) -> str:
    if stated["type"] == "integer":
        if not value.isdigit():
            return "no number"
        low, high = int(stated.get("minimum", 0)), int(stated.get("maximum", 2**31))
        return "" if low <= int(value) <= high else f"{value} is not from {low} to {high}"
    if "enum" in stated and value not in stated["enum"]:
        return f"{value} is not one of {stated['enum']}"
    return "" if re.fullmatch(stated.get("pattern", ".*"), value) else "does not fit"


def _wrong_parts(method: Mapping[str, Any], parts: str) -> str:
    """Return a part that is no property of what the method lists."""
    listed = document()["schemas"][method["response"]["$ref"]]["properties"]["items"]["items"]
    known = document()["schemas"][listed["$ref"]]["properties"]
    unknown = [part for part in parts.split(",") if part not in known]
    return f"no such part: {unknown[0]}" if unknown else ""


def wrong_in_answer(path: str, answer: Any) -> str:
    """Return what the document does not foresee in an answer."""
    method = _method(path)
    if method is None:
        return f"no such method: {path}"
    return _wrong(answer, method["response"], "answer")


def _wrong(value: Any, stated: Mapping[str, Any], where: str) -> str:
    if "$ref" in stated:
        return _wrong(value, document()["schemas"][stated["$ref"]], where)
    kind = stated["type"]
    if kind == "object":
        return _wrong_object(value, stated, where)
    if kind == "array":
        if not isinstance(value, list):
            return f"{where} is no list"
        each = (_wrong(one, stated["items"], f"{where}[]") for one in value)
        return next(filter(None, each), "")
    return _wrong_plain(value, stated, where)


def _wrong_plain(value: Any, stated: Mapping[str, Any], where: str) -> str:
    expected = {"integer": int, "boolean": bool, "string": str}[stated["type"]]
    if type(value) is not expected:
        return f"{where} is no {stated['type']}"
    if stated.get("format") in _NUMBERED and not str(value).isdigit():
        return f"{where} is no number"
    is_odd = "enum" in stated and value not in stated["enum"]
    return f"{where}: {value} is not one of {stated['enum']}" if is_odd else ""


def _wrong_object(value: Any, stated: Mapping[str, Any], where: str) -> str:
    if not isinstance(value, dict):
        return f"{where} is no object"
    known, others = stated.get("properties", {}), stated.get("additionalProperties")
    for name, inner in value.items():
        if name not in known and others is None:
            return f"{where} has no {name}"
        if wrong := _wrong(inner, known.get(name, others), f"{where}.{name}"):
            return wrong
    return ""
