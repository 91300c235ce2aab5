"""Opening the connector of a registered account: its platform, credential and circumstances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import connectors
from config.errors import AccessError, SettingsError
from config.settings import secret
from config.types import Reason
from connectors.base import Circumstances

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pydantic import SecretStr

    from config.register import Account
    from connectors.base import Connector, Meter, Platform, ReaderState
    from connectors.door import Door


def platform_of(account: Account) -> Platform:
    """Return what the platform's file declares, importing it now.

    Raises:
        AccessError: CONTRACT; this version cannot read it.
    """
    try:
        return connectors.of(account)
    except LookupError as error:
        raise AccessError(
            "this version cannot read it",
            account=account.id,
            reason=Reason.CONTRACT,
            remedy="Register it as platform = manual until it can",
        ) from error


def is_by_hand(account: Account) -> bool:
    """Return whether no programme reads the account.

    An unknown platform counts as read: its coverage says at each pull why it cannot be.
    """
    try:
        return connectors.of(account).by_hand
    except LookupError:
        return False


def credential_of(
    account: Account, platform: Platform, *, environ: Mapping[str, str]
) -> SecretStr | None:
    """Return the account's credential; None where it has and needs none.

    Raises:
        AccessError: AUTH_EXPIRED; it is missing or cannot be used.
    """
    if account.credential is None:
        if platform.needs_credential and account.api_base is None:
            raise AccessError(
                f"{platform.title} needs a credential and none is configured",
                account=account.id,
                reason=Reason.AUTH_EXPIRED,
                remedy=f"See docs/connectors/{platform.name}.md",
            )
        return None
    try:
        return secret(account.credential, environ=environ)
    except SettingsError as error:
        raise AccessError(
            "its credential cannot be used", account=account.id, reason=Reason.AUTH_EXPIRED
        ) from error


def open_connector(
    account: Account,
    *,
    door: Door,
    environ: Mapping[str, str],
    state: ReaderState,
    meter: Meter,
    as_of: datetime,
) -> Connector:
    """Open an account's connector for one run; no request is made yet.

    Args:
        account: Which account.
        door: The one HTTP door; the credential is registered with its redactor.
        environ: Where secrets are looked up.
        state: What earlier runs left.
        meter: The budget.
        as_of: The present moment; aware UTC.

    Raises:
        AccessError: As `platform_of` and `credential_of` do.
    """
    platform = platform_of(account)
    value = credential_of(account, platform, environ=environ)
    door.redactor.add(value)
    return platform.open(
        Circumstances(
            account=account, door=door, secret=value, state=state, meter=meter, as_of=as_of
        )
    )
