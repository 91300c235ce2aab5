"""Writes the pages of docs/operators/ that must never drift from the code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer.main

from config.sample import reference
from monitor.cli import build

if TYPE_CHECKING:
    from collections.abc import Iterator

OPERATORS: Final = Path(__file__).parents[2] / "docs" / "operators"
_WRITTEN = "<!-- Written by scripts/docs.sh; edit the code it comes from. -->"
_SHARED = ("--help",)
_SECTIONS = {
    "council": "Who the council is",
    "storage": "Where things are remembered",
    "schedule": "When things happen",
    "mail": "The mail server",
    "watch": "who notices when clerkwatch itself stands still",
    "backup": "Copies off this machine",
    "retention": "How long things are kept",
    "rules": "How loud each rule is",
    "people": "Who is told and may decide",
    "budget": "What may be spent",
    "accounts": "The register: official accounts and nothing else",
    "polls": "Elections and referendums",
}

_COMMANDS_HEAD = f"""\
{_WRITTEN}
# The commands

Every command takes `--json`, and every command but `demo`, which brings its own, takes `--config
FILE` (before or after its name); without it the file is taken from `CLERKWATCH_CONFIG`,
`./clerkwatch.toml`, `/etc/clerkwatch/clerkwatch.toml`. The shapes that `--json` prints are in
[docs/json.md](../json.md).

| exit code | means |
|---|---|
| 0 | well; an account that was only skipped counts as well |
| 1 | it failed: a record that is not whole, an example that does not hold, a mail not taken |
| 2 | wrong use or configuration; the message names file, line, key and remedy |
| 3 | done, but an account failed or was read in part; the others were done all the same |

Only `init`, `run`, `scan`, `demo` and `restore` make a database, and say so. Under systemd call
all of them through `clerkwatch-admin` ([systemd/README.md](../../systemd/README.md)).
"""
_SETTINGS_HEAD = f"""\
{_WRITTEN}
# The configuration

One TOML file; `clerkwatch init` writes it with every key explained. It is read at start: after a
change restart the service. No command writes it. An unknown key, a wrong type or a missing secret
is refused with file, line, key and remedy; `clerkwatch doctor` checks the rest.

- Relative paths start at `$STATE_DIRECTORY` (under systemd `/var/lib/clerkwatch`), else at the
  file's own folder; the policy, the logo and the certificate always at the file's own folder. The
  working directory never matters.
- Any key can be overridden by the environment: `CLERKWATCH_MAIL__PORT=587` is `mail.port`.
- Durations are a whole number and a unit: `30m`, `1h`, `30d`. Times of day are `"07:00"`, never
  from 01:00 to 01:59, which one night a year does not have and another has twice.
- Secrets never stand in it. `credential = "x_bearer"` names one: the file `x_bearer` in
  `$CREDENTIALS_DIRECTORY` (under systemd: `/etc/clerkwatch/secrets/x_bearer`), else the variable
  `CLERKWATCH_SECRET_X_BEARER`. With `mail.auth = "password"` the secret `mail_password` is used.
- `CLERKWATCH_LOG` is the level of the log: `debug`, `info`, `warning` or `error`. `CLERKWATCH_BY`
  is who decides when `--by` is not given.
"""


def commands_page() -> str:
    """Return docs/operators/commands.md, made from the command line itself."""
    root: Any = typer.main.get_command(build())
    parts = [_COMMANDS_HEAD]
    for name, command in _leaves(root, "clerkwatch"):
        parts.append(f"\n## `{name}`\n")
        parts.append("\n" + "\n\n".join(_paragraphs(command.help or "")) + "\n")
        rows = [row for parameter in command.params for row in _row(parameter)]
        if rows:
            parts.append("\n| | |\n|---|---|\n" + "".join(rows))
    return "".join(parts)


def command_names() -> list[str]:
    """Return every command as it is typed: ``cases list``, ``scan``."""
    root: Any = typer.main.get_command(build())
    return [name.removeprefix("clerkwatch ") for name, _ in _leaves(root, "clerkwatch")]


def first_lines() -> dict[str, str]:
    """Return the line that ``--help`` of the level above shows, by command or group."""
    root: Any = typer.main.get_command(build())
    return {name: (command.help or "").split("\n")[0] for name, command in _all(root, "clerkwatch")}


def configuration_page() -> str:
    """Return docs/operators/configuration.md, made from the settings' own declarations."""
    parts = [_SETTINGS_HEAD]
    section = ""
    for key, default, example, meaning in reference():
        table = key.split(".", maxsplit=1)[0]
        if table != section:
            section = table
            parts.append(f"\n## `{_header(table)}`: {_SECTIONS[table]}\n\n")
            parts.append("| key | default | example | meaning |\n|---|---|---|---|\n")
        name = key.rsplit(".", 1)[-1]
        shown = f"`{default}`" if default not in {'""', "[]", "required"} else default.strip('"[]')
        parts.append(f"| `{name}` | {_cell(shown)} | `{_cell(example)}` | {_cell(meaning)} |\n")
    return "".join(parts)


PAGES: Final = {"commands.md": commands_page, "configuration.md": configuration_page}


def write() -> None:
    """Write every page anew."""
    for name, page in PAGES.items():
        (OPERATORS / name).write_text(page(), encoding="utf-8")


def _header(table: str) -> str:
    if table == "budget":
        return "[budget.x]"
    return f"[[{table}]]" if table in {"people", "accounts", "polls"} else f"[{table}]"


def _leaves(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    for path, each in _all(command, name):
        if not getattr(each, "commands", None):
            yield path, each


def _all(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    for word, inner in getattr(command, "commands", {}).items():
        yield f"{name} {word}", inner
        yield from _all(inner, f"{name} {word}")


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.strip().split("\n\n")]


def _row(parameter: Any) -> Iterator[str]:
    """Return the line of one argument or option; help and the shared ones are told above."""
    names = [*parameter.opts, *parameter.secondary_opts]
    if set(names) & {*_SHARED, "--config", "--json"}:
        return
    is_flag = getattr(parameter, "is_flag", False)
    metavar = parameter.metavar or ""
    is_option = names[0].startswith("-")
    shown = f"{', '.join(names)} {metavar}".strip() if is_option and not is_flag else names[0]
    if not is_option:
        shown = metavar or names[0].upper()
    said = parameter.help or ""
    if parameter.required and is_option:
        said += " Required."
    yield f"| `{_cell(shown)}` | {_cell(said)} |\n"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
