"""The three calls of X's API v2 that reading needs: paid for, limited, checked.

Everything that costs money or can fail goes through `Calls`; `connectors.x` decides what
to ask and what the answers mean.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
import tweepy

from config.errors import LaterError
from config.types import Reason
from connectors._json import JSON, load, objects
from connectors._x_trouble import NoSuchUserError, Trouble, WrongLoginError, reset_of
from connectors._x_words import id_of, includes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from connectors.base import Circumstances

POST_READ = Decimal("0.005")
"""US dollars for each returned post: docs.x.com, x-api/getting-started/pricing, August 2026."""
USER_READ = Decimal("0.010")
"""US dollars for each returned user: the same page."""
OWNED_READ = Decimal("0.001")
"""US dollars for each post in the list of an account whose own login asks, by an app that the
account itself owns: the same page. Posts asked for by their ids cost the full price even so."""

SMALLEST_PAGE, LARGEST_PAGE = 5, 100

# What comes along (the post that is answered, the post that is quoted) is taken to be
# paid for as well: no page of X's says that it is not.
PAID_EACH = 3
_BASES = ("https://api.twitter.com", "https://api.x.com")
_USER_NAME = re.compile(r"\w{1,20}", re.ASCII)
_LONGEST_USER_NAME = 15

_POST_SHAPE: Mapping[str, list[str]] = {
    "tweet_fields": [
        "article",
        "attachments",
        "author_id",
        "conversation_id",
        "created_at",
        "edit_history_tweet_ids",
        "entities",
        "in_reply_to_user_id",
        "note_tweet",
        "public_metrics",
        "referenced_tweets",
    ],
    "expansions": ["attachments.media_keys", "attachments.poll_ids", "referenced_tweets.id"],
    "media_fields": ["alt_text", "media_key", "preview_image_url", "type", "url"],
    "poll_fields": ["id", "options"],
}
_USER_FIELDS = [
    "description",
    "entities",
    "location",
    "name",
    "pinned_tweet_id",
    "profile_banner_url",
    "profile_image_url",
    "protected",
    "url",
    "username",
]


def user_name(handle: str) -> str:
    """Return the user name in a handle: ``Name``, ``@Name`` or the profile's address."""
    said = handle.strip()
    if said.startswith(("http://", "https://")):
        said = urlsplit(said).path.strip("/").split("/")[0]
    return said.removeprefix("@")


