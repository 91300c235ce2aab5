"""Loading rules as data."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from config.errors import RuleError
from config.policy import load_policy
from config.rules import PINS, load_rules, pin, pins_of, unpinned
from config.types import Kind, Severity, SubjectKind

if TYPE_CHECKING:
    from pathlib import Path

POLICY = load_policy("elstree-borehamwood-2017")
SOUND = """
topic = "abuse"
[[rules]]
name = "fool"
number = 3
severity = "urgent"
reason = "It calls somebody a fool."
harmless = "It may be fine of a dessert."
kinds = ["council"]
others = true
hits = ["You fool", {text = "A fool", kind = "council", referenced = "fool"}]
near_misses = ["Gooseberry", "Fooling"]
[[rules.need]]
terms = ["fool"]
lists = ["insults"]
[[rules.need]]
patterns = ['\\bx+\\b']
where = "own"
support = true
[rules.near]
words = 4
[rules.unless]
anywhere = ["dessert"]
around_lists = ["insults"]
"""
LIST = 'source = "made up"\ndated = ""\nwords = ["twit", "fool", "nit"]\n'


def folder(path: Path, text: str = SOUND) -> Path:
    """Write a folder of one rule file and one word list."""
    (path / "lists").mkdir(exist_ok=True)
    (path / "lists" / "insults.toml").write_text(LIST, encoding="utf-8")
    (path / "abuse.toml").write_text(text, encoding="utf-8")
    return path


def test_rule(tmp_path: Path) -> None:
    """Everything that stands in the file arrives, lists resolved, clause from the policy."""
    (found,) = load_rules(policy=POLICY, replace=folder(tmp_path))
    assert (found.id, found.clause, found.number) == ("abuse/fool", "terms.2", 3)
    assert (found.severity, found.kinds, found.on) == (
        Severity.URGENT,
        (Kind.COUNCIL,),
        (SubjectKind.POST,),
    )
    assert found.others
    assert found.need[0].terms == ("fool", "twit", "nit")
    assert found.need[1].patterns == (r"\bx+\b",)
    assert found.need[1].where == "own"
    assert [group.support for group in found.need] == [False, True]
    assert found.near is not None
    assert (found.near.words, found.near.sentence) == (4, False)
    assert found.unless.anywhere == ("dessert",)
    assert found.unless.around == ("twit", "fool", "nit")
    assert found.hits[1].referenced == "fool"


def test_bundled_rules_load() -> None:
    """The rules that come with clerkwatch are sound and ordered by id."""
    rules = load_rules(policy=POLICY)
    assert [rule.id for rule in rules] == sorted(rule.id for rule in rules)
    assert rules


def test_bundled_rules_are_pinned() -> None:
    """No bundled rule's content can change unseen; scripts/pin-rules.sh pins a new one."""
    assert unpinned(load_rules(policy=POLICY), pins_of()) == []


def test_extra_folder_is_added(tmp_path: Path) -> None:
    """A council's own folder stands beside the bundled rules."""
    own = folder(tmp_path, SOUND.replace('"fool"\nnumber', '"our-own"\nnumber'))
    ids = {rule.id for rule in load_rules(policy=POLICY, extra=own)}
    assert ids == {rule.id for rule in load_rules(policy=POLICY)} | {"abuse/our-own"}


@pytest.mark.parametrize(
    ("old", "new", "rule", "said"),
    [
        ('topic = "abuse"', 'topic = "weather"', "weather", "no topic 'weather'"),
        ('topic = "abuse"', "", "rules", "no topic None"),
        ('reason = "It calls somebody a fool."', "", "abuse/fool", "no reason"),
        ('hits = ["You fool", {', "hits = [{", "abuse/fool", "fewer than two hits"),
        ('near_misses = ["Gooseberry", "Fooling"]', "", "abuse/fool", "fewer than two near_misses"),
        ('near_misses = ["Gooseberry", ', 'near_misses = ["", ', "abuse/fool", "empty entry"),
        ("number = 3", "number = 0", "abuse/fool", "number"),
        ("number = 3", "number = true", "abuse/fool", "number"),
        ('severity = "urgent"', 'severity = "grave"', "abuse/fool", "severity"),
        ('kinds = ["council"]', 'kinds = ["mayor"]', "abuse/fool", "kinds"),
        ('lists = ["insults"]', 'lists = ["none"]', "abuse/fool", "no word list 'none'"),
        ('around_lists = ["insults"]', 'around_lists = ["none"]', "abuse/fool", "no word list"),
        ('where = "own"', 'where = "mine"', "abuse/fool", "where"),
        ("support = true", 'support = "yes"', "abuse/fool", "support"),
        ('terms = ["fool"]', 'terms = ["fool"]\nsupport = true', "abuse/fool", "only supports"),
        ("words = 4", "", "abuse/fool", "near says nothing"),
        ("words = 4", "word = 4", "abuse/fool", "unknown key 'word'"),
        ("others = true", 'others = "yes"', "abuse/fool", "others"),
        ("others = true", 'check = "a.b"', "abuse/fool", "groups or a check"),
        ('name = "fool"', 'name = "The Fool"', "abuse/The Fool", "no name"),
        ("""patterns = ['\\\\bx+\\\\b']""", "", "abuse/fool", "empty group"),
        ('terms = ["fool"]', "terms = [7]", "abuse/fool", "terms"),
        ('topic = "abuse"', 'topic = "abuse', "rules", "not TOML"),
    ],
)
def test_broken_rule(tmp_path: Path, old: str, new: str, rule: str, said: str) -> None:
    """Each mistake names the rule and the file."""
    assert old.replace("\\\\", "\\") in SOUND
    text = SOUND.replace(old.replace("\\\\", "\\"), new, 1)
    with pytest.raises(RuleError, match=said) as refused:
        load_rules(policy=POLICY, replace=folder(tmp_path, text))
    assert refused.value.rule == rule
    assert str(refused.value.file).endswith("abuse.toml")


