"""The account's own face: what each profile check finds, and what it leaves alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import config.rules
from config.policy import load_policy
from config.rules import load_rules
from config.types import ClauseId, Kind, Severity, SubjectKind
from monitor.checks.base import Context, Material
from monitor.checks.examples import test_rules as failing_examples
from monitor.checks.judge import Judge
from monitor.checks.profile import LINKED_PAGE, PROFILE_CASE_EVERY
from storage.values import ExtraWords, Words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from storage.values import Finding

GOOD = (
    "Official page of Brookmeadow & Hillend Town Council. Complaints and feedback: "
    "clerk@brookmeadow-tc.example"
)
CONTEXT = Context(
    as_of=datetime(2026, 11, 24, 7, tzinfo=UTC),
    council="Brookmeadow and Hillend Town Council",
    email_domain="brookmeadow-tc.example",
    logo_hash="0f1e2d3c4b5a6978",
)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """Load the profile rules alone, as shipped."""
    folder = tmp_path_factory.mktemp("rules")
    for file in Path(config.rules.__file__).parent.glob("profile-*.toml"):
        (folder / file.name).write_bytes(file.read_bytes())
    policy = load_policy("elstree-borehamwood-2017")
    return Judge(policy, load_rules(policy=policy, replace=folder))


def judged(
    judge: Judge,
    text: str = GOOD,
    *,
    kind: Kind = Kind.COUNCIL,
    fields: Mapping[str, str] | None = None,
    linked: str = "",
    handle: str = "BrookmeadowTC",
    context: Context = CONTEXT,
) -> dict[str, Finding]:
    """Judge one profile; return what was found by rule."""
    extras = (ExtraWords(kind=LINKED_PAGE, text=linked),) if linked else ()
    whole = "\n".join(part for part in (text, linked) if part)
    material = Material(
        words=Words(
            text=whole,
            own_length=len(text),
            extras=extras,
            fields={"description": text, **(fields or {})},
        ),
        kind=kind,
        subject=SubjectKind.PROFILE,
        handle=handle,
    )
    return {finding.rule: finding for finding in judge.judge(material, context).findings}


def test_every_rules_own_examples_hold(judge: Judge) -> None:
    """Each profile rule finds its hits and leaves its near misses alone."""
    assert failing_examples(judge) == []


def test_a_good_profile_is_quiet(judge: Judge) -> None:
    """A profile with statement, route and own address has no finding."""
    assert judged(judge) == {}


def test_an_absence_has_no_quote_and_no_spans(judge: Judge) -> None:
    """There is nothing to quote of what is missing."""
    finding = judged(judge, "Brookmeadow and Hillend Town Council")[
        "complaints-route/not-in-profile"
    ]
    assert (finding.quote, finding.spans, finding.clause) == (None, (), "requirements.2")


def test_the_page_that_the_profile_links_to_may_hold_the_complaints_route(judge: Judge) -> None:
    """Requirement 2 is met by the linked page."""
    text = "Brookmeadow and Hillend Town Council, brookmeadow.example"
    assert judged(judge, text, linked="How to make a complaint about the council") == {}


def test_the_linked_page_does_not_name_the_account(judge: Judge) -> None:
    """That the website names the council says nothing about the account."""
    found = judged(
        judge,
        "News and fun!",
        linked="Brookmeadow and Hillend Town Council: complaints",
    )
    assert set(found) == {"identification/council-not-named"}


def test_a_linked_page_that_could_not_be_read_is_said(judge: Judge) -> None:
    """Not knowing is no absence: the reason says what was not seen."""
    found = judged(judge, "Brookmeadow and Hillend Town Council", fields={LINKED_PAGE: "unread"})
    assert "could not be read" in found["complaints-route/not-in-profile"].reason


def test_an_address_on_the_linked_page_is_not_the_profiles(judge: Judge) -> None:
    """The website may show anybody's address."""
    assert judged(judge, linked="Complaints: webmaster@builder.example") == {}


def test_contact_without_complaints_is_said_more_exactly(judge: Judge) -> None:
    """The reason tells a profile with a contact from one without."""
    found = judged(judge, "Brookmeadow and Hillend Town Council. Call us on 01632 960001.")
    assert "get in touch" in found["complaints-route/not-in-profile"].reason


@pytest.mark.parametrize(
    ("kind", "text", "is_found"),
    [
        (Kind.COUNCIL, "Brookmeadow & Hillend Town Council. Feedback welcome", False),
        (Kind.COUNCIL, "BHTC. Feedback welcome", False),
        (Kind.MAYORAL, "Mayor of Brookmeadow and Hillend. Feedback welcome", False),
        (Kind.OFFICER, "Clerk at Brookmeadow and Hillend. Feedback welcome", False),
        (Kind.COUNCIL, "Brookmeadow news. Feedback welcome", True),
        (Kind.PARTNER, "Fair stewards. Feedback welcome", True),
        (Kind.MEMBER, "Gardener and runner. Feedback welcome", False),
    ],
)
def test_an_account_says_whose_it_is(
    judge: Judge, kind: Kind, text: str, *, is_found: bool
) -> None:
    """Place and office, or the council's initials; a member's own page is another requirement."""
    found = judged(judge, text, kind=kind)
    assert ("identification/council-not-named" in found) is is_found


