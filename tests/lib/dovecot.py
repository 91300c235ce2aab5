"""A real Dovecot of our own on loopback, with its folder, users and log in a test's folder."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PASSWORD = "pass-word-of-a-test"
PROGRAM = shutil.which("dovecot") or ""
_TRIES = 100
_CONFIG = """\
base_dir = {run}
state_dir = {run}
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_login_user = {login}
default_internal_group = {group}
first_valid_uid = 0
mail_location = maildir:{run}/mail
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={run}/mail
}}
"""


@contextmanager
def dovecot(home: Path) -> Iterator[int]:
    """Run a server that takes any user with `PASSWORD`, and give its port."""
    home.mkdir(parents=True)
    # The process that takes logins must not be root, and has to reach its sockets.
    run = tempfile.mkdtemp(prefix="dovecot-of-a-test-")
    os.chmod(run, 0o755)  # noqa: PTH101, S103 - sockets only, on a test's loopback server
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    me = pwd.getpwuid(os.getuid())
    # Nor may mailboxes be root's.
    keeper = pwd.getpwnam("nobody") if me.pw_uid == 0 else me
    os.mkdir(f"{run}/mail")  # noqa: PTH102 - beside the call below
    os.chown(f"{run}/mail", keeper.pw_uid, keeper.pw_gid)
    config = home / "dovecot.conf"
    config.write_text(
        _CONFIG.format(
            home=home,
            run=run,
            login="dovenull" if me.pw_uid == 0 else me.pw_name,
            user=me.pw_name,
            group="root" if me.pw_uid == 0 else me.pw_name,
            port=port,
            password=PASSWORD,
            uid=keeper.pw_uid,
            gid=keeper.pw_gid,
        ),
        encoding="utf-8",
    )
    server = subprocess.Popen([PROGRAM, "-F", "-c", str(config)])
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)
        shutil.rmtree(run)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Return when the server greets.

    Raises:
        RuntimeError: It does not.
    """
    for _ in range(_TRIES):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
                if line.recv(4) == b"* OK":
                    return
        except OSError:
            pass
        try:
            server.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            continue
        break
    raise RuntimeError(f"dovecot did not start (exit {server.poll()})")
