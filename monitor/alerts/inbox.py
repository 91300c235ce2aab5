"""Where replies lie: a mailbox by IMAP, or a maildir. Read, never emptied.

What other people's mails are there is none of our business: nothing is deleted or moved out
of the folder, and only a mail that was dealt with as a reply is marked as seen. What was
looked at is remembered by the caller, so that nothing is dealt with twice.
"""

from __future__ import annotations

import contextlib
import imaplib
import re
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from config.errors import MailError
from config.settings import secret
from monitor.alerts.tokens import xoauth2
from monitor.alerts.transport import alarm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from pydantic import SecretStr

    from config.settings import Settings
    from monitor.alerts.tokens import Tokens

MOST_BYTES = 12_000_000
"""A mail that is longer is not read: a reply is a few lines, a report has some pictures."""
MOST_AT_ONCE = 200
"""Mails looked at in one go; the rest wait for the next."""
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_UIDS = 10  # digits of a uid, so that texts sort as numbers do


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A mail in a mailbox.

    Attributes:
        uid: What it is called there.
        raw: Its bytes; empty if it is longer than `MOST_BYTES`.
        size: Of the whole mail, in bytes.
    """

    uid: str
    raw: bytes
    size: int


class Session(Protocol):
    """A mailbox that is open."""

    @property
    def mailbox(self) -> str:
        """Its lasting name; a mailbox that was made anew has another."""
        ...

    def arrived(self, *, after: str | None, is_known: Callable[[str], bool]) -> Iterator[Arrived]:
        """Go through the mails that were not looked at yet, oldest first.

        Args:
            after: The greatest uid that was looked at; None: none was.
            is_known: Whether a uid was looked at.

        Raises:
            MailError: The server does not answer, or not as it should.
        """
        ...

    def mark(self, uid: str) -> None:
        """Mark a mail as seen; one that is gone meanwhile does not matter.

        Raises:
            MailError: The server does not answer.
        """
        ...


class Inbox(Protocol):
    """A mailbox that can be opened."""

    def opened(self) -> AbstractContextManager[Session]:
        """Open it.

        Raises:
            MailError: It cannot be opened; says why without secrets.
        """
        ...


def inbox_of(
    settings: Settings, *, environ: Mapping[str, str], tokens: Tokens | None = None
) -> Inbox | None:
    """Return the configured mailbox, or None; nothing is connected yet.

    Args:
        settings: The configuration.
        environ: Where secrets are looked up.
        tokens: For ``auth = "xoauth2"``.

    Raises:
        SettingsError: Its password is missing.
    """
    how = settings.mail.inbox
    if how is None:
        return None
    if how.maildir is not None:
        return Maildir(folder=how.maildir)
    has_password = how.auth == "password"
    return ImapInbox(
        host=how.host,
        port=how.port,
        security=how.security,
        username=how.username,
        password=secret("inbox_password", environ=environ) if has_password else None,
        tokens=tokens if how.auth == "xoauth2" else None,
        folder=how.folder,
        ca_file=settings.mail.ca_file,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapInbox:
    """A folder of an IMAP server (RFC 3501), by the standard library.

    Attributes:
        host: Name of the server.
        port: Its port.
        security: ``none``, ``starttls`` (never falls back to none) or ``tls``.
        username: For the login.
        password: None: the server takes any.
        tokens: In place of a password: XOAUTH2.
        folder: Such as ``INBOX``.
        ca_file: PEM file of a private certificate authority, instead of the system's.
        deadline_s: Seconds for a whole session.
    """

    host: str
    port: int
    security: Literal["none", "starttls", "tls"] = "tls"
    username: str = ""
    password: SecretStr | None = None
    tokens: Tokens | None = None
    folder: str = "INBOX"
    ca_file: Path | None = None
    deadline_s: float = 60.0

    @contextlib.contextmanager
    def opened(self) -> Iterator[Session]:
        """Connect, log in and open the folder; see `Inbox.opened`."""
        token = None if self.tokens is None else self.tokens.token()
        with contextlib.ExitStack() as stack:
            try:
                line = _Line(self, stack)
                stack.callback(_say_goodbye, line)
                if self.security == "starttls":
                    line.starttls(self.context())
            except (OSError, imaplib.IMAP4.error, ValueError) as cause:
                raise self._failed("connecting", cause) from cause
            try:
                yield self._entered(line, token)
            except (OSError, imaplib.IMAP4.error) as cause:
                raise self._failed("reading the mailbox", cause) from cause

    def context(self) -> ssl.SSLContext:
        """Return how the server's certificate is checked."""
        return ssl.create_default_context(cafile=self.ca_file)

    def _entered(self, line: imaplib.IMAP4, token: SecretStr | None) -> _ImapSession:
        if token is None:
            password = "" if self.password is None else self.password.get_secret_value()
            line.login(self.username, f"{password}")
        else:
            self._present(line, token)
        quoted = self.folder.replace("\\", "\\\\").replace('"', '\\"')
        answer, _ = line.select(f'"{quoted}"')
        validity = (line.response("UIDVALIDITY")[1] or [None])[0]
        if answer != "OK" or not isinstance(validity, bytes):
            raise imaplib.IMAP4.error(f"the folder {self.folder} cannot be opened")
        name = f"imap:{self.host}:{self.username}:{self.folder}:{validity.decode('ascii')}"
        return _ImapSession(line=line, mailbox=name)

    def _present(self, line: imaplib.IMAP4, token: SecretStr) -> None:
        """Log in with a token.

        Raises:
            MailError: The server refuses it; nothing that the server said is repeated.
        """
        said = xoauth2(self.username, token).encode()
        try:
            # A refusal comes as a challenge with words, which is answered with nothing.
            line.authenticate("XOAUTH2", lambda challenge: b"" if challenge else said)
        except imaplib.IMAP4.abort:
            what = "broke off during the login with a token"
        except imaplib.IMAP4.error:
            what = "refused the token for its mailbox"
            if self.tokens is not None:
                self.tokens.forget()
        else:
            return
        raise MailError(f"the inbox {self.host}:{self.port} {what}", recipient="", permanent=False)

    def _failed(self, doing: str, cause: Exception) -> MailError:
        said = " ".join("".join(c if c.isprintable() else " " for c in str(cause)).split())[:200]
        if self.password is not None and self.password.get_secret_value() in said:
            said = "(what it said held the password)"
        what = f"the inbox {self.host}:{self.port} failed while {doing}: {said}"
        return MailError(what, recipient="", permanent=False)


