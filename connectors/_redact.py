"""Secrets taken out of text, bytes, log records and structlog events.

Two nets, because each has holes: *registered* values (every credential the house hands
out) are replaced wherever they stand, also percent-encoded, escaped, in base64 or in
hexadecimal, or broken over lines; *named* values
(``access_token=…``, ``Authorization: …``) are replaced by their name, so that a token
that was never registered (one inside a ``paging.next`` address) does not get out either.
"""

from __future__ import annotations

import base64
import html
import json
import logging
import re
import threading
import traceback
import weakref
from typing import TYPE_CHECKING, Any, overload
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from pydantic import SecretStr

HIDDEN = "[redacted]"

_SHORTEST = 4
"""A registered value shorter than this is no secret; replacing it would eat plain words."""

_LONG = 8
"""From so many characters on a value is looked for in packed forms and broken over lines, too."""
_BREAK = r"(?:\s|\\[nrt]|=\r?\n)"
_BREAKS = re.compile(f"{_BREAK}+")

_GAP = r"""\\*["']?\s*(?:=|:|%3D|%3A)\s*\\*["']?"""
_VALUE = r"""[^\s&"'<>\\;,(){}\[\]]+"""
_NAMED = re.compile(
    r"(?P<name>(?:access|input|refresh|id|fb_exchange|bearer|oauth|auth)_token(?:_secret)?"
    r"|client_secret|consumer_secret|app_secret|appsecret_proof|api_?key|password|passwd"
    rf"|(?<=[?&])key)(?P<gap>{_GAP}){_VALUE}",
    re.IGNORECASE,
)
_HEADER = re.compile(
    rf"""(?P<name>authorization|(?:set-)?cookie|x-api-key)(?P<gap>{_GAP})[^"'\r\n\\}}\]]+""",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"(?P<name>\bbearer)(?P<gap>(?:\s|%20|\+)+)[\w.~+/%=-]{6,}", re.IGNORECASE)

_TALKATIVE = (
    "tweepy",
    "tweepy.client",
    "tweepy.api",
    "urllib3",
    "urllib3.connection",
    "urllib3.connectionpool",
    "urllib3.response",
    "urllib3.util.retry",
    "requests",
    "requests_oauthlib",
    "requests_oauthlib.oauth1_auth",
    "oauthlib",
)
"""Loggers that write tokens or whole bodies at DEBUG."""


class _Values:
    """Values that are replaced, in every form in which a server may give them back."""

    def __init__(self) -> None:
        self._spellings: set[str] = set()
        self._registered: re.Pattern[str] | None = None
        self._whole: set[str] = set()
        self._broken: re.Pattern[str] | None = None

    def add(self, value: str) -> None:
        self._spellings |= _spellings(value)
        whole = "".join(value.split())
        if len(whole) >= _LONG:
            self._whole.add(whole)
            each_way = (f"{_BREAK}*".join(map(re.escape, one)) for one in sorted(self._whole))
            self._broken = re.compile("|".join(each_way))
        longest_first = sorted(self._spellings, key=len, reverse=True)
        self._registered = re.compile("|".join(map(_pattern, longest_first)))

    def hide(self, said: str) -> str:
        if self._registered is None:
            return said
        said = self._registered.sub(HIDDEN, said)
        if self._broken is not None:
            together = _BREAKS.sub("", said)
            if len(together) < len(said) and any(one in together for one in self._whole):
                said = self._broken.sub(HIDDEN, said)
        return said


