"""Bluesky's own lexicon as a contract: what may be asked, and what an answer looks like.

Nobody here wrote it: the atproto package is made from the lexicon files of the protocol.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atproto_client import models
from atproto_client.exceptions import ModelError
from atproto_client.models.utils import get_or_create

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PARAMS = {
    "app.bsky.actor.getProfile": models.AppBskyActorGetProfile.Params,
    "app.bsky.feed.getAuthorFeed": models.AppBskyFeedGetAuthorFeed.Params,
    "app.bsky.feed.getPosts": models.AppBskyFeedGetPosts.Params,
    "com.atproto.repo.getRecord": models.ComAtprotoRepoGetRecord.Params,
}
_ANSWERS = {
    "app.bsky.actor.getProfile": models.AppBskyActorDefs.ProfileViewDetailed,
    "app.bsky.feed.getAuthorFeed": models.AppBskyFeedGetAuthorFeed.Response,
    "app.bsky.feed.getPosts": models.AppBskyFeedGetPosts.Response,
    "com.atproto.repo.getRecord": models.ComAtprotoRepoGetRecord.Response,
}
_RECORDS = {
    "app.bsky.feed.post": models.AppBskyFeedPost.Record,
    "app.bsky.feed.repost": models.AppBskyFeedRepost.Record,
}
_LISTS, _NUMBERS, _SWITCHES = {"uris"}, {"limit"}, {"true": True, "false": False}
_FILTERS = {
    "posts_with_replies",
    "posts_no_replies",
    "posts_with_media",
    "posts_and_author_threads",
    "posts_with_video",
}


def wrong_in_request(method: str, query: Mapping[str, Sequence[str]]) -> str:
    """Return what the lexicon does not allow in a request; empty if it is right."""
    model = _PARAMS.get(method)
    if model is None:
        return f"no such method: {method}"
    known = {field.alias or name for name, field in model.model_fields.items()}
    stated: dict[str, Any] = {}
    for name, values in query.items():
        if name not in known:
            return f"unknown parameter: {name}"
        if name not in _LISTS and len(values) != 1:
            return f"given more than once: {name}"
        stated[name] = list(values) if name in _LISTS else _typed(name, values[0])
    if stated.get("filter", "posts_with_replies") not in _FILTERS:
        return f"unknown filter: {stated['filter']}"
    return _wrong(stated, model)


def _typed(name: str, value: str) -> object:
    if name in _NUMBERS:
        return int(value) if value.isdigit() else value
    return _SWITCHES.get(value, value) if name == "includePins" else value


def wrong_in_answer(method: str, answer: Mapping[str, Any]) -> str:
    """Return what the lexicon does not foresee in an answer, its records included."""
    wrong = _wrong(answer, _ANSWERS[method])
    for record in _records(answer):
        wrong = wrong or _wrong(record, _RECORDS[record["$type"]])
    return wrong


def _records(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [found for each in value for found in _records(each)]
    if not isinstance(value, dict):
        return []
    own = [value] if value.get("$type") in _RECORDS else []
    return own + [found for each in value.values() for found in _records(each)]


def _wrong(stated: Mapping[str, Any], model: Any) -> str:
    try:
        get_or_create(dict(stated), model, strict=True, strict_string_format=True)
    except ModelError as error:
        return str(error)[:500]
    return ""
