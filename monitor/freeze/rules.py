"""What a window forbids: which posts are inside, by account, by act and by area.

The words that matter (a candidate, credit claimed, a new consultation …) are rule data,
matched by the engine; this module decides in which windows such a match counts, and on
which basis:

* **by account**: council, mayoral, officer, and partner unless handed over for the poll;
  a member's own page never (members may campaign; requirement 6 holds there all year);
* **by act**: publishing inside a window, or an edit whose time, or the interval in which
  it must lie, touches one, is judged by that window (`Basis.PUBLISHED`). An old post left
  alone is no breach; while a window is open, what still stands there and matches is
  listed for review (`Basis.STANDING`), a profile and a pinned post first of all;
* **by area**: a by-election in one ward is full for that ward's accounts and for posts
  that name the ward or a candidate there, and silent elsewhere.

Guidance: LGA, https://local.gov.uk/our-support/purdah/code and
https://www.local.gov.uk/our-support/guidance-and-resources/pre-election-period/pre-election-period-social-media
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from config.rules.model import REFERENDUM_ONLY
from config.types import (
    Basis,
    ClauseId,
    Kind,
    PollType,
    RuleId,
    Severity,
    SubjectKind,
    TopicId,
    WindowMode,
)
from monitor.freeze.around import any_closed, touching
from monitor.freeze.naming import Naming, is_political, names_in, speaks_of, words_of
from monitor.freeze.windows import NOWHERE, WHOLE
from storage.values import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from monitor.checks.base import Context, Material
    from monitor.freeze.windows import Window

TOPIC = TopicId("pre-election")
FREEZE = ClauseId("freeze")
CLOSED_RULE = RuleId("pre-election/closed")
CANDIDATE_RULE = RuleId("pre-election/named-candidate")
SHARED_RULE = RuleId("pre-election/political-account-shared")
NOTICE_RULE = RuleId("pre-election/closure-notice-missing")
_INSIDE = frozenset({Kind.COUNCIL, Kind.MAYORAL, Kind.OFFICER, Kind.PARTNER})
_EDITION = "2"
"""Raised when what is written here in code changes what is found; 2: not in comments of others."""
_CLOSED_REASON = (
    "The council closed its accounts for the period before a poll, and this is not one of the "
    "notices that may still be published."
)
_CANDIDATE_REASON = "It names a candidate of a poll before which the council must stay neutral."
_SHARED_REASON = (
    "It shares a post of a candidate, a party or a politician, before a poll in which the council "
    "must stay neutral."
)
_NOTICE_REASON = (
    "The council closed this account for the period before a poll, and neither its profile nor "
    "its pinned post says so."
)
HARMLESS: Mapping[RuleId, str] = {
    CLOSED_RULE: "It may be fine if it is an emergency, or a notice that a law requires.",
    CANDIDATE_RULE: "It may be fine if it only says as a fact who stands, where and for whom.",
    SHARED_RULE: "It may be fine if the account only sounds political, or shares an emergency.",
    NOTICE_RULE: "It may be fine if the notice stands in a picture, whose text is not read.",
}
"""Why a finding of the rules that stand here, not in a file, may be fine."""
_MOST_SPANS = 10
_MOST_MATCHED = 5


def _digest(*content: str) -> str:
    return hashlib.sha256("\n".join(content).encode()).hexdigest()[:16]


def acts_digest() -> str:
    """Return 16 hexadecimal digits over the rules that are acts, not words in a file."""
    lists = [
        word
        for name in (
            *("permitted-notices", "candidate-notices", "closure-notices"),
            "political-handles",
        )
        for word in ("", *words_of(name))
    ]
    reasons = (_CLOSED_REASON, _CANDIDATE_REASON, _SHARED_REASON, _NOTICE_REASON)
    return _digest(_EDITION, *HARMLESS, *reasons, *lists)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Act:
    """One way in which a version touches a window.

    Attributes:
        basis: Published, or still standing.
        windows: The windows touched, in force, of polls that bind this account.
        remark: Added to the reason; empty for plain publishing inside.
    """

    basis: Basis
    windows: tuple[Window, ...]
    remark: str


def judge_freeze(
    material: Material,
    matches: Sequence[Finding],
    context: Context,
    *,
    clause: ClauseId = FREEZE,
) -> tuple[Finding, ...]:
    """Judge one version by the windows around it.

    Args:
        material: The version.
        matches: What rules with ``in_window`` found in it, one finding per rule and without
            a context; whether they count is decided here.
        context: Windows in force, candidates, and the present moment.
        clause: Where the policy speaks of the freeze.

    Returns:
        One finding per rule and basis, each naming in ``context`` every poll that
        applies, sorted, joined by commas. Nothing outside windows.
    """
    if material.author:
        return ()  # a member of the public: whom they are for is nobody's business here
    # Nearly every post ends here: nothing in it could count in any window.
    shared = shared_by(material)
    if not (matches or shared or context.candidates or any_closed(context.windows)):
        return ()
    acts = tuple(_acts(material, context))
    if not acts:
        return ()
    found: list[Finding] = []
    for act in acts:
        found += _content_findings(material, matches, context, act)
        found += _candidate_findings(material, context, act, clause)
        found += _shared_findings(material, context, act, clause)
        if act.basis is Basis.PUBLISHED or material.pinned:
            found += _closed_findings(material, context, act, clause, is_clean=not found)
    found += _notice_findings(material, context, clause)
    return tuple(sorted(found, key=lambda finding: (finding.spans, finding.key())))


# --- by account and by act ---------------------------------------------------------------


def _acts(material: Material, context: Context) -> Iterator[_Act]:
    """Return how the version touches windows: by publishing or editing, and by standing."""
    if material.kind not in _INSIDE:
        return
    made = _made(material)
    published: list[Window] = []
    if made is not None:
        start, end = made
        published = [
            window for window in touching(context.windows, start, end) if _binds(window, material)
        ]
        if published:
            remark = "" if material.is_first else _edit_remark(start, end, published)
            yield _Act(basis=Basis.PUBLISHED, windows=tuple(published), remark=remark)
    if not material.is_visible:
        return
    standing = [
        window
        for window in touching(context.windows, context.as_of, context.as_of)
        if _binds(window, material) and not any(window is one for one in published)
    ]
    if standing:
        remark = _standing_remark(material)
        yield _Act(basis=Basis.STANDING, windows=tuple(standing), remark=remark)


def _binds(window: Window, material: Material) -> bool:
    """Whether a window binds this account; a partner's not if it was handed over for it."""
    if not window.in_force or window.area == NOWHERE:
        return False
    return material.kind is not Kind.PARTNER or window.poll not in material.handed_over


