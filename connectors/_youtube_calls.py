"""The calls of YouTube's Data API that reading needs: checked, counted, the key in a header."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from config.errors import AccessError, ReadError
from config.types import Reason
from connectors._feed_source import asked_address
from connectors._json import JSON, inner, objects, words
from connectors._service import NotThereError, Service, said_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import requests

    from connectors.base import Circumstances

BASE = "https://youtube.googleapis.com"
LARGEST_PAGE, LARGEST_THREADS, MOST_IDS = 50, 100, 50
MOST_UNITS = 9_000
"""Of the 10,000 units that a key has in a day; what is left is for whoever else uses it."""

VIDEO_PARTS = (
    "snippet,status,contentDetails,liveStreamingDetails,recordingDetails,"
    "paidProductPlacementDetails,localizations"
)
_CHANNEL_PARTS = "snippet,contentDetails,brandingSettings,status"
_OEMBED = (
    "https://www.youtube.com/oembed?format=json&url=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3D"
)

_PACIFIC = ZoneInfo("America/Los_Angeles")
_CHANNEL = re.compile(
    r"(?:https?://(?:www\.|m\.)?youtube\.com/(?:channel/|feeds/videos\.xml\?channel_id=))?"
    r"(?P<id>UC[A-Za-z0-9_-]{22})(?:/.{0,30})?"
)
_NAMED = re.compile(
    r"(?:https?://(?:www\.|m\.)?youtube\.com/)?@(?P<name>[^\s/?#@]{3,60})(?:/.{0,30})?"
)
_KEY = frozenset({"keyInvalid", "API_KEY_INVALID", "keyExpired", "API_KEY_EXPIRED"})
_QUOTA = frozenset({"quotaExceeded", "dailyLimitExceeded"})
_BUSY = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "servingLimitExceeded", "RATE_LIMIT_EXCEEDED"}
)
_OFF = frozenset({"accessNotConfigured", "SERVICE_DISABLED", "API_KEY_SERVICE_BLOCKED"})
_PLACE = frozenset(
    {"ipRefererBlocked", "API_KEY_IP_ADDRESS_BLOCKED", "API_KEY_HTTP_REFERRER_BLOCKED"}
)
_SAID_NOT_SHOWN = frozenset({400, 401, 403, 404, 410})
_PRIVATE = frozenset({401, 403})


def channel_id(value: object) -> str | None:
    """Return a channel's lasting id; None if it is none."""
    found = _CHANNEL.fullmatch(value.strip()) if isinstance(value, str) else None
    return found["id"] if found else None


def channel_name(handle: str) -> str | None:
    """Return the name after the at sign that a handle or an address holds; None if none."""
    found = _NAMED.fullmatch(handle.strip())
    return found["name"] if found else None


