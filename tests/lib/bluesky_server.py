"""A Bluesky on loopback: accounts and records that change as a story says, answers as documented.

::

    with BlueskyTown(clock) as town:
        elm = town.account("elm.example")
        post = town.post(elm, "The library opens at ten.")
        town.put(post, "The library opens at nine.")
        town.delete(post)

Each request and each answer is held against the lexicon; what does not fit stands in
`wrong`, and the fixture of the tests looks at it. It answers as Bluesky's public interface
does to whoever is not signed in; a request that carries a credential is wrong, too.
"""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from tests.lib.bluesky_contract import wrong_in_answer, wrong_in_request
from tests.lib.bluesky_views import embed_view, iso
from tests.lib.http_server import Asked, Reply, ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

POST, REPOST = "app.bsky.feed.post", "app.bsky.feed.repost"
PROFILE, FEED = "app.bsky.actor.getProfile", "app.bsky.feed.getAuthorFeed"
POSTS, RECORD = "app.bsky.feed.getPosts", "com.atproto.repo.getRecord"
_LETTERS = "234567abcdefghijklmnopqrstuvwxyz"


@dataclass
class Member:
    """One account.

    Attributes:
        state: ``active``, ``deactivated``, ``takendown`` or ``deleted``.
        face: More of the profile, as Bluesky names it.
    """

    did: str
    handle: str
    state: str = "active"
    face: dict[str, Any] = field(default_factory=dict)


@dataclass
class Stored:
    """One record of a repository.

    Attributes:
        is_hidden: It stands, but is shown to nobody: the index lags, or moderators hide it.
    """

    uri: str
    value: dict[str, Any]
    indexed_at: datetime
    is_hidden: bool = False

    @property
    def did(self) -> str:
        """Whose record it is."""
        return self.uri.split("/")[2]

    @property
    def cid(self) -> str:
        """The hash of its content."""
        return cid_of(repr(sorted(self.value.items())))


