"""Stretches of time whose posts cannot be had any more, until a person has looked there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from config.types import AccountId, RunId
from storage.columns import plain
from storage.sql.base import Desk, upsert
from storage.tables import Gap, Review
from storage.values import LastingGap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

_GAP = Gap.__table__
_REVIEW = Review.__table__


class Gaps(Desk):
    """The part of the repository that knows what was missed for good."""

    def open_gaps(self) -> list[LastingGap]:
        """Return the gaps that nobody has looked at since they were found."""
        looked = select(_REVIEW.c.id).where(
            _REVIEW.c.account == _GAP.c.account, _REVIEW.c.at >= _GAP.c.found_at
        )
        query = (
            select(_GAP).where(~looked.exists()).order_by(_GAP.c.account, _GAP.c.start, _GAP.c.end)
        )
        with self._reading() as connection:
            return [
                LastingGap(
                    account=AccountId(row["account"]),
                    start=row["start"],
                    end=row["end"],
                    why=row["why"],
                    found_at=row["found_at"],
                    run=RunId(row["run"]),
                )
                for row in connection.execute(query).mappings()
            ]


def keep_gaps(connection: Connection, gaps: Sequence[LastingGap]) -> None:
    """Write gaps down in a transaction; one with the same bounds stays as it was found first."""
    for gap in gaps:
        values = {
            "account": gap.account,
            "start": gap.start,
            "end": gap.end,
            "why": plain(gap.why),
            "found_at": gap.found_at,
            "run": gap.run,
        }
        connection.execute(upsert(connection, _GAP).values(values).on_conflict_do_nothing())