class Calls:
    """Asks YouTube for one channel and one run; every request costs one unit."""

    def __init__(self, circumstances: Circumstances) -> None:
        """Open a session of the door; nothing is asked yet."""
        self._its = circumstances
        secret = circumstances.secret
        self._service = Service(
            circumstances,
            title="YouTube",
            base=BASE,
            headers={"X-Goog-Api-Key": secret.get_secret_value()} if secret else {},
        )
        self._channel: JSON | None = None
        self._day = circumstances.as_of.astimezone(_PACIFIC).date().isoformat()
        self._units = self._units_before()

    # --- the channel -------------------------------------------------------------------------

    def known_id(self) -> str | None:
        """Return the channel's lasting id: as registered, else as remembered of that name."""
        handle = self._its.account.handle
        said = channel_id(handle)
        if said is not None:
            return said
        remembered = self._its.state.validators.get("home", handle)
        return channel_id(self._its.state.platform_id) if remembered == handle else None

    def channel(self) -> JSON:
        """Return the channel; asked once a run.

        Raises:
            AccessError: There is no such channel, or the key is not accepted.
            LaterError: The units are used up, rate limit, or trouble on the way.
            ContractError: The answer, or the registered handle, makes no sense.
        """
        if self._channel is None:
            self._channel = self.asked_anew()
        return self._channel

    def asked_anew(self) -> JSON:
        """Return the channel as it is just now; errors as `channel`."""
        known, name = self.known_id(), channel_name(self._its.account.handle)
        if known is None and name is None:
            raise self._service.broken(
                f"{self._its.account.handle[:60]!r} is no channel of YouTube",
                "",
                remedy="Write the channel's id (UC…), its @name or its address as its handle",
            )
        which = {"id": known} if known is not None else {"forHandle": f"@{name}"}
        found = self._items("channels", {"part": _CHANNEL_PARTS, **which})
        if not found:
            raise self._service.not_there(
                "YouTube knows no such channel",
                "Open it in a browser: it was closed by its owner or by YouTube, or renamed",
            )
        told = channel_id(found[0].get("id"))
        if told is None or (known is not None and told != known):
            raise self._service.broken("YouTube describes another channel", found[0])
        return found[0]

    # --- videos and comments -----------------------------------------------------------------

    def uploads(self, playlist: str, page: str | None) -> JSON:
        """Return a page of the list of uploads; an empty one where there is no such list.

        A channel without any upload has none; whether the channel stands is asked then.
        """
        asked = {
            "part": "contentDetails",
            "playlistId": playlist,
            "maxResults": str(LARGEST_PAGE),
            **({"pageToken": page} if page else {}),
        }
        answer = self._get("playlistItems", asked)
        if answer.status_code == HTTPStatus.NOT_FOUND and "playlistNotFound" in _reasons(answer):
            self.channel()
            return {"items": []}
        return self._object(answer)

    def videos(self, ids: Sequence[str]) -> list[JSON]:
        """Return up to 50 videos by their ids; what is not shown is left out."""
        return self._items("videos", {"part": VIDEO_PARTS, "id": ",".join(ids)})

    def comments(self, ids: Sequence[str]) -> list[JSON]:
        """Return up to 50 comments by their ids; what is not shown is left out."""
        asked = {"part": "snippet", "id": ",".join(ids), "textFormat": "plainText"}
        return self._items("comments", asked)

    def threads(self, channel: str, page: str | None) -> JSON | None:
        """Return a page of comments on all videos, newest first; None if comments are off."""
        asked = {
            "part": "snippet,replies",
            "allThreadsRelatedToChannelId": channel,
            "order": "time",
            "textFormat": "plainText",
            "maxResults": str(LARGEST_THREADS),
            **({"pageToken": page} if page else {}),
        }
        answer = self._get("commentThreads", asked)
        if "commentsDisabled" in _reasons(answer):
            return None
        return self._object(answer)

    def replies(self, parent: str) -> list[JSON]:
        """Return the first hundred answers to a comment."""
        asked = {
            "part": "snippet",
            "parentId": parent,
            "textFormat": "plainText",
            "maxResults": str(LARGEST_THREADS),
        }
        return self._items("comments", asked)

    def embedding(self, video: str) -> str | None:
        """Ask YouTube's public embedding service about a video that the API does not show.

        Costs no unit and sends no key. What it answers for a private video is not documented:
        any refusal counts as "not shown".

        Returns:
            ``shown``, ``private`` or ``missing``; None if it says nothing usable.
        """
        address = asked_address(f"{_OEMBED}{video}", self._its.account)
        try:
            answer = self._its.door.get(address, account=self._its.account, max_bytes=100_000)
        except ReadError:
            return None
        if answer.status == HTTPStatus.OK:
            return "shown"
        if answer.status not in _SAID_NOT_SHOWN:
            return None
        return "private" if answer.status in _PRIVATE else "missing"

    # --- asking ------------------------------------------------------------------------------

    def memory(self) -> dict[str, str]:
        """Return what has to be remembered: whose id is known, and the units of the day."""
        return {"home": self._its.account.handle, "units": f"{self._day} {self._units}"}

    def _units_before(self) -> int:
        day, _, number = self._its.state.validators.get("units", "").partition(" ")
        return int(number) if day == self._day and number.isdigit() else 0

    def _get(self, resource: str, asked: Mapping[str, str]) -> requests.Response:
        if self._its.secret is None:
            remedy = "Write the channel's id (UC…) as its handle, or give a key"
            raise self._service.forbidden("without a key a channel is found by its id only", remedy)
        if self._units >= MOST_UNITS:
            raise self._spent("the units of this day that this account may use are used up")
        self._units += 1
        return self._service.get(f"/youtube/v3/{resource}", asked)

    def _items(self, resource: str, asked: Mapping[str, str]) -> list[JSON]:
        answer = self._object(self._get(resource, asked))
        # Without any result the list itself may be missing.
        return objects(answer.get("items"))

    def _object(self, answer: requests.Response) -> JSON:
        said = said_in(answer)
        if answer.status_code != HTTPStatus.OK:
            raise self._refused(answer, said)
        if not words(said.get("kind")).startswith("youtube#"):
            raise self._service.later("YouTube answered with something else than its data")
        return said

    def _refused(self, answer: requests.Response, said: JSON) -> ReadError:
        """Return what a refusal means; its reasons count before its status."""
        reasons, told = _reasons(answer), words(inner(said, "error").get("message"))
        if reasons & _QUOTA:
            return self._spent("YouTube says that the key's units of this day are used up")
        if reasons & _BUSY:
            return self._service.limited(answer)
        if reasons & _KEY:
            return AccessError(
                "YouTube does not accept the key",
                account=self._its.account.id,
                reason=Reason.AUTH_EXPIRED,
                remedy="Make a new one: docs/connectors/youtube.md",
            )
        if reasons & _OFF:
            remedy = (
                "Switch on YouTube Data API v3 for the key's project: docs/connectors/youtube.md"
            )
            return self._service.forbidden("the key may not use YouTube's data", remedy)
        if reasons & _PLACE:
            remedy = "Add this machine's address to the key's restrictions"
            return self._service.forbidden("the key may not be used from this machine", remedy)
        return self._service.refused(answer, told)

    def _spent(self, what: str) -> ReadError:
        """Return that the day's units are gone, which are given anew at midnight, Pacific time."""
        local = self._its.as_of.astimezone(_PACIFIC)
        midnight = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), _PACIFIC)
        return self._service.later(what, Reason.QUOTA_MONEY, midnight.astimezone(UTC))


def _reasons(answer: requests.Response) -> set[str]:
    """Return every reason that a refusal names, in Google's older and newer form."""
    if answer.status_code == HTTPStatus.OK:
        return set()
    error = inner(said_in(answer), "error")
    named = [*objects(error.get("errors")), *objects(error.get("details"))]
    return {words(each.get("reason")) for each in named} - {""}


__all__ = ["Calls", "NotThereError", "channel_id", "channel_name"]
