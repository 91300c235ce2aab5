"""Taking personal data out: what must go, what must stay, and what may be opened."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.types import RuleId, TopicId, VersionId
from monitor.cases.release import Release, Whole, taken_out
from storage.values import KeptVersion, LedgerLine, Opened
from tests.lib import records

RELEASE = Release(
    roles={
        "Jo Marsh": "the Clerk",
        "clerk@fernbeck.example": "the Clerk",
        "Clerk": "the Clerk",
        "Priya Rao": "a person acting for the council",
    },
    own=frozenset({"fernbecktc"}),
    first_names=frozenset({"sophie", "colin"}),
)

GOES = [
    ("Ring Dave on 07700 900123.", ["07700", "900123"]),
    ("Ring 0 7 7 0 0 9 0 0 1 2 3 now", ["9 0 0"]),
    ("Ring +44 (0)20 7946 0018 now", ["7946"]),
    ("Ring 077\u200b00 900123", ["900123"]),
    (
        "Ring \uff10\uff17\uff17\uff10\uff10\uff19\uff10\uff10\uff11\uff12\uff13",
        ["\uff19\uff10\uff10"],
    ),
    ("tel07700900123x and /07700900124/", ["0123", "0124"]),
    ("NHS 943 476 5919", ["5919"]),
    ("Her NI number is AB 12 34 56 C", ["34 56"]),
    ("Pay GB82 WEST 1234 5698 7654 32", ["WEST", "5698"]),
    ("sort code 20-00-00", ["20-00-00"]),
    ("Write to j.bloggs+x@gmail.com", ["bloggs", "gmail"]),
    ("He lives at 14a Mill Lane, WD6 1AA", ["14a", "Mill", "1AA"]),
    ("Flat 3, 27 Old Station Road", ["27", "Station"]),
    ("born on 3 May 2014", ["May", "2014"]),
    ("DOB: 03/05/2014", ["2014"]),
    ("The blue car AB12 CDE", ["CDE"]),
    ("Mrs Gammage complained to Cllr Dan Whitlock", ["Gammage", "Whitlock"]),
    ("Well done Sophie Carter!", ["Sophie", "Carter"]),
    ("Sophie's mum and sophie", ["Sophie", "sophie"]),
    ("#SophieCarter", ["Sophie"]),
    ("Thanks @sophiec_1", ["sophiec"]),
    ("[Sophie Carter] and [07700 900123 taken out]", ["Sophie", "Carter", "900123"]),
    ("Jo Marsh says so; marsh too", ["Marsh", "marsh"]),
]


@pytest.mark.parametrize(("text", "gone"), GOES)
def test_personal_data_goes_and_its_kind_is_said(text: str, gone: list[str]) -> None:
    """Not a piece of it is left, however it is spelt; a reader sees that something stood there."""
    said = RELEASE.text(text)

    assert [piece for piece in gone if piece in said] == []
    assert taken_out(said) or "[the Clerk]" in said


STAYS = [
    "The library opens at ten on Saturday 24 November 2026.",
    "Planning reference 26/01234/FUL, agenda item 7.2, £1,250.",
    "The Clerk asked the Communications Officer to take it down.",
    "Follow @FernbeckTC for news.",
    "Vote for the Fernbeck Alliance on 17 December!",
    "#ChristmasLights at 5pm by the clock",
]


@pytest.mark.parametrize("text", STAYS)
def test_everyday_words_stay(text: str) -> None:
    """Dates, references, roles, the council's own handle and party names are no personal data."""
    assert RELEASE.text(text) == text


def test_people_become_roles() -> None:
    """Who decided is told by role; a programme by its own name."""
    assert RELEASE.person("jo marsh ") == "the Clerk"
    assert RELEASE.person("root") == "a person acting for the council"
    assert RELEASE.person("clerkwatch") == "clerkwatch (no person)"
    assert Whole().person("Jo Marsh") == "Jo Marsh"


