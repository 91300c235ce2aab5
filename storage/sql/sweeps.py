"""What was looked at when a pre-election period opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from config.types import AccountId, CoverageStatus, PollId
from storage.columns import plain_values
from storage.sql.base import Desk, replace_row
from storage.sql.stepping import Steps
from storage.tables import Sweep, SweepMark
from storage.values import Sweep as SweepValue
from storage.values import SweepMark as MarkValue

if TYPE_CHECKING:
    from datetime import datetime

_SWEEP = Sweep.__table__
_MARK = SweepMark.__table__


class Sweeps(Desk):
    """The part of the repository that knows which windows were swept."""

    def sweeps(self, *, since: datetime | None = None) -> list[SweepValue]:
        """Return what was noted of sweeps, oldest first; with ``since`` what came after it."""
        query = select(_SWEEP).order_by(_SWEEP.c.at, _SWEEP.c.id)
        if since is not None:
            query = query.where(_SWEEP.c.at > since)
        with self._reading() as connection:
            return [
                SweepValue(
                    poll=PollId(row.poll),
                    starts_at=row.starts_at,
                    account=AccountId(row.account) if row.account else None,
                    at=row.at,
                    status=CoverageStatus(row.status) if row.status else None,
                    reached=row.reached,
                    note=row.note,
                )
                for row in connection.execute(query)
            ]

    def sweep_mark(self, account: AccountId) -> MarkValue | None:
        """Return how far back an account's older posts were read last; None: never."""
        with self._reading() as connection:
            row = connection.execute(select(_MARK).where(_MARK.c.account == account)).first()
        return None if row is None else MarkValue(reached=row.reached, at=row.at)

    def save_sweep_mark(self, account: AccountId, *, reached: datetime, at: datetime) -> None:
        """Replace how far back an account's older posts are read."""
        with self._writing() as (connection, _):
            replace_row(connection, _MARK, {"account": account, "reached": reached, "at": at})


class SweepSteps(Steps):
    """What is noted of sweeps, each with its entry."""

    def put_sweep(self, sweep: SweepValue, *, at: datetime) -> bool:
        """Note that a window opened or an account was read for it; see `Transaction`."""
        name = sweep.account or ""
        is_this = (
            (_SWEEP.c.poll == sweep.poll)
            & (_SWEEP.c.starts_at == sweep.starts_at)
            & (_SWEEP.c.account == name)
        )
        if self._connection.execute(select(_SWEEP.c.id).where(is_this)).first() is not None:
            return False
        said = {
            "poll": sweep.poll,
            "starts_at": sweep.starts_at,
            "account": name,
            "status": sweep.status.value if sweep.status is not None else "",
            "reached": sweep.reached,
            "note": sweep.note,
        }
        self._add(_SWEEP, {**plain_values(said), "at": at})
        facts = {
            key: value.isoformat() if hasattr(value, "isoformat") else value
            for key, value in said.items()
        }
        kind = "older posts read" if name else "window opened"
        self._chain.add(kind, f"poll:{sweep.poll}", at=at, facts=facts)
        return True
