"""What the committee's paper says: the whole of it as text, and each thing that may vary."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from inline_snapshot import snapshot

from config.policy import load_policy
from config.types import (
    AccountId,
    CaseId,
    CaseState,
    ClauseId,
    FindingId,
    Kind,
    MailKind,
    Outcome,
    Reason,
    Resolution,
    RuleId,
    Severity,
    SubjectId,
    SubjectKind,
    VersionId,
)
from monitor.cases.layout import paper_html, paper_text
from monitor.cases.paper import compose
from monitor.cases.release import Release, Showing, Whole
from monitor.cases.sheet import AUTHOR, UNDECIDED, Frame, Paper
from storage.values import (
    Case,
    CaseEvent,
    Custody,
    KeptVersion,
    LedgerLine,
    Opened,
    StoredFinding,
    Stretch,
    Told,
)
from tests.lib import records
from tests.lib.records import at

FRAME = Frame(
    council="Fernbeck Town Council",
    zone="Europe/London",
    title="X @FernbeckTC",
    policy=load_policy("elstree-borehamwood-2017"),
    titles={ClauseId("terms.5"): "Terms of Use 5"},
    harmless={RuleId("party-politics/endorsement"): "It may be fine if it quotes somebody."},
    read_every="at least every 30 minutes",
    verifier="ab" * 32,
    given=1,
    words_in="whole-words",
)


def stored(**options: Any) -> StoredFinding:
    """Return a finding on version 1."""
    return StoredFinding(
        id=FindingId(1),
        version=VersionId(1),
        finding=records.finding(matched=("Vote",), **options),
        found_at=at(30),
    )


def event(to: CaseState, *, by: str, because: str = "", minutes: float = 30) -> CaseEvent:
    """Return a step of the case."""
    return CaseEvent(
        at=at(minutes), by=by, what="a step", from_state=None, to_state=to, because=because
    )


def version(number: int, text: str, *, minutes: float, is_first: bool) -> KeptVersion:
    """Return a version that was first read so many minutes after the start."""
    return KeptVersion(
        id=VersionId(number),
        content_hash=f"{number:064}",
        words=records.words(text),
        shown_from=at(minutes - 30),
        first_seen_at=at(minutes),
        is_first=is_first,
        raw=b"{}",
    )


def shown(outcome: Outcome, of: int | None, first: float, last: float, **more: Any) -> Stretch:
    """Return readings in a row."""
    return Stretch(
        outcome=outcome,
        version=None if of is None else VersionId(of),
        reason=more.get("reason"),
        detail=more.get("detail", ""),
        edited_at=more.get("edited_at"),
        first_at=at(first),
        last_at=at(last),
        readings=more.get("readings", 1),
    )


def case(**options: Any) -> Case:
    """Return an open case on a post."""
    standing: dict[str, Any] = {
        "id": CaseId(42),
        "state": CaseState.OPEN,
        "resolution": None,
        "severity": Severity.REVIEW,
        "account": AccountId("council-x"),
        "subject": SubjectId(7),
        "subject_kind": SubjectKind.POST,
        "platform_id": "1001",
        "url": "https://x.example/fernbeck/status/1001",
        "text": "Vote for the Alliance!",
        "published_at": at(0),
        "edited": False,
        "visible": True,
        "last_outcome": Outcome.PRESENT,
        "last_read_at": at(90),
        "history": False,
        "opened_at": at(30),
        "due_at": at(days=3),
        "closed_at": None,
        "findings": (stored(),),
        "events": (event(CaseState.OPEN, by="clerkwatch", because="found when read"),),
    }
    return Case(**(standing | options))


def custody(**options: Any) -> Custody:
    """Return what a case rests on: one version, read three times."""
    line = LedgerLine(
        number=9,
        at=1_793_610_000_000_000,
        kind="observed",
        reference="observation:1",
        commitment="c" * 64,
        previous="b" * 64,
        hash="d" * 64,
    )
    resting: dict[str, Any] = {
        "case": case(),
        "platform": "x",
        "handle": "FernbeckTC",
        "kind": Kind.COUNCIL,
        "owner": "Jo Marsh",
        "author": "",
        "parent_id": None,
        "versions": (version(1, "Vote for the Alliance!", minutes=30, is_first=True),),
        "stretches": (shown(Outcome.PRESENT, 1, 30, 90, readings=3),),
        "opened": (Opened(line=line, salt=b"s" * 16, content="{}", about="observation"),),
        "told": (
            Told(kind=MailKind.URGENT, message_id="<1@x>", created_at=at(31), accepted_at=at(32)),
        ),
        "head": (120, "e" * 64),
        "head_at": at(100),
    }
    return Custody(**(resting | options))


def paper(of: Custody | None = None, showing: Showing | None = None, **frame: Any) -> Paper:
    """Return the paper about what a case rests on."""
    return compose(of or custody(), replace(FRAME, **frame), showing or Whole())


def test_the_whole_paper_as_text() -> None:
    """Every part in its order, as a committee reads it."""
    gone = custody(
        case=case(
            state=CaseState.CLOSED,
            resolution=Resolution.REMOVED,
            visible=False,
            last_outcome=Outcome.GONE,
            last_visible_at=at(120),
            gone_since=at(150),
            last_read_at=at(170),
            closed_at=at(170),
            edited=True,
            events=(
                event(CaseState.OPEN, by="clerkwatch", because="found when read"),
                event(CaseState.CLOSED, by="Jo Marsh", because="it went", minutes=170),
            ),
        ),
        versions=(
            version(1, "Vote for the Alliance!", minutes=30, is_first=True),
            version(2, "Vote for the Alliance!\nThank you.", minutes=120, is_first=False),
        ),
        stretches=(
            shown(Outcome.PRESENT, 1, 30, 90, readings=3),
            shown(Outcome.EDITED, 2, 120, 120, edited_at=at(100)),
            shown(Outcome.CANNOT_TELL, None, 130, 130, reason=Reason.TRANSIENT, detail="502"),
            shown(Outcome.GONE, None, 150, 170, readings=2, reason=Reason.GONE_OR_HIDDEN),
        ),
    )
    assert paper_text(paper(gone)) == snapshot("""\