def _made(material: Material) -> tuple[datetime, datetime] | None:
    """Return between which instants this version was put there; None if that is unknown.

    For a post as first published both are its publishing time; it cannot have been published
    after it was seen, whatever its date says. A profile's first reading tells nothing.
    """
    published, by = material.published_at, material.shown_by
    if material.appearing and published is not None and (by is None or by <= published):
        return published, published  # read before it appeared
    if not material.is_first:
        start = material.shown_from or published
        end = material.shown_by or start
        return (start, end) if start is not None and end is not None else None
    if material.subject is not SubjectKind.POST or published is None:
        return None
    if material.shown_by is not None:
        published = min(published, material.shown_by)
    return published, published


def _edit_remark(start: datetime, end: datetime, windows: Sequence[Window]) -> str:
    if all(window.holds(start) and window.holds(end) for window in windows):
        return "It was edited inside the period."
    return (
        "It was edited between two readings, and only part of the time between them lies "
        "inside the period: the edit may have been made outside it."
    )


def _standing_remark(material: Material) -> str:
    if material.subject is SubjectKind.PROFILE:
        return "It stands in the profile while the period runs."
    if material.pinned:
        return "It was published before the period, but is pinned on top while it runs."
    return (
        "It was published before the period and can still be seen; an old post left alone is "
        "no breach by itself."
    )


# --- what was found ----------------------------------------------------------------------


def _content_findings(
    material: Material, matches: Sequence[Finding], context: Context, act: _Act
) -> Iterator[Finding]:
    if not matches:
        return
    full = tuple(window for window in act.windows if _is_full(window, material, context))
    for match in matches:
        polls = [
            window.poll
            for window in full
            if window.poll_type is PollType.REFERENDUM_NATIONAL or not _only_at_referendum(match)
        ]
        if polls:
            yield _in_context(match, act, polls)


def _only_at_referendum(match: Finding) -> bool:
    return match.rule.partition("/")[2].startswith(REFERENDUM_ONLY)


def _is_full(window: Window, material: Material, context: Context) -> bool:
    """Whether a window holds in full for this account and post, not only lightly."""
    if window.area == WHOLE or material.area.casefold() == window.area.casefold():
        return True
    if names_in(material.words.text, (window.area, *context.places.get(window.area, ()))).spans:
        return True
    return bool(names_in(material.words.text, context.candidates.get(window.poll, ())).spans)