TEXT = (
    "Good news. Well done to Wilhelmina Okoro, 7, of St. Bede's Primary! Wilhelmina won. See you."
)


def version(text: str = TEXT) -> KeptVersion:
    """Return one version of a post."""
    return KeptVersion(
        id=VersionId(1),
        content_hash="0" * 64,
        words=records.words(text),
        shown_from=records.START,
        first_seen_at=records.START,
        is_first=True,
    )


def masked(words: str = "Wilhelmina Okoro") -> Release:
    """Return a release that knows what a masked finding pointed at."""
    return replace(RELEASE, masked=(words,), keeps_readings=True)


def test_the_sentence_around_a_masked_finding_goes_and_its_words_go_everywhere() -> None:
    """A name that no list knows goes wherever it stands once a rule has pointed at it."""
    start = TEXT.index("Wilhelmina")
    found = replace(
        records.finding("safeguarding/child", is_masked=True),
        topic=TopicId("safeguarding"),
        rule=RuleId("safeguarding/child"),
        spans=((start, start + 16),),
    )
    said = masked().words(version(), [found])

    assert said.startswith("Good news. [details of a child or of a person at risk taken out]")
    assert said.endswith(" See you.")
    for gone in ("Wilhelmina", "Okoro", "Bede", "Primary"):
        assert gone not in said


def test_a_masked_finding_without_a_place_takes_everything() -> None:
    """If nobody can say where it stands, nothing is shown."""
    found = replace(records.finding(is_masked=True, quote=None), topic=TopicId("personal-data"))

    assert masked().words(version(), [found]) == "[somebody's personal details taken out]"


def opened(about: str, content: dict[str, object]) -> Opened:
    """Return an entry with its content."""
    line = LedgerLine(
        number=1, at=1, kind="x", reference="x:1", commitment="c", previous="", hash="h"
    )
    return Opened(line=line, salt=b"0" * 16, content=json.dumps(content), about=about)


MAY = [
    (RELEASE, "observation", {"text": "The library.", "platform_id": "18501234567890123"}, True),
    (RELEASE, "observation", {"text": "Hi", "platform_id": "https://x.example/jane-doe"}, False),
    (RELEASE, "observation", {"text": "Ring 07700 900123"}, False),
    (RELEASE, "observation", {"text": "Hi", "beside": {"extras": [["x", "t", "Sophie"]]}}, False),
    (masked(), "observation", {"text": "The library."}, False),
    (RELEASE, "finding", {"quote": "vote", "is_masked": False}, True),
    (RELEASE, "finding", {"quote": None, "is_masked": True}, False),
    (RELEASE, "event", {"by": "clerkwatch", "because": "found when read"}, True),
    (RELEASE, "event", {"by": "Jo Marsh", "because": ""}, False),
    (RELEASE, "mail", {"recipients": []}, False),
    (RELEASE, "", {"case": 1}, False),
]


@pytest.mark.parametrize(("release", "about", "content", "may"), MAY)
def test_only_content_without_personal_data_is_opened(
    release: Release, about: str, content: dict[str, object], *, may: bool
) -> None:
    """With a salt, what was taken out could be guessed: so both go together."""
    assert release.may_show(opened(about, content)) is may


@given(st.text(max_size=200) | st.text(alphabet="0123456789 .-/+@[]abABophieSMr#\n", max_size=60))
def test_taking_out_twice_changes_nothing_more(text: str) -> None:
    """What stands for something taken out is not taken for personal data itself."""
    once = RELEASE.text(text)

    assert RELEASE.text(once) == once


@given(
    st.text(max_size=60),
    st.text(max_size=60),
    st.sampled_from(["07700 900123", "j.bloggs@gmail.com", "943 476 5919"]),
)
def test_no_neighbour_saves_a_number(before: str, after: str, secret: str) -> None:
    """Whatever stands around it, with a blank between, personal data goes."""
    assert secret not in RELEASE.text(f"{before} {secret} {after}")
