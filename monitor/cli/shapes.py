"""The JSON shapes of the contract (docs/json.md); they only ever gain keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.cases.life import assigned_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.types import CaseId
    from monitor.apply import Found, Outcome
    from monitor.cases.proof import Verified
    from storage.values import Case, Coverage, Finding, Hold, KeptFile, Preserved

Json = dict[str, Any]


def finding(found: Finding) -> Json:
    """Return one finding as in `check`."""
    return {
        "clause": found.clause,
        "rule": found.rule,
        "severity": found.severity.value,
        "score": round(found.score, 4),
        "quote": found.quote,
        "spans": [list(span) for span in found.spans],
        "reason": found.reason,
        "topic": found.topic,
        "matched": list(found.matched),
        "basis": found.basis.value,
        "context": found.context,
    }


def placed(found: Found) -> Json:
    """Return one finding of a run, with the post it is on."""
    shape = finding(found.finding)
    shape |= {
        "account": found.account,
        "subject": found.subject.value,
        "platform_id": found.platform_id,
        "url": found.url,
        "published_at": found.published_at.isoformat(),
    }
    if found.why:
        shape["withdrawn_because"] = found.why
    return shape


def coverage(line: Coverage) -> Json:
    """Return how far one account was read."""
    return {
        "account": line.account,
        "status": line.status.value,
        "posts": line.recorded.posts,
        "new": line.recorded.new,
        "edited": line.recorded.edited,
        "gone": line.recorded.gone,
        "cannot_tell": line.recorded.cannot_tell,
        "gaps": [{"from": gap.start.isoformat(), "to": gap.end.isoformat()} for gap in line.gaps],
        "reason": line.reason.value if line.reason is not None else None,
        "error": line.error or None,
    }


def run(number: int | None, lines: Sequence[Coverage], outcome: Outcome) -> Json:
    """Return the result of a scan or rescan."""
    return {
        "run": number,
        "coverage": [coverage(line) for line in lines],
        "findings": {
            "added": [placed(found) for found in outcome.added],
            "withdrawn": [placed(found) for found in outcome.withdrawn],
            "unchanged": outcome.unchanged,
        },
        "cases_opened": list(outcome.cases_opened),
        "mails_queued": outcome.mails_queued,
        "judged": outcome.judged,
        "not_judged": outcome.not_judged,
    }


def case(one: Case) -> Json:
    """Return one case as in `cases list`."""
    return {
        "id": one.id,
        "state": one.state.value,
        "resolution": one.resolution.value if one.resolution is not None else None,
        "severity": one.severity.value,
        "account": one.account,
        "subject": one.subject_kind.value,
        "post": {
            "id": one.subject,
            "platform_id": one.platform_id,
            "url": one.url,
            "text": one.text,
            "published_at": one.published_at.isoformat(),
            "edited": one.edited,
            "scheduled": one.is_scheduled,
        },
        "clauses": sorted({stored.finding.clause for stored in one.findings}),
        "findings": [finding(stored.finding) for stored in one.findings],
        "history": one.history,
        "opened_at": one.opened_at.isoformat(),
        "due_at": one.due_at.isoformat(),
        "closed_at": one.closed_at.isoformat() if one.closed_at is not None else None,
        "visible": one.visible,
        "last_outcome": one.last_outcome.value,
        "last_read_at": one.last_read_at.isoformat(),
        "assigned_to": assigned_to(one) or None,
        "links": [
            {"case": link.case, "account": link.account, "why": link.why} for link in one.links
        ],
    }


def case_with_events(one: Case) -> Json:
    """Return one case as in `cases show`: with its events and what was withdrawn."""
    shape = case(one)
    shape["events"] = [
        {
            "at": event.at.isoformat(),
            "by": event.by,
            "what": event.what,
            "from": event.from_state.value if event.from_state is not None else None,
            "to": event.to_state.value,
            "because": event.because or None,
        }
        for event in one.events
    ]
    shape["withdrawn"] = [
        finding(stored.finding) | {"withdrawn_because": stored.withdrawn_why}
        for stored in one.withdrawn
    ]
    return shape


def hold(one: Hold) -> Json:
    """Return one hold as in `hold list`."""
    return {
        "id": one.id,
        "why": one.reason.value,
        "case": one.case,
        "account": one.account,
        "from": one.since.isoformat() if one.since is not None else None,
        "to": one.until.isoformat() if one.until is not None else None,
        "because": one.because,
        "by": one.by,
        "at": one.at.isoformat(),
        "released_at": one.released_at.isoformat() if one.released_at is not None else None,
        "released_by": one.released_by,
        "released_because": one.released_because or None,
    }


def kept_file(one: KeptFile) -> Json:
    """Return one kept file as in `cases attach`."""
    return {
        "case": one.case,
        "kind": one.kind.value,
        "name": one.name,
        "sha256": one.sha256,
        "size": one.size,
        "media_type": one.media_type,
        "by": one.by,
        "at": one.at.isoformat(),
        "entry": one.entry,
    }


def stopped(case: CaseId, kept: Preserved, said: Sequence[str]) -> Json:
    """Return what came of `cases do-not-copy`."""
    stop = kept.stopped
    return {
        "case": case,
        "at": stop.at.isoformat() if stop is not None else None,
        "by": stop.by if stop is not None else None,
        "purged": stop.purged if stop is not None else 0,
        "said": list(said),
    }


def verified(done: Verified) -> Json:
    """Return the result of a verification."""
    return {
        "run": done.run,
        "coverage": [coverage(line) for line in done.coverage],
        "cases": [
            {
                "case": proof.case.id,
                "account": proof.case.account,
                "seen": proof.seen.value,
                "detail": proof.detail,
                "state": proof.case.state.value,
                "resolution": proof.case.resolution.value if proof.case.resolution else None,
                "due_at": proof.case.due_at.isoformat(),
                "overdue": proof.is_overdue,
                "reminded": proof.is_reminded,
            }
            for proof in done.proofs
        ],
    }
