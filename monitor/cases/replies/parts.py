"""The parts of a mail as the standard library took them apart, without what it raises for.

``Message.get_payload()`` of a part that holds no others decodes it by its own charset, and a
charset with a NUL in it makes that raise ``ValueError``. Whoever wants the parts or the bytes
asks here.
"""

from __future__ import annotations

from email.message import Message


def inner(message: Message) -> list[Message]:
    """Return the parts, or the mail, that a part holds; empty for a leaf."""
    held = message.get_payload() if message.is_multipart() else []
    return [part for part in held if isinstance(part, Message)]


def content(part: Message) -> bytes:
    """Return a leaf's bytes, its transfer encoding undone; empty for what holds parts."""
    try:
        payload = part.get_payload(decode=True)
    except ValueError:  # from Python 3.13 on the charset is asked here too
        return b""
    return payload if isinstance(payload, bytes) else b""
