"""Takes personal data out of what leaves the council under the Freedom of Information Act.

By programme, so on the safe side: whole sentences around what a masked rule found, every form
of number and address that can belong to a person, names after a title or with a common first
name, the names of those who decided (their role stays). A name that no list knows may remain,
which the paper says: a person reads it before it goes out. What is taken out is replaced by
what kind it was, so that a reader sees that something stood there.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from monitor.alerts.hardening import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from config.types import TopicId
    from storage.values import Finding, KeptVersion, Opened

PROGRAMME = frozenset({"clerkwatch", "daemon", "demo", "scan", "rescan"})
"""Who acts when no person does."""
_SOMEBODY = "a person acting for the council"
_KINDS: Mapping[str, str] = {
    "personal-data": "somebody's personal details",
    "safeguarding": "details of a child or of a person at risk",
    "defamation": "an accusation against a person or a firm",
}
_STREETS = (
    "Road|Rd|Street|Lane|Ln|Avenue|Ave|Close|Drive|Way|Court|Crescent|Gardens|Grove|Place|Terrace"
    "|Walk|Hill|Green|Row|Mews|Square|View|Rise|Park|Parade|Path|Heath|Cottages|House|Flats"
)
_UPPER = r"[A-ZÀ-ÖØ-Þ]"
_CAPITAL = _UPPER + r"[\w'\u2019-]*"
# From the most telling to the least: what one takes out, the next cannot see any more.
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("an e-mail address", re.compile(r"[\w.+'-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")),
    (
        "a National Insurance number",
        re.compile(r"\b[a-z]{2}[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[a-d]\b", re.IGNORECASE),
    ),
    ("a bank account", re.compile(r"\b[A-Z]{2}\d{2}[ ]?(?:[A-Z0-9]{4}[ ]?){2,7}[A-Z0-9]{0,4}\b")),
    (
        "a date of birth",
        re.compile(
            r"\b(?:born(?: on)?(?: the)?|d\.?o\.?b\.?|date of birth)[: ]+"
            r"(?:\d{1,2}(?:st|nd|rd|th)?[ ./-](?:of )?\w+[ ./-]\d{2,4}|\d{4}-\d\d-\d\d)",
            re.IGNORECASE,
        ),
    ),
    # Nine digits or more, however they are grouped: telephone, NHS, card and account numbers.
    (
        "a telephone or other number",
        re.compile(r"\+?\d(?:[\s().\u2010-\u2015/-]{0,3}\d){8,}"),
    ),
    ("a sort code", re.compile(r"(?<!\d)\d{2}-\d{2}-\d{2}(?!\d)")),
    (
        "an address",
        re.compile(
            r"\b(?:(?:flat|apartment|unit)\s+\w{1,4},?\s+)?\d{1,4}[a-z]?,?\s+"
            rf"(?:[A-Z][\w'\u2019.-]*\s+){{1,4}}(?:{_STREETS})\b(?i:,?\s+[A-Z]{{1,2}}\d[A-Z\d]?\s*\d[A-Z]{{2}})?"
        ),
    ),
    (
        "a postcode",
        re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[ABD-HJLNP-UW-Z]{2}\b", re.IGNORECASE),
    ),
    ("a vehicle's number", re.compile(r"\b[A-Z]{2}\d{2}[ ]?[A-Z]{3}\b")),
    (
        "a name",
        re.compile(
            r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Cllr|Councillor|Sir|Dame|Lord|Lady|Rev|Revd|Reverend|Prof"
            rf"|Professor|PC|Sgt|Alderman|Mayor|Mayoress)\.?(?:\s+{_CAPITAL}\.?){{1,3}}"
        ),
    ),
)
_HANDLE = re.compile(r"[\w.+-]*@[\w.-]*\w")
_TAG = re.compile(r"#([A-Za-z]+)")
_WORD = re.compile(r"[^\W\d_][\w'\u2019-]*")
_RUN = re.compile(rf"(?:\s+{_CAPITAL}){{0,2}}")
_ENDS = re.compile(r"[.!?…]+[\"'\u201d\u2019)]*(?=\s)|\n")
_SHORT = re.compile(r"(?:^|[\s(])(?:[A-Z][a-z]{0,3}|e\.g|i\.e|No)$")
_DETAIL, _NAME, _ACCOUNT = "a name or detail", "a name", "an account's name"
_UNNAMED = "what should not be repeated"
_ALL = (*(kind for kind, _ in _FORMS), *_KINDS.values(), _DETAIL, _NAME, _ACCOUNT, _UNNAMED)
# Only our own marks: brackets that somebody posted are words like all others.
_MARK = re.compile(rf"\[({'|'.join(re.escape(kind) for kind in dict.fromkeys(_ALL))}) taken out\]")
_NUMBER = re.compile(r"[0-9_:]+")
_IDENTIFIERS = frozenset({"account", "kind", "content_hash", "digest", "rule", "topic", "clause"})


class Showing(Protocol):
    """How words and people are shown on a paper."""

    @property
    def is_released(self) -> bool:
        """Whether the paper is for people outside the council."""
        ...

    def text(self, text: str) -> str:
        """Return words that are not a post's own."""
        ...

    def person(self, by: str) -> str:
        """Return who acted."""
        ...

    def words(self, version: KeptVersion, findings: Sequence[Finding]) -> str:
        """Return a version's words."""
        ...


