"""Five days in short form; ``make soak`` lives through thirty and prints them."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from config.types import Severity
from tests.soak.audit import slope_of
from tests.soak.living import DayLine, Pace
from tests.soak.month import soak
from tests.soak.plan import Trouble, draw
from tests.soak.table import table
from tests.soak.town import PLACES
from tests.soak.words import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FIRST = date(2026, 10, 23)
DAYS = 5


Rows = dict[str, list[dict[str, Any]]]


def _lose_a_digest(rows: Rows) -> None:
    rows["mails"].remove(next(row for row in rows["mails"] if row["kind"] == "digest"))


def _tell_twice(rows: Rows) -> None:
    rows["told"].append(next(row for row in rows["told"] if row["kind"] == "urgent"))


def _tell_late(rows: Rows) -> None:
    """All of them: one may have waited for the end of a long fault anyway."""
    for late in (row for row in rows["told"] if row["kind"] == "urgent"):
        late["created_at"] += 6 * 3600 * 1_000_000


def _send_late(rows: Rows) -> None:
    late = next(row for row in rows["told"] if row["kind"] == "urgent")
    late["accepted_at"] += 48 * 3600 * 1_000_000


def _first_case(rows: Rows) -> dict[str, Any]:
    found = [row for row in rows["cases"] if not row["history"]]
    return min(found, key=lambda row: int(row["opened_at"]))


def _leave_out_of_the_digest(rows: Rows) -> None:
    post = _first_case(rows)["platform_id"]
    told = rows["told"]
    rows["told"] = [row for row in told if (row["kind"], row["platform_id"]) != ("digest", post)]


def _lose_a_post(rows: Rows) -> None:
    post = _first_case(rows)["platform_id"]
    rows["versions"] = [row for row in rows["versions"] if row["platform_id"] != post]


def _erase_a_post(rows: Rows) -> None:
    """Its words are gone days after it was published, and it stands there."""
    post = _first_case(rows)["platform_id"]
    for row in rows["versions"]:
        if row["platform_id"] == post:
            row.update(text="", purged_at=_first_case(rows)["opened_at"])


def _lose_a_case(rows: Rows) -> None:
    rows["cases"].remove(next(row for row in rows["cases"] if not row["history"]))


def _make_a_case_of_nothing(rows: Rows) -> None:
    case = next(row for row in rows["cases"] if not row["history"])
    rows["cases"].append(case | {"platform_id": "nobody's"})


def _say_gone(rows: Rows) -> None:
    standing = rows["versions"][-1]["platform_id"]
    rows["gone"].append({"platform_id": standing, "first_at": 0})


def _count_as_accepted(rows: Rows) -> None:
    rows["recipients"][0]["message_id"] = "<none@fernbeck-tc.gov.uk>"


def _refuse(rows: Rows) -> None:
    rows["recipients"][0]["state"] = "refused"
    rows["recipients"][0]["next_at"] = 0


SPOILS: tuple[Callable[[Rows], None], ...] = (
    _lose_a_digest,
    _tell_twice,
    _tell_late,
    _send_late,
    _leave_out_of_the_digest,
    _lose_a_post,
    _erase_a_post,
    _lose_a_case,
    _make_a_case_of_nothing,
    _say_gone,
    _count_as_accepted,
    _refuse,
)


def _seed() -> int:
    """Return the first seed with some urgent breaches and every kind of fault.

    What is drawn depends on the rules' examples, so another rule makes another month.
    """
    for seed in range(100):
        random = Random(seed)  # noqa: S311 - repeatable on purpose
        words = Vocabulary(random, as_of=datetime.combine(FIRST, time(), UTC))
        plan = draw(random, words, first=FIRST, days=DAYS, places=PLACES[:3])
        shown = [one for post in plan.posts for one in post.appearances() if post.at >= plan.begin]
        urgent = sum(weight is Severity.URGENT for _, weight in shown)
        if urgent > 4 and {fault.what for fault in plan.faults} == set(Trouble):
            return seed
    raise AssertionError("no month of a hundred has what is wanted")


@pytest.mark.slow
def test_five_days_of_faults_lose_nothing_and_tell_everything_once(tmp_path: Path) -> None:
    """A digest a council date, everything found and told in time, nothing twice, whatever fails.

    One of the nights has 25 hours, and each kind of fault is met. What may go wrong in a month is
    then done to the rows of this good one: the audit finds each.
    """
    look = timedelta(minutes=30)
    pace = Pace(pull_every=timedelta(hours=4), fine=look, coarse=look)
    done = soak(tmp_path, seed=_seed(), first=FIRST, days=DAYS, pace=pace, places=PLACES[:3])
    printed = table(done.plan, done.lived, done.audit)
    assert done.audit.wrong == [], printed
    assert done.audit.digests == 5
    assert done.audit.urgent > 3
    assert done.audit.cases > done.audit.urgent
    assert {fault.what for fault in done.plan.faults} == set(Trouble)
    assert len(done.lived.deaths) >= 2
    assert "Digests: 5 of 5" in printed
    assert "2026-10-25" in printed
    kept = done.auditor.rows
    for spoil in SPOILS:
        done.auditor.rows = copy.deepcopy(kept)
        spoil(done.auditor.rows)
        assert done.auditor.examine().wrong != [], spoil.__name__
    done.auditor.rows = kept
    assert done.auditor.examine().wrong == []


def _days(*memory: int, life: int = 1) -> list[DayLine]:
    return [
        DayLine(on=date(2026, 10, 1), life=life, memory=each, database=0, asked=0, tables={})
        for each in memory
    ]


def test_a_slope_is_found_within_lives_and_not_between_them() -> None:
    """A new process that is larger is no growth; one that grows day by day is."""
    flat = [*_days(90, 50, 50, 50, 50), *_days(90, 70, 70, 70, 70, life=2)]
    growing = [*_days(90, 50, 60, 70, 80), *_days(20, 30, 40, 50, 60, life=2)]
    assert slope_of(flat) == (0.0, 0.0)
    assert slope_of(growing) == (10.0, 0.0)
    assert slope_of(_days(1, 2)) == (0.0, 0.0)
