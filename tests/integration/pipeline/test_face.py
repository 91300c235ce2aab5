"""The account's face with the page that its profile links to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.base import Content, FetchedProfile
from connectors.door import Door
from monitor.checks.picture import picture_hash
from monitor.demo.crest import crest
from monitor.face import LINKED_PAGE, face_of
from tests.lib import records
from tests.lib.http_server import Reply, ScriptedServer

HTML = {"Content-Type": "text/html; charset=utf-8"}


def face(
    server: ScriptedServer, *, links: tuple[str, ...], picture: bytes | None = None
) -> Content:
    """Return the face of a profile with these links."""
    profile = FetchedProfile(
        platform_id="42",
        handle="FernbeckTC",
        url="https://x.example/fernbeck",
        content=Content(own="Fernbeck Town Council", links=links, fields={"name": "Fernbeck"}),
        picture=picture,
    )
    account = replace(records.account(), api_base=server.url)
    door = Door(clock=lambda: datetime(2026, 11, 2, tzinfo=UTC))
    return face_of(profile, account=account, door=door)


def test_only_the_lines_about_a_route_are_kept() -> None:
    """Complaints and contact, each once; the rest of the website is no part of the profile."""
    page = "<p>Market on Friday</p><p>How to complain: 01632 960001</p><p>Contact the Clerk</p>"
    with ScriptedServer() as server:
        server.on("/", Reply(body=page + page, headers=HTML))
        content = face(server, links=(f"{server.url}/", f"{server.url}/second"))
        assert server.paths() == ["/"]
    assert [(one.kind, one.text) for one in content.extras] == [
        (LINKED_PAGE, "How to complain: 01632 960001"),
        (LINKED_PAGE, "Contact the Clerk"),
    ]
    assert content.fields[LINKED_PAGE] == "read"


@pytest.mark.parametrize("reply", [Reply(status=404), Reply(status=500), Reply(raw=b"rubbish")])
def test_a_page_that_cannot_be_read_is_said(reply: Reply) -> None:
    """It is unread, which is not the same as having no route."""
    with ScriptedServer() as server:
        server.on("/", reply)
        content = face(server, links=(f"{server.url}/",))
    assert content.fields[LINKED_PAGE] == "unread"
    assert content.extras == ()


def test_a_picture_is_hashed_and_a_broken_one_is_not() -> None:
    """Without links no page is asked for."""
    with ScriptedServer() as server:
        good = face(server, links=(), picture=crest())
        bad = face(server, links=(), picture=b"no picture")
        assert server.paths() == []
    assert good.fields["picture_hash"] == picture_hash(crest())
    assert "picture_hash" not in bad.fields
    assert LINKED_PAGE not in good.fields
