"""Mastodon's JSON turned into our values: pure, no request, nothing remembered.

Nothing here raises on odd input: what is not of the documented type counts as absent.
Counts, and the addresses of media, change by themselves and stay out of the content.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from connectors import _html
from connectors._json import JSON, inner, instant, objects, words
from connectors.base import Content, EarlierVersion, Extra, FetchedPost, Still

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from connectors._redact import Redactor

_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_SCHEME = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)


def id_of(value: Any) -> str | None:
    """Return an id as Mastodon, or a server like it, makes them; None if it is none."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def is_direct(status: JSON) -> bool:
    """Tell whether a status is a private message, which is nobody's post."""
    return status.get("visibility") == "direct"


def created_at(status: JSON) -> datetime | None:
    """Return when a status was made."""
    return instant(status.get("created_at"))


def edited_at(status: JSON) -> datetime | None:
    """Return when it was last edited; of a boost: when the other's post was."""
    reblog = inner(status, "reblog")
    return instant((reblog or status).get("edited_at"))


def status_of(
    status: JSON,
    *,
    account_id: str,
    redactor: Redactor,
    earlier: tuple[EarlierVersion, ...] = (),
) -> FetchedPost | None:
    """Return a post or a boost of the account; None if it is neither.

    Args:
        status: As Mastodon gives it.
        account_id: The account's id on its server.
        redactor: For the kept answer.
        earlier: What it said before, oldest first.
    """
    platform_id = id_of(status.get("id"))
    if platform_id is None or inner(status, "account").get("id") != account_id:
        return None
    reblog = inner(status, "reblog")
    if not reblog and not isinstance(status.get("content"), str):
        return None
    is_own_thread = status.get("in_reply_to_account_id") == account_id
    return FetchedPost(
        platform_id=platform_id,
        url=_html.web_address(words((reblog or status).get("url"))) or "",
        published_at=created_at(status),
        edited_at=edited_at(status),
        parent_id=id_of(status.get("in_reply_to_id")) if is_own_thread else None,
        content=_shared(reblog, account_id) if reblog else content_of(status, account_id),
        raw=_packed(status, redactor),
        stills=_stills(reblog or status),
        earlier=earlier,
    )


def content_of(status: JSON, account_id: str, *, card: JSON | None = None) -> Content:
    """Return what a status, or one of its earlier versions, says.

    Args:
        status: A status or an entry of its history.
        account_id: Whose words carry no author.
        card: The link preview, which an entry of the history does not hold.
    """
    prose = _html.read(words(status.get("content")))
    links = _links(status, prose)
    extras = [Extra(kind="title", text=warning)] if (warning := _warning(status)) else []
    extras += [Extra(kind="link", text=link) for link in links if not _is_shown(link, prose.text)]
    extras += [Extra(kind="alt", text=text) for text in _alts(status, prose.alts)]
    extras += [Extra(kind="poll", text=text) for text in _options(status)]
    preview = inner(status, "card") if card is None else card
    if words(preview.get("url")) in links or card is None:
        text = _joined(preview, "title", "description")
        extras += [Extra(kind="attachment", text=text)] if text else []
    extras += _quoted(status, account_id)
    return Content(
        own=prose.text, extras=tuple(extras), links=links, pictures=tuple(_pictures(status))
    )


def versions_of(
    history: Any, status: JSON, *, account_id: str, after: datetime | None
) -> tuple[EarlierVersion, ...]:
    """Return what a status said before its present version.

    Args:
        history: As Mastodon gives it, oldest first, the present version last.
        status: The status as it is now.
        account_id: Whose words carry no author.
        after: Only versions made later; None: all, the first one too.
    """
    entries = [each for each in objects(history) if isinstance(each.get("content"), str)]
    found = []
    for index, entry in enumerate(entries[:-1]):
        made_at = instant(entry.get("created_at"))
        if made_at is None or (after is not None and made_at <= after):
            continue
        content = content_of(entry, account_id, card=inner(status, "card"))
        found.append(EarlierVersion(content=content, edited_at=made_at if index else None))
    return tuple(found)


def _links(status: JSON, prose: _html.Prose) -> tuple[str, ...]:
    """Return where links lead, without those to people and tags that Mastodon makes itself."""
    made = [*objects(status.get("mentions")), *objects(status.get("tags"))]
    own = {words(each.get("url")).casefold().rstrip("/") for each in made}
    return tuple(
        link
        for link in prose.links
        if link.casefold().rstrip("/") not in own and not _names_somebody(link)
    )


def _names_somebody(link: str) -> bool:
    """Tell whether an address is that of a person or tag; a history tells neither apart."""
    path = _SCHEME.sub("", link).partition("/")[2]
    return bool(re.fullmatch(r"(@[^/]+|users/[^/]+|tags/[^/]+)/?", path, re.IGNORECASE))


def _is_shown(link: str, text: str) -> bool:
    return _SCHEME.sub("", link).rstrip("/").casefold() in text.casefold()


def _warning(status: JSON) -> str:
    return words(status.get("spoiler_text")).strip()


