"""From a rule file's TOML to `RuleData`; every mistake names the rule, the file and the remedy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import tomli

from config.errors import RuleError
from config.rules.model import POLITICAL, WHERES, Example, Group, Near, RuleData, Unless
from config.types import Kind, RuleId, Severity, SubjectKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from enum import StrEnum

    from config.policy import Policy

_NAME = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
_CHECK = re.compile(r"^[a-z_]+\.[a-z_]+$")
_FILE_KEYS = frozenset({"topic", "rules"})
_RULE_KEYS = frozenset(
    {
        "name",
        "number",
        "severity",
        "reason",
        "harmless",
        "on",
        "kinds",
        "others",
        "masked",
        "in_window",
        "check",
        "need",
        "near",
        "unless",
        "hits",
        "near_misses",
    }
)
_UNLESS_KEYS = frozenset(
    {
        "terms",
        "lists",
        "patterns",
        "around",
        "around_lists",
        "around_patterns",
        "around_words",
        "anywhere",
        "anywhere_lists",
        "anywhere_patterns",
    }
)
_EXAMPLES = 2
_MOST_WORDS = 200

_Word = TypeVar("_Word", bound="StrEnum")


def parse_rules(
    raw: bytes, *, file: str, policy: Policy, list_of: Callable[[str], WordList]
) -> list[RuleData]:
    """Read the rules of one file.

    Args:
        raw: The file's bytes.
        file: Its name, for messages.
        policy: Gives each topic its clause.
        list_of: Returns a word list's words; raises `KeyError` for one that is not there.

    Returns:
        The rules in the file's order.

    Raises:
        RuleError: Something in the file cannot be used.
    """
    try:
        data = tomli.loads(raw.decode())
    except (tomli.TOMLDecodeError, UnicodeDecodeError) as cause:
        raise RuleError("not TOML in UTF-8", rule="rules", file=file) from cause
    topic = data.get("topic")
    entries = data.get("rules")
    place = _Place(file=file, rule=str(topic or "rules"))
    place.only(data, _FILE_KEYS)
    if not isinstance(topic, str) or topic not in policy.topics:
        raise place.wrong(
            f"the policy {policy.name} has no topic {topic!r}",
            f"Use one of {', '.join(sorted(policy.topics))}.",
        )
    if not isinstance(entries, list) or not entries:
        raise place.wrong("no rules", "Write one [[rules]] for each.")
    return [_rule(entry, topic, file, policy, list_of) for entry in entries]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordList:
    """Words that several rules share.

    Attributes:
        words: Each counts as a term.
        patterns: For what no list can end: "<Place> Independents".
    """

    words: tuple[str, ...]
    patterns: tuple[str, ...] = ()


def parse_list(raw: bytes, *, file: str) -> WordList:
    """Read a word list (``source``, ``dated``, ``words``, ``patterns``).

    Raises:
        RuleError: It cannot be read, or holds no words.
    """
    place = _Place(file=file, rule="words")
    try:
        data = tomli.loads(raw.decode())
    except (tomli.TOMLDecodeError, UnicodeDecodeError) as cause:
        raise RuleError("not TOML in UTF-8", rule="words", file=file) from cause
    place.only(data, {"source", "dated", "words", "patterns"})
    if not isinstance(data.get("source"), str):
        raise place.wrong("no source", "Say in source where the words come from.")
    words = place.texts(data, "words")
    if not words:
        raise place.wrong("no words", 'Write words = ["…"].')
    return WordList(words=words, patterns=place.texts(data, "patterns"))


def _rule(
    entry: object,
    topic: str,
    file: str,
    policy: Policy,
    list_of: Callable[[str], WordList],
) -> RuleData:
    if not isinstance(entry, dict):
        raise _Place(file=file, rule=topic).wrong("a rule is not a table", "Write [[rules]].")
    name = entry.get("name")
    place = _Place(file=file, rule=f"{topic}/{name}")
    if not isinstance(name, str) or not _NAME.match(name):
        raise place.wrong("it has no name", 'Write name = "small-letters-and-dashes".')
    place.only(entry, _RULE_KEYS)
    need = _need(place, entry, list_of)
    check = place.text(entry, "check")
    if bool(need) == bool(check):
        raise place.wrong(
            "it needs either groups or a check", "Give [[rules.need]] or check, not both."
        )
    if check and not _CHECK.match(check):
        raise place.wrong(f"check {check!r} is not a name", 'Write check = "module.name".')
    clause = policy.clause(topic)
    others = place.flag(entry, "others")
    if others and topic in POLITICAL:
        raise place.wrong(
            f"others = true: {topic} is not asked about what members of the public write",
            "Take it out: no inference about anybody's politics is stored.",
        )
    kinds = place.choices(entry, "kinds", Kind)
    outside = [kind for kind in kinds if kind not in clause.kinds]
    if outside:
        raise place.wrong(f"{clause.id} does not bind {outside[0]} accounts", "Narrow kinds.")
    return RuleData(
        id=RuleId(f"{topic}/{name}"),
        topic=policy.topic(topic).id,
        clause=clause.id,
        number=place.whole(entry, "number", least=1, most=None),
        severity=place.choice(entry, "severity", Severity),
        reason=place.text(entry, "reason", needed="Say in plain English what was seen."),
        harmless=place.text(entry, "harmless"),
        on=place.choices(entry, "on", SubjectKind) or (SubjectKind.POST,),
        kinds=kinds,
        others=others,
        masked=place.flag(entry, "masked"),
        in_window=place.flag(entry, "in_window"),
        check=check,
        need=need,
        near=_near(place, entry),
        unless=_unless(place, entry, list_of),
        hits=_examples(place, entry, "hits"),
        near_misses=_examples(place, entry, "near_misses"),
        file=file,
    )


def _need(
    place: _Place, entry: Mapping[str, object], list_of: Callable[[str], WordList]
) -> tuple[Group, ...]:
    need = tuple(_group(place, part, list_of) for part in place.tables(entry, "need"))
    if need and all(group.support for group in need):
        raise place.wrong(
            "every group only supports another", "Take support = true from one of them."
        )
    return need


def _group(place: _Place, part: Mapping[str, object], list_of: Callable[[str], WordList]) -> Group:
    place.only(part, {"terms", "patterns", "lists", "where", "support"})
    terms = _listed(place, part, "terms", "lists", list_of)
    shared = [one for name in place.texts(part, "lists") for one in list_of(name).patterns]
    where = part.get("where", "any")
    if where not in WHERES:
        raise place.wrong(f"where = {where!r} is unknown", f"Use {', '.join(WHERES)}.")
    group = Group(
        terms=terms,
        patterns=tuple(dict.fromkeys([*place.texts(part, "patterns"), *shared])),
        where=str(where),
        support=place.flag(part, "support"),
    )
    if not group.terms and not group.patterns:
        raise place.wrong("an empty group", "Give it terms, patterns or lists.")
    return group


def _near(place: _Place, entry: Mapping[str, object]) -> Near | None:
    part = entry.get("near")
    if part is None:
        return None
    if not isinstance(part, dict):
        raise place.wrong("near is not a table", "Write [rules.near].")
    place.only(part, {"words", "sentence"})
    words = place.whole(part, "words", least=0, most=_MOST_WORDS) if "words" in part else None
    sentence = place.flag(part, "sentence")
    if words is None and not sentence:
        raise place.wrong("near says nothing", "Give words or sentence = true.")
    return Near(words=words, sentence=sentence)


def _unless(
    place: _Place,
    entry: Mapping[str, object],
    list_of: Callable[[str], WordList],
) -> Unless:
    part = entry.get("unless", {})
    if not isinstance(part, dict):
        raise place.wrong("unless is not a table", "Write [rules.unless].")
    place.only(part, _UNLESS_KEYS)
    return Unless(
        terms=_listed(place, part, "terms", "lists", list_of),
        patterns=_patterned(place, part, "patterns", "lists", list_of),
        around=_listed(place, part, "around", "around_lists", list_of),
        around_patterns=_patterned(place, part, "around_patterns", "around_lists", list_of),
        around_words=(
            place.whole(part, "around_words", least=0, most=_MOST_WORDS)
            if "around_words" in part
            else Unless().around_words
        ),
        anywhere=_listed(place, part, "anywhere", "anywhere_lists", list_of),
        anywhere_patterns=_patterned(place, part, "anywhere_patterns", "anywhere_lists", list_of),
    )


def _listed(
    place: _Place,
    part: Mapping[str, object],
    terms_key: str,
    lists_key: str,
    list_of: Callable[[str], WordList],
) -> tuple[str, ...]:
    """Return the terms under one key and the words of the lists under another."""
    terms = list(place.texts(part, terms_key))
    for name in place.texts(part, lists_key):
        try:
            terms.extend(list_of(name).words)
        except KeyError as cause:
            raise place.wrong(
                f"there is no word list {name!r}", f"Write lists/{name}.toml."
            ) from cause
    return tuple(dict.fromkeys(terms))


def _patterned(
    place: _Place,
    part: Mapping[str, object],
    patterns_key: str,
    lists_key: str,
    list_of: Callable[[str], WordList],
) -> tuple[str, ...]:
    """Return the patterns under one key and those of the lists under another, known by now."""
    shared = [one for name in place.texts(part, lists_key) for one in list_of(name).patterns]
    return tuple(dict.fromkeys([*place.texts(part, patterns_key), *shared]))


def _examples(place: _Place, entry: Mapping[str, object], key: str) -> tuple[Example, ...]:
    given = entry.get(key)
    if not isinstance(given, list) or len(given) < _EXAMPLES:
        raise place.wrong(f"fewer than two {key}", f"Give at least two texts in {key}.")
    return tuple(_example(place, one, key) for one in given)


def _example(place: _Place, one: object, key: str) -> Example:
    if isinstance(one, str):
        one = {"text": one}
    if not isinstance(one, dict):
        raise place.wrong(f"an entry of {key} is not a text", 'Write "…" or { text = "…" }.')
    place.only(one, {"text", "kind", "referenced", "fields"})
    text = place.text(one, "text")
    referenced = place.text(one, "referenced")
    if not text and not referenced:
        raise place.wrong(f"an empty entry in {key}", "Write a text.")
    kind = place.choice(one, "kind", Kind) if "kind" in one else None
    fields = one.get("fields", {})
    if not isinstance(fields, dict) or not all(isinstance(value, str) for value in fields.values()):
        raise place.wrong(f"fields of {key} is not a table of texts", 'Write { handle = "…" }.')
    return Example(text=text, kind=kind, referenced=referenced, fields=tuple(fields.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where we are, and the few shapes a value can have there."""

    file: str
    rule: str

    def wrong(self, what: str, remedy: str = "") -> RuleError:
        return RuleError(what, rule=self.rule, file=self.file, remedy=remedy)

    def only(self, entry: Mapping[str, object], known: frozenset[str] | set[str]) -> None:
        unknown = sorted(set(entry) - known)
        if unknown:
            raise self.wrong(
                f"unknown key {unknown[0]!r}", f"Known here: {', '.join(sorted(known))}."
            )

    def text(self, entry: Mapping[str, object], key: str, *, needed: str = "") -> str:
        value = entry.get(key, "")
        if not isinstance(value, str):
            raise self.wrong(f"{key} is not a text", f'Write {key} = "…".')
        if needed and not value.strip():
            raise self.wrong(f"it has no {key}", needed)
        return value

    def texts(self, entry: Mapping[str, object], key: str) -> tuple[str, ...]:
        value = entry.get(key, [])
        if not isinstance(value, list) or not all(
            isinstance(one, str) and one.strip() for one in value
        ):
            raise self.wrong(f"{key} is not a list of texts", f'Write {key} = ["…"].')
        return tuple(value)

    def tables(self, entry: Mapping[str, object], key: str) -> list[dict[str, object]]:
        value = entry.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.wrong(f"{key} is not a list of tables", f"Write [[rules.{key}]].")
        return value

    def flag(self, entry: Mapping[str, object], key: str) -> bool:
        value = entry.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(f"{key} is neither true nor false", f"Write {key} = true.")
        return value

    def whole(self, entry: Mapping[str, object], key: str, *, least: int, most: int | None) -> int:
        value = entry.get(key)
        if type(value) is not int or value < least or (most is not None and value > most):
            upper = "" if most is None else f" to {most}"
            raise self.wrong(f"{key} is not a whole number", f"Write {key} = {least}{upper}.")
        return value

    def choice(self, entry: Mapping[str, object], key: str, words: type[_Word]) -> _Word:
        try:
            return words(str(entry.get(key)))
        except ValueError as cause:
            raise self.wrong(f"{key} is not one of its words", f"Use {', '.join(words)}.") from (
                cause
            )

    def choices(
        self, entry: Mapping[str, object], key: str, words: type[_Word]
    ) -> tuple[_Word, ...]:
        return tuple(self.choice({key: one}, key, words) for one in self.texts(entry, key))
