"""The adopted policy as data."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from config.errors import RuleError, SettingsError
from config.policy import bundled, load_policy, pinned
from config.types import Kind

if TYPE_CHECKING:
    from pathlib import Path

NAME = "elstree-borehamwood-2017"
SMALL = f"""
name = "small"
title = "Social Media Policy"
body = "Little Fnording Parish Council"
reviewed_on = 2024-01-10
next_review = 2026-01-10
[[clauses]]
id = "terms.1"
title = "Civility"
kinds = ["council"]
words = "must be civil, and must be true"
digest = "{pinned("must be civil, and must be true")}"
[[clauses]]
id = "terms.2"
title = "Elections"
kinds = ["council", "member"]
words = "must be quiet"
digest = "{pinned("must be quiet")}"
[topics.abuse]
clause = "terms.1"
words = "must be civil"
digest = "{pinned("must be civil")}"
[topics.freeze]
clause = "terms.2"
words = "must be quiet"
digest = "{pinned("must be quiet")}"
"""


def written(folder: Path, text: str) -> Path:
    """Write a policy file."""
    file = folder / "policy.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_bundled_policy() -> None:
    """The council's own policy has its fourteen clauses, each with its scope."""
    policy = load_policy(NAME)
    assert policy.body.startswith("Elstree and Borehamwood Town Council")
    assert list(policy.clauses) == [
        *(f"terms.{number}" for number in range(1, 8)),
        *(f"requirements.{number}" for number in range(1, 7)),
        "freeze",
    ]
    assert policy.clause("party-politics").words.endswith("(LGA 1986)")
    assert policy.clause("freeze").words.startswith("All users need to be aware")
    assert "All users" not in policy.clause("speaking-for-council").words
    assert NAME in bundled()


@pytest.mark.parametrize(
    ("clause", "kinds"),
    [
        *((f"terms.{number}", set(Kind)) for number in range(1, 5)),
        ("terms.5", {Kind.COUNCIL, Kind.MAYORAL}),
        ("terms.6", {Kind.COUNCIL, Kind.MAYORAL}),
        ("terms.7", {Kind.COUNCIL}),
        *((f"requirements.{number}", set(Kind)) for number in range(1, 6)),
        ("requirements.6", {Kind.MEMBER}),
        ("freeze", {Kind.COUNCIL, Kind.MAYORAL, Kind.OFFICER, Kind.PARTNER}),
        ("terms.8", set()),
    ],
)
def test_scope(clause: str, kinds: set[Kind]) -> None:
    """Each clause binds the accounts that the policy names, a clause it has not binds none."""
    policy = load_policy(NAME)
    assert {kind for kind in Kind if policy.applies(clause, kind)} == kinds


def test_review_is_overdue() -> None:
    """This policy was due for review by the end of October 2020."""
    policy = load_policy(NAME)
    assert not policy.is_overdue(date(2020, 10, 31))
    assert policy.is_overdue(date(2020, 11, 1))
    assert policy.next_review_as_printed == "September/October 2020"


def test_own_file(tmp_path: Path) -> None:
    """Another council's policy loads from a path and maps the same topics to its clauses."""
    policy = load_policy(written(tmp_path, SMALL))
    assert policy.clause("abuse").id == "terms.1"
    assert policy.topic("abuse").words == "must be civil"
    assert policy.digest == load_policy(str(tmp_path / "policy.toml")).digest
    assert policy.digest != load_policy(NAME).digest


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ('id = "terms.1"', 'id = "terms.3"', "terms.1", "missing"),
        ('id = "terms.2"', 'id = "terms.1"', "terms.1", "twice"),
        ('clause = "terms.2"', 'clause = "terms.9"', "freeze", "terms.9 is missing"),
        (
            'clause = "terms.2"\nwords = "must be quiet"',
            'clause = "terms.1"\nwords = "must be quiet"',
            "freeze",
            "do not stand",
        ),
        ('words = "must be civil, and', 'words = "must be Civil, and', "terms.1", "pinned"),
        (f'digest = "{pinned("must be civil")}"', 'digest = "0000000000000000"', "abuse", "pinned"),
        ('kinds = ["council"]', 'kinds = ["council", "mayor"]', "terms.1", "unknown kind"),
        ('kinds = ["council"]', "kinds = []", "terms.1", "no kinds"),
        ("reviewed_on = 2024-01-10", 'reviewed_on = "lately"', "policy", "not a date"),
        ('title = "Civility"', 'titel = "Civility"', "terms.1", "unknown key"),
        ('name = "small"', 'name = "small"\nnam = "x"', "policy", "unknown key"),
        ('words = "must be civil"', "words = 7", "abuse", "words is missing"),
        ("[topics.abuse]", "[topics.Abuse]", "Abuse", "not a topic"),
    ],
)
def test_broken_file(tmp_path: Path, old: str, new: str, place: str, said: str) -> None:
    """Each mistake names the clause or topic, the file and what to do."""
    assert old in SMALL
    file = written(tmp_path, SMALL.replace(old, new, 1))
    with pytest.raises(RuleError, match=said) as refused:
        load_policy(file)
    assert refused.value.rule == place
    assert refused.value.file == str(file)
    assert refused.value.remedy


def test_clause_without_topic(tmp_path: Path) -> None:
    """A clause that nothing is judged under is a mistake, not a wish."""
    lonely = SMALL[: SMALL.index("[topics.freeze]")]
    with pytest.raises(RuleError, match="no topic points"):
        load_policy(written(tmp_path, lonely))


def test_no_clauses(tmp_path: Path) -> None:
    """An empty file is refused."""
    with pytest.raises(RuleError, match="no clauses"):
        load_policy(written(tmp_path, ""))


@pytest.mark.parametrize("named", ["no-such-policy", "./nowhere.toml", "/nowhere/policy"])
def test_no_such_policy(named: str) -> None:
    """A name or path that leads nowhere names the setting."""
    with pytest.raises(SettingsError) as refused:
        load_policy(named)
    assert refused.value.key == "council.policy"


@pytest.mark.parametrize("raw", [b"name = ", b"\xff\xfe"])
def test_not_toml(tmp_path: Path, raw: bytes) -> None:
    """A file that is not TOML in UTF-8 is refused with its name."""
    file = tmp_path / "policy.toml"
    file.write_bytes(raw)
    with pytest.raises(SettingsError, match="not TOML"):
        load_policy(file)


def test_unknown_topic() -> None:
    """Asking for a topic that the policy has not lists those it has."""
    with pytest.raises(RuleError, match="party-politics"):
        load_policy(NAME).clause("weather")
