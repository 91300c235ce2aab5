"""How a mail ends: who wrote a post, how a decision is recorded, what happens next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.types import SubjectKind

if TYPE_CHECKING:
    from storage.values import Case

_NO_REPLIES = "clerkwatch cannot read replies to this mail."
_RECORD = (
    "To record a decision, run the command beside the case on the machine on which clerkwatch "
    f"runs, or ask your supplier to. {_NO_REPLIES}"
)


_REPLY = (
    "The first line of your reply decides; a mail about it comes back. In a mail about several "
    "cases, write the number of the case, as shown. No link here changes anything by itself."
)
_FIRST = (
    "If there is an open FOI request, complaint or police matter about a post, reply HOLD first, "
    "with the case's number and why. If somebody tells you of a post, forward their mail to the "
    "address that answers to this mail go to, with OPEN because … in the first line."
)
_AUTHORS = (
    "A page or account posts in its own name: who wrote a post is not known, and nobody has "
    "decided that anybody did anything wrong."
)


def digest_foot(*, has_cases: bool, has_inbox: bool = False) -> tuple[str, ...]:
    """Return how the digest ends.

    Args:
        has_cases: It asks for decisions.
        has_inbox: Replies are read.
    """
    if not has_cases:
        return () if has_inbox else (_NO_REPLIES,)
    return (
        _AUTHORS,
        *((_REPLY, _FIRST) if has_inbox else (_RECORD,)),
        "clerkwatch only flags: a person decides. It never posts or deletes anything.",
    )


def urgent_foot(case: Case, *, has_inbox: bool = False) -> tuple[str, ...]:
    """Return how the mail about one case ends; ``has_inbox``: replies are read."""
    record = _REPLY if has_inbox else _RECORD
    is_post = case.subject_kind is SubjectKind.POST
    does = "takes it down" if is_post else "changes it"
    then = "whether it is still visible" if is_post else "what stands there then"
    said = (
        f"It stays as it is until a person {does}: clerkwatch never posts or deletes anything. "
        f"It is read again at every reading, and the morning mail says {then}."
    )
    return (said, _AUTHORS, record) if is_post else (said, record)
