"""What an SDK gets for its `requests.Session`: everything it sends goes through the door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

from config.errors import ContractError
from connectors._wire import GuardedAdapter, target_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.register import Account
    from connectors.door import Door


class DoorSession(requests.Session):
    """A `requests.Session` that sends everything through the door."""

    def __init__(
        self,
        *,
        door: Door,
        account: Account,
        bases: tuple[str, ...],
        on_response: Callable[[requests.Response], None] | None,
        max_bytes: int,
    ) -> None:
        super().__init__()
        self.trust_env = False
        self._door = door
        self._account = account
        self._bases = bases
        self._on_response = on_response
        self._max_bytes = max_bytes
        self._adapter = GuardedAdapter()
        for scheme in ("http://", "https://"):
            self.mount(scheme, self._adapter)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send through the door; time-outs, proxies and redirects asked for are ignored.

        requests' own `send` is not called: it keeps cookies, and reads the body of a
        redirect without any limit.
        """
        del kwargs
        url, bases = self._rewritten(request.url or "")
        request.url = url
        response = self._door.exchange(
            self._adapter,
            request,
            account=self._account,
            bases=bases,
            max_bytes=self._max_bytes,
        )
        if target_of(response) is not None:
            host = urlsplit(url).hostname
            raise ContractError(
                f"{host} sends its callers to another address, which is not followed",
                account=self._account.id,
            )
        if self._on_response is not None:
            self._on_response(response)
        return response

    def _rewritten(self, url: str) -> tuple[str, tuple[str, ...]]:
        """Return where to send it and the only servers that may be asked."""
        api_base = self._account.api_base
        if api_base is None:
            return url, self._bases
        for base in self._bases:
            stem = base.rstrip("/")
            if url == stem or url.startswith((stem + "/", stem + "?")):
                return api_base.rstrip("/") + url[len(stem) :], (api_base,)
        return url, (api_base,) if self._bases else ()
