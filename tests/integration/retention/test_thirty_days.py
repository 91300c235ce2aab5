"""YouTube's thirty days: a stored copy is refreshed in time, or nothing of it is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import MailKind, Outcome
from monitor.cases.decisions import dismiss
from monitor.cases.holds import put_hold
from monitor.rescan import Range, rescan
from monitor.retention.purge import purge
from tests.integration.pipeline.village import DAY, YOUTUBE, Village, with_youtube
from tests.integration.retention.test_purge import CANARY, POST, Taking, day, left
from tests.lib import records
from tests.lib.http_server import Reply
from tests.lib.youtube_server import VIDEOS, YouTubeTown, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from monitor.retention.purge import Purge
    from tests.lib.youtube_server import Channel

HOUR = timedelta(hours=1)
MONTH = 30 * DAY
HARMLESS = "The allotments open in Quernmore Lane."
MANY = 2000


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """Return a village whose council has a channel."""
    with Village(tmp_path) as made:
        yield made


@pytest.fixture
def town(village: Village) -> Iterator[YouTubeTown]:
    """Run YouTube by the village's clock, with the council's channel registered."""
    with with_youtube(village) as running:
        yield running


@pytest.fixture
def fern(town: YouTubeTown, village: Village) -> Channel:
    """Open the channel with a harmless video, and one that opens a case."""
    channel = town.channel("Fernbeck Town Council", "fernbeck")
    town.upload(channel, "Allotments", HARMLESS, at=village.clock.now() - DAY)
    village.scan()
    town.upload(channel, "Kitchens", POST, at=village.clock.now() + timedelta(minutes=30))
    village.scan(after=HOUR)
    assert POST in village.case().text
    return channel


def live(village: Village, days: int, *, step: int = 1) -> list[Purge]:
    """Let days pass, each with a reading and a night's purge; a morning mail where it matters."""
    done = []
    for _ in range(0, days, step):
        village.clock.advance(step * DAY)
        village.scan(YOUTUBE, insist=True)
        if village.store.purge_notices():
            done.append(day(village, 0))
        else:
            done.append(purge(village.app, now=village.clock.now()))
    return done


def is_kept(village: Village, words: str) -> bool:
    """Tell whether words are still kept of a video."""
    return any(words in one.words.text for one in village.versions(YOUTUBE))


def announced(village: Village) -> list[str]:
    """Return the keys of morning mails that said that something will be erased."""
    return [
        mail.key for mail in village.store.mails(kind=MailKind.DIGEST) if b"are erased" in mail.body
    ]


def last_shown(village: Village) -> datetime:
    """Return when words of the case's post were last shown."""
    return max(
        one.seen_until
        for lot in village.store.purgeable(seen_before=village.clock.now())
        for one in lot
        if one.cases
    )


@pytest.mark.usefixtures("town", "fern")
def test_a_decided_case_is_kept_by_reading_it_again_and_nobody_is_warned(
    village: Village, town: YouTubeTown
) -> None:
    """Long after the look-back its copy is never older than a fortnight and a day."""
    dismiss(village.store, village.case().id, by="Jo", because="ours", at=village.clock.now())
    live(village, 40, step=5)
    before = town.asked().count(VIDEOS)
    for _ in range(20):
        live(village, 3, step=3)
        assert village.clock.now() - last_shown(village) <= 17 * DAY
    assert POST in village.case().text
    assert village.store.purge_notices() == []
    assert announced(village) == []
    # One request for both videos a fortnight; nothing else of that age is asked for.
    assert town.asked().count(VIDEOS) - before <= 60 / 14 + 1


@pytest.mark.usefixtures("town", "fern")
def test_what_has_no_case_is_refreshed_for_as_long_as_the_council_keeps_it(
    village: Village,
) -> None:
    """Then it goes like everything else, and is not read again for ever."""
    village.add('\n[retention]\nclean = "60d"\n')
    village.restart()
    live(village, 55, step=5)
    assert is_kept(village, HARMLESS)
    gone = [one for done in live(village, 45, step=3) for one in done.gone]
    assert not is_kept(village, HARMLESS)
    assert [one.cases for one in gone] == [()]
    assert "asks that copies which are not refreshed go" in gone[0].why


@pytest.mark.usefixtures("fern")
def test_what_cannot_be_refreshed_is_gone_in_thirty_days_under_an_open_case_too(
    village: Village, town: YouTubeTown, tmp_path: Path
) -> None:
    """The key is dead: the Clerk is told a week before, then no file has a word of it."""
    shown_at = last_shown(village)
    case = village.case().id
    findings = [found.id for found in village.case().findings]
    town.next(VIDEOS, *[refusal(400, "keyInvalid")] * MANY)
    village.environ["CLERKWATCH_SECRET_YOUTUBE"] = "another"
    village.restart()
    told_at = None
    while not (gone := [one for one in live(village, 1)[0].gone if one.cases]):
        if told_at is None and announced(village):
            told_at = village.clock.now()
        assert village.clock.now() - shown_at < 30 * DAY
    assert village.clock.now() - shown_at <= 30 * DAY
    assert told_at is not None
    assert village.clock.now() - told_at >= 7 * DAY
    assert (case,) in [one.cases for one in gone]  # and the case of its profile
    assert village.case().text == ""
    assert [found.finding.quote for found in village.case().findings] == [None] * len(findings)
    assert village.store.search(CANARY).hits == ()
    day(village)
    village.store.close()
    assert left(tmp_path, CANARY) == left(tmp_path, "Quernmore") == []
    village.restart()
    assert village.store.verify_ledger().faults == ()

    said = rescan(village.app, Range(), as_of=village.clock.now(), dry_run=False)
    assert said.purged >= 1
    assert said.outcome.withdrawn == ()
    assert [found.id for found in village.case().findings] == findings


