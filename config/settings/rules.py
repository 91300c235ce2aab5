"""What the council decides about the rules: its own beside them, and how loud each one is."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import Field, field_validator

from config.rules.tuning import Level, Tuning
from config.settings.fields import Section
from config.types import Kind, Severity

Value = TypeVar("Value", Severity, float)
_WHICH = (
    "By rule (`party-politics/attack`) or topic (`party-politics`); with a kind of account before "
    "it (`officer:commerce`) on such accounts only."
)


class Rules(Section):
    """How loud each rule is. What a rule says stands in its own file."""

    folder: Path | None = Field(
        default=None,
        description="A folder with rules of your own, read beside the bundled ones "
        "(docs/operators/rules.md).",
        examples=["rules"],
    )
    shadow: tuple[str, ...] = Field(
        default=(),
        description="Rules or topics on trial: they are judged and counted, and are in no mail.",
        examples=[["party-politics/attack"]],
    )
    severity: dict[str, Severity] = Field(
        default_factory=dict,
        description=f"Another severity: urgent, review or note. {_WHICH}",
        examples=[{"abuse": "urgent", "officer:commerce": "note"}],
    )
    opens_at: dict[str, float] = Field(
        default_factory=dict,
        description="By topic of the scored tables, the score (0 to 1) from which it opens a case; "
        "with a kind before it on such accounts only.",
        examples=[{"officer:hate": 0.97}],
    )
    noted_at: dict[str, float] = Field(
        default_factory=dict,
        description="Likewise the score from which it is noted with the post.",
        examples=[{"hate": 0.8}],
    )

    @field_validator("severity", "opens_at", "noted_at")
    @classmethod
    def _kinds(cls, value: dict[str, object]) -> dict[str, object]:
        for key in value:
            _split(key)
        return value

    @field_validator("opens_at", "noted_at")
    @classmethod
    def _scores(cls, value: dict[str, float]) -> dict[str, float]:
        for key, score in value.items():
            if not 0 <= score <= 1:
                raise ValueError(f"{key}: a score lies between 0 and 1")
        return value

    def tuning(self) -> Tuning:
        """Return it as the frozen value that the judge takes."""
        return Tuning(
            folder=self.folder,
            shadow=frozenset(self.shadow),
            severity=tuple(_level(key, value) for key, value in sorted(self.severity.items())),
            opens_at=tuple(_level(key, value) for key, value in sorted(self.opens_at.items())),
            noted_at=tuple(_level(key, value) for key, value in sorted(self.noted_at.items())),
        )


def _level(key: str, value: Value) -> Level[Value]:
    kind, which = _split(key)
    return Level(which=which, kind=kind, value=value)


def _split(key: str) -> tuple[Kind | None, str]:
    """Return the kind before the colon, if any, and the rule or topic."""
    kind, colon, which = key.rpartition(":")
    if not colon:
        return None, key
    try:
        return Kind(kind), which
    except ValueError:
        kinds = ", ".join(one.value for one in Kind)
        raise ValueError(f"{kind!r} is no kind of account ({kinds})") from None
