"""The adopted policy as data: numbered clauses in their exact words, and topics that point to them.

A policy file is TOML. Each clause carries its words as adopted and their digest, so that
what quotes the policy fails loudly when the adopted text changes until a person has
reviewed it (design.md, law 8). Rules never name a clause: they name a **topic**, and the
policy says under which clause that topic falls and on which words it relies. That is how
another council's policy uses the same rules.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import tomli

from config.errors import RuleError, SettingsError
from config.types import ClauseId, Kind, TopicId

if TYPE_CHECKING:
    from collections.abc import Mapping

_PINNED = 16
_NAME = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
_CLAUSE = re.compile(r"^(?:([a-z]+)\.([1-9][0-9]?)|[a-z]+)$")
_TOP = frozenset({"name", "title", "body", "reviewed_on", "next_review", "clauses", "topics"})
_OPTIONAL = frozenset({"next_review_as_printed", "stem", "companions"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One numbered item of the adopted text.

    Attributes:
        id: ``terms.5``, ``requirements.2``, ``freeze``.
        title: A few words for a heading; ours, not the policy's.
        words: The adopted words, exactly.
        digest: First 16 hexadecimal digits of the SHA-256 of ``words``.
        kinds: Whose accounts it binds.
    """

    id: ClauseId
    title: str
    words: str
    digest: str
    kinds: frozenset[Kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What a rule is about, and where the policy speaks of it.

    Attributes:
        id: ``party-politics``.
        clause: The clause it falls under.
        words: The stretch of the clause relied on, exactly; the mail quotes it.
        digest: First 16 hexadecimal digits of the SHA-256 of ``words``.
    """

    id: TopicId
    clause: ClauseId
    words: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One council's policy, checked.

    Attributes:
        name: Short name, as ``council.policy`` gives it.
        title: As printed on the policy.
        body: Who adopted it.
        reviewed_on: Last review, in the council's zone.
        next_review: Last day by which the next review was due.
        next_review_as_printed: The policy's own words for that day; empty if it gives a date.
        clauses: By id, in the file's order.
        topics: By id, in the file's order.
        digest: 16 hexadecimal digits over everything that judging depends on.
        file: Where it was read from.
        companions: Other policies that the text relies on, as it calls them.
    """

    name: str
    title: str
    body: str
    reviewed_on: date
    next_review: date
    next_review_as_printed: str
    clauses: Mapping[ClauseId, Clause]
    topics: Mapping[TopicId, Topic]
    digest: str
    file: str
    companions: tuple[str, ...] = ()

    def clause(self, topic: TopicId | str) -> Clause:
        """Return the clause a topic falls under.

        Raises:
            RuleError: The policy has no such topic.
        """
        return self.clauses[self.topic(topic).clause]

    def topic(self, topic: TopicId | str) -> Topic:
        """Return a topic with the words relied on.

        Raises:
            RuleError: The policy has no such topic.
        """
        found = self.topics.get(TopicId(topic))
        if found is None:
            raise RuleError(
                f"the policy {self.name} has no topic {topic!r}",
                rule=str(topic),
                file=self.file,
                remedy=f"Its topics are: {', '.join(sorted(self.topics))}",
            )
        return found

    def applies(self, clause: ClauseId | str, kind: Kind) -> bool:
        """Return whether a clause binds accounts of a kind; False for a clause it has not."""
        found = self.clauses.get(ClauseId(clause))
        return found is not None and kind in found.kinds

    def is_overdue(self, on: date) -> bool:
        """Return whether the next review's last day has passed on a date (council's zone)."""
        return on > self.next_review


def pinned(words: str) -> str:
    """Return the digest that a policy file pins for words: 16 hexadecimal digits."""
    return hashlib.sha256(words.encode()).hexdigest()[:_PINNED]


def bundled() -> tuple[str, ...]:
    """Return the names of the policies that come with clerkwatch, sorted."""
    folder = resources.files(__name__)
    return tuple(
        sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml"))
    )


def load_policy(name_or_path: str | Path) -> Policy:
    """Load and check a policy.

    Args:
        name_or_path: Name of a bundled policy, or the path of a TOML file (anything that
            holds a slash or ends in ``.toml``).

    Returns:
        The policy; every digest was verified, every topic has its clause and words.

    Raises:
        SettingsError: No such policy, unreadable, or not TOML.
        RuleError: A clause or topic is missing or wrong; names it, the file and the remedy.
    """
    file, raw = _read(name_or_path)
    try:
        data = tomli.loads(raw.decode())
    except (tomli.TOMLDecodeError, UnicodeDecodeError) as cause:
        raise SettingsError(
            "the policy file is not TOML in UTF-8", file=file, remedy="Correct the place named."
        ) from cause
    return _Reader(file).policy(data)


def _read(name_or_path: str | Path) -> tuple[str, bytes]:
    named = str(name_or_path)
    if isinstance(name_or_path, str) and _NAME.match(named):
        entry = resources.files(__name__).joinpath(f"{named}.toml")
        if not entry.is_file():
            raise SettingsError(
                f"there is no bundled policy {named!r}",
                key="council.policy",
                remedy=f"Bundled: {', '.join(bundled())}. Or give the path of your own file.",
            )
        return f"config/policy/{named}.toml", entry.read_bytes()
    try:
        return named, Path(named).read_bytes()
    except OSError as cause:
        raise SettingsError(
            "the policy file cannot be read",
            file=named,
            key="council.policy",
            remedy="Check the path and that the service may read it.",
        ) from cause


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns parsed TOML into a `Policy`; knows the file for its messages."""

    file: str

    def policy(self, data: Mapping[str, Any]) -> Policy:
        unknown = sorted(set(data) - _TOP - _OPTIONAL)
        if unknown:
            raise self._wrong("policy", f"unknown key {unknown[0]!r}", "Take it out.")
        clauses = self._clauses(data.get("clauses"))
        topics = self._topics(data.get("topics"), clauses)
        unused = sorted(set(clauses) - {topic.clause for topic in topics.values()})
        if unused:
            raise self._wrong(
                unused[0], "no topic points to this clause", "Give it a topic under [topics]."
            )
        return Policy(
            name=self._text(data, "name", "policy"),
            title=self._text(data, "title", "policy"),
            body=self._text(data, "body", "policy"),
            reviewed_on=self._date(data, "reviewed_on"),
            next_review=self._date(data, "next_review"),
            next_review_as_printed=str(data.get("next_review_as_printed", "")),
            clauses=MappingProxyType(clauses),
            topics=MappingProxyType(topics),
            digest=_digest(clauses, topics),
            file=self.file,
            companions=self._companions(data.get("companions", [])),
        )

    def _companions(self, named: object) -> tuple[str, ...]:
        if not isinstance(named, list) or not all(isinstance(one, str) and one for one in named):
            raise self._wrong("companions", "not a list of names", 'Write ["Safeguarding Policy"].')
        return tuple(dict.fromkeys(named))

    def _clauses(self, entries: object) -> dict[ClauseId, Clause]:
        if not isinstance(entries, list) or not entries:
            raise self._wrong("clauses", "no clauses", "Write one [[clauses]] for each item.")
        clauses: dict[ClauseId, Clause] = {}
        for entry in entries:
            clause = self._clause(entry)
            if clause.id in clauses:
                raise self._wrong(clause.id, "stands twice", "Keep one.")
            clauses[clause.id] = clause
        self._gapless(clauses)
        return clauses

    def _clause(self, entry: object) -> Clause:
        if not isinstance(entry, dict):
            raise self._wrong("clauses", "a clause is not a table", "Write [[clauses]].")
        place = str(entry.get("id", "clauses"))
        self._only(entry, {"id", "title", "words", "digest", "kinds"}, place)
        if not _CLAUSE.match(self._text(entry, "id", place)):
            raise self._wrong(place, "not a clause id", "Write for example terms.5 or freeze.")
        words = self._text(entry, "words", place)
        self._verify(entry, words, place)
        return Clause(
            id=ClauseId(place),
            title=self._text(entry, "title", place),
            words=words,
            digest=pinned(words),
            kinds=self._kinds(entry.get("kinds"), place),
        )

    def _gapless(self, clauses: Mapping[ClauseId, Clause]) -> None:
        """A missing number is a clause somebody forgot, not a choice."""
        numbers: dict[str, set[int]] = {}
        for clause in clauses:
            family, _, number = clause.partition(".")
            if number:
                numbers.setdefault(family, set()).add(int(number))
        for family, seen in numbers.items():
            for expected in range(1, max(seen) + 1):
                if expected not in seen:
                    raise self._wrong(
                        f"{family}.{expected}", "this clause is missing", "Add it as adopted."
                    )

    def _topics(self, entries: object, clauses: Mapping[ClauseId, Clause]) -> dict[TopicId, Topic]:
        if not isinstance(entries, dict) or not entries:
            raise self._wrong("topics", "no topics", "Write a table [topics.<topic>] for each.")
        return {TopicId(name): self._topic(name, entry, clauses) for name, entry in entries.items()}

    def _topic(self, name: str, entry: object, clauses: Mapping[ClauseId, Clause]) -> Topic:
        if not isinstance(entry, dict) or not _NAME.match(name):
            raise self._wrong(name, "not a topic", "Write [topics.a-name] with clause and words.")
        self._only(entry, {"clause", "words", "digest"}, name)
        clause = clauses.get(ClauseId(self._text(entry, "clause", name)))
        if clause is None:
            raise self._wrong(
                name,
                f"its clause {entry['clause']} is missing from the policy",
                "Add the clause, or name another one.",
            )
        words = self._text(entry, "words", name)
        if words not in clause.words:
            raise self._wrong(
                name,
                f"its words do not stand in {clause.id}: {words!r}",
                "Copy them from the clause exactly, after reviewing what rests on them.",
            )
        self._verify(entry, words, name)
        return Topic(id=TopicId(name), clause=clause.id, words=words, digest=pinned(words))

    def _verify(self, entry: Mapping[str, object], words: str, place: str) -> None:
        stated = self._text(entry, "digest", place)
        if stated != pinned(words):
            raise self._wrong(
                place,
                f"the words are not those that were pinned ({stated})",
                f"Review everything that quotes them, then write digest = {pinned(words)!r}.",
            )

    def _kinds(self, entry: object, place: str) -> frozenset[Kind]:
        if not isinstance(entry, list) or not entry:
            raise self._wrong(place, "no kinds", f"Give a list of {', '.join(Kind)}.")
        try:
            return frozenset(Kind(kind) for kind in entry)
        except ValueError as cause:
            raise self._wrong(place, "an unknown kind", f"Use only {', '.join(Kind)}.") from cause

    def _only(self, entry: Mapping[str, object], known: set[str], place: str) -> None:
        unknown = sorted(set(entry) - known)
        if unknown:
            raise self._wrong(place, f"unknown key {unknown[0]!r}", "Take it out.")

    def _text(self, entry: Mapping[str, object], key: str, place: str) -> str:
        value = entry.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(place, f"{key} is missing", f"Write {key} as a text.")
        return value

    def _date(self, entry: Mapping[str, object], key: str) -> date:
        value = entry.get(key)
        if type(value) is not date:
            raise self._wrong("policy", f"{key} is not a date", f"Write {key} = 2020-10-31.")
        return value

    def _wrong(self, place: str, what: str, remedy: str) -> RuleError:
        return RuleError(what, rule=place, file=self.file, remedy=remedy)


def _digest(clauses: Mapping[ClauseId, Clause], topics: Mapping[TopicId, Topic]) -> str:
    stated = [
        f"{clause.id} {clause.digest} {','.join(sorted(clause.kinds))}"
        for clause in clauses.values()
    ]
    stated += [f"{topic.id} {topic.clause} {topic.digest}" for topic in topics.values()]
    return hashlib.sha256("\n".join(sorted(stated)).encode()).hexdigest()[:_PINNED]
