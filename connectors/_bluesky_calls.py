"""The four calls of Bluesky's public interface that reading needs: checked, without login."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from config.errors import AccessError, ContractError, LaterError
from config.types import Reason
from connectors._bluesky_words import Place, did_of
from connectors._json import JSON, load, words
from connectors.door import retry_after

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import requests

    from connectors.base import Circumstances

PUBLIC = "https://public.api.bsky.app"
MOST_IDS, LARGEST_PAGE = 25, 100

_HANDLE = re.compile(
    r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?",
    re.IGNORECASE,
)
_DEFAULT_WAIT = timedelta(minutes=5)  # Bluesky counts in windows of five minutes
_LONGEST_WAIT = timedelta(days=1)
_UNIX_SINCE = 1_000_000_000  # a smaller number is a span, as the draft standard has it

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
_LOCKED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS})
_SOON = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})


class NotThereError(AccessError):
    """Bluesky says that the account was closed by its owner, or that it knows none of that id."""


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
        self._session = circumstances.door.session(
            circumstances.account, rewrite=(PUBLIC,), secret=circumstances.secret
        )
        self._profile: JSON | None = None
        self._busy_until: datetime | None = None

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
            self._broken("Bluesky describes another account than was asked for", answer)
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
            raise self._later("Bluesky shows the account but not its list of posts") from None
        if not isinstance(answer.get("feed"), list):
            self._broken("Bluesky lists posts in an unknown form", answer)
        return answer

    def posts(self, uris: Sequence[str]) -> JSON:
        """Return up to 25 posts by their addresses; what is not shown is left out.

        Raises:
            AccessError, LaterError, ContractError: As `profile` does.
        """
        answer = self._ask("app.bsky.feed.getPosts", {"uris": list(uris)})
        if not isinstance(answer.get("posts"), list):
            self._broken("Bluesky gives posts in an unknown form", answer)
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
        said = _object(answer)
        if answer.status_code == HTTPStatus.OK:
            return Record.STANDS if said.get("uri") == place.uri else Record.UNSAID
        if answer.status_code == HTTPStatus.BAD_REQUEST and _is_missing(said):
            return Record.MISSING
        try:
            self._refuse(answer, said)
        except (NotThereError, ContractError):
            # Of the account, which the probe asks about; or it does not know the question.
            return Record.UNSAID

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
            self._refuse(answer, _object(answer))
        if not isinstance(said, dict):
            raise self._later("Bluesky answered with something that is no JSON object")
        return said

    def _get(self, method: str, asked: Mapping[str, str | list[str]]) -> requests.Response:
        if self._busy_until is not None and self._busy_until > self._its.as_of:
            raise self._later(
                "Bluesky asks to wait: no request is left", Reason.RATE_LIMIT, self._busy_until
            )
        answer = self._session.get(
            f"{PUBLIC}/xrpc/{method}", params=asked, headers={"Accept": "application/json"}
        )
        if answer.headers.get("ratelimit-remaining", "").strip() == "0":
            self._busy_until = self._reset_of(answer)
        return answer

    def _reset_of(self, answer: requests.Response) -> datetime | None:
        """Return when the present limit ends; None if the header is missing or odd."""
        said = answer.headers.get("ratelimit-reset", "").strip()
        if not (said.isascii() and said.isdigit()) or len(said) > 12:  # noqa: PLR2004  # year 33658
            return None
        number = int(said)
        if number < _UNIX_SINCE:
            at = self._its.as_of + timedelta(seconds=number)
        else:
            at = datetime.fromtimestamp(min(number, 32_503_680_000), UTC)
        return min(at, self._its.as_of + _LONGEST_WAIT) if at > self._its.as_of else None

    # --- refusals --------------------------------------------------------------------------

    def _refuse(self, answer: requests.Response, said: JSON) -> NoReturn:
        """Raise what a status other than 200 means.

        The name of the problem counts before the status: Bluesky has sent the same name
        with several.
        """
        name, message = words(said.get("error")), words(said.get("message")).lower()
        self._refuse_account(name, message)
        self._refuse_name(name, answer)
        status, quoted = answer.status_code, f"Bluesky answered {answer.status_code}"
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise self._limited(answer)
        if status == HTTPStatus.UNAUTHORIZED:
            raise self._walled()
        if status in _LOCKED:
            raise self._forbidden(f"{quoted}: it does not let this machine read")
        is_unknown = status == HTTPStatus.NOT_IMPLEMENTED
        if (status >= HTTPStatus.INTERNAL_SERVER_ERROR and not is_unknown) or status in _SOON:
            at = retry_after(answer.headers, now=self._its.as_of)
            raise self._later(quoted, Reason.TRANSIENT, at)
        told = " ".join(f"{name} {words(said.get('message'))}".split())[:200]
        self._broken(f"{quoted}: {told}" if told else quoted, answer.content)

    def _refuse_account(self, name: str, message: str) -> None:
        if name in _CLOSED or "deactivated" in message:
            raise NotThereError(
                "the account has been deactivated by its owner",
                account=self._account,
                reason=Reason.ACCOUNT_GONE,
                remedy="Signing in to it opens it again",
            )
        if name in _BANNED or "taken down" in message or "suspended" in message:
            raise AccessError(
                "Bluesky has suspended the account or taken it down",
                account=self._account,
                reason=Reason.ACCOUNT_GONE,
                remedy="Its owner finds the reason, and how to object, after signing in",
            )
        missing = ("profile not found", "could not find repo", "unable to resolve handle")
        if name in _UNKNOWN or any(phrase in message for phrase in missing):
            raise NotThereError(
                "Bluesky knows no such account",
                account=self._account,
                reason=Reason.ACCOUNT_GONE,
                remedy="If it was renamed, write its new handle into the register",
            )

    def _refuse_name(self, name: str, answer: requests.Response) -> None:
        if name == "RateLimitExceeded":
            raise self._limited(answer)
        if name in _LOGIN:
            raise self._walled()
        if name in _REFUSED:
            raise self._forbidden("Bluesky does not show the account to whoever asks")
        if name in _PASSING:
            at = retry_after(answer.headers, now=self._its.as_of)
            raise self._later("Bluesky cannot say just now", Reason.TRANSIENT, at)

    def _limited(self, answer: requests.Response) -> LaterError:
        now = self._its.as_of
        at = retry_after(answer.headers, now=now) or self._reset_of(answer) or now + _DEFAULT_WAIT
        at = at if at > now else now + _DEFAULT_WAIT
        return self._later(
            "Bluesky asks to wait: too many requests",
            Reason.RATE_LIMIT,
            min(at, now + _LONGEST_WAIT),
        )

    def _walled(self) -> AccessError:
        return self._forbidden("the server wants a login, though Bluesky's public one does not")

    def _forbidden(self, what: str) -> AccessError:
        return AccessError(
            what,
            account=self._account,
            reason=Reason.FORBIDDEN,
            remedy="Look whether api_base names the right server and no firewall is between",
        )

    def _later(
        self, what: str, reason: Reason = Reason.TRANSIENT, at: datetime | None = None
    ) -> LaterError:
        return LaterError(what, account=self._account, reason=reason, retry_at=at)

    def _broken(self, what: str, sample: JSON | bytes) -> NoReturn:
        redact = self._its.door.redactor.redact
        packed = sample if isinstance(sample, bytes) else repr(sample)[:2000].encode()
        raise ContractError(
            redact(what),
            account=self._account,
            sample=redact(packed[:2000].decode("utf-8", "replace")),
            remedy="Bluesky may have changed its interface: look for a newer version of clerkwatch",
        )


def _object(answer: requests.Response) -> JSON:
    said = load(answer.content)
    return said if isinstance(said, dict) else {}


def _is_missing(said: JSON) -> bool:
    """Tell whether an answer says that there is no such record; its name was once another."""
    is_named = words(said.get("error")) == "RecordNotFound"
    return is_named or words(said.get("message")).lower().startswith("could not locate record")
