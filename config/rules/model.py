"""What one rule is, as data. The engine that applies it stands in `monitor.checks`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.types import ClauseId, Kind, RuleId, Severity, SubjectKind, TopicId

WHERES = ("any", "own", "referenced")
"""Whose words a group may match in: all, the account's own, a repost's."""

_DIGITS = 16

REFERENDUM_ONLY = "referendum-"
"""Rules whose name begins so hold only in a window under section 125 of the Political
Parties, Elections and Referendums Act 2000, where even asking people to vote is forbidden."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Entries of which any one must be there.

    Attributes:
        terms: Literals; the words of the lists named are already among them.
        patterns: RE2 patterns.
        where: ``any``, ``own`` or ``referenced``.
        support: It must match, but what matched is not shown: a pronoun or a price says
            nothing to the Clerk that the other groups do not.
    """

    terms: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    where: str = "any"
    support: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """How close together the groups must match.

    Attributes:
        words: Most words between the first and the last match; None: any number.
        sentence: All in one sentence.
    """

    words: int | None = None
    sentence: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unless:
    """What silences a match.

    Attributes:
        terms: A match that overlaps one of these does not count.
        patterns: The same, as RE2 patterns.
        around: A match with one of these within ``around_words`` does not count.
        around_patterns: The same, as RE2 patterns.
        around_words: Most words between the match and what silences it.
        anywhere: One of these anywhere in the text silences the rule.
        anywhere_patterns: The same, as RE2 patterns.
    """

    terms: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    around_patterns: tuple[str, ...] = ()
    around_words: int = 8
    anywhere: tuple[str, ...] = ()
    anywhere_patterns: tuple[str, ...] = ()


POLITICAL = frozenset(
    {"party-politics", "campaigning", "personal-campaign", "pre-election", "freeze"}
)
"""Topics that are never asked about what a member of the public wrote: what it says of their
politics is nobody's business here (UK GDPR, Article 9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One text that a rule must find, or must leave alone.

    Attributes:
        text: The account's own words.
        kind: Whose account; None: council, or the first kind that the rule is for.
        referenced: Words of the post that it shares; empty: it shares none.
        fields: Fields of a profile beside its description, for rules on profiles.
    """

    text: str
    kind: Kind | None = None
    referenced: str = ""
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleData:
    """One rule.

    Attributes:
        id: ``topic/name``.
        topic: What it is about.
        clause: Where the loaded policy speaks of that.
        number: Raised whenever the content changes.
        severity: Before it is lowered for a member's account.
        reason: Plain English for the Clerk: what was seen.
        harmless: Why it may be fine.
        on: Posts, profiles or both.
        kinds: Narrower than the clause's scope; empty: the clause's scope.
        others: Also judged on other authors' posts and comments.
        masked: Never quoted in a mail.
        in_window: Holds only inside a restricted election window.
        check: ``module.name`` of a check in `monitor.checks`; empty for terms and patterns.
        need: All of these groups must match; empty for a check.
        near: How close together; None: anywhere in the text.
        unless: What silences it.
        shadow: On trial: it is judged and counted, and is in no mail.
        by_kind: Severities that a council has set for kinds of account.
        hits: Texts that it must find, at least two.
        near_misses: Look-alikes that it must not, at least two.
        file: Where it was read from.
    """

    id: RuleId
    topic: TopicId
    clause: ClauseId
    number: int
    severity: Severity
    reason: str
    harmless: str
    on: tuple[SubjectKind, ...]
    kinds: tuple[Kind, ...] = ()
    others: bool = False
    masked: bool = False
    in_window: bool = False
    check: str = ""
    need: tuple[Group, ...] = ()
    near: Near | None = None
    unless: Unless = field(default_factory=Unless)
    shadow: bool = False
    by_kind: tuple[tuple[Kind, Severity], ...] = ()
    hits: tuple[Example, ...] = ()
    near_misses: tuple[Example, ...] = ()
    file: str = ""

    def severity_on(self, kind: Kind) -> Severity:
        """Return how serious it is on an account of a kind."""
        return dict(self.by_kind).get(kind, self.severity)

    def digest(self) -> str:
        """Return 16 hexadecimal digits over all that can change what the rule finds or says.

        Examples, the file's name and why it may be harmless are left out: correcting a
        sentence there must not judge every stored post again.
        """
        stated = {
            "id": self.id,
            "number": self.number,
            "severity": self.severity,
            "reason": self.reason,
            "on": sorted(self.on),
            "kinds": sorted(self.kinds),
            "flags": [self.others, self.masked, self.in_window],
            "check": self.check,
            "need": [
                [
                    sorted(group.terms),
                    sorted(group.patterns),
                    group.where,
                    *(["support"] if group.support else []),
                ]
                for group in self.need
            ],
            "near": None if self.near is None else [self.near.words, self.near.sentence],
            "unless": [
                sorted(self.unless.terms),
                sorted(self.unless.patterns),
                sorted(self.unless.around),
                sorted(self.unless.around_patterns),
                self.unless.around_words,
                sorted(self.unless.anywhere),
                sorted(self.unless.anywhere_patterns),
            ],
        }
        # Said only where it is so: what nobody has set does not change the digest.
        if self.shadow:
            stated["shadow"] = True
        if self.by_kind:
            stated["by_kind"] = [list(pair) for pair in self.by_kind]
        packed = json.dumps(stated, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(packed.encode()).hexdigest()[:_DIGITS]