def _alts(status: JSON, inside: Sequence[str]) -> Iterator[str]:
    described = (
        words(each.get("description")) for each in objects(status.get("media_attachments"))
    )
    yield from (text for text in described if text)
    yield from inside


def _options(status: JSON) -> Iterator[str]:
    for option in objects(inner(status, "poll").get("options")):
        if text := words(option.get("title")):
            yield text


def _joined(value: JSON, *names: str) -> str:
    return "\n".join(part for part in (words(value.get(name)) for name in names) if part)


def _quoted(status: JSON, account_id: str) -> Iterator[Extra]:
    """Yield the words of a quoted post: only those that a reader is shown."""
    quote = inner(status, "quote")
    inside = inner(quote, "quoted_status")
    # Some servers put the quoted post there itself.
    other = inside or (quote if isinstance(quote.get("content"), str) else {})
    if inside and words(quote.get("state")) not in {"accepted", ""}:
        return
    yield from _words_of(other, account_id)


def _shared(reblog: JSON, account_id: str) -> Content:
    """Return a boost, judged by the full words of the post that it shares."""
    return Content(
        extras=tuple(_words_of(reblog, account_id)) + tuple(_quoted(reblog, account_id)),
        pictures=tuple(_pictures(reblog)),
        is_repost=True,
    )


def _words_of(other: JSON, account_id: str) -> Iterator[Extra]:
    if not other:
        return
    author = inner(other, "account")
    by = "" if author.get("id") == account_id else words(author.get("acct")) or "unknown"
    prose = _html.read(words(other.get("content")))
    links = [each for each in _links(other, prose) if not _is_shown(each, prose.text)]
    preview = _joined(inner(other, "card"), "title", "description")
    texts = [_warning(other), prose.text, *links, *_alts(other, prose.alts), *_options(other)]
    for text in [*texts, preview]:
        if text:
            yield Extra(kind="referenced", text=text, by=by)


def _pictures(status: JSON) -> Iterator[str]:
    for media in objects(status.get("media_attachments")):
        if name := id_of(media.get("id")):
            yield name


def _stills(status: JSON) -> tuple[Still, ...]:
    found = []
    for media in objects(status.get("media_attachments")):
        is_photograph = media.get("type") == "image"
        place = words(media.get("url" if is_photograph else "preview_url"))
        name, address = id_of(media.get("id")), _html.web_address(place)
        if name and address:
            found.append(Still(name=name, address=address))
    return tuple(found)


def _packed(status: JSON, redactor: Redactor) -> bytes:
    packed = json.dumps(status, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return redactor.registered(packed.encode("utf-8", "replace"))


# --- the account -------------------------------------------------------------------------------


def profile_content(account: JSON, *, pinned: Sequence[str]) -> Content:
    """Return the account's face: its words as text too, so that a rule can quote them.

    Args:
        account: As Mastodon gives it.
        pinned: Ids of the pinned posts.
    """
    note = _html.read(words(account.get("note")))
    rows = [
        (words(each.get("name")), _html.read(words(each.get("value"))), each)
        for each in objects(account.get("fields"))
    ]
    stated = [link for _, value, _ in rows for link in _links_of(value)]
    links = tuple(dict.fromkeys([*_links_of(note), *stated]))
    proved = [value.text for _, value, each in rows if each.get("verified_at")]
    fields = {
        "name": words(account.get("display_name")),
        "handle": words(account.get("username")),
        "description": note.text,
        "links": "\n".join(links),
        "verified": "\n".join(proved),
        "picture": picture_name(account.get("avatar_static") or account.get("avatar")),
        "banner": picture_name(account.get("header_static") or account.get("header")),
        "pinned": " ".join(pinned),
        "moved": words(inner(account, "moved").get("url")),
    }
    titles = [fields["name"], *(f"{name}: {value.text}" for name, value, _ in rows if value.text)]
    alts = [words(account.get(name)) for name in ("avatar_description", "header_description")]
    extras = [Extra(kind="title", text=title) for title in titles if title]
    extras += [Extra(kind="alt", text=text) for text in alts if text]
    return Content(own=note.text, extras=tuple(extras), links=links, fields=fields)


def _links_of(prose: _html.Prose) -> tuple[str, ...]:
    return prose.links or _html.addresses_in(prose.text)


def face_stills(account: JSON) -> tuple[Still, ...]:
    """Return where the account's picture and banner lie."""
    places = {"picture": account.get("avatar_static"), "banner": account.get("header_static")}
    found = {name: _html.web_address(words(place)) for name, place in places.items()}
    return tuple(Still(name=name, address=at) for name, at in found.items() if at)


def picture_name(value: Any) -> str:
    """Return a name for a picture: its file's name is drawn anew at each upload.

    The server before it may change by itself; the stand-in of those who have none says nothing.
    """
    last = words(value).partition("?")[0].rsplit("/", 1)[-1]
    is_none = not last or last.startswith("missing.")
    return "" if is_none else hashlib.sha256(last.encode()).hexdigest()[:32]
