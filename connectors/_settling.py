"""Posts that a platform did not show: asked for one by one, and gone only on its own word.

A post is gone when the platform says so of this very post, and the account itself answers
afterwards. Anything else that is said instead proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from config.errors import LaterError
from config.types import Outcome, Reason
from connectors.base import FetchedPost, Reread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MOST_SINGLE = 40
"""So many single posts are asked for in one run; the others wait for the next."""
_MOST_FAILURES = 2


class Said(Enum):
    """What a platform says of a single post, when it does not show it."""

    STANDS = "stands"
    MISSING = "missing"
    UNSAID = "unsaid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A post that was not shown.

    Attributes:
        platform_id: Which post.
        asked: By what it is asked for.
        why: What it means for the Clerk if the platform says that it is missing.
    """

    platform_id: str
    asked: str
    why: str


def settle(
    doubts: Sequence[Doubt],
    *,
    title: str,
    ask: Callable[[Doubt], FetchedPost | Said],
    probe: Callable[[], None],
    most: int = MOST_SINGLE,
) -> Iterator[Reread]:
    """Ask for each post that was not shown, and let the account prove itself alive.

    Args:
        doubts: What was not shown.
        title: The platform's name in sentences.
        ask: Asks for one of them: the post itself, or what is said of it.
        probe: Proves that account and credential are alive; asked before anything is gone.
        most: How many are asked for.

    Raises:
        AccessError: The whole account is gone, or the login is dead: no post is called gone.
        LaterError: The platform asks to wait.
        ContractError: As ``probe`` does.
    """
    missing: list[Doubt] = []
    failures = 0
    not_shown = f"{title} does not show it, but does not say that it is gone"
    for index, doubt in enumerate(doubts):
        if index >= most or failures >= _MOST_FAILURES:
            said = "not shown in the list; whether it is gone was not asked in this run"
            yield cannot_tell(doubt.platform_id, Reason.PARTIAL, said)
            continue
        try:
            found = ask(doubt)
        except LaterError as error:
            if error.reason is not Reason.TRANSIENT:
                raise
            failures += 1
            yield cannot_tell(doubt.platform_id, Reason.TRANSIENT, not_shown)
            continue
        if isinstance(found, FetchedPost):
            yield shown(doubt.platform_id, found)
        elif found is Said.MISSING:
            missing.append(doubt)
        elif found is Said.STANDS:
            yield Reread(platform_id=doubt.platform_id, outcome=Outcome.PRESENT)
        else:
            yield cannot_tell(doubt.platform_id, Reason.PARTIAL, not_shown)
    yield from _confirm(missing, title=title, probe=probe)


def _confirm(
    missing: Sequence[Doubt], *, title: str, probe: Callable[[], None]
) -> Iterator[Reread]:
    """Yield ``gone`` for what is said to be missing, once the account has proved alive."""
    if not missing:
        return
    trouble: LaterError | None = None
    try:
        probe()
    except LaterError as error:
        trouble = error
    for doubt in missing:
        if trouble is not None:
            said = f"{title} does not show it, but whether the account is well is not known"
            yield cannot_tell(doubt.platform_id, trouble.reason, said)
            continue
        yield Reread(
            platform_id=doubt.platform_id,
            outcome=Outcome.GONE,
            reason=Reason.GONE_OR_HIDDEN,
            detail=doubt.why,
        )


def shown(platform_id: str, post: FetchedPost) -> Reread:
    """Return that a post stands."""
    return Reread(platform_id=platform_id, outcome=Outcome.PRESENT, post=post)


def cannot_tell(platform_id: str, reason: Reason, why: str) -> Reread:
    """Return that it cannot be told whether a post stands."""
    return Reread(platform_id=platform_id, outcome=Outcome.CANNOT_TELL, reason=reason, detail=why)
