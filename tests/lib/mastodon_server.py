"""A Mastodon on loopback: accounts and posts that change as a story says, answers as documented.

::

    with MastodonTown(clock) as town:
        elm = town.account("elmtown")
        post = town.post(elm, "<p>The library opens at ten.</p>")
        town.edit(post, "<p>The library opens at nine.</p>")
        town.delete(post)

Each request and each answer is held against Mastodon.py's calls and entities; what does not
fit stands in `wrong`, and the fixture of the tests looks at it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from tests.lib.http_server import Asked, Reply, ScriptedServer
from tests.lib.mastodon_contract import wrong_in_answer, wrong_in_request

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from types import TracebackType

ACCOUNT, LOOKUP, LIST = "account", "lookup", "list"
BATCH, SINGLE, HISTORY, PINNED = "batch", "single", "history", "pinned"


def iso(at: datetime) -> str:
    """Return an instant as Mastodon writes it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Member:
    """One account.

    Attributes:
        state: ``active``, ``suspended``, ``deleted``, or ``erased`` (410).
        face: More of the account, as Mastodon names it.
    """

    id: str
    name: str
    state: str = "active"
    face: dict[str, Any] = field(default_factory=dict)


@dataclass
class Stored:
    """One status.

    Attributes:
        versions: What it said, oldest first, each with its time.
        is_hidden: It stands, but is left out of lists.
    """

    id: str
    by: Member
    at: datetime
    versions: list[tuple[datetime, dict[str, Any]]]
    more: dict[str, Any]
    shares: str | None = None
    is_hidden: bool = False
    is_pinned: bool = False


