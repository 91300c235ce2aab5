"""The one HTTP door: every platform request goes through here."""

from __future__ import annotations


class Door:
    """Placeholder of the interface until the next commit."""
