"""Which case needs a mail at once, to whom, and that a new edition of the rules sends none."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import (
    AccountId,
    CaseId,
    CaseState,
    Kind,
    RuleId,
    Severity,
    SubjectKind,
    TopicId,
)
from monitor.alerts.model import build_urgent
from monitor.alerts.urgent import compose_urgent, is_urgent, urgent_findings, urgent_key
from tests.unit.alerts.builders import AS_OF, CHILD, PARTY, X, case, finding
from tests.unit.alerts.letters import urgent_facts
from tests.unit.alerts.people import CLERK, DEPUTY, LEAD, SENDER

if TYPE_CHECKING:
    from storage.values import Case

ZONE = "Europe/London"
TOLD = (CLERK, DEPUTY, LEAD)
HATE = case(
    45,
    finding(PARTY.text, "library", clause="terms.2", rule="hate/slur", severity=Severity.URGENT),
    text=PARTY.text,
    account="council-x",
)


@pytest.mark.parametrize(
    ("changes", "kind", "expected"),
    [
        ({}, Kind.COUNCIL, True),
        ({}, Kind.PARTNER, True),
        ({}, Kind.MEMBER, False),
        ({"history": True}, Kind.COUNCIL, False),
        ({"state": CaseState.CLOSED}, Kind.COUNCIL, False),
        ({"state": CaseState.ACKNOWLEDGED}, Kind.COUNCIL, False),
        ({"findings": ()}, Kind.COUNCIL, False),
        ({"findings": PARTY.findings}, Kind.COUNCIL, False),
    ],
)
def test_what_cannot_wait(changes: dict[str, object], kind: Kind, expected: bool) -> None:  # noqa: FBT001 - pytest hands parameters over by name
    """Urgent, new, open, and nothing about a member."""
    changed = dataclasses.replace(CHILD, **changes)  # type: ignore[arg-type]  # Case's own keys
    assert is_urgent(changed, kind=kind) is expected


def test_a_withdrawn_finding_is_not_urgent() -> None:
    """What no longer holds wakes nobody."""
    gone = dataclasses.replace(CHILD.findings[0], withdrawn_at=AS_OF)
    assert urgent_findings(dataclasses.replace(CHILD, findings=(gone,))) == ()


def test_a_new_edition_of_a_rule_brings_no_second_mail() -> None:
    """The key stays when the same rule finds again under another digest, or is withdrawn."""
    stored = CHILD.findings[0]
    newer = dataclasses.replace(
        stored, finding=dataclasses.replace(stored.finding, digest="f" * 16)
    )
    again = dataclasses.replace(CHILD, findings=(newer,), withdrawn=(stored,))
    none_left = dataclasses.replace(CHILD, findings=(), withdrawn=(stored,))
    assert {urgent_key(one, zone=ZONE) for one in (CHILD, again, none_left)} == {
        urgent_key(CHILD, zone=ZONE)
    }


def test_another_rule_subject_or_day_brings_its_own_mail() -> None:
    """A second urgent rule on a case is told, another post is, and the same post a day later."""
    other = dataclasses.replace(
        CHILD.findings[0],
        finding=dataclasses.replace(CHILD.findings[0].finding, rule=RuleId("hate/slur")),
    )
    told = (
        CHILD,
        dataclasses.replace(CHILD, findings=(*CHILD.findings, other)),
        dataclasses.replace(CHILD, platform_id="110_99"),
        dataclasses.replace(CHILD, account=AccountId("mayor-facebook")),
        dataclasses.replace(CHILD, subject_kind=SubjectKind.PROFILE),
        dataclasses.replace(CHILD, opened_at=CHILD.opened_at + timedelta(days=1)),
    )
    assert len({urgent_key(one, zone=ZONE) for one in told}) == len(told)


def test_the_number_of_a_case_names_no_mail() -> None:
    """Opened again after a kill, under another number, it is the same mail to every reader."""
    again = dataclasses.replace(urgent_facts(), case=dataclasses.replace(CHILD, id=CaseId(99)))
    first, second = (
        compose_urgent(given, sender=SENDER, people=TOLD) for given in (urgent_facts(), again)
    )
    assert (first.key, first.message_id) == (second.key, second.message_id)
    assert ("[case 44]" in first.subject, "[case 99]" in second.subject) == (True, True)


def test_the_day_in_a_key_is_the_councils() -> None:
    """In summer half past eleven in the evening UTC is the next day in the town."""
    late = dataclasses.replace(CHILD, opened_at=datetime(2026, 7, 1, 23, 30, tzinfo=UTC))
    assert urgent_key(late, zone=ZONE).startswith("urgent:council-facebook:2026-07-02:")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (HATE, "Urgent: a post on X may be hateful [case 45]"),
        (
            CHILD,
            (
                "Urgent: a post on the Facebook page may give details of a child or of a person at "
                "risk [case 44]"
            ),
        ),
    ],
)
def test_the_subject_says_what_and_where_without_the_posts_words(
    given: Case, expected: str
) -> None:
    """It can be understood from a lock screen, and gives nothing away there."""
    facts = urgent_facts()
    account = X if given is HATE else facts.account
    built = build_urgent(dataclasses.replace(facts, case=given, account=account))
    assert built.subject == expected


def test_a_topic_without_words_of_its_own_is_called_by_its_clause() -> None:
    """A council's own urgent rule has a subject too."""
    stored = HATE.findings[0]
    own = dataclasses.replace(stored.finding, topic=TopicId("own-topic"))
    given = dataclasses.replace(HATE, findings=(dataclasses.replace(stored, finding=own),))
    built = build_urgent(dataclasses.replace(urgent_facts(), case=given, account=X))
    assert built.subject == "Urgent: a post on X may breach terms.2 [case 45]"


def test_an_account_in_other_hands_is_called_that() -> None:
    """The subject says what the Clerk has to know, whether a post or the profile showed it."""
    stored = HATE.findings[0]
    found = dataclasses.replace(stored.finding, rule=RuleId("profile/hijack-signs"))
    for kind in (SubjectKind.POST, SubjectKind.PROFILE):
        given = dataclasses.replace(
            HATE, subject_kind=kind, findings=(dataclasses.replace(stored, finding=found),)
        )
        built = build_urgent(dataclasses.replace(urgent_facts(), case=given))
        assert built.subject == (
            "Urgent: the Facebook page may be in someone else's hands [case 45]"
        )
        assert built.lead == "The Facebook page may be in someone else's hands."


def test_the_mail_is_finished_for_those_who_are_called() -> None:
    """Composed twice it is the same mail, with its case and its key."""
    mail = compose_urgent(urgent_facts(), sender=SENDER, people=TOLD)
    assert mail == compose_urgent(urgent_facts(), sender=SENDER, people=TOLD)
    assert mail.recipients == (CLERK.email, DEPUTY.email, LEAD.email)
    assert (mail.key, mail.cases) == (urgent_key(CHILD, zone=ZONE), (44,))
    assert b"Milly" not in mail.body
