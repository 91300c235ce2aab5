"""What a paper says of the record itself: what was not kept, and how the rest proves itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.types import EvidenceKind
from monitor.alerts.hardening import one_line
from monitor.alerts.wording import count, listed
from monitor.cases.kept import not_kept, packed_files, size_words
from monitor.cases.life import answers
from monitor.cases.sheet import Row, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from config.types import VersionId
    from monitor.cases.sheet import Frame
    from storage.values import Custody


_WHAT = {
    EvidenceKind.ANSWER: "The platform's own answer",
    EvidenceKind.PROFILE: "The account's profile",
    EvidenceKind.PICTURE: "A picture",
    EvidenceKind.ATTACHMENT: "A file that a person gave",
}
_FIELDS = {
    "name": "Name",
    "handle": "Called",
    "description": "About",
    "links": "Links",
    "contact": "Contact",
    "location": "Place",
}


def missing(
    custody: Custody, frame: Frame, labels: Mapping[VersionId, str], *, released: bool
) -> list[str]:
    """Return a sentence for each thing that a reader may look for and will not find."""
    versions = custody.versions
    said = ["The person who wrote it: no platform says who of those with access posted."]
    if not versions:
        said.append("Any content: no reading has shown it.")
    without = [labels[one.id] for one in versions if one.raw is None]
    if without:
        said.append(f"The platform's own answer for {listed(without)}.")
    pictures = len({name for one in versions for name in one.words.pictures})
    said += not_kept(custody.preserved, labels, named=pictures)
    if not answers(custody.case):
        said.append("An answer of the account's owner: none is kept with this case.")
    said.append(
        "What stood there for less than the time between two readings: accounts are read "
        f"{frame.read_every}, when the platform lets them be read."
    )
    if released:
        said.append(
            "In this copy: personal data; pictures, given files and the account's profile, which "
            "are personal data; the platform's raw answers; and the content and salts of ledger "
            "entries that hold personal data or could give it away."
        )
    return said


def kept_table(
    custody: Custody, frame: Frame, moment: Callable[[datetime], str], *, released: bool
) -> Table:
    """Return the files kept beside the words; none in a copy for people outside.

    Args:
        custody: What the case rests on.
        frame: Names the folder of the pack.
        moment: Writes an instant for a table.
        released: The copy is for people outside the council.
    """
    files = [] if released else packed_files(custody.preserved, frame.words_in, evidence=None)
    return Table(
        headings=("What", "Kept", "Size", "Its SHA-256"),
        rows=tuple(
            (
                f"{_WHAT[one.file.kind]} ({one.name})",
                moment(one.file.at),
                size_words(one.file.size),
                one.file.sha256,
            )
            for one in files
        ),
    )


def profile_rows(
    custody: Custody, moment: Callable[[datetime], str], *, released: bool
) -> tuple[Row, ...]:
    """Return the account's profile as it was when the case was opened; empty: never read.

    Args:
        custody: What the case rests on.
        moment: Writes an instant.
        released: The copy is for people outside the council: a profile may name a person.
    """
    face = custody.face
    if face is None or released:
        return ()
    rows = [Row(name="Read", value=f"on {moment(face.seen_from)}")]
    for name, title in _FIELDS.items():
        value = " ".join(face.words.fields.get(name, "").split())
        if value:
            rows.append(Row(name=title, value=one_line(value, most=600)))
    return tuple(rows)


def proof(custody: Custody, frame: Frame) -> list[str]:
    """Return how the record proves itself, a paragraph each."""
    whole = count(custody.head[0], "entry", "entries")
    own = len(custody.opened)
    about = f"{own:,} {'is' if own == 1 else 'are'} about this case"
    grows = (
        "What was seen, decided and sent is written to a ledger that only grows. Each entry holds "
        "the hash of the one before it and a salted commitment to its content, so that nothing "
        "can be changed, taken out or put in later without showing."
    )
    held = (
        f"The ledger held {whole} when this pack was made; {about}. The pack holds the hashes of "
        f"all of them, and for {frame.given:,} of this case's what they committed to, with the "
        "salt."
    )
    check = (
        "To check: unpack the pack and run python3 -I verify.py. The SHA-256 of verify.py is "
        f"{frame.verifier}."
    )
    return [grows, held, check]
