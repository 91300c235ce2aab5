"""Much that is urgent in one hour: six mails, then one that lists the rest; what never waits."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

import pytest

from config.types import CaseState
from monitor.alerts.folding import is_list_due, put_list
from monitor.cases import decisions
from monitor.replying import handle_inbox
from storage.sql.repository import SqlTransaction
from tests.integration.alerts.small_town import CLERK, DEPUTY, NOW, SmallTown, small_town, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


PERSONAL = "Please ring Mrs Jane Miller of 4 Mill Lane, her NI number is AB12345{}C. QQ 12 34 56 C"
TODAY = """
[[polls]]
id = "parish.2026-11-23"
type = "parish"
date = 2026-11-23
area = "{area}"
"""


def subjects(town: SmallTown) -> list[str]:
    """Return the subjects of what the Clerk has got, without the codes."""
    return [re.sub(r" \[.*\]$", "", str(mail["Subject"])) for mail in town.deliver()]


def test_beyond_the_hours_number_one_mail_lists_the_rest(tmp_path: Path) -> None:
    """Of twenty, six have their own mail and fourteen one line each in a seventh; none is lost."""
    with small_town(tmp_path) as town:
        town.threaten(20)
        assert town.judge() == 7
        found = subjects(town)
        assert len(found) == 7
        assert found[-1] == "Urgent: 14 more matters to decide"
        last = town.mails(CLERK)[-1]
        listed = {int(one) for one in re.findall(r"Case (\d+), may breach", words(last))}
        own = {case.id for case in town.app.repository.cases()} - listed
        assert (len(listed), len(own)) == (14, 6)
        assert town.judge() == 0
        assert len(town.deliver()) == 7


def test_a_second_list_waits_until_the_hour_is_over(tmp_path: Path) -> None:
    """What comes in the same hour is kept, and told by the daemon's look when it is time."""
    with small_town(tmp_path, mail="urgent_per_hour = 1") as town:
        town.threaten(3)
        assert town.judge() == 2
        town.clock.advance(timedelta(minutes=59))
        town.threaten(2)
        assert town.judge() == 0
        assert not is_list_due(town.app, as_of=town.clock.now())
        town.clock.advance(timedelta(minutes=1, seconds=1))
        assert is_list_due(town.app, as_of=town.clock.now())
        assert put_list(town.app, as_of=town.clock.now())
        assert not put_list(town.app, as_of=town.clock.now())
        assert subjects(town)[1:] == [
            "Urgent: 2 more matters to decide",
            "Urgent: 2 more matters to decide",
        ]


@pytest.mark.parametrize(("area", "mails"), [("whole", 4), ("none", 2)])
def test_on_a_polling_day_nothing_waits(tmp_path: Path, area: str, mails: int) -> None:
    """While people in the town vote nothing waits; a poll elsewhere does not count."""
    with small_town(tmp_path, mail="urgent_per_hour = 1", more=TODAY.format(area=area)) as town:
        town.threaten(4)
        assert town.judge() == mails


def test_personal_data_never_waits(tmp_path: Path) -> None:
    """However many urgent mails there were, what shows somebody's details is told by itself."""
    with small_town(tmp_path, mail="urgent_per_hour = 1") as town:
        town.threaten(3)
        town.judge()
        town.threaten(2, text=PERSONAL)
        assert town.judge() == 2


def test_a_matter_that_is_settled_meanwhile_is_not_listed(tmp_path: Path) -> None:
    """Whoever decided in the hour between is not asked again."""
    with small_town(tmp_path, mail="urgent_per_hour = 1") as town:
        town.threaten(1)
        town.judge()
        town.threaten(1)
        town.judge()
        town.clock.advance(timedelta(minutes=5))
        town.threaten(1)
        town.judge()
        number = town.app.repository.cases()[-1].id
        decisions.dismiss(
            town.app.repository, number, by="Clerk", because="a quotation", at=town.clock.now()
        )
        before = len(town.app.repository.mails())
        town.clock.advance(timedelta(hours=2))
        assert not put_list(town.app, as_of=town.clock.now())
        assert len(town.app.repository.mails()) == before
        assert town.app.repository.folded() == []


def test_a_listed_case_can_be_decided_by_reply(tmp_path: Path) -> None:
    """The list has a code of its own; with a case's number a reply decides that case."""
    with small_town(tmp_path, mail="urgent_per_hour = 1") as town:
        town.threaten(3)
        town.judge()
        mail = town.deliver()[-1]
        number = int(re.findall(r"Case (\d+), may breach", words(mail))[0])
        reply = EmailMessage(policy=SMTP)
        reply["From"], reply["To"] = CLERK, str(mail["Reply-To"])
        reply["Subject"] = f"Re: {mail['Subject']}"
        reply.set_content(f"KEEP {number} because it is a line of the play\n")
        town.put(reply.as_bytes())
        assert handle_inbox(town.app).decided == 1
        [case] = [one for one in town.app.repository.cases() if one.id == number]
        assert case.state is CaseState.CLOSED
        assert len(town.mails(DEPUTY)) == 2


class _KilledError(RuntimeError):
    """The process ends here."""


def test_a_kill_between_the_list_and_its_note_repeats_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is listed and that it is listed commit together: afterwards there is one list."""
    with small_town(tmp_path, mail="urgent_per_hour = 1") as town:
        town.threaten(3)
        store = town.app.repository
        unfold = SqlTransaction.unfold

        def killed(self: SqlTransaction, keys: Sequence[str], *, told_by: str) -> None:
            if told_by:
                raise _KilledError
            unfold(self, keys, told_by=told_by)

        with monkeypatch.context() as patched:
            patched.setattr(SqlTransaction, "unfold", killed)
            with pytest.raises(_KilledError):
                town.judge()
        assert (len(store.mails()), len(store.folded())) == (1, 2)
        town.clock.advance(timedelta(minutes=1))
        assert town.judge() == 1
        assert (len(store.mails()), len(store.folded())) == (2, 0)


def test_the_hour_is_counted_by_the_clock(tmp_path: Path) -> None:
    """After an hour there is room for the next six; midnight lies between, for the day's count."""
    with small_town(tmp_path, at=NOW + timedelta(hours=15, minutes=30)) as town:
        for _ in range(3):
            town.threaten(6)
            assert town.judge() == 6
            town.clock.advance(timedelta(hours=1, seconds=1))
        assert town.clock.now() > datetime(2026, 11, 24, 1, 30, tzinfo=UTC)


def test_a_rule_that_cries_wolf_is_told_in_one_mail_an_hour(tmp_path: Path) -> None:
    """From the eighth case of one day on there are no mails of their own, and no silence."""
    with small_town(tmp_path, at=NOW) as town:
        for told in (6, 6, 1, 1):
            town.threaten(6)
            assert town.judge() == told
            town.clock.advance(timedelta(hours=1, seconds=1))
        assert not town.app.repository.folded()
