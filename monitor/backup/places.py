"""Where copies lie: a folder of a mounted share, or a folder on another machine by sftp.

Every place speaks of names only, `manifest.read_name`'s; whatever else lies there is left
alone. A copy arrives under a passing name and is given its own when it is whole.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from config.errors import BackupError
from config.settings import secret
from monitor.backup.manifest import read_name
from monitor.backup.programs import run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from config.settings.backup import Backup, SshPlace
    from monitor.backup.manifest import CopyName
    from monitor.backup.programs import Patience

_PASSING = ".partial"
_PIECE = 1 << 20


class Place(Protocol):
    """Somewhere that copies lie."""

    @property
    def title(self) -> str:
        """How messages name it."""
        ...

    def names(self) -> list[CopyName]:
        """Return the copies that lie there, whole ones only, oldest first.

        Raises:
            BackupError: The place cannot be reached or read.
        """
        ...

    def put(self, file: Path, name: str) -> None:
        """Put a copy there: whole, under its name, or not at all.

        Raises:
            BackupError: It cannot be written there; a copy of that name stays as it is.
        """
        ...

    def get(self, name: str, into: Path) -> None:
        """Fetch a copy, as it lies there now.

        Raises:
            BackupError: It is not there or cannot be read.
        """
        ...

    def remove(self, name: str) -> None:
        """Take a copy away.

        Raises:
            BackupError: It cannot be removed.
        """
        ...


def place_of(
    settings: Backup, *, environ: Mapping[str, str], patience: Patience, beside: Path
) -> Place | None:
    """Return the configured place; None: there is none. Nothing is connected yet.

    Args:
        settings: Names it.
        environ: Where the private key is looked up.
        patience: Ends what takes too long.
        beside: A folder on this machine's own disk; the place must lie on another.

    Raises:
        SettingsError: The private key is missing.
    """
    if not settings.to:
        return None
    ssh = settings.ssh()
    if ssh is None:
        return FolderPlace(Path(settings.to), patience=patience, apart_from=beside)
    key = secret(settings.credential, environ=environ).get_secret_value()
    return SftpPlace(ssh, host_key=settings.host_key, key=key, patience=patience)


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """A folder: of a mounted share, or any that a person names by hand.

    Attributes:
        folder: Must be there: a share that is not mounted is not made.
        apart_from: The place must be on another file system than this; None: it need not.
    """

    folder: Path
    patience: Patience = field(kw_only=True)
    apart_from: Path | None = field(default=None, kw_only=True)

    @property
    def title(self) -> str:
        """How messages name it."""
        return str(self.folder)

    def names(self) -> list[CopyName]:
        """Return the copies that lie there, oldest first."""
        with self._told():
            found = [read_name(one.name) for one in self._there().iterdir() if one.is_file()]
        return sorted((one for one in found if one), key=lambda one: one.text)

    def put(self, file: Path, name: str) -> None:
        """Put a copy there, brought to the disk before it gets its name."""
        with self._told():
            self._sweep(name)
            handle, passing = tempfile.mkstemp(
                prefix=f".{name}.", suffix=_PASSING, dir=self._there()
            )
            try:
                with os.fdopen(handle, "wb") as target, file.open("rb") as source:
                    while piece := source.read(_PIECE):
                        self.patience.check()
                        target.write(piece)
                    target.flush()
                    os.fsync(target.fileno())
                os.replace(passing, self.folder / name)  # noqa: PTH105  # the passing name is a str
            except BaseException:
                with suppress(OSError):
                    Path(passing).unlink()
                raise
            _sync(self.folder)

    def get(self, name: str, into: Path) -> None:
        """Fetch a copy."""
        with self._told(), (self._there() / name).open("rb") as source, into.open("xb") as target:
            into.chmod(0o600)
            while piece := source.read(_PIECE):
                self.patience.check()
                target.write(piece)

    def remove(self, name: str) -> None:
        """Take a copy away."""
        with self._told():
            (self._there() / name).unlink(missing_ok=True)

    def free(self) -> int:
        """Return how many bytes are free there."""
        with self._told():
            return shutil.disk_usage(self._there()).free

    def _there(self) -> Path:
        """Return the folder, if it is one and lies on another disk than the database."""
        if not self.folder.is_dir():
            raise BackupError(
                f"{self.folder} is not there", remedy="Mount the share, or correct [backup] to"
            )
        apart = self.apart_from
        if apart is not None and self.folder.stat().st_dev == apart.stat().st_dev:
            raise BackupError(
                f"{self.folder} lies on the same disk as the database",
                remedy="Is the share mounted? A copy must lie off this machine: a mounted share, "
                "or sftp://user@host/folder",
            )
        return self.folder

    def _sweep(self, name: str) -> None:
        """Take away what a kill left half written of this record's copies."""
        own = name.rpartition("-")[0]
        for one in self._there().glob(f".{own}-*{_PASSING}"):
            one.unlink(missing_ok=True)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise BackupError(
                f"{self.folder}: {os.strerror(error.errno or 0)}",
                remedy="Make it readable and writable for the user that clerkwatch runs as, with "
                "room for a copy; under systemd add ReadWritePaths= (systemctl edit clerkwatch)",
            ) from error


