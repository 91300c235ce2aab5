"""Lists that people hand over: polls and candidates, in the shapes and encodings they come in."""

from __future__ import annotations

import contextlib
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import OperatorError
from config.types import PollStatus, PollType, Standing, WindowMode
from monitor.freeze.candidates import read_candidates
from monitor.freeze.importing import read_polls
from monitor.freeze.naming import standing_names
from storage.values import Candidate

WARDS = ("Brookmeadow", "Weir End")
AUTHORITIES = {
    "reedshire": PollType.COUNTY,
    "fernbeck": PollType.BOROUGH,
    "reed-valley": PollType.PARLIAMENT,
}


def listed(*items: dict[str, Any]) -> bytes:
    """Return what Democracy Club's list of elections looks like."""
    return json.dumps({"count": len(items), "results": list(items)}).encode()


def election(name: str, **more: Any) -> dict[str, Any]:
    """Make one election of such a list."""
    return {
        "election_id": name,
        "poll_open_date": name.rpartition(".")[2],
        "group_type": None,
    } | more


def polls(raw: bytes, name: str = "list.json") -> Any:
    """Read polls for the made-up town."""
    return read_polls(raw, name=name, authorities=AUTHORITIES, wards=WARDS)


def test_an_election_of_the_whole_organisation_is_of_the_whole_town() -> None:
    """Its ballots by ward are the same election and are not entered beside it."""
    found = polls(
        listed(
            election("local.2027-05-06", group_type="election"),
            election("local.fernbeck.2027-05-06", group_type="organisation"),
            election("local.fernbeck.weir-end.2027-05-06", division={"name": "Weir End"}),
        )
    )
    assert [(one.id, one.type, one.area) for one in found.polls] == [
        ("local.fernbeck.2027-05-06", PollType.BOROUGH, "whole")
    ]
    assert "whole day" in found.remarks[0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("local.fernbeck.weir-end.by.2027-02-11", (PollType.BOROUGH, "Weir End", True)),
        ("local.reedshire.by.2027-02-11", (PollType.COUNTY, "whole", True)),
        ("parl.reed-valley.2029-05-03", (PollType.PARLIAMENT, "whole", False)),
        ("parl.reed-valley.by.2027-02-11", (PollType.PARLIAMENT, "whole", True)),
        ("ref.uk.2031-06-26", (PollType.REFERENDUM_NATIONAL, "whole", False)),
    ],
)
def test_a_name_says_type_area_and_whether_it_is_a_by_election(
    name: str, expected: tuple[PollType, str, bool]
) -> None:
    """By whose election it is, as the council has said once."""
    (poll,) = polls(listed(election(name))).polls
    assert expected == (poll.type, poll.area, poll.by_election)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("local.elsewhere.2027-05-06", "[council.authorities]"),
        ("local.fernbeck.far-side.by.2027-02-11", "does not touch the town"),
    ],
)
def test_what_does_not_touch_the_town_is_left_out_and_said(name: str, why: str) -> None:
    """Nothing is entered silently, and nothing left out silently."""
    found = polls(listed(election(name)))
    assert found.polls == ()
    assert why in found.remarks[0]


def test_a_cancelled_ballot_is_a_cancelled_poll() -> None:
    """Uncontested or countermanded, as the list says."""
    (poll,) = polls(listed(election("local.fernbeck.by.2027-02-11", cancelled=True))).polls
    assert poll.status is PollStatus.CANCELLED


