"""The configuration as one frozen value, checked as a whole."""

from __future__ import annotations

from typing import Self
from zoneinfo import ZoneInfo

from pydantic import (
    Field,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config import platforms
from config.problems import PlacedError
from config.register import Account
from config.settings.backup import Backup
from config.settings.council import Budget, Council, Schedule, Storage
from config.settings.mail import Mail, Person
from config.settings.polls import PollEntry
from config.settings.register import AccountEntry
from config.settings.retention import Retention
from config.settings.rules import Rules
from config.settings.watch import Watch
from config.types import AccountId, Role


class Settings(BaseSettings):
    """Everything the council decides, as one frozen value."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix="CLERKWATCH_",
        env_nested_delimiter="__",
        hide_input_in_errors=True,
    )

    council: Council = Field(description="Who the council is.")
    storage: Storage = Field(default_factory=Storage, description="Where things are remembered.")
    schedule: Schedule = Field(default_factory=Schedule, description="When things happen.")
    mail: Mail = Field(description="The mail server.")
    watch: Watch = Field(
        default_factory=Watch, description="Who notices when clerkwatch itself stands still."
    )
    backup: Backup = Field(default_factory=Backup, description="Copies off this machine.")
    retention: Retention = Field(default_factory=Retention, description="How long things are kept.")
    rules: Rules = Field(default_factory=Rules, description="How loud each rule is.")
    people: tuple[Person, ...] = Field(description="Who is told and may decide.")
    budget: dict[str, Budget] = Field(
        default_factory=dict, description="Money by platform; only X costs any."
    )
    accounts: tuple[AccountEntry, ...] = Field(
        default=(), description="The register: official accounts and nothing else."
    )
    polls: tuple[PollEntry, ...] = Field(
        default=(), description="Elections and referendums; also: clerkwatch elections add."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  # pydantic-settings' own signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # as above
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file; read no dotenv files."""
        return (env_settings, init_settings)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _refuse_twice("accounts", [entry.id for entry in self.accounts], "id")
        _refuse_twice(
            "accounts",
            [f"{entry.platform} {entry.handle.casefold()}" for entry in self.accounts],
            "handle",
        )
        _refuse_twice("polls", [entry.id for entry in self.polls], "id")
        if not any(person.role is Role.CLERK for person in self.people):
            raise PlacedError('one of the people must have role = "clerk"', where=("people",))
        for name in self.budget:
            if name not in platforms.words():
                raise PlacedError(f"{name!r} is not a platform", where=("budget", name))
        wards = {"whole", "none", *self.council.wards}
        areas = [("polls", index, poll.area) for index, poll in enumerate(self.polls)]
        areas += [("accounts", index, entry.area) for index, entry in enumerate(self.accounts)]
        for table, index, area in areas:
            if area not in wards:
                raise PlacedError(
                    f"the ward {area!r} is not in council.wards "
                    f"({', '.join(self.council.wards) or 'which is empty'})",
                    where=(table, index, "area"),
                )
        return self

    def zone(self) -> ZoneInfo:
        """Return the council's time zone."""
        return ZoneInfo(self.council.timezone)

    def register(self) -> tuple[Account, ...]:
        """Return the register as the frozen values that the other rooms use."""
        return tuple(
            Account(
                id=AccountId(entry.id),
                platform=entry.platform,
                handle=entry.handle,
                kind=entry.kind,
                owner=entry.owner,
                owner_email=entry.owner_email,
                told_on=entry.told_on,
                agreed_on=entry.agreed_on,
                credential=entry.credential,
                api_base=entry.api_base,
                area=entry.area,
                handed_over=entry.handed_over,
                api_version=entry.api_version,
                time_zone=self.council.timezone,
                comments=entry.comments,
                review_every_days=entry.review_every.days,
                owned_reads=entry.owned_reads,
                terms_accepted=entry.terms_accepted.decision() if entry.terms_accepted else None,
            )
            for entry in self.accounts
        )

    def addresses(self, *roles: Role) -> tuple[str, ...]:
        """Return the mail addresses of everybody with one of these roles, each once."""
        wanted = [person.email for person in self.people if person.role in roles]
        return tuple(dict.fromkeys(wanted))


def _refuse_twice(table: str, ids: list[str], key: str) -> None:
    seen: set[str] = set()
    for index, name in enumerate(ids):
        if name in seen:
            raise PlacedError(
                f"{name!r} stands there twice; each may stand once", where=(table, index, key)
            )
        seen.add(name)
