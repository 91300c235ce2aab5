"""The configuration: one TOML file, overridden by the environment, checked as a whole.

Every field carries its meaning, unit and an example in its own declaration; the
annotated sample that `clerkwatch init` writes (`config.sample`) and the table in
``docs/operators/configuration.md`` are made from these declarations, so they cannot drift.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as EnvironmentFault

from config.errors import SettingsError
from config.locate import line_of, toml_error_line
from config.problems import PlacedError, describe
from config.register import Account
from config.types import AccountId, Kind, PollType, Role, WindowMode

PLATFORMS = (
    "x",
    "facebook",
    "instagram",
    "youtube",
    "wordpress",
    "feed",
    "mastodon",
    "bluesky",
    "manual",
)
"""The words that ``platform`` may be; whether this version reads one is `connectors.names()`."""

NATIONS = ("England", "Wales", "Scotland", "Northern Ireland")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LOOPBACK = ("127.", "localhost", "[::1]", "::1")


def duration(value: object) -> object:
    """Turn ``30m``, ``1h``, ``30d`` into a time span.

    Raises:
        ValueError: Not a text of a whole number followed by one of s, m, h, d, w.
    """
    text = value if isinstance(value, str) else ""
    number, unit = text[:-1], text[-1:]
    if not number.isascii() or not number.isdigit() or unit not in _UNITS:
        raise ValueError('write a whole number and a unit, for example "30m", "1h" or "30d"')
    try:
        return timedelta(seconds=int(number) * _UNITS[unit])
    except OverflowError:
        raise ValueError("this is longer than any calendar") from None


def time_of_day(value: object) -> object:
    """Turn ``07:00`` into a time, refusing the hour that some days have twice or not at all.

    Raises:
        ValueError: Not HH:MM, with an offset, or from 01:00 to 01:59.
    """
    if isinstance(value, str):
        try:
            value = time.fromisoformat(value)
        except ValueError:
            raise ValueError('write hours and minutes, for example "07:00"') from None
    if isinstance(value, time) and value.tzinfo is not None:
        raise ValueError("leave the offset out: times are the council's own (council.timezone)")
    if isinstance(value, time) and value.hour == 1:
        raise ValueError(
            "times from 01:00 to 01:59 are refused: on one night a year they do not exist, "
            "on another they come twice"
        )
    return value


def mail_address(value: str) -> str:
    """Check a bare mail address.

    Raises:
        ValueError: It has no single @, or a space, control character or angle bracket.
    """
    local, _, domain = value.partition("@")
    bad = any(character.isspace() or character in '<>,;:"\\()' for character in value)
    if not local or "." not in f"{domain}." or not domain or "@" in domain or bad:
        raise ValueError('write one bare address, for example "clerk@example.gov.uk"')
    if not value.isprintable():
        raise ValueError("the address has a character that cannot be printed")
    return value


Day = date  # a poll has a field of the same name
Duration = Annotated[timedelta, BeforeValidator(duration)]
TimeOfDay = Annotated[time, BeforeValidator(time_of_day)]
Email = Annotated[str, AfterValidator(mail_address)]
OptionalEmail = Annotated[str, AfterValidator(lambda text: mail_address(text) if text else text)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Council(_Section):
    """Who the council is."""

    name: str = Field(
        description="The council's name, as it stands in mails.",
        examples=["Elstree and Borehamwood Town Council"],
        min_length=1,
        max_length=200,
    )
    timezone: str = Field(
        default="Europe/London", description="IANA time zone of all times and dates."
    )
    nation: Literal["England", "Wales", "Scotland", "Northern Ireland"] = Field(
        default="England", description="Decides bank holidays and election law."
    )
    policy: str = Field(
        default="elstree-borehamwood-2017",
        description="The adopted social media policy: a bundled one, or the path of your own file.",
    )
    email_domain: str = Field(
        description="The council's own mail domain (requirement 1 of the policy).",
        examples=["elstreeborehamwood-tc.gov.uk"],
        pattern=r"^[A-Za-z0-9.-]+\.[A-Za-z]{2,}$",
    )
    wards: tuple[str, ...] = Field(
        default=(), description="The town's wards, for by-elections.", examples=[["Brookmeadow"]]
    )
    logo: Path | None = Field(
        default=None,
        description="Picture of the council's logo, compared with profile pictures.",
        examples=["logo.png"],
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError('not an IANA time zone; write for example "Europe/London"')
        return value


class Storage(_Section):
    """Where things are remembered. Relative paths: see the head of this file."""

    url: str = Field(
        default="sqlite:///clerkwatch.db",
        description="The database; sqlite:/// and a path.",
        pattern=r"^sqlite:///.+",
    )
    evidence: Path = Field(
        default=Path("evidence"),
        description="Folder for kept copies; not used by this version, which keeps text in the "
        "database.",
    )


class Schedule(_Section):
    """When things happen."""

    pull_every: Duration = Field(
        default=timedelta(minutes=30),
        description="How often each account is read, 1m to 1d.",
        ge=timedelta(minutes=1),
        le=timedelta(days=1),
        examples=["30m"],
    )
    verify_every: Duration = Field(
        default=timedelta(hours=1),
        description="How often posts that should be gone are read again, and owners who are "
        "late reminded, 1m to 1d.",
        ge=timedelta(minutes=1),
        le=timedelta(days=1),
        examples=["1h"],
    )
    digest_at: TimeOfDay = Field(
        default=time(7, 0),
        description="When the morning mail leaves; not from 01:00 to 01:59.",
        examples=["07:00"],
    )
    look_back: Duration = Field(
        default=timedelta(days=30),
        description="How far back posts are first read, and re-read for edits and deletions, "
        "1d to 365d.",
        ge=timedelta(days=1),
        le=timedelta(days=365),
        examples=["30d"],
    )


class Inbox(_Section):
    """Where replies are read: a mailbox by IMAP, or a maildir on this machine.

    Without this section no reply is read, and the mails name commands.
    """

    maildir: Path | None = Field(
        default=None,
        description="Folder of a maildir that your mail server delivers to; the keys of IMAP are "
        "then not used.",
        examples=["/var/mail/clerkwatch"],
    )
    host: str = Field(
        default="",
        description="Name of the IMAP server.",
        examples=["imap.example.gov.uk"],
    )
    port: int = Field(default=993, description="Its port.", ge=1, le=65_535)
    security: Literal["none", "starttls", "tls"] = Field(
        default="tls", description="none | starttls | tls; none only to this machine itself."
    )
    auth: Literal["none", "password"] = Field(
        default="password",
        description="password: the secret inbox_password; none: a server on this machine that "
        "takes any.",
    )
    username: str = Field(
        default="",
        description="User name at the IMAP server.",
        examples=["clerkwatch@elstreeborehamwood-tc.gov.uk"],
    )
    folder: str = Field(default="INBOX", description="Folder of the mailbox.", min_length=1)
    authserv_id: str = Field(
        default="",
        description="Name by which your receiving server signs its Authentication-Results; with "
        "it only replies with its DMARC pass decide. Empty: it reports nothing.",
        examples=["mx.example.gov.uk"],
        pattern=r"^[A-Za-z0-9._-]*$",
    )

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.maildir is not None:
            return self
        if not self.host:
            raise ValueError("give host (IMAP) or maildir")
        if not self.username:
            raise ValueError("an IMAP server needs username")
        if self.security == "none" and not self.host.startswith(_LOOPBACK):
            raise ValueError(
                'security = "none" is only for a server on this machine: use "starttls" or "tls"'
            )
        if not self.folder.isascii() or not self.folder.isprintable():
            raise ValueError("the folder's name must be plain ASCII")
        return self


class Mail(_Section):
    """The mail server that takes clerkwatch's mails."""

    host: str = Field(default="127.0.0.1", description="Name of the server.", min_length=1)
    port: int = Field(default=2525, description="Its port.", ge=1, le=65_535)
    security: Literal["none", "starttls", "tls"] = Field(
        default="starttls", description="none | starttls | tls; none only to this machine itself."
    )
    auth: Literal["none", "password", "xoauth2"] = Field(
        default="none",
        description="none | password; the password is the secret mail_password. "
        "xoauth2 is not built yet.",
    )
    username: str = Field(default="", description="User name for auth = password.")
    sender: Email = Field(
        description="From whom the mails come.",
        examples=["clerkwatch@elstreeborehamwood-tc.gov.uk"],
    )
    ca_file: Path | None = Field(
        default=None,
        description="Certificate authority of a server with a private certificate.",
        examples=["mail-ca.pem"],
    )
    inbox: Inbox | None = Field(
        default=None, description="Where replies are read; without it nobody decides by reply."
    )

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.auth == "xoauth2":
            raise ValueError(
                'auth = "xoauth2" is not built yet: use a relay that takes auth = "none" or '
                '"password"'
            )
        if self.auth == "password" and not self.username:
            raise ValueError('auth = "password" needs username')
        if self.security == "none" and not self.host.startswith(_LOOPBACK):
            raise ValueError(
                'security = "none" is only for a server on this machine: use "starttls" or "tls"'
            )
        return self


