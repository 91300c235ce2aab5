"""Preserving in the run that opens a case: a whole town on loopback, its pictures too."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.errors import OperatorError
from config.types import CaseId, EvidenceKind, MailKind, Severity
from monitor.cases import attachments, preserve
from monitor.cases.copying import purge_stopped, stop_copying
from monitor.cases.kept import file_faults
from monitor.cases.request import request_removal
from monitor.checks.picture import picture_hash
from monitor.demo.crest import crest
from monitor.demo.faults import Fault, FaultKind
from monitor.demo.world import Body, Site
from monitor.doctor import examine
from tests.integration.pipeline.village import DAY, SALE, THREAT, Village

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from monitor.diagnosis import Check
    from storage.evidence import EvidenceFolder
    from storage.values import KeptFile

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """A village whose accounts were read before, so that what follows is new."""
    with Village(tmp_path) as town:
        yield town


def settled(village: Village, site: Site, *, more: str = "") -> str:
    """Register an account, read it once, and return its label."""
    label = village.account(site, more=more)
    village.publish(label, "The market is on Friday.", ago=2 * DAY)
    village.scan()
    return label


def show(village: Village, label: str, text: str, *, pictures: int = 1) -> str:
    """Publish a post with pictures a minute from now; return its id."""
    title = "News" if village.world.account(label).site is Site.FEED else ""
    body = Body(text=text, title=title, pictures=("",) * pictures)
    return village.world.publish(label, village.clock.now() + MINUTE, body=body)


def pictures_asked(village: Village) -> list[str]:
    """Return the pictures that were asked for; no credential says for which account."""
    return [one.path for one in village.script.requests("") if "/media/" in one.path]


def files(village: Village, kind: EvidenceKind) -> list[KeptFile]:
    """Return what is kept of the only case, of one kind."""
    return [one for one in village.store.preserved(village.case().id).files if one.kind is kind]


@pytest.mark.parametrize("site", [Site.X, Site.FACEBOOK, Site.FEED])
def test_the_run_that_opens_a_case_keeps_what_it_rests_on(village: Village, site: Site) -> None:
    """Answer, profile and every picture, each committed to and readable, in one scan."""
    label = settled(village, site)
    show(village, label, SALE, pictures=2)
    village.scan(after=HOUR)
    kept = files(village, EvidenceKind.PICTURE)
    own = [one for one in kept if one.version == village.case().findings[0].version]
    assert [(one.width, one.height, one.media_type) for one in own] == [(128, 128, "image/png")] * 2
    folder = village.app.evidence
    assert all(one.picture_hash == picture_hash(folder.read(one.sha256)) for one in own)
    (answer,) = files(village, EvidenceKind.ANSWER)
    assert "id" in json.loads(folder.read(answer.sha256))
    if site is not Site.FEED:
        (face,) = files(village, EvidenceKind.PROFILE)
        assert json.loads(folder.read(face.sha256))["fields"]["name"] == "Fernbeck Town Council"
    assert village.store.to_preserve(as_of=village.clock.now()) == []
    assert list(file_faults(village.store, folder)) == []
    assert village.store.verify_ledger().faults == ()


def test_a_second_run_keeps_nothing_twice(village: Village) -> None:
    """Nothing is fetched again, and the ledger does not grow by it."""
    label = settled(village, Site.X)
    show(village, label, SALE)
    village.scan(after=HOUR)
    before = village.store.preserved(village.case().id)
    asked = pictures_asked(village)
    assert len(asked) == 1
    village.scan(after=HOUR)
    assert village.store.preserved(village.case().id) == before
    assert pictures_asked(village) == asked


def test_the_picture_of_the_account_is_kept_as_it_was(village: Village) -> None:
    """The profile's own picture is fetched with the case, and is not taken for the post's."""
    label = settled(village, Site.X)
    account = village.world.account(label)
    village.world._accounts[label] = replace(account, picture=crest())
    village.publish(label, SALE, ago=-MINUTE)
    village.scan(after=DAY)
    kept = files(village, EvidenceKind.PICTURE)
    assert [village.app.evidence.read(one.sha256) for one in kept] == [crest()]
    assert village.store.pictures_of_removed() == []


def test_an_urgent_mail_leaves_after_the_keeping_and_is_held_no_longer(village: Village) -> None:
    """In the outbox it carries a bounded wait; when the run has ended it is due."""
    label = settled(village, Site.X)
    show(village, label, THREAT)
    village.scan(after=HOUR)
    now = village.clock.now()
    (mail,) = village.store.mails(kind=MailKind.URGENT)
    assert [one.next_at for one in mail.recipients] == [now]
    assert len(files(village, EvidenceKind.PICTURE)) == 1


def test_a_kill_before_the_keeping_is_made_good(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The case is open, its mail leaves within half a minute, and the next run keeps it all."""
    label = settled(village, Site.X)
    show(village, label, THREAT)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("monitor.judging.preserve_judged", killed)
        with pytest.raises(KeyboardInterrupt):
            village.scan(after=HOUR)
    (mail,) = village.store.mails(kind=MailKind.URGENT)
    held = mail.recipients[0].next_at - village.clock.now()
    assert held == preserve.HELD_FOR
    assert village.store.preserved(village.case().id).files == ()
    village.restart()
    village.scan(after=MINUTE)
    assert len(files(village, EvidenceKind.PICTURE)) == 1
    assert len(files(village, EvidenceKind.ANSWER)) == 1


