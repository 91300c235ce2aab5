"""The register as remembered, and what the next run of each account needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from config.errors import SettingsError
from config.types import AccountId, Kind, Reason, SubjectKind
from storage.sql.base import Desk, replace_row
from storage.sql.gaps import keep_gaps
from storage.sql.judging import NOT_CLOSED
from storage.tables import (
    Account,
    AccountState,
    Attestation,
    Case,
    CredentialGrant,
    Lease,
    Observation,
    RegisterChange,
    Review,
    Subject,
    Version,
)
from storage.values import AccountRow, Grant, HeldLogin
from storage.values import AccountState as StateValue
from storage.values import Attestation as AttestationValue
from storage.values import RegisterChange as ChangeValue
from storage.values import Review as ReviewValue

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

    from config.register import Account as Stated
    from storage.sql.chain import Chain
    from storage.values import LastingGap

_ACCOUNT = Account.__table__
_STATE = AccountState.__table__
_CHANGE = RegisterChange.__table__
_REVIEW = Review.__table__
_GRANT = CredentialGrant.__table__
_ATTESTATION = Attestation.__table__
_LEASE = Lease.__table__
_SUBJECT = Subject.__table__
_CASE = Case.__table__
_OBSERVATION = Observation.__table__
_VERSION = Version.__table__


class Register(Desk):
    """The part of the repository that knows the accounts."""

    def sync_register(self, accounts: Sequence[Stated], *, at: datetime) -> list[ChangeValue]:
        """Bring the remembered register into line with the configuration."""
        with self._writing() as (connection, chain):
            known = {row["id"]: row for row in connection.execute(select(_ACCOUNT)).mappings()}
            stated = {account.id for account in accounts}
            gone = [
                row
                for row in known.values()
                if row["id"] not in stated and row["retired_at"] is None
            ]
            _refuse_open(connection, [row["id"] for row in gone])
            desk = _Changes(connection, chain, at)
            for position, account in enumerate(accounts):
                desk.state(account, position, known.get(account.id))
            for row in gone:
                desk.retire(row)
        return desk.made

    def register_changes(self, *, untold: bool = True) -> list[ChangeValue]:
        """Return changes of the register, oldest first."""
        query = select(_CHANGE).order_by(_CHANGE.c.id)
        if untold:
            query = query.where(_CHANGE.c.told_at.is_(None))
        with self._reading() as connection:
            return [
                ChangeValue(account=AccountId(row.account), what=row.what, at=row.at)
                for row in connection.execute(query)
            ]

    def accounts(self) -> list[AccountRow]:
        """Return all remembered accounts in the register's order, retired ones last."""
        posts = select(func.count()).where(
            _SUBJECT.c.account == _ACCOUNT.c.id, _SUBJECT.c.kind == SubjectKind.POST.value
        )
        cases = (
            select(func.count())
            .select_from(_CASE.join(_SUBJECT, _SUBJECT.c.id == _CASE.c.subject))
            .where(_SUBJECT.c.account == _ACCOUNT.c.id, NOT_CLOSED)
        )
        query = select(
            _ACCOUNT,
            posts.scalar_subquery().label("posts"),
            cases.scalar_subquery().label("open_cases"),
        ).order_by(_ACCOUNT.c.retired_at.is_not(None), _ACCOUNT.c.position, _ACCOUNT.c.id)
        with self._reading() as connection:
            states = {
                row["account"]: _state(row) for row in connection.execute(select(_STATE)).mappings()
            }
            names = _names(connection)
            rows = connection.execute(query).mappings().all()
        return [_account(row, states.get(row["id"]), names.get(row["id"], "")) for row in rows]

    def account_state(self, account: AccountId) -> StateValue:
        """Return what earlier runs left for an account; an empty state if nothing."""
        with self._reading() as connection:
            row = connection.execute(select(_STATE).where(_STATE.c.account == account)).mappings()
            found = row.first()
        return StateValue(account=account) if found is None else _state(found)

    def save_account_state(self, state: StateValue, *, lost: Sequence[LastingGap] = ()) -> None:
        """Replace what the next run of an account needs, and keep what it will never have."""
        values = {
            "account": state.account,
            "platform_id": state.platform_id,
            "cursor": state.cursor,
            "validators": dict(state.validators),
            "retry_at": state.retry_at,
            "reason": None if state.reason is None else state.reason.value,
            "last_read_at": state.last_read_at,
            "last_tried_at": state.last_tried_at,
            "first_complete_at": state.first_complete_at,
            "profile_read_at": state.profile_read_at,
            "failing_since": state.failing_since,
        }
        with self._writing() as (connection, _):
            replace_row(connection, _STATE, values)
            keep_gaps(connection, lost)

    def lease(self, account: AccountId, *, owner: str, until: datetime, now: datetime) -> bool:
        """Take the right to read an account; False while another holds it and is not late."""
        with self._writing() as (connection, _):
            held = connection.execute(select(_LEASE).where(_LEASE.c.account == account)).first()
            if held is not None and held.owner != owner and held.until > now:
                return False
            replace_row(connection, _LEASE, {"account": account, "owner": owner, "until": until})
            return True

    def release(self, account: AccountId, *, owner: str) -> None:
        """Give the right back; nothing happens if it is not held by ``owner``."""
        with self._writing() as (connection, _):
            connection.execute(
                delete(_LEASE).where(_LEASE.c.account == account, _LEASE.c.owner == owner)
            )

    def lease_owners(self) -> list[str]:
        """Return who holds leases now, late ones too; each owner once."""
        with self._reading() as connection:
            found = connection.execute(select(_LEASE.c.owner).distinct().order_by(_LEASE.c.owner))
            return [str(owner) for owner in found.scalars()]

    def clear_leases(self, *, owner_prefix: str) -> None:
        """Forget leases of processes that are no more."""
        with self._writing() as (connection, _):
            connection.execute(
                delete(_LEASE).where(_LEASE.c.owner.startswith(owner_prefix, autoescape=True))
            )

    def last_review(self, account: AccountId) -> ReviewValue | None:
        """Return the newest review by hand of an account, or None."""
        query = select(_REVIEW).where(_REVIEW.c.account == account)
        with self._reading() as connection:
            row = connection.execute(
                query.order_by(_REVIEW.c.at.desc(), _REVIEW.c.id.desc()).limit(1)
            ).first()
        if row is None:
            return None
        return ReviewValue(account=account, at=row.at, by=row.by, note=row.note)

    def last_grant(self, credential: str) -> Grant | None:
        """Return the newest grant of a credential, or None."""
        query = select(_GRANT).where(_GRANT.c.credential == credential)
        with self._reading() as connection:
            row = connection.execute(
                query.order_by(_GRANT.c.at.desc(), _GRANT.c.id.desc()).limit(1)
            ).first()
        if row is None:
            return None
        return Grant(
            credential=credential,
            account=AccountId(row.account),
            at=row.at,
            by=row.by,
            expires_at=row.expires_at,
            whose=row.whose,
        )

    def last_attestation(self, account: AccountId) -> AttestationValue | None:
        """Return what was last attested of an account's logins, or None."""
        query = select(_ATTESTATION).where(_ATTESTATION.c.account == account)
        with self._reading() as connection:
            row = connection.execute(
                query.order_by(_ATTESTATION.c.at.desc(), _ATTESTATION.c.id.desc()).limit(1)
            ).first()
        if row is None:
            return None
        return AttestationValue(
            account=account,
            at=row.at,
            by=row.by,
            logins=tuple(
                HeldLogin(name=name, address=address, organisation=organisation)
                for name, address, organisation in row.logins
            ),
            removed=tuple(row.removed),
            note=row.note,
        )