@pytest.mark.parametrize("how", ["a hold", "a decision"])
@pytest.mark.usefixtures("fern")
def test_a_hold_or_the_councils_decision_keeps_the_case(
    village: Village, town: YouTubeTown, how: str
) -> None:
    """And with the decision only the case: what has none goes."""
    town.next(VIDEOS, *[refusal(400, "keyInvalid")] * MANY)
    if how == "a hold":
        put_hold(village.store, by="Jo", because="FOI request 17", at=village.clock.now())
    else:
        village.add('\n[retention]\nevidence_basis = "Full council, minute 112"\n')
    village.environ["CLERKWATCH_SECRET_YOUTUBE"] = "another"
    village.restart()
    live(village, 45, step=3)
    assert POST in village.case().text
    assert is_kept(village, HARMLESS) is (how == "a hold")


@pytest.mark.usefixtures("fern")
def test_an_outage_of_three_weeks_costs_no_word(village: Village, town: YouTubeTown) -> None:
    """It is read again as soon as YouTube answers; what was announced is taken back."""
    dismiss(village.store, village.case().id, by="Jo", because="ours", at=village.clock.now())
    live(village, 45, step=3)
    town.next(VIDEOS, *[Reply(status=503)] * MANY)
    live(village, 21, step=3)
    town.forget_troubles()
    live(village, 2)
    assert POST in village.case().text
    assert village.clock.now() - last_shown(village) <= 3 * DAY
    assert village.store.purge_notices() == []


@pytest.mark.usefixtures("fern")
def test_a_video_that_was_taken_down_cannot_be_refreshed_and_goes(
    village: Village, town: YouTubeTown
) -> None:
    """Found out at the next refreshing, long after the look-back, and not asked for again."""
    dismiss(village.store, village.case().id, by="Jo", because="ours", at=village.clock.now())
    live(village, 40, step=5)
    video = next(each.id for each in town._videos.values() if each.title == "Kitchens")
    town.remove(video)
    done = live(village, 42, step=3)
    assert [one.cases for each in done for one in each.gone] == [(village.case().id,)]
    assert village.case().text == ""
    before = town.asked().count(VIDEOS)
    live(village, 5)
    assert town.asked().count(VIDEOS) - before <= 1


@pytest.mark.usefixtures("fern")
def test_a_fault_that_leaves_out_every_older_video_is_no_deletion(
    village: Village, town: YouTubeTown, fern: Channel
) -> None:
    """Nothing known is left at once: whether they are gone cannot be told."""
    dismiss(village.store, village.case().id, by="Jo", because="ours", at=village.clock.now())
    for number in range(4):
        town.upload(fern, f"Notice {number}", at=village.clock.now() - DAY)
    village.scan(after=HOUR)
    live(village, 45, step=3)
    for each in town._videos.values():
        each.state = "private"
    live(village, 20, step=2)
    shown = village.store.due_posts(
        village.app.register[0].id, as_of=village.clock.now(), look_back=365 * DAY
    )
    assert {post.last_outcome for post in shown} <= {Outcome.PRESENT, Outcome.CANNOT_TELL}


@pytest.mark.usefixtures("fern")
def test_a_mail_that_tells_of_other_cases_too_loses_its_bytes_with_the_first(
    village: Village,
) -> None:
    """And so does what a search found, which may quote any post; later mails stay."""
    store, at = village.store, village.clock.now()
    case = village.case().id
    paper = replace(records.mail("found:1"), kind=MailKind.PAPER, cases=())
    both = replace(records.mail("digest:1"), cases=(case,))
    with store.writing() as steps:
        steps.queue_mail(paper, at=at)
        steps.queue_mail(both, at=at)
    for key in ("found:1", "digest:1"):
        mail = store.mail(key)
        assert mail is not None
        store.settle_recipient(mail.id, mail.recipients[0].address, accepted=True, at=at)
    village._app = replace(village.app, transport=Taking())
    assert purge(village.app, now=at).mails == 0
    (subject,) = {one.subject for one in village.versions(YOUTUBE) if POST in one.words.text}
    with store.writing() as steps:
        ids = [one.id for one in village.versions(YOUTUBE) if one.subject == subject]
        steps.purge_versions(
            subject, ids, why="a test", with_papers=False, forget_author=False, at=at + HOUR
        )
        steps.queue_mail(replace(records.mail("digest:2"), cases=(case,)), at=at + 2 * HOUR)
    later = store.mail("digest:2")
    assert later is not None
    store.settle_recipient(later.id, later.recipients[0].address, accepted=True, at=at)
    assert purge(village.app, now=at + 3 * HOUR).mails >= 2
    bodies = {
        key: mail.body for key in ("found:1", "digest:1", "digest:2") if (mail := store.mail(key))
    }
    assert (bodies["found:1"], bodies["digest:1"], bool(bodies["digest:2"])) == (b"", b"", True)
