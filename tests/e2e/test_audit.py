"""The audit of dependencies against an advisory service on loopback: never a false green."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "audit.py"
LOCK = "".join(
    f"{name}==1.0 \\\n    --hash=sha256:{letter * 64}\n"
    for name, letter in (("yew", "a"), ("elm", "b"))
)
ADVISORY = {
    "id": "FERN-2026-0001",
    "summary": "Leaves fall",
    "affected": [
        {
            "package": {"name": "elm", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}],
        }
    ],
}


@contextmanager
def _service(*, status: int = 200, body: bytes | None = None, knows: str = "") -> Iterator[str]:
    """Run a service that speaks OSV; yield its address."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found: dict[str, Any] = (
                {"vulns": [ADVISORY]} if asked["package"]["name"] == knows else {}
            )
            said = json.dumps(found).encode() if body is None else body
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/query"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _audit(tmp_path: Path, url: str, lock: str = LOCK) -> tuple[int, str]:
    path = tmp_path / "some.lock"
    path.write_text(lock, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(path)],
        env=os.environ | {"CLERKWATCH_OSV_URL": url, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def test_it_is_green_only_when_the_service_answered_for_every_package(tmp_path: Path) -> None:
    """Both packages were asked about, and nothing is known: exit 0, with their number."""
    with _service() as url:
        code, said = _audit(tmp_path, url)
    assert (code, said.endswith("2 packages, no known advisory\n")) == (0, True)


def test_an_advisory_is_named_with_the_version_that_mends_it(tmp_path: Path) -> None:
    """Exit 1, and the package, the advisory and the remedy."""
    with _service(knows="elm") as url:
        code, said = _audit(tmp_path, url)
    assert code == 1
    assert "elm 1.0: FERN-2026-0001; fixed in: 1.1" in said
    assert "yew" not in said


@pytest.mark.parametrize(
    ("status", "body"), [(500, b""), (403, b"no"), (200, b"<html>sign in</html>"), (200, b"[")]
)
def test_a_service_that_does_not_answer_properly_is_no_green(
    status: int, body: bytes, tmp_path: Path
) -> None:
    """Errors, a sign-in page, broken JSON: exit 4, and it says that nothing was audited."""
    with _service(status=status, body=body) as url:
        code, said = _audit(tmp_path, url)
    assert code == 4
    assert "NOT AUDITED" in said
    assert "2 of 2 packages" in said


def test_no_service_at_all_is_said_plainly(tmp_path: Path) -> None:
    """Nobody listens: exit 4, and in plain words."""
    code, said = _audit(tmp_path, "http://127.0.0.1:9/v1/query")
    assert code == 4
    assert "no advisory service could be reached" in said
    assert "This says nothing about their safety" in said


@pytest.mark.parametrize("lock", ["", "<html>\n"])
def test_what_is_not_a_lock_is_wrong_use(lock: str, tmp_path: Path) -> None:
    """Nothing to audit is no green either."""
    assert _audit(tmp_path, "http://127.0.0.1:9/", lock)[0] == 2
