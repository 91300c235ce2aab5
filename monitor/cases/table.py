"""The state table of a case: every step there is, from where to where, and what is owed for it.

It is the whole truth; nothing else decides what is possible (`life` reads it). No case ends
by age: there is no step for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from config.types import CaseState, Resolution


class Step(StrEnum):
    """What may happen to a case; the value is the command's name where a person does it."""

    ACKNOWLEDGE = "acknowledge"
    REQUEST_REMOVAL = "request-removal"
    REQUEST_CORRECTION = "request-removal --correct"
    REQUEST_CLOSURE = "request-closure"
    UNDO = "undo"
    DISMISS = "dismiss"
    LEAVE = "leave"
    ESCALATE = "escalate"
    REOPEN = "reopen"
    NOTE = "note"
    LINKED = "linked"
    PERIOD = "closed for a period"
    ASSIGN = "assign"
    ANSWER = "answer"
    COVER = "asked of the cover too"
    LOOKED = "gone"
    MISSED = "missed once"
    SHOWN = "shown again in time"
    GONE = "proved gone"
    ACCOUNT_CLOSED = "account proved closed"
    CORRECTED = "proved corrected"
    BACK = "visible again"


_UNDECIDED = (CaseState.OPEN, CaseState.ACKNOWLEDGED, CaseState.ESCALATED)
ASKED = (CaseState.REMOVAL_REQUESTED, CaseState.VERIFYING)
_NOT_CLOSED = tuple(state for state in CaseState if state is not CaseState.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One line of the table.

    Attributes:
        step: What happens.
        starts: States from which it may.
        to: Where it leads; None: where the case was before what is undone, or stays.
        resolution: How the case is closed by it; None where it is not.
        ended: For steps from ``closed``: the resolutions that they may start from.
        does: What the event says; lasting, because `asked` reads it back.
        means: For the Clerk's page: when it is taken.
        by_person: A person takes it; else clerkwatch does, by what a reading showed.
        owes_reason: Nothing without why.
        owes_owner: Nothing unless the account's owner can be written to.
        is_decision: Not for a person who owns the account.
    """

    step: Step
    starts: tuple[CaseState, ...]
    to: CaseState | None
    does: str
    means: str
    resolution: Resolution | None = None
    ended: tuple[Resolution, ...] = tuple(Resolution)
    by_person: bool = True
    owes_reason: bool = False
    owes_owner: bool = False
    is_decision: bool = False


TABLE = {
    way.step: way
    for way in (
        Way(
            step=Step.ACKNOWLEDGE,
            starts=(CaseState.OPEN, CaseState.ESCALATED),
            to=CaseState.ACKNOWLEDGED,
            does="is being dealt with",
            means="I am dealing with it",
        ),
        Way(
            step=Step.REQUEST_REMOVAL,
            starts=_UNDECIDED,
            to=CaseState.REMOVAL_REQUESTED,
            does="removal asked for",
            means="the owner is asked by mail to take it down",
            owes_owner=True,
            is_decision=True,
        ),
        Way(
            step=Step.REQUEST_CORRECTION,
            starts=_UNDECIDED,
            to=CaseState.REMOVAL_REQUESTED,
            does="correction asked for",
            means="the owner is asked by mail to correct it",
            owes_owner=True,
            is_decision=True,
        ),
        Way(
            step=Step.REQUEST_CLOSURE,
            starts=_UNDECIDED,
            to=CaseState.REMOVAL_REQUESTED,
            does="closing the account asked for",
            means="the owner is asked by mail to close the account",
            owes_reason=True,
            owes_owner=True,
            is_decision=True,
        ),
        Way(
            step=Step.UNDO,
            starts=ASKED,
            to=None,
            does="request undone before it left",
            means="stop a request that has not left yet",
            is_decision=True,
        ),
        Way(
            step=Step.DISMISS,
            starts=(*_UNDECIDED, *ASKED),
            to=CaseState.CLOSED,
            resolution=Resolution.DISMISSED,
            does="not a breach",
            means="it is not a breach; the same rule stays quiet on the same words there",
            owes_reason=True,
            is_decision=True,
        ),
        Way(
            step=Step.LEAVE,
            starts=(*_UNDECIDED, *ASKED),
            to=CaseState.CLOSED,
            resolution=Resolution.LEFT,
            does="left as it is",
            means="it may be a breach and stays up",
            owes_reason=True,
            is_decision=True,
        ),
        Way(
            step=Step.ESCALATE,
            starts=(CaseState.OPEN, CaseState.ACKNOWLEDGED, *ASKED),
            to=CaseState.ESCALATED,
            does="escalated",
            means="somebody above or outside has to decide",
            owes_reason=True,
        ),
        Way(
            step=Step.REOPEN,
            starts=(CaseState.CLOSED,),
            to=CaseState.OPEN,
            does="opened again",
            means="a closed case has to be decided once more",
            owes_reason=True,
        ),
        Way(
            step=Step.NOTE,
            starts=tuple(CaseState),
            to=None,
            does="note",
            means="something to keep with the case",
            owes_reason=True,
        ),
        Way(
            step=Step.LINKED,
            starts=tuple(CaseState),
            to=None,
            does="linked",
            means="nearly the same words, or the same picture, stand on another case",
            by_person=False,
        ),
        Way(
            step=Step.PERIOD,
            starts=ASKED,
            to=None,
            does="to stay closed until",
            means="the day up to which an account is to stay closed",
            by_person=False,
        ),
        Way(
            step=Step.ASSIGN,
            starts=_NOT_CLOSED,
            to=None,
            does="given to",
            means="a listed person deals with it from now on",
            owes_reason=True,
        ),
        Way(
            step=Step.ANSWER,
            starts=tuple(CaseState),
            to=None,
            does="the owner's answer",
            means="the owner's own words about it, kept and printed with the case",
            owes_reason=True,
        ),
        Way(
            step=Step.COVER,
            starts=(CaseState.OPEN, CaseState.ACKNOWLEDGED, *ASKED),
            to=None,
            does="the cover was asked too",
            means="nobody had decided it, or what was asked of the owner still stood, some working "
            "days after the deadline: the cover is asked as well",
            owes_reason=True,
            by_person=False,
        ),
        Way(
            step=Step.LOOKED,
            starts=_NOT_CLOSED,
            to=CaseState.CLOSED,
            resolution=Resolution.REMOVED,
            does="no longer there, as a person saw",
            means="a person looked where no programme reads: it is no longer there",
            owes_reason=True,
        ),
        Way(
            step=Step.MISSED,
            starts=(CaseState.REMOVAL_REQUESTED,),
            to=CaseState.VERIFYING,
            does="not found once",
            means="one reading no longer showed it; a second one has to say the same",
            by_person=False,
        ),
        Way(
            step=Step.SHOWN,
            starts=(CaseState.VERIFYING,),
            to=CaseState.REMOVAL_REQUESTED,
            does="shown again",
            means="the second reading showed it: it still has to go",
            by_person=False,
        ),
        Way(
            step=Step.GONE,
            starts=(CaseState.OPEN, CaseState.ACKNOWLEDGED, *ASKED),
            to=CaseState.CLOSED,
            resolution=Resolution.REMOVED,
            does="no longer visible",
            means="two readings at least ten minutes apart no longer showed it",
            by_person=False,
        ),
        Way(
            step=Step.ACCOUNT_CLOSED,
            starts=ASKED,
            to=CaseState.CLOSED,
            resolution=Resolution.REMOVED,
            does="account closed",
            means="two readings at least ten minutes apart say that the account is no longer "
            "there, while the login still works",
            by_person=False,
        ),
        Way(
            step=Step.CORRECTED,
            starts=ASKED,
            to=CaseState.CLOSED,
            resolution=Resolution.CORRECTED,
            does="corrected",
            means="it was edited, and nothing is found in the new words",
            by_person=False,
        ),
        Way(
            step=Step.BACK,
            starts=(CaseState.CLOSED,),
            ended=(Resolution.REMOVED, Resolution.CORRECTED),
            to=CaseState.OPEN,
            does="visible again",
            means="a reading showed again what was removed or corrected",
            by_person=False,
        ),
    )
}
"""Every step, in the order in which pages and messages name them."""

REQUESTS = (Step.REQUEST_REMOVAL, Step.REQUEST_CORRECTION, Step.REQUEST_CLOSURE)
BESIDE = (Step.NOTE, Step.LINKED, Step.PERIOD, Step.ASSIGN, Step.ANSWER, Step.COVER)
"""Steps that are written down beside the life of a case and lead nowhere."""
