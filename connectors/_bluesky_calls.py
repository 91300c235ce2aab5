"""The four calls of Bluesky's public interface that reading needs: checked, without login."""

from __future__ import annotations

import re
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from config.errors import ContractError
from config.types import Reason
from connectors._bluesky_words import Place, did_of
from connectors._json import JSON, load, words
from connectors._service import NotThereError, Service, said_in
from connectors.door import retry_after

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import requests

    from config.errors import AccessError, ReadError
    from connectors.base import Circumstances

PUBLIC = "https://public.api.bsky.app"
MOST_IDS, LARGEST_PAGE = 25, 100

_HANDLE = re.compile(
    r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?",
    re.IGNORECASE,
)
_CLOSED = frozenset({"AccountDeactivated", "RepoDeactivated"})
_BANNED = frozenset({"AccountTakedown", "AccountSuspended", "RepoTakendown", "RepoSuspended"})
_UNKNOWN = frozenset({"AccountNotFound", "ActorNotFound", "AccountDeleted"} | {"RepoNotFound"})
_PASSING = frozenset(
    {"InternalServerError", "UpstreamFailure", "UpstreamTimeout", "NotEnoughResources"}
)
_LOGIN = frozenset(
    {"AuthMissing", "AuthenticationRequired", "ExpiredToken", "InvalidToken", "Unauthorized"}
)
_REFUSED = frozenset({"BlockedActor", "BlockedByActor", "Forbidden"})


class Record(Enum):
    """What Bluesky says of a single record."""

    STANDS = "stands"
    MISSING = "missing"
    UNSAID = "unsaid"


