"""A budget for platforms that cost nothing."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from decimal import Decimal


class FreeMeter:
    """Allows everything and refuses to be charged: reading these platforms is free."""

    def hold(
        self, *, credential: str, price: Decimal, wanted: int, least: int
    ) -> AbstractContextManager[int | None]:
        """Return no limit."""
        del credential, price, wanted, least
        return nullcontext()

    def charge(self, *, credential: str, price: Decimal, ids: Sequence[str]) -> None:
        """Fail: nothing may be charged.

        Raises:
            AssertionError: Always.
        """
        raise AssertionError(f"{credential} was charged for {len(ids)} reads")
