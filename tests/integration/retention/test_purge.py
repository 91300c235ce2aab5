"""Purging in a village: what goes, that nothing of it is left, and what stays whole."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import AccountId, HoldReason, RunKind
from monitor import morning
from monitor.cases.holds import put_hold, release_hold
from monitor.cases.kept import file_faults
from monitor.demo.world import Site
from monitor.rescan import Range, rescan
from monitor.retention.purge import Purge, erase, plan, purge
from tests.integration.pipeline.village import DAY, SALE, Village
from tests.lib import records

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from config.errors import MailError
    from storage.values import Seen

CANARY = "Brackenfield"
POST = f"20% off all kitchens at {CANARY}'s this weekend. Use code TOWN20."
MINUTE = timedelta(minutes=1)


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """A village with nothing in it."""
    with Village(tmp_path) as made:
        yield made


def flagged(village: Village, site: Site = Site.X, text: str = POST) -> str:
    """Read an account, then a post that opens a case; return the account's label."""
    label = village.account(site)
    village.publish(label, "The market is on Friday.", ago=2 * DAY)
    village.scan()
    village.publish(label, text, ago=-MINUTE)
    village.scan(after=timedelta(hours=1))
    assert village.case().text == text
    return label


class Taking:
    """A mail server that takes everything."""

    def send(
        self, body: bytes, sender: str, recipients: Sequence[str]
    ) -> Mapping[str, MailError | None]:
        """Take a mail for everybody."""
        return dict.fromkeys(recipients)


def day(village: Village, days: float = 1) -> Purge:
    """Let days pass; each morning mail leaves, and the purge is done."""
    village.clock.advance(days * DAY)
    village._app = replace(village.app, transport=Taking())
    morning.send(village.app, by="test", within_s=5)
    return purge(village.app, now=village.clock.now())


def left(folder: Path, words: str) -> list[str]:
    """Return the files below a folder in which words stand, whatever they are."""
    return [
        str(one.relative_to(folder))
        for one in folder.rglob("*")
        if one.is_file() and words.encode() in one.read_bytes() and one.suffix != ".toml"
    ]


def test_a_post_that_is_gone_goes_a_week_after_the_clerk_was_told(
    village: Village, tmp_path: Path
) -> None:
    """Told first, under an open case too; then no file of the machine has a word of it."""
    label = flagged(village)
    case = village.case()
    village.delete(label, POST)
    village.scan(after=DAY, insist=True)
    village.scan(after=DAY, insist=True)
    assert left(tmp_path, CANARY)

    told_on = None
    for number in range(40):
        done = day(village)
        text = morning.compose(village.app, now=village.clock.now()).text
        if told_on is None and f"kept of case {case.id} are erased" in " ".join(text.split()):
            told_on = number
        if done.gone:
            assert told_on is not None
            assert number >= told_on + 7
            break
        assert village.case().text == POST
    else:
        pytest.fail("it never went")

    assert [one.cases for one in done.gone] == [(case.id,)]
    assert done.trouble == []
    village.store.close()
    assert left(tmp_path, CANARY) == []
    village.restart()
    store = village.store
    assert store.verify_ledger().faults == ()
    assert list(file_faults(store, village.app.evidence)) == []
    assert village.case().text == ""
    assert store.search(CANARY).hits == ()
    assert CANARY not in morning.compose(village.app, now=village.clock.now()).text
    assert day(village).gone == []


def test_a_hold_keeps_it_and_its_release_lets_it_go_after_a_new_warning(
    village: Village,
) -> None:
    """However long it lasts; what was announced is withdrawn, and told again afterwards."""
    label = flagged(village)
    village.delete(label, POST)
    village.scan(after=DAY, insist=True)
    day(village, 10)
    held = put_hold(village.store, by="Jo Marsh", because="FOI request 17", at=village.clock.now())
    for _ in range(3):
        done = day(village, 20)
        assert (done.gone, done.mails) == ([], 0)
        assert len(done.held) >= 1
    assert village.store.purge_notices() == []
    assert village.case().text == POST

    release_hold(village.store, held.id, by="Jo Marsh", because="answered", at=village.clock.now())
    assert day(village, 0).gone == []
    (notice,) = village.store.purge_notices()
    assert notice.due_at == village.clock.now() + 7 * DAY
    assert day(village, 6).gone == []
    assert [bool(day(village).gone) for _ in range(9)].count(True) == 1
    assert village.case().text == ""


def test_the_councils_decision_keeps_evidence_beyond_the_platforms_limit(
    village: Village,
) -> None:
    """With it the case's own time counts; what has no case still goes by the platform's."""
    village.add('\n[retention]\nevidence_basis = "Full council, minute 112"\n')
    label = flagged(village)
    village.delete(label, POST)
    village.delete(label, "The market is on Friday.")
    village.scan(after=DAY, insist=True)
    gone = [one for _ in range(40) for one in day(village).gone]
    assert village.case().text == POST
    assert [one.cases for one in gone] == [()]


def test_rescan_says_not_judged_and_withdraws_nothing(village: Village) -> None:
    """Purged words cannot be judged: what was found in them stays as it is."""
    label = flagged(village)
    village.delete(label, POST)
    village.scan(after=DAY, insist=True)
    before = [found.id for found in village.case().findings]
    for _ in range(40):
        if day(village).gone:
            break
    done = rescan(village.app, Range(), as_of=village.clock.now(), dry_run=False)
    assert (done.purged >= 1, done.outcome.not_judged >= done.purged) == (True, True)
    assert done.outcome.withdrawn == ()
    case = village.case()
    assert [found.id for found in case.findings] == before
    assert [found.finding.quote for found in case.findings] == [None] * len(before)
    texts = [one.words.text for one in village.versions(label)]
    assert "" not in texts
    assert village.store.stale_versions(
        {AccountId(label): "another"}
    ) == village.store.stale_versions({AccountId(label): "another"})