@dataclass(frozen=True, slots=True)
class Whole:
    """Shows everything as it is: the council's own paper."""

    is_released: bool = False

    def text(self, text: str) -> str:
        """Return words as they are."""
        return text

    def person(self, by: str) -> str:
        """Return who acted, by name."""
        return "clerkwatch (no person)" if by in PROGRAMME else by

    def words(self, version: KeptVersion, findings: Sequence[Finding]) -> str:
        """Return a version's words as they are."""
        del findings
        return version.words.text


@dataclass(frozen=True)
class Release:
    """Shows a case without personal data.

    Attributes:
        roles: By name or address of a person: the role that is said in its place.
        own: Handles that are the council's own and stay.
        first_names: Common first names, folded.
        masked: Words that a masked finding pointed at, wherever else they stand.
        keeps_readings: No reading's content is given: there is a masked finding, or the
            account's own name is a person's.
    """

    roles: Mapping[str, str]
    own: frozenset[str] = frozenset()
    first_names: frozenset[str] = frozenset()
    masked: tuple[str, ...] = ()
    keeps_readings: bool = False
    is_released: bool = True

    def person(self, by: str) -> str:
        """Return the role of who acted."""
        if by in PROGRAMME:
            return "clerkwatch (no person)"
        return self._by_name.get(by.strip().casefold(), _SOMEBODY)

    def text(self, text: str) -> str:
        """Return words with every form of personal data replaced by its kind."""
        said = plain(text)
        while (shown := self._rewritten(said)) != said:
            said = shown  # what was taken out may have hidden what stood beside it
        return said

    def words(self, version: KeptVersion, findings: Sequence[Finding]) -> str:
        """Return a version's words; sentences with what a masked rule found are taken out."""
        whole = version.words.text
        masks = [finding for finding in findings if finding.is_masked]
        if any(not finding.spans for finding in masks):
            return _taken(kind_of(masks[0].topic))
        cuts: list[tuple[int, int, str]] = []
        for finding in masks:
            for start, end in finding.spans:
                first, last = _sentence(whole, start, end)
                cuts.append((first, last, kind_of(finding.topic)))
        said: list[str] = []
        place = 0
        for first, last, kind in sorted(cuts):
            if last <= place:
                continue
            between = self.text(whole[place : max(first, place)])
            is_same = not between.strip() and said[-1:] == [_taken(kind)]
            said += [] if is_same else [between, _taken(kind)]
            place = last
        said.append(self.text(whole[place:]))
        return "".join(said)

    def may_show(self, opened: Opened) -> bool:
        """Return whether what an entry committed to holds no personal data.

        Only then content and salt are given: with the salt, left-out words could be guessed.
        """
        if opened.content is None or opened.about not in {"observation", "finding", "event"}:
            return False
        if self.keeps_readings and opened.about == "observation":
            return False
        content = json.loads(opened.content)
        if not _NUMBER.fullmatch(content.pop("platform_id", "0")):
            return False  # an id made of words may hold a name
        if content.get("is_masked") or content.get("by", "clerkwatch") not in PROGRAMME:
            return False
        return all(self.text(said) == plain(said) == said for said in _texts(content))

    @cached_property
    def _by_name(self) -> dict[str, str]:
        return {name.strip().casefold(): role for name, role in self.roles.items()}

    @cached_property
    def _people(self) -> re.Pattern[str] | None:
        """Names of known people, whole and by their parts; a role's own words are no name."""
        titles = {role.casefold().removeprefix("the ") for role in self.roles.values()}
        names = {name.strip() for name in self.roles if len(name.strip()) > 1}
        names = {name for name in names if name.casefold() not in titles}
        parts = {part for name in names for part in name.split() if len(part) > 3}  # noqa: PLR2004 - "of", "Ann"
        return _any_of(names | {part for part in parts if part.casefold() not in titles})

    @cached_property
    def _hidden(self) -> re.Pattern[str] | None:
        said = {plain(words).strip() for words in self.masked}
        parts = {
            part
            for words in said
            for part in _WORD.findall(words)
            if part[0].isupper() and len(part) > 2  # noqa: PLR2004 - initials and "St"
        }
        return _any_of({words for words in said if len(words) > 2} | parts)  # noqa: PLR2004 - the same

    @cached_property
    def _finished(self) -> re.Pattern[str]:
        """What stands for something taken out already."""
        roles = "|".join(re.escape(role) for role in sorted({*self.roles.values()}))
        return re.compile(rf"{_MARK.pattern}|\[(?:{roles})\]") if roles else _MARK

    def _rewritten(self, text: str) -> str:
        """Return a text with everything taken out that shows now; marks stay as they are."""
        said: list[str] = []
        place = 0
        for match in self._finished.finditer(text):
            said += [self._once(text[place : match.start()]), match[0]]
            place = match.end()
        return "".join([*said, self._once(text[place:])])

    def _once(self, text: str) -> str:
        """Return a text without marks with one round of everything taken out."""
        for change in (self._without_hidden, _without_forms, self._without_people):
            text = change(text)
        for change in (self._handles, self._tags, self._without_first_names):
            text = change(text)
        return text

    def _without_hidden(self, text: str) -> str:
        return text if self._hidden is None else self._hidden.sub(_taken(_DETAIL), text)

    def _without_people(self, text: str) -> str:
        return text if self._people is None else self._people.sub(self._role, text)

    def _role(self, match: re.Match[str]) -> str:
        role = self._by_name.get(match[0].casefold())
        return f"[{role}]" if role else _taken(_NAME)

    def _handles(self, text: str) -> str:
        def shown(match: re.Match[str]) -> str:
            is_own = match[0][1:].casefold() in self.own
            return match[0] if is_own else _taken(_ACCOUNT)

        return _HANDLE.sub(shown, text)

    def _tags(self, text: str) -> str:
        def shown(match: re.Match[str]) -> str:
            parts = re.findall(r"[A-Z][a-z]+|^[a-z]+", match[1])
            named = any(part.casefold() in self.first_names for part in parts)
            return _taken(_NAME) if named else match[0]

        return _TAG.sub(shown, text)

    def _without_first_names(self, text: str) -> str:
        said: list[str] = []
        place = 0
        for match in _WORD.finditer(text):
            name = re.split("['\u2019-]", match[0].casefold(), maxsplit=1)[0]
            if match.start() < place or name not in self.first_names:
                continue
            run = _RUN.match(text, match.end())
            said += [text[place : match.start()], _taken(_NAME)]
            place = run.end() if run else match.end()
        return "".join([*said, text[place:]])


