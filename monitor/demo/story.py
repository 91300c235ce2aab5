"""The small town's story: what its accounts post in four weeks, and what is wrong with it.

The posts stand in ``posts/*.toml``, one file an account, with every planted breach and
near miss labelled. Times are counted back from the morning on which the story ends, so it can
be told for any such morning; the words fit a Tuesday in late November best.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from config.types import ClauseId, Kind, SubjectKind, TopicId
from monitor.demo.crest import crest, pumpkin
from monitor.demo.world import Body, Site, TownAccount

if TYPE_CHECKING:
    from monitor.demo.world import World

ZONE = ZoneInfo("Europe/London")
LAST_MORNING = datetime(2026, 11, 24, 7, 0, tzinfo=ZONE)
"""When the story ends unless told otherwise: a Tuesday, at the hour of the morning mail."""

_X_EPOCH_MS = 1_288_834_974_657
_PICTURES = {"": lambda: b"", "crest": crest, "pumpkin": pumpkin}
_WHEN = re.compile(r"(-?\d{1,2}) (\d\d:\d\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One breach that the story holds.

    Attributes:
        account: Label of the account.
        platform_id: Root id of the post; the account's own id for a profile.
        clause: The clause it breaches.
        topic: The topic it belongs to.
        day: 1 if it stands there at the first reading, 2 if it comes in the day after.
        text: The words at fault; for a profile what is wrong with it.
        subject: Post or profile.
    """

    account: str
    platform_id: str
    clause: ClauseId
    topic: TopicId
    day: int
    text: str
    subject: SubjectKind = SubjectKind.POST


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """One harmless post that looks like a breach.

    Attributes:
        account: Label of the account.
        platform_id: Root id of the post.
        resembles: The clause it looks as if it breached.
        why: Why it is harmless.
        day: As in `Planted`.
        text: Its words.
    """

    account: str
    platform_id: str
    resembles: ClauseId
    why: str
    day: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEdit:
    """One later version of a post, and the clause it breaches (empty: none)."""

    at: datetime
    text: str
    clause: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPost:
    """One post of the story with its label; instants are aware UTC."""

    account: str
    platform_id: str
    at: datetime
    body: Body
    edits: tuple[StoryEdit, ...] = ()
    deleted_at: datetime | None = None
    reply_to: str = ""
    clause: str = ""
    topic: str = ""
    resembles: str = ""
    why: str = ""

    def text(self) -> str:
        """Return the words of the first version, headline first."""
        return "\n".join(part for part in (self.body.title, self.body.text) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryAccount:
    """One account of the story and who answers for it.

    Attributes:
        page: Its face and id on the loopback platform.
        kind: Whose account it is.
        owner: Who answers for it.
        owner_email: Who would be asked to take something down.
        agreed: A member's account, watched by agreement.
        token_dies_at: When its credential stops working; None if it keeps.
        breaches: Clause, topic and reason of what is wrong with the profile.
    """

    page: TownAccount
    kind: Kind
    owner: str
    owner_email: str
    agreed: bool = False
    token_dies_at: datetime | None = None
    breaches: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The whole story for one last morning.

    Attributes:
        first_day: When the accounts are read for the first time; aware UTC.
        second_day: A day later, when the story ends; aware UTC.
        poll: Day of the by-election; its pre-election window is open on both days.
        notice: Day on which the notice of that election was published.
        accounts: The accounts, in the order of their files.
        posts: All posts, by account, oldest first.
    """

    first_day: datetime
    second_day: datetime
    poll: date
    notice: date
    accounts: tuple[StoryAccount, ...]
    posts: tuple[StoryPost, ...] = field(repr=False)

    def planted(self) -> list[Planted]:
        """Return every breach that the story holds, posts before profiles."""
        found = [
            self._planted(post, post.clause, post.topic, post.at, post.text())
            for post in self.posts
            if post.clause
        ]
        found.extend(
            self._planted(post, edit.clause, edit.topic, edit.at, edit.text)
            for post in self.posts
            for edit in post.edits
            if edit.clause
        )
        found.extend(
            Planted(
                account=account.page.label,
                platform_id=account.page.platform_id,
                clause=ClauseId(clause),
                topic=TopicId(topic),
                day=1,
                text=why,
                subject=SubjectKind.PROFILE,
            )
            for account in self.accounts
            for clause, topic, why in account.breaches
        )
        return found

    def near_misses(self) -> list[NearMiss]:
        """Return every harmless post that looks like a breach."""
        return [
            NearMiss(
                account=post.account,
                platform_id=post.platform_id,
                resembles=ClauseId(post.resembles),
                why=post.why,
                day=self._day(post.at),
                text=post.text(),
            )
            for post in self.posts
            if post.resembles
        ]

    def tell(self, world: World) -> None:
        """Write the whole story into an empty world."""
        for account in self.accounts:
            world.add_account(account.page)
            if account.token_dies_at is not None:
                world.kill_token(account.page.label, account.token_dies_at)
        for post in self.posts:
            world.publish(
                post.account,
                post.at,
                body=post.body,
                platform_id=post.platform_id,
                replied_to=post.reply_to,
            )
            for edit in post.edits:
                world.edit(post.platform_id, edit.at, edit.text)
            if post.deleted_at is not None:
                world.delete(post.platform_id, post.deleted_at)

    def _planted(
        self, post: StoryPost, clause: str, topic: str, at: datetime, text: str
    ) -> Planted:
        return Planted(
            account=post.account,
            platform_id=post.platform_id,
            clause=ClauseId(clause),
            topic=TopicId(topic),
            day=self._day(at),
            text=text,
        )

    def _day(self, at: datetime) -> int:
        return 1 if at <= self.first_day else 2


@cache
def load(last_morning: datetime = LAST_MORNING) -> Story:
    """Read the story and put it before a morning.

    Args:
        last_morning: When it ends, aware. The first reading is a day earlier at the same
            time in the council's zone.

    Raises:
        ValueError: A label or time in the data is malformed, or two posts share an id.
    """
    local = last_morning.astimezone(ZONE)
    accounts: list[StoryAccount] = []
    posts: list[StoryPost] = []
    for file in sorted((files("monitor.demo") / "posts").iterdir(), key=lambda each: each.name):
        stated = tomllib.loads(file.read_text(encoding="utf-8"))
        account = _account(stated["account"], local)
        accounts.append(account)
        posts.extend(_posts(stated["posts"], account, local))
    if len({post.platform_id for post in posts}) != len(posts):
        message = "two posts of the story share an id"
        raise ValueError(message)
    poll, notice = poll_days(local.date())
    return Story(
        first_day=_moment("-1 " + local.strftime("%H:%M"), local),
        second_day=local.astimezone(UTC),
        poll=poll,
        notice=notice,
        accounts=tuple(accounts),
        posts=tuple(posts),
    )


def poll_days(today: date) -> tuple[date, date]:
    """Return a polling day and a day for its notice, so that the window is open today.

    The poll is the first Thursday at least three weeks ahead. The notice is 32 weekdays
    before it: more than the 25 working days that the law asks for, whatever bank holidays
    lie between, and always before today.
    """
    poll = today + timedelta(days=21)
    poll += timedelta(days=(3 - poll.weekday()) % 7)
    notice, left = poll, 32
    while left:
        notice -= timedelta(days=1)
        left -= notice.weekday() < 5  # noqa: PLR2004  # Monday to Friday
    return poll, notice


def _account(stated: dict[str, Any], local: datetime) -> StoryAccount:
    dies = stated.get("token_dies")
    site = Site(stated["site"])
    label = stated["label"]
    page = TownAccount(
        label=label,
        site=site,
        platform_id=stated["platform_id"],
        handle=stated["handle"],
        name=stated["name"],
        description=stated["description"],
        website=stated.get("website", ""),
        picture=_PICTURES[stated.get("picture", "")](),
        token="" if site is Site.FEED else f"demo-{label}-{stated['platform_id']}-not-a-secret",
    )
    return StoryAccount(
        page=page,
        kind=Kind(stated["kind"]),
        owner=stated["owner"],
        owner_email=stated["owner_email"],
        agreed=stated.get("agreed_on", False),
        token_dies_at=_moment(dies, local) if dies else None,
        breaches=tuple(
            (each["clause"], each["topic"], each["why"]) for each in stated.get("breaches", ())
        ),
    )


def _posts(stated: list[dict[str, Any]], account: StoryAccount, local: datetime) -> list[StoryPost]:
    labels: dict[str, str] = {}
    posts = []
    for index, each in enumerate(stated):
        at = _moment(each["at"], local)
        platform_id = _platform_id(account.page, at, index, each.get("title", ""))
        labels[each.get("id", "")] = platform_id
        gone = each.get("deleted")
        posts.append(
            StoryPost(
                account=account.page.label,
                platform_id=platform_id,
                at=at,
                body=Body(
                    text=each["text"],
                    title=each.get("title", ""),
                    links=tuple(each.get("links", ())),
                    pictures=tuple(each.get("pictures", ())),
                    poll=tuple(each.get("poll", ())),
                ),
                edits=tuple(
                    StoryEdit(
                        at=_moment(edit["at"], local),
                        text=edit["text"],
                        clause=edit.get("breach", ""),
                        topic=edit.get("topic", ""),
                    )
                    for edit in each.get("edits", ())
                ),
                deleted_at=_moment(gone, local) if gone else None,
                reply_to=labels[each["reply_to"]] if "reply_to" in each else "",
                clause=each.get("breach", ""),
                topic=each.get("topic", ""),
                resembles=each.get("resembles", ""),
                why=each.get("why", ""),
            )
        )
    return posts


def _platform_id(page: TownAccount, at: datetime, index: int, title: str) -> str:
    """Return an id in the platform's own form; the same for the same story."""
    if page.site is Site.X:
        return str((int(at.timestamp() * 1000) - _X_EPOCH_MS) << 22 | index)
    if page.site is Site.FACEBOOK:
        return f"{page.platform_id}_{int(at.timestamp())}{index:05d}"
    slug = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")
    return f"{page.handle}/{at:%Y/%m}/{slug}"


def _moment(when: str, local: datetime) -> datetime:
    """Return an instant for days before the last morning and a time in the council's zone."""
    found = _WHEN.fullmatch(when)
    if found is None:
        message = f"not a time of the story: {when!r}"
        raise ValueError(message)
    day = local.date() + timedelta(days=int(found[1]))
    return datetime.combine(day, time.fromisoformat(found[2]), tzinfo=ZONE).astimezone(UTC)
