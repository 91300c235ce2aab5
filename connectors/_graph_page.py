"""The page itself: its face, whether it answers, and whether it is still there."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from config.errors import AccessError, ContractError, ReadError
from config.types import Reason
from connectors import _graph_posts
from connectors._graph_errors import NotShownError
from connectors.base import Absence

if TYPE_CHECKING:
    from connectors._graph_client import GraphClient
    from connectors._graph_posts import JSON
    from connectors.base import Circumstances, FetchedProfile

_PICTURE_BYTES = 2_000_000
_OK = 200
_HANDLE = "handle"


def key_of(its: Circumstances) -> str:
    """Return a page's number, as registered or as remembered of that name; else its name.

    A page may take another user name, and its old one may become somebody else's.
    """
    named = _graph_posts.page_key(its.account.handle)
    is_same = its.state.validators.get(_HANDLE) == its.account.handle
    known = its.state.platform_id or ""
    return known if is_same and known.isdecimal() and not named.isdecimal() else named


class GraphPage:
    """One page in one run.

    Attributes:
        key: Its number or user name; empty: the handle names none.
    """

    def __init__(self, circumstances: Circumstances, graph: GraphClient) -> None:
        """Prepare; no request is made.

        Args:
            circumstances: The account, the door and the page token.
            graph: Asks with that token.
        """
        self._given = circumstances
        self._account = circumstances.account
        self._graph = graph
        self.key = key_of(circumstances)
        self._is_alive = self._is_proved = False
        self._picture_hash = circumstances.state.validators.get("picture", "")

    def profile(self) -> FetchedProfile:
        """Read the page's name, words, contact details and picture; raises as `node`."""
        raw = self.node(_graph_posts.PAGE_FIELDS)
        self._is_alive = True
        picture = self._picture(_graph_posts.picture_address(raw))
        profile = _graph_posts.profile_of(
            raw,
            handle=self._account.handle,
            picture=picture,
            picture_hash=self._picture_hash,
        )
        if profile is None:
            raise ContractError("Facebook's page has no id", account=self._account.id)
        return profile

    def probe(self) -> None:
        """Ask for the page's id with the same token, once a run; raises as `node`."""
        if not self._is_alive:
            self.node("id")
            self._is_alive = True

    def prove(self) -> None:
        """Ask for the page's id after something was not shown, once a run; raises as `node`.

        That it answered before says nothing about a token that died, or a page that was closed,
        in between.
        """
        if not self._is_proved:
            self.node("id")
            self._is_alive = self._is_proved = True

    def node(self, fields: str) -> JSON:
        """Ask for the page.

        Raises:
            AccessError: The token is dead, or the page is not shown to it.
            LaterError: Nothing can be told now.
            ContractError: The answer is not as documented.
        """
        if not self.key:
            raise AccessError(
                "its handle is no page's number, user name or address",
                account=self._account.id,
                reason=Reason.FORBIDDEN,
                remedy="Write the page's number as the account's handle",
            )
        try:
            return self._graph.node(self.key, fields=fields)
        except NotShownError as error:
            raise self.gone() from error

    def gone(self) -> AccessError:
        """Return that the page is not shown."""
        return AccessError(
            "Facebook shows this page no longer to our token: it was deleted, unpublished or "
            "renamed, or the token has lost its permission",
            account=self._account.id,
            reason=Reason.ACCOUNT_GONE,
            remedy="Open the page in a browser; if it is there, make a new page token",
        )

    def absence(self) -> Absence | None:
        """Ask for the page, and then who the login is: a page's own login ends with it."""
        try:
            self._graph.node(self.key, fields="id")
        except NotShownError:
            return self._absent()
        except ReadError:
            return None
        return None

    def _absent(self) -> Absence:
        """Return that the page is not shown, and whether the login was let in all the same."""
        try:
            who = self._graph.node("me", fields="id").get("id")
        except (NotShownError, ReadError):
            who = None
        is_other = isinstance(who, str) and bool(who) and who != self._given.state.platform_id
        said = "Facebook does not show the page"
        return Absence(
            is_login_proved=is_other,
            detail=f"{said} to a login that it accepts" if is_other else said,
        )

    def validators(self) -> dict[str, str]:
        """Return the picture's hash, so that a failed fetch is no change; whose number is known."""
        named = self._account.handle
        by_name = {} if _graph_posts.page_key(named).isdecimal() else {_HANDLE: named}
        return {**by_name, **({"picture": self._picture_hash} if self._picture_hash else {})}

    def _picture(self, address: str) -> bytes | None:
        """Fetch the page's picture; one that cannot be had now leaves the known hash."""
        if not address:
            self._picture_hash = ""
            return None
        base = self._account.api_base
        if base is not None and urlsplit(address).netloc != urlsplit(base).netloc:
            return None  # a simulator's page: nothing outside of it is asked
        try:
            answer = self._given.door.get(address, account=self._account, max_bytes=_PICTURE_BYTES)
        except ReadError:
            # Not the account's failure: the page itself was read, and the picture is
            # asked for again at the next reading of the profile.
            return None
        is_picture = answer.headers.get("content-type", "").lower().startswith("image/")
        if answer.status != _OK or not is_picture or not answer.body:
            return None
        self._picture_hash = hashlib.sha256(answer.body).hexdigest()
        return answer.body