class BlueskyTown:
    """The accounts, what they wrote, and the server; a context manager.

    Attributes:
        wrong: What did not fit the lexicon.
        tells_reposts: Whether a listing names the record of a repost.
        headers: Sent with every answer.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Start empty.

        Args:
            clock: The present moment of the story; aware UTC.
        """
        self.server = ScriptedServer()
        self.wrong: list[str] = []
        self.tells_reposts = True
        self.headers: dict[str, str] = {}
        self._clock = clock
        self._members: dict[str, Member] = {}
        self._records: dict[str, Stored] = {}
        self._coming: defaultdict[str, list[Reply]] = defaultdict(list)
        self._made = 0
        for method in (PROFILE, FEED, POSTS, RECORD):
            self.server.on(f"/xrpc/{method}", self._serve)

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

    def account(self, handle: str, **face: Any) -> Member:
        """Let somebody join."""
        letters = base64.b32encode(hashlib.sha256(handle.encode()).digest()).decode().lower()
        member = Member(did=f"did:plc:{letters[:24]}", handle=handle, face=face)
        self._members[member.did] = member
        return member

    def post(
        self,
        member: Member,
        text: str,
        *,
        at: datetime | None = None,
        indexed_at: datetime | None = None,
        **more: Any,
    ) -> str:
        """Let an account post something; return its address.

        Args:
            member: Who.
            text: What.
            at: When, by the writer's clock; None: now.
            indexed_at: When Bluesky learned of it; None: then.
            more: Further fields of the record.
        """
        at = at or self._clock()
        value = {"$type": POST, "text": text, "createdAt": iso(at), **more}
        return self._store(member, POST, value, indexed_at or at)

    def repost(self, member: Member, uri: str, *, at: datetime | None = None) -> str:
        """Let an account share a post; return the address of the sharing."""
        at = at or self._clock()
        subject = {"uri": uri, "cid": self._records[uri].cid}
        value = {"$type": REPOST, "subject": subject, "createdAt": iso(at)}
        return self._store(member, REPOST, value, at)

    def put(self, uri: str, text: str) -> None:
        """Write another text under the same address; Bluesky's own app cannot do that."""
        stored = self._records[uri]
        stored.value = {**stored.value, "text": text}
        stored.indexed_at = self._clock()

    def delete(self, uri: str) -> None:
        """Delete a record."""
        del self._records[uri]

    def hide(self, uri: str, *, is_hidden: bool = True) -> None:
        """Let a record stand and be shown to nobody."""
        self._records[uri].is_hidden = is_hidden

    def ref(self, uri: str) -> dict[str, str]:
        """Return what points at a record: its address and the hash of its content."""
        return {"uri": uri, "cid": self._records[uri].cid}

    def next(self, method: str, *replies: Reply) -> None:
        """Let the next answers of a method be these; afterwards it behaves again."""
        self._coming[method].extend(replies)

    def asked(self) -> list[str]:
        """Return which methods were asked, in order."""
        return [path.removeprefix("/xrpc/") for path in self.server.paths()]

    # --- the answers -------------------------------------------------------------------------

    def _store(self, member: Member, kind: str, value: dict[str, Any], indexed_at: datetime) -> str:
        self._made += 1
        uri = f"at://{member.did}/{kind}/{key_of(indexed_at, self._made)}"
        self._records[uri] = Stored(uri=uri, value=value, indexed_at=indexed_at)
        return uri

    def _serve(self, asked: Asked) -> Reply:
        method = asked.path.removeprefix("/xrpc/")
        wrong = wrong_in_request(method, asked.query)
        if not wrong and asked.headers.keys() & {"authorization", "cookie"}:
            wrong = "a credential was sent"
        if wrong:
            self.wrong.append(f"{method}: {wrong}")
            return problem("InvalidRequest", wrong)
        if self._coming[method]:
            return self._coming[method].pop(0)
        serve = {
            PROFILE: self._profile,
            FEED: self._feed,
            POSTS: self._posts,
            RECORD: self._record,
        }[method]
        reply = serve(asked)
        if reply.status == 200 and (wrong := wrong_in_answer(method, reply.json)):
            self.wrong.append(f"answer of {method}: {wrong}")
        return Reply(status=reply.status, json=reply.json, headers=self.headers)

    def _member(self, asked: Asked) -> Member | Reply:
        actor = asked.param("actor")
        for member in self._members.values():
            if actor in {member.did, member.handle}:
                return _refusal(member) or member
        return problem("InvalidRequest", "Profile not found")

    def _profile(self, asked: Asked) -> Reply:
        member = self._member(asked)
        if isinstance(member, Reply):
            return member
        return Reply(json={**_who(member), **member.face})

    def _feed(self, asked: Asked) -> Reply:
        member = self._member(asked)
        if isinstance(member, Reply):
            return problem("InvalidRequest", "Profile not found")  # whatever the reason
        size, cursor = int(asked.param("limit") or 50), asked.param("cursor")
        listed = [(at, item) for at, item in self._items(member) if not cursor or iso(at) < cursor]
        page = listed[:size]
        feed = [item for _, item in page]
        pinned = member.face.get("pinnedPost", {}).get("uri")
        if not cursor and asked.param("includePins") == "true" and self._shows(pinned):
            reason = {"$type": "app.bsky.feed.defs#reasonPin"}
            feed = [each for each in feed if each["post"]["uri"] != pinned]
            feed.insert(0, {"post": self._view(pinned), "reason": reason})
        more = {"cursor": iso(page[-1][0])} if len(listed) > size else {}
        return Reply(json={"feed": feed, **more})

    def _items(self, member: Member) -> list[tuple[datetime, dict[str, Any]]]:
        found = []
        for stored in self._records.values():
            if stored.did != member.did or not self._shows(stored.uri):
                continue
            if stored.value["$type"] == POST:
                item = {"post": self._view(stored.uri)}
            else:
                item = self._shared(stored, member)
            stated = datetime.fromisoformat(stored.value["createdAt"])
            found.append((min(stated, stored.indexed_at), item))
        return sorted(found, key=lambda each: each[0], reverse=True)

    def _shared(self, stored: Stored, member: Member) -> dict[str, Any]:
        reason = {
            "$type": "app.bsky.feed.defs#reasonRepost",
            "by": _who(member),
            "indexedAt": iso(stored.indexed_at),
        }
        if self.tells_reposts:
            reason |= {"uri": stored.uri, "cid": stored.cid}
        return {"post": self._view(stored.value["subject"]["uri"]), "reason": reason}

    def _shows(self, uri: str | None) -> bool:
        stored = self._records.get(uri or "")
        if stored is None or stored.is_hidden or self._members[stored.did].state != "active":
            return False
        return stored.value["$type"] == POST or self._shows(stored.value["subject"]["uri"])

    def _view(self, uri: str) -> dict[str, Any]:
        stored = self._records[uri]
        view = {
            "$type": "app.bsky.feed.defs#postView",
            "uri": uri,
            "cid": stored.cid,
            "author": _who(self._members[stored.did]),
            "record": stored.value,
            "indexedAt": iso(stored.indexed_at),
            "likeCount": self._made,
            "labels": [],
        }
        embed = stored.value.get("embed")
        shown = embed_view(embed, self._quoted) if embed is not None else None
        return {**view, **({"embed": shown} if shown is not None else {})}

    def _quoted(self, uri: str) -> dict[str, Any]:
        """Return the view of a post inside another one."""
        if not self._shows(uri):
            return {"$type": "app.bsky.embed.record#viewNotFound", "uri": uri, "notFound": True}
        view = self._view(uri)
        embeds = {"embeds": [view["embed"]]} if "embed" in view else {}
        return {
            "$type": "app.bsky.embed.record#viewRecord",
            "uri": uri,
            "cid": view["cid"],
            "author": view["author"],
            "value": view["record"],
            "indexedAt": view["indexedAt"],
            **embeds,
        }

    def _posts(self, asked: Asked) -> Reply:
        uris = [uri for uri in asked.query["uris"] if self._shows(uri)]
        return Reply(json={"posts": [self._view(uri) for uri in uris]})

    def _record(self, asked: Asked) -> Reply:
        did, kind, key = (asked.param(name) for name in ("repo", "collection", "rkey"))
        member = self._members.get(did or "")
        if member is None or member.state != "active":
            return problem("InvalidRequest", f"Could not find repo: {did}")
        uri = f"at://{did}/{kind}/{key}"
        if uri not in self._records:
            return problem("RecordNotFound", f"Could not locate record: {uri}")
        stored = self._records[uri]
        return Reply(json={"uri": uri, "cid": stored.cid, "value": stored.value})


def _refusal(member: Member) -> Reply | None:
    return {
        "deactivated": problem("AccountDeactivated", "Account is deactivated"),
        "takendown": problem("AccountTakedown", "Account has been suspended"),
        "deleted": problem("InvalidRequest", "Profile not found"),
    }.get(member.state)


def _who(member: Member) -> dict[str, Any]:
    return {"did": member.did, "handle": member.handle, "labels": []}


def problem(name: str, message: str, status: int = 400) -> Reply:
    """Return an error in Bluesky's form."""
    return Reply(status=status, json={"error": name, "message": message})


def cid_of(content: str) -> str:
    """Return the hash of a content in the form of a CID."""
    packed = base64.b32encode(hashlib.sha256(content.encode()).digest()).decode().lower()
    return "bafyrei" + packed.rstrip("=")


def key_of(at: datetime, number: int) -> str:
    """Return a record's key that carries its time, as writers make them."""
    left = (int((at - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1)) << 10) + (
        number % 1024
    )
    letters = ""
    for _ in range(13):
        left, rest = divmod(left, 32)
        letters = _LETTERS[rest] + letters
    return letters
