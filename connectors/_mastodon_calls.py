"""The calls of Mastodon's interface that reading needs: checked, with or without a login."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from config.errors import ContractError
from connectors import _mastodon_words as m
from connectors._json import JSON, load, objects, words
from connectors._service import NotThereError, Service, said_in
from connectors._settling import Said

if TYPE_CHECKING:
    from collections.abc import Sequence

    import requests

    from connectors.base import Circumstances

LARGEST_PAGE, MOST_IDS = 40, 20

_HOST = r"[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?\.[a-z][a-z0-9-]{0,61}[a-z0-9](?::\d{1,5})?"
_NAME = r"[a-z0-9_](?:[a-z0-9_.-]{0,60}[a-z0-9_])?"
_HANDLE = re.compile(rf"(?:acct:)?@?(?P<name>{_NAME})@(?P<host>{_HOST})", re.IGNORECASE)
_PATH = re.compile(rf"/(?:@|users/)(?P<name>{_NAME})(?:@(?P<host>{_HOST}))?/?", re.IGNORECASE)
_NEXT = re.compile(r'<[^<>]*[?&]max_id=([0-9A-Za-z_-]{1,64})[^<>]*>\s*;\s*rel="?next"?')
_NO_BATCH = frozenset({400, 404, 405, 422, 501})
_TITLE = "the Mastodon server"
_HOME = "home"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where an account lives: its server's address, and its name there."""

    site: str
    name: str


