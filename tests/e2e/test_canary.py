"""Canaries in every credential of a machine: real processes, at DEBUG, leave them nowhere.

Every account has a secret of its own, and so have the mail server, the mailbox, the token server
of the mail's login, and the address of the dead-man's ping. The platforms give back what they
were sent, in every form; the council's own posts hold it, too.
"""

from __future__ import annotations

import dataclasses
import os
import signal
import socket
import socketserver
import subprocess
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest

from monitor.demo.world import Site
from tests.e2e.place import COMMAND, Place
from tests.lib.canary import ECHOES, everything, found, written
from tests.lib.http_server import Reply, ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from tests.lib.http_server import Asked

LONGEST_S = 60.0
SALE = "20% off all kitchens at Bradley's this weekend. Use code TOWN20."
THREAT = "Come here again and we'll break your legs."
HANDLES = {
    "instagram": "fernbeck",
    "youtube": "@fernbeck",
    "wordpress": "https://news.example",
    "mastodon": "@fernbeck@social.example",
    "bluesky": "fernbeck.example",
}
OTHERS = ("mail_password", "inbox_password", "mail_client_secret")


def canary(name: str) -> str:
    """Return a secret that no other one contains, with signs that are written in many ways."""
    return f'canary/{name.replace("_", "-")}"9c+Zq&81=xT7k'


