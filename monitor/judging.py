"""Judging what is stored: whatever was never judged, or was judged with something older.

Each version carries the digest of everything it was last judged with (law 2), so a new
rule pack, policy, notice or candidate list, a window that opens or closes and a crash in
the middle all come down to the same question: which versions are stale?
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from config.errors import SettingsError
from config.types import Appearing, Basis, CaseState, PollStatus, Resolution, SubjectKind
from monitor.alerts.folding import must_wait, put_list
from monitor.alerts.urgent import urgent_mail
from monitor.apply import Outcome, apply, close_empty
from monitor.breaker import is_held, known
from monitor.cases.alike import Kin
from monitor.cases.preserve import HELD_FOR, preserve_judged
from monitor.checks.base import Context, Judgement, Material
from monitor.checks.picture import picture_hash
from monitor.decide import Decider, account_stamp, is_over, of_account
from monitor.freeze.naming import standing_names
from monitor.freeze.polls import merge_polls, poll_of
from monitor.freeze.rules import FREEZE, TOPIC, judge_freeze
from monitor.freeze.stamp import windows_digest
from monitor.freeze.windows import all_windows, in_force
from monitor.people.rota import Rota

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from config.register import Account
    from config.settings import Settings
    from config.types import AccountId, CaseId, ClauseId, RuleId
    from monitor.app import App
    from monitor.breaker import Burst
    from monitor.checks.judge import Judge
    from monitor.decide import Verdict
    from monitor.freeze.windows import Window
    from storage.repository import Repository
    from storage.values import PollRow, Quieted, VersionToJudge

LOT = 500
"""Versions judged and committed together: small enough that no other writer waits long."""
QUARTER = timedelta(days=91)
"""What a profile lacks makes one case in this time, not one at every change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Everything that judging at one moment needs; made once for many versions.

    Attributes:
        judge: The compiled checks.
        context: Windows and the council's own facts.
        freeze: The clause under which the policy speaks of elections.
        accounts: By label.
        stamps: What each account is judged with, as one digest.
        deciders: One for each account.
        kin: The words on which the cases so far rest.
    """

    judge: Judge
    context: Context
    freeze: ClauseId = FREEZE
    accounts: Mapping[AccountId, Account]
    stamps: Mapping[AccountId, str]
    deciders: Mapping[AccountId, Decider]
    kin: Kin = field(default_factory=Kin)

    def verdict(self, version: VersionToJudge) -> Verdict:
        """Judge one version and decide what follows; changes nothing."""
        account = self.accounts[version.account]
        material = material_of(version, account)
        decided = self.deciders[version.account].decide(version, self.judgement(material))
        return self.kin.with_kin(decided)

    def judgement(self, material: Material) -> Judgement:
        """Return what the clause checks and the freeze rules find in one version."""
        matches = self.judge.matches(material, self.context)
        judged = self.judge.judge(material, self.context, matches=matches)
        in_window = self.judge.in_window(material, matches)
        frozen = judge_freeze(material, in_window, self.context, clause=self.freeze)
        if not frozen:
            return judged
        scores = dict(judged.scores)
        for found in frozen:
            scores[found.clause] = max(found.score, scores.get(found.clause, 0.0))
        return Judgement(
            findings=(*judged.findings, *frozen), scores=scores, not_judged=judged.not_judged
        )


def polls_of(settings: Settings, repository: Repository | None) -> tuple[PollRow, ...]:
    """Return the polls of the file merged with those entered by command."""
    stated = [poll_of(entry) for entry in settings.polls]
    return merge_polls(stated, repository.polls() if repository is not None else ())


def is_polling_day(app: App, *, as_of: datetime) -> bool:
    """Return whether people in the town vote on the council date of an instant."""
    today = as_of.astimezone(app.settings.zone()).date()
    return any(
        poll.held_on == today and poll.area != "none" and poll.status is PollStatus.SCHEDULED
        for poll in polls_of(app.settings, app.repository)
    )


def windows_at(
    settings: Settings, repository: Repository | None, *, as_of: datetime
) -> tuple[Window, ...]:
    """Return every window of every poll, as known at an instant."""
    return all_windows(
        polls_of(settings, repository),
        zone=settings.zone(),
        nation=settings.council.nation,
        as_of=as_of,
        extra_holidays=settings.council.holidays,
    )


def context_of(settings: Settings, repository: Repository | None, *, as_of: datetime) -> Context:
    """Return what holds around every version at an instant.

    Raises:
        SettingsError: The council's logo cannot be read, or is no picture.
    """
    polls = polls_of(settings, repository)
    return Context(
        as_of=as_of,
        windows=in_force(windows_at(settings, repository, as_of=as_of)),
        council=settings.council.name,
        email_domain=settings.council.email_domain,
        candidates={poll.id: standing_names(poll.candidates) for poll in polls if poll.candidates},
        places=settings.council.places,
        permitted=settings.council.permitted_notices,
        groups=settings.council.groups,
        logo_hash=_logo_hash(settings.council.logo),
    )


def _logo_hash(logo: Path | None) -> str:
    """Return the hash of the council's logo; empty if none is configured."""
    if logo is None:
        return ""
    try:
        hashed = picture_hash(logo.read_bytes())
    except OSError as error:
        raise SettingsError(
            f"the council's logo {logo} cannot be read",
            key="council.logo",
            remedy="Make it readable for the user that clerkwatch runs as, or take the line out",
        ) from error
    if hashed is None:
        raise SettingsError(
            f"the council's logo {logo} is not a picture that can be compared",
            key="council.logo",
            remedy="Give a PNG, JPEG, GIF, WebP or BMP file",
        )
    return hashed


