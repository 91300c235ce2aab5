"""Builders for what is recorded, judged and mailed: short to call, believable to read.

Every instant is derived from `START`; nothing here reads a clock.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta

from config.register import Account, Decision
from config.types import (
    AccountId,
    CaseId,
    ClauseId,
    Kind,
    MailKind,
    Outcome,
    Reason,
    RuleId,
    Severity,
    SubjectKind,
    TopicId,
)
from storage.values import Finding, NewMail, Seen, Words

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
"""A Monday morning in the town of Fernbeck."""

COUNCIL = AccountId("council-x")
MAYOR = AccountId("mayor-facebook")


def at(minutes: float = 0, *, days: float = 0) -> datetime:
    """Return an instant so many minutes and days after `START`."""
    return START + timedelta(minutes=minutes, days=days)


def account(
    label: str = COUNCIL, *, kind: Kind = Kind.COUNCIL, handle: str = "", owner: str = "Jo Marsh"
) -> Account:
    """Return a registered account of the town council of Fernbeck."""
    return Account(
        id=AccountId(label),
        platform="facebook" if "facebook" in label else "x",
        terms_accepted=Decision(by="Council", on=date(2026, 1, 20), minute="2026/7"),
        handle=handle or label.replace("-", ""),
        kind=kind,
        owner=owner,
    )


def words(text: str, **options: object) -> Words:
    """Return content that is nothing but its own words, unless options say more."""
    return Words(text=text, own_length=len(text), **options)  # type: ignore[arg-type] # passed through


def digest(content: Words) -> str:
    """Return a content hash: equal for equal content."""
    stated = [content.text, content.links, content.pictures, dict(content.fields)]
    return hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()


def post(
    platform_id: str = "1001",
    text: str = "The library opens at ten on Saturday.",
    *,
    read_at: datetime = START,
    published_at: datetime | None = START,
    edited_at: datetime | None = None,
    content: Words | None = None,
    raw: bytes | None = None,
    current_id: str | None = None,
) -> Seen:
    """Return a reading that showed a post."""
    shown = content or words(text)
    return Seen(
        subject=SubjectKind.POST,
        platform_id=platform_id,
        at=read_at,
        outcome=Outcome.PRESENT,
        content_hash=digest(shown),
        words=shown,
        current_id=current_id,
        url=f"https://x.example/fernbeck/{platform_id}",
        published_at=published_at,
        edited_at=edited_at,
        raw=raw,
    )


def profile(
    platform_id: str = "42",
    description: str = "Fernbeck Town Council",
    *,
    read_at: datetime = START,
    pinned: str = "",
) -> Seen:
    """Return a reading that showed an account's profile."""
    fields = {"name": "Fernbeck Town Council", "description": description}
    if pinned:
        fields["pinned"] = pinned
    shown = Words(text=description, own_length=len(description), fields=fields)
    return Seen(
        subject=SubjectKind.PROFILE,
        platform_id=platform_id,
        at=read_at,
        outcome=Outcome.PRESENT,
        content_hash=digest(shown),
        words=shown,
        url="https://x.example/fernbeck",
    )


def gone(platform_id: str = "1001", *, read_at: datetime = START) -> Seen:
    """Return a reading by which a post is no longer visible."""
    return Seen(
        subject=SubjectKind.POST,
        platform_id=platform_id,
        at=read_at,
        outcome=Outcome.GONE,
        reason=Reason.GONE_OR_HIDDEN,
        detail="The platform says that there is no such post.",
    )


def unread(
    platform_id: str = "1001", *, read_at: datetime = START, reason: Reason = Reason.TRANSIENT
) -> Seen:
    """Return a reading that could not tell."""
    return Seen(
        subject=SubjectKind.POST,
        platform_id=platform_id,
        at=read_at,
        outcome=Outcome.CANNOT_TELL,
        reason=reason,
        detail="The platform answered with an error.",
    )


def finding(
    rule: str = "party-politics/endorsement",
    *,
    clause: str = "terms.5",
    severity: Severity = Severity.REVIEW,
    quote: str | None = "vote",
    **options: object,
) -> Finding:
    """Return a finding; its span is the quote at the beginning of the text."""
    return Finding(
        clause=ClauseId(clause),
        topic=TopicId(rule.split("/", maxsplit=1)[0]),
        rule=RuleId(rule),
        digest=hashlib.sha256(rule.encode()).hexdigest()[:16],
        severity=severity,
        spans=() if quote is None else ((0, len(quote)),),
        quote=quote,
        reason="It asks readers to vote for a party.",
        **options,  # type: ignore[arg-type] # passed through
    )


def mail(
    key: str = "digest:2026-11-02",
    *,
    kind: MailKind = MailKind.DIGEST,
    to: tuple[str, ...] = ("clerk@fernbeck.example",),
    cases: tuple[CaseId, ...] = (),
) -> NewMail:
    """Return a finished mail."""
    return NewMail(
        key=key,
        kind=kind,
        message_id=f"<{key}@fernbeck.example>",
        subject="Fernbeck: this morning",
        body=f"Message-ID: <{key}@fernbeck.example>\r\n\r\nGood morning.\r\n".encode(),
        recipients=to,
        cases=cases,
    )
