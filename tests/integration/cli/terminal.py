"""Somebody at a terminal with a configuration of one account."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import time_machine

from monitor.cli import main
from tests.integration.pipeline.village import HEAD
from tests.lib.schemas import SCHEMAS, problems
from tests.lib.youtube_reader import NOW

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


class Terminal:
    """Somebody at a terminal with a configuration of one account."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._file = folder / "clerkwatch.toml"
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.printed = self.noted = ""
        monkeypatch.setenv("CLERKWATCH_CONFIG", str(self._file))

    def registers(self, platform: str, handle: str, base: str, more: str = "") -> None:
        """Write the configuration."""
        where = f'api_base = "{base}"\n' if base else ""
        self._file.write_text(
            f'{HEAD}\n[[accounts]]\nid = "it"\nplatform = "{platform}"\nhandle = "{handle}"\n'
            f'kind = "council"\nowner = "Jo"\n{where}{more}\n',
            "utf-8",
        )

    def has(self, secret: str) -> None:
        """Store the account's credential."""
        self._monkeypatch.setenv("CLERKWATCH_SECRET_IT", secret)

    def types(self, *arguments: str) -> int:
        """Type a command; return its exit code."""
        with time_machine.travel(NOW, tick=False):
            try:
                main(arguments)
                code = 0
            except SystemExit as end:
                code = int(end.code or 0)
        self.printed, self.noted = self._capsys.readouterr()
        return code

    def gives(self, said: bytes) -> None:
        """Put something on standard input, as a pipe would."""
        self._monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(said)))

    def tries(self) -> tuple[int, dict[str, tuple[bool | None, str, str | None]]]:
        """Try the account; return the exit code, and of each step whether, what and the remedy."""
        code = self.types("accounts", "test", "it", "--json")
        value: Any = json.loads(self.printed)
        assert problems(SCHEMAS["accounts test"], value) == []
        assert value["ok"] is (code == 0)
        checks = value["checks"]
        return code, {each["check"]: (each["ok"], each["said"], each["remedy"]) for each in checks}
