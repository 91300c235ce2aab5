"""An account's own picture: fetched once, from where its platform keeps pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from config.errors import ReadError

if TYPE_CHECKING:
    from connectors.base import Circumstances

_MOST_BYTES = 2_000_000
_OK = 200
_KEY = "picture"


class FacePicture:
    """The picture of one account for one run, and which one was fetched last."""

    def __init__(self, circumstances: Circumstances, *, host: str | None) -> None:
        """Prepare; nothing is asked yet.

        Args:
            circumstances: Of the account.
            host: Where the platform keeps pictures; None: each server somewhere else, which
                the door judges. With an ``api_base``, that place instead.
        """
        self._its = circumstances
        self._host = host
        self._fetched = circumstances.state.validators.get(_KEY, "")

    def validators(self) -> dict[str, str]:
        """Return what has to be remembered, so that the next run does not fetch it again."""
        return {_KEY: self._fetched} if self._fetched else {}

    def fetch(self, address: str, *, name: str) -> bytes | None:
        """Return the picture if it is a new one and lies where the platform keeps pictures.

        A picture that cannot be had is no failure of the reading: the next one tries again.

        Args:
            address: Where it lies, as the platform says.
            name: What tells it from another one; empty: the account shows none.
        """
        if not name or name == self._fetched:
            return None
        body = picture_bytes(self._its, address, host=self._host)
        if body is not None:
            self._fetched = name
        return body


def picture_bytes(its: Circumstances, address: str, *, host: str | None) -> bytes | None:
    """Fetch a picture of at most 2 MB from where its platform keeps pictures.

    Args:
        its: Of the account.
        address: Where it lies, as the platform says.
        host: As for `FacePicture`.

    Returns:
        None if it cannot be had now, lies elsewhere, or is no picture.
    """
    if not _is_its_place(its, address, host):
        return None
    try:
        answer = its.door.get(address, account=its.account, max_bytes=_MOST_BYTES, max_redirects=0)
    except ReadError:
        return None
    is_picture = answer.headers.get("content-type", "").startswith("image/")
    return answer.body if answer.status == _OK and is_picture else None


def _is_its_place(its: Circumstances, address: str, host: str | None) -> bool:
    try:
        place, base = urlsplit(address), urlsplit(its.account.api_base or "")
    except ValueError:
        return False
    if its.account.api_base is not None:
        return (place.scheme, place.netloc) == (base.scheme, base.netloc)
    return place.scheme == "https" and host in {None, place.netloc}
