"""The command line: one file per command group; heavy imports only where they are used."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import typer

from config.errors import ClerkwatchError, OperatorError
from monitor.cli.common import Exit, note

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

GROUPS = (
    "setup",
    "watch",
    "judging",
    "cases",
    "digest",
    "elections",
    "accounts",
    "rules",
    "evidence",
    "demo",
)
"""Files of this folder in the order of `--help`; each has a function `add(app)`."""

ABOUT = """\
Checks, after publication, that a council's official accounts keep to the council's own
policy and to election law, and tells the Clerk. It never posts or deletes: a person decides.

Start with: clerkwatch demo. Then: clerkwatch init, clerkwatch doctor, clerkwatch scan.
"""


def build() -> typer.Typer:
    """Return the whole command line."""
    app = typer.Typer(
        name="clerkwatch",
        help=ABOUT,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name in GROUPS:
        add: Callable[[typer.Typer], None] = importlib.import_module(f"monitor.cli.{name}").add
        add(app)
    app.callback(invoke_without_command=False)(_version)
    return app


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        sys.stdout.write(f"clerkwatch {version('clerkwatch')}\n")
        raise typer.Exit


def _version(
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Carry the options that stand before any command."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the `clerkwatch` command; exits 0, 1, 2 or 3 as the contract says."""
    try:
        build()(args=list(arguments) if arguments is not None else None)
    except OperatorError as error:
        note(f"clerkwatch: {error}")
        sys.exit(Exit.WRONG_USE)
    except ClerkwatchError as error:
        note(f"clerkwatch: {error}")
        sys.exit(Exit.FAILED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(Exit.FAILED)