class MastodonTown:
    """The accounts, what they wrote, and the server; a context manager.

    Attributes:
        wrong: What did not fit the contract.
        token: If set, nothing is shown without it.
        has_batches: Whether several posts may be asked for at once (Mastodon 4.3).
        has_links: Whether a page says where the next one begins.
        headers: Sent with every answer.
        page_limit: Most posts on a page, whatever is asked for.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Start empty.

        Args:
            clock: The present moment of the story; aware UTC.
        """
        self.server = ScriptedServer()
        self.wrong: list[str] = []
        self.token = ""
        self.has_batches = self.has_links = True
        self.headers: dict[str, str] = {}
        self.page_limit = 40
        self._clock = clock
        self._members: dict[str, Member] = {}
        self._statuses: dict[str, Stored] = {}
        self._coming: defaultdict[str, list[Reply]] = defaultdict(list)
        self._asked: list[str] = []
        self.server.on("/api/v1/*", self._serve)

    def __enter__(self) -> Self:
        """Start serving."""
        self.server.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving."""
        self.server.__exit__(kind, error, trace)

    # --- the story ---------------------------------------------------------------------------

    def account(self, name: str, **face: Any) -> Member:
        """Let somebody join."""
        number = str(109_000_000_000_000_001 + len(self._members))
        member = Member(id=number, name=name, face=face)
        self._members[number] = member
        return member

    def post(
        self,
        member: Member,
        html: str,
        *,
        at: datetime | None = None,
        **more: Any,
    ) -> str:
        """Let an account post something; return its id.

        Args:
            member: Who.
            html: What, as Mastodon shows it.
            at: When; None: now.
            more: Further fields, as Mastodon names them; ``pinned`` pins it.
        """
        at = at or self._clock()
        said: dict[str, Any] = {
            "content": html,
            "spoiler_text": "",
            "media_attachments": [],
            "poll": None,
        }
        said |= {name: more.pop(name) for name in list(more) if name in said}
        return self._store(member, at, said, more)

    def boost(self, member: Member, status: str, *, at: datetime | None = None) -> str:
        """Let an account share a post; return the id of the sharing."""
        at = at or self._clock()
        return self._store(member, at, {"content": "", "media_attachments": []}, {}, shares=status)

    def edit(self, status: str, html: str, *, at: datetime | None = None, **more: Any) -> None:
        """Let a post be edited; only ``more`` changes what is not its text."""
        stored = self._statuses[status]
        said = {**stored.versions[-1][1], "content": html, **more}
        stored.versions.append((at or self._clock(), said))

    def delete(self, status: str) -> None:
        """Delete a post."""
        del self._statuses[status]

    def hide(self, status: str, *, is_hidden: bool = True) -> None:
        """Leave a post out of lists, although it stands."""
        self._statuses[status].is_hidden = is_hidden

    def next(self, call: str, *replies: Reply) -> None:
        """Let the next answers of a call be these; afterwards it behaves again."""
        self._coming[call].extend(replies)

    def forget_troubles(self) -> None:
        """Answer as usual from now on."""
        self._coming.clear()

    def asked(self) -> list[str]:
        """Return which calls were made, in order."""
        return list(self._asked)

    # --- the answers -------------------------------------------------------------------------

    def _store(
        self,
        member: Member,
        at: datetime,
        said: dict[str, Any],
        more: dict[str, Any],
        *,
        shares: str | None = None,
    ) -> str:
        # A snowflake: milliseconds, then a sequence.
        number = str((int(at.timestamp() * 1000) << 16) + len(self._statuses))
        is_pinned = bool(more.pop("pinned", False))
        self._statuses[number] = Stored(
            id=number,
            by=member,
            at=at,
            versions=[(at, said)],
            more=more,
            shares=shares,
            is_pinned=is_pinned,
        )
        return number

    def _serve(self, asked: Asked) -> Reply:
        parts = asked.path.removeprefix("/api/v1/").split("/")
        call = _call_of(parts, asked)
        self._asked.append(call)
        wrong = wrong_in_request(asked.path, asked.query)
        login = asked.headers.get("authorization", "")
        if not wrong and "cookie" in asked.headers:
            wrong = "a cookie was sent"
        if wrong:
            self.wrong.append(wrong)
            return problem(wrong, 422)
        if self._coming[call]:
            return self._coming[call].pop(0)
        if self.token and login != f"Bearer {self.token}":
            told = "The access token is invalid" if login else "This method requires a user"
            return problem(told, 401)
        reply = self._answer(call, parts, asked)
        if reply.status == 200 and (wrong := wrong_in_answer(asked.path, reply.json)):
            self.wrong.append(f"answer of {call}: {wrong}")
        return Reply(
            status=reply.status, json=reply.json, headers={**reply.headers, **self.headers}
        )

    def _answer(self, call: str, parts: list[str], asked: Asked) -> Reply:
        if call == LOOKUP:
            name = (asked.param("acct") or "").casefold()
            found = [each for each in self._members.values() if each.name.casefold() == name]
            return self._about(found[-1] if found else None)
        if call == ACCOUNT:
            return self._about(self._members.get(parts[1]))
        if call in {LIST, PINNED}:
            return self._list(self._members.get(parts[1]), asked)
        return self._lot(asked) if call == BATCH else self._one(call, parts[1])

    def _lot(self, asked: Asked) -> Reply:
        if not self.has_batches:
            return Reply(status=404, body="<html>The page you are looking for")
        ids = [each for each in asked.query.get("id[]", []) if self._shows(each)]
        return Reply(json=[self.view(each) for each in ids])

    def _one(self, call: str, status: str) -> Reply:
        if not self._shows(status):
            return missing()
        if call == HISTORY:
            return Reply(json=self._history(self._statuses[status]))
        return Reply(json=self.view(status))

    def _about(self, member: Member | None) -> Reply:
        if member is None or member.state == "deleted":
            return missing()
        if member.state == "erased":
            return problem("", 410)
        return Reply(json=self.who(member))

    def who(self, member: Member) -> dict[str, Any]:
        """Return an account as it is shown."""
        address = f"{self.server.url}/@{member.name}"
        blank = f"{self.server.url}/avatars/original/missing.png"
        shown = {
            "id": member.id,
            "username": member.name,
            "acct": member.name,
            "display_name": "",
            "note": "",
            "url": address,
            "uri": address,
            "avatar": blank,
            "avatar_static": blank,
            "header": blank,
            "header_static": blank,
            "locked": False,
            "bot": False,
            "created_at": "2023-01-01T00:00:00.000Z",
            "statuses_count": len(self._statuses),
            "fields": [],
            "emojis": [],
            **member.face,
        }
        return shown | ({"suspended": True} if member.state == "suspended" else {})

    def _shows(self, status: str) -> bool:
        stored = self._statuses.get(status)
        if stored is None or stored.by.state != "active":
            return False
        return stored.shares is None or self._shows(stored.shares)

    def _list(self, member: Member | None, asked: Asked) -> Reply:
        if member is None or member.state in {"deleted", "erased"}:
            return missing()
        older_than, pinned = asked.param("max_id"), asked.param("pinned") == "true"
        listed = [
            each
            for each in sorted(self._statuses.values(), key=lambda one: int(one.id), reverse=True)
            if each.by is member
            and self._shows(each.id)
            and not each.is_hidden
            and (each.is_pinned or not pinned)
            and (older_than is None or int(each.id) < int(older_than))
        ]
        size = min(int(asked.param("limit") or 20), self.page_limit)
        page = listed[:size]
        headers = {}
        if self.has_links and len(listed) > size:
            base = f"{self.server.url}{asked.path}"
            headers["Link"] = (
                f'<{base}?limit={size}&max_id={page[-1].id}>; rel="next", '
                f'<{base}?min_id={page[0].id}>; rel="prev"'
            )
        elif self.has_links and page:
            headers["Link"] = f'<{self.server.url}{asked.path}?min_id={page[0].id}>; rel="prev"'
        return Reply(json=[self.view(each.id) for each in page], headers=headers)

    def view(self, status: str) -> dict[str, Any]:
        """Return a status as it is shown."""
        stored = self._statuses[status]
        address = f"{self.server.url}/@{stored.by.name}/{stored.id}"
        made_at, said = stored.versions[-1]
        return {
            "id": stored.id,
            "uri": address,
            "url": address,
            "account": self.who(stored.by),
            "created_at": iso(stored.at),
            "edited_at": iso(made_at) if len(stored.versions) > 1 else None,
            "in_reply_to_id": None,
            "in_reply_to_account_id": None,
            "reblog": self.view(stored.shares) if stored.shares else None,
            "sensitive": False,
            "spoiler_text": "",
            "visibility": "public",
            "mentions": [],
            "tags": [],
            "emojis": [],
            "favourites_count": len(self._asked),
            "reblogs_count": 0,
            "replies_count": 0,
            "language": "en",
            **said,
            **stored.more,
        }

    def _history(self, stored: Stored) -> list[dict[str, Any]]:
        return [
            {
                "account": self.who(stored.by),
                "created_at": iso(at),
                "sensitive": False,
                "emojis": [],
                **said,
            }
            for at, said in stored.versions
        ]


def _call_of(parts: list[str], asked: Asked) -> str:
    if parts[0] == "accounts":
        if parts[1:] == ["lookup"]:
            return LOOKUP
        if parts[2:] == ["statuses"]:
            return PINNED if "pinned" in asked.query else LIST
        return ACCOUNT
    if parts == ["statuses"]:
        return BATCH
    return HISTORY if parts[2:] == ["history"] else SINGLE


def problem(message: str, status: int) -> Reply:
    """Return an error in Mastodon's form."""
    return Reply(status=status, json={"error": message})


