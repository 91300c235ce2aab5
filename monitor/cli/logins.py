"""What `accounts` says of logins: which credential was granted, and who can log in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.attesting import due_at, outside
from monitor.cli.common import count, harmless

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from storage.values import Attestation, Grant


def grant_json(grant: Grant | None) -> dict[str, Any] | None:
    """Return the contract's shape of a grant."""
    if grant is None:
        return None
    return {
        "credential": grant.credential,
        "at": grant.at,
        "by": grant.by,
        "expires_at": grant.expires_at,
        "whose": grant.whose or None,
    }


def grant_line(grant: Grant, zone: tzinfo) -> str:
    """Return when a credential was granted, by whom, and until when it lasts."""
    whose = f", {grant.whose}" if grant.whose else ""
    ends = f"ends on {_day(grant.expires_at, zone)}" if grant.expires_at else "no end is named"
    return (
        f"{grant.credential}{whose}: granted by {harmless(grant.by, most=60)} on "
        f"{_day(grant.at, zone)}; {ends}"
    )


def attestation_json(attestation: Attestation | None, domain: str) -> dict[str, Any] | None:
    """Return the contract's shape of an attestation."""
    if attestation is None:
        return None
    return {
        "at": attestation.at,
        "by": attestation.by,
        "logins": [
            {"name": one.name, "address": one.address, "organisation": one.organisation or None}
            for one in attestation.logins
        ],
        "removed": list(attestation.removed),
        "note": attestation.note or None,
        "outside": [one.address for one in outside(attestation, domain)],
        "due_at": due_at(attestation),
    }


def attestation_lines(attestation: Attestation | None, domain: str, zone: tzinfo) -> list[str]:
    """Return who can log in, as it was last attested."""
    if attestation is None:
        return ["not attested yet: clerkwatch accounts attest"]
    again = _day(due_at(attestation), zone)
    by = harmless(attestation.by, most=60)
    said = f"attested by {by} on {_day(attestation.at, zone)}; to be asked again on {again}"
    lines = [f"{count(len(attestation.logins), 'login')}, {said}"]
    for one in attestation.logins:
        of = f", {harmless(one.organisation, most=80)}" if one.organisation else ""
        lines.append(f"  {harmless(one.name, most=80)}: {harmless(one.address, most=120)}{of}")
    lines += [outside_line(one.address, domain) for one in outside(attestation, domain)]
    if attestation.removed:
        lines.append("  taken away: " + harmless(", ".join(attestation.removed)))
    if attestation.note:
        lines.append("  " + harmless(attestation.note))
    return lines


def outside_line(address: str, domain: str) -> str:
    """Return that an address is neither the council's nor an organisation's."""
    return (
        f"  {harmless(address, most=120)} is not an address at {domain}, and no organisation is "
        "named: requirement 1 asks for the one or the other"
    )


def _day(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%d %B %Y}".lstrip("0")
