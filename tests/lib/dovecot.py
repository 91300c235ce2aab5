"""A real Dovecot of our own on loopback, with its folder, users and log in a test's folder."""

from __future__ import annotations

import base64
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.lib.jwt import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import trustme

PASSWORD = "pass-word-of-a-test"
PROGRAM = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/sbin") or ""
_TRIES = 100
_CONFIG = """\
base_dir = {run}
state_dir = {run}
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
disable_plaintext_auth = no
auth_mechanisms = plain {mechanisms}
default_internal_user = {user}
default_login_user = {login}
default_internal_group = {group}
first_valid_uid = 0
auth_failure_delay = 0
mail_location = maildir:{run}/mail
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
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
_TLS = """\
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
"""
_TOKENS = """\
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {home}/oauth2.conf
}}
"""
_LOCAL = """\
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={home}/keys/
username_attribute = email
username_format = %u
"""


@contextmanager
def dovecot(
    home: Path,
    *,
    authority: trustme.CA | None = None,
    tls_port: int = 0,
    has_tokens: bool = False,
) -> Iterator[int]:
    """Run a server that takes any user with `PASSWORD`, and give its port.

    Args:
        home: A folder that is not there yet.
        authority: Issues its certificate for 127.0.0.1; None: it speaks no TLS.
        tls_port: Where it speaks TLS from the first byte; 0: nowhere.
        has_tokens: Take XOAUTH2 with tokens of `tests.lib.jwt` too.
    """
    home.mkdir(parents=True)
    # The process that takes logins must not be root, and has to reach its sockets.
    run = tempfile.mkdtemp(prefix="dovecot-of-a-test-")
    os.chmod(run, 0o755)  # noqa: PTH101, S103 - sockets only, on a test's loopback server
    port = free_port()
    me = pwd.getpwuid(os.getuid())
    # Nor may mailboxes be root's.
    keeper = pwd.getpwnam("nobody") if me.pw_uid == 0 else me
    os.mkdir(f"{run}/mail")  # noqa: PTH102 - beside the call below
    os.chown(f"{run}/mail", keeper.pw_uid, keeper.pw_gid)
    text = _CONFIG + (_TLS if authority else "") + (_TOKENS if has_tokens else "")
    config = home / "dovecot.conf"
    config.write_text(
        text.format(
            home=home,
            run=run,
            login="dovenull" if me.pw_uid == 0 else me.pw_name,
            user=me.pw_name,
            group="root" if me.pw_uid == 0 else me.pw_name,
            port=port,
            tls_port=tls_port,
            ssl="yes" if authority else "no",
            mechanisms="xoauth2 oauthbearer" if has_tokens else "",
            password=PASSWORD,
            uid=keeper.pw_uid,
            gid=keeper.pw_gid,
        ),
        encoding="utf-8",
    )
    if authority:
        issued = authority.issue_cert("127.0.0.1")
        issued.private_key_pem.write_to_path(home / "key.pem")
        issued.cert_chain_pems[0].write_to_path(home / "cert.pem")
    if has_tokens:
        _write_keys(home)
    server = subprocess.Popen([PROGRAM, "-F", "-c", str(config)])
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)
        shutil.rmtree(run)


def free_port() -> int:
    """Return a port of loopback that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _write_keys(home: Path) -> None:
    """Write the key with which tokens are checked, where the server looks for it."""
    (home / "oauth2.conf").write_text(_LOCAL.format(home=home), encoding="utf-8")
    place = home / "keys" / "default" / "HS256" / "default"
    place.parent.mkdir(parents=True)
    place.write_text(base64.b64encode(KEY).decode(), encoding="ascii")


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
