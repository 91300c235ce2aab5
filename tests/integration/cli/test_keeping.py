"""Holds, and what must not be copied, as a Clerk's supplier types them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import CaseId, EvidenceKind
from monitor.cases import copying, holds
from storage.values import NewEvidence
from tests.integration.cli.test_removal import desk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.cli.test_removal import Desk

__all__ = ["desk"]
HOUR = timedelta(hours=1)


def kept(desk: Desk, data: bytes = b"picture") -> tuple[Path, str]:
    """Keep a picture for case 1, and return where it lies."""
    app = desk.village.app
    name = app.evidence.keep(data)
    new = NewEvidence(
        kind=EvidenceKind.PICTURE,
        place="1/0",
        name="photo",
        sha256=name,
        size=len(data),
        media_type="image/png",
        by="clerkwatch",
    )
    with app.repository.writing() as steps:
        steps.add_evidence(CaseId(1), new, at=desk.village.clock.now())
    return app.evidence.root / name[:2] / name[2:], name


def test_a_hold_from_put_to_released(desk: Desk) -> None:
    """Put twice it is one; released with a reason; listed as released; all in the ledger."""
    desk.types("scan", after=HOUR)
    said = ("hold", "add", "--case", "1", "--because", "FOI request 17/2026")
    put = desk.asks(*said)
    assert (put["id"], put["why"], put["case"], put["by"]) == (1, "foi", 1, "Clerk")
    assert desk.asks(*said, after=HOUR)["at"] == put["at"]
    assert holds.is_held(desk.village.app.repository, holds.Thing(cases=frozenset([CaseId(1)])))

    assert desk.types("hold", "list") == 0
    assert desk.printed.startswith("Hold 1: case 1. FOI request: FOI request 17/2026 (by Clerk,")
    assert desk.types("hold", "release", "1") == 2
    assert "needs a reason" in desk.complained
    released = desk.asks("hold", "release", "1", "--because", "answered on 3 November")
    assert released["released_by"] == "Clerk"
    assert desk.types("hold", "list") == 0
    assert desk.printed == "Nothing is held.\n"
    (listed,) = desk.asks("hold", "list")
    assert listed == released
    assert desk.types("evidence", "verify") == 0


def test_a_hold_on_days_of_an_account(desk: Desk) -> None:
    """The last day is held to its end, in the council's zone."""
    desk.types("scan", after=HOUR)
    put = desk.asks(
        *("hold", "add", "--account", "council-facebook", "--why", "police"),
        *("--since", "2026-07-01", "--until", "2026-07-31"),
    )
    assert (put["from"], put["to"]) == ("2026-06-30T23:00:00+00:00", "2026-07-31T23:00:00+00:00")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--because", "FOI"), "say what is held"),
        (("--everything", "--case", "1", "--because", "FOI"), "say what is held"),
        (("--everything",), "a hold needs a reason"),
        (("--case", "77", "--because", "FOI"), "there is no case 77"),
        (("--account", "nobody", "--because", "FOI"), "no account 'nobody'"),
        (("--since", "2026-03-01", "--until", "2026-02-01", "--because", "FOI"), "end before"),
        (("--since", "yesterday", "--because", "FOI"), "is no date"),
    ],
)
def test_what_a_hold_cannot_be(desk: Desk, arguments: tuple[str, ...], expected: str) -> None:
    """Each mistake is said, with exit code 2, and nothing is held."""
    desk.types("scan", after=HOUR)
    assert desk.types("hold", "add", *arguments) == 2
    assert expected in desk.complained
    assert desk.village.app.repository.holds() == []


def test_an_unknown_hold_is_said(desk: Desk) -> None:
    """With exit code 2."""
    assert desk.types("hold", "release", "9", "--because", "over") == 2
    assert "there is no hold 9" in desk.complained


def test_what_must_not_be_copied_goes_before_a_hold(desk: Desk) -> None:
    """The file is gone, the record verifies, a second time changes nothing, a hold is no excuse."""
    desk.types("scan", after=HOUR)
    place, _ = kept(desk)
    desk.types("hold", "add", "--everything", "--because", "police")
    assert desk.types("cases", "do-not-copy", "1", "--because", "police told us") == 0
    assert desk.printed.splitlines() == list(copying.STOPPED)
    assert not place.exists()
    head = desk.village.app.repository.ledger_head()
    said = desk.asks("cases", "do-not-copy", "1")
    assert (said["purged"], said["by"]) == (1, "Clerk")
    assert desk.village.app.repository.ledger_head() == head
    assert desk.types("evidence", "verify") == 0


def test_a_folder_that_refuses_keeps_it_due(desk: Desk) -> None:
    """While a file cannot be taken away the command says so and fails; later it is made good."""
    desk.types("scan", after=HOUR)
    place, _ = kept(desk)
    data = place.read_bytes()
    place.unlink()
    place.mkdir()
    assert desk.types("cases", "do-not-copy", "1") == 1
    assert "could not be deleted yet" in desk.printed
    place.rmdir()
    place.write_bytes(data)
    assert desk.types("cases", "do-not-copy", "1") == 0
    assert not place.exists()


def test_the_owner_of_an_account_takes_nothing_away(desk: Desk) -> None:
    """Who answers for the account cannot make its evidence vanish."""
    desk.types("scan", after=HOUR)
    place, _ = kept(desk)
    assert desk.types("cases", "do-not-copy", "1", "--by", "jo@fernbeck-tc.gov.uk") == 2
    assert "answers for the account" in desk.complained
    assert place.exists()
    assert desk.types("cases", "do-not-copy", "99") == 2
