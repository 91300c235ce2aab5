"""What tells of a fault, as a person or the service manager would meet it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.faults.aftermath import look
from tests.faults.town import named

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.place import Done
    from tests.faults.aftermath import Undisturbed
    from tests.faults.conftest import Tried
    from tests.faults.town import FaultTown
    from tests.faults.warm import Lived

LATER_S = 2 * 3600.0
"""After so long everything that waits is tried again."""
_NOT_READ = (" not read", " not be read", "No account could be read")
"""What a digest's subject says of accounts that were not read."""


def exits(done: Lived | Done, *words: str) -> list[str]:
    """Return what a command told by failing: its exit status, and the words that it gave."""
    assert done.code not in {0, 2}, f"nothing tells of it: {done.out[-500:]} {done.err[-500:]}"
    said = " ".join((done.out + done.err).split())
    found = [word for word in words if word in said]
    assert found or not words, f"none of {words} in: {said[-800:]}"
    return [f"exit {done.code}", *(f'"{word}"' for word in found)]


def doctor(
    town: FaultTown, folder: Path, *words: str, more: dict[str, str] | None = None, **fault: Any
) -> str:
    """Return that `doctor` names a fault in these words, with a remedy."""
    done = town.live(folder, "doctor", "--json", more=more, **fault)
    assert done.code == 1, done.err
    for check in done.json["checks"]:
        if check["state"] == "fault" and any(word in check["what"] for word in words):
            assert check["remedy"]
            return f"doctor: {check['name']}"
    faults = [check for check in done.json["checks"] if check["state"] == "fault"]
    raise AssertionError(f"doctor does not say {words}, but {faults}")


def doctor_on(
    town: FaultTown, folder: Path, name: str, *words: str, more: dict[str, str] | None = None
) -> str:
    """Return that `doctor` says, as a fault or worth a look, what is amiss with one thing."""
    done = town.live(folder, "doctor", "--json", more=more)
    assert done.code in {0, 1}, done.err
    found = [one for one in done.json["checks"] if one["name"] == name and one["state"] != "well"]
    for check in found:
        if all(word in check["what"] for word in words):
            assert check["remedy"]
            return f"doctor: {check['name']}"
    raise AssertionError(f"doctor does not say {words} of {name}, but {found}")


def digest_says(town: FaultTown, since: int, words: str) -> str:
    """Return that a digest taken since a point holds these words."""
    for mail in town.smtp.mails[since:]:
        message = mail.message()
        body = message.get_body(("plain",))
        text = " ".join(body.get_content().split()) if body is not None else ""
        if words in f"{message['Subject']} {text}":
            return f'the mail: "{words}"'
    raise AssertionError(f"no mail says {words!r}: {list(named(town.smtp.mails[since:]))}")


def as_told(town: FaultTown, since: int, morning: Undisturbed) -> Undisturbed:
    """Return what is wanted of a morning on which an account may have gone unread.

    Then its digest, under its one Message-ID, says so: its subject is another, and what the
    account held waits for the next digest. Nothing else may differ.
    """
    digests = {name.split()[0]: name for name in morning.mails}
    mails = named(town.smtp.mails[since:])
    partial = {name.split()[0]: name for name in mails if any(said in name for said in _NOT_READ)}
    assert partial.keys() <= digests.keys()
    return replace(morning, mails=frozenset((digests | partial).values()))


def settled(
    row: Tried,
    town: FaultTown,
    folder: Path,
    *,
    since: int,
    wanted: Undisturbed,
    told: str,
) -> None:
    """Count one trial and demand that nothing was lost, doubled or broken."""
    after = look(town, folder, since=since, wanted=wanted)
    row.times += 1
    row.lost += len(after.lost)
    row.doubled += len(after.doubled)
    assert after.is_well, f"{told}: {after}"
