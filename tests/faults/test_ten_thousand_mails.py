"""Ten thousand mails through a server that fails in every way, by a postman who is killed.

The goal: none lost, each distinct message always under the same Message-ID and the same
bytes, and duplicates only where the server accepted and its answer was never heard.
"""

from __future__ import annotations

import os
import random
import signal
import ssl
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trustme

from config.types import MailKind, RecipientState
from storage.open import open_repository
from storage.values import NewMail
from tests.faults.bad_post_office import FAULTS, GONE, Books, bad_post_office
from tests.faults.postman import BEGIN

if TYPE_CHECKING:
    from storage.repository import Repository

SEED = int(os.environ.get("CLERKWATCH_MAIL_SEED", "20261124"))
MAILS = int(os.environ.get("CLERKWATCH_MAILS", "1000"))
"""A tenth in the everyday suite; the goal is run with ``CLERKWATCH_MAILS=10000``."""
KILLS = 4 if MAILS < 5000 else 12  # a start costs a second or two
CLERK, DEPUTY = "clerk@fernbeck-tc.gov.uk", "deputy@fernbeck-tc.gov.uk"
POSTMAN = Path(__file__).with_name("postman.py")


def queue(store: Repository, draw: random.Random) -> dict[str, NewMail]:
    """Put all mails into the outbox: to one, to two, and to some whose mailbox is gone."""
    mails = {}
    for lot in range(0, MAILS, 500):
        with store.writing() as transaction:
            for number in range(lot, min(lot + 500, MAILS)):
                name = f"<{number:032x}@fernbeck-tc.gov.uk>"
                to = draw.choice([(CLERK,), (CLERK, DEPUTY), (CLERK, f"{GONE}example.org")])
                words = "\r\n".join(["." * (number % 4), f"Words {number}."] * draw.randint(1, 4))
                mail = NewMail(
                    key=f"urgent:{number}",
                    kind=MailKind.URGENT,
                    message_id=name,
                    subject="Words",
                    body=f"Message-ID: {name}\r\nSubject: Words\r\n\r\n{words}\r\n".encode(),
                    recipients=to,
                )
                assert transaction.queue_mail(mail, at=BEGIN)
                mails[name] = mail
    return mails


def send_all(books: Books, arguments: list[str], draw: random.Random) -> int:
    """Let postmen work until nothing is due, killing the first ones; return how many were."""
    killed, hour = 0, 0
    while True:
        with subprocess.Popen(
            [sys.executable, "-P", str(POSTMAN), *arguments, str(hour)], stdout=subprocess.DEVNULL
        ) as postman:
            after = draw.randint(1, max(2, MAILS // KILLS)) if killed < KILLS else 0
            taken = iter(range(after - 1))

            def on_taken() -> bool:
                if not after or next(taken, None) is not None:  # noqa: B023 - while it lives
                    return False
                postman.send_signal(signal.SIGKILL)
                postman.wait()
                return True

            books.on_taken = on_taken
            postman.wait(timeout=1800)
        if postman.returncode == 0:
            return killed
        assert postman.returncode == -signal.SIGKILL
        killed, hour = killed + 1, hour + 24


@pytest.mark.slow
def test_of_ten_thousand_mails_none_is_lost_and_none_comes_twice_unasked(tmp_path: Path) -> None:
    """Whatever the server does and whenever the sender dies, the books of both sides agree."""
    draw, books = random.Random(SEED), Books(SEED)  # noqa: S311 - repeatable on purpose
    database, ca_file = tmp_path / "clerkwatch.db", tmp_path / "ca.pem"
    vouching = trustme.CA()
    vouching.cert_pem.write_to_path(ca_file)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    vouching.issue_cert("127.0.0.1").configure_cert(context)
    store = open_repository(f"sqlite:///{database}", create=True)
    mails = queue(store, draw)
    with bad_post_office(books, context) as port:
        killed = send_all(books, [str(database), str(port), str(ca_file)], draw)
    sys.stdout.write(
        f"\nseed {SEED}: {MAILS} mails, {killed} kills, "
        f"{sum(books.unheard.values())} answers unheard, {books.met}\n"
    )
    for name, mail in mails.items():
        assert len(books.bodies[name]) == 1, f"seed {SEED}: {name} came with several bodies"
        kept = store.mail(mail.key)
        assert kept is not None
        assert (kept.body, kept.message_id) == (mail.body, name)
        for one in kept.recipients:
            heard, unheard = books.heard[name, one.address], books.unheard[name, one.address]
            if one.address.startswith(GONE):
                assert (one.state, heard + unheard) == (RecipientState.REFUSED, 0)
                continue
            # At most one yes was heard: every other copy is one whose yes was not.
            said = f"seed {SEED}: {name} to {one.address}: {heard} heard, {unheard} unheard"
            assert one.state is RecipientState.ACCEPTED, said
            assert heard <= 1 <= heard + unheard, said
    assert set(books.bodies) == set(mails)
    assert killed == KILLS
    assert set(books.met) == set(FAULTS)
    store.close()
