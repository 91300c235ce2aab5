"""Text and HTML from one model, by Jinja2.

The templates only lay out: every word of ours about a case comes finished from `model`.
HTML is escaped by Jinja2; text has been hardened before it got into the model.
"""

from __future__ import annotations

import re
import textwrap
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment

    from monitor.alerts.answer import Answer
    from monitor.alerts.asking import Asking
    from monitor.alerts.enclosing import Sheet
    from monitor.alerts.model import Digest, Technical, Urgent
    from monitor.alerts.offers import Command

_WIDTH = 100
# Where a mail programme would see an address: a scheme's end, or a dot or @ between words.
_LINKISH = re.compile(r"(?<=\w)(://|[.@])(?=\w)")


def digest_text(digest: Digest) -> str:
    """Return the text part of the digest, lines of at most 100 characters where words allow."""
    return _text("digest.txt.j2", digest)


def digest_html(digest: Digest) -> str:
    """Return the HTML part of the digest."""
    return _environment().get_template("digest.html.j2").render(mail=digest)


def urgent_text(urgent: Urgent) -> str:
    """Return the text part of an urgent mail."""
    return _text("urgent.txt.j2", urgent)


def urgent_html(urgent: Urgent) -> str:
    """Return the HTML part of an urgent mail."""
    return _environment().get_template("urgent.html.j2").render(mail=urgent)


def technical_text(technical: Technical) -> str:
    """Return the text part of the technical mail."""
    return _text("technical.txt.j2", technical)


def technical_html(technical: Technical) -> str:
    """Return the HTML part of the technical mail."""
    return _environment().get_template("technical.html.j2").render(mail=technical)


def asking_text(asking: Asking) -> str:
    """Return the text part of a mail to an account's owner."""
    return _text("asking.txt.j2", asking)


def asking_html(asking: Asking) -> str:
    """Return the HTML part of a mail to an account's owner."""
    return _environment().get_template("asking.html.j2").render(mail=asking)


def answer_text(answer: Answer) -> str:
    """Return the text part of the answer to a reply."""
    return _text("answer.txt.j2", answer)


def answer_html(answer: Answer) -> str:
    """Return the HTML part of the answer to a reply."""
    return _environment().get_template("answer.html.j2").render(mail=answer)


def sheet_text(sheet: Sheet) -> str:
    """Return the text part of a mail with papers."""
    return _text("sheet.txt.j2", sheet)


def sheet_html(sheet: Sheet) -> str:
    """Return the HTML part of a mail with papers."""
    return _environment().get_template("sheet.html.j2").render(mail=sheet)


def labelled(text: str, label: str) -> str:
    """Return a fact with its label in a column of its own, wrapped beside it."""
    return wrapped(text, first=f"  {label:<8}", rest=" " * 10)


def wrapped(text: str, *, first: str = "", rest: str = "") -> str:
    """Return a paragraph in lines of at most 100 characters; long words stay whole.

    Args:
        text: One paragraph.
        first: What stands before the first line.
        rest: What stands before the others.
    """
    lines = textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines) or first.rstrip()


def headed(heading: str, label: str, number: str = "") -> str:
    """Return a case's first line: the account on the left, the case on the right.

    Args:
        heading: The account.
        label: Such as ``case 42``.
        number: Its place in the list, such as ``3.``.
    """
    left = f"{number} {heading}".strip()
    if len(left) + len(label) + 3 > _WIDTH:
        return wrapped(f"{left} ({label})", rest="   " if number else "")
    return f"{left:<{_WIDTH - len(label)}}{label}"


def quoted(lines: Sequence[str], indent: str) -> str:
    """Return a post's words between quotation marks, each of its lines wrapped by itself."""
    said = list(lines)
    said[0] = f'"{said[0]}'
    said[-1] = f'{said[-1]}"'
    rest = f"{indent} "
    return "\n".join(
        wrapped(line, first=indent if place == 0 else rest, rest=rest) if line.strip() else ""
        for place, line in enumerate(said)
    )


def columns(commands: Sequence[Command]) -> str:
    """Return commands with what they do beside them, in two columns."""
    width = max(len(command.line) for command in commands) + 3
    return "\n".join(f"     {command.line:<{width}}{command.does}" for command in commands)


def unlinked(text: str) -> Markup:
    """Return escaped text in which mail programmes find no address to make a link of.

    The words stay exact when they are read or copied: only tags stand between them.
    """
    pieces = _LINKISH.split(text)
    return Markup("").join(
        Markup("<span>{}</span>").format(piece) if place % 2 else escape(piece)
        for place, piece in enumerate(pieces)
    )


def _text(template: str, mail: Answer | Asking | Digest | Sheet | Technical | Urgent) -> str:
    said = _environment().get_template(template).render(mail=mail)
    return re.sub(r"\n{3,}", "\n\n", said).strip("\n") + "\n"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """Return the one Jinja2 environment: what is missing in a model is an error."""
    from jinja2 import (  # noqa: PLC0415 - 4 MB and a tenth of the start; needed only to write
        Environment,
        PackageLoader,
        StrictUndefined,
        select_autoescape,
    )

    environment = Environment(
        loader=PackageLoader("monitor.alerts"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters["columns"] = columns
    environment.filters["wrapped"] = wrapped
    environment.filters["headed"] = headed
    environment.filters["labelled"] = labelled
    environment.filters["quoted"] = quoted
    environment.filters["unlinked"] = unlinked
    return environment
