"""Who asks for something through the door: a registered account, or a part of the house itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Asker(Protocol):
    """On whose behalf the door asks; `config.register.Account` is one."""

    @property
    def id(self) -> str:
        """Label for errors and logs."""
        ...

    @property
    def handle(self) -> str:
        """An address of its own, if it begins with http; its port may be any."""
        ...

    @property
    def api_base(self) -> str | None:
        """The one private or loopback server it may ask; None: none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the house that asks for itself, such as the login to the mail server.

    Attributes:
        id: What errors call it.
        api_base: The one server on this machine that it may ask (tests); None: none.
        handle: None of its own.
    """

    id: str
    api_base: str | None = None
    handle: str = ""