@dataclass(frozen=True, slots=True)
class SftpPlace:
    """A folder on another machine; the server needs nothing but sftp.

    Attributes:
        ssh: Where.
        host_key: The server's public key; any other server is refused.
        key: The private key, never shown.
    """

    ssh: SshPlace
    host_key: str = field(kw_only=True)
    key: str = field(kw_only=True, repr=False)
    patience: Patience = field(kw_only=True)

    @property
    def title(self) -> str:
        """How messages name it."""
        return f"{self.ssh.host}, folder {self.ssh.folder}"

    def names(self) -> list[CopyName]:
        """Return the copies that lie there, oldest first."""
        listed = self._do(f"ls -1 {self.ssh.folder}")
        found = [read_name(line.strip().rpartition("/")[2]) for line in listed.splitlines()]
        return sorted((one for one in found if one), key=lambda one: one.text)

    def put(self, file: Path, name: str) -> None:
        """Put a copy there; what an earlier try left half written is replaced."""
        place = f"{self.ssh.folder}/{name}"
        self._do(
            f"-mkdir {self.ssh.folder}",
            f"put -f {_quoted(file)} {place}{_PASSING}",
            f"rename {place}{_PASSING} {place}",
        )

    def get(self, name: str, into: Path) -> None:
        """Fetch a copy."""
        self._do(f"get {self.ssh.folder}/{name} {_quoted(into)}")
        into.chmod(0o600)

    def remove(self, name: str) -> None:
        """Take a copy away."""
        self._do(f"rm {self.ssh.folder}/{name}")

    def _do(self, *orders: str) -> str:
        """Have orders carried out in one session; return what the server listed."""
        with tempfile.TemporaryDirectory(prefix="clerkwatch-ssh-") as folder:
            known, key = Path(folder) / "known", Path(folder) / "key"
            known.write_text(f"clerkwatch-backup {self.host_key}\n", encoding="utf-8")
            key.touch(mode=0o600)
            key.write_text(f"{self.key.strip()}\n", encoding="utf-8")
            options = (
                "BatchMode=yes",
                "StrictHostKeyChecking=yes",
                f"UserKnownHostsFile={known}",
                "GlobalKnownHostsFile=/dev/null",
                "HostKeyAlias=clerkwatch-backup",
                f"IdentityFile={key}",
                "IdentitiesOnly=yes",
                "IdentityAgent=none",
                "PreferredAuthentications=publickey",
                "ConnectTimeout=20",
                "ServerAliveInterval=15",
                "ServerAliveCountMax=4",
                "ControlMaster=no",
                "LogLevel=ERROR",
            )
            command: list[str | Path] = ["sftp", "-F", "/dev/null", "-b", "-"]
            for option in options:
                command += ["-o", option]
            command += ["-P", str(self.ssh.port), "--", self._login()]
            given = "".join(f"{order}\n" for order in orders).encode()
            said = self._run(command, given)
        # It repeats each order behind a prompt; what remains is what the server said.
        return "\n".join(line for line in said.splitlines() if not line.startswith("sftp> "))

    def _run(self, command: list[str | Path], given: bytes) -> str:
        try:
            return run(command, patience=self.patience, given=given, environ={})
        except BackupError as error:
            raise BackupError(
                f"{self.title}: {error.what}",
                remedy=error.remedy
                or "Check [backup] to, host_key and the secret with the private key; try: sftp",
            ) from None  # its own words are in the text already

    def _login(self) -> str:
        host = f"[{self.ssh.host}]" if ":" in self.ssh.host else self.ssh.host
        return f"{self.ssh.user}@{host}"


def _quoted(file: Path) -> str:
    """Return a path of this machine as sftp's own little language reads it."""
    said = str(file).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{said}"'


def _sync(folder: Path) -> None:
    """Bring a folder's list of names to the disk; a network share may know no such thing."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
