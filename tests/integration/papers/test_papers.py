"""Packs, reports and search results as mails: finished, bounded, masked, queued once."""

from __future__ import annotations

import email
import io
import subprocess
import sys
import zipfile
from datetime import date
from email.policy import default
from typing import TYPE_CHECKING

import pytest

from config.errors import OperatorError
from config.types import CaseId, MailKind, SubjectKind
from monitor.alerts import message
from monitor.papers import found_mail, pack_mail, period_of, report_mail
from tests.lib.figures import figures_of_file, figures_of_page

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

    from monitor.papers import Paper
    from storage.values import Case
    from tests.integration.replies.desk import ClerksDesk

ASKED = "a1" * 32


def read(paper: Paper) -> tuple[EmailMessage, str, dict[str, bytes]]:
    """Return a mail, its text part on one line, and its files by name."""
    mail = email.message_from_bytes(paper.mail.body, policy=default)
    part = mail.get_body(("plain",))
    text = " ".join(part.get_content().split()) if part else ""
    files = {
        name: one.get_payload(decode=True)
        for one in mail.iter_attachments()
        if (name := one.get_filename()) is not None
    }
    return mail, text, files  # type: ignore[return-value] # decoded payloads are bytes


def cases(desk: ClerksDesk, *, masked: bool) -> list[Case]:
    """Return the town's cases on posts, masked ones or the others."""
    return [
        case
        for case in desk.app.repository.cases(subject=SubjectKind.POST)
        if any(stored.finding.is_masked for stored in case.findings) is masked
    ]


def pack(desk: ClerksDesk, case: Case, **options: bool) -> Paper:
    """Return a pack's mail to the Clerk."""
    app = desk.app
    clerk = app.settings.people[0]
    return pack_mail(
        app, case.id, to=clerk, at=app.clock.now(), asked=ASKED, follows="<q@x>", **options
    )