class Calls:
    """Asks X for one account and one run."""

    def __init__(self, circumstances: Circumstances) -> None:
        """Put tweepy on the door's session; nothing is asked yet."""
        account, door = circumstances.account, circumstances.door
        self.trouble = Trouble(
            account=account.id, as_of=circumstances.as_of, redactor=door.redactor
        )
        self._its = circumstances
        self._purse = account.credential or account.id
        self._user: JSON | None = None
        self._busy_until: dict[str, datetime] = {}
        secret = circumstances.secret
        self._client = tweepy.Client(
            bearer_token=secret.get_secret_value() if secret is not None else "none",
            return_type=requests.Response,  # its models drop fields they do not know
            wait_on_rate_limit=False,  # it would sleep in the worker, or recurse without end
        )
        self._client.session = door.session(
            account, rewrite=_BASES, secret=secret, on_response=self._on_response
        )

    def _on_response(self, response: requests.Response) -> None:
        """Tell failures from the answer itself, before tweepy sees it.

        tweepy's own exceptions lose the problem's type and break on a body that is a list.
        """
        problem = self.trouble.of_response(response)
        if problem is not None:
            raise problem
        if response.headers.get("x-rate-limit-remaining", "").strip() == "0":
            reset = reset_of(response)
            if reset is not None and reset > self._its.as_of:
                self._busy_until[_route(response.url)] = reset

    def user(self) -> JSON:
        """Return the account's own user object; asked once a run.

        By the lasting id where it is known, so that a changed handle changes nothing.

        Raises:
            AccessError: Token refused; the account is suspended, protected or missing.
            LaterError: Budget, rate limit or trouble on the way.
            ContractError: The answer, or the registered handle, makes no sense.
        """
        if self._user is None:
            with self._hold(USER_READ, wanted=1, least=1) as count:
                if count == 0:
                    raise self.spent()
                self._user = self._asked_user()
        return self._user

    def is_unknown(self) -> bool:
        """Return whether X, asked by the lasting id and letting us in, knows no such user.

        Asked by its name only, a user may have been renamed: that is not known.

        Raises:
            AccessError, LaterError, ContractError: As `user` does, for anything else.
        """
        if id_of(self._its.state.platform_id) is None:
            return False
        try:
            self._asked_user()
        except NoSuchUserError:
            return True
        return False

    def asked_user(self) -> JSON | None:
        """Return the user object if it was asked for in this run."""
        return self._user

    def _asked_user(self) -> JSON:
        known, name = id_of(self._its.state.platform_id), user_name(self._its.account.handle)
        if known is None and name.isdigit() and len(name) > _LONGEST_USER_NAME:
            known = name
        if known is None and not _USER_NAME.fullmatch(name):
            raise self.trouble.no_handle(name)
        who = {"id": known} if known is not None else {"username": name}
        route = f"/2/users/{known}" if known is not None else "/2/users/by/username"
        answer = self._ask(route, self._client.get_user, user_fields=_USER_FIELDS, **who)
        user = answer.get("data")
        number = id_of(user.get("id")) if isinstance(user, dict) else None
        if not isinstance(user, dict) or number is None:
            problems = objects(answer.get("errors"))
            if problems:
                raise self.trouble.of_account(problems)
            raise self.trouble.contract("X describes the account without an id", _sample(answer))
        self._charge(USER_READ, [f"user {number}"])
        if user.get("protected") is True:
            raise self.trouble.hidden()
        return user

    def me(self) -> JSON | None:
        """Return the user whose own login the token is; None: it is an app's, and nobody's.

        Raises:
            AccessError, LaterError, ContractError: As `user` does.
        """
        with self._hold(USER_READ, wanted=1, least=1) as count:
            if count == 0:
                raise self.spent()
            try:
                answer = self._ask("/2/users/me", self._client.get_me, user_auth=False)
            except WrongLoginError:
                return None
            user = answer.get("data")
            number = id_of(user.get("id")) if isinstance(user, dict) else None
            if not isinstance(user, dict) or number is None:
                raise self.trouble.contract("X tells of a login without an id", _sample(answer))
            self._charge(USER_READ, [f"user {number}"])
            return user

    def timeline(
        self, user_id: str, *, wanted: int, token: str | None, bounds: Mapping[str, Any]
    ) -> JSON | None:
        """Return one page of the account's posts; None when the budget is too small for one.

        Args:
            user_id: Numeric id.
            wanted: How many posts are of use, at least 1.
            token: Of the next page; None for the first.
            bounds: ``since_id`` or ``start_time``.

        Raises:
            AccessError, LaterError, ContractError: As `user` does.
        """
        listed = OWNED_READ if self._its.account.owned_reads else POST_READ
        size = min(LARGEST_PAGE, max(SMALLEST_PAGE, wanted))
        with self._hold(
            listed + (PAID_EACH - 1) * POST_READ, wanted=size, least=SMALLEST_PAGE
        ) as count:
            if count == 0:
                return None
            answer = self._ask(
                f"/2/users/{user_id}/tweets",
                self._client.get_users_tweets,
                user_id,
                max_results=size if count is None else count,
                pagination_token=token,
                **bounds,
                **_POST_SHAPE,
            )
            problems = objects(answer.get("errors"))
            if "data" not in answer and "meta" not in answer and problems:
                raise self.trouble.of_account(problems)
            return self._paid(answer, listed=listed)

    def lookup(self, ids: Sequence[str]) -> tuple[Sequence[str], JSON] | None:
        """Return posts by id, up to 100, and which of the ids were asked for.

        None when the budget is too small for any.

        Raises:
            AccessError, LaterError, ContractError: As `user` does.
        """
        size = min(LARGEST_PAGE, len(ids))
        with self._hold(PAID_EACH * POST_READ, wanted=size, least=1) as count:
            if count == 0:
                return None
            asked = list(ids)[: size if count is None else count]
            answer = self._ask("/2/tweets", self._client.get_tweets, asked, **_POST_SHAPE)
            return asked, self._paid(answer, listed=POST_READ)

    def spent(self) -> LaterError:
        """Return the error for a budget that is used up."""
        return LaterError(
            "the month's budget for X is used up",
            account=self._its.account.id,
            reason=Reason.QUOTA_MONEY,
            remedy="It starts again next month; or raise usd_per_month in [budget.x]",
        )

    def _hold(
        self, price: Decimal, *, wanted: int, least: int
    ) -> AbstractContextManager[int | None]:
        return self._its.meter.hold(credential=self._purse, price=price, wanted=wanted, least=least)

    def _charge(self, price: Decimal, ids: Sequence[str]) -> None:
        if ids:
            self._its.meter.charge(credential=self._purse, price=price, ids=ids)

    def _paid(self, answer: JSON, *, listed: Decimal) -> JSON:
        """Count what an answer with posts costs, and check its shape.

        An own post is counted under another name in the list than by its id: X does not say
        which price holds when both are read on one day, so both are taken for paid.
        """
        given = objects(answer.get("data"))
        ids = [number for each in given if (number := id_of(each.get("id")))]
        along = list(includes_of(answer).posts)
        if listed == POST_READ:
            ids, along = list(dict.fromkeys([*ids, *along])), []
        own = "" if listed == POST_READ else "own "
        self._charge(listed, [f"{own}{number}" for number in dict.fromkeys(ids)])
        self._charge(POST_READ, along)
        if not isinstance(answer.get("data", []), list) or not (
            answer.keys() & {"data", "meta", "errors"}
        ):
            raise self.trouble.contract("X lists posts in an unknown form", _sample(answer))
        return answer

    def _ask(
        self, route: str, call: Callable[..., requests.Response], *args: Any, **kw: Any
    ) -> JSON:
        busy_until = self._busy_until.get(route)
        if busy_until is not None and busy_until > self._its.as_of:
            raise LaterError(
                "X asks to wait: no request of this kind is left",
                account=self._its.account.id,
                reason=Reason.RATE_LIMIT,
                retry_at=busy_until,
            )
        answer = load(call(*args, **kw).content)
        if not isinstance(answer, dict):
            raise self.trouble.unreadable()
        return answer


def _route(url: str) -> str:
    """Return which limit a request counts against: its path, without a user name."""
    path = urlsplit(url).path
    place = path.find("/2/")
    path = path[place:] if place >= 0 else path
    return "/2/users/by/username" if path.startswith("/2/users/by/username/") else path


def _sample(answer: JSON) -> bytes:
    return repr(answer)[:2000].encode("utf-8", "replace")