def test_a_table_of_ones_own_needs_no_names() -> None:
    """Semicolons and a byte order mark, as spreadsheets write them."""
    raw = (
        "\ufeffid;type;date;area;by_election;notice;mode\n"
        "town.2027;parish;2027-05-06;;no;2027-03-22;closed\n"
    )
    (poll,) = polls(raw.encode("utf-8"), "own.csv").polls
    assert (poll.type, poll.held_on, poll.area) == (PollType.PARISH, date(2027, 5, 6), "whole")
    assert (poll.notice_on, poll.mode) == (date(2027, 3, 22), WindowMode.CLOSED)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"id,date\ntown.2027,2027-05-06\n", "what type of poll"),
        (b"id,type,date\ntown.2027,fete,2027-05-06\n", "what type of poll"),
        (b"id,type,date\ntown.2027,parish,6 May 2027\n", "is no day"),
        (b"id,type,date\nTown 2027!,parish,2027-05-06\n", "is no id"),
        (b"id,type,date,mode\nt,parish,2027-05-06,shut\n", "is no mode"),
        (b"id,type,date,cancelled\nt,parish,2027-05-06,perhaps\n", "neither yes nor no"),
        (b"id,type,date\nt,parish,2027-05-06\nt,borough,2027-05-06\n", "second poll with the id"),
        (b"poll,when\nt,2027-05-06\n", "no column id"),
        (b"id,type,date,date\nt,parish,2027-05-06,2027-05-07\n", "two columns"),
        (b"id,type,date\nt,parish,2027-05-06,more\n", "4 cells under 3 columns"),
        (b"", "is empty"),
        (b"\xff\xfe\x00", "not UTF-8 text"),
        (b"id,type,date\nCaf\xe9,parish,2027-05-06\n", "not UTF-8 text"),
        (b"PK\x03\x04\x00\x00", "no text file"),
        (b"[1, 2]", "no list of objects"),
        (b'{"results": {}}', "no list of objects"),
        (b"[{", "not valid JSON"),
        (b"[" * 200_000, "not valid JSON"),
    ],
)
def test_a_broken_list_says_what_to_do(raw: bytes, said: str) -> None:
    """Wrong columns, encodings and values end in a sentence, never half entered."""
    with pytest.raises(OperatorError) as refused:
        polls(raw, "broken.csv")
    assert said in str(refused.value)


@given(
    st.binary(max_size=400)
    | st.text(max_size=400).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_no_file_crashes_the_reading(raw: bytes) -> None:
    """Whatever it holds, it is read or refused with a sentence."""
    with contextlib.suppress(OperatorError):
        polls(raw)
    with contextlib.suppress(OperatorError):
        read_candidates(raw, name="c.csv", wards=WARDS)


def test_candidates_are_read_from_democracy_clubs_columns() -> None:
    """Names, parties and handles; a link to a profile counts as its handle."""
    raw = (
        "person_id,person_name,party_name,twitter_username,facebook_page_url,post_label\n"
        '7,Ada Quill,"Reedmoor First",adaquill,https://www.facebook.com/adaforweir,Weir End\n'
        "8,Joël  Thwaite,,,,weir end\n"
        "8,Joël Thwaite,,,,Weir End\n"
        "9,Sam Ode,,,,Far Side\n"
    )
    found = read_candidates(raw.encode(), name="c.csv", wards=WARDS)
    assert found.candidates == (
        Candidate(
            name="Ada Quill",
            party="Reedmoor First",
            handles=("@adaquill", "@adaforweir"),
            area="Weir End",
        ),
        Candidate(name="Joël Thwaite", area="Weir End"),
    )
    assert [remark.partition(":")[0] for remark in found.remarks] == ["line 4", "line 5"]


def test_an_agent_is_named_like_a_candidate_and_a_party_by_its_handle_only() -> None:
    """A party's name is common words; what is said beside it is judged by other rules."""
    raw = b"name,role,handles\nAnn Agent,agent,\nGreen Fields,party,@greenfields\n"
    found = read_candidates(raw, name="c.csv").candidates
    assert [one.role for one in found] == [Standing.AGENT, Standing.PARTY]
    named = standing_names(found)
    assert (named[0], named[-1]) == ("Ann Agent", "@greenfields")
    assert {"Cllr Agent", "Mr Agent"} < set(named)
    assert not any("Fields" in name for name in named)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"name\nBo\n", "is no name"),
        (b"name\nMononym\n", "is one word"),
        (b"name,role\nAda Quill,treasurer\n", "is no role"),
        (b"who\nAda Quill\n", "no column name"),
    ],
)
def test_a_name_that_would_be_found_everywhere_is_refused(raw: bytes, said: str) -> None:
    """One word is no candidate's name."""
    with pytest.raises(OperatorError) as refused:
        read_candidates(raw, name="c.csv")
    assert said in str(refused.value)