def bench(app: App, *, as_of: datetime, judge: Judge | None = None) -> Bench:
    """Make the bench for one moment.

    Args:
        app: The wired application.
        as_of: The present moment; aware UTC.
        judge: Other rules than the application's, for comparing.
    """
    judge = judge if judge is not None else app.judge
    context = context_of(app.settings, app.repository, as_of=as_of)
    shared = {
        "rules": judge.digest,
        "policy": app.policy.digest,
        "windows": windows_digest(context.windows, as_of),
        "candidates": repr(sorted(context.candidates.items())),
        "places": repr(sorted(context.places.items())),
        "permitted": repr((context.permitted, context.groups)),
        "council": f"{context.council}\n{context.email_domain}\n{context.logo_hash}",
    }
    quieted = app.repository.quieted()
    today = as_of.astimezone(app.settings.zone()).date()
    stamps = {
        account.id: account_stamp(shared | _own_parts(account, quieted, today=today))
        for account in app.register
    }
    fresh = _fresh_profile_cases(app, as_of)
    digests = judge.digests
    left = _left(app) if context.windows else {}
    return Bench(
        judge=judge,
        context=context,
        freeze=judge.policy.clause(TOPIC).id,
        accounts={account.id: account for account in app.register},
        stamps=stamps,
        kin=Kin.of(app.repository.flagged()),
        deciders={
            account.id: Decider(
                kind=account.kind,
                quieted=of_account(quieted, account.id),
                today=today,
                under=stamps[account.id],
                digests=digests,
                fresh_cases=fresh,
                left=left,
            )
            for account in app.register
        },
    )


def _own_parts(account: Account, quieted: Iterable[Quieted], *, today: date) -> dict[str, str]:
    """Return what an account is judged with beside what is the same for all."""
    over = sorted(
        f"{quiet.rule} {quiet.words_hash} {quiet.until}"
        for quiet in of_account(quieted, account.id)
        if is_over(quiet, today)
    )
    return {
        "platform": account.platform,
        "handle": account.handle,
        "kind": account.kind.value,
        "area": account.area,
        "handed_over": ",".join(account.handed_over),
        "accepted": "\n".join(over),
    }


def _left(app: App) -> dict[tuple[int, RuleId], frozenset[str]]:
    """Return for which polls a person left what stands there, by subject and rule."""
    left: dict[tuple[int, RuleId], frozenset[str]] = {}
    for case in app.repository.cases(states=(CaseState.CLOSED,), resolution=Resolution.LEFT):
        for stored in (*case.findings, *case.withdrawn):
            found = stored.finding
            if found.basis is Basis.STANDING and found.context:
                key = (case.subject, found.rule)
                left[key] = left.get(key, frozenset()) | set(found.context.split(","))
    return left


