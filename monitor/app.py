"""The composition root: the only place where clock, door, mailer and repository are wired."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from config.errors import LaterError
from config.settings import secret
from config.types import Reason
from connectors.door import Door
from monitor.alerts.inbox import inbox_of
from monitor.alerts.keeping_secret import codes_of
from monitor.alerts.tokens import tokens_of
from monitor.alerts.transport import SmtpTransport
from monitor.hiding import hide_all
from monitor.leases import name_of_this_process
from monitor.lock import Turns
from monitor.meter import Holds
from monitor.pseudonyms import Pseudonyms
from monitor.rulebook import rulebook
from monitor.skew import Skew
from storage.evidence import EvidenceFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from config.policy import Policy
    from config.register import Account
    from config.settings import Settings
    from connectors._redact import Redactor
    from monitor.alerts.inbox import Inbox
    from monitor.alerts.tokens import Tokens
    from monitor.alerts.transport import Transport
    from monitor.cases.replies.codes import Codes
    from monitor.checks.judge import Judge
    from monitor.clock import Clock
    from monitor.pictures.reader import PictureReader
    from storage.repository import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Everything that a unit of work needs, as plain arguments.

    Attributes:
        settings: What the council decides.
        register: The accounts that are watched.
        policy: The adopted policy.
        judge: The compiled checks.
        repository: What is remembered.
        clock: The one clock.
        door: The one HTTP door.
        redactor: Takes secrets out of everything written.
        transport: The mail server.
        environ: Where secrets are looked up; never the process's own by accident.
        owner: Names this process in leases.
        evidence: The folder of kept files.
        pseudonyms: What members of the public are called here.
        skew: What servers say of the time.
        codes: Makes the codes of replies; None: no reply is read.
        inbox: Where replies lie; None: no reply is read.
        stop: Set when the process should end soon.
        judging: Held while a lot is judged, so that two threads never judge one version.
        preserving: Held while evidence is fetched and kept: one run does it for all.
        holds: What requests under way may still cost, so that a budget is never passed.
        longest_reading: After this a lease counts as abandoned.
        file: Where the configuration stands; None: nowhere, and no copy is made by itself.
        pictures: Reads the words in pictures; None: the extra is not installed.
    """

    settings: Settings
    register: tuple[Account, ...]
    policy: Policy
    judge: Judge
    repository: Repository
    clock: Clock
    door: Door
    redactor: Redactor
    transport: Transport
    environ: Mapping[str, str]
    owner: str
    evidence: EvidenceFolder
    pseudonyms: Pseudonyms
    skew: Skew = field(default_factory=Skew)
    codes: Codes | None = None
    inbox: Inbox | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    judging: Turns = field(default_factory=Turns)
    preserving: threading.Lock = field(default_factory=threading.Lock)
    holds: Holds = field(default_factory=Holds)
    longest_reading: timedelta = timedelta(minutes=15)
    file: Path | None = None
    pictures: PictureReader | None = None
    log: structlog.stdlib.BoundLogger = field(default_factory=structlog.get_logger)

    def check_stop(self, account: str) -> None:
        """Give up politely between two pages when the process should end.

        Raises:
            LaterError: The process is ending; what was read is kept.
        """
        if self.stop.is_set():
            raise LaterError(
                "stopped in the middle, because clerkwatch is ending",
                account=account,
                reason=Reason.TRANSIENT,
            )


def build(
    settings: Settings,
    *,
    clock: Clock,
    repository: Repository,
    environ: Mapping[str, str],
    rules: Path | None = None,
    door: Door | None = None,
    transport: Transport | None = None,
    inbox: Inbox | None = None,
    file: Path | None = None,
    pictures: PictureReader | None = None,
) -> App:
    """Wire the application.

    Args:
        settings: The configuration.
        clock: The one clock.
        repository: What is remembered.
        environ: Where secrets are looked up.
        rules: Another folder of rules in place of the bundled ones.
        door: Takes the place of the real door in tests.
        transport: Takes the place of the configured mail server in tests.
        inbox: Takes the place of the configured mailbox in tests.
        file: Where the configuration stands.
        pictures: Reads the words in pictures; None: nobody does.

    Raises:
        OperatorError: The policy, a rule or the mail server's secret cannot be used.
    """
    policy, judge = rulebook(settings, rules=rules)
    skew = Skew()
    door = door if door is not None else Door(clock=clock.now, told=skew.hear)
    hide_all(settings, environ=environ, redactor=door.redactor)
    tokens = tokens_of(settings, environ=environ, door=door)
    transport = transport or smtp(
        settings, environ=environ, tokens=tokens, hide=door.redactor.redact
    )
    return App(
        settings=settings,
        register=settings.register(),
        policy=policy,
        judge=judge,
        repository=repository,
        clock=clock,
        door=door,
        redactor=door.redactor,
        transport=transport,
        environ=environ,
        owner=name_of_this_process(),
        evidence=EvidenceFolder(settings.storage.evidence),
        pseudonyms=Pseudonyms.of_settings(settings),
        skew=skew,
        codes=codes_of(settings),
        inbox=inbox or inbox_of(settings, environ=environ, tokens=tokens),
        file=file,
        pictures=pictures,
    )


def smtp(
    settings: Settings,
    *,
    environ: Mapping[str, str],
    tokens: Tokens | None = None,
    hide: Callable[[str], str] = str,
) -> SmtpTransport:
    """Return the configured mail server; nothing is connected yet.

    Args:
        settings: The configuration.
        environ: Where secrets are looked up.
        tokens: For ``auth = "xoauth2"``; see `tokens_of`.
        hide: Takes secrets out of what the server says.

    Raises:
        SettingsError: Its password is missing.
    """
    mail = settings.mail
    password = secret("mail_password", environ=environ) if mail.auth == "password" else None
    return SmtpTransport(
        host=mail.host,
        port=mail.port,
        security=mail.security,
        username=mail.username,
        password=password,
        tokens=tokens if mail.auth == "xoauth2" else None,
        ca_file=mail.ca_file,
        hide=hide,
    )