class Redactor:
    """Takes secrets out of whatever is about to be written down. Safe in any thread."""

    def __init__(self) -> None:
        """Start with no registered value; named values are replaced from the first call."""
        self._lock = threading.Lock()
        self._all = _Values()
        self._made = _Values()

    def add(self, secret: SecretStr | None, *, is_chosen: bool = False) -> None:
        """Register a value that must appear nowhere.

        Args:
            secret: The credential; None, and values of fewer than 4 characters, are
                ignored.
            is_chosen: A person chose it, for a mail server: it may be a plain word, and no
                platform is ever sent it. So posts keep that word; logs and errors do not.
        """
        value = secret.get_secret_value().strip() if secret is not None else ""
        if len(value) < _SHORTEST:
            return
        with self._lock:
            self._all.add(value)
            if not is_chosen:
                self._made.add(value)

    @overload
    def redact(self, said: str) -> str: ...
    @overload
    def redact(self, said: bytes) -> bytes: ...
    def redact(self, said: str | bytes) -> str | bytes:
        """Return the same with every secret replaced by ``[redacted]``.

        Args:
            said: Text, or bytes in any encoding that contains ASCII; bytes that are no
                UTF-8 come back unchanged.
        """
        if isinstance(said, bytes):
            text = said.decode("utf-8", "surrogateescape")
            return self.redact(text).encode("utf-8", "surrogateescape")
        said = self.hide(said)
        said = _HEADER.sub(rf"\g<name>\g<gap>{HIDDEN}", said)
        said = _SCHEME.sub(rf"\g<name>\g<gap>{HIDDEN}", said)
        return _NAMED.sub(rf"\g<name>\g<gap>{HIDDEN}", said)

    def hide(self, said: str) -> str:
        """Return text with the registered values replaced, and nothing else."""
        return self._all.hide(said)

    def kept(self, said: str) -> str:
        """Return what may be kept as evidence: without what a machine made as a secret.

        A post may rightly hold the words "password: …", and any plain word.
        """
        return self._made.hide(said)

    def registered(self, said: bytes) -> bytes:
        """Return the same of bytes; those that are no UTF-8 come back unchanged."""
        return self.kept(said.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def exception(self, error: BaseException) -> str:
        """Return ``Type: words`` of an error, redacted, at most 300 characters."""
        said = self.redact(str(error))
        return f"{type(error).__name__}: {said}"[:300]

    def __call__(
        self, logger: Any, method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """Clean one structlog event: the processor to put right before the renderer.

        A traceback still in ``exc_info`` is rendered here, since a later processor would
        print it uncleaned.
        """
        del logger, method
        if event.get("exc_info"):
            event["exception"] = _traceback_of(event.pop("exc_info"))
        for key in list(event):
            if not key.startswith("_"):  # structlog's own links to the record
                event[key] = self._clean(event[key])
        return event

    def _clean(self, value: Any) -> Any:
        if isinstance(value, (str, bytes)):
            return self.redact(value)
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if isinstance(value, dict):
            return {self._clean(key): self._clean(each) for key, each in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self._clean(each) for each in value]
        shown = repr(value)
        clean = self.redact(shown)
        return value if clean == shown else clean

    def install(self) -> None:
        """Make the SDKs' loggers harmless for this process.

        tweepy, urllib3 and oauthlib write tokens and bodies at DEBUG: they are held at
        INFO or above, and what they do write is cleaned. May be called any number of
        times, for any number of redactors.
        """
        _LIVING.add(self)
        for name in _TALKATIVE:
            logger = logging.getLogger(name)
            if "." not in name and logger.level < logging.INFO:
                logger.setLevel(logging.INFO)
            if _FILTER not in logger.filters:
                logger.addFilter(_FILTER)


class RedactingFilter(logging.Filter):
    """Cleans records of the standard library's logging, message and traceback.

    Put it on a *handler* to cover every logger; a filter on a logger sees only what is
    written to that logger itself.
    """

    def __init__(self, *redactors: Redactor) -> None:
        """Clean with these; without any, with every redactor that was installed."""
        super().__init__()
        self._redactors = redactors

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean the record in place and let it through."""
        said = record.getMessage()
        trace = record.exc_text or (_traceback_of(record.exc_info) if record.exc_info else "")
        for redactor in self._redactors or tuple(_LIVING):
            said, trace = redactor.redact(said), redactor.redact(trace)
        record.msg, record.args = said, ()
        record.exc_text = trace or None
        record.exc_info = None
        return True


def _spellings(value: str) -> set[str]:
    """Return the forms in which a value may stand in what a server says."""
    escaped = {quote(value, safe=""), quote(value), quote_plus(value)}
    found = {
        value,
        *escaped,
        json.dumps(value)[1:-1],
        json.dumps(value)[1:-1].replace("/", "\\/"),
        repr(value)[1:-1],
        html.escape(value),
    }
    if len(value) >= _LONG:
        found |= _packed(value.encode())
    return found


def _pattern(spelling: str) -> str:
    """Return what finds a form; servers write percent signs with large or small letters."""
    return re.sub(
        "%([0-9A-F]{2})",
        lambda found: (
            "%"
            + "".join(f"[{each}{each.lower()}]" if each.isalpha() else each for each in found[1])
        ),
        re.escape(spelling),
    )


def _packed(value: bytes) -> set[str]:
    """Return a value in hexadecimal, and in base64 at each place where it may begin in it."""
    found = {value.hex(), value.hex().upper()}
    for before, first in ((0, 0), (1, 2), (2, 3)):
        packed = base64.b64encode(bytes(before) + value)
        # Only characters that depend on nothing else.
        whole = packed[first : (before + len(value)) * 8 // 6].decode()
        found |= {whole, whole.replace("+", "-").replace("/", "_")}
    return found


def _traceback_of(info: Any) -> str:
    """Return a printed traceback for any form of ``exc_info`` that logging accepts."""
    if isinstance(info, BaseException):
        return "".join(traceback.format_exception(info)).rstrip("\n")
    if isinstance(info, tuple) and info and info[1] is not None:
        return "".join(traceback.format_exception(info[1])).rstrip("\n")
    if info is True:
        return traceback.format_exc().rstrip("\n")
    return ""


_LIVING: weakref.WeakSet[Redactor] = weakref.WeakSet()
_FILTER = RedactingFilter()
