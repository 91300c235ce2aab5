"""Names and manifests of copies: what is ours, and that nothing else is taken for it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import BackupError
from monitor.backup.configuration import without_secrets
from monitor.backup.manifest import (
    DATABASE,
    Held,
    Manifest,
    is_ours,
    name_of,
    read_manifest,
    read_name,
    record_of,
)

AT = datetime(2026, 11, 30, 2, 30, tzinfo=UTC)
WHOLE = Manifest(
    made_at=AT,
    version="0.1.0",
    schema="0011",
    head=(3, "a" * 64),
    record="abcd0123",
    files=(
        Held(name=DATABASE, size=4096, sha256="b" * 64),
        Held(name="evidence/" + "c" * 64, size=3, sha256="c" * 64),
        Held(name="configuration/clerkwatch.toml", size=3, sha256="d" * 64),
    ),
    elsewhere=(("configuration/elsewhere/0-logo.png", "/srv/our logo.png"),),
    faults=("entry 3: is missing",),
)


def test_a_manifest_is_read_as_it_was_written() -> None:
    """Every field, both ways."""
    assert read_manifest(WHOLE.to_json()) == WHOLE


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (b'"clerkwatch-backup-1"', b'"clerkwatch-backup-9"'),
        (b'"size": 4096', b'"size": -1'),
        (b'"' + b"b" * 64, b'"' + b"z" * 64),
        (b"clerkwatch.db", b"other.db"),
        (b"evidence/", b"../evidence/"),
        (b"+00:00", b""),
        (b'"ledger"', b'"leger"'),
        (b"{", b"["),
    ],
)
def test_a_manifest_with_anything_strange_is_refused(was: bytes, now: bytes) -> None:
    """Another format, a size, a hash, a path, an instant without an offset, a missing key."""
    stated = WHOLE.to_json()
    assert was in stated
    with pytest.raises(BackupError):
        read_manifest(stated.replace(was, now))


@given(st.text(max_size=80))
def test_no_name_that_leads_elsewhere_is_ours(name: str) -> None:
    """Whatever the text: an accepted name stays below the folder it is unpacked in."""
    if is_ours(name):
        assert not name.startswith("/")
        assert ".." not in name.split("/")
        assert "\\" not in name


@pytest.mark.parametrize(
    "name",
    [
        "configuration/../clerkwatch.db",
        "configuration//etc/passwd",
        "configuration/./x",
        "configuration/.hidden",
        "configuration/a\nb",
        "evidence/../x",
        "evidence/" + "C" * 64,
        "/clerkwatch.db",
        "manifest.json",
    ],
)
def test_names_that_are_not_ours(name: str) -> None:
    """Each is refused."""
    assert not is_ours(name)


def test_names_of_copies_sort_by_time_and_say_of_which_record() -> None:
    """And a name of anything else is left alone."""
    name = name_of("abcd0123", AT, seal=".age")
    found = read_name(name)
    assert name == "clerkwatch-abcd0123-20261130T023000Z.tar.age"
    assert found is not None
    assert (found.record, found.at, found.seal) == ("abcd0123", AT, ".age")
    for other in ("clerkwatch.tar", name + ".partial", "." + name, name.replace("1130", "1399")):
        assert read_name(other) is None
    assert record_of("") == "00000000"


def test_secrets_are_taken_out_of_the_configuration() -> None:
    """The ping's address, and any secret that was pasted; "none" is no address."""
    text = '[watch]\nping = "https://ping.example/x"\n# pass-word-1\n'
    environ = {"CLERKWATCH_SECRET_MAIL_PASSWORD": "pass-word-1", "OTHER": "watch"}
    clean = without_secrets(text, environ=environ)
    assert "ping.example" not in clean
    assert "pass-word-1" not in clean
    assert "[watch]" in clean
    kept = '[watch]\nping = "none"   # who notices\n'
    assert without_secrets(kept, environ={}) == kept
