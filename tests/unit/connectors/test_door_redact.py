"""Secrets do not survive in text, bytes, log records or structlog events."""

from __future__ import annotations

import io
import json
import logging
from urllib.parse import quote

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from connectors._redact import HIDDEN, RedactingFilter, Redactor

CANARY = 'AAAA%2Fcanary+Zq/19 "x"\\'


@pytest.mark.parametrize(
    "said",
    [
        "https://graph.example/v25.0/1/posts?access_token=EAAB-canary&limit=3",
        "https://graph.example/debug_token?input_token=EAAB-canary",
        "https://graph.example/?client_secret=EAAB-canary&x=1",
        "https://graph.example/?fb_exchange_token=EAAB-canary",
        "https://graph.example/?appsecret_proof=EAAB-canary",
        "https://www.googleapis.example/youtube/v3/videos?part=id&key=EAAB-canary",
        "Authorization: Bearer EAAB-canary",
        "{'User-Agent': 'tweepy', 'Authorization': 'Bearer EAAB-canary'}",
        '{"access_token":"EAAB-canary","token_type":"bearer"}',
        '"{\\"access_token\\": \\"EAAB-canary\\"}"',
        "next=https%3A%2F%2Fgraph.example%2F%3Faccess_token%3DEAAB-canary",
        "ACCESS_TOKEN=EAAB-canary",
        "Cookie: session=EAAB-canary; other=EAAB-canary",
        "the header was bearer EAAB-canary, it said",
    ],
)
def test_a_named_secret_is_taken_out_though_nobody_registered_it(said: str) -> None:
    """The value goes, what stands around it stays."""
    clean = Redactor().redact(said)
    assert "EAAB-canary" not in clean
    assert HIDDEN in clean


def test_text_without_a_secret_stays_as_it_is() -> None:
    """Ordinary words, addresses and ids are not touched."""
    said = "council-x: api.twitter.com answered 503, see https://x.com/Town/status/1?s=20"
    assert said == Redactor().redact(said)


def test_a_registered_secret_is_taken_out_in_every_spelling() -> None:
    """Raw, percent-encoded, in JSON and in a repr: none of them gets through."""
    redactor = Redactor()
    redactor.add(SecretStr(CANARY))
    spellings = [CANARY, quote(CANARY), quote(CANARY, safe=""), json.dumps(CANARY), repr(CANARY)]
    for spelling in spellings:
        assert "canary" not in redactor.redact(f"before {spelling} after")
        assert b"canary" not in redactor.redact(f"before {spelling} after".encode())


def test_a_registered_value_of_three_letters_is_no_secret() -> None:
    """Otherwise a careless test token would eat words out of every message."""
    redactor = Redactor()
    redactor.add(SecretStr("the"))
    redactor.add(None)
    assert redactor.redact("the town") == "the town"


@given(st.binary(max_size=200))
def test_bytes_without_a_secret_come_back_unchanged(data: bytes) -> None:
    """No byte of kept evidence changes, whatever its encoding, unless it is a secret."""
    redactor = Redactor()
    redactor.add(SecretStr("canary-canary"))
    assert redactor.registered(data) == data


def test_evidence_keeps_words_that_only_look_like_a_secret() -> None:
    """A post that says "password: tulips" is kept as it was written."""
    redactor = Redactor()
    redactor.add(SecretStr("canary-canary"))
    said = b'{"text":"The password: tulips. canary-canary"}'
    assert redactor.registered(said) == b'{"text":"The password: tulips. [redacted]"}'


def test_the_filter_cleans_message_arguments_and_traceback() -> None:
    """A log line through the filter holds no secret, in no part of it."""
    redactor = Redactor()
    redactor.add(SecretStr(CANARY))
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(RedactingFilter(redactor))
    logger = logging.getLogger("test.redact")
    logger.addHandler(handler)
    logger.propagate = False
    try:
        try:
            raise ValueError(f"broken with {CANARY}")  # noqa: TRY301 - the traceback is the subject
        except ValueError:
            logger.exception("asked %s with access_token=%s", "x", CANARY)
    finally:
        logger.removeHandler(handler)
    written = stream.getvalue()
    assert "canary" not in written
    assert "Traceback" in written
    assert "ValueError" in written


def test_the_processor_cleans_every_value_of_an_event() -> None:
    """Text, nested values, exceptions and tracebacks of a structlog event come out clean."""
    redactor = Redactor()
    redactor.add(SecretStr(CANARY))
    stream = io.StringIO()
    log = structlog.wrap_logger(
        structlog.PrintLogger(stream),
        processors=[redactor, structlog.processors.JSONRenderer(default=repr)],
    )
    try:
        raise OSError(f"no route with {CANARY}")  # noqa: TRY301 - the traceback is the subject
    except OSError as error:
        log.warning(
            "not read",
            said=CANARY,
            deep={"a": [CANARY]},
            why=error,
            exc_info=True,
            count=3,
            ok=None,
        )
    event = json.loads(stream.getvalue())
    assert "canary" not in stream.getvalue()
    assert event["count"] == 3
    assert event["ok"] is None
    assert "OSError" in event["exception"]


def test_the_sdk_loggers_say_nothing_below_info_after_installing() -> None:
    """The SDKs print tokens at DEBUG; they are held at INFO however often installed."""
    filters = []
    for _ in range(3):
        Redactor().install()
        filters.append(len(logging.getLogger("tweepy.client").filters))
    assert not logging.getLogger("tweepy.client").isEnabledFor(logging.DEBUG)
    assert not logging.getLogger("urllib3.connectionpool").isEnabledFor(logging.DEBUG)
    assert filters[0] == filters[-1]
