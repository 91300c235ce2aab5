"""The decisions that a mail offers about a case: only what can be recorded now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.types import Kind, SubjectKind

if TYPE_CHECKING:
    from monitor.alerts.facts import AccountFacts
    from storage.values import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command or an answer that exists, what it does, and a link that fills the answer in."""

    line: str
    does: str
    link: str = ""


def offers(case: Case, *, account: AccountFacts | None) -> tuple[Command, ...]:
    """Return the commands by which a case can be decided.

    Args:
        case: Which case; it needs a decision.
        account: On which account; None: it is in the register no more.
    """
    asking: tuple[Command, ...] = ()
    if account is not None and account.is_owner_reachable:
        line = f"clerkwatch cases request-removal {case.id}"
        asking = (Command(line=line, does=_asks(case, account.kind)),)
    return (
        Command(line=f"clerkwatch cases acknowledge {case.id}", does="I am dealing with it"),
        *asking,
        Command(
            line=f'clerkwatch cases dismiss {case.id} --because "…"', does="It is not a breach"
        ),
        Command(
            line=f'clerkwatch cases leave {case.id} --because "…"',
            does="It may be one, and stays up",
        ),
    )


def _asks(case: Case, kind: Kind) -> str:
    """Return what a request to the owner of an account asks for."""
    if kind is Kind.MEMBER:
        return "Send the member a reminder"
    is_post = case.subject_kind is SubjectKind.POST
    return "Ask the owner to take it down" if is_post else "Ask the owner to change it"
