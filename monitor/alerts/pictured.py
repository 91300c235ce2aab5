"""What a mail says about a post's pictures: whether they were read, and what was found in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.alerts.wording import count, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from storage.values import Case, ExtraWords, Finding


def picture_notes(case: Case) -> Iterator[str]:
    """Yield what must be said about the pictures of a case's post; nothing if it has none."""
    if case.pictures:
        yield f"With {count(case.pictures, 'picture')} ({_how_read(case)})."
    told = [stored.finding for stored in case.findings if stored.withdrawn_at is None]
    found = places(case.text, case.extras, told)
    if found:
        yield f"Found in the words in {listed(found)}, as a programme read them."


def _how_read(case: Case) -> str:
    its = "its" if case.pictures == 1 else "their"
    if not case.pictures_read:
        return f"{its} text was not read"
    if case.pictures_read < case.pictures:
        return f"the text in {case.pictures_read} of them was read"
    return f"{its} text was read"


def places(text: str, extras: Iterable[ExtraWords], findings: Iterable[Finding]) -> list[str]:
    """Return in which pictures something was found: ``picture 1``, in the order of the pictures.

    Args:
        text: The whole text: words of pictures stand at its end, each after one line end.
        extras: Beside the text, in its order.
        findings: On this text; those on an older one say nothing here.
    """
    quoted = [
        finding
        for finding in findings
        if finding.spans and text[slice(*finding.spans[0])] == finding.quote
    ]
    found, end = set(), len(text)
    for extra in reversed([one for one in extras if one.is_of_picture]):
        start = end - len(extra.text)
        if any(start <= first < end for finding in quoted for first, _ in finding.spans):
            found.add(extra.kind)
        end = start - 1
    return sorted(found, key=lambda kind: (len(kind), kind))
