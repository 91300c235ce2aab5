"""Trying one account, step by step: what works, what is missing, and what to do about it.

Nothing is recorded and nothing judged: a trial may be made before the first reading, and while
the daemon runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from config.errors import ClerkwatchError, ReadError
from connectors.base import Circumstances
from monitor.opening import credential_of, open_connector, platform_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from config.register import Account
    from connectors.base import Connector, Meter, ReaderState
    from connectors.door import Door
    from connectors.login import Granted, Permission

_WINDOW = timedelta(days=30)
_FEW = 5
"""Posts asked for: each one costs money on X, which gives no fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One step of a trial.

    Attributes:
        name: ``platform``, ``credential``, ``permission …``, ``account``, ``profile``,
            ``identity``, ``posts``.
        is_well: Whether it works; None: it was not tried, because an earlier step failed.
        said: What was found, in one sentence, without secrets.
        remedy: What to do; empty if nothing.
    """

    name: str
    is_well: bool | None
    said: str
    remedy: str = ""


def walk(
    account: Account,
    *,
    door: Door,
    environ: Mapping[str, str],
    state: ReaderState,
    meter: Meter,
    as_of: datetime,
    told: Callable[[Granted], None] = lambda _: None,
) -> Iterator[Check]:
    """Yield each step as it is taken; after one that fails the others are not tried.

    Args:
        account: Which account; one that is read by hand has nothing to try.
        door: The one HTTP door.
        environ: Where secrets are looked up.
        state: What earlier runs left; its cursor is not moved.
        meter: The budget.
        as_of: The present moment; aware UTC.
        told: Is told what the platform says of the credential, where it says anything.
    """
    steps = iter(
        _steps(
            account, door=door, environ=environ, state=state, meter=meter, as_of=as_of, told=told
        )
    )
    names = ["platform", "credential", "account", "profile", "identity", "posts"]
    failed = ""
    while names:
        try:
            check = next(steps)
        except StopIteration:
            if failed:
                yield from _not_tried(names, failed)
            return
        except ReadError as error:
            said = door.redactor.redact(error.what.removeprefix(f"{account.id}: "))
            yield Check(name=names[0], is_well=False, said=said, remedy=remedy_of(error))
            yield from _not_tried(names[1:], names[0])
            return
        failed = check.name if check.is_well is False else failed
        if check.name in names:
            names = names[names.index(check.name) + 1 :]
        yield check


def _not_tried(names: Sequence[str], failed: str) -> Iterator[Check]:
    said = f"not tried: {failed} comes first"
    return (Check(name=name, is_well=None, said=said) for name in names)


def remedy_of(error: ReadError) -> str:
    """Return what to do: the error's own word, or that of what caused it."""
    cause = error.__cause__
    return error.remedy or (cause.remedy if isinstance(cause, ClerkwatchError) else "")


def _steps(
    account: Account,
    *,
    door: Door,
    environ: Mapping[str, str],
    state: ReaderState,
    meter: Meter,
    as_of: datetime,
    told: Callable[[Granted], None],
) -> Iterator[Check]:
    platform = platform_of(account)
    if platform.by_hand:
        yield Check(name="platform", is_well=True, said="a person looks at it: nothing to try")
        return
    yield Check(name="platform", is_well=True, said=f"{platform.title} can be read")
    value = credential_of(account, platform, environ=environ)
    said = "its credential was found" if value is not None else "it needs no credential"
    yield Check(name="credential", is_well=True, said=said)
    if platform.login is not None and platform.login.examine is not None and value is not None:
        door.redactor.add(value)
        granted = platform.login.examine(
            Circumstances(
                account=account, door=door, secret=value, state=state, meter=meter, as_of=as_of
            )
        )
        told(granted)
        yield from map(permission_check, granted.permissions)
        if any(each.is_needed and each.is_given is False for each in granted.permissions):
            return
    connector = open_connector(
        account, door=door, environ=environ, state=state, meter=meter, as_of=as_of
    )
    connector.probe()
    yield Check(name="account", is_well=True, said="it answers")
    yield from _face(account, connector, state)
    yield _posts(connector, as_of)


def permission_check(one: Permission) -> Check:
    """Return whether a permission is given; one that is only useful is no fault."""
    name = f"permission {one.name}"
    if one.is_given is None:
        said = f"not told by the platform ({one.said})"
        return Check(name=name, is_well=True, said=said)
    if one.is_given:
        return Check(name=name, is_well=True, said=f"given: {one.said}")
    said = f"missing: {one.said}" if one.is_needed else f"not given; not seen then: {one.said}"
    return Check(name=name, is_well=not one.is_needed, said=said, remedy=one.remedy)


def _face(account: Account, connector: Connector, state: ReaderState) -> Iterator[Check]:
    """Yield whether the profile is shown, and whether it is the account that it was before."""
    profile = connector.profile()
    if profile is None:
        yield Check(name="profile", is_well=True, said="the platform shows none, or no new one")
        return
    name = profile.content.fields.get("name", "") or profile.handle
    yield Check(name="profile", is_well=True, said=f"it is called {name[:80]!r}")
    known = state.platform_id
    if known is not None and known != profile.platform_id:
        yield Check(
            name="identity",
            is_well=False,
            said=f"another account answers to {account.handle[:60]!r} than before",
            remedy="Look who runs it now; if the change is wanted, register it under a new id",
        )
    else:
        said = f"its lasting id is {profile.platform_id[:80]}"
        yield Check(name="identity", is_well=True, said=said)


def _posts(connector: Connector, as_of: datetime) -> Check:
    """Ask for a few posts only."""
    batch = next(islice(connector.posts(since=as_of - _WINDOW, limit=_FEW), 1), None)
    shown = batch.posts if batch is not None else ()
    found = sum(not (each.author or each.parent_id or each.is_scheduled) for each in shown)
    number = f"at least {found}" if found >= _FEW else str(found)
    said = f"posts are shown: {number} of the last 30 days" if found else "no new post is shown"
    return Check(name="posts", is_well=True, said=said)
