"""WordPress' JSON turned into our values: pure, no request, nothing remembered.

A post is shaped as the site's feed would shape it, and named by the same id (its ``guid``), so
that a site whose interface is closed or opened later shows neither new posts nor edits. Nothing
here raises on odd input: what is not of the documented type counts as absent.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from selectolax.lexbor import LexborHTMLParser

from connectors import _html
from connectors._feed_entries import content_of, stills_of
from connectors._feed_parse import Item, Piece
from connectors._json import JSON, inner, objects, words
from connectors.base import Content, EarlierVersion, Extra, FetchedPost

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connectors._redact import Redactor

COMMENTS = "comments"
SCHEDULED = "future"
_KEPT_OF_A_COMMENT = frozenset(
    {"id", "post", "parent", "date", "date_gmt", "content", "link", "status", "type"}
)
_BASE = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")
_LONGEST_ID = 500
_MADE = re.compile(r"\[(?:…|\.\.\.)\]\s*$")  # how WordPress ends an excerpt that it makes itself
_PLACE = re.compile(r"(?P<base>[a-z0-9][a-z0-9_-]{0,40}) (?P<number>[1-9]\d{0,17})")
# What plugins put below a post, and changes by itself: shares, related posts, counters.
_BESIDE = (
    ".sharedaddy, .jp-relatedposts, .yarpp-related, .rp4wp-related-posts, .post-views, .pvc_clear, "
    ".addtoany_share_save_container, .heateor_sss_sharing_container, "
    ".wp-block-jetpack-related-posts"
)
_INSIDE = frozenset({"attachment", "nav_menu_item", "elementor_library", "e-landing-page"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something lies: the name of its list, and its number."""

    base: str
    number: int

    def __str__(self) -> str:
        """Return it as it is remembered."""
        return f"{self.base} {self.number}"


def place_of(text: str | None) -> Place | None:
    """Return where something lies, from what is remembered; None if that says nothing."""
    found = _PLACE.fullmatch(text.removeprefix("wp:")) if text else None
    return Place(base=found["base"], number=int(found["number"])) if found else None


def number_of(value: Any) -> int | None:
    """Return a number as WordPress counts; None if it is none."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and 0 < value < 10**18 else None


def instant(value: Any) -> datetime | None:
    """Return a time of WordPress, which is UTC without saying so; None if it cannot be read."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        return None if at is None else at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def published_at(raw: JSON) -> datetime | None:
    """Return when something was published."""
    return instant(raw.get("date_gmt"))


def modified_at(raw: JSON) -> datetime | None:
    """Return when something was saved last, for whatever reason."""
    return instant(raw.get("modified_gmt"))


def bases_in(types: JSON) -> tuple[str, ...]:
    """Return the lists of a site's own kinds of posts, beside posts and pages.

    Many councils keep news or events in a kind of their own.
    """
    found = []
    for name, stated in types.items():
        kind = stated if isinstance(stated, dict) else {}
        base = words(kind.get("rest_base"))
        is_inside = name in _INSIDE or name.startswith("wp_") or base in {"posts", "pages", "media"}
        space = kind.get("rest_namespace", "wp/v2")
        if _BASE.fullmatch(base) and not is_inside and space == "wp/v2" and base != COMMENTS:
            found.append(base)
    return tuple(sorted(found))


def is_protected(raw: JSON) -> bool:
    """Tell whether the words are shown only with a password."""
    return inner(raw, "content").get("protected") is True


def post_of(
    raw: JSON, *, base: str, redactor: Redactor, earlier: tuple[EarlierVersion, ...] = ()
) -> FetchedPost | None:
    """Return a post or page of the site; None if it is none.

    Args:
        raw: As WordPress gives it.
        base: Of which list.
        redactor: For the kept answer.
        earlier: What it said before, oldest first.
    """
    number = number_of(raw.get("id"))
    if number is None or not (inner(raw, "content") or inner(raw, "title")):
        return None
    item = _item(raw)
    published, modified = published_at(raw), modified_at(raw)
    is_edited = published is not None and modified is not None and modified > published
    place = Place(base=base, number=number)
    return FetchedPost(
        platform_id=id_of(raw, place),
        current_id=str(place),
        url=item.link,
        published_at=published,
        edited_at=modified if is_edited else None,
        content=_content(item, raw),
        raw=_packed(raw, redactor),
        stills=stills_of(item),
        earlier=earlier,
        is_scheduled=raw.get("status") == SCHEDULED,
    )


def id_of(raw: JSON, place: Place) -> str:
    """Return the lasting name of a post: its ``guid``, which stays when the site moves."""
    named = _html.clean(words(inner(raw, "guid").get("rendered"))).strip()
    return named if 0 < len(named) <= _LONGEST_ID else f"wp:{place}"


def _item(raw: JSON) -> Item:
    link = _html.web_address(words(raw.get("link"))) or ""
    body, excerpt = (words(inner(raw, name).get("rendered")) for name in ("content", "excerpt"))
    title = words(inner(raw, "title").get("rendered"))
    featured = [
        words(each.get("source_url"))
        for each in objects(inner(raw, "_embedded").get("wp:featuredmedia"))
    ]
    return Item(
        link=link,
        title=Piece(text=title, is_html=True, base=link) if title else None,
        bodies=(Piece(text=_own(body), is_html=True, base=link),) if body else (),
        excerpt=Piece(text=excerpt, is_html=True, base=link)
        if _is_written(excerpt, body)
        else None,
        tags=tuple(_terms(raw)),
        pictures=tuple(each for each in map(_html.web_address, featured) if each),
    )


