"""Lays a case's paper out as HTML and as text, by Jinja2; the words come finished."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from monitor.alerts.render import wrapped
from monitor.alerts.wording import capital

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment

    from monitor.cases.sheet import Paper


def paper_html(paper: Paper) -> str:
    """Return the paper as one HTML page that needs nothing beside itself."""
    return _environment().get_template("paper.html.j2").render(paper=paper)


def paper_text(paper: Paper) -> str:
    """Return the same paper as text, in short lines where words allow."""
    return _tidy(_environment().get_template("paper.txt.j2").render(paper=paper))


def readme(paper: Paper, files: Sequence[str]) -> str:
    """Return what stands beside the paper: what each file is and how to check it."""
    return _tidy(_environment().get_template("readme.txt.j2").render(paper=paper, files=files))


def _tidy(text: str) -> str:
    return re.sub(r"\n{4,}", "\n\n\n", text).strip("\n") + "\n"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """Return the one Jinja2 environment: what is missing in a paper is an error."""
    from jinja2 import (  # noqa: PLC0415 - 4 MB and a tenth of the start; needed only to write
        Environment,
        PackageLoader,
        StrictUndefined,
        select_autoescape,
    )

    environment = Environment(
        loader=PackageLoader("monitor.cases"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters["wrapped"] = wrapped
    environment.filters["upper_first"] = capital
    return environment
