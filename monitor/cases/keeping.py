"""What a paper says of the record itself: what was not kept, and how the rest proves itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.alerts.wording import count, listed
from monitor.cases.life import answers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.types import VersionId
    from monitor.cases.sheet import Frame
    from storage.values import Custody


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
    pictures = sum(len(one.words.pictures) for one in versions)
    if pictures:
        named = count(pictures, "picture or video was", "pictures or videos were")
        said.append(f"Pictures, sound and video: {named} named by the platform, not copied.")
    if not answers(custody.case):
        said.append("An answer of the account's owner: none is kept with this case.")
    said.append(
        "What stood there for less than the time between two readings: accounts are read "
        f"{frame.read_every}, when the platform lets them be read."
    )
    if released:
        said.append(
            "In this copy: personal data, the platform's raw answers, and the content and salts of "
            "ledger entries that hold personal data or could give it away."
        )
    return said


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
