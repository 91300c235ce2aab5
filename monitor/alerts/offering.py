"""The words with which a mail can be answered, each with a link that fills them in.

A link opens a reply in the reader's own programme and changes nothing by itself: programmes
that open every link of a mail decide nothing (mails.md, principle 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.alerts.offers import Command
from monitor.cases.life import REQUESTS, Step, possible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.cases.replies.codes import Codes
    from storage.values import Case

_REASON = "because …"
# What a mail offers, in this order; what it leaves out is understood all the same.
_WORDS = (
    (Step.REQUEST_REMOVAL, "REMOVE", False, "ask the owner to take it down"),
    (Step.REQUEST_CORRECTION, "CORRECT", False, "ask the owner to correct it"),
    (Step.UNDO, "UNDO", False, "stop the request, if it has not left yet"),
    (Step.DISMISS, "KEEP", True, "it is not a breach"),
    (Step.LEAVE, "LEAVE", True, "it may be one, and stays up"),
    (Step.ACKNOWLEDGE, "MINE", False, "I am dealing with it"),
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

    def answers(self, case: Case, *, can_ask: bool = True) -> Iterator[Command]:
        """Go through the answers that are possible for a case as it stands.

        Args:
            case: Which case.
            can_ask: The owner of its account can be written to.
        """
        steps = possible(case)
        number = "" if self.is_alone else f" {case.id}"
        for step, word, owes_reason, does in _WORDS:
            if step not in steps or (step in REQUESTS and not can_ask):
                continue
            yield Command(
                line=f"{word}{number}{f' {_REASON}' if owes_reason else ''}",
                does=does,
                link=self.codes.link(
                    self.mail, case.id, line=f"{word} because " if owes_reason else word
                ),
            )
