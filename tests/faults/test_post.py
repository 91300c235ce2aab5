"""A mail server that fails in every way: each mail waits, and then arrives under its one name."""

from __future__ import annotations

import hashlib
import socket
import ssl
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.faults.aftermath import ledger_faults
from tests.faults.bad_post_office import FAULTS, Books, bad_post_office
from tests.faults.conftest import WHOLE
from tests.faults.telling import LATER_S, digest_says, doctor, doctor_on, exits, settled
from tests.faults.town import named, traced

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.aftermath import Undisturbed
    from tests.faults.conftest import Tried
    from tests.faults.town import FaultTown

MORNING = ("digest", "--send")
WAYS = [fault for fault in FAULTS if fault != "well"]
EVERYDAY = ("450 greylisted", "accept and hang up", "break the handshake")
BEFORE_ANY_RECIPIENT = ("refuse the line", "421 greeting", "no TLS now", "break the handshake")
"""What befalls whoever only greets the server, as doctor does."""
_HOURS = (0, 6, 12, 18, 24) if WHOLE else (0, 24)


class Always(Books):
    """Books of a server on which each conversation meets the same."""

    def __init__(self, fault: str) -> None:
        """Choose what."""
        super().__init__(seed=0)
        self.fault = fault

    def draw(self) -> str:
        """Meet it."""
        self.met[self.fault] += 1
        return self.fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whom the sender believes, and how the server proves who it is."""

    ca_file: Path
    context: ssl.SSLContext


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    """Make a certificate authority and a server's certificate."""
    authority = trustme.CA()
    ca_file = tmp_path_factory.mktemp("trust") / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return Trust(ca_file=ca_file, context=context)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS if WHOLE else EVERYDAY)
def test_each_mail_waits_and_arrives_under_one_name(  # noqa: PLR0917 - fixtures
    town: FaultTown,
    morning: Undisturbed,
    trust: Trust,
    tmp_path: Path,
    tried: Callable[[str], Tried],
    way: str,
) -> None:
    """Whatever the server does, two hours later the same bytes are with everybody."""
    row = tried(f"SMTP: {way}")
    folder, since, books = town.fresh(tmp_path / "day"), len(town.smtp.mails), Always(way)
    with bad_post_office(books, trust.context) as port:
        server = {
            "CLERKWATCH_MAIL__PORT": str(port),
            "CLERKWATCH_MAIL__SECURITY": "starttls",
            "CLERKWATCH_MAIL__CA_FILE": str(trust.ca_file),
        }
        done = town.live(folder, *MORNING, more=server)
        row.told(doctor_on(town, folder, "outbox", "mail", "since", more=server))
        if way in BEFORE_ANY_RECIPIENT:
            row.told(doctor(town, folder, "the mail server did not answer", more=server))
    row.told(*exits(done))
    assert books.met[way]
    waiting = town.live(folder, "status", "--json").json["mails_waiting"]
    assert waiting == len(morning.mails)
    row.told("status: mails waiting")
    assert not books.heard
    later_s = town.ahead.total_seconds() + LATER_S
    again = town.live(folder, *MORNING, moved_by=later_s)
    assert again.code == 0, again.err
    settled(row, town, folder, since=since, wanted=morning, told=way)
    # What it had taken without being heard came again: the same bytes under the same name.
    sent = {hashlib.sha256(mail.data).hexdigest() for mail in town.smtp.mails[since:]}
    assert {one for bodies in books.bodies.values() for one in bodies} <= sent


def closed_port() -> int:
    """Return a port of this machine on which nobody listens."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.slow
def test_a_server_that_is_down_for_a_day_delays_and_loses_nothing(
    town: FaultTown, tmp_path: Path, tried: Callable[[str], Tried]
) -> None:
    """A day of the daemon with nobody listening: both days' digests and the urgent mail come."""
    row = tried("SMTP: down for a day")
    down = {"CLERKWATCH_MAIL__PORT": str(closed_port())}
    folder, well = town.fresh(tmp_path / "down"), town.fresh(tmp_path / "well")
    since = len(town.smtp.mails)
    for hours in _HOURS:
        ahead_s = (town.ahead + timedelta(hours=hours)).total_seconds()
        done = town.live(folder, "run", more=down, moved_by=ahead_s, ends_idle=True)
        assert done.code == 0, done.err
        assert "mail waits or was refused" in done.out + done.err
        row.times += 1
    row.told('journal: "mail waits or was refused"')
    assert len(town.smtp.mails) == since
    row.told(doctor(town, folder, "mail server", "refused", "does not answer", more=down))
    last_s = (town.ahead + timedelta(hours=_HOURS[-1] + 2)).total_seconds()
    assert town.live(folder, "run", moved_by=last_s, ends_idle=True).code == 0
    late = named(town.smtp.mails[since:])
    row.told(digest_says(town, since, "need a decision"))

    before = len(town.smtp.mails)
    for hours in (*_HOURS, _HOURS[-1] + 2):
        ahead_s = (town.ahead + timedelta(hours=hours)).total_seconds()
        assert town.live(well, "run", moved_by=ahead_s, ends_idle=True).code == 0
    wanted = named(town.smtp.mails[before:])
    row.lost += len(wanted.keys() - late.keys())
    row.doubled += len(late.keys() - wanted.keys())
    assert late.keys() == wanted.keys()
    assert all(len(bodies) == 1 for bodies in late.values())
    assert traced(folder) == traced(well)
    assert ledger_faults(folder) == ()
