"""What must hold after a month, asked of the database, the mail server and the town."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from config.types import Severity
from monitor.alerts.outbox import BACK_OFF
from monitor.reading import ASK_AGAIN_AFTER
from monitor.retention.schedule import terms_of
from storage.columns import from_microseconds
from storage.open import open_repository
from tests.soak.plan import KILLS, MAIL, ZONE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.soak.living import DayLine, Lived, Pace
    from tests.soak.plan import Plan, PlannedPost
    from tests.soak.town import Town

_SETTLES = timedelta(hours=26)
"""After this a post that went was looked for at least once: the marks of its first week."""
LEAK = 512 * 1024
"""Bytes of memory a day that the month may show beyond what its noise explains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One post, or one edit, that opens a case.

    Attributes:
        post: Its id as the database has it.
        account: Where.
        since: When it stood there, or its re-reading comes due; aware UTC.
        is_urgent: It is mailed by itself.
        readable: The first moment at which the platform would show it to a living daemon.
        is_plain: No fault lies between `since` and the next look.
    """

    post: str
    account: str
    since: datetime
    is_urgent: bool
    readable: datetime
    is_plain: bool


@dataclass(slots=True, kw_only=True)
class Audit:
    """Figures of a month, and what is wrong with it; empty `wrong`: nothing."""

    wrong: list[str] = field(default_factory=list)
    breaches: int = 0
    urgent: int = 0
    cases: int = 0
    digests: int = 0
    worst_plain: timedelta = timedelta()
    worst_after_fault: timedelta = timedelta()
    versions: int = 0
    erased: int = 0
    gone_seen: int = 0
    mails: int = 0
    again: int = 0
    ledger: int = 0
    leak: float = 0.0
    leak_noise: float = 0.0
    found_on: Counter[str] = field(default_factory=Counter)
    posted_on: Counter[str] = field(default_factory=Counter)
    mailed_on: Counter[str] = field(default_factory=Counter)
    digests_on: Counter[str] = field(default_factory=Counter)


class Auditor:
    """Examines one month that was lived."""

    def __init__(self, town: Town, plan: Plan, lived: Lived, *, pace: Pace) -> None:
        """Read the database; the daemon has ended.

        Args:
            town: Where it was lived.
            plan: What happened.
            lived: What came of it.
            pace: How time went.
        """
        self.town, self.plan, self.lived = town, plan, lived
        self.pace = pace
        self.within = pace.pull_every + pace.fine
        self.rows = _rows(town.database)
        self.audit = Audit()
        self.breaches = [*self._breaches()]

    def examine(self) -> Audit:
        """Ask everything, of the rows as they are now."""
        self.audit = Audit()
        self._units()
        self._posts()
        self._gone()
        self._cases()
        self._urgent()
        self._digests()
        self._mails()
        self._record()
        self._memory()
        return self.audit

    def _say(self, what: str) -> None:
        self.audit.wrong.append(what)

    # --- when something can be read ----------------------------------------------------------

    def _breaches(self) -> list[Breach]:
        found = []
        for post, known in self.town.posts():
            if post.at < self.plan.begin:
                continue
            for since, weight in post.appearances():
                if weight is not None:
                    found.append(self._breach(post, known, since, weight))
        return found

    def _breach(self, post: PlannedPost, known: str, since: datetime, weight: Severity) -> Breach:
        readable, is_plain = since, True
        shut = sorted(self._shut(post.account))
        for begin, end in shut:
            if begin <= readable + self.within and readable < end:
                readable, is_plain = end, False
        # What failed shortly before leaves a pause behind.
        if any(since - ASK_AGAIN_AFTER < end <= since for _, end in shut):
            is_plain = False
        return Breach(
            post=known,
            account=post.account,
            since=since,
            is_urgent=weight is Severity.URGENT,
            readable=readable,
            is_plain=is_plain,
        )

    def _shut(self, label: str) -> list[tuple[datetime, datetime]]:
        """Return when the account could not be read, or nobody lived to read it."""
        platform = [
            (fault.begin, fault.end)
            for fault in self.plan.faults
            if fault.label == label and fault.what not in MAIL | KILLS
        ]
        return platform + [(begin, end) for begin, end in self.lived.deaths]

    # --- the questions -----------------------------------------------------------------------

    def _units(self) -> None:
        for trouble in self.lived.troubles:
            self._say(f"a unit failed: {trouble}")

    def _posts(self) -> None:
        """Every post that stood long enough is stored, each of its versions once.

        Of one that went the words go too, once its platform's limit is over, and not before.
        """
        stored = defaultdict(list)
        for row in self.rows["versions"]:
            stored[row["platform_id"]].append(row)
        for post, known in self.town.posts():
            self.audit.posted_on[_on(post.at)] += post.at >= self.plan.begin
            stood = (post.deleted_at or self.plan.end) - post.at
            if stood < _SETTLES and post.deleted_at is not None:
                continue
            texts = [row["text"] for row in stored[known]]
            self.audit.versions += len(texts)
            erased = [_instant(row["purged_at"]) for row in stored[known] if row["purged_at"]]
            if erased and len(erased) == len(texts):
                self.audit.erased += 1
                went = post.deleted_at or self.town.taken_down.get(known)
                least = terms_of(self.town.world.account(post.account).site.value).gone
                if went is None or least is None or min(erased) < went + least:
                    self._say(f"erased too soon: {known}, which went at {went}")
                continue
            wanted = post.edit.text if post.edit is not None else post.text
            if sum(wanted in text for text in texts) != 1:
                self._say(f"lost, or stored more than once: {known} of {post.at}")
            if len(texts) > 1 + (post.edit is not None):
                self._say(f"{len(texts)} versions of {known}")

    def _gone(self) -> None:
        """What went is seen to be gone, and nothing that stands is ever said to be."""
        went = {
            known: post.deleted_at for post, known in self.town.posts() if post.deleted_at
        } | self.town.taken_down
        seen: dict[str, datetime] = {}
        for row in self.rows["gone"]:
            known, at = row["platform_id"], _instant(row["first_at"])
            seen[known] = at
            if known not in went or at < went[known]:
                self._say(f"said to be no longer visible, and it stood there: {known}")
        known_posts = {row["platform_id"] for row in self.rows["versions"]}
        for known, at in went.items():
            if known in known_posts and at + 2 * _SETTLES < self.plan.end and known not in seen:
                self._say(f"went at {at} and was not missed: {known}")
        self.audit.gone_seen = len(seen)

    def _cases(self) -> None:
        """Each breach has exactly one case, and there is no case without one."""
        cases = Counter(row["platform_id"] for row in self.rows["cases"] if not row["history"])
        wanted = {breach.post for breach in self.breaches}
        for known in wanted:
            if cases[known] != 1:
                self._say(f"{cases[known]} cases on {known}")
        for known in set(cases) - wanted:
            self._say(f"a case on {known}, which nobody planned")
        self.audit.breaches = len(self.breaches)
        self.audit.cases = cases.total()
        for row in self.rows["cases"]:
            self.audit.found_on[_on(_instant(row["opened_at"]))] += not row["history"]

    def _urgent(self) -> None:
        """Every urgent one is in the outbox in time, once, and leaves when a server takes it."""
        mails = [row for row in self.rows["told"] if row["kind"] == "urgent"]
        by_post = defaultdict(list)
        for row in mails:
            by_post[row["platform_id"]].append(row)
        for breach in self.breaches:
            if not breach.is_urgent:
                continue
            self.audit.urgent += 1
            told = by_post[breach.post]
            if len(told) != 1:
                self._say(f"{len(told)} urgent mails on {breach.post}")
                continue
            took = _instant(told[0]["created_at"]) - breach.readable
            if breach.is_plain:
                self.audit.worst_plain = max(self.audit.worst_plain, took)
            else:
                self.audit.worst_after_fault = max(self.audit.worst_after_fault, took)
            most = (
                self.within if breach.is_plain else self.within + ASK_AGAIN_AFTER + self.pace.coarse
            )
            if took > most:
                self._say(f"urgent {breach.post}: told {took} after it could be read")
            self._left(told[0])

    def _left(self, mail: Any) -> None:
        """Say so if a mail waited longer than the mail server was away, and one pause."""
        made, left = _instant(mail["created_at"]), mail["accepted_at"]
        shut = [(one.begin, one.end) for one in self.plan.faults if one.what in MAIL]
        pause = BACK_OFF[-1] + self.pace.coarse
        by = made + self.pace.coarse
        for begin, end in sorted(shut + self.lived.deaths):
            if begin <= by and made <= end:
                by = max(by, end + pause)
        if left is None or _instant(left) > by:
            self._say(f"mail {mail['key']} of {made}: accepted {left}, owed by {by}")

    def _digests(self) -> None:
        """One a council date; every case is in the first that was written after it opened."""
        made = sorted(
            (_instant(row["created_at"]), row["key"])
            for row in self.rows["mails"]
            if row["kind"] == "digest"
        )
        self.audit.digests = len(made)
        wanted = [f"digest:{on.isoformat()}" for on in self.plan.days]
        if [key for _, key in made] != wanted:
            self._say(f"digests: {sorted(set(wanted) ^ {key for _, key in made})}")
        for moment, _ in made:
            self.audit.digests_on[_on(moment)] += 1
        told = defaultdict(set)
        for row in self.rows["told"]:
            if row["kind"] == "digest":
                told[row["platform_id"]].add(row["key"])
        opened = {row["platform_id"]: _instant(row["opened_at"]) for row in self.rows["cases"]}
        for breach in self.breaches:
            at = opened.get(breach.post)
            owed = next(
                (key for moment, key in made if moment >= breach.readable + self.within), None
            )
            first = next((key for moment, key in made if at is not None and moment >= at), None)
            if first is not None and first not in told[breach.post]:
                self._say(f"{breach.post} of {at} is not in {first}")
            elif owed is not None and first is not None and first > owed and breach.is_plain:
                self._say(f"{breach.post}: in {first}, owed in {owed}")

    def _mails(self) -> None:
        """No mail is lost, none goes out under two names, none twice but after a lost yes."""
        heard: Counter[tuple[str, str]] = Counter()
        unheard: Counter[tuple[str, str]] = Counter()
        bodies: dict[str, set[bytes]] = defaultdict(set)
        for taken in self.town.office.taken:
            name = str(taken.mail.message()["Message-ID"])
            bodies[name].add(taken.mail.data)
            self.audit.mailed_on[_on(taken.at)] += 1
            for recipient in taken.mail.recipients:
                (heard if taken.is_heard else unheard)[name, recipient] += 1
        self.audit.mails = len(bodies)
        self.audit.again = sum(one - 1 for one in (heard + unheard).values())
        for name, sent in bodies.items():
            if len(sent) > 1:
                self._say(f"other bytes under {name}")
        deaths = len(self.lived.deaths)
        twice = sum(number - 1 for number in heard.values())
        if twice > deaths:
            self._say(f"{twice} mails were taken and heard of twice, after {deaths} kills")
        for row in self.rows["recipients"]:
            if row["state"] != "accepted" and not self._is_late(row):
                self._say(f"mail {row['key']} is {row['state']}: {row['last_error']}")
            elif row["state"] == "accepted" and not heard[row["message_id"], row["address"]]:
                self._say(f"mail {row['key']} counts as accepted, and no server has it")
        names = {row["message_id"] for row in self.rows["mails"]}
        for name in set(bodies) - names:
            self._say(f"a mail that the outbox does not know: {name}")

    def _is_late(self, row: Any) -> bool:
        """Return whether a mail may still wait: it is not yet time for it."""
        return _instant(row["next_at"]) > self.plan.end - 2 * self.pace.coarse

    def _record(self) -> None:
        store = open_repository(f"sqlite:///{self.town.database}", read_only=True)
        result = store.verify_ledger()
        store.close()
        self.audit.ledger = result.entries
        for fault in result.faults:
            self._say(f"ledger: entry {fault.entry}: {fault.what}")

    def _memory(self) -> None:
        """Within one life memory does not grow by more than noise and `LEAK` a day."""
        slope, error = slope_of(self.lived.days)
        self.audit.leak, self.audit.leak_noise = slope, error
        if slope - 2 * error > LEAK:
            self._say(f"memory grows by {slope / 1024:,.0f} ± {error / 1024:,.0f} KiB a day")


def slope_of(days: list[DayLine]) -> tuple[float, float]:
    """Return bytes a day by which one life grows, and its standard error.

    One slope for all lives, each from a level of its own; the first day of a life is left out,
    because caches fill on it. (0, 0) where no life has three days after its first.
    """
    lives: dict[int, list[int]] = defaultdict(list)
    for day in days:
        lives[day.life].append(day.memory)
    points: list[tuple[float, float]] = []
    for memory in (each[1:] for each in lives.values()):
        if len(memory) >= 3:
            middle, level = (len(memory) - 1) / 2, sum(memory) / len(memory)
            points += [(number - middle, each - level) for number, each in enumerate(memory)]
    spread = sum(x * x for x, _ in points)
    if not spread:
        return 0.0, 0.0
    slope = sum(x * y for x, y in points) / spread
    left = sum((y - slope * x) ** 2 for x, y in points)
    return slope, (left / max(len(points) - 2, 1) / spread) ** 0.5


def _instant(count: int) -> datetime:
    return from_microseconds(count)


def _on(at: datetime) -> str:
    return at.astimezone(ZONE).date().isoformat()


_QUERIES = {
    "versions": "SELECT s.platform_id, v.text, v.purged_at FROM version v "
    "JOIN subject s ON s.id = v.subject WHERE s.kind = 'post'",
    "gone": "SELECT s.platform_id, o.first_at FROM observation o JOIN subject s "
    "ON s.id = o.subject WHERE o.outcome = 'gone' AND s.kind = 'post'",
    "cases": 'SELECT c.id, c.opened_at, c.history, s.platform_id FROM "case" c '
    "JOIN subject s ON s.id = c.subject WHERE s.kind = 'post'",
    "mails": "SELECT key, kind, message_id, created_at FROM outbox",
    "recipients": "SELECT o.key, o.message_id, r.* FROM outbox_recipient r "
    "JOIN outbox o ON o.id = r.mail",
    "told": "SELECT o.key, o.kind, o.created_at, s.platform_id, "
    "(SELECT max(accepted_at) FROM outbox_recipient r WHERE r.mail = o.id) AS accepted_at "
    "FROM outbox o JOIN outbox_case oc ON oc.mail = o.id "
    'JOIN "case" c ON c.id = oc."case" JOIN subject s ON s.id = c.subject',
}


def _rows(database: Path) -> dict[str, list[dict[str, Any]]]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return {
            name: [dict(row) for row in connection.execute(query)]
            for name, query in _QUERIES.items()
        }