def test_a_pack_goes_out_whole_and_verifies(desk: ClerksDesk, tmp_path: Path) -> None:
    """The attached zip unpacks and proves itself with Python alone; the mail may be answered."""
    case = cases(desk, masked=False)[0]
    mail, text, files = read(pack(desk, case))
    assert mail["In-Reply-To"] == "<q@x>"
    assert mail["X-Clerkwatch-Kind"] == MailKind.PAPER.value
    assert desk.app.codes is not None
    assert desk.app.codes.letters(f"paper:pack:{case.id}:{ASKED[:32]}", case.id) in mail["Subject"]
    assert f"pack of case {case.id} is attached" in text
    with zipfile.ZipFile(io.BytesIO(files[f"case-{case.id}.zip"])) as packed:
        packed.extractall(tmp_path)
    done = subprocess.run(
        [sys.executable, "-I", "-S", tmp_path / f"case-{case.id}" / "verify.py"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert b"WHOLE" in done.stdout


def test_what_is_never_quoted_in_a_mail_is_in_no_pack_by_mail(desk: ClerksDesk) -> None:
    """Of a masked case the copy without personal data goes out, and the mail says why."""
    for case in cases(desk, masked=True):
        _, text, files = read(pack(desk, case))
        with zipfile.ZipFile(io.BytesIO(files[f"case-{case.id}-released.zip"])) as packed:
            inside = b"".join(packed.read(name) for name in packed.namelist()).decode()
        for stored in case.findings:
            said = stored.finding.quote or ""
            if stored.finding.is_masked and said:
                assert said not in inside + text
        assert f"clerkwatch evidence export {case.id}" in text


def test_a_pack_that_is_too_large_is_left_where_it_is(
    desk: ClerksDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the paper goes alone, then nothing; the mail names the command either way."""
    case = cases(desk, masked=False)[0]
    monkeypatch.setattr(message, "MOST_ENCLOSED", 60_000)
    _, text, files = read(pack(desk, case))
    assert list(files) == ["clerkwatch.json", f"case-{case.id}-paper.html"]
    assert f"too large for a mail. Its paper for printing is attached alone. Case {case.id}" in text
    assert f"clerkwatch evidence export {case.id}" in text
    monkeypatch.setattr(message, "MOST_ENCLOSED", 100)
    _, text, files = read(pack(desk, case, released=True))
    assert list(files) == ["clerkwatch.json"]
    assert f"clerkwatch evidence export {case.id} --foi" in text


def test_no_pack_of_a_case_that_is_not(desk: ClerksDesk) -> None:
    """It is said, not made up."""
    app = desk.app
    with pytest.raises(OperatorError, match="no case 9999"):
        pack_mail(app, CaseId(9999), to=app.settings.people[0], at=app.clock.now(), asked=ASKED)


def test_a_paper_is_queued_and_noted_once(desk: ClerksDesk) -> None:
    """The same answer gives the same mail: a second queueing writes neither mail nor entry."""
    app = desk.app
    paper = pack(desk, cases(desk, masked=False)[1])
    before = app.repository.ledger_head()[0]
    for expected in (True, False):
        with app.repository.writing() as transaction:
            assert paper.queue(transaction, at=app.clock.now()) is expected
    kept = app.repository.mail(paper.mail.key)
    assert kept is not None
    assert kept.body == paper.mail.body
    assert app.repository.ledger_head()[0] == before + 2
    assert app.repository.verify_ledger().faults == ()
    offered = app.repository.offers(paper.mail.cases[0], since=kept.created_at)
    assert paper.mail.key in {one.key for one in offered}


def test_a_report_goes_out_with_page_and_file(desk: ClerksDesk) -> None:
    """Both files say the same figures; the mail says them in words, and no post's."""
    app = desk.app
    at = app.clock.now()
    period = period_of("", zone=app.settings.zone(), at=at)
    paper = report_mail(app, period, to=app.settings.people[0], at=at, asked=ASKED)
    mail, text, files = read(paper)
    stem = f"report-{period.first.isoformat()}-to-{period.last.isoformat()}"
    assert list(files) == [f"{stem}.html", f"{stem}.csv"]
    figures = figures_of_file(files[f"{stem}.csv"].decode())
    assert figures_of_page(files[f"{stem}.html"].decode()) == figures
    flagged = figures["summary"][0][1]
    assert mail["Subject"].startswith(f"Report for November 2026 so far: {flagged} ")
    for name, _, *rest in figures["by_account"]:
        assert name in text
        assert rest
    assert "Facts for the Clerk, not a statement of compliance." in text
    posts = [case.text[:40] for case in app.repository.cases(subject=SubjectKind.POST)]
    assert [said for said in posts if said in text] == []


def test_found_words_are_quoted_but_for_masked_ones(desk: ClerksDesk) -> None:
    """A hit says where and when, inert; what is never quoted in mails is only pointed at."""
    app = desk.app
    at, clerk = app.clock.now(), app.settings.people[0]
    _, text, _ = read(found_mail(app, "labour", None, None, to=clerk, at=at, asked=ASKED))
    assert '"The Labour in Vain is doing the bar' in text
    assert "http" not in text
    case = next(case for case in cases(desk, masked=True) if len(case.text) > 20)
    word = max(case.text.split(), key=len)
    _, text, _ = read(found_mail(app, word, None, None, to=clerk, at=at, asked=ASKED))
    assert f"Case {case.id}" in text
    assert "Not quoted" in text
    assert case.text[:30] not in text


def test_a_search_keeps_to_its_days(desk: ClerksDesk) -> None:
    """Both days are the council's and included; turned round or without a word: refused."""
    app = desk.app
    at, clerk = app.clock.now(), app.settings.people[0]

    def find(query: str, since: date | None, until: date | None) -> str:
        return read(found_mail(app, query, since, until, to=clerk, at=at, asked=ASKED))[1]

    day = date(2026, 11, 10)
    assert "voter id" in find("voter id", day, day).lower()
    assert "Nothing was found for “voter id” from Wednesday 11 November" in find(
        "voter id", date(2026, 11, 11), date(2026, 11, 12)
    )
    with pytest.raises(OperatorError, match="before the first"):
        find("vote", date(2026, 11, 11), day)
    with pytest.raises(OperatorError, match="no word"):
        find("?!", None, None)


def test_a_search_that_finds_too_much_stays_a_short_mail(desk: ClerksDesk) -> None:
    """At most fifty places and 100 KB, and the mail says that there are more."""
    app = desk.app
    paper = found_mail(
        app, "the", None, None, to=app.settings.people[0], at=app.clock.now(), asked=ASKED
    )
    _, text, _ = read(paper)
    assert len(paper.mail.body) <= 100_000
    assert "there are more" in text


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("2026", ("2026-01-01", "2026-12-31")),
        ("2026-10", ("2026-10-01", "2026-10-31")),
        ("October 2026", ("2026-10-01", "2026-10-31")),
        ("nov 2026.", ("2026-11-01", "2026-11-30")),
        ("", ("2026-11-01", "2026-11-24")),
    ],
)
def test_a_period_is_named_as_people_do(desk: ClerksDesk, said: str, days: tuple[str, str]) -> None:
    """A year, a month by name or number, or nothing for this month so far."""
    app = desk.app
    period = period_of(said, zone=app.settings.zone(), at=app.clock.now())
    assert (period.first.isoformat(), period.last.isoformat()) == days


@pytest.mark.parametrize(
    "said", ["Ma 2026", "next year", "2026-13", "2199", "20260", "M\u00e4r 2026"]
)
def test_a_period_that_is_none_is_refused(desk: ClerksDesk, said: str) -> None:
    """An ambiguous month, no month, or one that has not come."""
    app = desk.app
    with pytest.raises(OperatorError):
        period_of(said, zone=app.settings.zone(), at=app.clock.now())