def test_no_patience_is_no_refusal(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run without time for pictures leaves them due, with words and answers kept."""
    label = settled(village, Site.X)
    show(village, label, SALE, pictures=2)
    real = preserve.preserve
    monkeypatch.setattr(
        "monitor.cases.preserve.preserve",
        lambda app, *, as_of: real(app, as_of=as_of, patience_s=0),
    )
    village.scan(after=HOUR)
    assert len(files(village, EvidenceKind.ANSWER)) == 1
    assert files(village, EvidenceKind.PICTURE) == []
    (due,) = village.store.to_preserve(as_of=village.clock.now())
    assert len(due.pictures) == 2
    assert real(village.app, as_of=village.clock.now()).files == 2


def test_a_server_of_pictures_in_trouble_is_asked_again_later(village: Village) -> None:
    """The failure is said with its reason, waits ten minutes, and ends when it is kept."""
    label = settled(village, Site.X)
    show(village, label, SALE)
    village.script.next_answers("", Fault(kind=FaultKind.SERVER_ERROR, status=503))
    village.scan(after=HOUR)
    case = village.case().id
    (waiting,) = village.store.preserved(case).unkept
    assert (waiting.is_final, waiting.attempts) == (False, 1)
    assert "in trouble (503)" in waiting.why
    assert waiting.next_at == village.clock.now() + 10 * MINUTE
    village.scan(after=MINUTE)
    assert len(pictures_asked(village)) == 1
    village.scan(after=HOUR)
    assert len(files(village, EvidenceKind.PICTURE)) == 1
    assert village.store.preserved(case).unkept == ()


def test_a_picture_that_never_comes_is_refused_in_the_end(village: Village) -> None:
    """After several days of trouble it is said for good, and the server is left alone."""
    label = settled(village, Site.X)
    show(village, label, SALE)
    trouble = Fault(kind=FaultKind.SERVER_ERROR, status=503)
    village.script.next_answers("", *[trouble] * 20)
    for _ in range(10):
        village.scan(after=2 * DAY)
    (refused,) = village.store.preserved(village.case().id).unkept
    assert (refused.is_final, refused.attempts) == (True, 6)
    assert len(pictures_asked(village)) == 6


def test_a_login_wall_waits_for_a_new_address(village: Village) -> None:
    """A page where a picture was due is not kept; the next reading's address is tried."""
    label = settled(village, Site.X)
    show(village, label, SALE)
    village.script.next_answers("", Fault(kind=FaultKind.HTML))
    village.scan(after=HOUR)
    (waiting,) = village.store.preserved(village.case().id).unkept
    assert (waiting.is_final, waiting.next_at) == (False, None)
    assert "a page came" in waiting.why
    village.scan(after=HOUR)
    assert len(files(village, EvidenceKind.PICTURE)) == 1


def test_an_edited_post_has_both_versions_pictures_kept(village: Village) -> None:
    """While the case is open, what is shown later is kept too."""
    label = settled(village, Site.X)
    post = show(village, label, SALE)
    village.scan(after=HOUR)
    body = Body(text=f"{SALE} Today!", pictures=("", ""))
    village.world.edit(post, village.clock.now() + MINUTE, body=body)
    village.scan(after=HOUR)
    own = {one.version for one in files(village, EvidenceKind.PICTURE)}
    assert len(own) == 2
    assert len(files(village, EvidenceKind.ANSWER)) == 2


def test_too_many_pictures_are_said(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound each picture is refused, in the record and for the paper."""
    monkeypatch.setattr("monitor.cases.preserve.MOST_PICTURES", 2)
    label = settled(village, Site.X)
    show(village, label, SALE, pictures=4)
    village.scan(after=HOUR)
    preserved = village.store.preserved(village.case().id)
    assert len([one for one in preserved.files if one.kind is EvidenceKind.PICTURE]) == 2
    assert [one.is_final for one in preserved.unkept] == [True, True]
    assert "no more than 2 pictures" in preserved.unkept[0].why
    assert village.store.verify_ledger().faults == ()


# --- a folder that refuses ---------------------------------------------------------------------


def broken(village: Village) -> EvidenceFolder:
    """Put a file where the folder of evidence belongs."""
    root = village.app.evidence.root
    if root.is_dir():
        root.rename(root.with_name("aside"))
    root.write_text("")
    return village.app.evidence


def examined(village: Village) -> dict[str, Check]:
    """Return what doctor says, by what it is about."""
    app = village.app
    checks = examine(app.settings, environ=village.environ, clock=village.clock)
    return {check.name: check for check in checks}


def mended(village: Village) -> None:
    """Put the folder back."""
    root = village.app.evidence.root
    root.unlink()
    aside = root.with_name("aside")
    if aside.exists():
        aside.rename(root)


def test_a_folder_that_refuses_loses_nothing(village: Village) -> None:
    """Words are stored, the urgent mail goes, the supplier is told once, the next run keeps all."""
    village.add('[[people]]\nrole = "technical"\nname = "Tech"\nemail = "it@supplier.example"\n')
    label = settled(village, Site.X)
    folder = broken(village)
    show(village, label, THREAT)
    village.scan(after=HOUR)
    case = village.case()
    assert case.text == THREAT
    (urgent,) = village.store.mails(kind=MailKind.URGENT)
    assert urgent.recipients[0].next_at == village.clock.now()
    village.scan(after=MINUTE)
    (told,) = village.store.mails(kind=MailKind.TECHNICAL)
    assert str(folder.root).encode() in told.body.replace(b"=\r\n", b"").replace(b"=\n", b"")
    assert village.store.preserved(case.id).files == ()
    village.clock.advance(3 * HOUR)
    said = examined(village)
    assert said["evidence"].state == "fault"
    assert str(folder.root) in said["evidence"].what
    assert said["evidence"].remedy
    assert (said["evidence kept"].state, "case" in said["evidence kept"].what) == ("look", True)
    mended(village)
    village.scan(after=HOUR)
    assert len(files(village, EvidenceKind.PICTURE)) == 1
    assert "evidence kept" not in examined(village)
    assert examined(village)["evidence"].state == "well"


def test_asking_for_removal_is_held_up_by_no_folder(village: Village) -> None:
    """Words and hash are there: the request is written while files cannot be kept."""
    label = settled(village, Site.X, more='owner_email = "jo@fernbeck-tc.gov.uk"\n')
    broken(village)
    show(village, label, THREAT)
    village.scan(after=HOUR)
    made = request_removal(
        village.app, village.case().id, by="Clerk", because="", at=village.clock.now()
    )
    assert made.is_new


def test_nothing_kept_at_all_is_refused(village: Village) -> None:
    """An account of which no word and no file is kept has to give a screenshot first."""
    label = settled(village, Site.X, more='owner_email = "jo@fernbeck-tc.gov.uk"\n')
    post = village.world.publish(
        label, village.clock.now() + MINUTE, body=Body(text="", pictures=())
    )
    village.scan(after=HOUR)
    (version,) = [one for one in village.versions() if one.subject_platform_id == post]
    with village.store.writing() as steps:
        case = steps.open_case(
            version.subject,
            severity=Severity.REVIEW,
            history=False,
            due_at=village.clock.now() + DAY,
            at=village.clock.now(),
            by="Clerk",
        )
    with pytest.raises(OperatorError, match="cases attach"):
        request_removal(village.app, case, by="Clerk", because="", at=village.clock.now())
    attachments.attach(
        village.app, case, name="shot.png", data=crest(), by="Clerk", at=village.clock.now()
    )
    assert request_removal(village.app, case, by="Clerk", because="", at=village.clock.now()).is_new


# --- do not copy -------------------------------------------------------------------------------


def test_what_must_not_be_copied_is_gone_and_never_fetched_again(village: Village) -> None:
    """Media, addresses and salts go; words and the answer stay; a later reading fetches nothing."""
    label = settled(village, Site.X)
    show(village, label, SALE, pictures=2)
    village.scan(after=HOUR)
    case = village.case().id
    names = [one.sha256 for one in files(village, EvidenceKind.PICTURE)]
    stop_copying(village.store, case, by="Clerk", because="", at=village.clock.now())
    assert purge_stopped(village.store, village.app.evidence, at=village.clock.now()) == 2
    assert set(names).isdisjoint(village.app.evidence.names())
    asked = pictures_asked(village)
    assert len(asked) == 2
    village.scan(after=HOUR)
    assert pictures_asked(village) == asked
    assert files(village, EvidenceKind.PICTURE) == []
    assert len(files(village, EvidenceKind.ANSWER)) == 1
    assert village.store.verify_ledger().faults == ()


def test_a_kill_between_stopping_and_purging_is_made_good(village: Village) -> None:
    """The next run finds in the database what is due, and takes it away."""
    label = settled(village, Site.X)
    show(village, label, SALE)
    village.scan(after=HOUR)
    stop_copying(village.store, village.case().id, by="Clerk", because="", at=village.clock.now())
    assert len(files(village, EvidenceKind.PICTURE)) == 1
    village.restart()
    village.scan(after=HOUR)
    assert files(village, EvidenceKind.PICTURE) == []
    assert list(file_faults(village.store, village.app.evidence)) == []


# --- files that a person gives -----------------------------------------------------------------


@pytest.fixture
def case(village: Village) -> CaseId:
    """A case on a post."""
    label = settled(village, Site.X)
    village.publish(label, SALE, ago=-MINUTE)
    village.scan(after=HOUR)
    return village.case().id


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("screenshot.png", "screenshot.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\jo\\shot.png", "shot.png"),
        ("shot\r\nBcc: everybody@example.png", "shot Bcc: everybody@example.png"),
        ("\x1b[31mred.png", "red.png"),
        ("", "a file without a name"),
        ("..", ".."),
    ],
)
def test_a_name_is_words_and_never_a_path(
    village: Village, case: CaseId, name: str, shown: str
) -> None:
    """The file lies under its hash; what it was called is read, not obeyed."""
    kept = attachments.attach(
        village.app, case, name=name, data=crest(), by="Clerk", at=village.clock.now()
    )
    assert kept.name == shown
    assert village.app.evidence.read(kept.sha256) == crest()
    assert {place.name for place in village.app.evidence.root.iterdir()} >= {kept.sha256[:2]}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "is empty"),
        (b"\x00\x00\x00\x20ftypisom", "films are not kept"),
        (b"ID3\x03", "sound is not kept"),
        (b"MZ\x90\x00\x03", "is not kept"),
        (b"x" * 20_000_001, "larger than 20 megabytes"),
    ],
)
def test_what_is_no_paper_and_no_picture_is_refused(
    village: Village, case: CaseId, data: bytes, expected: str
) -> None:
    """With the reason, and nothing is written."""
    before = sorted(village.app.evidence.names())
    with pytest.raises(OperatorError, match=expected):
        attachments.attach(
            village.app, case, name="x", data=data, by="Clerk", at=village.clock.now()
        )
    assert sorted(village.app.evidence.names()) == before


@pytest.mark.parametrize("data", [b"%PDF-1.7 a letter", "Dear Clerk, I saw it. Ünal".encode()])
def test_letters_are_kept_as_they_are(village: Village, case: CaseId, data: bytes) -> None:
    """A PDF and plain text; twice is once."""
    for _ in range(2):
        attachments.attach(
            village.app, case, name="letter", data=data, by="Clerk", at=village.clock.now()
        )
    (kept,) = files(village, EvidenceKind.ATTACHMENT)
    assert village.app.evidence.read(kept.sha256) == data


def test_nothing_is_given_to_what_must_not_be_copied(village: Village, case: CaseId) -> None:
    """A screenshot of it would be a copy."""
    stop_copying(village.store, case, by="Clerk", because="", at=village.clock.now())
    with pytest.raises(OperatorError, match="must not be copied"):
        attachments.attach(
            village.app, case, name="x", data=crest(), by="Clerk", at=village.clock.now()
        )
    with pytest.raises(OperatorError, match="no case 77"):
        attachments.attach(
            village.app, CaseId(77), name="x", data=crest(), by="Clerk", at=village.clock.now()
        )
