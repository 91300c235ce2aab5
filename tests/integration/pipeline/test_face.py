"""The account's face with the page that its profile links to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.base import Content, FetchedProfile
from connectors.door import Door
from monitor.checks.picture import picture_hash
from monitor.checks.profile import LINKED_PAGE
from monitor.demo.crest import crest
from monitor.face import face_of
from monitor.sighting import words_of
from tests.lib import records
from tests.lib.http_server import Reply, ScriptedServer

HTML = {"Content-Type": "text/html; charset=utf-8"}


def face(
    server: ScriptedServer,
    *,
    links: tuple[str, ...],
    picture: bytes | None = None,
    before: Content | None = None,
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
    known = words_of(before) if before is not None else None
    return face_of(profile, account=account, door=door, before=known)


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


PAGE = (
    "<html><body><p>How to complain: 01632 960001</p><p>Market</p><p>Contact the Clerk</p>"
    "</body></html>"
)
HALF = PAGE[: PAGE.index("<p>Contact")]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=500),
        Reply(status=429),
        Reply(status=403),
        Reply(raw=b"rubbish"),
        Reply(body=HALF, headers=HTML),
        Reply(body="<!doctype html><html><head>", headers=HTML),
    ],
)
def test_a_page_that_fails_for_a_while_is_no_changed_profile(reply: Reply) -> None:
    """What it showed before still counts, to the byte; a web server's bad day is no edit."""
    with ScriptedServer() as server:
        server.on("/", Reply(body=PAGE, headers=HTML))
        before = face(server, links=(f"{server.url}/",))
        server.on("/", reply)
        after = face(server, links=(f"{server.url}/",), before=before)
    assert after.digest() == before.digest()
    assert [one.text for one in after.extras] == [
        "How to complain: 01632 960001",
        "Contact the Clerk",
    ]


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        (PAGE.replace("<p>How to complain: 01632 960001</p>", ""), ["Contact the Clerk"]),
        ("<p>Contact the Clerk</p>", ["Contact the Clerk"]),
        (
            HALF + "<p>Give us feedback</p>",
            ["How to complain: 01632 960001", "Contact the Clerk", "Give us feedback"],
        ),
    ],
)
def test_a_page_that_really_changed_is_believed(page: str, lines: list[str]) -> None:
    """A whole page may lose a line; one without an end only gains some."""
    with ScriptedServer() as server:
        server.on("/", Reply(body=PAGE, headers=HTML))
        before = face(server, links=(f"{server.url}/",))
        server.on("/", Reply(body=page, headers=HTML))
        after = face(server, links=(f"{server.url}/",), before=before)
    assert [one.text for one in after.extras] == lines


def test_lines_of_another_page_or_of_one_that_is_gone_do_not_count() -> None:
    """The profile links elsewhere now, or the page is not there any more: nothing is kept."""
    with ScriptedServer() as server:
        server.on("/", Reply(body=PAGE, headers=HTML))
        before = face(server, links=(f"{server.url}/",))
        server.on("/other", Reply(status=500))
        elsewhere = face(server, links=(f"{server.url}/other",), before=before)
        server.on("/", Reply(status=410))
        gone = face(server, links=(f"{server.url}/",), before=before)
    assert [one.fields[LINKED_PAGE] for one in (elsewhere, gone)] == ["unread", "unread"]
    assert (elsewhere.extras, gone.extras) == ((), ())


def test_a_picture_is_hashed_and_a_broken_one_is_not() -> None:
    """Without links no page is asked for."""
    with ScriptedServer() as server:
        good = face(server, links=(), picture=crest())
        bad = face(server, links=(), picture=b"no picture")
        assert server.paths() == []
    assert good.fields["picture_hash"] == picture_hash(crest())
    assert "picture_hash" not in bad.fields
    assert LINKED_PAGE not in good.fields
