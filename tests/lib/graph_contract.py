"""What Meta's own tables know of Pages, posts and comments: each request is held against them.

The tables are those of the facebook-business package: fields of each object, and the edges that
lead from it, with the parameters that an edge takes.
"""

from __future__ import annotations

import inspect
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from facebook_business.adobjects.comment import Comment
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pagepost import PagePost

from monitor.demo.graph_fields import Field, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_PAGE_EDGES = {
    "published_posts": PagePost,
    "scheduled_posts": PagePost,
    "visitor_posts": PagePost,
}
_POST_EDGES = {"comments": Comment}
# Of every list: developers.facebook.com/docs/graph-api/results and /using-graph-api.
_OF_LISTS = frozenset({"fields", "limit", "after", "since", "until", "summary"})
_VERSION = re.compile(r"/v\d+\.\d/")
_ANY = frozenset({"attachments", "subattachments", "attachment", "picture", "from", "parent"})


def fields_of(kind: Any) -> set[str]:
    """Return the fields that the tables hold of an object."""
    return set(kind._field_types)


def edges_of(kind: Any) -> set[str]:
    """Return the edges that lead from an object and can be read."""
    return {name.removeprefix("get_") for name in dir(kind) if name.startswith("get_")}


@cache
def parameters_of(kind: Any, edge: str) -> set[str]:
    """Return the parameters that the tables hold of an edge."""
    source = inspect.getsource(getattr(kind, f"get_{edge}"))
    stated = source.partition("param_types = {")[2].partition("}")[0]
    return set(re.findall(r"'(\w+)':", stated))


def values_of(edge: str, parameter: str) -> set[str]:
    """Return what a parameter of an edge may be, where the tables say so; else nothing."""
    known = {("comments", "filter"): Comment.Filter, ("comments", "order"): Comment.Order}
    found = known.get((edge, parameter))
    return {value for name, value in vars(found).items() if name[0] != "_"} if found else set()


def wrong_fields(fields: Iterable[Field], kind: Any) -> list[str]:
    """Return what is asked of an object and is in none of the tables."""
    wrong: list[str] = []
    for field in fields:
        if field.name == "comments" and kind is PagePost:
            known = parameters_of(PagePost, "comments") | {"limit", "summary"}
            wrong += [f"comments.{each}" for each in set(field.modifiers) - known]
            wrong += _wrong_values("comments", field.modifiers)
            wrong += wrong_fields(field.inside, Comment)
        elif field.name not in fields_of(kind) | edges_of(kind):
            wrong.append(f"{kind.__name__}.{field.name}")
        elif field.inside and field.name not in _ANY | {"cover"}:
            wrong.append(f"{kind.__name__}.{field.name}: nothing is inside")
    return wrong


def _wrong_values(edge: str, asked: Mapping[str, str]) -> list[str]:
    return [
        f"{edge}.{name}({value})"
        for name, value in asked.items()
        if (known := values_of(edge, name)) and value not in known
    ]


def wrong_request(path: str, query: Mapping[str, str]) -> list[str]:
    """Return what of one request for a Page is in none of Meta's tables; empty: it is right."""
    if not _VERSION.match(path) or path.endswith("/debug_token"):
        return []
    if "access_token" in query:
        return ["a token in the address"]
    parts = _VERSION.sub("", path, count=1).split("/")
    kind = _kind_of(parts[0])
    if len(parts) == 1:
        unknown = [f"?{name}" for name in set(query) - {"fields"}]
        return unknown + wrong_fields(parse(query.get("fields", "id")), kind)
    edge, target = parts[1], (_PAGE_EDGES if kind is Page else _POST_EDGES).get(parts[1])
    if target is None or edge not in edges_of(kind):
        return [f"{kind.__name__}/{edge}"]
    known = _OF_LISTS | parameters_of(kind, edge)
    unknown = [f"{edge}?{name}" for name in set(query) - known]
    values = _wrong_values(edge, query)
    return unknown + values + wrong_fields(parse(query.get("fields", "id")), target)


def _kind_of(key: str) -> Any:
    """Return what a key stands for: pages have a number or a name, the others two numbers.

    A post's id begins with the number of its page, which is short in tests.
    """
    first, _, second = key.partition("_")
    if not second or not (first.isdigit() and second.isdigit()):
        return Page
    return PagePost if len(first) <= 4 else Comment


def wrong_requests(asked: Sequence[tuple[str, Mapping[str, str]]]) -> list[str]:
    """Return what is wrong of all requests, each once."""
    found = [wrong for path, query in asked for wrong in wrong_request(path, query)]
    return sorted(set(found))
