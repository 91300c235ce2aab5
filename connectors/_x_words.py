"""X's JSON turned into our values: pure, no request, nothing remembered.

X renamed its fields in August 2026 (``note_tweet`` became ``note_post`` and so on) and
nobody can say which spelling an answer will carry, so every renamed field is read under
both names. Nothing here raises on odd input: what is not of the documented type counts
as absent, because one strange field must not hide ninety-nine posts.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from connectors._json import JSON, instant, objects, words
from connectors.base import Content, Extra, FetchedPost, PostIds, Still, nfc

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from config.register import Account
    from connectors._redact import Redactor

_HISTORY = ("edit_history_post_ids", "edit_history_tweet_ids")
_NOTE = ("note_post", "note_tweet")
_REFERENCED = ("referenced_posts", "referenced_tweets")
_PINNED = ("pinned_post_id", "pinned_tweet_id")
_POSTS = ("posts", "tweets")
_REPOST = frozenset({"retweeted", "reposted"})

_ID = re.compile(r"[0-9]{1,20}")
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
_REPOSTED = re.compile(r"RT @(?P<name>\w{1,30}):\s*")
_POST = re.compile(r"/status(?:es)?/(\d{1,20})(?=[/?#]|$)")
_STATUS = re.compile(
    r"https://(?:x|twitter)\.com/(?P<name>\w{1,30})/status/(?P<id>[0-9]+)(?P<media>/(?:photo|video)/)?"
)

# Ids since November 2010 carry their time: milliseconds since this instant, then 22 bits.
_ID_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
ID_BITS = 22
_SAME_POST = timedelta(hours=2)  # an edit comes within the hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Includes:
    """What came along with posts: media, polls and other posts, by their keys."""

    media: Mapping[str, JSON] = field(default_factory=dict)
    polls: Mapping[str, JSON] = field(default_factory=dict)
    posts: Mapping[str, JSON] = field(default_factory=dict)


def first(raw: JSON, names: Iterable[str]) -> Any:
    """Return the field under the first of its names that is there; None if none is."""
    return next((raw[name] for name in names if raw.get(name) is not None), None)


def id_of(value: Any) -> str | None:
    """Return an id as digits; None if it is none."""
    said = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return said if _ID.fullmatch(said) else None


def instant_of_id(post_id: str) -> datetime:
    """Return the time that an id carries; meaningless for ids before November 2010."""
    return _ID_EPOCH + timedelta(milliseconds=min(int(post_id) >> ID_BITS, 2**47))


def id_at(at: datetime) -> int:
    """Return the smallest id that a post of this instant can have."""
    return max(0, int((at - _ID_EPOCH) / timedelta(milliseconds=1)) << ID_BITS)


def includes_of(answer: JSON) -> Includes:
    """Return what came along, by key."""
    raw = answer.get("includes")
    if not isinstance(raw, dict):
        return Includes()
    return Includes(
        media=_by_key(raw.get("media"), "media_key"),
        polls=_by_key(raw.get("polls"), "id"),
        posts=_by_key(first(raw, _POSTS), "id"),
    )


def _by_key(value: Any, key: str) -> dict[str, JSON]:
    return {str(each[key]): each for each in objects(value) if each.get(key) is not None}


def chain_of(raw: JSON) -> list[str]:
    """Return the ids of a post's edit chain, oldest first; its own id alone if none is told."""
    told = first(raw, _HISTORY)
    chain = [each for each in map(id_of, told) if each] if isinstance(told, list) else []
    own = id_of(raw.get("id"))
    return chain or ([own] if own else [])


def parts_of(raw: JSON) -> set[str]:
    """Return the ids of a post and of everything that belongs to it."""
    own = {id_of(raw.get("id")) or "", *(post_id for _, post_id in _references(raw))}
    return own | {*_attached(raw, "media_keys"), *_attached(raw, "poll_ids")}


def next_token(answer: JSON) -> str | None:
    """Return the token of a listing's next page; None on the last one."""
    meta = answer.get("meta")
    token = meta.get("next_token") if isinstance(meta, dict) else None
    return token if isinstance(token, str) and token else None


def newest_of_chains(answer: JSON) -> dict[str, str]:
    """Return the newest id of each post's edit chain, by the id that was asked for."""
    raws = objects(answer.get("data"))
    return {str(raw.get("id")): chain[-1] for raw in raws if (chain := chain_of(raw))}


def pinned_of(user: JSON) -> str | None:
    """Return the id of the pinned post."""
    return id_of(first(user, _PINNED))


