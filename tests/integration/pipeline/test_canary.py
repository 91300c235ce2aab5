"""A secret in every credential is found nowhere, whatever the servers do with it."""

from __future__ import annotations

import html
import io
import socketserver
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.logs import configure
from config.types import CoverageStatus
from monitor import morning
from monitor.app import build
from monitor.demo.world import Site
from monitor.doctor import examine
from tests.integration.pipeline.village import SALE
from tests.lib.canary import ECHOES, everything, found, written
from tests.lib.http_server import ScriptedServer
from tests.lib.wordpress_server import LOGIN, PASSWORD, WordPressTown
from tests.lib.youtube_server import KEY, YouTubeTown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from monitor.app import App
    from tests.integration.pipeline.village import Village
    from tests.lib.http_server import Asked, Reply

HOUR = timedelta(hours=1)
SECRET = 'canary/4f"9c+Zq&81=xT7k'
SITE_LOGIN = f"clerk:{SECRET}"


def doctor(village: Village, app: App) -> list[str]:
    """Return what `doctor` says."""
    environ = {**village.environ, "CLERKWATCH_DNS": "none"}
    found = examine(app.settings, environ=environ, clock=village.clock)
    return [f"{one.what} {one.remedy}" for one in found]


PLATFORMS = {
    "x": ("fernbeck", SECRET),
    "facebook": ("fernbeck", SECRET),
    "instagram": ("fernbeck", SECRET),
    "youtube": ("@fernbeck", SECRET),
    "wordpress": ("https://news.example", SITE_LOGIN),
    "mastodon": ("@fernbeck@social.example", SECRET),
}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Write the log at its most talkative into memory, as the commands set it up."""
    stream = io.StringIO()
    yield stream
    configure(environ={}, default="warning")


@pytest.mark.parametrize("echo", ECHOES)
def test_a_server_that_gives_the_secret_back_leaves_it_nowhere(
    village: Village, log: io.StringIO, tmp_path: Path, echo: str
) -> None:
    """In bodies, headers, addresses and broken answers, in every form, on every platform."""
    with ScriptedServer() as server:

        def answer(asked: Asked) -> Reply:
            del asked
            return ECHOES[echo](everything(SECRET), SECRET)

        server.on("/*", answer)
        server.on("/*", answer, method="POST")
        for number, (platform, (handle, secret)) in enumerate(PLATFORMS.items()):
            village.environ[f"CLERKWATCH_SECRET_S{number}"] = secret
            village.register(
                f'id = "{platform}"\nplatform = "{platform}"\nhandle = "{handle}"\n'
                f'kind = "council"\nowner = "Jo"\ncredential = "s{number}"\n'
                f'api_base = "{server.url}"\n'
            )
        app = village.app
        configure(environ={"CLERKWATCH_LOG": "debug"}, extra=[app.redactor], stream=log)
        village.scan(insist=True)
        lines = village.scan(after=3 * HOUR, insist=True).coverage
        assert {line.status for line in lines} != {CoverageStatus.READ}
        told = [line.error for line in lines]
        mail = morning.compose(app, now=village.clock.now())
        told += [mail.text]
        told += doctor(village, app)
    assert found(SECRET, "\n".join(told)) == []
    assert found(SECRET, log.getvalue()) == []
    assert found(SECRET, written(tmp_path)) == []


def test_posts_that_hold_the_secret_are_read_without_it(
    village: Village, log: io.StringIO, tmp_path: Path
) -> None:
    """Somebody posted the council's own token: the post is judged, its words are kept without."""
    tokens = {}
    for site in (Site.X, Site.FACEBOOK):
        label = village.account(site)
        tokens[label] = village.world.account(label).token
        village.publish(label, f"{SALE} {everything(tokens[label])}")
    with YouTubeTown(village.clock.now) as tube, WordPressTown(village.clock.now) as blog:
        village.environ |= {"CLERKWATCH_SECRET_TUBE": KEY, "CLERKWATCH_SECRET_SITE": LOGIN}
        for name, handle, secret, base in (
            ("youtube", "@fernbeck", "tube", tube.server.url),
            ("wordpress", "https://news.example", "site", blog.server.url),
        ):
            village.register(
                f'id = "{name}"\nplatform = "{name}"\nhandle = "{handle}"\nkind = "council"\n'
                f'owner = "Jo"\ncredential = "{secret}"\napi_base = "{base}"\n'
            )
        fern = tube.channel("Fernbeck", "fernbeck")
        tube.upload(fern, f"Sale {KEY}", f"{SALE} {everything(KEY)}", tags=[KEY])
        blog.post(f"Sale {PASSWORD}", f"<p>{SALE} {html.escape(everything(PASSWORD))}</p>")
        configure(environ={"CLERKWATCH_LOG": "debug"}, extra=[village.app.redactor], stream=log)
        read = village.scan(after=HOUR)
        village.scan(after=HOUR)
    assert {line.status for line in read.coverage} == {CoverageStatus.READ}
    assert len(village.cases()) >= 4
    mail = morning.compose(village.app, now=village.clock.now())
    said = "\n".join([mail.text, log.getvalue(), written(tmp_path)])
    for secret in (*tokens.values(), KEY, PASSWORD):
        assert found(secret, said) == []


def test_a_mail_password_that_is_a_plain_word_stays_in_posts(
    village: Village, log: io.StringIO
) -> None:
    """No platform is sent it, so no post can give it away; and its words are judged as they are."""
    village.environ["CLERKWATCH_SECRET_MAIL_PASSWORD"] = "allotments"
    label = village.account(Site.X)
    village.publish(label, f"{SALE} Ask at the allotments.")
    app = village.app
    configure(environ={"CLERKWATCH_LOG": "debug"}, extra=[app.redactor], stream=log)
    village.scan()
    app.log.info("tried allotments")
    (version,) = [one for one in village.versions() if SALE in one.words.text]
    assert "the allotments" in version.words.text
    assert "allotments" not in log.getvalue()


def test_a_mail_server_that_gives_the_password_back(
    village: Village, log: io.StringIO, tmp_path: Path
) -> None:
    """Its answer is kept with the mail, and told by doctor: without the password."""

    class Line(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while (line := self.rfile.readline()).strip():
                if line.upper().startswith(b"EHLO"):
                    self.wfile.write(b"250-here\r\n250 AUTH PLAIN LOGIN\r\n")
                    continue
                said = everything(SECRET).replace("\r", " ").replace("\n", " ")
                self.wfile.write(f"535 no: {said[:400]}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Line) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        village.environ["CLERKWATCH_SECRET_MAIL_PASSWORD"] = SECRET
        label = village.account(Site.X)
        village.publish(label, SALE)
        app = village.app
        settings = app.settings
        mail = settings.mail.model_copy(
            update={"port": server.server_address[1], "auth": "password", "username": "clerk"}
        )
        app = build(
            settings.model_copy(update={"mail": mail}),
            clock=village.clock,
            repository=village.store,
            environ=village.environ,
        )
        village._app = app
        configure(environ={"CLERKWATCH_LOG": "debug"}, extra=[app.redactor], stream=log)
        village.scan()
        morning.send(app, by="test", within_s=20)
        told = doctor(village, app)
        server.shutdown()
    errors = [each.last_error for mail in village.store.mails() for each in mail.recipients]
    assert any("[redacted]" in error for error in errors)
    assert found(SECRET, "\n".join([*told, *errors])) == []
    assert found(SECRET, log.getvalue()) == []
    assert found(SECRET, written(tmp_path)) == []
