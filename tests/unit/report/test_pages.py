"""A report as page and as file: the same figures, and nothing that anybody would obey."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from config.types import Kind, Resolution
from monitor.report import csv as sheets
from monitor.report import html, text
from monitor.report.cells import NOT_A_STATEMENT
from monitor.report.facts import Report, build
from monitor.report.shape import report_shape
from monitor.report.tables import tables_of
from storage.values import Tally
from tests.lib.figures import figures_of_file, figures_of_page
from tests.lib.tallies import account, around, case, period

HOSTILE = '=HYPERLINK("http://x.example","a")<script>alert(1)</script>\x1b[31m'


def report(title: str = "X @FernbeckTC", council: str = "Fernbeck Town Council") -> Report:
    """Return a report with every kind of outcome."""
    ends = [*Resolution, None]
    cases = tuple(case(number, resolution=end) for number, end in enumerate(ends, start=1))
    here = around(
        account(title=title),
        account("m1", kind=Kind.MEMBER, title="X @CllrMarsh", owner="Jo Marsh"),
        council=council,
    )
    return build(period(), here, tally=Tally(cases=cases), totals=[])


def test_page_and_file_agree_in_every_figure() -> None:
    """Each table of the page has the rows of the file, raw figure by raw figure."""
    found = report()
    page = figures_of_page(html.page(found, []))
    file = figures_of_file(sheets.one_file([], tables_of(found)))
    assert page == file
    assert {"summary", "by_clause", "by_account", "coverage", "rules", "cases"} <= set(page)


def test_a_table_by_itself_has_the_same_rows() -> None:
    """One file a table says what the one file says."""
    found = report()
    together = figures_of_file(sheets.one_file([], tables_of(found)))
    for table in tables_of(found):
        alone = list(csv.reader(io.StringIO(sheets.one_table(table)[1:], newline="")))
        assert alone[0] == list(table.columns)
        assert alone[1:] == together.get(table.name, [])


def test_every_line_of_the_file_has_as_many_fields() -> None:
    """RFC 4180: also where tables differ in width; lines end in CR LF, a mark goes first."""
    text_of = sheets.one_file([("Council", "Fernbeck")], tables_of(report()))
    rows = list(csv.reader(io.StringIO(text_of[1:], newline="")))
    assert text_of.startswith("\ufeff")
    assert text_of.endswith("\r\n")
    assert "\n" not in text_of.replace("\r\n", "")
    assert len({len(row) for row in rows}) == 1


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\uff1d"])
def test_no_cell_is_a_formula(sign: str) -> None:
    """A cell that a spreadsheet would compute begins with an apostrophe."""
    assert sheets.harmless(f"{sign}1+1") == f"'{sign}1+1"


@given(st.text(max_size=30))
def test_no_cell_begins_like_a_formula(cell: str) -> None:
    """Whatever a cell holds; what is harmless already stays as it is."""
    found = sheets.harmless(cell)
    assert not found.lstrip().startswith(("=", "+", "-", "@"))
    assert found in {cell, f"'{cell}"}


def test_hostile_names_are_only_words() -> None:
    """No formula in the file, no tag on the page, no escape sequence in either."""
    found = report(title=HOSTILE, council=HOSTILE)
    page, file = html.page(found, []), sheets.one_file([], tables_of(found))
    plain = text.page([], tables_of(found), "")
    assert LexborHTMLParser(page).css("script") == []
    assert "\x1b" not in page + file + plain
    cells = [cell for row in csv.reader(io.StringIO(file[1:], newline="")) for cell in row]
    assert not [cell for cell in cells if cell.startswith("=")]


def test_a_member_is_not_named_and_not_counted() -> None:
    """Neither handle nor name of a member stands in any form of the report."""
    found = report()
    forms = [
        html.page(found, []),
        sheets.one_file([], tables_of(found)),
        text.page([], tables_of(found), ""),
        json.dumps(report_shape(found)),
    ]
    assert [word for form in forms for word in ("Marsh", "m1") if word in form] == []


def test_the_page_says_what_it_is_not() -> None:
    """At the top, at the end, and at the foot of every printed page."""
    page = html.page(report(), [])
    assert page.count(NOT_A_STATEMENT) == 3
    assert f'@bottom-left {{ content: "{NOT_A_STATEMENT}"' in page


def test_every_chart_has_words_and_a_table_beside_it() -> None:
    """Title and description are named by the chart; its figures stand in the table too."""
    tree = LexborHTMLParser(html.page(report(), []))
    charts = tree.css("svg")
    assert len(charts) == 3
    for chart in charts:
        named = str(chart.attributes["aria-labelledby"]).split()
        assert [bool(node.text()) for name in named for node in tree.css(f"#{name}")] == [
            True,
            True,
        ]
        assert tree.css_first(f'table[data-table="{named[0].removesuffix("-title")}"]') is not None


def test_the_page_loads_nothing() -> None:
    """No address to fetch from, and a policy that forbids it."""
    page = html.page(report(), [])
    assert "default-src 'none'" in page
    assert "src=" not in page
    assert "href=" not in page
    assert "url(" not in page


def test_not_measured_is_said() -> None:
    """A share of nothing and a time of no removal are words, not noughts."""
    empty = build(period(), around(), tally=Tally(), totals=[])
    by_name = {table.name: table for table in tables_of(empty)}
    assert {row[1].text for row in by_name["removal"].rows} == {"not measured"}
    assert by_name["by_clause"].rows == ()
    assert "Nothing was flagged." in html.page(empty, [])
