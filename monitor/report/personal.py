"""What a report adds only when it is asked for: words, addresses, who decided and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.alerts.hardening import inert, one_line
from monitor.report.cells import Cell, Table, number, words

if TYPE_CHECKING:
    from monitor.report.facts import Report
    from storage.repository import Repository
    from storage.values import Case

_LONGEST = 300


def personal_tables(repository: Repository, report: Report) -> tuple[Table, ...]:
    """Return the cases of a report with what was said and decided.

    What is never quoted in a mail is not quoted here either: the post has it.

    Raises:
        StorageError: The database cannot be read.
    """
    wanted = {line.id for line in report.cases}
    cases = repository.cases(opened_since=report.period.start)
    chosen = sorted((case for case in cases if case.id in wanted), key=lambda case: case.id)
    table = Table(
        name="words",
        title="The cases in words",
        lead="Personal data: for the Clerk, not for publication.",
        columns=("Case", "Account", "Address", "What was found", "Last decision"),
        numbers=frozenset({0}),
        rows=tuple(_row(case) for case in chosen),
        empty="There is none.",
    )
    return (table,)


def _row(case: Case) -> tuple[Cell, ...]:
    findings = (*case.findings, *case.withdrawn)
    if any(stored.finding.is_masked for stored in findings):
        said = "not quoted: see the post"
    else:
        said = "; ".join(dict.fromkeys(stored.finding.quote or "" for stored in findings))
    last = case.events[-1] if case.events else None
    decided = ""
    if last is not None:
        decided = f"{last.by}: {last.what}"
        if last.because:
            decided += f" because {last.because}"
    return (
        number(case.id),
        words(case.account),
        words(inert(case.url)),
        words(one_line(said, most=_LONGEST)),
        words(one_line(decided, most=_LONGEST)),
    )