def _is_written(excerpt: str, body: str) -> bool:
    """Tell whether an excerpt says anything that the body does not: it was written by hand."""
    return bool(excerpt) and not (body and _MADE.search(_html.read(excerpt).text))


def _own(markup: str) -> str:
    """Return a post's markup without what plugins put below it."""
    if "class=" not in markup or not _html.is_tame(markup):
        return markup
    tree = LexborHTMLParser(markup)
    found = tree.css(_BESIDE)
    if not found:
        return markup
    for node in found:
        node.decompose()
    return (tree.body.html if tree.body is not None else None) or ""


def _terms(raw: JSON) -> Iterator[str]:
    told = inner(raw, "_embedded").get("wp:term")
    for group in told if isinstance(told, list) else []:
        for term in objects(group):
            if name := _html.read(words(term.get("name"))).text:
                yield name


def _content(item: Item, raw: JSON) -> Content:
    content = content_of(item)
    extras = list(content.extras)
    for media in objects(inner(raw, "_embedded").get("wp:featuredmedia")):
        caption = _html.read(words(inner(media, "caption").get("rendered"))).text
        described = [words(media.get("alt_text")).strip(), caption]
        extras += [Extra(kind="alt", text=text) for text in described if text]
    return replace(content, extras=tuple(dict.fromkeys(extras)))


def versions_of(
    revisions: Sequence[JSON], raw: JSON, *, after: datetime | None
) -> tuple[EarlierVersion, ...]:
    """Return what a post said before, oldest first: only what was ever shown to the public.

    Args:
        revisions: As WordPress gives them to who may edit the post.
        raw: The post as it is now.
        after: Only versions saved later; None: all since it was published.
    """
    published, modified = published_at(raw), modified_at(raw)
    now = _content(_item(raw), raw).digest()
    found: dict[datetime, Content] = {}
    for each in revisions:
        saved = modified_at(each) or published_at(each)
        is_draft = saved is None or (published is not None and saved < published)
        is_known = saved is None or (after is not None and saved <= after)
        if saved is None or is_draft or is_known or "-autosave-" in words(each.get("slug")):
            continue
        whole = {**raw, **{name: each.get(name) for name in ("title", "content", "excerpt")}}
        content = _content(_item(whole), whole)
        if saved != modified and content.digest() != now:
            found[saved] = content
    return tuple(
        EarlierVersion(content=content, edited_at=saved) for saved, content in sorted(found.items())
    )


def comment_of(
    raw: JSON, *, posts: Mapping[int, str], writers: frozenset[int], redactor: Redactor
) -> FetchedPost | None:
    """Return a comment; by another author, unless somebody wrote it who writes the posts.

    Args:
        raw: As WordPress gives it.
        posts: Platform ids of posts by their numbers, as far as they are known.
        writers: Numbers of those who write the site's posts.
        redactor: For the kept answer.
    """
    number = number_of(raw.get("id"))
    if number is None or not inner(raw, "content"):
        return None
    parent, post = number_of(raw.get("parent")), number_of(raw.get("post"))
    above = f"wp:{Place(base=COMMENTS, number=parent)}" if parent else posts.get(post or 0)
    link = _html.web_address(words(raw.get("link"))) or ""
    prose = _html.read(words(inner(raw, "content").get("rendered")), base=link)
    writer = number_of(raw.get("author"))
    place = Place(base=COMMENTS, number=number)
    own = writer is not None and writer in writers
    name = _html.read(words(raw.get("author_name"))).text.strip()
    return FetchedPost(
        platform_id=f"wp:{place}",
        current_id=str(place),
        url=link,
        published_at=published_at(raw),
        author="" if own else name or "unknown",
        parent_id=above,
        content=Content(
            own=prose.text,
            extras=tuple(Extra(kind="alt", text=alt) for alt in prose.alts),
            links=prose.links,
        ),
        raw=_packed(raw if own else _without_writer(raw), redactor),
    )


def _without_writer(raw: JSON) -> JSON:
    """Return what is kept of somebody else's comment: not who wrote it, from where, with what."""
    return {name: value for name, value in raw.items() if name in _KEPT_OF_A_COMMENT}


def _packed(raw: JSON, redactor: Redactor) -> bytes:
    packed = json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return redactor.registered(packed.encode("utf-8", "replace"))


# --- the site ----------------------------------------------------------------------------------


def profile_content(index: JSON) -> Content:
    """Return the site's face: what it calls itself, and its picture."""
    name = _html.read(words(index.get("name"))).text
    description = _html.read(words(index.get("description"))).text
    home = _html.web_address(words(index.get("home"))) or ""
    icon = words(index.get("site_icon_url")).partition("?")[0]
    path = icon.partition("://")[2].partition("/")[2]
    fields = {
        "name": name,
        "description": description,
        "links": home,
        "picture": hashlib.sha256(path.encode()).hexdigest()[:32] if path else "",
    }
    return Content(
        own=description,
        extras=(Extra(kind="title", text=name),) if name else (),
        links=(home,) if home else (),
        fields=fields,
    )