def test_without_a_councils_name_nothing_is_said_about_identity(judge: Judge) -> None:
    """What is not known is not judged."""
    context = Context(as_of=CONTEXT.as_of)
    assert judged(judge, "News. Feedback welcome", context=context) == {}


@pytest.mark.parametrize(
    ("text", "fields", "quote"),
    [
        ("x Write to Hall.Events@Mail.Example y", {}, "Hall.Events@Mail.Example"),
        ("nothing here", {"contact": "hall@mail.example"}, None),
        (
            "a clerk@brookmeadow-tc.example.evil.example",
            {},
            "clerk@brookmeadow-tc.example.evil.example",
        ),
        ("a clerk@notbrookmeadow-tc.example b", {}, "clerk@notbrookmeadow-tc.example"),
    ],
)
def test_a_contact_on_another_domain_is_found(
    judge: Judge, text: str, fields: dict[str, str], quote: str | None
) -> None:
    """The quote is exactly the address in the text; one in a field only has none."""
    finding = judged(judge, text, fields=fields)["official-email/contact-elsewhere"]
    assert (finding.quote, finding.clause) == (quote, "requirements.1")


@pytest.mark.parametrize(
    "address", ["clerk@brookmeadow-tc.example", "a.b+c@news.BROOKMEADOW-TC.example", "@brookmeadow"]
)
def test_an_own_address_or_a_handle_is_left_alone(judge: Judge, address: str) -> None:
    """The council's domain, its subdomains, whatever the case."""
    assert "official-email/contact-elsewhere" not in judged(judge, f"Write to {address} please")


def test_one_address_in_text_and_field_is_one_finding(judge: Judge) -> None:
    """A description that repeats the text gives one span."""
    finding = judged(judge, "Write to hall@mail.example")["official-email/contact-elsewhere"]
    assert len(finding.spans) == 1


@pytest.mark.parametrize(
    ("registered", "shown", "is_found"),
    [
        ("BrookmeadowTC", "brookmeadowtc", False),
        ("@BrookmeadowTC", "BrookmeadowTC", False),
        ("BrookmeadowTC", "BrookmeadowTC_", True),
        ("BrookmeadowTC", "", False),
        ("123456789", "brookmeadow.town", False),
        ("https://brookmeadow.example/feed", "brookmeadow", False),
        ("", "brookmeadow", False),
        ("brook-meadow.example", "brook-meadow.example", False),
        ("@brook-meadow.example", "brook-parish.example", True),
        ("did:plc:ewvi7nxzyoun6zhxrhs64oiz", "brookmeadow.example", False),
    ],
)
def test_a_changed_user_name_is_found(
    judge: Judge, registered: str, shown: str, *, is_found: bool
) -> None:
    """Compared where the register holds a user name; a page id or an address tells nothing."""
    found = judged(judge, handle=registered, fields={"handle": shown})
    assert ("identification/handle-changed" in found) is is_found


@pytest.mark.parametrize(
    ("kind", "picture", "rules"),
    [
        (Kind.COUNCIL, "0f1e2d3c4b5a6979", set()),
        (Kind.COUNCIL, "f0e1d2c3b4a59687", {"branding/logo-missing"}),
        (Kind.COUNCIL, "0f1e2d3c4b5a9687", set()),
        (Kind.COUNCIL, "no hash", set()),
        (Kind.COUNCIL, "", set()),
        (Kind.MAYORAL, "f0e1d2c3b4a59687", set()),
        (Kind.PARTNER, "0f1e2d3c4b5a6979", {"branding/logo-elsewhere"}),
        (Kind.MEMBER, "0f1e2d3c4b5a6979", {"branding/logo-elsewhere"}),
        (Kind.PARTNER, "f0e1d2c3b4a59687", set()),
    ],
)
def test_pictures_are_compared_with_the_logo(
    judge: Judge, kind: Kind, picture: str, rules: set[str]
) -> None:
    """The council's own account should show it, others should not; in doubt nothing is said."""
    found = judged(judge, kind=kind, fields={"picture_hash": picture})
    assert {rule for rule in found if rule.startswith("branding/")} == rules


def test_nothing_about_a_members_profile_is_urgent(judge: Judge) -> None:
    """The personal-capacity reminder is a note: it opens no case."""
    found = judged(judge, "Your town councillor", kind=Kind.MEMBER)
    reminder = found["speaking-for-council/personal-capacity"]
    assert (reminder.severity, reminder.clause) == (Severity.NOTE, ClauseId("requirements.6"))


def test_an_empty_profile_is_not_judged_for_what_it_lacks(judge: Judge) -> None:
    """Where no word was read, nothing can be missed."""
    assert judged(judge, "") == {}


def test_posts_are_not_judged_by_profile_rules(judge: Judge) -> None:
    """A post needs no complaints route."""
    material = Material(words=Words(text="News!", own_length=5))
    assert judge.judge(material, CONTEXT).findings == ()


def test_profile_cases_come_once_a_quarter() -> None:
    """The interval that the case logic uses: 13 weeks."""
    assert PROFILE_CASE_EVERY.days == 91