class Echoing(Place):
    """A council whose other platforms give back their secret, whose town's posts hold theirs."""

    def __init__(self, folder: Path) -> None:
        """Prepare accounts on all platforms in a folder."""
        super().__init__(folder, [Site.X, Site.FACEBOOK, Site.FEED])
        for site in (Site.X, Site.FACEBOOK):
            account = self.world.account(site.value)
            self.world.change_profile(dataclasses.replace(account, token=canary(site.value)))
        self.echoing = ScriptedServer()
        self.secrets = {name: canary(name) for name in (*HANDLES, *OTHERS)}
        self.answers = 0
        self.ping = f"canary-ping-{os.urandom(8).hex()}"
        self._more = ExitStack()
        said = everything(self.secrets["inbox_password"]).replace("\r", " ").replace("\n", " ")

        class Mailbox(socketserver.StreamRequestHandler):
            """A mailbox that lets nobody in, and gives back what it was sent."""

            def handle(self) -> None:
                self.wfile.write(b"* OK here\r\n")
                while line := self.rfile.readline():
                    self.wfile.write(line.split()[0] + f" NO {said}\r\n".encode())

        self.mailbox = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox)
        self.mailbox.daemon_threads = True

    def __enter__(self) -> Self:
        """Start everything."""
        super().__enter__()
        self.change('digest_at = "07:00"', 'digest_at = "00:00"')  # due at any hour of the day
        self._more.enter_context(self.echoing)
        threading.Thread(target=self.mailbox.serve_forever, daemon=True).start()
        self.echoing.on("/*", self._answer)
        self.echoing.on("/*", self._answer, method="POST")
        for name, handle in HANDLES.items():
            login = f"clerk:{self.secrets[name]}" if name == "wordpress" else self.secrets[name]
            self.environ[f"CLERKWATCH_SECRET_IT_{name.upper()}"] = login
            self.append(
                f'\n[[accounts]]\nid = "{name}"\nplatform = "{name}"\nhandle = "{handle}"\n'
                f'kind = "council"\nowner = "Jo"\ncredential = "it_{name}"\n'
                f'api_base = "{self.echoing.url}"\n'
            )
        for name in OTHERS:
            self.environ[f"CLERKWATCH_SECRET_{name.upper()}"] = self.secrets[name]
        self.environ |= {
            "CLERKWATCH_LOG": "debug",
            "CLERKWATCH_WATCH__PING": f"{self.echoing.url}/{self.ping}",
            "CLERKWATCH_MAIL__INBOX__HOST": "127.0.0.1",
            "CLERKWATCH_MAIL__INBOX__PORT": str(self.mailbox.server_address[1]),
            "CLERKWATCH_MAIL__INBOX__SECURITY": "none",
            "CLERKWATCH_MAIL__INBOX__AUTH": "password",
            "CLERKWATCH_MAIL__INBOX__USERNAME": "clerk",
        }
        for site in (Site.X, Site.FACEBOOK, Site.FEED):
            token = self.world.account(site.value).token
            self.publish(site, f"{SALE} {everything(token)}", hours_ago=3)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop everything."""
        self.mailbox.shutdown()
        self.mailbox.server_close()
        self._more.close()
        super().__exit__(kind, error, trace)

    def _answer(self, asked: Asked) -> Reply:
        """Give back whatever secret there is, in another way each time: each one's to each."""
        del asked
        known = [*self.secrets.values(), self.ping]
        self.answers += 1
        echo = list(ECHOES.values())[self.answers % len(ECHOES)]
        return echo(" | ".join(map(everything, known)), known[self.answers % len(known)])

    def all(self) -> dict[str, str]:
        """Return every secret of this machine, by name."""
        towns = {
            site.value: self.world.account(site.value).token for site in (Site.X, Site.FACEBOOK)
        }
        return self.secrets | towns | {"ping": self.ping}

    def leaks(self, said: str) -> dict[str, list[str]]:
        """Return the secrets that stand in what was said, and in which forms."""
        every = {name: found(secret, said) for name, secret in self.all().items()}
        return {name: there for name, there in every.items() if there}

    def lives(self) -> str:
        """Run the daemon until it has read everything and asked the ping; return what it said."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            address = self.folder / "notify"
            channel.bind(str(address))
            channel.settimeout(LONGEST_S)
            with subprocess.Popen(
                [COMMAND, "run"],
                cwd=self.folder,
                env=self.environ | {"NOTIFY_SOCKET": str(address), "WATCHDOG_USEC": "3000000"},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            ) as daemon:
                try:
                    told = b""
                    while b"; 0 at work" not in told:
                        told = channel.recv(65_536)
                finally:
                    os.kill(daemon.pid, signal.SIGTERM)
                said, _ = daemon.communicate(timeout=LONGEST_S)
            address.unlink()
        return said


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Echoing]:
    """Furnish a machine whose platforms give back what they should keep."""
    folder = tmp_path / "machine"
    folder.mkdir()
    with Echoing(folder) as running:
        yield running


def test_no_command_and_no_file_tells_a_secret(place: Echoing) -> None:
    """Reading, the daemon, listings, papers, a case's pack, a copy: by JSON and by words."""
    said = []
    for arguments in (("scan",), ("verify", "--json")):
        done = place.run(*arguments)
        said += [done.out, done.err]
    place.publish(Site.X, f"{THREAT} {everything(place.all()['x'])}", hours_ago=0)
    said.append(place.lives())
    number = str(place.run("cases", "list", "--json").json[0]["id"])
    typed = [
        ("accounts", "list", "--cost", "--json"),
        ("accounts", "show", "bluesky", "--json"),
        ("accounts", "test", "wordpress", "--json"),
        ("status", "--json"),
        ("doctor", "--json"),
        ("digest",),
        ("cases", "show", number, "--json"),
        ("search", "kitchens", "--json"),
        ("report", "--json"),
        ("evidence", "verify", "--json"),
        ("evidence", "export", number),
        ("backup", "--json"),
    ]
    codes = {}
    for words in typed:
        done = place.run(*words)
        said += [done.out, done.err]
        codes[" ".join(words)] = done.code
    assert {words for words, code in codes.items() if code == 2} == set()
    assert place.leaks("\n".join(said)) == {}
    mails = "\n".join(mail.data.decode("utf-8", "replace") for mail in place.smtp.mails)
    assert "kitchens" in mails
    assert place.leaks(mails) == {}
    share = Path(place.environ["CLERKWATCH_BACKUP__TO"])
    assert list(share.iterdir())
    assert place.leaks(written(share)) == {}
    assert place.leaks(written(place.folder)) == {}