Fernbeck Town Council: evidence pack

Case 42: a post on X @FernbeckTC
==============================================================================

Closed: it is no longer visible.

A programme flags, a person decides. This paper tells what was read, what was found and what was
decided, as it stood in the record at ledger entry 120 of Monday 2 November 2026, 10:40. All times
are the council's local time.


WHAT, WHERE AND WHEN

  What:                     A post
  Where:                    X @FernbeckTC
  Kind of account:          Council account
  Address:                  x.example/fernbeck/status/1001
  Written by:               Posted by the page: who wrote it is not known.
  Published:                Monday 2 November 2026, 09:00
  Answers for the account:  Jo Marsh
  Case opened:              Monday 2 November 2026, 09:30
  Decision due:             Thursday 5 November 2026, 09:00
  Where it stands:          Closed: it is no longer visible.


WHAT IT SAID

Version 1 of 2
  Published on Monday 2 November 2026, 09:00. First read on Monday 2 November 2026, 09:30. Shown in
  3 readings, the last on Monday 2 November 2026, 10:30. The next reading that could tell, on Monday
  2 November 2026, 11:00, showed version 2.

    | Vote for the Alliance!
  In this pack: whole-words/version-1.txt

Version 2 of 2
  It appeared between Monday 2 November 2026, 10:30 and Monday 2 November 2026, 11:00. Shown in 1
  reading, the last on Monday 2 November 2026, 11:00. The next reading that could tell, on Monday 2
  November 2026, 11:30, no longer showed it.

    | Vote for the Alliance!
    | Thank you.
  In this pack: whole-words/version-2.txt


WHICH CLAUSE, AND WHAT WAS FOUND

Social Media Policy, adopted by Elstree and Borehamwood Town Council, General Management Committee;
last reviewed on Thursday 19 October 2017.

