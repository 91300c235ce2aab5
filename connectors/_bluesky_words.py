"""Bluesky's JSON turned into our values: pure, no request, nothing remembered.

Nothing here raises on odd input: what is not of the documented type counts as absent.
Counts, labels of moderators and addresses of pictures change by themselves and stay out of
the content; a picture is named by the hash of its bytes, which Bluesky calls its CID.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from connectors import _bluesky_embeds as embeds
from connectors._bluesky_text import said_in, sites_in
from connectors._json import JSON, inner, instant, objects, words
from connectors.base import Content, Extra, FetchedPost, Still

if TYPE_CHECKING:
    from connectors._redact import Redactor

POSTS, REPOSTS = "app.bsky.feed.post", "app.bsky.feed.repost"
SITE = "https://bsky.app/profile/"

_DID = re.compile(r"did:[a-z]{1,20}:[A-Za-z0-9._:%-]{0,300}[A-Za-z0-9._-]")
_URI = re.compile(
    r"at://(?P<did>did:[a-z]{1,20}:[A-Za-z0-9._:%-]{1,300})/(?P<kind>[A-Za-z0-9.-]{1,200})/"
    r"(?P<key>[A-Za-z0-9._:~-]{1,512})"
)
_KEY = re.compile("[234567abcdefghij][234567a-z]{12}")
_KEY_LETTERS = "234567abcdefghijklmnopqrstuvwxyz"
_SHARED = "repost "
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Clocks of writers and of Bluesky differ by this much without anybody meaning anything.
_SLACK = timedelta(minutes=10)
_SET_BACK = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a record lies: ``at://did/kind/key``."""

    did: str
    kind: str
    key: str

    @property
    def uri(self) -> str:
        """Its address as Bluesky writes it."""
        return f"at://{self.did}/{self.kind}/{self.key}"

    @property
    def page(self) -> str:
        """The page on which a person sees it, by the lasting id."""
        return f"{SITE}{self.did}/post/{self.key}"

    @property
    def made_at(self) -> datetime | None:
        """The time that its key carries, if it is of the kind that carries one."""
        if not _KEY.fullmatch(self.key):
            return None
        number = 0
        for letter in self.key:
            number = number * 32 + _KEY_LETTERS.index(letter)
        # The last ten bits tell writers apart; the others are microseconds.
        return _EPOCH + timedelta(microseconds=number >> 10)


def place_of(value: Any) -> Place | None:
    """Return where a record lies; None if that is no address of one."""
    found = _URI.fullmatch(value) if isinstance(value, str) else None
    return Place(**found.groupdict()) if found is not None else None


def did_of(value: Any) -> str | None:
    """Return an account's lasting id; None if it is none."""
    return value if isinstance(value, str) and _DID.fullmatch(value) else None


def shared_id(original: Place) -> str:
    """Return the platform id of a repost: Bluesky does not always tell the repost's own."""
    return _SHARED + original.uri


def original_of(platform_id: str) -> Place | None:
    """Return which post a repost shares, from its platform id; None if it is no repost."""
    if not platform_id.startswith(_SHARED):
        return None
    return place_of(platform_id.removeprefix(_SHARED))


def listed_at(item: JSON) -> datetime | None:
    """Return the time by which a listing is ordered: of the sharing, or of the post."""
    reason = inner(item, "reason")
    if reason:
        return instant(reason.get("indexedAt"))
    post = inner(item, "post")
    times = (instant(inner(post, "record").get("createdAt")), instant(post.get("indexedAt")))
    return min((at for at in times if at is not None), default=None)


def is_pinned(item: JSON) -> bool:
    """Tell whether an item stands first because it is pinned, out of its order."""
    return words(inner(item, "reason").get("$type")).endswith("#reasonPin")


def item_of(item: JSON, *, did: str, redactor: Redactor) -> FetchedPost | None:
    """Return what an item of a listing shows.

    Args:
        item: As Bluesky gives it.
        did: The account's lasting id: whose words are its own.
        redactor: For the kept answer.

    Returns:
        A post of the account, or one that it shares; None if it is neither.
    """
    reason, post = inner(item, "reason"), inner(item, "post")
    if not words(reason.get("$type")).endswith("#reasonRepost"):
        return post_of(post, did=did, redactor=redactor)
    if did_of(inner(reason, "by").get("did")) != did:
        return None
    record = place_of(reason.get("uri"))
    indexed_at = instant(reason.get("indexedAt"))
    return shared_of(post, record=record, at=indexed_at, did=did, redactor=redactor)


def post_of(post: JSON, *, did: str, redactor: Redactor) -> FetchedPost | None:
    """Return a post of the account; None if it is another's, or none at all."""
    place, record = place_of(post.get("uri")), inner(post, "record")
    if place is None or (place.did, place.kind) != (did, POSTS) or not record:
        return None
    parent = place_of(inner(record, "reply", "parent").get("uri"))
    return FetchedPost(
        platform_id=place.uri,
        url=place.page,
        published_at=_published(record, post, place),
        parent_id=parent.uri if parent is not None and parent.did == did else None,
        content=_content(post, record, did=did),
        raw=_packed(post, redactor),
        stills=embeds.stills_of(record, post),
    )