def home_of(handle: str) -> Home | None:
    """Return where an account lives; None if the handle does not say it.

    Args:
        handle: ``@name@server``, or the address of its page, which counts where the server's
            address differs from the name after the at sign.
    """
    said = handle.strip()
    if found := _HANDLE.fullmatch(said):
        return Home(site=f"https://{found['host'].lower()}", name=found["name"])
    if not said.startswith(("http://", "https://")):
        return None
    try:
        parts = urlsplit(said)
    except ValueError:
        return None
    found = _PATH.fullmatch(parts.path)
    if found is None or not parts.netloc or "@" in parts.netloc:
        return None
    # A page may show somebody of another server: then that one is asked.
    site = (
        f"https://{found['host'].lower()}" if found["host"] else f"{parts.scheme}://{parts.netloc}"
    )
    return Home(site=site, name=found["name"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a listing; ``older`` is where the next one begins, None after the last."""

    statuses: list[JSON]
    is_clean: bool
    older: str | None


class Calls:
    """Asks one Mastodon server for one account and one run."""

    def __init__(self, circumstances: Circumstances) -> None:
        """Open a session of the door; nothing is asked yet."""
        self._its = circumstances
        self._home = home_of(circumstances.account.handle)
        secret = circumstances.secret
        login = {"Authorization": f"Bearer {secret.get_secret_value()}"} if secret else {}
        self._service = Service(
            circumstances,
            title=_TITLE,
            base=self._home.site if self._home else "https://mastodon.invalid",
            headers=login,
        )
        self._account: JSON | None = None

    # --- the account -------------------------------------------------------------------------

    def account(self) -> JSON:
        """Return the account as its server tells it; asked once a run.

        Raises:
            AccessError: Suspended or missing, or the server wants a login.
            LaterError: Rate limit, or trouble on the way.
            ContractError: The answer, or the registered handle, makes no sense.
        """
        if self._account is None:
            self._account = self.asked_anew()
        return self._account

    def asked_anew(self) -> JSON:
        """Return the account as it is just now; errors as `account`."""
        home, known = self._registered(), self.known_id()
        if known is not None:
            account = self._one(f"/api/v1/accounts/{known}")
            if words(account.get("username")).casefold() == home.name.casefold():
                return self._live(account, known)
            # Nobody can be renamed there: the register names somebody else now.
        account = self._one("/api/v1/accounts/lookup", {"acct": home.name})
        return self._live(account, m.id_of(account.get("id")))

    def known_id(self) -> str | None:
        """Return the account's number as remembered, if the register still names that account.

        Numbers count on one server only, and people cannot be renamed: after a change of the
        handle the number may be a stranger's.
        """
        remembered = self._its.state.validators.get(_HOME, self.place())
        return m.id_of(self._its.state.platform_id) if remembered == self.place() else None

    def place(self) -> str:
        """Return the registered name and server, in one spelling."""
        home = self._home
        return f"{home.name.casefold()}@{home.site.partition('://')[2]}" if home else ""

    def memory(self) -> dict[str, str]:
        """Return what has to be remembered: whose number is known."""
        return {_HOME: self.place()}

    def _registered(self) -> Home:
        if self._home is None:
            raise ContractError(
                f"{self._its.account.handle[:60]!r} does not say which Mastodon server it is on",
                account=self._its.account.id,
                remedy="Write @name@server, or the address of the account's page, as its handle",
            )
        return self._home

    def _one(self, path: str, params: dict[str, str] | None = None) -> JSON:
        answer = self._service.get(path, params)
        said = said_in(answer)
        if answer.status_code == HTTPStatus.OK and said:
            return said
        if answer.status_code == HTTPStatus.OK:
            raise self._service.later(f"{_TITLE} answered with something that is no JSON object")
        if is_missing(answer):
            raise self._service.not_there(
                f"{_TITLE} knows no such account",
                "If it has moved to another server, write its new handle into the register",
            )
        if answer.status_code == HTTPStatus.NOT_FOUND:
            raise self._service.broken(
                "no Mastodon answers at the server that the handle names",
                answer.content,
                remedy="Open the account's page in a browser and write its address as the handle",
            )
        raise self._service.refused(answer, words(said.get("error")))

    def _live(self, account: JSON, wanted: str | None) -> JSON:
        if wanted is None or m.id_of(account.get("id")) != wanted:
            raise self._service.broken(
                f"{_TITLE} describes another account than was asked for", account
            )
        if account.get("suspended") is True:
            raise self._service.account_gone(
                f"{_TITLE} has suspended the account",
                "Its owner can object after signing in; ask whoever runs the server",
            )
        return account

    # --- its posts ---------------------------------------------------------------------------

    def statuses(self, account_id: str, *, older_than: str | None, size: int) -> Page:
        """Return one page of what the account posted, answered and boosted, newest first.

        Args:
            account_id: Its id on its server.
            older_than: Where the page begins; None: with the newest.
            size: 1 to 40.

        Raises:
            AccessError, LaterError, ContractError: As `account` does.
        """
        asked = {"limit": str(size), **({"max_id": older_than} if older_than else {})}
        answer = self._service.get(f"/api/v1/accounts/{account_id}/statuses", asked)
        listed = self._listed(answer)
        found = objects(listed)
        said = answer.headers.get("link", "")
        older = _NEXT.search(said)
        last = m.id_of(found[-1].get("id")) if found and not said else None
        return Page(
            statuses=found,
            is_clean=len(found) == len(listed),
            older=older[1] if older else last,
        )

    def pinned(self, account_id: str) -> list[JSON]:
        """Return the pinned posts; errors as `account`."""
        asked = {"pinned": "true", "limit": str(LARGEST_PAGE)}
        answer = self._service.get(f"/api/v1/accounts/{account_id}/statuses", asked)
        return objects(self._listed(answer))

    def _listed(self, answer: requests.Response) -> list[object]:
        if answer.status_code == HTTPStatus.OK:
            listed = load(answer.content)
            if isinstance(listed, list):
                return listed
            raise self._service.later(f"{_TITLE} answered with something that is no list")
        if is_missing(answer):
            self.asked_anew()
            raise self._service.later(f"{_TITLE} shows the account but not its list of posts")
        raise self._service.refused(answer, words(said_in(answer).get("error")))

    def several(self, ids: Sequence[str]) -> list[JSON] | None:
        """Return up to 20 posts by their ids; what is not shown is left out.

        Returns:
            None where the server does not know the question (before Mastodon 4.3).

        Raises:
            AccessError, LaterError, ContractError: As `account` does.
        """
        answer = self._service.get("/api/v1/statuses", {"id[]": list(ids)})
        if answer.status_code in _NO_BATCH:
            return None
        return objects(self._listed(answer))

    def single(self, status_id: str) -> JSON | Said:
        """Return one post, or what the server says of it.

        Returns:
            ``MISSING`` only where the server says so of this very post; ``UNSAID`` where it
            says nothing usable.

        Raises:
            AccessError, LaterError: As `account` does.
        """
        answer = self._service.get(f"/api/v1/statuses/{status_id}")
        if answer.status_code == HTTPStatus.OK:
            said = said_in(answer)
            return said if said.get("id") == status_id else Said.UNSAID
        if is_missing(answer):
            return Said.MISSING
        try:
            raise self._service.refused(answer, words(said_in(answer).get("error")))
        except ContractError:
            return Said.UNSAID

    def history(self, status_id: str) -> list[JSON]:
        """Return all versions of a post, oldest first; empty if they cannot be had."""
        answer = self._service.get(f"/api/v1/statuses/{status_id}/history")
        listed = load(answer.content) if answer.status_code == HTTPStatus.OK else None
        return objects(listed)


def is_missing(answer: requests.Response) -> bool:
    """Tell whether the server itself says that there is no such thing.

    A 404 that says nothing, or something else, may come from a proxy, or from a server that
    does not know the question.
    """
    if answer.status_code == HTTPStatus.GONE:
        return True
    told = words(said_in(answer).get("error")).strip().casefold()
    return answer.status_code == HTTPStatus.NOT_FOUND and told == "record not found"


__all__ = ["LARGEST_PAGE", "MOST_IDS", "Calls", "Home", "NotThereError", "Page", "home_of"]
