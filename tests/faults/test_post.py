"""A mail server that fails in every way: each mail waits, and then arrives under its one name."""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.faults.bad_post_office import FAULTS, Books, bad_post_office
from tests.faults.conftest import WHOLE
from tests.faults.telling import LATER_S, exits, settled

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.aftermath import Undisturbed
    from tests.faults.conftest import Tried
    from tests.faults.town import FaultTown

MORNING = ("digest", "--send")
WAYS = [fault for fault in FAULTS if fault != "well"]
EVERYDAY = ("450 greylisted", "accept and hang up", "break the handshake")
_HOURS = (0, 6, 12, 18, 24)


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
