"""The mail server, the inbox, and the people who are told and may decide."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import (
    Field,
    field_validator,
    model_validator,
)

from config.settings.fields import LOOPBACK, WEEK, Email, Section, Weekday
from config.types import Role


class Inbox(Section):
    """Where replies are read: a mailbox by IMAP, or a maildir on this machine.

    Without this section no reply is read, and the mails name commands.
    """

    maildir: Path | None = Field(
        default=None,
        description="Folder of a maildir that your mail server delivers to; the keys of IMAP are "
        "then not used.",
        examples=["/var/mail/clerkwatch"],
    )
    host: str = Field(
        default="",
        description="Name of the IMAP server.",
        examples=["imap.example.gov.uk"],
    )
    port: int = Field(default=993, description="Its port.", ge=1, le=65_535)
    security: Literal["none", "starttls", "tls"] = Field(
        default="tls", description="none | starttls | tls; none only to this machine itself."
    )
    auth: Literal["none", "password", "xoauth2"] = Field(
        default="password",
        description="password: the secret inbox_password; xoauth2: Microsoft 365, with tenant and "
        "client_id of [mail]; none: a server on this machine that takes any.",
    )
    username: str = Field(
        default="",
        description="User name at the IMAP server.",
        examples=["clerkwatch@elstreeborehamwood-tc.gov.uk"],
    )
    folder: str = Field(default="INBOX", description="Folder of the mailbox.", min_length=1)
    authserv_id: str = Field(
        default="",
        description="Name by which your receiving server signs its Authentication-Results; with "
        "it only replies with its DMARC pass decide. Empty: it reports nothing.",
        examples=["mx.example.gov.uk"],
        pattern=r"^[A-Za-z0-9._-]*$",
    )

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.maildir is not None:
            return self
        if not self.host:
            raise ValueError("give host (IMAP) or maildir")
        if not self.username:
            raise ValueError("an IMAP server needs username")
        if self.security == "none" and not self.host.startswith(LOOPBACK):
            raise ValueError(
                'security = "none" is only for a server on this machine: use "starttls" or "tls"'
            )
        if not self.folder.isascii() or not self.folder.isprintable():
            raise ValueError("the folder's name must be plain ASCII")
        return self


class Mail(Section):
    """The mail server that takes clerkwatch's mails."""

    host: str = Field(default="127.0.0.1", description="Name of the server.", min_length=1)
    port: int = Field(default=2525, description="Its port.", ge=1, le=65_535)
    security: Literal["none", "starttls", "tls"] = Field(
        default="starttls", description="none | starttls | tls; none only to this machine itself."
    )
    auth: Literal["none", "password", "xoauth2"] = Field(
        default="none",
        description="none | password | xoauth2; the password is the secret mail_password. xoauth2: "
        "Microsoft 365 with tenant and client_id; the secret is mail_client_secret.",
    )
    username: str = Field(
        default="", description="User name for password; for xoauth2 the mailbox, such as sender."
    )
    tenant: str = Field(
        default="",
        description="For xoauth2: directory (tenant) id of your Microsoft 365.",
        examples=["00000000-0000-0000-0000-000000000000"],
        pattern=r"^[A-Za-z0-9.-]*$",
        max_length=253,
    )
    client_id: str = Field(
        default="",
        description="For xoauth2: application (client) id of the app registration.",
        examples=["00000000-0000-0000-0000-000000000000"],
        pattern=r"^[A-Za-z0-9.-]*$",
        max_length=100,
    )
    scope: str = Field(
        default="https://outlook.office365.com/.default",
        description="For xoauth2: what the token is asked for.",
        pattern=r"^[!-~]+( [!-~]+)*$",
    )
    authority: str = Field(
        default="https://login.microsoftonline.com",
        description="For xoauth2: who gives tokens; plain http only on this machine.",
        pattern=r"^https?://[A-Za-z0-9.:\[\]-]+$",
    )
    sender: Email = Field(
        description="From whom the mails come.",
        examples=["clerkwatch@elstreeborehamwood-tc.gov.uk"],
    )
    dkim_selector: str = Field(
        default="",
        description="Under what name the key stands with which your provider signs mails (DKIM); "
        "empty: doctor tries the usual ones.",
        examples=["selector1"],
        pattern=r"^[A-Za-z0-9._-]*$",
        max_length=63,
    )
    ca_file: Path | None = Field(
        default=None,
        description="Certificate authority of a server with a private certificate.",
        examples=["mail-ca.pem"],
    )
    urgent_per_hour: int = Field(
        default=6,
        description="Most urgent mails an hour, 1 to 60; what is more is listed in one mail. Not "
        "counted against it: personal data, safeguarding, and everything on a polling day.",
        ge=1,
        le=60,
    )
    inbox: Inbox | None = Field(
        default=None, description="Where replies are read; without it nobody decides by reply."
    )

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.auth != "none" and not self.username:
            raise ValueError(f'auth = "{self.auth}" needs username')
        if self.uses_token() and not (self.tenant and self.client_id):
            raise ValueError('auth = "xoauth2" needs tenant and client_id in [mail]')
        near = tuple(f"http://{host}" for host in LOOPBACK)
        if not self.authority.startswith(("https://", *near)):
            raise ValueError("authority must begin with https://")
        if self.security == "none" and not self.host.startswith(LOOPBACK):
            raise ValueError(
                'security = "none" is only for a server on this machine: use "starttls" or "tls"'
            )
        return self

    def uses_token(self) -> bool:
        """Return whether a login to the mail server or the inbox needs a token."""
        is_inbox = self.inbox is not None and self.inbox.maildir is None
        return self.auth == "xoauth2" or (
            is_inbox and self.inbox is not None and self.inbox.auth == "xoauth2"
        )


class Person(Section):
    """Somebody who is told and may decide."""

    role: Role = Field(description="clerk | deputy | safeguarding | technical.", examples=["clerk"])
    name: str = Field(description="As addressed in mails.", examples=["Clerk"], max_length=100)
    email: Email = Field(
        description="Where mails go.", examples=["clerk@elstreeborehamwood-tc.gov.uk"]
    )
    working_days: tuple[Weekday, ...] = Field(
        default=("mon", "tue", "wed", "thu", "fri"),
        description="On which days of the week they work: mon tue wed thu fri sat sun. Deadlines "
        "count the working days of whoever decides, bank holidays and council.closed left out.",
        examples=[["mon", "tue", "thu"]],
        min_length=1,
    )

    @field_validator("working_days")
    @classmethod
    def _each_once(cls, value: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
        if len(set(value)) != len(value):
            raise ValueError("each day may stand there once")
        return value

    @property
    def working(self) -> frozenset[int]:
        """The days of the week on which they work, 0 for Monday."""
        return frozenset(WEEK.index(day) for day in self.working_days)
