"""How the loopback X writes things down: field names, problems, posts as JSON."""

from __future__ import annotations

import hashlib
import html
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from monitor.demo.server import Answer, json_answer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.demo.world import TownAccount, TownPost, TownVersion, World

Spelling = Literal["tweet", "post"]
"""Which names the service uses: the old ones, or those of its published description."""

PROBLEMS = "https://api.twitter.com/2/problems"
_EDITABLE = timedelta(minutes=30)
LONGEST_TEXT = 280
"""Longer texts are cut in ``text`` and whole in ``note_tweet``."""


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


TWEET_FIELDS = _names(
    "article attachments author_id card_uri community_id context_annotations conversation_id "
    "created_at display_text_range edit_controls edit_history_tweet_ids entities geo id "
    "in_reply_to_user_id lang media_metadata non_public_metrics note_tweet organic_metrics "
    "paid_partnership possibly_sensitive promoted_metrics public_metrics referenced_tweets "
    "reply_settings scopes source suggested_source_links text withheld"
)
USER_FIELDS = _names(
    "affiliation created_at description entities id is_identity_verified location "
    "most_recent_tweet_id name pinned_tweet_id profile_banner_url profile_image_url protected "
    "public_metrics subscription_type url username verified verified_type withheld"
)
MEDIA_FIELDS = _names(
    "alt_text duration_ms height media_key preview_image_url public_metrics type url variants width"
)
POLL_FIELDS = _names("duration_minutes end_datetime id options voting_status")
EXPANSIONS = _names(
    "article.cover_media article.media_entities attachments.media_keys attachments.poll_ids "
    "author_id edit_history_tweet_ids entities.mentions.username geo.place_id "
    "in_reply_to_user_id referenced_tweets.id referenced_tweets.id.author_id"
)
USER_EXPANSIONS = frozenset({"pinned_tweet_id", "most_recent_tweet_id", "affiliation.user_id"})

_NEW_NAMES = {
    "tweet.fields": "post.fields",
    "note_tweet": "note_post",
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets": "referenced_posts",
    "referenced_tweets.id": "referenced_posts.id",
    "referenced_tweets.id.author_id": "referenced_posts.id.author_id",
    "pinned_tweet_id": "pinned_post_id",
    "most_recent_tweet_id": "most_recent_post_id",
    "tweets": "posts",
}
_OLD_NAMES = {new: old for old, new in _NEW_NAMES.items()}


def old_name(name: str) -> str:
    """Return the old spelling of a parameter or field."""
    return _OLD_NAMES.get(name, name)


def new_name(name: str) -> str:
    """Return the new spelling of a parameter or field."""
    return _NEW_NAMES.get(name, name)


def spelled(stated: Any, spelling: Spelling) -> Any:
    """Return an answer with its names in the wanted spelling."""
    if spelling == "tweet":
        return stated
    if isinstance(stated, dict):
        return {_NEW_NAMES.get(key, key): spelled(value, spelling) for key, value in stated.items()}
    if isinstance(stated, list):
        return [spelled(each, spelling) for each in stated]
    return stated


