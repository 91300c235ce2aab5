"""Leads the real clients to the loopback platforms, over real HTTP."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import requests
import tweepy
from requests.adapters import HTTPAdapter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from decimal import Decimal

_TIMEOUT_S = 5.0


class Rerouted(HTTPAdapter):
    """Sends every request to one loopback address instead of the host it names."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        """Send to the loopback address, with a time limit."""
        assert request.url is not None
        request.url = self._base + "/" + request.url.split("://", 1)[1].partition("/")[2]
        kwargs["timeout"] = _TIMEOUT_S
        return super().send(request, *args, **kwargs)


class FreeMeter:
    """A budget without end."""

    def hold(
        self, *, credential: str, price: Decimal, wanted: int, least: int
    ) -> AbstractContextManager[int | None]:
        """Return no limit."""
        del credential, price, wanted, least
        return nullcontext()

    def charge(self, *, credential: str, price: Decimal, ids: Sequence[str]) -> None:
        """Count nothing."""


def session(base: str) -> requests.Session:
    """Return a session whose every request goes to one loopback address."""
    made = requests.Session()
    made.trust_env = False
    made.mount("https://", Rerouted(base))
    made.mount("http://", Rerouted(base))
    return made


def x_client(base: str, token: str) -> tweepy.Client:
    """Return a real X client that talks to the loopback X."""
    client = tweepy.Client(bearer_token=token, wait_on_rate_limit=False)
    client.session = session(base)
    return client


def x_pages(client: tweepy.Client, user: str, **wanted: Any) -> Iterator[Any]:
    """Yield the pages of a timeline as the client gives them."""
    token = None
    while True:
        page = client.get_users_tweets(user, pagination_token=token, **wanted)
        yield page
        token = page.meta.get("next_token")
        if token is None:
            return