class Calls:
    """Asks Bluesky for one account and one run. No credential is ever sent."""

    def __init__(self, circumstances: Circumstances) -> None:
        """Open a session of the door; nothing is asked yet."""
        self._its = circumstances
        self._account = circumstances.account.id
        # A credential is of no use here, but if there is one it is kept out of what is written.
        self._service = Service(circumstances, title="Bluesky", base=PUBLIC, headers={})
        self._profile: JSON | None = None

    def profile(self) -> JSON:
        """Return the account's own profile; asked once a run.

        By the lasting id where it is known, so that a changed handle changes nothing.

        Raises:
            AccessError: The account is suspended, deactivated or missing; a login is wanted.
            LaterError: Rate limit, or trouble on the way.
            ContractError: The answer, or the registered handle, makes no sense.
        """
        if self._profile is None:
            self._profile = self.asked_anew()
        return self._profile

    def asked_anew(self) -> JSON:
        """Return the profile as it is just now; errors as `profile`."""
        known = did_of(self._its.state.platform_id)
        answer = self._ask("app.bsky.actor.getProfile", {"actor": known or self._named()})
        did = did_of(answer.get("did"))
        if did is None or (known is not None and did != known):
            said = "Bluesky describes another account than was asked for"
            raise self._service.broken(said, answer)
        return answer

    def asked_profile(self) -> JSON | None:
        """Return the profile if it was asked for in this run."""
        return self._profile

    def feed(self, did: str, *, size: int, cursor: str | None) -> JSON:
        """Return one page of what the account posted, answered and shared, newest first.

        Args:
            did: Lasting id.
            size: 1 to 100.
            cursor: Of the next page; None for the first, which begins with the pinned post.

        Raises:
            AccessError, LaterError, ContractError: As `profile` does.
        """
        asked = {
            "actor": did,
            "limit": str(size),
            "filter": "posts_with_replies",
            "includePins": "true",
            **({"cursor": cursor} if cursor is not None else {}),
        }
        try:
            answer = self._ask("app.bsky.feed.getAuthorFeed", asked)
        except NotThereError:
            # The list says this of a suspended account, too; the profile says which it is.
            self.asked_anew()
            said = "Bluesky shows the account but not its list of posts"
            raise self._service.later(said) from None
        if not isinstance(answer.get("feed"), list):
            raise self._service.broken("Bluesky lists posts in an unknown form", answer)
        return answer

    def posts(self, uris: Sequence[str]) -> JSON:
        """Return up to 25 posts by their addresses; what is not shown is left out.

        Raises:
            AccessError, LaterError, ContractError: As `profile` does.
        """
        answer = self._ask("app.bsky.feed.getPosts", {"uris": list(uris)})
        if not isinstance(answer.get("posts"), list):
            raise self._service.broken("Bluesky gives posts in an unknown form", answer)
        return answer

    def record(self, place: Place) -> Record:
        """Ask whether a single record is there at all.

        Returns:
            ``MISSING`` only where Bluesky says so of this very record; ``UNSAID`` where it
            says nothing usable: of the account, or that it does not answer such questions.

        Raises:
            AccessError, LaterError: As `profile` does.
        """
        asked = {"repo": place.did, "collection": place.kind, "rkey": place.key}
        answer = self._get("com.atproto.repo.getRecord", asked)
        said = said_in(answer)
        if answer.status_code == HTTPStatus.OK:
            return Record.STANDS if said.get("uri") == place.uri else Record.UNSAID
        if answer.status_code == HTTPStatus.BAD_REQUEST and _is_missing(said):
            return Record.MISSING
        error = self._refused(answer, said)
        if isinstance(error, (NotThereError, ContractError)):
            # Of the account, which the probe asks about; or it does not know the question.
            return Record.UNSAID
        raise error

    def _named(self) -> str:
        """Return the registered handle or lasting id, as Bluesky wants it."""
        said = self._its.account.handle.strip()
        if said.startswith(("http://", "https://")):
            parts = urlsplit(said).path.strip("/").split("/")
            said = parts[1] if parts[0] == "profile" and parts[1:] else ""
        said = said.removeprefix("@")
        if did_of(said) or _HANDLE.fullmatch(said):
            return said
        raise ContractError(
            f"{said[:50]!r} is no handle of Bluesky",
            account=self._account,
            remedy="Write the whole handle, for example name.bsky.social, as the account's handle",
        )

    # --- asking ----------------------------------------------------------------------------

    def _ask(self, method: str, asked: Mapping[str, str | list[str]]) -> JSON:
        answer = self._get(method, asked)
        said = load(answer.content)
        if answer.status_code != HTTPStatus.OK:
            raise self._refused(answer, said_in(answer))
        if not isinstance(said, dict):
            raise self._service.later("Bluesky answered with something that is no JSON object")
        return said

    def _get(self, method: str, asked: Mapping[str, str | list[str]]) -> requests.Response:
        return self._service.get(f"/xrpc/{method}", asked)

    # --- refusals --------------------------------------------------------------------------

    def _refused(self, answer: requests.Response, said: JSON) -> ReadError:
        """Return what a status other than 200 means.

        The name of the problem counts before the status: Bluesky has sent the same name
        with several.
        """
        name, message = words(said.get("error")), words(said.get("message"))
        error = self._of_account(name, message.lower()) or self._of_name(name, answer)
        if error is not None:
            return error
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            return self._walled()
        return self._service.refused(answer, f"{name} {message}")

    def _of_account(self, name: str, message: str) -> AccessError | None:
        if name in _CLOSED or "deactivated" in message:
            said = "the account has been deactivated by its owner"
            return self._service.not_there(said, "Signing in to it opens it again")
        if name in _BANNED or "taken down" in message or "suspended" in message:
            return self._service.account_gone(
                "Bluesky has suspended the account or taken it down",
                "Its owner finds the reason, and how to object, after signing in",
            )
        missing = ("profile not found", "could not find repo", "unable to resolve handle")
        if name in _UNKNOWN or any(phrase in message for phrase in missing):
            return self._service.not_there(
                "Bluesky knows no such account",
                "If it was renamed, write its new handle into the register",
            )
        return None

    def _of_name(self, name: str, answer: requests.Response) -> ReadError | None:
        if name == "RateLimitExceeded":
            return self._service.limited(answer)
        if name in _LOGIN:
            return self._walled()
        if name in _REFUSED:
            return self._service.forbidden("Bluesky does not show the account to whoever asks")
        if name in _PASSING:
            at = retry_after(answer.headers, now=self._its.as_of)
            return self._service.later("Bluesky cannot say just now", Reason.TRANSIENT, at)
        return None

    def _walled(self) -> AccessError:
        said = "the server wants a login, though Bluesky's public one does not"
        return self._service.forbidden(said)


def _is_missing(said: JSON) -> bool:
    """Tell whether an answer says that there is no such record; its name was once another."""
    is_named = words(said.get("error")) == "RecordNotFound"
    return is_named or words(said.get("message")).lower().startswith("could not locate record")