def test_kind_outside_the_clause(tmp_path: Path) -> None:
    """A rule cannot bind accounts that its clause does not bind."""
    text = SOUND.replace('topic = "abuse"', 'topic = "commerce"').replace(
        'kinds = ["council"]', 'kinds = ["member"]'
    )
    with pytest.raises(RuleError, match="does not bind member"):
        load_rules(policy=POLICY, replace=folder(tmp_path, text))


def test_twins(tmp_path: Path) -> None:
    """Two rules with one id are refused, in one folder and over two."""
    twice = SOUND + SOUND.replace('topic = "abuse"', "")
    with pytest.raises(RuleError, match="same id"):
        load_rules(policy=POLICY, replace=folder(tmp_path, twice))
    own = folder(tmp_path)
    with pytest.raises(RuleError, match="same id"):
        load_rules(policy=POLICY, replace=own, extra=own)


@pytest.mark.parametrize("missing", ["", "nowhere"])
def test_folder_without_rules(tmp_path: Path, missing: str) -> None:
    """An empty or missing folder is not a clean pack of no rules."""
    with pytest.raises(RuleError, match="no rules in this folder"):
        load_rules(policy=POLICY, replace=tmp_path / missing)


def test_list_without_words(tmp_path: Path) -> None:
    """A word list needs words and a source."""
    own = folder(tmp_path)
    for text, said in (('source = "x"\nwords = []', "no words"), ('words = ["a"]', "no source")):
        (own / "lists" / "insults.toml").write_text(text, encoding="utf-8")
        with pytest.raises(RuleError, match=said):
            load_rules(policy=POLICY, replace=own)


def test_changed_content_needs_a_new_number(tmp_path: Path) -> None:
    """Law 8: pinned content under its old number does not load, under a new one it does."""
    own = folder(tmp_path)
    (own / PINS).write_text(pin(load_rules(policy=POLICY, replace=own), {}), encoding="utf-8")
    assert load_rules(policy=POLICY, replace=own)
    changed = SOUND.replace('terms = ["fool"]', 'terms = ["fool", "nitwit"]')
    folder(own, changed)
    with pytest.raises(RuleError, match="content changed") as refused:
        load_rules(policy=POLICY, replace=own)
    assert "number = 4" in refused.value.remedy
    folder(own, changed.replace("number = 3", "number = 4"))
    (rule,) = load_rules(policy=POLICY, replace=own)
    assert unpinned([rule], pins_of(own)) == ["abuse/fool"]
    folder(own, SOUND.replace("number = 3", "number = 2"))
    with pytest.raises(RuleError, match="content changed"):
        load_rules(policy=POLICY, replace=own)


def test_changed_list_changes_the_rule(tmp_path: Path) -> None:
    """A word added to a list is content of every rule that uses it."""
    own = folder(tmp_path)
    (own / PINS).write_text(pin(load_rules(policy=POLICY, replace=own), {}), encoding="utf-8")
    (own / "lists" / "insults.toml").write_text(LIST.replace('"nit"', '"nitwit"'), encoding="utf-8")
    with pytest.raises(RuleError, match="content changed"):
        load_rules(policy=POLICY, replace=own)


def test_correcting_an_example_is_no_new_content(tmp_path: Path) -> None:
    """Examples and the harmless reading can be corrected without judging all posts again."""
    (before,) = load_rules(policy=POLICY, replace=folder(tmp_path))
    (after,) = load_rules(
        policy=POLICY, replace=folder(tmp_path, SOUND.replace("Gooseberry", "A dessert"))
    )
    assert before.digest() == after.digest()


def test_pins_keep_what_is_gone(tmp_path: Path) -> None:
    """A rule that was taken out keeps its pin, so its number cannot return with other words."""
    text = pin(load_rules(policy=POLICY, replace=folder(tmp_path)), {"abuse/old": (7, "f" * 16)})
    assert tomllib.loads(text)["rules"]["abuse/old"] == {"number": 7, "digest": "f" * 16}


def test_broken_pins(tmp_path: Path) -> None:
    """A damaged table of pins is no licence to load anything."""
    own = folder(tmp_path)
    (own / PINS).write_text('[rules."abuse/fool"]\nnumber = 3\n', encoding="utf-8")
    with pytest.raises(RuleError, match="numbers and digests"):
        load_rules(policy=POLICY, replace=own)


def test_unreadable_file(tmp_path: Path) -> None:
    """Something that looks like a rule file and cannot be read is named, not skipped."""
    own = folder(tmp_path)
    (own / "aside.toml").mkdir()
    with pytest.raises(RuleError, match="cannot be read") as refused:
        load_rules(policy=POLICY, replace=own)
    assert str(refused.value.file).endswith("aside.toml")
