"""`purge` and `privacy`: taking away what is kept too long, and what somebody asks about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import OperatorError
from monitor.cli.common import (
    ByOption,
    ConfigOption,
    Exit,
    JsonOption,
    count,
    emit,
    harmless,
    note,
    opened_app,
    opened_repository,
    person,
    say,
    workplace,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from monitor.retention.purge import Going, Purge
    from storage.values import Subjected

AuthorOption = Annotated[
    str,
    typer.Option(
        "--author",
        metavar="NAME",
        help="Name or handle of another author, as the platform shows it.",
    ),
]
_SHOWN = 50


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    app.command("purge")(purge)
    group = typer.Typer(
        no_args_is_help=True, help="What is held about somebody who wrote on an account."
    )
    group.command("export")(export)
    group.command("erase")(erase)
    app.add_typer(group, name="privacy")


def purge(
    config: ConfigOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would go; change nothing.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Take away what the schedule says is kept no longer.

    Words, pictures, answers of platforms, quotes, old mails, old copies. What is kept of a case is
    announced in the morning mail seven days before; a hold keeps it.
    """
    from monitor.clock import SystemClock
    from monitor.retention import purge as purging

    place = workplace(config)
    if dry_run:
        with opened_repository(place, read_only=True) as repository:
            done = purging.plan(
                repository, retention=place.settings.retention, now=SystemClock().now()
            )
    else:
        with opened_app(place) as app:
            done = purging.purge(app, now=app.clock.now())
    if json:
        emit(_shape(done, dry_run=dry_run))
    else:
        _tell(done, place.settings.zone(), dry_run=dry_run)
    if done.trouble:
        raise typer.Exit(Exit.FAILED)


def export(author: AuthorOption, config: ConfigOption = None, json: JsonOption = False) -> None:
    """Print what is held about another author, for whoever asks.

    For a subject access request. A person reads it before it goes out: others may be named in
    it.
    """
    from monitor.pseudonyms import Pseudonyms, names_of, strangers

    place = workplace(config)
    pseudonyms = Pseudonyms.of_settings(place.settings)
    with opened_repository(place, read_only=True) as repository:
        names = names_of(pseudonyms, place.settings, repository, author=author)
        found = repository.by_author(*names)
        _say_strangers(strangers(pseudonyms, repository))
    if json:
        emit({"author": author, "posts": [_held(one) for one in found]})
        return
    for one in found:
        say(f"{one.account}, {one.published_at.astimezone(place.settings.zone()):%d %B %Y, %H:%M}")
        for seen_at, text in one.texts:
            said = "(erased by the schedule)" if text is None else harmless(text, most=4000)
            say(f"  seen {seen_at:%d %B %Y}: {said}")
        for clause, reason in one.findings:
            say(f"  may breach {clause}: {harmless(reason)}")
        if one.cases:
            say(f"  cases: {', '.join(str(case) for case in one.cases)}")
    say(f"{count(len(found), 'post')} of {harmless(author)}.")


def erase(
    author: AuthorOption,
    config: ConfigOption = None,
    also_cases: Annotated[
        bool, typer.Option("--also-cases", help="Posts with a case too, unless a hold is on them.")
    ] = False,
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Erase what is held about another author, at once.

    Posts with a case stay unless --also-cases; what is under a hold stays.
    """
    from monitor.pseudonyms import names_of, strangers
    from monitor.retention import purge as purging

    place = workplace(config)
    with opened_app(place) as app:
        _say_strangers(strangers(app.pseudonyms, app.repository))
        names = names_of(app.pseudonyms, app.settings, app.repository, author=author)
        if not app.repository.by_author(*names):
            raise OperatorError(
                "nothing is held about an author of that name",
                remedy="Write it as the platform shows it; clerkwatch search finds words",
            )
        now = app.clock.now()
        done = purging.erase(app, author, also_cases=also_cases, now=now)
        with app.repository.writing() as steps:
            facts = {"by": person(by), "posts": str(len(done.gone)), "kept": str(len(done.held))}
            steps.note("erasure by author", at=now, facts=facts)
    if json:
        emit(_shape(done, dry_run=False))
    else:
        _tell(done, place.settings.zone(), dry_run=False)
    if done.held or done.trouble:
        raise typer.Exit(Exit.FAILED)


def _say_strangers(number: int) -> None:
    """Say that some people cannot be found by name: that is not the same as nothing held."""
    if number:
        note(
            f"clerkwatch: {count(number, 'person')} who wrote comments cannot be found by name: "
            "the key of their pseudonyms is not here (author-key; docs/operators/retention.md)"
        )


def _shape(done: Purge, *, dry_run: bool) -> dict[str, object]:
    return {
        "dry_run": dry_run,
        "gone": [_going(one) for one in done.gone],
        "announced": [_going(one) for one in done.announced],
        "held": [_going(one) for one in done.held],
        "versions": done.versions,
        "mails": done.mails,
        "files": done.files,
        "copies": list(done.copies),
        "late_copy": done.late_copy or None,
        "trouble": done.trouble,
    }


def _going(one: Going) -> dict[str, object]:
    return {
        "post": one.subject,
        "account": one.account,
        "cases": list(one.cases),
        "versions": len(one.versions),
        "why": one.why,
        "due_at": one.due_at.isoformat(),
    }


def _held(one: Subjected) -> dict[str, object]:
    return {
        "account": one.account,
        "url": one.url,
        "published_at": one.published_at.isoformat(),
        "texts": [{"seen_at": seen.isoformat(), "text": text} for seen, text in one.texts],
        "findings": [{"clause": clause, "reason": reason} for clause, reason in one.findings],
        "cases": list(one.cases),
    }


def _tell(done: Purge, zone: ZoneInfo, *, dry_run: bool) -> None:
    would = "would go" if dry_run else "gone"
    _list(f"{count(len(done.gone), 'post')} {would}, {done.versions} texts", done.gone, zone)
    _list(f"{count(len(done.announced), 'post')} with a case to be announced", done.announced, zone)
    _list(f"{count(len(done.held), 'post')} kept all the same", done.held, zone)
    say(f"{count(done.mails, 'mail')} {would}.")
    if not dry_run:
        say(f"{count(done.files, 'file')} of evidence removed, {len(done.copies)} older copies.")
    if done.late_copy:
        note(f"clerkwatch: the newest copy is beyond the limit, and stays: {done.late_copy}")
    for one in done.trouble:
        note(f"clerkwatch: {one}")


def _list(heading: str, found: Sequence[Going], zone: ZoneInfo) -> None:
    say(f"{heading}.")
    for one in found[:_SHOWN]:
        cases = f", case {', '.join(str(case) for case in one.cases)}" if one.cases else ""
        day = one.due_at.astimezone(zone)
        say(f"  {one.account}, post {one.subject}{cases}: {one.why} ({day:%d %B %Y})")
    if len(found) > _SHOWN:
        say(f"  and {len(found) - _SHOWN} more; all of them with --json")