class _Changes:
    """Writes the changes of one comparison: row, change for the digest, ledger entry."""

    def __init__(self, connection: Connection, chain: Chain, at: datetime) -> None:
        self._connection = connection
        self._chain = chain
        self._at = at
        self.made: list[ChangeValue] = []

    def state(self, account: Stated, position: int, known: RowMapping | None) -> None:
        """Take in what the configuration says of one account."""
        values = _columns(account, position)
        if known is None:
            self._connection.execute(
                insert(_ACCOUNT).values(**values, registered_at=self._at, retired_at=None)
            )
            self._note(account.id, f"registered: {account.platform} {account.handle}", values)
            return
        is_back = known["retired_at"] is not None
        is_other = known["digest"] != values["digest"]
        self._connection.execute(
            update(_ACCOUNT).where(_ACCOUNT.c.id == account.id).values(**values, retired_at=None)
        )
        if is_back:
            self._note(account.id, f"registered again: {account.platform} {account.handle}", values)
        elif is_other:
            self._note(account.id, _difference(known["stated"], values["stated"]), values)

    def retire(self, row: RowMapping) -> None:
        """Note that an account stands in the configuration no more."""
        self._connection.execute(
            update(_ACCOUNT).where(_ACCOUNT.c.id == row["id"]).values(retired_at=self._at)
        )
        what = f"no longer registered: {row['platform']} {row['handle']}"
        self._note(AccountId(row["id"]), what, {"stated": row["stated"]})

    def _note(self, account: AccountId, what: str, values: dict[str, Any]) -> None:
        change = {"account": account, "what": what, "at": self._at, "told_at": None}
        self._connection.execute(insert(_CHANGE).values(change))
        self._chain.add(
            "register changed",
            f"account:{account}",
            at=self._at,
            facts={"account": account, "what": what, "stated": values["stated"]},
        )
        self.made.append(ChangeValue(account=account, what=what, at=self._at))


