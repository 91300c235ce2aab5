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


_AUTHORS = (
    "A page or account posts in its own name: who wrote a post is not known, and nobody has "
    "decided that anybody did anything wrong."
)


def digest_foot(*, has_cases: bool) -> tuple[str, ...]:
    """Return how the digest ends.

    Args:
        has_cases: It asks for decisions.
    """
    if not has_cases:
        return (_NO_REPLIES,)
    return (
        _AUTHORS,
        _RECORD,
        "clerkwatch only flags: a person decides. It never posts or deletes anything.",
    )


def urgent_foot(case: Case) -> tuple[str, ...]:
    """Return how the mail about one case ends."""
    is_post = case.subject_kind is SubjectKind.POST
    does = "takes it down" if is_post else "changes it"
    then = "whether it is still visible" if is_post else "what stands there then"
    said = (
        f"It stays as it is until a person {does}: clerkwatch never posts or deletes anything. "
        f"It is read again at every reading, and the morning mail says {then}."
    )
    return (said, _AUTHORS, _RECORD) if is_post else (said, _RECORD)
