"""What a council's receiving server does with mail for clerkwatch, on this machine.

It says in ``Authentication-Results`` whether the sender's domain stands behind the mail (here:
whether it came from that domain's own server), and puts it into a maildir, which clerkwatch
reads.
"""

from __future__ import annotations

import mailbox
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.demo.smtp_server import KeptMail

HOST = "mx.town.example"
"""By which the server signs what it reports (authserv-id)."""
MAILDIR = "replies"


def inbox_toml() -> str:
    """Return the lines of a configuration that let clerkwatch read the answers."""
    return f'\n[mail.inbox]\nmaildir = "{MAILDIR}"\nauthserv_id = "{HOST}"\n'


def make_maildir(folder: Path) -> None:
    """Make the mailbox that answers go into."""
    mailbox.Maildir(str(folder / MAILDIR), create=True)


def deliver(mail: KeptMail, folder: Path) -> None:
    """Report on a mail's sender, and put it into the mailbox."""
    (sender,) = mail.message()["From"].addresses
    verdict = "pass" if mail.greeted_as == f"mail.{sender.domain}" else "fail"
    report = f"Authentication-Results: {HOST}; dmarc={verdict} header.from={sender.domain}\r\n"
    mailbox.Maildir(str(folder / MAILDIR)).add(report.encode() + mail.data)
