"""Charts as inline SVG: bars of lying figures, each with a title, a description and words.

No figure stands only in a chart: a table beside it has them all. Parts differ in
lightness as well as in colour, so that they can be told apart in grey print.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from monitor.alerts.hardening import one_line
from monitor.alerts.wording import abridged
from monitor.report.wording import share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.report.facts import Line, Report

_WIDTH = 520
_LABELS = 206
_FIGURES = 52
_ROW = 30
_BAR = 18
_TOP = 8
_PARTS = (
    ("Upheld", "upheld"),
    ("Not upheld", "notupheld"),
    ("Left", "left"),
    ("No longer applies", "lapsed"),
    ("Undecided", "undecided"),
)
_LONGEST_LABEL = 32


@dataclass(frozen=True, slots=True)
class _Bar:
    """One bar: parts of ``(css class, share of the whole width)``, and the figure beside it."""

    label: str
    parts: tuple[tuple[str, float], ...]
    figure: str


def charts_of(report: Report) -> dict[str, Markup]:
    """Return by a table's name the chart that goes with it; none for a table without rows."""
    found = {
        "by_clause": _outcomes("by_clause", "Cases by clause", report.by_clause),
        "by_account": _outcomes("by_account", "Cases by account", report.by_account),
        "coverage": _coverage(report),
    }
    return {name: chart for name, chart in found.items() if chart}


def legend() -> tuple[tuple[str, str], ...]:
    """Return what the parts of a bar mean: words and css class."""
    return _PARTS


def _outcomes(name: str, title: str, lines: Sequence[Line]) -> Markup:
    most = max((line.outcomes.flagged for line in lines), default=0)
    bars = []
    for line in lines:
        out = line.outcomes
        amounts = (out.upheld, out.not_upheld, out.left, out.lapsed, out.undecided)
        parts = tuple(
            (css, amount / most) for (_, css), amount in zip(_PARTS, amounts, strict=True)
        )
        # A clause's words stand in the table; its number is enough beside the bar.
        label = line.title.partition(": ")[0] if name == "by_clause" else line.title
        bars.append(_Bar(label, parts, f"{out.flagged:,}"))
    said = "; ".join(f"{abridged(one_line(bar.label), most=60)}: {bar.figure}" for bar in bars)
    return _chart(name, title, f"Flagged cases, split by what came of them. {said}.", bars)


def _coverage(report: Report) -> Markup:
    bars = [
        _Bar(
            line.title,
            (("made", line.share or 0.0), ("missed", 1 - (line.share or 0.0))),
            share(line.made, line.due),
        )
        for line in report.coverage
        if line.due
    ]
    said = "; ".join(f"{one_line(bar.label)}: {bar.figure}" for bar in bars)
    title = "Share of due readings that were made"
    return _chart("coverage", title, f"By account. {said}.", bars)


def _chart(name: str, title: str, description: str, bars: Sequence[_Bar]) -> Markup:
    if not bars:
        return Markup("")
    height = 2 * _TOP + _ROW * len(bars)
    drawn = Markup("").join(_bar(bar, _TOP + _ROW * place) for place, bar in enumerate(bars))
    return Markup(
        '<svg class="chart" role="img" viewBox="0 0 {width} {height}" '
        'aria-labelledby="{name}-title {name}-desc" xmlns="http://www.w3.org/2000/svg">'
        '<title id="{name}-title">{title}</title><desc id="{name}-desc">{description}</desc>'
        '<line class="axis" x1="{x}" y1="{top}" x2="{x}" y2="{bottom}"/>{drawn}</svg>'
    ).format(
        width=_WIDTH,
        height=height,
        name=name,
        title=title,
        description=description,
        x=_LABELS,
        top=_TOP - 4,
        bottom=height - _TOP + 2,
        drawn=drawn,
    )


def _bar(bar: _Bar, top: int) -> Markup:
    middle = top + _ROW / 2
    label = escape(one_line(bar.label, most=_LONGEST_LABEL))
    drawn = [
        Markup('<text class="label" x="{x}" y="{y:.1f}">{label}</text>').format(
            x=_LABELS - 10, y=middle + 4.5, label=label
        )
    ]
    room = _WIDTH - _LABELS - _FIGURES
    left = float(_LABELS)
    for css, part in bar.parts:
        width = part * room
        if width <= 0:
            continue
        drawn.append(
            Markup(
                '<rect class="{css}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
                'height="{height}"/>'
            ).format(css=css, x=left, y=middle - _BAR / 2, width=width, height=_BAR)
        )
        left += width
    drawn.append(
        Markup('<text class="figure" x="{x:.1f}" y="{y:.1f}">{figure}</text>').format(
            x=left + 8, y=middle + 4.5, figure=bar.figure
        )
    )
    return Markup("").join(drawn)
