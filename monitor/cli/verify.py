"""`verify`: reading again what should be gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from monitor.cli.common import (
    ConfigOption,
    JsonOption,
    count,
    emit,
    harmless,
    note,
    opened_app,
    person,
    say,
    send_urgent,
    workplace,
)

if TYPE_CHECKING:
    from monitor.cases.proof import Proof, Verified


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    app.command("verify")(verify)


def verify(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Read again what should be gone, and say what was seen.

    Two readings at least ten minutes apart that no longer show it close a case. What cannot be
    told closes nothing. Owners who are late are reminded, once a working day. Exit code 3 when
    an account failed or was read in part.
    """
    from monitor.cases import proof
    from monitor.cli.watch import exit_code

    with opened_app(workplace(config)) as app:
        app.repository.sync_register(app.register, at=app.clock.now())
        done = proof.verify(app, by=person(None), insist=True)
        warnings = send_urgent(app)
    if json:
        from monitor.cli import shapes

        emit(shapes.verified(done))
    else:
        _tell(done)
    for warning in warnings:
        note(f"clerkwatch: {warning}")
    raise typer.Exit(exit_code(done.coverage))


def _tell(done: Verified) -> None:
    if not done.proofs:
        say("Nothing is waiting to be taken down.")
    for proof in done.proofs:
        say(_line(proof))
    closed = sum(proof.case.closed_at is not None for proof in done.proofs)
    if done.proofs:
        say(f"{count(len(done.proofs), 'case')} looked at, {closed} closed.")


def _line(proof: Proof) -> str:
    from monitor.cases.life import standing

    said = f"Case {proof.case.id}, {proof.case.account}: {harmless(proof.detail, most=400)}."
    if proof.case.closed_at is not None:
        return f"{said} Now {standing(proof.case)}."
    said += " Overdue." if proof.is_overdue else ""
    return said + (" Its owner is reminded." if proof.is_reminded else "")