class Person(_Section):
    """Somebody who is told and may decide."""

    role: Role = Field(description="clerk | deputy | safeguarding | technical.", examples=["clerk"])
    name: str = Field(description="As addressed in mails.", examples=["Clerk"], max_length=100)
    email: Email = Field(
        description="Where mails go.", examples=["clerk@elstreeborehamwood-tc.gov.uk"]
    )


class Budget(_Section):
    """What may be spent on one platform in a calendar month (UTC)."""

    usd_per_month: Decimal = Field(
        description="Reading stops before this is exceeded.",
        examples=[Decimal("5.00")],
        ge=0,
        le=100_000,
        decimal_places=2,
    )


class AccountEntry(_Section):
    """One registered official account."""

    id: str = Field(
        description="Your own label, used in commands and mails.",
        examples=["council-x"],
        pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$",
    )
    platform: str = Field(description=" | ".join(PLATFORMS) + ".", examples=["x"])
    handle: str = Field(
        description="User name, page id, channel id or address.",
        examples=["EBTownCouncil"],
        min_length=1,
        max_length=500,
    )
    kind: Kind = Field(
        description="council | mayoral | officer | partner | member.", examples=["council"]
    )
    owner: str = Field(
        description="Who answers for the account.",
        examples=["Communications Officer"],
        max_length=100,
    )
    owner_email: OptionalEmail = Field(
        default="",
        description="Who is asked to take something down.",
        examples=["comms@elstreeborehamwood-tc.gov.uk"],
    )
    told_on: date | None = Field(
        default=None,
        description="When those who post were told of the monitoring.",
        examples=[date(2026, 11, 1)],
    )
    agreed_on: date | None = Field(
        default=None,
        description="kind = member only: the member's written agreement.",
        examples=[date(2026, 11, 1)],
    )
    credential: str | None = Field(
        default=None,
        description="Name of a secret: $CREDENTIALS_DIRECTORY/<name>, or CLERKWATCH_SECRET_<NAME>.",
        examples=["x_bearer"],
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$",
    )
    api_base: str | None = Field(
        default=None,
        description="Only to point at another server (tests, demo); loopback needs no https.",
        examples=["http://127.0.0.1:8701"],
    )
    api_version: str = Field(
        default="",
        description="facebook only: Graph version; empty: the one this release was tested with.",
        examples=["v25.0"],
        pattern=r"^(v\d{1,3}\.\d)?$",
    )
    area: str = Field(default="whole", description="A ward of the town, or whole.")
    handed_over: tuple[str, ...] = Field(
        default=(),
        description="kind = partner only: polls for whose period all administration was handed "
        "over.",
        examples=[["parish.2027-05-06"]],
    )
    review_every: Duration = Field(
        default=timedelta(days=14),
        description="platform = manual only: how often a person looks.",
        ge=timedelta(days=1),
        le=timedelta(days=366),
        examples=["14d"],
    )

    @field_validator("platform")
    @classmethod
    def _known_platform(cls, value: str) -> str:
        if value not in PLATFORMS:
            raise ValueError(f"not a platform; write one of: {', '.join(PLATFORMS)}")
        return value

    @field_validator("api_base")
    @classmethod
    def _safe_base(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        loopback = (parts.hostname or "").startswith(_LOOPBACK)
        if parts.scheme not in ({"http", "https"} if loopback else {"https"}) or not parts.hostname:
            raise ValueError("write an https address (http only for this machine itself)")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _agreed(self) -> Self:
        if self.kind is Kind.MEMBER and self.agreed_on is None:
            raise ValueError(
                "a member's page is watched only with the member's written agreement: add "
                "agreed_on = the date of it, or remove the account"
            )
        if self.handed_over and self.kind is not Kind.PARTNER:
            raise ValueError("handed_over is only for kind = partner")
        return self


class PollEntry(_Section):
    """One election or referendum that may touch the town."""

    id: str = Field(
        description="Your own label.",
        examples=["parish.2027-05-06"],
        pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$",
    )
    type: PollType = Field(
        description="parish | borough | county | mayor | pcc | parliament | referendum-national | "
        "referendum-council-tax | referendum-governance | neighbourhood-plan.",
        examples=["parish"],
    )
    by_election: bool = Field(default=False, description="A by-election.")
    date: Day = Field(description="Day of the poll.", examples=[Day(2027, 5, 6)])
    area: str = Field(
        default="whole", description='whole, a ward of the town, or "none": does not touch it.'
    )
    notice: Day | None = Field(
        default=None,
        description="The notice of election as published (or: clerkwatch elections notice).",
        examples=[Day(2027, 3, 22)],
    )
    start: datetime | None = Field(
        default=None,
        description="The council's own, earlier start, with offset.",
        examples=["2027-03-18T00:00:00+00:00"],
    )
    end: datetime | None = Field(
        default=None, description="The council's own end; never earlier than the law's."
    )
    mode: WindowMode = Field(default=WindowMode.RESTRICTED, description="restricted | closed.")

    @field_validator("start", "end")
    @classmethod
    def _has_offset(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError('add the offset, for example "2027-03-18T00:00:00+00:00"')
        return value


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
            if name not in PLATFORMS:
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
                review_every_days=entry.review_every.days,
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


def find(asked: Path | None, *, environ: Mapping[str, str], working: Path) -> Path:
    """Find the configuration file: ``--config``, CLERKWATCH_CONFIG, here, /etc.

    Raises:
        SettingsError: It is nowhere; the message lists where it was looked for.
    """
    named = asked or (
        Path(environ["CLERKWATCH_CONFIG"]) if "CLERKWATCH_CONFIG" in environ else None
    )
    if named is not None:
        return named
    places = [working / "clerkwatch.toml", Path("/etc/clerkwatch/clerkwatch.toml")]
    for place in places:
        if place.is_file():
            return place
    raise SettingsError(
        "no configuration found",
        file=" or ".join(str(place) for place in places),
        remedy="Write one with `clerkwatch init`, or name it with --config",
    )


def load(file: Path, *, environ: Mapping[str, str]) -> Settings:
    """Read and check the configuration.

    Relative paths in it are resolved against ``$STATE_DIRECTORY``, else the file's own
    folder; the policy's path always against the file's own folder.

    Args:
        file: The TOML file.
        environ: The environment; `CLERKWATCH_COUNCIL__NAME` and the like override the file.

    Raises:
        SettingsError: Unreadable, not TOML, or something in it is wrong: names file, key,
            line and remedy for the first fault and lists the others.
    """
    return parse(_read(file), file=file, environ=environ)


def parse(text: str, *, file: Path, environ: Mapping[str, str]) -> Settings:
    """Check a configuration that stands, or is to stand, in a file; see `load`.

    Args:
        text: What it says.
        file: Where; named in messages, and relative paths start in its folder.
        environ: As in `load`.

    Raises:
        SettingsError: Not TOML, or something in it is wrong.
    """
    try:
        stated = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            "not valid TOML", file=file, line=toml_error_line(str(error))
        ) from error
    try:
        settings = Settings(**stated)
    except EnvironmentFault as error:
        raise SettingsError(
            "a variable CLERKWATCH_… holds a table that is not JSON",
            remedy="Override single keys instead: CLERKWATCH_MAIL__PORT=587",
        ) from error
    except ValidationError as error:
        faults = describe(error, Settings)
        first, others = faults[0], faults[1:]
        said = first.what
        variable = "__".join(["CLERKWATCH", *(str(part) for part in first.where)]).upper()
        variable = variable.replace("__", "_", 1)
        if variable in environ:
            raise SettingsError(said, key=variable, remedy=first.remedy) from None
        for other in others[:9]:
            said += f"; also line {line_of(text, other.where)}, {other.key}: {other.what}"
        raise SettingsError(
            said,
            file=file,
            key=first.key,
            line=line_of(text, first.where),
            remedy=first.remedy,
        ) from None
    base = Path(environ.get("STATE_DIRECTORY", "").split(":")[0] or file.parent).absolute()
    return _resolve(settings, base=base, folder=file.parent.absolute())


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise SettingsError(
            "there is no such file", file=file, remedy="Write one with `clerkwatch init`"
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError("not UTF-8 text", file=file, remedy="Save it as UTF-8") from error
    except OSError as error:
        raise SettingsError(
            "cannot be read",
            file=file,
            remedy="Make it readable for the user that clerkwatch runs as",
        ) from error


def _resolve(settings: Settings, *, base: Path, folder: Path) -> Settings:
    path = settings.storage.url.removeprefix("sqlite:///")
    evidence = base / settings.storage.evidence
    storage = settings.storage.model_copy(
        update={"url": f"sqlite:///{base / path}", "evidence": evidence}
    )
    council = settings.council
    if "/" in council.policy or council.policy.endswith(".toml"):
        council = council.model_copy(update={"policy": str(folder / council.policy)})
    if council.logo is not None:
        council = council.model_copy(update={"logo": folder / council.logo})
    mail = settings.mail
    if mail.ca_file is not None:
        mail = mail.model_copy(update={"ca_file": folder / mail.ca_file})
    if mail.inbox is not None and mail.inbox.maildir is not None:
        inbox = mail.inbox.model_copy(update={"maildir": base / mail.inbox.maildir})
        mail = mail.model_copy(update={"inbox": inbox})
    return settings.model_copy(update={"storage": storage, "council": council, "mail": mail})


def secret(name: str, *, environ: Mapping[str, str]) -> SecretStr:
    """Return a secret from systemd's credentials or the environment.

    Args:
        name: As in ``credential = "…"``.
        environ: ``CREDENTIALS_DIRECTORY`` is asked first, then ``CLERKWATCH_SECRET_<NAME>``.

    Raises:
        SettingsError: It is nowhere, empty, or cannot be read; never shows a value.
    """
    variable = "CLERKWATCH_SECRET_" + "".join(
        character.upper() if character.isalnum() else "_" for character in name
    )
    folder = environ.get("CREDENTIALS_DIRECTORY")
    value = ""
    # LoadCredential= of a whole folder puts the credential's own name before each file's.
    for file in [Path(folder) / name, Path(folder) / f"secrets_{name}"] if folder else []:
        if value or not file.is_file():
            continue
        try:
            value = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError("the credential cannot be read", file=file, key=name) from error
    value = value or environ.get(variable, "").strip()
    if not value:
        raise SettingsError(
            f"the secret {name!r} is missing",
            key=variable,
            remedy=f"Put it into /etc/clerkwatch/secrets/{name} (root, mode 0600) and restart the "
            f"service, or set {variable}",
        )
    return SecretStr(value)
