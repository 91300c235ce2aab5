"""Who notices when clerkwatch itself, or its machine, stands still."""

from __future__ import annotations

from pydantic import Field, field_validator

from config.settings.fields import LOOPBACK, Section

NONE = "none"


class Watch(Section):
    """A dead machine sends nothing: an outside service that expects a sign of life does."""

    ping: str = Field(
        default="",
        description="Address that is asked after each complete run, so that an outside service "
        'tells you when that stays away; "none" if you want none. Empty: not decided yet.',
        examples=[NONE],
        max_length=2000,
    )

    @field_validator("ping")
    @classmethod
    def _usable(cls, value: str) -> str:
        near = tuple(f"http://{host}" for host in LOOPBACK)
        if value and value != NONE and not value.startswith(("https://", *near)):
            raise ValueError('give an address that begins with https://, or "none"')
        return value

    def has_ping(self) -> bool:
        """Return whether an address is to be asked."""
        return self.ping not in {"", NONE}
