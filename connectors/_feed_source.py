"""Where a feed and its posts live: addresses worked out from the register's handle."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from connectors import _html

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from config.register import Account
    from connectors._feed_entries import Entry

YOUTUBE = "https://www.youtube.com/feeds/videos.xml?channel_id="
_CHANNEL = re.compile(
    r"(?:https?://(?:www\.|m\.)?youtube\.com/(?:channel/|feeds/videos\.xml\?channel_id=))?"
    r"(UC[A-Za-z0-9_-]{22})/?"
)
_SECOND_LEVEL = frozenset(
    [
        "ac",
        "co",
        "com",
        "edu",
        "gov",
        "ltd",
        "me",
        "mod",
        "net",
        "nhs",
        "org",
        "plc",
        "police",
        "sch",
    ]
)
_REMEMBERED = 200
_SMALLEST = 5  # entries: no feed holds fewer unless there are no more posts
_MOVED = "2"


def channel_of(handle: str) -> str | None:
    """Return the YouTube channel id that a handle names; None if it names none."""
    found = _CHANNEL.fullmatch(handle.strip())
    return found[1] if found else None


def feed_address(account: Account) -> str:
    """Return the feed's own address, as the world knows it; empty if the handle is none.

    A channel id stands for YouTube's public feed; a handle without a scheme is a path
    below ``api_base``, or an https address.
    """
    channel = channel_of(account.handle)
    if channel is not None:
        return YOUTUBE + channel
    handle = account.handle.strip()
    if "://" not in handle:
        home = account.api_base.rstrip("/") + "/" if account.api_base else "https://"
        handle = home + handle.lstrip("/")
    return _html.web_address(handle) or ""


def asked_address(url: str, account: Account) -> str:
    """Return where to ask for an address: with ``api_base``, that server instead of its own."""
    if account.api_base is None or url.startswith(account.api_base.rstrip("/") + "/"):
        return url
    split = urlsplit(url)
    query = f"?{split.query}" if split.query else ""
    return account.api_base.rstrip("/") + (split.path or "/") + query


def home_of(feed: str) -> str:
    """Return the address of the site that a feed belongs to: one step above it; or empty."""
    try:
        split = urlsplit(feed)
    except ValueError:
        return ""
    if not split.hostname:
        return ""
    above = split.path.rstrip("/").rpartition("/")[0]
    return f"{split.scheme}://{split.netloc}{above}/"


def registrable(host: str) -> str:
    """Return the part of a host name that one owner holds: ``example.gov.uk``.

    Works from the usual second levels (``co.uk``); where a provider hands out names below
    its own, the provider counts as the owner.
    """
    labels = host.lower().rstrip(".").split(".")
    two_letter = len(labels[-1]) == 2  # noqa: PLR2004  # a country
    wanted = 3 if len(labels) > 2 and two_letter and labels[-2] in _SECOND_LEVEL else 2  # noqa: PLR2004
    is_number = labels[-1].isdigit() or ":" in host
    return host.lower() if is_number else ".".join(labels[-wanted:])


def is_of_the_house(url: str, *, account: Account, feed: str) -> bool:
    """Tell whether a permalink is on the feed's own site (or on ``api_base``)."""
    try:
        host = (urlsplit(url).hostname or "").lower()
        home = urlsplit(feed).hostname or ""
        base = urlsplit(account.api_base or "").hostname
    except ValueError:
        return False
    return bool(host) and (registrable(host) == registrable(home) or host == base)


def place_of(url: str) -> str:
    """Return path and query of an address, to compare it across hosts; empty for a home page."""
    try:
        split = urlsplit(url)
    except ValueError:
        return ""
    path = split.path.rstrip("/")
    return f"{path}?{split.query}" if split.query else path


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What is remembered of one entry between runs.

    Attributes:
        words: Print of what it said.
        title: Print of its title; empty if it had none.
        is_listed: It stood in the feed when that was last read whole.
        has_moved: The whole blog got other ids, and this one was of the old ones.
    """

    words: str
    title: str
    is_listed: bool
    has_moved: bool = False

    @property
    def mark(self) -> str:
        """Return where it stands, in a letter."""
        return _MOVED if self.has_moved else str(int(self.is_listed))


@dataclass(frozen=True, slots=True)
class Memory:
    """Marks of the newest entries, so that a moved blog and a rolled-off post are known again."""

    traces: Mapping[str, Trace] = field(default_factory=dict)

    @classmethod
    def loads(cls, packed: str) -> Memory:
        """Read what `dumps` wrote; anything else counts as nothing."""
        traces = {}
        for line in packed.split():
            parts = line.split(":")
            if len(parts) == 4:  # noqa: PLR2004  # id, words, title, listed
                traces[parts[0]] = Trace(
                    words=parts[1],
                    title=parts[2],
                    is_listed=parts[3] == "1",
                    has_moved=parts[3] == _MOVED,
                )
        return cls(traces)

    def dumps(self) -> str:
        """Return it as one line of text."""
        return " ".join(
            f"{key}:{trace.words}:{trace.title}:{trace.mark}" for key, trace in self.traces.items()
        )

    def of(self, platform_id: str) -> Trace | None:
        """Return the marks of one post; None if it is not remembered."""
        return self.traces.get(_key(platform_id))

    def has_moved(self, platform_id: str, entries: Collection[Entry] | None) -> bool:
        """Tell whether a post has got another id, as all others did, and still says the same.

        That one post's words alone stand under another id may be the next week's notice.

        Args:
            platform_id: Of the post; not one of the entries.
            entries: What stands in the feed; None: the same as before.
        """
        trace = self.of(platform_id)
        if trace is None or not trace.words:
            return False
        if entries is None:
            listed = {one.words for one in self.traces.values() if one.is_listed}
            return trace.has_moved and trace.words in listed
        are_moving = trace.has_moved or self._are_moving(entries)
        return are_moving and trace.words in {one.words for one in entries}

    def may_have_lost(self, entries: Collection[Entry]) -> bool:
        """Tell whether nothing stands in the feed that did: newer posts have pushed all out.

        Then others may have come and gone unseen. Hardly any posts are no feed that was full.
        """
        keys = {_key(one.post.platform_id) for one in entries}
        listed = {key for key, trace in self.traces.items() if trace.is_listed}
        is_full = len(keys) >= _SMALLEST
        return (
            is_full and bool(listed) and keys.isdisjoint(listed) and not self._are_moving(entries)
        )

    def _are_moving(self, entries: Collection[Entry]) -> bool:
        """Tell whether nothing stands under its old id that did, and something under a new one."""
        listed = {key: trace for key, trace in self.traces.items() if trace.is_listed}
        words = {one.words for one in entries if one.words}
        is_told_again = any(trace.words in words for trace in listed.values())
        return is_told_again and listed.keys().isdisjoint(
            _key(one.post.platform_id) for one in entries
        )

    def with_entries(self, entries: Collection[Entry]) -> Memory:
        """Return a memory of these entries, then of older ones, 200 in all."""
        are_moving = self._are_moving(entries)
        listed = {
            _key(each.post.platform_id): Trace(words=each.words, title=each.title, is_listed=True)
            for each in entries
        }
        older = {
            key: replace(trace, is_listed=False, has_moved=trace.has_moved or are_moving)
            for key, trace in self.traces.items()
            if key not in listed
        }
        room = max(_REMEMBERED, len(listed))
        return Memory(dict(list({**listed, **older}.items())[:room]))


def _key(platform_id: str) -> str:
    return hashlib.sha256(platform_id.encode("utf-8", "replace")).hexdigest()[:12]
