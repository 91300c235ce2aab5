"""A poll was entered or changed: what it touches is judged again at once.

Law 2 would do it at the next scan anyway; whoever entered the poll should not have to wait
for it. A daemon beside it may judge the same versions: every write has its natural key, so
each is written once, whoever comes first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.apply import Outcome
from monitor.elections import late
from monitor.judging import judge_stale

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.app import App


def judge_now(app: App, *, at: datetime) -> Outcome:
    """Judge again what a change of the polls touches, and queue the mail about the past.

    Args:
        app: The wired application.
        at: When the change was made; aware UTC.

    Returns:
        The difference: what was added and withdrawn, cases, and mails queued.

    Raises:
        MailError: An address is not usable.
        StorageError: The database refused; finished lots stay, the rest is judged later.
    """
    outcome = judge_stale(app, as_of=at)
    return outcome + Outcome(mails_queued=late.put_due(app, at=at))


def in_words(outcome: Outcome) -> tuple[str, ...]:
    """Say what judging again has changed, in whole sentences for the Clerk."""
    posts = {(found.account, found.platform_id) for found in outcome.added}
    gone = {(found.account, found.platform_id) for found in outcome.withdrawn}
    said = []
    if posts:
        said.append(f"{_many(len(posts), 'post or profile', 'posts or profiles')} newly flagged.")
    if gone:
        whose = _many(len(gone), "post or profile", "posts or profiles")
        said.append(f"What was flagged on {whose} is withdrawn: it no longer applies.")
    if not said:
        said.append("Nothing changes on what is stored.")
    return tuple(said)


def _many(number: int, one: str, more: str) -> str:
    return f"{number:,} {one if number == 1 else more}"
