"""The small town's story: what its accounts post in four weeks, and what is wrong with it.

The posts stand in ``posts/*.toml``, one file an account, with every planted breach and
near miss labelled. Times are counted back from the morning on which the story ends, so it can
be told for any such morning; the words fit a Tuesday in late November best.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from config.types import ClauseId, SubjectKind, TopicId
from monitor.demo.cast import ZONE, StoryAccount, StoryPost, account_of, moment, other_of, posts_of

if TYPE_CHECKING:
    from monitor.demo.world import TownAccount, World

LAST_MORNING = datetime(2026, 11, 24, 7, 0, tzinfo=ZONE)
"""When the story ends unless told otherwise: a Tuesday, at the hour of the morning mail."""


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
class Story:
    """The whole story for one last morning.

    Attributes:
        first_day: When the accounts are read for the first time; aware UTC.
        second_day: A day later, when the story ends; aware UTC.
        poll: Day of the by-election; its pre-election window is open on both days.
        notice: Day on which the notice of that election was published.
        accounts: The accounts, in the order of their files.
        others: Accounts on X that are not the council's, whose posts are shared.
        posts: All posts, by account, oldest first.
    """

    first_day: datetime
    second_day: datetime
    poll: date
    notice: date
    accounts: tuple[StoryAccount, ...]
    others: tuple[tuple[TownAccount, StoryPost], ...]
    posts: tuple[StoryPost, ...] = field(repr=False)

    def planted(self) -> list[Planted]:
        """Return every breach that the story holds, posts before profiles."""
        found = [
            self._planted(post, post.clause, post.topic, post.at, self._words(post))
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
                text=self._words(post),
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
        for page, _ in self.others:
            world.add_account(page)
        for post in (*(post for _, post in self.others), *self.posts):
            world.publish(
                post.account,
                post.at,
                body=post.body,
                platform_id=post.platform_id,
                replied_to=post.reply_to,
                reposted=post.reposts,
                quoted=post.quotes,
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

    def _words(self, post: StoryPost) -> str:
        """Return a post's own words, or those it repeats when it has none."""
        shared = [other.text() for _, other in self.others if other.platform_id == post.reposts]
        return post.text() or "".join(shared)

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
    others: list[tuple[TownAccount, StoryPost]] = []
    posts: list[StoryPost] = []
    for file in sorted((files("monitor.demo") / "posts").iterdir(), key=lambda each: each.name):
        stated = tomllib.loads(file.read_text(encoding="utf-8"))
        account = account_of(stated["account"], local)
        accounts.append(account)
        shared = [other_of(each, local) for each in stated.get("others", ())]
        others.extend(shared)
        labels = {
            each["id"]: post.platform_id
            for each, (_, post) in zip(stated.get("others", ()), shared, strict=True)
        }
        posts.extend(posts_of(stated["posts"], account, local, labels))
    if len({post.platform_id for post in posts}) != len(posts):
        message = "two posts of the story share an id"
        raise ValueError(message)
    poll, notice = poll_days(local.date())
    return Story(
        first_day=moment("-1 " + local.strftime("%H:%M"), local),
        second_day=local.astimezone(UTC),
        poll=poll,
        notice=notice,
        accounts=tuple(accounts),
        others=tuple(others),
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