def kind_of(topic: TopicId | str) -> str:
    """Return what a masked finding's words were, for the place where they stood."""
    return _KINDS.get(topic, _UNNAMED)


def taken_out(text: str) -> dict[str, int]:
    """Return by kind how much was taken out of a text."""
    counted: dict[str, int] = {}
    for kind in _MARK.findall(text):
        counted[kind] = counted.get(kind, 0) + 1
    return dict(sorted(counted.items()))


def _taken(kind: str) -> str:
    return f"[{kind} taken out]"


def _without_forms(text: str) -> str:
    for kind, form in _FORMS:
        text = form.sub(_taken(kind), text)
    return text


def _any_of(words: set[str]) -> re.Pattern[str] | None:
    if not words:
        return None
    longest_first = sorted(words, key=lambda one: (-len(one), one))
    listed = "|".join(re.escape(one) for one in longest_first)
    return re.compile(rf"(?<!\w)(?:{listed})(?!\w)", re.IGNORECASE)


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the sentences that hold a span begin and end."""
    first, last = 0, len(text)
    for match in _ENDS.finditer(text):
        if _SHORT.search(text[max(0, match.start() - 6) : match.start()]):
            continue  # "St." and "Mr." end no sentence
        if match.end() <= start:
            first = match.end()
        elif match.start() >= end:
            last = match.end()
            break
    while first < start and text[first].isspace():
        first += 1
    return first, last


def _texts(content: object) -> list[str]:
    """Return every text inside a content; identifiers of machines are none."""
    if isinstance(content, str):
        return [content]
    if isinstance(content, list):
        return [text for one in content for text in _texts(one)]
    if isinstance(content, dict):
        named = {key: one for key, one in content.items() if key not in _IDENTIFIERS}
        return [text for one in named.values() for text in _texts(one)]
    return []