Terms of Use 5 (Party politics and campaigning)
    official Council and Mayoral profiles and pages must not be used for party political purposes or
    specific campaigning purposes as the Council is not permitted to publish material which 'in
    whole or part appears to affect public support for a political party' (LGA 1986)

  * It asks readers to vote for a party.
    It says: “vote” and “Vote”.
    It may be fine if it quotes somebody.
    Found on Monday 2 November 2026, 09:30 in version 1, judged by the time it was published. Rule
    party-politics/endorsement, told in the morning mail.


IS IT STILL THERE?

No longer visible. It vanished between Monday 2 November 2026, 11:00 and Monday 2 November 2026,
11:30. No platform says whether something was deleted, hidden or restricted.

  - Mon 2 Nov 2026, 09:30  ·  Mon 2 Nov 2026, 10:30  ·  3 readings  ·  Visible: version 1.
  - Mon 2 Nov 2026, 11:00  ·  Mon 2 Nov 2026, 11:00  ·  1 reading  ·  Visible, with changed content:
    version 2; the platform dates the edit Monday 2 November 2026, 10:40.
  - Mon 2 Nov 2026, 11:10  ·  Mon 2 Nov 2026, 11:10  ·  1 reading  ·  Could not be told: the
    platform could not be reached. 502.
  - Mon 2 Nov 2026, 11:30  ·  Mon 2 Nov 2026, 11:50  ·  2 readings  ·  No longer visible: the
    platform no longer shows it; account and login were alive.


WHO DECIDED WHAT, AND WHY

  - Mon 2 Nov 2026, 09:30  ·  clerkwatch (no person)  ·  A step  ·  Found when read.
  - Mon 2 Nov 2026, 11:50  ·  Jo Marsh  ·  A step  ·  It went.

Mails that told of it:
  - Mon 2 Nov 2026, 09:31  ·  Urgent mail  ·  Mon 2 Nov 2026, 09:32


WHAT HAS BEEN KEPT BESIDE THE WORDS

  No file is in this copy.


WHAT HAS NOT BEEN KEPT

  - The person who wrote it: no platform says who of those with access posted.
  - An answer of the account's owner: none is kept with this case.
  - What stood there for less than the time between two readings: accounts are read at least every
    30 minutes, when the platform lets them be read.


CHAIN OF CUSTODY

What was seen, decided and sent is written to a ledger that only grows. Each entry holds the hash of
the one before it and a salted commitment to its content, so that nothing can be changed, taken out
or put in later without showing.

The ledger held 120 entries when this pack was made; 1 is about this case. The pack holds the hashes
of all of them, and for 1 of this case's what they committed to, with the salt.

To check: unpack the pack and run python3 -I verify.py. The SHA-256 of verify.py is
abababababababababababababababababababababababababababababababab.

Head of the ledger:
  120:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee

  - 9  ·  Mon 2 Nov 2026, 09:00  ·  Observed  ·
    dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd
""")


def test_text_and_html_say_the_same() -> None:
    """Every finished sentence of the paper stands in both."""
    said = paper()
    text, page = " ".join(paper_text(said).split()), paper_html(said)
    sentences = [row.value for row in said.facts]
    sentences += [said.visible, said.policy, *said.missing, *said.custody, said.head]
    sentences += [one.why for clause in said.clauses for one in clause.found]

    for one in sentences:
        assert one in text
        assert one.replace("'", "&#39;").replace('"', "&#34;") in page
    assert page.startswith("<!DOCTYPE html>")
    assert '<html lang="en-GB">' in page


UNDECIDED_EVENTS = [
    (),
    (event(CaseState.ACKNOWLEDGED, by="Jo"),),
    (event(CaseState.CLOSED, by="clerkwatch"),),
    (event(CaseState.CLOSED, by="Jo"), event(CaseState.OPEN, by="clerkwatch")),
]


@pytest.mark.parametrize("events", UNDECIDED_EVENTS)
def test_what_no_person_decided_is_a_suggestion(events: tuple[CaseEvent, ...]) -> None:
    """Taking it up, a programme's closing and a reopening are no decision."""
    said = paper(custody(case=case(events=events)))

    assert said.undecided == UNDECIDED
    assert said.clauses[0].found[0].status == UNDECIDED