class _Line(imaplib.IMAP4):
    """A line to an IMAP server that is cut at the deadline, wherever it stands by then.

    imaplib knows only the time that one read may take: a server that drips could hold a
    line for ever.
    """

    def __init__(self, how: ImapInbox, stack: contextlib.ExitStack) -> None:
        self._how = how
        self._stack = stack
        super().__init__(how.host, how.port, timeout=how.deadline_s)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        line = socket.create_connection((self._how.host, self._how.port), timeout)
        self._stack.enter_context(alarm(line, self._how.deadline_s))
        if self._how.security == "tls":
            return self._how.context().wrap_socket(line, server_hostname=self._how.host)
        return line


def _say_goodbye(line: imaplib.IMAP4) -> None:
    """Log out and hang up; what goes wrong now changes nothing, all is remembered."""
    with contextlib.suppress(OSError, imaplib.IMAP4.error):
        line.logout()
    with contextlib.suppress(OSError):
        line.shutdown()


@dataclass(frozen=True, slots=True, kw_only=True)
class _ImapSession:
    """An open folder."""

    line: imaplib.IMAP4
    mailbox: str

    def arrived(self, *, after: str | None, is_known: Callable[[str], bool]) -> Iterator[Arrived]:
        """Go through the mails with a greater uid; see `Session.arrived`."""
        least = 1 if after is None else int(after) + 1
        found = self._asked("SEARCH", f"UID {least}:*")
        # "n:*" names the last mail even if its uid is smaller.
        uids = sorted(int(uid) for part in found if isinstance(part, bytes) for uid in part.split())
        for uid in [uid for uid in uids if uid >= least][:MOST_AT_ONCE]:
            name = f"{uid:0{_UIDS}}"
            if is_known(name):
                continue
            arrived = self._fetched(uid, name)
            if arrived is not None:
                yield arrived

    def mark(self, uid: str) -> None:
        """Mark a mail as seen; see `Session.mark`."""
        self._asked("STORE", str(int(uid)), "+FLAGS.SILENT", r"(\Seen)")

    def _fetched(self, uid: int, name: str) -> Arrived | None:
        """Return a mail; None if it is gone meanwhile."""
        said = b" ".join(
            part
            for part in self._asked("FETCH", str(uid), "(RFC822.SIZE)")
            if isinstance(part, bytes)
        )
        size = _SIZE.search(said)
        if size is None:
            return None
        if int(size[1]) > MOST_BYTES:
            return Arrived(uid=name, raw=b"", size=int(size[1]))
        for part in self._asked("FETCH", str(uid), "(BODY.PEEK[])"):
            if isinstance(part, tuple) and isinstance(part[1], bytes):
                return Arrived(uid=name, raw=part[1], size=len(part[1]))
        return None

    def _asked(self, command: str, *arguments: str) -> list[object]:
        answer, data = self.line.uid(command, *arguments)
        if answer != "OK":
            raise imaplib.IMAP4.error(f"{command} was refused")
        return list(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Maildir:
    """A maildir on this machine: ``new`` and ``cur``, as mail servers deliver to it.

    Attributes:
        folder: The maildir.
    """

    folder: Path

    @contextlib.contextmanager
    def opened(self) -> Iterator[Session]:
        """Look whether it is there; see `Inbox.opened`."""
        if not (self.folder / "new").is_dir() or not (self.folder / "cur").is_dir():
            raise MailError(
                f"the maildir {self.folder} has no folders new and cur",
                recipient="",
                permanent=False,
            )
        try:
            yield _MaildirSession(folder=self.folder, mailbox=f"maildir:{self.folder}")
        except OSError as cause:
            what = f"the maildir {self.folder} cannot be read: {cause.strerror or cause}"
            raise MailError(what, recipient="", permanent=False) from cause


@dataclass(frozen=True, slots=True, kw_only=True)
class _MaildirSession:
    """A maildir that is there."""

    folder: Path
    mailbox: str

    def arrived(self, *, after: str | None, is_known: Callable[[str], bool]) -> Iterator[Arrived]:
        """Go through the mails without the flag S, by the time of delivery."""
        del after  # names in a maildir have no lasting order
        unseen: list[tuple[int, str, Path]] = []
        for folder in ("new", "cur"):
            for file in (self.folder / folder).iterdir():
                name, _, flags = file.name.partition(":2,")
                if "S" not in flags and not name.startswith(".") and file.is_file():
                    unseen.append((file.stat().st_mtime_ns, name, file))
        fresh = [one for one in sorted(unseen) if not is_known(one[1])]
        for _, name, file in fresh[:MOST_AT_ONCE]:
            size = file.stat().st_size
            raw = file.read_bytes() if size <= MOST_BYTES else b""
            yield Arrived(uid=name, raw=raw, size=size)

    def mark(self, uid: str) -> None:
        """Move a mail from ``new`` to ``cur`` with the flag S; see `Session.mark`."""
        for folder in ("new", "cur"):
            for file in (self.folder / folder).iterdir():
                name, _, flags = file.name.partition(":2,")
                if name == uid:
                    seen = "".join(sorted({*flags, "S"}))
                    file.replace(self.folder / "cur" / f"{name}:2,{seen}")
                    return