def test_what_is_shown_again_is_kept_and_judged_again(village: Village) -> None:
    """A mistaken removal that the platform undoes, or an older post read anew in a sweep."""
    label = flagged(village)
    post = village.delete(label, POST)
    village.scan(after=DAY, insist=True)
    for _ in range(40):
        if day(village).gone:
            break
    assert village.case().text == ""
    store, now = village.store, village.clock.now()
    run = store.begin_run(RunKind.SCAN, by="test", at=now)
    shown = records.post(post, POST, read_at=now, published_at=now - 40 * DAY)
    known = sqlite3.connect(village.folder / "clerkwatch.db")
    (digest,) = known.execute(
        "SELECT content_hash FROM version WHERE purged_at IS NOT NULL"
    ).fetchone()
    known.close()
    store.record(run, AccountId(label), [replace(shown, content_hash=digest)])
    assert village.case().text == POST
    assert store.verify_ledger().faults == ()
    assert [one.words.text for one in village.versions(label) if one.words.text == POST] == [POST]
    assert store.search(CANARY).hits != ()


def test_dry_run_says_the_same_and_changes_nothing(village: Village) -> None:
    """The plan is what the purge then does."""
    label = village.account(Site.X)
    village.publish(label, "The market is on Friday.", ago=2 * DAY)
    village.scan()
    village.clock.advance(200 * DAY)
    head = village.store.ledger_head()
    retention, now = village.app.settings.retention, village.clock.now()
    planned = plan(village.store, retention=retention, now=now)
    assert village.store.ledger_head() == head
    done = purge(village.app, now=now)
    assert [one.subject for one in planned.gone] == [one.subject for one in done.gone]
    assert planned.gone
    assert village.store.ledger_head()[0] == head[0] + len(done.gone)


def comment(platform_id: str, author: str, text: str, village: Village) -> Seen:
    """Return a reading of what somebody else wrote on an account."""
    now = village.clock.now()
    shown = records.post(platform_id, text, read_at=now, published_at=now)
    return replace(shown, author=author, parent_id="1")


def test_what_other_people_wrote_goes_early_and_without_their_name(
    village: Village, tmp_path: Path
) -> None:
    """Thirty days after it was last seen; the name goes with the words."""
    label = AccountId(village.account(Site.FACEBOOK))
    village.scan()
    run = village.store.begin_run(RunKind.SCAN, by="test", at=village.clock.now())
    text = f"I live at {CANARY} Lane"
    village.store.record(run, label, [comment("77", "Wilhelmina Quibble", text, village)])
    village.clock.advance(31 * DAY)
    done = purge(village.app, now=village.clock.now())
    assert [one.account for one in done.gone] == [label]
    village.store.close()
    assert left(tmp_path, CANARY) == left(tmp_path, "Quibble") == []
    village.restart()


def test_export_and_erasure_by_author(village: Village, tmp_path: Path) -> None:
    """Everything held about somebody is listed; then it goes, and only theirs."""
    label = AccountId(village.account(Site.FACEBOOK))
    village.scan()
    store = village.store
    run = store.begin_run(RunKind.SCAN, by="test", at=village.clock.now())
    mine = comment("77", "Wilhelmina Quibble", f"I live at {CANARY} Lane", village)
    store.record(run, label, [mine, comment("78", "Another One", "Good morning.", village)])
    (held,) = store.by_author("Wilhelmina Quibble")
    assert [text for _, text in held.texts] == [mine.words.text if mine.words else ""]
    assert store.by_author("") == store.by_author("wilhelmina") == []

    now = village.clock.now()
    hold = put_hold(
        store, by="Jo Marsh", because="", reason=HoldReason.POLICE, at=now, account=label
    )
    assert erase(village.app, "Wilhelmina Quibble", also_cases=False, now=now).gone == []
    release_hold(store, hold.id, by="Jo Marsh", because="over", at=now)
    done = erase(village.app, "Wilhelmina Quibble", also_cases=False, now=now)
    assert len(done.gone) == 1
    assert store.by_author("Wilhelmina Quibble") == []
    assert len(store.by_author("Another One")) == 1
    assert store.verify_ledger().faults == ()
    store.close()
    assert left(tmp_path, CANARY) == left(tmp_path, "Quibble") == []
    village.restart()


def test_old_mails_lose_their_bytes_unless_somebody_waits_for_them(village: Village) -> None:
    """What was sent long ago goes; what waits is never touched."""
    store, at = village.store, village.clock.now()
    with store.writing() as steps:
        steps.queue_mail(records.mail("digest:2020-01-01"), at=at - 800 * DAY)
        steps.queue_mail(records.mail("digest:2020-01-02"), at=at - 799 * DAY)
    sent = store.mail("digest:2020-01-01")
    assert sent is not None
    store.settle_recipient(sent.id, sent.recipients[0].address, accepted=True, at=at)
    done = purge(village.app, now=at)
    assert done.mails == 1
    gone, waiting = store.mail("digest:2020-01-01"), store.mail("digest:2020-01-02")
    assert gone is not None
    assert waiting is not None
    assert (gone.body, bool(waiting.body)) == (b"", True)
    assert store.verify_ledger().faults == ()
    assert purge(village.app, now=at).mails == 0


def test_a_sale_is_what_the_others_rest_on() -> None:
    """The canary's post differs from the village's own by one name only."""
    assert SALE.replace("Bradley", CANARY) == POST
