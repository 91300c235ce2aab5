"""Fetching a picture that a platform named, over real HTTP: bounded, and judged by its bytes."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from config.register import Account
from config.types import AccountId, Kind
from connectors.door import Door
from monitor.cases.stills import MOST_BYTES, Again, Fetched, Refused, fetch
from monitor.checks.picture import picture_hash
from monitor.demo.crest import crest
from tests.lib.http_server import Reply, ScriptedServer, redirect

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A server of pictures on loopback."""
    with ScriptedServer() as running:
        yield running


def account(server: ScriptedServer) -> Account:
    """Return an account whose platform is the server."""
    return Account(
        id=AccountId("council-x"),
        platform="x",
        handle="fernbeck",
        kind=Kind.COUNCIL,
        owner="Jo Marsh",
        api_base=server.url,
    )


def fetched(
    server: ScriptedServer, path: str = "/p.jpg", *, total_s: float = 5
) -> Fetched | Refused:
    """Fetch one picture from the server."""
    door = Door(clock=lambda: NOW)
    return fetch(door, account(server), f"{server.url}/p.jpg", total_s=total_s)


def animation() -> bytes:
    """Return a GIF of two frames."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    return out.getvalue()


def bomb() -> bytes:
    """Return a small PNG that would unpack to 400 million pixels."""
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    return out.getvalue()


def test_a_picture_is_what_its_bytes_are(server: ScriptedServer) -> None:
    """A lying type and a lying name change nothing; no credential is sent along."""
    server.on("/p.jpg", Reply(body=crest(), headers={"Content-Type": "video/mp4"}))
    made = fetched(server)
    assert isinstance(made, Fetched)
    assert made.data == crest()
    shown = made.picture
    assert (shown.media_type, shown.width, shown.height) == ("image/png", 128, 128)
    assert shown.hash == picture_hash(crest())
    (asked,) = server.requests
    assert {"authorization", "cookie"}.isdisjoint(asked.headers)


@pytest.mark.parametrize(
    ("body", "why", "again"),
    [
        (b"<!DOCTYPE html><title>Log in</title>", "a page came", Again.AT_NEW_ADDRESS),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a page came", Again.AT_NEW_ADDRESS),
        (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00", "films are not kept", Again.NEVER),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "films are not kept", Again.NEVER),
        (b"\x1aE\xdf\xa3 webm", "films are not kept", Again.NEVER),
        (b"ID3\x03\x00 sound", "sound is not kept", Again.NEVER),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "sound is not kept", Again.NEVER),
        (b"%PDF-1.7", "it is a document", Again.NEVER),
        (b"\x00\x00\x00\x20ftypavif", "not kept", Again.NEVER),
        (crest()[:300], "damaged", Again.NEVER),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "damaged", Again.NEVER),
        (b"MZ\x90\x00", "no picture", Again.NEVER),
        (animation(), "it is an animation", Again.NEVER),
        (bomb(), "million pixels", Again.NEVER),
    ],
)
def test_what_is_no_still_picture_is_refused(
    server: ScriptedServer, body: bytes, why: str, again: Again
) -> None:
    """Each with its reason, whatever the header says; a page may give way to the picture later."""
    server.on("/p.jpg", Reply(body=body, headers={"Content-Type": "image/jpeg"}))
    made = fetched(server)
    assert isinstance(made, Refused)
    assert why in made.why
    assert made.again is again


@pytest.mark.parametrize(
    ("reply", "why", "again"),
    [
        (Reply(status=403, body=b"URL signature expired"), "(403)", Again.AT_NEW_ADDRESS),
        (Reply(status=404), "(404)", Again.AT_NEW_ADDRESS),
        (Reply(status=429), "(429)", Again.LATER),
        (Reply(status=503), "(503)", Again.LATER),
        (Reply(status=200), "sent nothing", Again.LATER),
        (Reply(body=crest(), cut_at=20), "did not answer in time", Again.LATER),
        (redirect("http://10.0.0.7/p.jpg"), "may be asked", Again.NEVER),
        (redirect("http://169.254.169.254/latest/meta-data"), "may be asked", Again.NEVER),
        (redirect("file:///etc/passwd"), "may be asked", Again.NEVER),
        (redirect("/p.jpg"), "leads nowhere", Again.NEVER),
    ],
)
def test_trouble_on_the_way_says_when_to_try_again(
    server: ScriptedServer, reply: Reply, why: str, again: Again
) -> None:
    """What is over is not asked again; what may pass is; nothing private is ever asked."""
    server.on("/p.jpg", reply)
    made = fetched(server)
    assert isinstance(made, Refused)
    assert why in made.why
    assert made.again is again


def test_too_large_is_not_read_to_its_end(server: ScriptedServer) -> None:
    """A body that does not end is cut at the largest size, packed ones too."""
    server.on("/p.jpg", Reply(body=b"\x89PNG" + b"\x00" * (MOST_BYTES + 10), gzip=True))
    made = fetched(server)
    assert isinstance(made, Refused)
    assert "larger than 10 megabytes" in made.why


def test_a_server_that_says_nothing_costs_its_time_and_no_more(server: ScriptedServer) -> None:
    """The deadline of one picture holds against a server that hangs."""
    server.on("/p.jpg", Reply(hang=True))
    made = fetched(server, total_s=0.2)
    assert isinstance(made, Refused)
    assert made.again is Again.LATER


@pytest.mark.parametrize("address", ["https://pictures.example/p.jpg", "http://[", "ftp://x/p"])
def test_a_simulator_is_never_left(server: ScriptedServer, address: str) -> None:
    """With an address of its own for the platform, nothing outside of it is asked."""
    made = fetch(Door(clock=lambda: NOW), account(server), address, total_s=1)
    assert made == Refused(why="its address lies outside the platform's own", again=Again.NEVER)
    assert server.requests == []