def shared_of(
    post: JSON, *, record: Place | None, at: datetime | None, did: str, redactor: Redactor
) -> FetchedPost | None:
    """Return a repost, judged by the full words of the post that it shares.

    Args:
        post: The post that is shared.
        record: The repost's own record, where Bluesky tells it.
        at: When Bluesky learned of it; None where it does not say.
        did: The account's lasting id.
        redactor: For the kept answer.
    """
    place = place_of(post.get("uri"))
    if place is None or place.kind != POSTS or not inner(post, "record"):
        return None
    made_at = record.made_at if record is not None else None
    is_likely = made_at is not None and (at is None or made_at <= at + _SLACK)
    referenced = embeds.referenced(post, did=did)
    return FetchedPost(
        platform_id=shared_id(place),
        current_id=record.uri if record is not None else None,
        url=place.page,
        published_at=made_at if is_likely else at,
        content=Content(
            extras=tuple(referenced),
            pictures=tuple(embeds.pictures_of(inner(post, "record"))),
            is_repost=True,
        ),
        raw=_packed(post, redactor),
        stills=embeds.stills_of(inner(post, "record"), post),
    )


def _packed(post: JSON, redactor: Redactor) -> bytes:
    packed = json.dumps(post, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return redactor.registered(packed.encode("utf-8", "replace"))


def _published(record: JSON, post: JSON, place: Place) -> datetime | None:
    """Return when a post was published, trusting its writer's clock only as far as it fits.

    The writer states the time and may state any. A later one than Bluesky's own reception
    is not believed; an earlier one only if the record's key, made when the post was
    written, does not contradict it.
    """
    stated, received = instant(record.get("createdAt")), instant(post.get("indexedAt"))
    made = place.made_at
    if made is not None and received is not None and made > received + _SLACK:
        made = None
    at = stated if stated is not None else made
    if at is not None and made is not None and made - at > _SET_BACK:
        at = made
    times = [each for each in (at, received) if each is not None]
    return min(times, default=None)


def _content(post: JSON, record: JSON, *, did: str) -> Content:
    said = said_in(record)
    links = [*said.links, *embeds.links_of(record)]
    extras = [Extra(kind="link", text=link) for link in said.behind]
    extras += embeds.extras_of(record)
    extras += [Extra(kind="tag", text=tag) for tag in _tags(record)]
    extras += embeds.quoted(post, did=did)
    return Content(
        own=said.text,
        extras=tuple(extras),
        links=tuple(dict.fromkeys(links)),
        pictures=tuple(embeds.pictures_of(record)),
    )


def _tags(record: JSON) -> list[str]:
    """Return tags outside the text, and the writer's own content warnings."""
    told = record.get("tags")
    tags = [words(each) for each in told] if isinstance(told, list) else []
    own = objects(inner(record, "labels").get("values"))
    return [each for each in [*tags, *(words(label.get("val")) for label in own)] if each]


def profile_content(profile: JSON, *, did: str) -> Content:
    """Return the account's face: its words as text too, so that a rule can quote them."""
    name, description = words(profile.get("displayName")), words(profile.get("description"))
    listed = [words(each.get("url")) for each in objects(profile.get("links"))]
    website = words(profile.get("website"))
    candidates = [website, *listed, *sites_in(description)]
    links = [each for each in candidates if each.startswith(("http://", "https://"))]
    handle = words(profile.get("handle"))
    fields = {
        "name": name,
        "handle": "" if handle == embeds.UNCONFIRMED else handle,
        "description": description,
        "links": "\n".join(dict.fromkeys(links)),
        "picture": picture_name(profile.get("avatar")),
        "banner": picture_name(profile.get("banner")),
        "pinned": words(inner(profile, "pinnedPost").get("uri")),
        "labels": " ".join(_own_labels(profile, did)),
    }
    titles = [name, words(profile.get("pronouns"))]
    titles += [words(each.get("title")) for each in objects(profile.get("links"))]
    extras = tuple(Extra(kind="title", text=title) for title in titles if title)
    return Content(own=description, extras=extras, links=tuple(dict.fromkeys(links)), fields=fields)


def _own_labels(profile: JSON, did: str) -> list[str]:
    """Return the labels that the account gave itself; those of moderators come and go."""
    own = (each for each in objects(profile.get("labels")) if each.get("src") == did)
    return sorted({words(each.get("val")) for each in own if each.get("neg") is not True})


def face_stills(profile: JSON) -> tuple[Still, ...]:
    """Return where the account's picture and banner lie."""
    places = {"picture": words(profile.get("avatar")), "banner": words(profile.get("banner"))}
    return tuple(
        Still(name=name, address=address)
        for name, address in places.items()
        if address.startswith(("http://", "https://"))
    )


def picture_name(value: Any) -> str:
    """Return a name for a picture: its address ends with the hash of its bytes.

    The server before it, and the form in which it is sent, may change by themselves.
    """
    last = words(value).partition("?")[0].rsplit("/", 1)[-1].partition("@")[0]
    return hashlib.sha256(last.encode()).hexdigest()[:32] if last else ""
