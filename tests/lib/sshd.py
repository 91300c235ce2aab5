"""A real OpenSSH server of our own on loopback, with its keys and its folder in a test's folder."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lib.dovecot import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/sbin") or ""
_TRIES = 100
_CONFIG = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {home}/host
PidFile none
AuthorizedKeysFile {home}/known
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
ForceCommand internal-sftp
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sshd:
    """A server that offers sftp and nothing else.

    Attributes:
        to: What ``[backup] to`` says for its folder.
        host_key: What ``[backup] host_key`` says.
        key: The private key that it lets in.
        folder: Where files that are put there lie.
    """

    to: str
    host_key: str
    key: str
    folder: Path


@contextmanager
def sshd(home: Path) -> Iterator[Sshd]:
    """Start a server; it has ended when the block ends."""
    home.mkdir()
    for name in ("host", "user"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", home / name],
            check=True,
        )
    (home / "known").write_text((home / "user.pub").read_text())
    folder = home / "copies"
    folder.mkdir()
    port = free_port()
    (home / "config").write_text(_CONFIG.format(port=port, home=home))
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where it gives its privileges up
    log = (home / "log").open("w")
    process = subprocess.Popen([PROGRAM, "-D", "-e", "-f", home / "config"], stderr=log)
    try:
        _wait(port, process)
        yield Sshd(
            to=f"sftp://{getpass.getuser()}@127.0.0.1:{port}/{folder}",
            host_key=(home / "host.pub").read_text().strip(),
            key=(home / "user").read_text(),
            folder=folder,
        )
    finally:
        process.terminate()
        process.wait(10)
        log.close()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until it answers."""
    for _ in range(_TRIES):
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        break
    raise RuntimeError("sshd did not start")
