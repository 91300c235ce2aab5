"""`accounts attest`: who can log in to an account, said by a person twice a year."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.common import (
    ByOption,
    ConfigOption,
    JsonOption,
    emit,
    opened_repository,
    person,
    say,
    workplace,
)

LoginOption = Annotated[
    list[str] | None,
    typer.Option(
        "--login",
        metavar="WHO",
        help='Somebody who can log in: "NAME, ADDRESS", for a contractor "NAME, ADDRESS, '
        'ORGANISATION"; once for each.',
    ),
]
RemovedOption = Annotated[
    list[str] | None,
    typer.Option("--removed", metavar="NAME", help="Somebody who was taken away; once for each."),
]


def attest(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's id.")],
    login: LoginOption = None,
    removed: RemovedOption = None,
    config: ConfigOption = None,
    by: ByOption = None,
    note: Annotated[str, typer.Option("--note", metavar="WORDS", help="What else to keep.")] = "",
    json: JsonOption = False,
) -> None:
    """Say who can log in to an account, and with which address.

    Requirement 1: only the council's own addresses, or those of a contractor's own
    organisation. The morning mail asks twice a year.
    """
    from monitor.attesting import check_complete, login_of
    from monitor.cli.logins import attestation_json, attestation_lines
    from monitor.clock import SystemClock
    from storage.values import Attestation

    place = workplace(config)
    chosen = place.account(account)
    logins = tuple(map(login_of, login or ()))
    gone = tuple(" ".join(name.split())[:120] for name in removed or () if name.strip())
    attestation = Attestation(
        account=chosen.id,
        at=SystemClock().now(),
        by=person(by),
        logins=logins,
        removed=gone,
        note=note,
    )
    with opened_repository(place) as repository:
        check_complete(logins, gone, repository.last_attestation(chosen.id))
        repository.sync_register(place.settings.register(), at=attestation.at)
        with repository.writing() as transaction:
            transaction.add_attestation(attestation)
    domain = place.settings.council.email_domain
    if json:
        emit({"account": chosen.id} | (attestation_json(attestation, domain) or {}))
        return
    for line in attestation_lines(attestation, domain, place.settings.zone()):
        say(line)
