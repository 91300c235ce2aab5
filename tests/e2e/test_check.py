"""`check`: drafts and JSON lines, with everything that can be wrong with them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.place import Machine

BREACH = "Vote Labour on Thursday!"


def jsonl(*entries: object) -> bytes:
    """Return entries as JSON lines."""
    return "".join(json.dumps(entry) + "\n" for entry in entries).encode()


def test_a_draft_on_standard_input_is_judged_without_any_set_up(machine: Machine) -> None:
    """No configuration, no database; a finding is no failure."""
    done = machine.run("check", given=BREACH.encode())

    assert done.code == 0, done.err
    assert "terms.5" in done.out
    assert list(machine.folder.iterdir()) == []


def test_each_finding_quotes_the_text_exactly(machine: Machine) -> None:
    """Spans count code points of the text given; the quote is the first span."""
    text = f"🎪 Café news. {BREACH}"
    (answer,) = machine.run("check", "--json", given=jsonl({"id": "a", "text": text})).lines

    assert [found["clause"] for found in answer["findings"]] == ["terms.5"]
    for found in answer["findings"]:
        start, end = found["spans"][0]
        assert text[start:end] == found["quote"]


def test_one_line_is_answered_for_each_input_in_order(machine: Machine) -> None:
    """Identities come back as they were given, numbers where none was."""
    file = machine.folder / "drafts.jsonl"
    file.write_bytes(
        b"\xef\xbb\xbf\n"
        + jsonl({"id": "b", "text": BREACH}, {"text": ""}, {"id": [1], "text": "Library at ten."})
    )
    done = machine.run("check", "--json", file)

    assert (done.code, [answer["id"] for answer in done.lines]) == (0, ["b", 2, [1]])
    assert [bool(answer["findings"]) for answer in done.lines] == [True, False, False]


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (b"not json at all", "not JSON"),
        (b'{"text": "half a', "not JSON"),
        (b"[1, 2]", '"text"'),
        (b'{"id": 1}', '"text"'),
        (b'{"text": 7}', '"text"'),
        (b'{"text": "x", "kind": "parish"}', "no kind of account"),
        (b'{"text": "x", "kind": []}', "no kind of account"),
        (b'{"text": "x", "published_at": "soon"}', "no instant"),
        (b'{"text": "x", "published_at": 12}', "no instant"),
        (b'{"text": "x", "published_at": "0001-01-01T00:00:00+00:00"}', "outside"),
        (b'{"text": "x", "id": NaN}', "no number"),
        (b'{"text": ' + b"[" * 100_000, "not JSON"),
        (b'{"text": "\xff\xfe"}', "not JSON"),
        (b'{"text": "' + b"x" * 4_100_000 + b'"}', "longer than 4 MB"),
        (b"\x00\x01\x02\x03", "not JSON"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_judged(
    machine: Machine, bad: bytes, says: str
) -> None:
    """Exit code 2, one answer a line, nothing counted as clean that was not read."""
    good = jsonl({"id": "good", "text": BREACH})
    done = machine.run("check", "--json", given=good + bad + b"\n" + good)

    first, broken, last = done.lines
    assert done.code == 2
    assert broken["findings"] == []
    assert says in broken["not_judged"][0]
    assert first == last
    assert [found["clause"] for found in last["findings"]] == ["terms.5"]


@pytest.mark.parametrize("given", [b"\xff\xfeV\x00o\x00", b"\x89PNG\r\n\x1a\n\x00\xff" * 50])
def test_what_is_no_text_is_never_called_clean(machine: Machine, given: bytes) -> None:
    """A picture or UTF-16 is refused aloud."""
    done = machine.run("check", given=given)

    assert (done.code, done.out) == (2, "")
    assert "not UTF-8" in done.err


def test_half_a_character_and_control_characters_do_no_harm(machine: Machine) -> None:
    """Lone surrogates, NUL and a very long word are judged like anything else."""
    entries = [
        {"text": f"\ud83d {BREACH} \x00"},
        {"text": "a" * 200_000},
        {"text": "😀" * 30_000},
        {"text": f"{BREACH}\x1b]0;title\x07"},
    ]
    done = machine.run("check", "--json", given=jsonl(*entries))

    assert (done.code, len(done.lines)) == (0, 4)
    assert [bool(answer["findings"]) for answer in done.lines] == [True, False, False, True]


def test_nothing_that_a_terminal_obeys_is_printed(machine: Machine) -> None:
    """Quotes of hostile text come out as harmless words."""
    given = "Vote \x1b[31mLabour\x1b[0m \u202eon Thursday!\u202c".encode()
    done = machine.run("check", given=given)

    assert not set("\x1b\x00\x9b\u202e\u202c") & set(done.out)


def test_the_kind_of_account_decides_which_clauses_apply(machine: Machine) -> None:
    """Party politics is no breach on a partner's page; an unknown kind is wrong use."""
    partner = machine.run("check", "--json", "--kind", "partner", given=BREACH.encode())
    unknown = machine.run("check", "--kind", "parish", given=BREACH.encode())

    assert [found["clause"] for found in partner.lines[0]["findings"]] == []
    assert unknown.code == 2
    assert "Kinds are: council" in unknown.err


def test_polls_of_the_configuration_count_for_lines_with_a_time(fresh: Machine) -> None:
    """Inside a closed window any post is a finding under freeze, outside none is."""
    fresh.append(
        '\n[[polls]]\nid = "p"\ntype = "parish"\ndate = 2027-05-06\nnotice = 2027-03-22\n'
        'mode = "closed"\n'
    )
    times = ["2027-03-21T23:59:59+00:00", "2027-03-22T00:00:00+00:00", "2027-05-07T09:00:00+01:00"]
    entries = [{"text": "The library opens at ten.", "published_at": at} for at in times]
    done = fresh.run("check", "--json", given=jsonl(*entries))

    found = [[one["clause"] for one in answer["findings"]] for answer in done.lines]
    assert found == [[], ["freeze"], []]


@pytest.mark.parametrize("name", ["missing.txt", "."])
def test_a_file_that_cannot_be_read_is_wrong_use(machine: Machine, name: str) -> None:
    """A missing file or a folder is named."""
    done = machine.run("check", name)

    assert (done.code, done.out) == (2, "")
    assert name in done.err