def post_of(
    raw: JSON, includes: Includes, *, user_id: str, username: str, redactor: Redactor
) -> FetchedPost | None:
    """Return one post of the account.

    Args:
        raw: The post as X gives it.
        includes: What came along with it.
        user_id: The account's numeric id: whose words are its own.
        username: For the permalink.
        redactor: For the kept answer.

    Returns:
        The post, by the first id of its edit chain; None if it has no usable id.
    """
    current = id_of(raw.get("id"))
    if current is None:
        return None
    chain = chain_of(raw)
    published_at, edited_at = _times(raw, chain, current)
    packed = json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return FetchedPost(
        platform_id=chain[0],
        current_id=current,
        url=f"https://x.com/{username}/status/{current}",
        published_at=published_at,
        edited_at=edited_at,
        parent_id=_parent(raw, user_id),
        content=_content(raw, includes, user_id=user_id, username=username),
        raw=redactor.registered(packed.encode("utf-8", "replace")),
        stills=_stills(raw, includes),
    )


def _stills(raw: JSON, includes: Includes) -> tuple[Still, ...]:
    """Return where the attached photographs lie, and the frames that stand for films."""
    found = []
    for key in _attached(raw, "media_keys"):
        media = includes.media.get(key, {})
        address = words(first(media, ("url", "preview_image_url")))
        if media.get("type") != "photo":
            address = words(media.get("preview_image_url"))
        if address.startswith(("http://", "https://")):
            found.append(Still(name=key, address=address))
    return tuple(found)


def _times(raw: JSON, chain: list[str], current: str) -> tuple[datetime | None, datetime | None]:
    """Return when the post was published and when this version was made.

    Of an edited post X tells one time only; the others are in its ids, if these are of
    the kind that carries one.
    """
    created = instant(raw.get("created_at"))
    if chain[0] == current or created is None:
        return created, None
    root, own = instant_of_id(chain[0]), instant_of_id(current)
    if abs(created - root) > _SAME_POST or abs(created - own) > _SAME_POST:
        return created, None
    return root.replace(microsecond=0), own.replace(microsecond=0)


def _parent(raw: JSON, user_id: str) -> str | None:
    """Return the account's own post that this one answers, if it does."""
    if id_of(raw.get("in_reply_to_user_id")) != user_id:
        return None
    return next((post_id for kind, post_id in _references(raw) if kind == "replied_to"), None)


def _references(raw: JSON) -> list[tuple[str, str]]:
    found = ((each.get("type"), id_of(each.get("id"))) for each in objects(first(raw, _REFERENCED)))
    return [(str(kind), post_id) for kind, post_id in found if post_id]


def _content(raw: JSON, includes: Includes, *, user_id: str, username: str) -> Content:
    own, urls = said_in(raw)
    references = _references(raw)
    is_repost = any(kind in _REPOST for kind, _ in references)
    extras: list[Extra] = []
    for kind, post_id in references:
        if kind in _REPOST or kind == "quoted":
            other = includes.posts.get(post_id)
            by = _author(kind, post_id, own, urls, other, user_id=user_id, username=username)
            text = said_in(other)[0] if other is not None else ""
            if not text and kind in _REPOST:  # not given: the cut words are better than none
                text = _REPOSTED.sub("", own, count=1)
            if text:
                extras.append(Extra(kind="referenced", text=text, by=by))
    return Content(
        own="" if is_repost else own,
        extras=(*([] if is_repost else _own_extras(raw, includes, urls)), *extras),
        links=() if is_repost else links_of(urls),
        pictures=tuple(_attached(raw, "media_keys")),
        is_repost=is_repost,
    )


def _author(
    kind: str,
    post_id: str,
    own: str,
    urls: list[JSON],
    other: JSON | None,
    *,
    user_id: str,
    username: str,
) -> str:
    """Return whose words a referenced post's are; empty for the account's own."""
    author = id_of(other.get("author_id")) if other is not None else None
    if author == user_id:
        return ""
    if kind in _REPOST and (named := _REPOSTED.match(own)):
        name = named["name"]
    else:
        places = (_STATUS.match(str(url.get("expanded_url"))) for url in urls)
        name = next((place["name"] for place in places if place and place["id"] == post_id), "")
    if author is None and name.lower() == username.lower():
        return ""
    return name or (f"id {author}" if author else "unknown")


def _own_extras(raw: JSON, includes: Includes, urls: list[JSON]) -> list[Extra]:
    extras = []
    article = raw.get("article")
    if isinstance(article, dict):
        extras.append(("title", words(article.get("title"))))
        body = first(article, ("plain_text", "text", "preview_text"))
        extras.append(("attachment", words(body)))
    pictures = (includes.media.get(key, {}) for key in _attached(raw, "media_keys"))
    extras += [("alt", words(picture.get("alt_text"))) for picture in pictures]
    for key in _attached(raw, "poll_ids"):
        options = objects(includes.polls.get(key, {}).get("options"))
        extras += [("poll", words(option.get("label"))) for option in options]
    for url in urls:
        parts = (words(url.get("title")), words(url.get("description")))
        extras.append(("attachment", "\n".join(part for part in parts if part)))
    return [Extra(kind=kind, text=text) for kind, text in extras if text]


