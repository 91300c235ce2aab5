"""A house in use, built by hand: a configuration, a record, and what readings left in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from config.sample import sample
from config.settings import parse
from config.types import AccountId, CoverageStatus, MailKind, RunKind
from monitor.doctor import examine_record
from storage.open import open_repository
from storage.values import AccountState, Coverage, NewMail

if TYPE_CHECKING:
    from pathlib import Path

    from config.settings import Settings
    from config.types import Reason
    from monitor.diagnosis import Check
    from storage.repository import Repository

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEED, BOARD = AccountId("town"), AccountId("board")
ACCOUNTS = """
[[accounts]]
id = "town"
platform = "feed"
handle = "https://fernbeck.example/feed"
kind = "council"
owner = "Jo Marsh"

[[accounts]]
id = "board"
platform = "manual"
handle = "https://board.example/fernbeck"
kind = "council"
owner = "Jo Marsh"
"""


class House:
    """A configuration with a record in use, at a given moment."""

    def __init__(self, folder: Path, more: str = "", **answers: object) -> None:
        """Register the accounts two days ago.

        Args:
            folder: Where everything lies.
            more: Further tables of the configuration.
            answers: Values in place of the sample's; two underscores stand for a dot.
        """
        self.file = folder / "clerkwatch.toml"
        given = {key.replace("__", "."): value for key, value in answers.items()}
        self.file.write_text(sample({"mail.port": 9, **given}) + ACCOUNTS + more, "utf-8")
        self.file.chmod(0o640)
        self.settings: Settings = parse(self.file.read_text("utf-8"), file=self.file, environ={})
        self.database = folder / "clerkwatch.db"
        self.repository: Repository = open_repository(self.settings.storage.url, create=True)
        self.repository.sync_register(self.settings.register(), at=NOW - 2 * DAY)

    def checks(self, name: str = "") -> list[Check]:
        """Return what doctor finds, of one thing or of all, well or not."""
        found = list(examine_record(self.settings, self.file, now=NOW))
        assert all(check.remedy for check in found if check.state != "well")
        return [check for check in found if not name or check.name == name]

    def amiss(self, name: str) -> list[Check]:
        """Return what is not well with one thing."""
        return [check for check in self.checks(name) if check.state != "well"]

    def ran(self, *, at: datetime = NOW - HOUR, error: str = "", has_ended: bool = True) -> None:
        """Let the daemon have read the feed once."""
        run = self.repository.begin_run(RunKind.SCAN, by="daemon", at=at)
        status = CoverageStatus.FAILED if error else CoverageStatus.READ
        self.repository.cover(run, Coverage(account=FEED, status=status, error=error))
        if has_ended:
            self.repository.end_run(run, at=at)

    def state(self, reason: Reason | None, since: datetime | None, read: datetime) -> None:
        """Leave what the last reading of the feed left."""
        self.repository.save_account_state(
            AccountState(
                account=FEED,
                reason=reason,
                failing_since=since,
                last_read_at=read,
                last_tried_at=NOW - timedelta(minutes=5),
            )
        )

    def queue(self, key: str, *, at: datetime, kind: MailKind = MailKind.DIGEST) -> NewMail:
        """Put a mail to the Clerk into the outbox."""
        mail = NewMail(
            key=key,
            kind=kind,
            message_id=f"<{key}@town.example>",
            subject="A mail",
            body=b"Subject: A mail\r\n\r\nwords\r\n",
            recipients=("clerk@town.example",),
        )
        with self.repository.writing() as transaction:
            transaction.queue_mail(mail, at=at)
        return mail

    def offered(self, key: str, error: str, *, is_final: bool = False) -> None:
        """Let a server have answered for a mail."""
        mail = self.repository.mail(key)
        assert mail is not None
        self.repository.settle_recipient(
            mail.id,
            "clerk@town.example",
            accepted=not error,
            at=NOW,
            next_at=None if is_final else NOW + HOUR,
            error=error,
        )
