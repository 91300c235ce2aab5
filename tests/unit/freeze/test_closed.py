"""Closed accounts: the council's own permitted notices, and the notice that must stand there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from config.types import Basis, Kind, SubjectKind, WindowMode
from monitor.checks.base import Material
from monitor.freeze.naming import is_political
from monitor.freeze.rules import CLOSED_RULE, HARMLESS, NOTICE_RULE, judge_freeze
from storage.values import Words
from tests.unit.freeze.build import a_poll, a_post, around, local

CLOSED = a_poll(notice_on=date(2027, 3, 22), mode=WindowMode.CLOSED)
OPEN = a_poll(notice_on=date(2027, 3, 22))
INSIDE = "2027-04-10 12:00"


def a_profile(text: str, *, pinned_text: str = "", kind: Kind = Kind.COUNCIL) -> Material:
    """Make a profile as first read in January."""
    return Material(
        words=Words(text=text, own_length=len(text), fields={"description": text}),
        kind=kind,
        subject=SubjectKind.PROFILE,
        shown_from=local("2027-01-10 12:00"),
        shown_by=local("2027-01-10 12:00"),
        pinned_text=pinned_text,
    )


def test_a_closed_account_must_say_so() -> None:
    """A profile without the notice is found while the period runs, with its own reason."""
    (found,) = judge_freeze(a_profile("News of the town."), (), around(CLOSED, as_of=INSIDE))
    assert (found.rule, found.basis) == (NOTICE_RULE, Basis.STANDING)
    assert "neither its profile nor its pinned post" in found.reason
    assert HARMLESS[NOTICE_RULE]


@pytest.mark.parametrize(
    ("profile", "pinned"),
    [
        ("News of the town. This page is closed until 22:00 on 6 May.", ""),
        ("News of the town.", "This account is paused for the election."),
    ],
)
def test_the_notice_may_stand_in_the_profile_or_in_the_pinned_post(
    profile: str, pinned: str
) -> None:
    """Either is enough."""
    said = a_profile(profile, pinned_text=pinned)
    assert judge_freeze(said, (), around(CLOSED, as_of=INSIDE)) == ()


@pytest.mark.parametrize(
    "as_of", ["2027-03-21 23:59:59", "2027-05-06 22:00:00", "2027-06-01 12:00"]
)
def test_the_notice_is_asked_for_only_while_the_account_is_closed(as_of: str) -> None:
    """Not before the period and not after it."""
    assert judge_freeze(a_profile("News."), (), around(CLOSED, as_of=as_of)) == ()


def test_a_restricted_period_asks_for_no_notice() -> None:
    """Accounts stay open then."""
    assert judge_freeze(a_profile("News."), (), around(OPEN, as_of=INSIDE)) == ()


def test_a_members_profile_needs_no_notice() -> None:
    """A member's own page is not closed."""
    assert judge_freeze(a_profile("Me.", kind=Kind.MEMBER), (), around(CLOSED, as_of=INSIDE)) == ()


def test_the_councils_own_permitted_notices_stay_quiet() -> None:
    """Words of the configuration count beside the bundled ones."""
    closed = around(CLOSED, as_of="2027-06-01 12:00")
    post = a_post("Saturday's market is cancelled because of the wind.")
    assert [one.rule for one in judge_freeze(post, (), closed)] == [CLOSED_RULE]
    assert judge_freeze(post, (), replace(closed, permitted=("market is cancelled",))) == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("UKLabour", True),
        ("Fernbeck & District Conservatives", True),
        ("@FernbeckLibDems", True),
        ("CllrAnnCarter", True),
        ("Fernbeck First", True),
        ("metoffice", False),
        ("Fernbeck Library", False),
    ],
)
def test_an_accounts_name_tells_whether_it_is_political(name: str, *, expected: bool) -> None:
    """Registered parties, members, and the town's own groups from the configuration."""
    assert is_political(name, ("Fernbeck First",)) is expected