def _attached(raw: JSON, name: str) -> list[str]:
    attachments = raw.get("attachments")
    keys = attachments.get(name) if isinstance(attachments, dict) else None
    return list(dict.fromkeys(str(key) for key in keys)) if isinstance(keys, list) else []


def said_in(raw: JSON) -> tuple[str, list[JSON]]:
    """Return a post's full words as a reader sees them, and its link entities.

    The long text where there is one; HTML entities resolved; t.co addresses replaced by
    what they stand for, and left out where they stand for the post's own picture.
    """
    note = first(raw, _NOTE)
    note = note if isinstance(note, dict) else {}
    text = words(note.get("text")) or words(raw.get("text"))
    urls = {}
    for entities in (raw.get("entities"), note.get("entities")):
        if isinstance(entities, dict):
            urls.update({str(url.get("url")): url for url in objects(entities.get("urls"))})
    return readable(text, urls.values()), list(urls.values())


def readable(text: str, urls: Iterable[JSON]) -> str:
    """Return text with its HTML entities resolved and its t.co addresses unwound."""
    text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    targets = {words(url.get("url")): "" if is_picture(url) else target_of(url) for url in urls}
    known = sorted(filter(None, targets), key=len, reverse=True)
    if known:
        pattern = re.compile("|".join(re.escape(short) for short in known))
        text = pattern.sub(lambda found: targets[found[0]], text)
    return nfc(text).strip()


def is_picture(url: JSON) -> bool:
    """Tell whether a link entity stands for an attached picture or video."""
    place = _STATUS.match(str(url.get("expanded_url")))
    return url.get("media_key") is not None or bool(place and place["media"])


def target_of(url: JSON) -> str:
    """Return what a t.co address stands for, as far as X has followed it."""
    for name in ("unwound_url", "expanded_url", "url"):
        target = words(url.get(name))
        if target.startswith(("http://", "https://")):
            return target
    return words(url.get("url"))


def links_of(urls: Iterable[JSON]) -> tuple[str, ...]:
    """Return the real targets of links, http and https only, each once."""
    targets = (target_of(url) for url in urls if not is_picture(url))
    return tuple(
        dict.fromkeys(each for each in targets if each.startswith(("http://", "https://")))
    )


def profile_content(user: JSON) -> Content:
    """Return the account's face: its words as text too, so that a rule can quote them."""
    entities = user.get("entities")
    entities = entities if isinstance(entities, dict) else {}
    listed = {name: _urls_in(entities.get(name)) for name in ("url", "description")}
    name = words(user.get("name"))
    description = readable(words(user.get("description")), listed["description"])
    website = readable(words(user.get("url")), listed["url"])
    shown = [website] if website.startswith(("http://", "https://")) else []
    links = tuple(dict.fromkeys([*shown, *links_of(listed["url"] + listed["description"])]))
    location = words(user.get("location"))
    fields = {
        "name": name,
        "handle": words(user.get("username")),
        "description": description,
        "location": location,
        "links": "\n".join(links),
        "picture": _address_hash(user.get("profile_image_url")),
        "banner": _address_hash(user.get("profile_banner_url")),
        "pinned": pinned_of(user) or "",
    }
    extras = [Extra(kind="title", text=name)] if name else []
    return Content(own=description, extras=tuple(extras), links=links, fields=fields)


def face_stills(user: JSON) -> tuple[Still, ...]:
    """Return where the account's picture and banner lie."""
    places = {
        "picture": words(user.get("profile_image_url")).replace("_normal.", "_400x400."),
        "banner": words(user.get("profile_banner_url")),
    }
    return tuple(
        Still(name=name, address=address)
        for name, address in places.items()
        if address.startswith(("http://", "https://"))
    )


def _urls_in(value: Any) -> list[JSON]:
    return objects(value.get("urls")) if isinstance(value, dict) else []


def _address_hash(value: Any) -> str:
    """Return a name for a picture: X gives each new picture a new address.

    Not the bytes' own hash: a day on which the picture's server is down would then look
    like a change of picture.
    """
    path = _path(value) if isinstance(value, str) and value else ""
    return hashlib.sha256(path.encode("utf-8", "replace")).hexdigest()[:32] if path else ""


def _path(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


def ids_in(account: Account, url: str) -> PostIds:
    """Return the id that stands in the address of a post."""
    del account
    found = _POST.search(url)
    return PostIds(ids=(found[1],), is_certain=True) if found else PostIds()
