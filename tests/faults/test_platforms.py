"""Platforms that hang, lie, break off or refuse, and names that cannot be resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.demo.faults import Fault, FaultKind
from monitor.demo.world import Site
from tests.faults.conftest import WHOLE
from tests.faults.telling import LATER_S, doctor, doctor_on, exits, settled
from tests.faults.town import SITES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.aftermath import Undisturbed
    from tests.faults.conftest import Tried
    from tests.faults.town import FaultTown

MORNING = ("digest", "--send")
KINDS = [kind for kind in FaultKind if kind is not FaultKind.EMPTY]
_MANY = 12
"""More than is tried again within one reading."""


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS if WHOLE else [FaultKind.CUT, FaultKind.RATE_LIMIT])
def test_a_platform_that_fails_is_told_and_read_later(
    town: FaultTown,
    morning: Undisturbed,
    tmp_path: Path,
    tried: Callable[[str], Tried],
    kind: FaultKind,
) -> None:
    """Nothing is taken for gone, the account is named as not read, and later all is there."""
    row = tried(f"platform: {kind.value.replace('_', ' ')}")
    for site in SITES if WHOLE else SITES[:1]:
        folder, since = town.fresh(tmp_path / site.value), len(town.smtp.mails)
        many = 3 if kind is FaultKind.HANG else _MANY
        town.script.next_answers(site.value, *[Fault(kind=kind, seconds=30.0)] * many)
        done = town.live(folder, "scan", "--json")
        forget(town, site)
        row.told(f"exit {done.code}")
        assert done.code == 3, f"{site}: {done.out} {done.err}"
        line = next(one for one in done.json["coverage"] if one["account"] == site.value)
        assert line["status"] in {"failed", "partial"}
        assert line["gone"] == 0
        assert line["error"]
        row.told(f"coverage: {line['status']}")
        others = [one["status"] for one in done.json["coverage"] if one["account"] != site.value]
        assert others == ["read"] * (len(SITES) - 1)
        preview = town.live(folder, "digest", "--preview")
        assert "1 account could not be read" in " ".join(preview.out.split())
        row.told('digest: "1 account could not be read"')
        row.told(doctor_on(town, folder, f"account {site.value}", line["error"][:40]))
        later(town, morning, folder, row, since=since, told=f"{kind} on {site}")


@pytest.mark.slow
def test_a_platform_that_suddenly_shows_nothing_is_not_believed(
    town: FaultTown, morning: Undisturbed, tmp_path: Path, tried: Callable[[str], Tried]
) -> None:
    """An empty list with status 200: no post is gone, and what it hid is read later.

    X is asked for what is newer than the newest post only: there a quiet day looks the same.
    """
    row = tried("platform: lies (an empty list)")
    for site in SITES:
        folder, since = town.fresh(tmp_path / site.value), len(town.smtp.mails)
        town.script.next_answers(site.value, *[Fault(kind=FaultKind.EMPTY)] * _MANY)
        done = town.live(folder, "scan", "--json")
        forget(town, site)
        line = next(one for one in done.json["coverage"] if one["account"] == site.value)
        # Facebook was asked for each post by its id, and one had really been taken down.
        assert line["gone"] <= (site is Site.FACEBOOK)
        if site is not Site.X:
            assert line["status"] != "read"
            row.told(f"coverage: {line['status']}", *exits(done))
            row.told(doctor_on(town, folder, f"account {site.value}", "only a part"))
        later(town, morning, folder, row, since=since, told=f"empty on {site}")


@pytest.mark.slow
def test_names_that_cannot_be_resolved_are_told(
    town: FaultTown, morning: Undisturbed, tmp_path: Path, tried: Callable[[str], Tried]
) -> None:
    """Without DNS no account is read, all are named, nothing is gone; later all is there."""
    row = tried("DNS fails")
    folder, since = town.fresh(tmp_path / "dns"), len(town.smtp.mails)
    done = town.live(folder, "scan", "--json", has_dns=False)
    assert [one["status"] for one in done.json["coverage"]] == ["failed"] * len(SITES)
    assert [one["gone"] for one in done.json["coverage"]] == [0] * len(SITES)
    row.told(*exits(done), "coverage: failed")
    row.told(doctor_on(town, folder, "account x", "its name cannot be resolved"))
    # The machine's own names, where there are any to resolve: all of them, so it is the DNS.
    named = {
        "CLERKWATCH_DNS": "",
        "CLERKWATCH_MAIL__HOST": "mail.fernbeck.example",
        "CLERKWATCH_MAIL__SECURITY": "starttls",
    }
    row.told(doctor(town, folder, "none of 1 name", more=named, has_dns=False))
    later(town, morning, folder, row, since=since, told="no DNS")


def forget(town: FaultTown, site: Site) -> None:
    """Let a platform be well again, whatever was still to come."""
    while town.script.take(site.value):
        pass


def later(
    town: FaultTown,
    morning: Undisturbed,
    folder: Path,
    row: Tried,
    *,
    since: int,
    told: str,
) -> None:
    """Two hours later the morning is as if nothing had been."""
    later_s = town.ahead.total_seconds() + LATER_S
    done = town.live(folder, *MORNING, moved_by=later_s)
    assert done.code == 0, f"{told}: {done.err}"
    settled(row, town, folder, since=since, wanted=morning, told=told)
