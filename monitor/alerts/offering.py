"""The words with which a mail can be answered, each with a link that fills them in.

A link opens a reply in the reader's own programme and changes nothing by itself: programmes
that open every link of a mail decide nothing (mails.md, principle 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from config.types import Severity
from monitor.alerts.offers import Command
from monitor.cases.life import REQUESTS, Step, possible
from monitor.cases.replies.codes import ABOUT_ALL
from monitor.cases.replies.words import Word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from monitor.alerts.wording import Calendar
    from monitor.cases.replies.codes import Codes
    from storage.values import Case

_REASON = "because …"
_SAFEGUARDING = "safeguarding"
_LEAST_FOR_ALL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """One word that a mail may offer.

    Attributes:
        word: As it is written.
        does: What it does, for the Clerk.
        step: The step that has to be possible; None: it always is.
        owes_reason: It decides only with why.
        alone: Only in a mail about one case: elsewhere it would make a wall.
    """

    word: Word
    does: str
    step: Step | None = None
    owes_reason: bool = False
    alone: bool = False


# What a mail offers, in this order; what it leaves out is understood all the same.
_WORDS = (
    _Answer(word=Word.REMOVE, does="ask the owner to take it down", step=Step.REQUEST_REMOVAL),
    _Answer(word=Word.CORRECT, does="ask the owner to correct it", step=Step.REQUEST_CORRECTION),
    _Answer(word=Word.UNDO, does="stop the request, if it has not left yet", step=Step.UNDO),
    _Answer(word=Word.KEEP, does="it is not a breach", step=Step.DISMISS, owes_reason=True),
    _Answer(word=Word.LEAVE, does="it may be one, and stays up", step=Step.LEAVE, owes_reason=True),
    _Answer(word=Word.MINE, does="I am dealing with it", step=Step.ACKNOWLEDGE),
    _Answer(
        word=Word.ESCALATE,
        does="somebody above or outside has to decide",
        step=Step.ESCALATE,
        owes_reason=True,
        alone=True,
    ),
    _Answer(
        word=Word.GONE,
        does="you looked: it is no longer visible",
        step=Step.LOOKED,
        owes_reason=True,
        alone=True,
    ),
    _Answer(
        word=Word.REOPEN,
        does="it has to be decided once more",
        step=Step.REOPEN,
        owes_reason=True,
        alone=True,
    ),
    _Answer(
        word=Word.HOLD,
        does="first, if there is an FOI request, complaint or police matter",
        owes_reason=True,
        alone=True,
    ),
    _Answer(
        word=Word.DO_NOT_COPY,
        does="an indecent image of a child: keep no copy",
        alone=True,
    ),
    _Answer(word=Word.PACK, does="send me the evidence pack", alone=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering:
    """Writes the answers that one mail offers.

    Attributes:
        codes: This installation's.
        mail: Natural key of the mail.
        is_alone: The mail is about one case: its number need not be said.
    """

    codes: Codes
    mail: str
    is_alone: bool = False

    def answers(
        self, case: Case, *, can_ask: bool = True, by_hand: bool = False
    ) -> Iterator[Command]:
        """Go through the answers that are possible for a case as it stands.

        Args:
            case: Which case.
            can_ask: The owner of its account can be written to.
            by_hand: No programme reads its account: a person has to look.
        """
        steps = possible(case)
        for answer in _WORDS:
            is_possible = answer.step is None or answer.step in steps
            is_asked = answer.step not in REQUESTS or can_ask
            if is_possible and is_asked and self._fits(answer, case, by_hand=by_hand):
                yield self._command(answer, case)

    def history(self, cases: Sequence[Case], *, calendar: Calendar) -> Iterator[Command]:
        """Go through the answers that close many older posts at once.

        Args:
            cases: Those that the mail lists; nothing is offered for a single one.
            calendar: How days are written.
        """
        if len(cases) < _LEAST_FOR_ALL:
            return
        day = _all_before([case.published_at for case in cases], calendar=calendar)
        older = f"older than {day.day} {day:%B %Y}"
        for word, does in (
            (Word.KEEP_ALL, "none of them is a breach"),
            (Word.LEAVE_ALL, "they may be, and stay up"),
        ):
            yield Command(
                line=f"{word.value} {older} {_REASON}",
                does=does,
                link=self.codes.link(self.mail, ABOUT_ALL, line=f"{word.value} {older} because "),
            )

    def _fits(self, answer: _Answer, case: Case, *, by_hand: bool) -> bool:
        """Return whether a word belongs into this mail."""
        if answer.alone and not self.is_alone:
            return False
        if answer.word is Word.GONE:
            return by_hand
        if answer.word is Word.DO_NOT_COPY:
            topics = {stored.finding.topic for stored in case.findings}
            return _SAFEGUARDING in topics or (case.pictures > 0 and _is_urgent(case))
        return True

    def _command(self, answer: _Answer, case: Case) -> Command:
        """Return a word with what it does and the link that fills it in."""
        number = "" if self.is_alone else f" {case.id}"
        reason = f" {_REASON}" if answer.owes_reason else ""
        line = f"{answer.word.value} because " if answer.owes_reason else answer.word.value
        return Command(
            line=f"{answer.word.value}{number}{reason}",
            does=answer.does,
            link=self.codes.link(self.mail, case.id, line=line),
        )


def _is_urgent(case: Case) -> bool:
    return case.severity is Severity.URGENT


def _all_before(published: Sequence[datetime], *, calendar: Calendar) -> date:
    """Return a day before which many of some posts were published: 1 January, else all of them."""
    days = [calendar.local(at).date() for at in published]
    new_year = calendar.today.replace(month=1, day=1)
    older = sum(day < new_year for day in days)
    return new_year if older >= _LEAST_FOR_ALL else max(days) + timedelta(days=1)