def instant(at: datetime) -> str:
    """Return an instant as X writes it: milliseconds and a Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def problem(status: int, title: str, detail: str, kind: str, **more: Any) -> Answer:
    """Return a problem body; ``kind`` is the last part of its type, or ``about:blank``."""
    address = kind if kind == "about:blank" else f"{PROBLEMS}/{kind}"
    stated = {"title": title, "detail": detail, "type": address, **more}
    if kind == "about:blank":
        stated["status"] = status
    return json_answer(stated, status=status)


def invalid(parameter: str, value: str, why: str) -> Answer:
    """Return the 400 for a parameter that X does not accept."""
    return problem(
        400,
        "Invalid Request",
        "One or more parameters to your request was invalid.",
        "invalid-request",
        errors=[{"parameters": {parameter: [value]}, "message": why}],
    )


def missing(resource: str, parameter: str, value: str) -> dict[str, str]:
    """Return the partial error for an id (or name) that shows nothing."""
    named = "ids" if parameter == "ids" else parameter
    noun = "Could not find tweet" if resource == "tweet" else "Could not find user"
    return {
        "value": value,
        "detail": f"{noun} with {named}: [{value}].",
        "title": "Not Found Error",
        "resource_type": resource,
        "parameter": parameter,
        "resource_id": value,
        "type": f"{PROBLEMS}/resource-not-found",
    }


def suspended(parameter: str, value: str) -> dict[str, str]:
    """Return the partial error for a suspended user: the same type as one who is missing."""
    return {
        "value": value,
        "detail": f"User has been suspended: [{value}].",
        "title": "Forbidden",
        "resource_type": "user",
        "parameter": parameter,
        "resource_id": value,
        "type": f"{PROBLEMS}/resource-not-found",
    }


def unseen(resource: str, parameter: str, value: str) -> dict[str, str]:
    """Return the partial error for what a protected or suspended author wrote."""
    what = "Tweet with ids" if resource == "tweet" else "user with id"
    return {
        "value": value,
        "parameter": parameter,
        "resource_type": resource,
        "section": "data",
        "title": "Authorization Error",
        "detail": f"Sorry, you are not authorized to see the {what}: [{value}].",
        "type": f"{PROBLEMS}/not-authorized-for-resource",
    }


def short_address(target: str) -> str:
    """Return the t.co address that stands for a link; the same for the same target."""
    return "https://t.co/" + hashlib.sha256(target.encode()).hexdigest()[:10]


def shortened(text: str, links: Sequence[str]) -> tuple[str, list[dict[str, Any]]]:
    """Return a text with its links shortened and escaped, and the entities of the links.

    A link that the text does not name is added at its end, as X does with a shared one.
    """
    entities: list[dict[str, Any]] = []
    for target in links:
        if target not in text:
            text = f"{text} {target}".strip()
    for target in sorted(links, key=len, reverse=True):
        text = text.replace(target, short_address(target))
    text = html.escape(text, quote=False)
    for target in links:
        address = short_address(target)
        start = text.find(address)
        if start < 0:  # one link was part of another
            continue
        entities.append(
            {
                "start": start,
                "end": start + len(address),
                "url": address,
                "expanded_url": target,
                "display_url": target.split("://", 1)[-1][:30],
                "unwound_url": target,
            }
        )
    return text, entities


def media_of(version: TownVersion, base: str) -> list[dict[str, Any]]:
    """Return the pictures of a version as ``includes.media`` shows them."""
    return [
        {
            "media_key": f"3_{version.id}{index:02d}",
            "type": "photo",
            "url": f"{base}/media/{version.id}{index:02d}.jpg",
            **({"alt_text": words} if words else {}),
        }
        for index, words in enumerate(version.body.pictures)
    ]


def poll_of(version: TownVersion) -> dict[str, Any] | None:
    """Return the poll of a version as ``includes.polls`` shows it, or None."""
    if not version.body.poll:
        return None
    return {
        "id": f"{version.id}9",
        "options": [
            {"position": position, "label": label, "votes": 0}
            for position, label in enumerate(version.body.poll, start=1)
        ],
        "duration_minutes": 1440,
        "voting_status": "open",
    }


def tweet_of(
    world: World, post: TownPost, version: TownVersion, fields: frozenset[str]
) -> dict[str, Any]:
    """Return one version of a post with the wanted fields."""
    body = version.body
    text, urls = shortened(_words(world, post, version), body.links)
    root = world.post(post.replied_to) if post.replied_to else None
    whole = {
        "id": version.id,
        "edit_history_tweet_ids": [each.id for each in post.versions],
        "text": text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…",
        "created_at": instant(version.at),
        "author_id": world.account(post.account).platform_id,
        "conversation_id": root.root_id if root is not None else post.root_id,
        "lang": "en",
        "possibly_sensitive": False,
        "reply_settings": "everyone",
        "public_metrics": {"like_count": 3, "reply_count": 1, "retweet_count": 2, "quote_count": 0},
        "edit_controls": {
            "edits_remaining": max(0, 5 - (len(post.versions) - 1)),
            "is_edit_eligible": not (body.poll or post.replied_to or post.reposted),
            "editable_until": instant(post.published_at + _EDITABLE),
        },
    }
    if len(text) > LONGEST_TEXT:
        whole["note_tweet"] = {"text": text, **({"entities": {"urls": urls}} if urls else {})}
        urls = [each for each in urls if each["end"] < LONGEST_TEXT]
    if urls:
        whole["entities"] = {"urls": urls}
    whole.update(_relations(world, post, root))
    attachments = {
        "media_keys": [each["media_key"] for each in media_of(version, "")],
        "poll_ids": [each["id"] for each in [poll_of(version)] if each is not None],
    }
    if any(attachments.values()):
        whole["attachments"] = {key: value for key, value in attachments.items() if value}
    always = {"id", "text", "edit_history_tweet_ids"}
    return {key: value for key, value in whole.items() if key in always or key in fields}


def user_of(
    world: World, account: TownAccount, base: str, fields: frozenset[str]
) -> dict[str, Any]:
    """Return an account with the wanted fields."""
    whole: dict[str, Any] = {
        "id": account.platform_id,
        "name": account.name,
        "username": account.handle,
        "description": account.description,
        "location": "Borehamwood",
        "protected": False,
        "verified": False,
        "verified_type": "none",
        "public_metrics": {"tweet_count": len(world.timeline(account.label))},
        "url": short_address(account.website) if account.website else "",
    }
    if account.website:
        _, urls = shortened(account.website, [account.website])
        whole["entities"] = {"url": {"urls": urls}}
    if account.picture:
        whole["profile_image_url"] = f"{base}/pictures/{account.platform_id}_normal.png"
    if account.pinned:
        whole["pinned_tweet_id"] = account.pinned
    always = {"id", "name", "username"}
    return {key: value for key, value in whole.items() if key in always or key in fields}


def _words(world: World, post: TownPost, version: TownVersion) -> str:
    """Return the words of a version; a repost repeats the other's, cut at 140."""
    if not post.reposted:
        return version.body.text
    other = world.post(post.reposted)
    if other is None:
        return version.body.text
    said = f"RT @{world.account(other.account).handle}: {other.newest.body.text}"
    return said if len(said) <= 140 else said[:139] + "…"  # noqa: PLR2004  # X's own limit here


def _relations(world: World, post: TownPost, root: TownPost | None) -> dict[str, Any]:
    pairs = (
        ("retweeted", post.reposted),
        ("quoted", post.quoted),
        ("replied_to", post.replied_to),
    )
    related = [{"type": kind, "id": other} for kind, other in pairs if other]
    stated: dict[str, Any] = {"referenced_tweets": related} if related else {}
    if root is not None:
        stated["in_reply_to_user_id"] = world.account(root.account).platform_id
    return stated
