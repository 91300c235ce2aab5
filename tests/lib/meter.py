"""A budget for platforms that cost nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal


class FreeMeter:
    """Allows everything and refuses to be charged: reading these platforms is free."""

    def affordable(self, *, credential: str, price: Decimal) -> int | None:
        """Return None: no limit."""
        return None

    def charge(self, *, credential: str, price: Decimal, ids: Sequence[str]) -> None:
        """Fail: nothing may be charged.

        Raises:
            AssertionError: Always.
        """
        raise AssertionError(f"{credential} was charged for {len(ids)} reads")
