"""How clerkwatch is let in to X: the app-only token of the council's own app.

X has no page that tells what a token may do. Whose it is, ``/2/users/me`` answers, or refuses to
an app's own token; what it may read is found by reading: the profile and five posts, a few cents
at most, and nothing more on the same day.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from config.errors import AccessError
from config.types import Reason
from connectors._x_calls import SMALLEST_PAGE, Calls
from connectors._x_words import id_of
from connectors.login import Granted, Login, Permission

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.base import Circumstances

_BACK = timedelta(days=30)
_APP = "an app's own token: it reads what is public and can write nothing"
_OWN, _OTHER = "the account's own login", "the login of another account"
_WRITES = "It is a login: what else it may do, its scopes say. clerkwatch needs no tweet.write."
_LOOK = "Look at the app's project and access level in X's developer console (step 5)"
_UNOWNED = (
    "X bills its list at the lower price of owned reads only to the account's own login by an app "
    "of its own; this token is {whose}"
)


def examine(circumstances: Circumstances) -> Granted:
    """Ask X what a token may do; raises as `connectors.login.Examine` says."""
    its = circumstances
    if its.secret is None:
        return Granted()
    calls = Calls(its)
    users, user = _tried(calls.user)
    number = str(id_of(user.get("id"))) if isinstance(user, dict) else ""
    posts = None
    if number:
        since = {"start_time": its.as_of - _BACK}
        posts, _ = _tried(
            lambda: calls.timeline(number, wanted=SMALLEST_PAGE, token=None, bounds=since)
        )
    whose = _whose(calls, number)
    permissions: tuple[Permission, ...] = (
        _permission("users.read", "it reads the profile", is_given=users),
        _permission("tweet.read", "it reads the account's posts", is_given=posts),
    )
    if its.account.owned_reads:
        permissions += (
            Permission(
                name="owned reads",
                is_given=whose == _OWN,
                is_needed=True,
                said="X bills the list of posts at the lower price"
                if whose == _OWN
                else _UNOWNED.format(whose=whose.partition(":")[0]),
                remedy="Take owned_reads = true out of the account's entry, else the budget counts "
                "a fifth of what X bills",
            ),
        )
    cautions = () if whose == _APP else (_WRITES,)
    return Granted(whose=whose, permissions=permissions, cautions=cautions)


def _tried(ask: Callable[[], object]) -> tuple[bool | None, object]:
    """Return whether X lets a question be asked, and its answer; None: it does not say."""
    try:
        return True, ask()
    except AccessError as error:
        if error.reason is Reason.AUTH_EXPIRED:
            raise
        return (False if error.reason is Reason.FORBIDDEN else None), None


def _whose(calls: Calls, number: str) -> str:
    _, user = _tried(calls.me)
    if not isinstance(user, dict):
        return _APP
    return _OWN if number and str(id_of(user.get("id"))) == number else _OTHER


def _permission(name: str, said: str, *, is_given: bool | None) -> Permission:
    return Permission(name=name, is_given=is_given, is_needed=True, said=said, remedy=_LOOK)


X_LOGIN = Login(
    thing="the bearer token of an app on X",
    suggested="x_bearer",
    steps=(
        (
            "Ask the Clerk whether the council has decided that it may use X's "
            "interface: X's terms have a clause about public bodies "
            "(docs/connectors/x.md). Then enter terms_accepted at the "
            "account; until it stands there a person looks, no programme."
        ),
        "Open console.x.com and sign in with the council's own X account, not a person's.",
        (
            "Accept the developer terms. Purpose: We re-read our own council's posts to check them "
            "against our own social media policy. Choose pay-per-use."
        ),
        (
            "Buy the smallest amount of credits and set a spending limit there too: a second lock "
            "beside clerkwatch's own budget ([budget.x] in the configuration)."
        ),
        "Choose New App. Any name and the same purpose; permission: Read.",
        "Among the app's credentials copy the Bearer Token (app-only). It is shown only once.",
    ),
    looks="begins with a row of capital As and is about 110 signs long",
    pattern=r"A{10,}[A-Za-z0-9%+/=_-]{30,}",
    is_telling=True,
    lasts="It has no end date; it ends when somebody makes a new one in the console.",
    examine=examine,
)