def _fresh_profile_cases(app: App, as_of: datetime) -> dict[int, CaseId]:
    """Return the newest case of each profile that is younger than a quarter."""
    cases = app.repository.cases(opened_since=as_of - QUARTER, subject=SubjectKind.PROFILE)
    return {case.subject: case.id for case in sorted(cases, key=lambda case: case.opened_at)}


def material_of(version: VersionToJudge, account: Account) -> Material:
    """Return a stored version as the checks see it."""
    return Material(
        words=version.words,
        kind=account.kind,
        subject=version.subject_kind,
        account=version.account,
        platform=account.platform,
        author=version.author,
        area=account.area,
        handed_over=account.handed_over,
        published_at=version.published_at,
        shown_from=version.shown_from,
        shown_by=version.first_seen_at,
        is_first=version.is_first,
        is_visible=version.is_current and version.appearing is not Appearing.SCHEDULED,
        pinned=version.pinned,
        handle=account.handle,
        pinned_text=version.pinned_text,
        appearing=version.appearing,
    )


def judge_stale(app: App, *, as_of: datetime, accounts: Sequence[Account] | None = None) -> Outcome:
    """Judge every version that is stale, lot by lot, and carry out what follows.

    Between two lots other threads read, judge and write; a kill loses at most one lot,
    which is stale again at the next start.

    Args:
        app: The wired application.
        as_of: The present moment; aware UTC.
        accounts: Only these; None: the whole register.

    Raises:
        StorageError: The database refused; finished lots stay.
    """
    made = bench(app, as_of=as_of)
    chosen = app.register if accounts is None else accounts
    stamps = {
        account.id: made.stamps[account.id] for account in chosen if account.id in made.stamps
    }
    outcome = Outcome()
    while not app.stop.is_set():
        with app.judging:
            lot = app.repository.stale_versions(stamps, limit=LOT)
            if not lot:
                break
            done = carry_out(app, [made.verdict(version) for version in lot], at=as_of)
        outcome += done
        if done.cases_opened:
            made = replace(made, kin=Kin.of(app.repository.flagged()))
    _close_empty(app, outcome, accounts, at=as_of)
    outcome += Outcome(mails_queued=int(put_list(app, as_of=as_of)))
    preserve_judged(app, as_of=as_of)
    return outcome


def _close_empty(
    app: App, outcome: Outcome, accounts: Sequence[Account] | None, *, at: datetime
) -> None:
    """Close what was left without a finding; for named accounts also after a kill."""
    if accounts is not None:
        for account in accounts:
            waiting = app.repository.cases(states=(CaseState.OPEN,), account=account.id)
            close_empty(app.repository, waiting, at=at)
    elif outcome.cases_touched:
        close_empty(app.repository, app.repository.cases(states=(CaseState.OPEN,)), at=at)


def carry_out(app: App, verdicts: Sequence[Verdict], *, at: datetime, mark: bool = True) -> Outcome:
    """Apply verdicts with this council's deadlines and mails.

    Args:
        app: The wired application.
        verdicts: At most `LOT`.
        at: When it is done, for the record, deadlines and mails; aware UTC.
        mark: Note what the versions were judged under.
    """
    settings = app.settings
    for verdict in verdicts:
        for what in verdict.not_judged:
            app.log.info("not judged", version=verdict.version.id, check=what)
    found = _bursts(app, verdicts, at=at)
    return apply(
        app.repository,
        verdicts,
        at=at,
        due_at=partial(Rota.of(settings, app.repository.absences()).decide_by, at),
        urgent=partial(urgent_mail, app, as_of=at),
        must_wait=partial(
            must_wait,
            app,
            is_polling_day=is_polling_day(app, as_of=at),
            as_of=at,
            is_burst=partial(is_held, found=found),
        ),
        mark=mark,
        mail_at=at + HELD_FOR,
    )


def _bursts(app: App, verdicts: Sequence[Verdict], *, at: datetime) -> list[Burst]:
    """Return on which days a rule cried wolf; asked only where a mail would leave at once."""
    if any(one.case is not None and one.case.is_urgent for one in verdicts):
        return known(app.repository, as_of=at)
    return []
