"""Tokens as a mail server checks them by itself: JSON web tokens signed with one shared key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

KEY = b"0123456789abcdef0123456789abcdef"


def signed(user: str, *, expires: int, key: bytes = KEY) -> str:
    """Return a token for a user (RFC 7519, HS256).

    Args:
        user: Whose mailbox.
        expires: When it ends, in seconds since 1970.
        key: Another one makes a token that no server takes.
    """
    head = {"alg": "HS256", "typ": "JWT"}
    said = {"sub": user, "email": user, "iat": 1, "exp": expires, "aud": "mail", "scope": "mail"}
    parts = ".".join(_packed(json.dumps(one).encode()) for one in (head, said))
    return f"{parts}.{_packed(hmac.new(key, parts.encode(), hashlib.sha256).digest())}"


def _packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
