"""`search`: words in what was posted, decided and noted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import OperatorError
from monitor.cli.common import (
    AccountsOption,
    ConfigOption,
    JsonOption,
    count,
    emit,
    harmless,
    instant,
    note,
    opened_repository,
    say,
    workplace,
)

if TYPE_CHECKING:
    from config.settings import Settings
    from storage.values import Found, Hit
    from storage.wanted import Wanted

_MASKED = "not shown: personal data; see the case, or add --personal-data"
_MOST = 1000


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    app.command("search")(search)


def search(
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS...", help='All must occur; "a phrase" as it is.')
    ],
    config: ConfigOption = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DATE", help="From this day on.", show_default=False),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DATE", help="Up to this day.", show_default=False),
    ] = None,
    account: AccountsOption = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, max=_MOST, help="Most results.")
    ] = 50,
    personal_data: Annotated[
        bool, typer.Option("--personal-data", help="Show words that are never quoted in mails too.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Find words in posts, decisions and the ledger's notes.

    Older wordings of a post are searched too. Capitals and accents do not matter; a word
    also finds longer words that begin with it.
    """
    from storage.wanted import Wanted

    query = _joined(words)
    wanted = Wanted.of(query)
    if not wanted.phrases:
        raise OperatorError("there is no word to look for", remedy="Write letters or digits")
    place = workplace(config)
    start = instant(since, place.settings) if since else None
    end = instant(until, place.settings, end_of_day=True) if until else None
    with opened_repository(place, read_only=True) as repository:
        known = {row.id for row in repository.accounts()}
        chosen = [name for name in known if name in (account or ())]
        for name in account or ():
            if name not in known:
                place.account(name)  # registered but never read: nothing is found
        found = repository.search(
            query,
            since=start,
            until=end,
            accounts=chosen if account else None,
            limit=limit,
        )
    if json:
        emit(_shape(found, wanted, personal_data=personal_data))
    else:
        _tell(found, wanted, place.settings, personal_data=personal_data)
    if not found.by_index:
        note("clerkwatch: this database has no index of words; every text was read instead.")


def _joined(words: list[str]) -> str:
    """Return one query; an argument that the shell took out of quotes is a phrase again."""
    if len(words) == 1:
        return words[0]
    return " ".join(f'"{word}"' if " " in word and '"' not in word else word for word in words)


def _snippet(hit: Hit, wanted: Wanted, *, personal_data: bool) -> str | None:
    if hit.is_masked and not personal_data:
        return None
    return harmless(wanted.snippet(hit.text))


def _shape(found: Found, wanted: Wanted, *, personal_data: bool) -> dict[str, Any]:
    return {
        "hits": [
            {
                "kind": hit.kind,
                "at": hit.at,
                "account": hit.account,
                "url": hit.url or None,
                "what": hit.what or None,
                "snippet": _snippet(hit, wanted, personal_data=personal_data),
                "masked": hit.is_masked,
                "cases": list(hit.cases),
                "entry": hit.entry,
                "current": hit.is_current,
            }
            for hit in found.hits
        ],
        "more": found.more,
        "by_index": found.by_index,
    }


def _tell(found: Found, wanted: Wanted, settings: Settings, *, personal_data: bool) -> None:
    if not found.hits:
        say("Nothing was found.")
    for hit in found.hits:
        at = hit.at.astimezone(settings.zone())
        said = [f"{at:%d %b %Y %H:%M}", hit.kind, hit.account or ""]
        said += [f"case {number}" for number in hit.cases]
        if hit.entry is not None:
            said.append(f"entry {hit.entry}")
        if hit.what:
            said.append(harmless(hit.what))
        if not hit.is_current:
            said.append("(no longer shown)")
        say("  ".join(filter(None, said)))
        say(f"    {_snippet(hit, wanted, personal_data=personal_data) or _MASKED}")
        if hit.url:
            say(f"    {harmless(hit.url)}")
    if found.more:
        say(f"The newest {count(len(found.hits), 'result')}; there are more (--limit).")
