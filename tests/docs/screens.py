"""The mails and the report of a real run, as pages to take pictures of.

`scripts/screenshots.sh` calls it: the demo's town is read twice through its loopback platforms,
its mails pass a real mail server, and the Clerk decides by reply.
"""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from config.types import SubjectKind
from monitor import morning
from monitor.papers.report import period_of
from monitor.report.gather import gather
from monitor.report.written import page
from tests.integration.replies.desk import ClerksDesk

if TYPE_CHECKING:
    from email.message import EmailMessage

_TO_LOSE = "Borehamwood Independents councillors kept the library"
"""Words of the post that the Clerk wants taken down."""


def pages() -> dict[str, str]:
    """Return by name what the Clerk, an owner and a committee see; HTML."""
    with (
        TemporaryDirectory() as folder,
        redirect_stdout(sys.stderr),
        ClerksDesk(Path(folder)) as desk,
    ):
        app = desk.app
        urgent = desk.newest("urgent")
        morning.send(app, by="daemon")
        digest = desk.newest("digest")
        lost = next(
            case for case in app.repository.cases(subject=SubjectKind.POST) if _TO_LOSE in case.text
        )
        desk.town.clock.advance(timedelta(minutes=40))
        desk.put(desk.answer(digest, f"REMOVE {lost.id}"))
        desk.look()
        confirmation = desk.newest("answer")
        desk.town.clock.advance(timedelta(minutes=20))
        desk.deliver()
        request = desk.newest("request")
        at = app.clock.now()
        report = gather(
            app.repository,
            settings=app.settings,
            policy=app.policy,
            period=period_of("", zone=app.settings.zone(), at=at),
            as_of=at,
        )
        return {
            "digest": _html(digest),
            "urgent": _html(urgent),
            "request": _html(request),
            "confirmation": _html(confirmation),
            "report": page(report),
        }


def _html(mail: EmailMessage) -> str:
    """Return a mail's HTML part."""
    part = mail.get_body(("html",))
    if part is None:
        raise ValueError(f"no HTML in {mail['Subject']}")
    return str(part.get_content())


def write(folder: Path) -> None:
    """Write every page into a folder."""
    for name, text in pages().items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
