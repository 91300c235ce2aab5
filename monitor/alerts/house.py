"""The council's own facts that every mail needs, taken once from the wired application."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import connectors
from connectors.base import KnownBy
from monitor.alerts.facts import AccountFacts, PolicyWords
from monitor.alerts.hardening import one_line
from monitor.checks.table import harmless_words
from monitor.people.rota import Rota

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import timedelta

    from config.policy import Policy
    from config.register import Account
    from config.rules.model import RuleData
    from config.settings import Settings
    from config.types import AccountId, ClauseId, RuleId
    from connectors.base import Platform
    from monitor.alerts.message import Person
    from monitor.app import App
    from storage.repository import Repository
    from storage.values import Absence

# What a site is, where its address or its name tells; any site is at least a website.
_SITE_WORDS = (
    (re.compile(r"youtube\.com|^UC[\w-]{22}$", re.IGNORECASE), "YouTube channel"),
    (re.compile(r"blog|wordpress", re.IGNORECASE), "Blog"),
    (re.compile(r"forum", re.IGNORECASE), "Forum"),
)
# An address, or the number of a channel, which nobody knows an account by.
_NO_NAME = re.compile(r"^https?://|^UC[\w-]{22}$")
_MOST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One entry of the register, with what the Clerk calls it.

    Attributes:
        title: In full: ``X @AshcombeTC``.
        short: In passing: ``X``, ``Facebook page``.
        by_hand: A person looks, no programme reads.
        blind_spots: What cannot be seen there at all, as long as it was never read.
        undecided: Why a person looks where a programme could; empty: nothing to decide.
        platform: How it is read; None: this version cannot read it.
    """

    account: Account
    title: str
    short: str
    by_hand: bool = False
    blind_spots: tuple[str, ...] = ()
    undecided: str = ""
    platform: Platform | None = None

    def unseen(self, kept: Mapping[str, str]) -> tuple[str, ...]:
        """Return what cannot be seen there.

        Args:
            kept: What its last complete reading left to be remembered.
        """
        return self.platform.unseen(self.account, kept) if self.platform else self.blind_spots

    def facts(self) -> AccountFacts:
        """Return what a mail says of it, before anything of its readings is known."""
        return AccountFacts(
            id=self.account.id,
            title=self.title,
            short=self.short,
            kind=self.account.kind,
            owner=self.account.owner,
            by_hand=self.by_hand,
            undecided=self.undecided,
            is_owner_reachable=bool(self.account.owner_email),
            blind_spots=self.blind_spots,
            review_every_days=self.account.review_every_days,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What stays the same from mail to mail.

    Attributes:
        council: Its name.
        zone: IANA zone.
        rota: Who is told, who is away, and when somebody works.
        sender: Bare address mails come from.
        people: Who is told.
        pull_every: How often accounts are read.
        watched: The register in its order.
        policy: The policy's own words.
        harmless: By rule: why what was found may be fine.
        rules: Digest of the rules in force.
        version: Of clerkwatch.
        email_domain: The council's own mail domain.
    """

    council: str
    zone: str
    rota: Rota
    sender: str
    people: tuple[Person, ...]
    pull_every: timedelta
    watched: tuple[Watched, ...]
    policy: PolicyWords
    harmless: Mapping[RuleId, str]
    rules: str
    version: str
    email_domain: str = ""

    @classmethod
    def of(
        cls,
        *,
        settings: Settings,
        register: Sequence[Account],
        policy: Policy,
        rules: Iterable[RuleData],
        rules_digest: str,
        names: Mapping[AccountId, str],
        absences: Iterable[Absence] = (),
    ) -> House:
        """Take a house's facts from its configuration, policy and rules.

        Args:
            settings: The configuration.
            register: The accounts that are watched.
            policy: The adopted policy.
            rules: The rules in force.
            rules_digest: Their digest.
            names: What accounts call themselves; empty for one that was never read.
            absences: Who is away.
        """
        return cls(
            council=settings.council.name,
            zone=settings.council.timezone,
            rota=Rota.of(settings, absences),
            sender=settings.mail.sender,
            people=settings.people,
            pull_every=settings.schedule.pull_every,
            watched=_told_apart(
                [watched(account, name=names.get(account.id, "")) for account in register]
            ),
            policy=policy_words(policy),
            harmless=harmless_words() | {rule.id: rule.harmless for rule in rules},
            rules=rules_digest,
            version=version("clerkwatch"),
            email_domain=settings.council.email_domain,
        )

    @classmethod
    def of_app(cls, app: App) -> House:
        """Take a house's facts from the wired application."""
        return cls.of(
            settings=app.settings,
            register=app.register,
            policy=app.policy,
            rules=app.judge.rules,
            rules_digest=app.judge.digest,
            names=own_names(app.repository),
            absences=app.repository.absences(),
        )


def own_names(repository: Repository) -> dict[AccountId, str]:
    """Return what accounts call themselves, as their profiles were last read.

    Raises:
        StorageError: The database cannot be read.
    """
    return {row.id: row.name for row in repository.accounts() if row.name}


def watched(account: Account, *, name: str = "") -> Watched:
    """Return an account with what the Clerk calls it.

    An account whose platform this version cannot read is called by the platform's word.

    Args:
        account: One entry of the register.
        name: What it calls itself; empty: not known.
    """
    platform: Platform | None
    try:
        platform = connectors.of(account)
    except LookupError:
        platform = None  # its coverage says at every pull why it cannot be read
    title, short = _names(
        account,
        platform.title if platform else account.platform,
        name,
        by=platform.known_by if platform else KnownBy.OWN_NAME,
    )
    return Watched(
        account=account,
        title=title,
        short=short,
        by_hand=platform is not None and platform.by_hand,
        blind_spots=platform.unseen(account, {}) if platform else (),
        undecided=platform.undecided if platform else "",
        platform=platform,
    )


def policy_words(policy: Policy) -> PolicyWords:
    """Return a policy as mails quote it."""
    return PolicyWords(
        titles={clause: clause_title(clause) for clause in policy.clauses},
        clauses={clause.id: clause.words for clause in policy.clauses.values()},
        topics={topic.id: topic.words for topic in policy.topics.values()},
    )


def clause_title(clause: ClauseId) -> str:
    """Return how a clause is called: ``Terms of Use 5``, ``Requirement 2``.

    The closing sentence of requirement 6 has no number of its own.
    """
    family, _, number = clause.partition(".")
    if family == "terms":
        return f"Terms of Use {number}"
    if family == "requirements":
        return f"Requirement {number}"
    if family == "freeze":
        return "Requirement 6, closing sentence"
    return clause


def _names(account: Account, platform: str, name: str, *, by: KnownBy) -> tuple[str, str]:
    """Return what an account is called in full and in passing.

    By its handle where people know it by that, else by the name it gives itself. Where that
    is not known yet, a site is called by its host; and where there is nothing but a number or
    an address of this machine, the council's own label says more.
    """
    if by is KnownBy.HANDLE:
        return account.handle, account.handle
    is_name = not _is_number(account.handle) and not _NO_NAME.search(account.handle)
    if by is KnownBy.AT_HANDLE and is_name:
        return f"{platform} @{account.handle.removeprefix('@')}", platform
    own = one_line(name, most=_MOST_NAME).replace('"', "'")
    if by is KnownBy.SITE:
        return _site_names(account, own)
    if own:
        return f'{platform} "{own}"', platform
    if _is_number(account.handle):
        return f"{platform} ({account.id})", platform
    return f'{platform} "{account.handle}"', platform


def _site_names(account: Account, own: str) -> tuple[str, str]:
    """Return what a site is called in full and in passing."""
    if own:
        kinds = (
            kind
            for pattern, kind in _SITE_WORDS
            if pattern.search(account.handle) or pattern.search(own)
        )
        kind = next(kinds, "Website")
        return f'{kind} "{own}"', kind if " " in kind else kind.lower()
    host = (urlsplit(account.handle).hostname or account.handle).removeprefix("www.")
    name = account.id if _is_number(host) or host == "localhost" else host
    return name, name


def _is_number(name: str) -> bool:
    """Return whether a name is a platform's id or an address, which tells a person nothing."""
    return not any(letter.isalpha() for letter in name)


def _told_apart(accounts: Sequence[Watched]) -> tuple[Watched, ...]:
    """Return accounts so that no two are called the same: those get their labels."""
    titles = [one.title for one in accounts]
    return tuple(
        replace(one, title=f"{one.title} ({one.account.id})")
        if titles.count(one.title) > 1
        else one
        for one in accounts
    )