def _candidate_findings(
    material: Material, context: Context, act: _Act, clause: ClauseId
) -> Iterator[Finding]:
    """Name a candidate: found in every part of the town, unless it is the plain list of them."""
    if not context.candidates:
        return
    text = material.words.text
    named: dict[str, Naming] = {
        window.poll: found
        for window in act.windows
        if (found := names_in(text, context.candidates.get(window.poll, ()))).spans
    }
    if not named or speaks_of(text, "candidate-notices", is_list=True):
        return
    spans = tuple(sorted({span for found in named.values() for span in found.spans}))
    first = spans[0]
    template = Finding(
        clause=clause,
        topic=TOPIC,
        rule=CANDIDATE_RULE,
        digest=_digest(CANDIDATE_RULE, _CANDIDATE_REASON),
        severity=Severity.REVIEW,
        spans=spans[:_MOST_SPANS],
        quote=text[first[0] : first[1]],
        reason=_CANDIDATE_REASON,
        matched=tuple(dict.fromkeys(text[start:end] for start, end in spans))[:_MOST_MATCHED],
    )
    yield _in_context(template, act, list(named))


def shared_by(material: Material) -> tuple[str, ...]:
    """Return the names of other accounts whose posts a version shares or quotes."""
    return tuple(dict.fromkeys(extra.by for extra in material.words.extras if extra.by))


def _shared_findings(
    material: Material, context: Context, act: _Act, clause: ClauseId
) -> Iterator[Finding]:
    """Find a shared post of somebody who stands, of a party, or of a politician."""
    polls = [
        window.poll
        for window in act.windows
        for name in shared_by(material)
        if names_in(name, context.candidates.get(window.poll, ())).spans
        or (_is_full(window, material, context) and is_political(name, context.groups))
    ]
    if polls:
        yield _in_context(_act_finding(clause, SHARED_RULE, _SHARED_REASON), act, polls)


def _closed_findings(
    material: Material, context: Context, act: _Act, clause: ClauseId, *, is_clean: bool
) -> Iterator[Finding]:
    """Find any own post in a closed window, except a permitted notice without other faults."""
    closed = _closed(act.windows, material, context)
    words = material.words
    own = words.text[: words.own_length] or words.text
    if not closed or _says_closed(own, material):
        return
    permitted = (*words_of("permitted-notices"), *context.permitted)
    if is_clean and names_in(own, permitted).spans:
        return
    yield _in_context(_act_finding(clause, CLOSED_RULE, _CLOSED_REASON), act, closed)


def _notice_findings(material: Material, context: Context, clause: ClauseId) -> Iterator[Finding]:
    """Find a profile that does not say that its account is closed while it is."""
    if material.subject is not SubjectKind.PROFILE or not material.is_visible:
        return
    if material.kind not in _INSIDE or _says_closed(material.words.text, material):
        return
    now = touching(context.windows, context.as_of, context.as_of)
    windows = tuple(window for window in now if _binds(window, material))
    closed = _closed(windows, material, context)
    if closed:
        act = _Act(basis=Basis.STANDING, windows=windows, remark="")
        yield _in_context(_act_finding(clause, NOTICE_RULE, _NOTICE_REASON), act, closed)


def _closed(windows: Iterable[Window], material: Material, context: Context) -> list[str]:
    """Return the polls before which this account is closed."""
    return [
        window.poll
        for window in windows
        if window.mode is WindowMode.CLOSED and _is_full(window, material, context)
    ]


def _says_closed(own: str, material: Material) -> bool:
    return any(
        speaks_of(text, "closure-notices", is_list=True) for text in (own, material.pinned_text)
    )


def _act_finding(clause: ClauseId, rule: RuleId, reason: str) -> Finding:
    """Return a finding that rests on an act, not on words: without span and quote."""
    return Finding(
        clause=clause,
        topic=TOPIC,
        rule=rule,
        digest=_digest(rule, reason),
        severity=Severity.REVIEW,
        reason=reason,
    )


def _in_context(found: Finding, act: _Act, polls: Iterable[str]) -> Finding:
    """Return a finding of this act; what merely stands there is for review."""
    severity = found.severity
    if act.basis is Basis.STANDING and severity is Severity.URGENT:
        severity = Severity.REVIEW
    return replace(
        found,
        basis=act.basis,
        severity=severity,
        context=",".join(sorted(set(polls))),
        reason=f"{found.reason} {act.remark}".strip(),
    )
