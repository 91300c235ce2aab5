"""Copies off this machine: where to, when, how many, and for whom they are encrypted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator

from config.settings.fields import Duration, Section, TimeOfDay

_SFTP = re.compile(
    r"sftp://(?P<user>[A-Za-z0-9_][A-Za-z0-9_.-]{0,63})@"
    r"(?P<host>[A-Za-z0-9][A-Za-z0-9.-]{0,252}|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>\d{1,5}))?"
    r"/(?P<folder>[A-Za-z0-9._/-]{1,400})"
)
_KEY = re.compile(r"(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+) [A-Za-z0-9+/=]{40,2000}")
_AGE = re.compile(r"age1[0-9a-z]{20,2000}|(?:ssh-ed25519|ssh-rsa) [A-Za-z0-9+/=]{40,2000}")
_LAST_PORT = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class SshPlace:
    """A folder on another machine, reached by sftp.

    Attributes:
        folder: As the server's sftp sees it; relative to where the login begins.
    """

    user: str
    host: str
    port: int
    folder: str


class Backup(Section):
    """Copies off this machine: the database, the evidence and the configuration."""

    to: str = Field(
        default="",
        description="Where they go: the folder of a mounted share, or "
        "sftp://user@host[:port]/folder (// before an absolute path). Empty: no copy is made, "
        "and doctor fails.",
        examples=["/mnt/council-share/clerkwatch"],
        max_length=1000,
    )
    at: TimeOfDay = Field(
        default=time(2, 30),
        description="When the daily copy is made; not from 01:00 to 01:59.",
        examples=["02:30"],
    )
    keep: int = Field(
        default=14, description="How many copies are kept there, 1 to 400.", ge=1, le=400
    )
    recipient: str = Field(
        default="",
        description="For whom copies are encrypted: an age recipient (age1… or an ssh public key), "
        "or the path of a file with an OpenPGP public key. Empty: they are not.",
        examples=["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kudd0cl3sxyzpc9"],
        max_length=4000,
    )
    host_key: str = Field(
        default="",
        description="sftp only: the server's public key, without its name "
        "(ssh-keyscan -t ed25519 HOST prints it).",
        examples=["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExample0000"],
        max_length=4000,
    )
    credential: str = Field(
        default="backup_ssh_key",
        description="sftp only: name of the secret that holds the private key.",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$",
    )
    within: Duration = Field(
        default=timedelta(hours=4),
        description="Longest that one copy may take, 1m to 20h.",
        ge=timedelta(minutes=1),
        le=timedelta(hours=20),
        examples=["4h"],
    )

    @field_validator("to")
    @classmethod
    def _is_place(cls, value: str) -> str:
        if "://" not in value:
            return value
        found = _SFTP.fullmatch(value)
        if found is None or int(found["port"] or 22) not in range(1, _LAST_PORT + 1):
            raise ValueError(
                "write sftp://user@host/folder or sftp://user@host:port/folder, the folder of "
                "letters, digits and ._-/ only; or the path of a mounted folder"
            )
        if ".." in found["folder"].split("/"):
            raise ValueError("the folder may not lead upwards (..)")
        return value

    @field_validator("host_key")
    @classmethod
    def _is_key(cls, value: str) -> str:
        if value and not _KEY.fullmatch(value):
            raise ValueError('write the kind and the key, for example "ssh-ed25519 AAAA…"')
        return value

    @field_validator("recipient")
    @classmethod
    def _is_recipient(cls, value: str) -> str:
        if value.startswith(("age1", "ssh-")) and not _AGE.fullmatch(value):
            raise ValueError("this is no age recipient: copy the whole line that age-keygen prints")
        if value.upper().startswith("AGE-SECRET-KEY"):
            raise ValueError("this is the secret key: write the public one, which begins with age1")
        return value

    @model_validator(mode="after")
    def _pinned(self) -> Self:
        if self.ssh() is not None and not self.host_key:
            raise ValueError(
                "host_key is missing: without it nobody knows whether the copy reaches the right "
                "server; ssh-keyscan -t ed25519 HOST prints it, compare it there"
            )
        return self

    def ssh(self) -> SshPlace | None:
        """Return the folder on another machine; None for a path or for nothing."""
        found = _SFTP.fullmatch(self.to)
        if found is None:
            return None
        return SshPlace(
            user=found["user"],
            host=found["host"].strip("[]"),
            port=int(found["port"] or 22),
            folder=found["folder"].rstrip("/") or "/",
        )

    def is_for_age(self) -> bool:
        """Return whether copies are encrypted by age; else by GnuPG, or not at all."""
        return bool(_AGE.fullmatch(self.recipient))

    def key_file(self) -> Path | None:
        """Return the file of an OpenPGP public key; None where age or nothing encrypts."""
        return Path(self.recipient) if self.recipient and not self.is_for_age() else None
