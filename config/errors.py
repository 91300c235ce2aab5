"""Every error of the house.

::

    ClerkwatchError                     str() = what, which account or post, cause, remedy
      OperatorError                     shown without traceback, exit code 2
        SettingsError(file, key, line)  the configuration
        RuleError(rule, file)           a rule or policy file
        TableError(file)                a table of weights that is damaged
      ReadError(account, reason)        -> cannot_tell in coverage
        AccessError                     a person must act: AUTH_EXPIRED, FORBIDDEN, ACCOUNT_GONE
        LaterError(retry_at)            QUOTA_MONEY, RATE_LIMIT, TRANSIENT
        ContractError(sample)           the platform or we changed: CONTRACT
      StorageError                      wraps every database error at the wall
        SchemaError(found, wanted)
        BusyError
        TakenAwayError                  the database's file is no longer where it was opened
        EvidenceError(path)             the folder of evidence: full, read-only, missing, damaged
      CheckError(rule, version)         a check that crashed: not_judged, never clean
      MailError(recipient, permanent)
      PicturesError                     what reads pictures cannot be started
      BackupError                       a copy could not be made, checked, put away or restored

GONE_OR_HIDDEN and PARTIAL are results of a reading, not errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.types import Reason

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


class ClerkwatchError(Exception):
    """Base of all our errors; ``str()`` says what happened, to what, why, and the remedy."""

    def __init__(self, what: str, *, remedy: str = "") -> None:
        """Keep what happened and, where a person can act, the remedy.

        Args:
            what: One sentence without a full stop.
            remedy: What to do about it; empty if nothing can be done.
        """
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        """Say what, then the cause, then the remedy."""
        said = self.what
        if self.__cause__ is not None:
            said += f" ({self.__cause__})"
        if self.remedy:
            said += f". {self.remedy}"
        return said


class OperatorError(ClerkwatchError):
    """Wrong use or configuration: shown without a traceback, exit code 2."""


class SettingsError(OperatorError):
    """The configuration cannot be used."""

    def __init__(
        self,
        what: str,
        *,
        file: Path | str | None = None,
        key: str = "",
        line: int | None = None,
        remedy: str = "",
    ) -> None:
        """Point at the place.

        Args:
            what: What is wrong.
            file: The configuration file; None when it came from the environment.
            key: Dotted key, for example ``accounts[2].kind``.
            line: Line in the file, counted from 1; None when it cannot be told.
            remedy: What to write instead.
        """
        place = str(file) if file is not None else "environment"
        if line is not None:
            place += f", line {line}"
        if key:
            place += f", {key}"
        super().__init__(f"{place}: {what}", remedy=remedy)
        self.file = file
        self.key = key
        self.line = line


class RuleError(OperatorError):
    """A rule or policy file cannot be used."""

    def __init__(self, what: str, *, rule: str, file: Path | str, remedy: str = "") -> None:
        """Name the rule (or clause) and the file it stands in."""
        super().__init__(f"{file}, {rule}: {what}", remedy=remedy)
        self.rule = rule
        self.file = file


class TableError(OperatorError):
    """A table of weights is damaged or does not fit this edition."""

    def __init__(self, what: str, *, file: Path | str) -> None:
        """Name the file; the remedy is always the same."""
        super().__init__(
            f"{file}: {what}",
            remedy="Install clerkwatch again; whoever trained a table writes both files together.",
        )
        self.file = file


class ReadError(ClerkwatchError):
    """An account could not be read; becomes ``cannot_tell`` in coverage, never a finding."""

    def __init__(self, what: str, *, account: str, reason: Reason, remedy: str = "") -> None:
        """Keep the account's label and the class of failure."""
        super().__init__(f"{account}: {what}", remedy=remedy)
        self.account = account
        self.reason = reason


class AccessError(ReadError):
    """A person must act before this account can be read again."""


class LaterError(ReadError):
    """Reading may work again by itself, not before ``retry_at``."""

    def __init__(
        self,
        what: str,
        *,
        account: str,
        reason: Reason,
        retry_at: datetime | None = None,
        remedy: str = "",
    ) -> None:
        """Keep when to try again; aware UTC, None when the platform gave no time."""
        super().__init__(what, account=account, reason=reason, remedy=remedy)
        self.retry_at = retry_at


class ContractError(ReadError):
    """The platform's answer is not what its documentation says."""

    def __init__(self, what: str, *, account: str, sample: str = "", remedy: str = "") -> None:
        """Keep a short, redacted sample of the answer (at most 500 characters)."""
        super().__init__(what, account=account, reason=Reason.CONTRACT, remedy=remedy)
        self.sample = sample[:500]


class StorageError(ClerkwatchError):
    """The database refused; wraps every SQLAlchemy error at the wall of `storage`."""


class SchemaError(StorageError):
    """The database has another schema than this version of clerkwatch."""

    def __init__(self, *, found: str, wanted: str, remedy: str) -> None:
        """Keep both revisions; ``found`` is empty for a file that is no database of ours."""
        super().__init__(
            f"the database has schema {found or 'of something else'}, this version needs {wanted}",
            remedy=remedy,
        )
        self.found = found
        self.wanted = wanted


class BusyError(StorageError):
    """Another process holds the database or an account's lease."""


class TakenAwayError(StorageError):
    """The database's file was deleted or replaced, or its folder unmounted, while it was open."""


class EvidenceError(StorageError):
    """The folder of evidence cannot be used, or a file in it is not what it was."""

    def __init__(self, what: str, *, path: Path | str, remedy: str = "") -> None:
        """Name the path in the text."""
        super().__init__(f"{path}: {what}", remedy=remedy)
        self.path = path


class PicturesError(ClerkwatchError):
    """What reads the words in pictures cannot be started; no picture is at fault."""


class CheckError(ClerkwatchError):
    """A check crashed on a version: it counts as not judged, never as clean."""

    def __init__(self, what: str, *, rule: str, version: str) -> None:
        """Name the rule or check and the version it crashed on."""
        super().__init__(f"{rule} on version {version}: {what}")
        self.rule = rule
        self.version = version


class MailError(ClerkwatchError):
    """A mail could not be handed over for one recipient."""

    def __init__(self, what: str, *, recipient: str, permanent: bool, remedy: str = "") -> None:
        """Keep whether another try makes sense (4xx, no connection) or not (5xx)."""
        super().__init__(what, remedy=remedy)
        self.recipient = recipient
        self.permanent = permanent


class BackupError(ClerkwatchError):
    """A copy could not be made, checked, put in its place or restored; nothing was changed."""