def missing() -> Reply:
    """Return what Mastodon says of what is deleted, or is not shown."""
    return problem("Record not found", 404)


def picture(number: int, description: str | None = None, kind: str = "image") -> dict[str, Any]:
    """Return a picture or film as it hangs on a status."""
    place = f"https://files.example/media/{number}"
    return {
        "id": str(number),
        "type": kind,
        "url": f"{place}/original.png",
        "preview_url": f"{place}/small.png",
        "description": description,
        "blurhash": "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
        "meta": {},
    }


def poll(*options: str) -> dict[str, Any]:
    """Return a poll with these options."""
    return {
        "id": "34830",
        "expires_at": "2026-12-05T04:05:08.302Z",
        "expired": False,
        "multiple": False,
        "votes_count": 10,
        "options": [{"title": each, "votes_count": 6} for each in options],
        "emojis": [],
    }


def card(url: str, title: str, description: str = "") -> dict[str, Any]:
    """Return a link preview."""
    return {"url": url, "title": title, "description": description, "type": "link"}


def link(url: str) -> str:
    """Return an address as Mastodon shows it: its parts hidden, the whole in the text."""
    bare = url.removeprefix("https://")
    return (
        f'<a href="{url}" rel="nofollow noopener"><span class="invisible">https://</span>'
        f'<span class="ellipsis">{bare[:30]}</span><span class="invisible">{bare[30:]}</span></a>'
    )
