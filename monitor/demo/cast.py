"""Reading the story's files: accounts, posts, and the labels on them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from config.types import Kind
from monitor.demo.crest import crest, pumpkin
from monitor.demo.world import Body, Site, TownAccount

ZONE = ZoneInfo("Europe/London")
_X_EPOCH_MS = 1_288_834_974_657
_PICTURES = {"": bytes, "crest": crest, "pumpkin": pumpkin}
_WHEN = re.compile(r"(-?\d{1,2}) (\d\d:\d\d)")


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
    reposts: str = ""
    quotes: str = ""
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


def account_of(stated: dict[str, Any], local: datetime) -> StoryAccount:
    """Return the account that a file is about."""
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
        token_dies_at=moment(dies, local) if dies else None,
        breaches=tuple(
            (each["clause"], each["topic"], each["why"]) for each in stated.get("breaches", ())
        ),
    )


def other_of(stated: dict[str, Any], local: datetime) -> tuple[TownAccount, StoryPost]:
    """Return somebody else's account on X, and the one post of theirs that is shared."""
    page = TownAccount(
        label=f"other:{stated['handle']}",
        site=Site.X,
        platform_id=stated["platform_id"],
        handle=stated["handle"],
        name=stated["name"],
    )
    at = moment(stated["at"], local)
    post = StoryPost(
        account=page.label,
        platform_id=_platform_id(page, at, int(page.platform_id) & 0xFFF, ""),
        at=at,
        body=Body(text=stated["text"]),
    )
    return page, post


def posts_of(
    stated: list[dict[str, Any]],
    account: StoryAccount,
    local: datetime,
    labels: dict[str, str],
) -> list[StoryPost]:
    """Return an account's posts in the order of its file.

    Args:
        stated: The ``posts`` of the file.
        account: Whose they are.
        local: The story's last morning in the council's zone.
        labels: Ids of posts that these may refer to, by label; their own are added.

    Raises:
        ValueError: A time is malformed.
        KeyError: A post refers to a label that did not come before it.
    """
    posts = []
    for index, each in enumerate(stated):
        at = moment(each["at"], local)
        platform_id = _platform_id(account.page, at, index, each.get("title", ""))
        labels[each.get("id", "")] = platform_id
        gone = each.get("deleted")
        posts.append(
            StoryPost(
                account=account.page.label,
                platform_id=platform_id,
                at=at,
                body=Body(
                    text=each.get("text", ""),
                    title=each.get("title", ""),
                    links=tuple(each.get("links", ())),
                    pictures=tuple(each.get("pictures", ())),
                    poll=tuple(each.get("poll", ())),
                ),
                edits=tuple(
                    StoryEdit(
                        at=moment(edit["at"], local),
                        text=edit["text"],
                        clause=edit.get("breach", ""),
                        topic=edit.get("topic", ""),
                    )
                    for edit in each.get("edits", ())
                ),
                deleted_at=moment(gone, local) if gone else None,
                reply_to=labels[each["reply_to"]] if "reply_to" in each else "",
                reposts=labels[each["reposts"]] if "reposts" in each else "",
                quotes=labels[each["quotes"]] if "quotes" in each else "",
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


def moment(when: str, local: datetime) -> datetime:
    """Return an instant for days before the last morning and a time in the council's zone."""
    found = _WHEN.fullmatch(when)
    if found is None:
        message = f"not a time of the story: {when!r}"
        raise ValueError(message)
    day = local.date() + timedelta(days=int(found[1]))
    return datetime.combine(day, time.fromisoformat(found[2]), tzinfo=ZONE).astimezone(UTC)
