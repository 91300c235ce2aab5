"""Why a reply decided nothing, and what to write instead, for who wrote it: pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.cases.replies.accept import Refusal
from monitor.cases.replies.words import Word

if TYPE_CHECKING:
    from collections.abc import Mapping

MORE = (
    "Only the first line of your mail was taken. Further down stands another decision, which was "
    "not taken: please send each in a mail of its own."
)
"""For the answer to a mail with two orders."""
_HOW = (
    "Nothing was decided. Reply with one of the lines below as the first line, for example "
    "KEEP because it only announces the date."
)
_WHY: Mapping[Refusal, str] = {
    Refusal.EXPIRED: "The mail that you answered is older than 60 days, so its answer was not "
    "taken. Nothing was decided. Please answer this mail or a newer one instead.",
    Refusal.USED: "The mail that you answered has been answered before, and each is taken once. "
    "Nothing was decided now. Please answer this mail instead.",
    Refusal.OTHER_CASE: "The case that you named is not in the mail that you answered. Nothing was "
    "decided. Please answer a mail about that case.",
    Refusal.WHICH_CASE: "The mail that you answered is about several cases, or about none. Nothing "
    "was decided. Please write the number after the word, for example KEEP 42 because ….",
    Refusal.MAY_NOT: "You are listed as the person who looks after the machine, so nothing was "
    "decided. The Clerk or the deputy decides.",
}
_BECAUSE = "Write why, for example"
_NEEDS: Mapping[Word, str] = {
    Word.KEEP: f"{_BECAUSE} KEEP because it only announces the date.",
    Word.LEAVE: f"{_BECAUSE} LEAVE because the poll is over on Thursday.",
    Word.ESCALATE: f"{_BECAUSE} ESCALATE because it concerns the Mayor.",
    Word.REOPEN: f"{_BECAUSE} REOPEN because it was put up again.",
    Word.GONE: f"{_BECAUSE} GONE because I looked on Tuesday.",
    Word.CLOSE_ACCOUNT: f"{_BECAUSE} CLOSE ACCOUNT because nobody looks after it.",
    Word.NOTE: "Write what is to be kept, for example NOTE rang the owner.",
    Word.HOLD: f"{_BECAUSE} HOLD because of an open FOI request.",
    Word.HOLD_ALL: f"{_BECAUSE} HOLD ALL because of a police matter.",
    Word.OPEN: f"{_BECAUSE} OPEN because a resident rang.",
    Word.REVIEWED: "Write which account, for example REVIEWED nextdoor.",
    Word.NOTICE: "Write the day, for example NOTICE 22 March.",
    Word.KEEP_ALL: "Write for example KEEP ALL older than 1 January 2026 because it is history.",
    Word.LEAVE_ALL: "Write for example LEAVE ALL older than 1 January 2026 because it is history.",
    Word.COVER: "Write who and until when, for example COVER deputy until 18 August.",
    Word.REPORT: "Write the year or the month, for example REPORT 2026, or REPORT March 2026.",
    Word.FIND: "Write the words, for example FIND library from 1 March 2026 to 31 May 2026.",
}


def why_not(refusal: Refusal, *, lacks: Word | None, report_to: str) -> tuple[str, ...]:
    """Return why nothing was decided, and what to do instead.

    Args:
        refusal: Why; one of those that are answered, or ``NO_CODE`` for what was reported.
        lacks: The word that was understood but for its reason; None: none was.
        report_to: Address with a code to which something reported can be forwarded.
    """
    if refusal is Refusal.NO_CODE:
        again = (
            f"Please forward it once more, now to {report_to}, with OPEN and why in the first "
            "line. Each such address is good for one mail."
        )
        return ("Nothing was opened yet: the mail was not sent to an address with a code.", again)
    if refusal is not Refusal.NOT_UNDERSTOOD:
        return (_WHY[refusal],)
    if lacks is not None:
        return (f"Nothing was decided: {lacks.value} alone is not enough.", _NEEDS[lacks])
    return ("Your reply was not understood, so nothing was decided.", _HOW)
