"""The configuration: one TOML file, overridden by the environment, checked as a whole.

Every field carries its meaning, unit and an example in its own declaration; the
annotated sample that `clerkwatch init` writes (`config.sample`) and the table in
``docs/operators/configuration.md`` are made from these declarations, so they cannot drift.
"""

from __future__ import annotations

from config.settings.council import Budget, Council, Schedule, Storage
from config.settings.fields import (
    NATIONS,
    Duration,
    Email,
    OptionalEmail,
    TimeOfDay,
    duration,
    mail_address,
    time_of_day,
)
from config.settings.loading import find, load, parse, refusal
from config.settings.mail import Inbox, Mail, Person
from config.settings.polls import PollEntry
from config.settings.register import AccountEntry
from config.settings.rules import Rules
from config.settings.secrets import secret, variable_of
from config.settings.whole import Settings

__all__ = [
    "NATIONS",
    "AccountEntry",
    "Budget",
    "Council",
    "Duration",
    "Email",
    "Inbox",
    "Mail",
    "OptionalEmail",
    "Person",
    "PollEntry",
    "Rules",
    "Schedule",
    "Settings",
    "Storage",
    "TimeOfDay",
    "duration",
    "find",
    "load",
    "mail_address",
    "parse",
    "refusal",
    "secret",
    "time_of_day",
    "variable_of",
]
