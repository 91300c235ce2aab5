"""Finding, reading and checking the file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import (
    ValidationError,
)
from pydantic_settings import SettingsError as EnvironmentFault

from config.errors import SettingsError
from config.locate import line_of, toml_error_line
from config.problems import Problem, describe
from config.settings.whole import Settings


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
        raise _refusal(faults, text=text, file=file, environ=environ) from None
    base = Path(environ.get("STATE_DIRECTORY", "").split(":")[0] or file.parent).absolute()
    return _resolve(settings, base=base, folder=file.parent.absolute())


def refusal(faults: Sequence[Problem], *, file: Path, environ: Mapping[str, str]) -> SettingsError:
    """Return the error for what somebody else knows to be wrong in a file that loads.

    Args:
        faults: At least one; the first is named in full.
        file: Where the configuration stands.
        environ: As in `load`.

    Raises:
        SettingsError: The file cannot be read any more.
    """
    return _refusal(faults, text=_read(file), file=file, environ=environ)


def _refusal(
    faults: Sequence[Problem], *, text: str, file: Path, environ: Mapping[str, str]
) -> SettingsError:
    first, others = faults[0], faults[1:]
    said = first.what
    variable = "__".join(["CLERKWATCH", *(str(part) for part in first.where)]).upper()
    variable = variable.replace("__", "_", 1)
    if variable in environ:
        return SettingsError(said, key=variable, remedy=first.remedy)
    for other in others[:9]:
        said += f"; also line {line_of(text, other.where)}, {other.key}: {other.what}"
    return SettingsError(
        said, file=file, key=first.key, line=line_of(text, first.where), remedy=first.remedy
    )


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
    rules = settings.rules
    if rules.folder is not None:
        rules = rules.model_copy(update={"folder": folder / rules.folder})
    backup = settings.backup
    if backup.to and "://" not in backup.to:
        backup = backup.model_copy(update={"to": str(base / backup.to)})
    if backup.key_file() is not None:
        backup = backup.model_copy(update={"recipient": str(folder / backup.recipient)})
    return settings.model_copy(
        update={
            "storage": storage,
            "council": council,
            "mail": mail,
            "rules": rules,
            "backup": backup,
        }
    )
