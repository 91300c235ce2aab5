"""What a check is given and what it returns; nothing else reaches it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from config.types import AccountId, Kind, SubjectKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from config.types import Appearing, ClauseId
    from monitor.freeze.windows import Window
    from storage.values import Finding, Words

NOT_STORED = AccountId("")
"""Stands for the account of text that is not stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One version, as judging sees it.

    Attributes:
        words: The content; spans of findings count code points of ``words.text``.
        kind: Whose account it is.
        subject: Post or profile.
        account: Label of the account; empty for text that is not stored.
        platform: The connector's name; empty for text that is not stored.
        author: Another author's handle; empty for the account's own words.
        area: The account's ward, or ``whole``.
        handed_over: Polls for whose period a partner's account was handed over.
        published_at: When the post was published; None when unknown (then nothing that
            depends on time is judged by it).
        shown_from: Earliest instant this version can have appeared.
        shown_by: Latest instant by which it had appeared. An edit lies between the two.
        is_first: The version as published.
        is_visible: It still stands there now.
        pinned: The profile shows it on top.
        handle: The account's handle as registered; empty for text that is not stored.
        pinned_text: For a profile, the words of the post that it pins; empty if unknown.
        appearing: Whether the post is scheduled, or was; None: it was visible when first read.
    """

    words: Words
    kind: Kind = Kind.COUNCIL
    subject: SubjectKind = SubjectKind.POST
    account: AccountId = NOT_STORED
    platform: str = ""
    author: str = ""
    area: str = "whole"
    handed_over: tuple[str, ...] = ()
    published_at: datetime | None = None
    shown_from: datetime | None = None
    shown_by: datetime | None = None
    is_first: bool = True
    is_visible: bool = True
    pinned: bool = False
    handle: str = ""
    pinned_text: str = ""
    appearing: Appearing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What holds around a version: windows and the council's own facts.

    Attributes:
        windows: Windows in force of every poll, past, open and coming.
        as_of: The present moment; aware UTC.
        council: The council's name.
        email_domain: The council's own mail domain.
        candidates: Names and handles by poll id.
        places: Names of streets, halls and parks by ward.
        permitted: The council's own words for notices that a closed account may publish.
        groups: The town's own political groups.
        logo_hash: `monitor.checks.picture.picture_hash` of the council's logo; empty: no logo
            is configured, and pictures are not compared.
    """

    as_of: datetime
    windows: tuple[Window, ...] = ()
    council: str = ""
    email_domain: str = ""
    candidates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    permitted: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    logo_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The result for one version.

    Attributes:
        findings: Ordered by first span, then rule; one per rule and basis.
        scores: Highest score by clause, 0 to 1; clauses without any are left out.
        not_judged: Checks that could not judge, each with why ("language: not English");
            never silently clean.
    """

    findings: tuple[Finding, ...] = ()
    scores: Mapping[ClauseId, float] = field(default_factory=dict)
    not_judged: tuple[str, ...] = ()