def _refuse_open(connection: Connection, accounts: list[str]) -> None:
    query = (
        select(_SUBJECT.c.account, _CASE.c.id)
        .select_from(_SUBJECT)
        .join(_CASE, _CASE.c.subject == _SUBJECT.c.id)
        .where(_SUBJECT.c.account.in_(accounts), NOT_CLOSED)
        .order_by(_SUBJECT.c.account, _CASE.c.id)
    )
    waiting: dict[str, list[int]] = {}
    for account, case in connection.execute(query):
        waiting.setdefault(account, []).append(case)
    if not waiting:
        return
    said = "; ".join(
        f"{account} ({'case' if len(cases) == 1 else 'cases'} {_listed(cases)})"
        for account, cases in waiting.items()
    )
    message = f"accounts with cases that are not closed are missing from the register: {said}"
    raise SettingsError(
        message,
        file="configuration",
        key="accounts",
        remedy="Put the account back, decide its cases (clerkwatch cases list), then remove it",
    )


def _listed(cases: list[int], most: int = 10) -> str:
    shown = ", ".join(str(case) for case in cases[:most])
    return shown if len(cases) <= most else f"{shown} and {len(cases) - most} more"


def _columns(account: Stated, position: int) -> dict[str, Any]:
    stated = {
        "platform": account.platform,
        "handle": account.handle,
        "kind": account.kind.value,
        "owner": account.owner,
        "told_on": account.told_on.isoformat() if account.told_on else None,
        "agreed_on": account.agreed_on.isoformat() if account.agreed_on else None,
        "area": account.area,
        "handed_over": list(account.handed_over),
    }
    return {
        "id": account.id,
        "position": position,
        "platform": account.platform,
        "handle": account.handle,
        "kind": account.kind.value,
        "owner": account.owner,
        "digest": account.digest(),
        "stated": stated,
    }


def _difference(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Say what was changed, in words for the Clerk."""
    changed = [
        f"{name} {_said(before.get(name))} → {_said(after[name])}"
        for name in sorted(after)
        if before.get(name) != after[name]
    ]
    return "changed: " + ("; ".join(changed) or "its entry")


def _said(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "none"
    return str(value) if value else "none"


def _state(row: RowMapping) -> StateValue:
    return StateValue(
        account=AccountId(row["account"]),
        platform_id=row["platform_id"],
        cursor=row["cursor"],
        validators=row["validators"],
        retry_at=row["retry_at"],
        reason=None if row["reason"] is None else Reason(row["reason"]),
        last_read_at=row["last_read_at"],
        last_tried_at=row["last_tried_at"],
        first_complete_at=row["first_complete_at"],
        profile_read_at=row["profile_read_at"],
        failing_since=row["failing_since"],
    )


def _names(connection: Connection) -> dict[str, str]:
    """Return what accounts call themselves, as the newest reading of each profile showed it."""
    is_newest = (
        select(_OBSERVATION.c.id)
        .where(_OBSERVATION.c.subject == _SUBJECT.c.id, _OBSERVATION.c.version.is_not(None))
        .order_by(_OBSERVATION.c.last_at.desc(), _OBSERVATION.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    shown = _OBSERVATION.alias("shown")
    query = (
        select(_SUBJECT.c.account, shown.c.last_at, _VERSION.c.beside)
        .select_from(_SUBJECT)
        .join(shown, shown.c.id == is_newest)
        .join(_VERSION, _VERSION.c.id == shown.c.version)
        .where(_SUBJECT.c.kind == SubjectKind.PROFILE.value)
        .order_by(shown.c.last_at)
    )
    return {
        row.account: str((row.beside or {}).get("fields", {}).get("name", ""))
        for row in connection.execute(query)
    }


def _account(row: RowMapping, state: StateValue | None, name: str) -> AccountRow:
    account = AccountId(row["id"])
    return AccountRow(
        id=account,
        platform=row["platform"],
        handle=row["handle"],
        kind=Kind(row["kind"]),
        owner=row["owner"],
        registered_at=row["registered_at"],
        retired_at=row["retired_at"],
        state=state or StateValue(account=account),
        posts=row["posts"],
        open_cases=row["open_cases"],
        name=name,
    )
