"""Structured logs: JSON for the journal, readable on a terminal, never post text or secrets."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TextIO

    from structlog.typing import Processor

LEVELS = ("debug", "info", "warning", "error")


def configure(
    *,
    environ: Mapping[str, str],
    default: str = "warning",
    extra: Sequence[Processor] = (),
    stream: TextIO | None = None,
) -> None:
    """Set up structlog and the standard library's logging once for the process.

    Args:
        environ: ``CLERKWATCH_LOG`` is one of debug, info, warning, error.
        default: Level when the environment says nothing.
        extra: Processors before the renderer, such as the door's redaction.
        stream: Where to; standard error unless given.
    """
    stream = stream if stream is not None else sys.stderr
    named = environ.get("CLERKWATCH_LOG", default).lower()
    level = getattr(logging, (named if named in LEVELS else default).upper())
    readable = stream.isatty() and "INVOCATION_ID" not in environ
    rendering: list[Processor] = [structlog.dev.ConsoleRenderer()]
    if not readable:
        rendering = [
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if not readable else [structlog.processors.StackInfoRenderer()]),
            *extra,
            *rendering,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(stream=stream, level=max(level, logging.WARNING), force=True)