@pytest.mark.parametrize("to", [CaseState.CLOSED, CaseState.REMOVAL_REQUESTED])
def test_a_persons_decision_is_told_as_one(to: CaseState) -> None:
    """Closing and asking for removal are decisions."""
    said = paper(custody(case=case(events=(event(to, by="Jo"),))))

    assert (said.undecided, said.clauses[0].found[0].status) == ("", "")


def test_who_wrote_it_is_not_known_unless_another_account_did() -> None:
    """A page posts; a comment has an author, whose name leaves the council only as a kind."""
    comment = custody(author="sam_rook", parent_id="1000")
    written = {
        one.value
        for said in (paper(), paper(comment), paper(comment, Release(roles={})))
        for one in said.facts
        if one.name == "Written by"
    }

    assert AUTHOR in written
    assert 'Another person, here called "sam_rook"; not the council\'s own words.' in written
    assert "Another person's account (name taken out); not the council's own words." in written
    assert "sam_rook" not in paper_html(paper(comment, Release(roles={})))


def test_masked_words_stand_on_no_paper() -> None:
    """Not the text, not the quote, not what matched; the paper says where they are."""
    hidden = custody(case=case(findings=(stored(is_masked=True),)))
    said = paper(hidden)

    assert said.is_masked
    for page in (paper_html(said), paper_text(said)):
        assert "Alliance" not in page
        assert "It says" not in page
        assert "whole-words" in page


def test_a_withdrawn_finding_is_told_with_why() -> None:
    """It is kept, and says that it no longer holds; a masked one masks for good."""
    gone = replace(stored(), withdrawn_at=at(60), withdrawn_why="the rule changed")
    said = paper(custody(case=case(findings=(), withdrawn=(gone,))))

    assert said.clauses[0].found[0].status == (
        "Withdrawn on Monday 2 November 2026, 10:00. The rule changed."
    )
    masked = replace(gone, finding=replace(gone.finding, is_masked=True))
    assert paper(custody(case=case(findings=(), withdrawn=(masked,)))).is_masked


def test_a_case_without_a_reading_says_so() -> None:
    """What a resident reported and no programme read has neither words nor readings."""
    bare = custody(
        versions=(),
        stretches=(),
        opened=(),
        told=(),
        head=(0, ""),
        head_at=None,
        case=case(findings=(), events=(), visible=False, last_outcome=Outcome.CANNOT_TELL),
    )
    said = paper_text(paper(bare))

    for sentence in (
        "No reading has shown it, so no words are kept.",
        "No rule found anything; a person opened the case.",
        "No reading is kept.",
        "No step is kept.",
        "No mail has told of it.",
        "The ledger holds none.",
        "could not tell",
    ):
        assert sentence in said


def test_dates_are_the_councils_and_name_their_year() -> None:
    """Summer time counts; no date leaves its year out."""
    summer = datetime(2031, 7, 1, 11, 30, tzinfo=UTC)
    said = paper(custody(case=case(published_at=summer)))

    assert {row.name: row.value for row in said.facts}["Published"] == "Tuesday 1 July 2031, 12:30"


def test_faults_of_the_record_stand_on_top() -> None:
    """A reader learns first that the record does not fit itself."""
    said = paper(faults=("ledger entry 3 was changed",))

    for page in (paper_text(said), paper_html(said)):
        assert page.lower().index("ledger entry 3 was changed") < page.lower().index("written by")


def test_a_members_page_is_not_named_outside_the_council() -> None:
    """Its handle is a person's name."""
    said = paper(custody(kind=Kind.MEMBER), Release(roles={}), title="X @DanWhitlock")

    assert "Whitlock" not in paper_html(said)
    assert "taken out: it names a person" in paper_html(said)
