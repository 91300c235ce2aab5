"""The command line: one file per command group; heavy imports only where they are used."""

from __future__ import annotations

import errno
import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from config.errors import ClerkwatchError, OperatorError
from monitor.cli.common import Exit, note
from monitor.shortage import ends_without_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

GROUPS = (
    "setup",
    "watch",
    "judging",
    "cases",
    "keeping",
    "purge",
    "verify",
    "digest",
    "elections",
    "accounts",
    "people",
    "rules",
    "evidence",
    "backup",
    "restore",
    "report",
    "search",
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
    app.callback(invoke_without_command=False)(_before)
    return app


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        sys.stdout.write(f"clerkwatch {version('clerkwatch')}\n")
        raise typer.Exit


def _before(
    config: Path | None = typer.Option(
        None, "--config", metavar="FILE", help="The configuration file; also after the command."
    ),
    version: bool = typer.Option(  # noqa: ARG001  # its callback has answered already
        False, "--version", callback=_show_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Carry the options that stand before any command."""
    if config is not None:
        os.environ["CLERKWATCH_CONFIG"] = str(config)  # what stands after the command still wins


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the `clerkwatch` command; exits 0, 1, 2 or 3 as the contract says."""
    try:
        try:
            with ends_without_memory():
                build()(args=list(arguments) if arguments is not None else None)
        finally:
            sys.stdout.flush()  # here, where a reader who has gone can still be answered for
    except OperatorError as error:
        note(f"clerkwatch: {error}")
        sys.exit(Exit.WRONG_USE)
    except ClerkwatchError as error:
        note(f"clerkwatch: {error}")
        sys.exit(Exit.FAILED)
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python must not try again while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.FAILED)
    except OSError as error:
        note(f"clerkwatch: {_of_the_machine(error)}")
        sys.exit(Exit.FAILED)


def _of_the_machine(error: OSError) -> str:
    """Return what the machine refused, and what to do where a person can do something."""
    said = f"{error.filename or 'this machine'}: {error.strerror or error}"
    if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
        said += (
            ". Make it readable and writable for this user; under systemd only the state "
            "directory can be written (StateDirectory= in clerkwatch.service)"
        )
    return said
