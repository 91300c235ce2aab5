"""What owners of accounts read, word for word, as files that a person can read.

After a wanted change: ``WRITE_GOLDEN=1 pytest tests/unit/alerts/test_golden_owners.py`` writes
them again; read the difference before committing it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from config.types import CaseState, Kind, SubjectKind
from monitor.alerts.asking import About, compose_reopening
from tests.unit.alerts.builders import AS_OF, CHILD, FACEBOOK, PARTY
from tests.unit.alerts.test_asking import (
    FIRST,
    SENDER,
    facts,
    opened,
    part,
    reminder,
    request,
    withdrawal,
)

GOLDEN = Path(__file__).parent / "golden_owners"
WHOLE = replace(
    PARTY,
    state=CaseState.REMOVAL_REQUESTED,
    subject_kind=SubjectKind.ACCOUNT,
    url="https://www.facebook.com/ashcombetc",
    text="",
    findings=(),
)
CLOSING = facts(
    case=WHOLE,
    about=About.CLOSURE,
    until=date(2027, 5, 6),
    steps="Open the settings, choose Page access and information, then Deactivate",
)
TAKEN_OVER = facts(about=About.RECOVERY, due_at=AS_OF, steps="Open the platform's help for pages")
MAILS = {
    "removal": request(facts()),
    "removal-masked": request(facts(case=replace(CHILD, state=CaseState.REMOVAL_REQUESTED))),
    "correction": request(facts(about=About.CORRECTION)),
    "closure": request(CLOSING),
    "recovery": request(TAKEN_OVER),
    "member": request(facts(account=replace(FACEBOOK, kind=Kind.MEMBER))),
    "by-hand": request(facts(by_hand=True, steps="")),
    "removal-reminder": reminder(facts()),
    "closure-reminder": reminder(CLOSING),
    "recovery-reminder": reminder(TAKEN_OVER),
    "closure-withdrawn": withdrawal(CLOSING),
    "removal-withdrawn": withdrawal(facts()),
    "reopening": compose_reopening(CLOSING, key="reopening:42", sender=SENDER, follows=FIRST),
}


@pytest.mark.parametrize("name", sorted(MAILS))
def test_each_mail_to_an_owner_is_as_reviewed(name: str) -> None:
    """Subject and text are exactly those that were read and agreed."""
    said = f"Subject: {opened(MAILS[name])['Subject']}\n\n{part(MAILS[name], 'plain')}"
    said = said.replace("\r\n", "\n")
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("WRITE_GOLDEN"):
        file.write_text(said, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == said


def test_no_golden_file_is_left_over() -> None:
    """Every golden file belongs to a mail that is still built."""
    assert {file.stem for file in GOLDEN.iterdir()} == set(MAILS)
