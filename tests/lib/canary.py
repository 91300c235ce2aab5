"""A secret that must stand nowhere: its forms, servers that give it back, and looking for it."""

from __future__ import annotations

import base64
import html
import io
import json
import sqlite3
import tarfile
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.lib.http_server import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def forms(secret: str) -> dict[str, str]:
    """Return how a secret may stand somewhere, by name."""
    raw = secret.encode()
    return {
        "plain": secret,
        "percent": quote(secret, safe=""),
        "lower percent": quote(secret, safe="").replace("%2F", "%2f").replace("%3D", "%3d"),
        "json": json.dumps(secret)[1:-1],
        "slashes": json.dumps(secret)[1:-1].replace("/", "\\/"),
        "html": html.escape(secret),
        "base64": base64.b64encode(raw).decode(),
        "login": base64.b64encode(b"clerk:" + raw).decode(),
        "sasl": base64.b64encode(b"\0clerk\0" + raw).decode(),
        "urlsafe": base64.urlsafe_b64encode(raw).decode(),
        "hex": raw.hex(),
        "lines": f"{secret[:7]}\r\n {secret[7:14]}\n{secret[14:]}",
        "folded": f"{secret[:9]}=\r\n{secret[9:]}",
    }


def found(secret: str, said: str) -> list[str]:
    """Return the forms of a secret that stand in what was written."""
    cores = {name: form.rstrip("=")[4:-4] for name, form in forms(secret).items()}
    return [name for name, core in cores.items() if core in said]


def written(folder: Path) -> str:
    """Return all that stands in the files of a machine: as they are, by rows, and unpacked."""
    said: list[str] = []
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix != ".toml":
            said += _told(file.read_bytes())
        if file.suffix == ".db":
            with closing(sqlite3.connect(file)) as known:
                said += known.iterdump()
    return "\n".join(said)


def _told(body: bytes) -> Iterator[str]:
    """Yield a file's bytes as text, and those of the files that it holds, but no database's."""
    yield body.decode("utf-8", "replace")
    if zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            for name in packed.namelist():
                yield from _told(packed.read(name))
    elif body[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            for member in archive:
                held = archive.extractfile(member)
                if held is not None:
                    yield from _told(held.read())


def everything(secret: str) -> str:
    """Return a text with all forms of a secret in it."""
    return " | ".join(forms(secret).values())


ECHOES: dict[str, Callable[[str, str], Reply]] = {
    "401": lambda said, _: Reply(
        status=401, json={"error": said, "code": "incorrect", "x": [said]}
    ),
    "403 page": lambda said, _: Reply(status=403, body=f"<html><p>{said}</p></html>"),
    "500": lambda said, _: Reply(status=500, body=said),
    "400": lambda said, _: Reply(
        status=400,
        json={"error": {"message": said, "code": 190, "type": "OAuthException"}, "message": said},
    ),
    "list": lambda said, _: Reply(json=[{"id": said, "said": said}]),
    "object": lambda said, _: Reply(json={"data": said, "errors": [{"detail": said}], "id": said}),
    "headers": lambda _, one: Reply(
        status=200, body="{}", headers={"ETag": one, "X-Said": one, "Last-Modified": one}
    ),
    "elsewhere": lambda _, one: Reply(
        status=302,
        headers={"Location": f"https://elsewhere.example/{quote(one, safe='')}?key={quote(one)}"},
    ),
    "no status": lambda said, _: Reply(raw=f"{said}\r\n\r\n".encode()),
}
"""Answers that give back what they were sent: all its forms, or it as it is."""
