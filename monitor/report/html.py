"""A report as one HTML page: nothing is loaded from anywhere, and it prints well."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from monitor.alerts.hardening import one_line
from monitor.report.cells import NOT_A_STATEMENT
from monitor.report.charts import charts_of, legend
from monitor.report.tables import tables_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment

    from monitor.report.cells import Table
    from monitor.report.facts import Report


def page(report: Report, head: Sequence[tuple[str, str]], *, more: Sequence[Table] = ()) -> str:
    """Return the whole page.

    Args:
        report: What it says.
        head: What the report is of: names and finished words.
        more: Tables that are only there when they were asked for.
    """
    summary, *tables = tables_of(report)
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            council=one_line(report.around.council),
            head=head,
            summary=summary,
            tables=[*tables, *more],
            charts=charts_of(report),
            legend=legend(),
            coverage_legend=(("Made", "made"), ("Missed", "missed")),
            not_a_statement=NOT_A_STATEMENT,
            has_personal_data=bool(more),
        )
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import (  # noqa: PLC0415 - 4 MB and a tenth of the start; needed only to write
        Environment,
        PackageLoader,
        StrictUndefined,
        select_autoescape,
    )

    return Environment(
        loader=PackageLoader("monitor.report"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
