"""A YouTube channel, through the Data API with a key, or through its public feed without one.

Set-up: a key of the council's own project, restricted to this machine and to YouTube Data API
v3; it does not run out. `handle` is the channel's id (``UC…``) or its ``@name``. Without a
credential YouTube's public feed is read: only the newest 15 videos, title and description, and
only while that feed works, which it did not for days in 2026.

Limits: 10,000 units a day and key, one a request; this account stops at 9,000. A reading of a
channel with nothing new costs two. With ``comments = true`` one more a hundred comments.

Blind spots: posts on the community tab, live chat, private videos, spoken words and captions,
the channel's list of links, words inside pictures.

The list of uploads is newest first, but not strictly: videos that were scheduled or shown first
as a premiere appear deeper. So reading goes on for 25 videos older than the window, once a day
for 100.

A video is gone only when YouTube, asked for this very id, answers that there is none, its public
embedding service does not show it either, and the channel answers to the same key. YouTube says
the same of a deleted and of a private video.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from config.errors import ReadError
from config.types import Outcome, Reason
from connectors import _youtube_words as y
from connectors._face import FacePicture, picture_bytes
from connectors._feed_reader import FeedConnector
from connectors._json import inner, instant, objects, words
from connectors._listing import Listing
from connectors._settling import Doubt, Said, cannot_tell, settle, shown
from connectors._youtube_calls import MOST_IDS, Calls, NotThereError, channel_id, channel_name
from connectors._youtube_login import YOUTUBE_LOGIN
from connectors.base import Absence, Asking, Copies, FetchedProfile, KnownBy, Platform, Reread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from connectors._json import JSON
    from connectors.base import Batch, Circumstances, Connector, FetchedPost, KnownPost

_MOST_BACK = 3200
_MOST_PAGES = 64
_MOST_THUMBNAILS, _MOST_KEPT = 200, 600
_MOST_THREADS = 10
_OLDER, _OLDER_DEEP = 25, 100
_DEEP_EVERY = timedelta(days=1)
_THUMBNAIL = "thumbnail "
_TITLE = "YouTube"


class YouTubeReader:
    """Reads one channel for one run; a `connectors.base.Connector`."""

    def __init__(self, circumstances: Circumstances) -> None:
        """Prepare; nothing is asked yet."""
        self._its = circumstances
        self._calls = Calls(circumstances)
        self._face = FacePicture(circumstances, host=None)
        self._seen: dict[str, FetchedPost] = {}
        self._thumbnails: dict[str, str] = {}
        self._fetched = 0
        self._kept = dict(circumstances.state.validators)

    def profile(self) -> FetchedProfile:
        """Read the channel's own face; the same answer serves as the probe.

        Raises:
            AccessError: There is no such channel, or the key is not accepted.
            LaterError: The units are used up, rate limit, or trouble on the way.
            ContractError: The answer is not what YouTube documents.
        """
        channel = self._calls.channel()
        is_named = channel_name(self._its.account.handle) is not None
        content = y.profile_content(channel, is_named=is_named)
        own = str(channel["id"])
        return FetchedProfile(
            platform_id=own,
            handle=words(inner(channel, "snippet").get("customUrl")) or own,
            url=f"https://www.youtube.com/channel/{own}",
            content=content,
            picture=self._face.fetch(y.avatar(channel), name=content.fields["picture"]),
            stills=y.face_stills(channel),
        )

    def probe(self) -> None:
        """Prove that key and channel are alive; one request, once a run.

        Raises:
            AccessError, LaterError, ContractError: As `profile` does.
        """
        self._calls.channel()

    def absence(self) -> Absence | None:
        """Ask by the lasting id: YouTube, to a key that it accepts, knows no such channel."""
        if self._calls.known_id() is None:
            return None
        try:
            self._calls.asked_anew()
        except NotThereError:
            said = "YouTube accepts the key and knows no channel of this id"
            return Absence(is_login_proved=True, detail=said)
        except ReadError:
            return None
        return None

    def validators(self) -> Mapping[str, str]:
        """Return units of the day, the list of uploads, and thumbnails that were fetched."""
        names = ("uploads", "deep_at")
        kept: dict[str, str] = {name: self._kept[name] for name in names if name in self._kept}
        before = self._its.state.validators.items()
        # Older videos, which are read again now and then, keep their pictures in mind, too.
        seen = {name: value for name, value in before if name.startswith(_THUMBNAIL)}
        thumbnails = list({**seen, **self._thumbnails}.items())[-_MOST_KEPT:]
        return {**dict(thumbnails), **kept, **self._face.validators(), **self._calls.memory()}

    def posts(
        self, *, since: datetime, until: datetime | None = None, limit: int = _MOST_BACK
    ) -> Iterator[Batch]:
        """Read the videos since ``since``, and where it is wanted the comments under all videos.

        Args:
            since: Oldest ``published_at`` wanted, inclusive; aware UTC.
            until: Newest wanted, inclusive to the second; None: up to now.
            limit: Most posts, 1 to 3,200.

        Yields:
            One batch a page, each a part of the whole window; the last says what is missing.

        Raises:
            AccessError, LaterError, ContractError: As `profile` does.
        """
        listing = Listing(
            since=since, until=until, as_of=self._its.as_of, limit=limit, seen=self._seen
        )
        deep = self._is_deep()
        patience = _OLDER_DEEP if deep else _OLDER
        page: str | None = None
        older = 0
        while True:
            answer = self._calls.uploads(self._uploads(), page)
            fresh, older = self._take(answer, listing, older)
            page = words(answer.get("nextPageToken")) or None
            if page is None or older >= patience:
                break
            if not listing.may_turn(page, most_pages=_MOST_PAGES, title=_TITLE):
                break
            yield listing.page(fresh)
        if deep and not listing.notes:
            self._kept["deep_at"] = self._its.as_of.isoformat()
        if self._its.account.comments:
            yield listing.page(fresh)
            fresh = []
            for batch in self._comments(listing):
                yield listing.page(batch)
        yield listing.last(fresh)

    def reread(self, known: Sequence[KnownPost]) -> Iterator[Reread]:
        """Read given posts again, 50 a request; what `posts` has shown costs nothing.

        Raises:
            AccessError: The whole channel is gone, or the key is dead: no post is called gone.
            LaterError, ContractError: As `profile` does.
        """
        asked: dict[str, dict[str, str]] = {y.VIDEO: {}, y.COMMENT: {}}
        for each in known:
            named = y.asked_id(each.platform_id)
            if each.platform_id in self._seen:
                yield shown(each.platform_id, self._seen[each.platform_id])
            elif named is None:
                said = "its id is none of YouTube's"
                yield cannot_tell(each.platform_id, Reason.CONTRACT, said)
            else:
                asked[named[0]][each.platform_id] = named[1]
        doubts: list[Doubt] = []
        yield from self._look_up(asked[y.VIDEO], doubts)
        yield from self._look_up_comments(asked[y.COMMENT], doubts)
        yield from settle(doubts, title=_TITLE, ask=self._ask, probe=self.probe)

    # --- the channel -------------------------------------------------------------------------

    def _id(self) -> str:
        return self._calls.known_id() or str(self._calls.channel()["id"])

    def _uploads(self) -> str:
        """Return the list of uploads: as remembered of this channel, else as YouTube tells it."""
        owner, _, remembered = self._kept.get("uploads", "").partition(" ")
        if owner != self._id() or not remembered:
            # A channel without any upload has no such list; its usual name asks for nothing.
            remembered = y.uploads_of(self._calls.channel()) or f"UU{self._id()[2:]}"
            self._kept["uploads"] = f"{self._id()} {remembered}"
        return remembered

    def _is_deep(self) -> bool:
        at = instant(self._kept.get("deep_at"))
        return at is None or self._its.as_of - at >= _DEEP_EVERY

    # --- videos ------------------------------------------------------------------------------

    def _take(self, answer: JSON, listing: Listing, older: int) -> tuple[list[FetchedPost], int]:
        """Return the wanted videos of a page, and how many older ones were listed in a row."""
        ids: list[str] = []
        for item in objects(answer.get("items")):
            video, published = y.listed(item)
            if video is None:
                listing.note("YouTube listed something that is no video")
            elif published is not None and published < listing.since:
                older += 1
            else:
                older = 0 if published is not None else older
                ids.append(video)
        found = []
        for told in self._calls.videos(ids) if ids else ():
            post = self._video(told)
            if post is not None and not y.taken_down(told):
                found.append(post)
            elif post is None and inner(told, "status").get("privacyStatus") != "private":
                listing.note("YouTube listed something that is no video of the channel")
        return listing.take(found), older

    def _video(self, video: JSON) -> FetchedPost | None:
        return y.video_of(video, channel=self._id(), picture=self._thumbnail(video))

    def _thumbnail(self, video: JSON) -> str:
        """Return the hash of a video's thumbnail: fetched anew only when the video has changed.

        Its address stays the same when the picture is replaced, but YouTube's tag of the video
        changes. A picture that could not be had stays as it was known until the next change.
        """
        key, tag = f"{_THUMBNAIL}{words(video.get('id'))}", words(video.get("etag"))
        before, _, known = self._its.state.validators.get(key, "").partition(" ")
        if key in self._thumbnails:
            return self._thumbnails[key].partition(" ")[2]
        if (tag and before == tag) or self._fetched >= _MOST_THUMBNAILS:
            self._thumbnails[key] = f"{before} {known}"
            return known
        self._fetched += 1
        body = picture_bytes(self._its, y.thumbnail(video), host="i.ytimg.com")
        name = hashlib.sha256(body).hexdigest()[:32] if body else known
        self._thumbnails[key] = f"{tag.replace(' ', '')} {name}"
        return name

    # --- comments ----------------------------------------------------------------------------

    def _comments(self, listing: Listing) -> Iterator[list[FetchedPost]]:
        """Yield the comments on all videos, until whole pages are older than the window."""
        page: str | None = None
        opened = 0
        while True:
            answer = self._calls.threads(self._id(), page)
            if answer is None:
                return
            found: list[FetchedPost] = []
            for thread in objects(answer.get("items")):
                first, others = self._thread(thread, may_open=opened < _MOST_THREADS)
                opened += others is None
                found += [*first, *(others or ())]
            yield listing.take(found)
            times = [post.published_at for post in found if post.published_at is not None]
            page = words(answer.get("nextPageToken")) or None
            if page is None or (times and max(times) < listing.since):
                return
            if not listing.may_turn(f"c {page}", most_pages=_MOST_PAGES, title=_TITLE):
                return

    def _thread(
        self, thread: JSON, *, may_open: bool
    ) -> tuple[list[FetchedPost], list[FetchedPost] | None]:
        """Return a comment with its answers; None for these if they had to be asked for."""
        snippet = inner(thread, "snippet")
        top, video = inner(snippet, "topLevelComment"), words(snippet.get("videoId"))
        told = objects(inner(thread, "replies").get("comments"))
        total = snippet.get("totalReplyCount")
        is_cut = isinstance(total, int) and not isinstance(total, bool) and total > len(told)
        name = y.asked_id(f"{y.COMMENT}{words(top.get('id'))}")
        if is_cut and may_open and name is not None:
            told = self._calls.replies(name[1])
            return self._said([top, *told], video), None
        return self._said([top], video), self._said(told, video)

    def _said(self, comments: Sequence[JSON], video: str) -> list[FetchedPost]:
        found = (y.comment_of(each, channel=self._id(), video=video) for each in comments)
        return [post for post in found if post is not None]

    # --- single posts ------------------------------------------------------------------------

    def _look_up(self, asked: Mapping[str, str], doubts: list[Doubt]) -> Iterator[Reread]:
        """Yield which videos are shown when asked for together; collect the others."""
        names = list(asked)
        for start in range(0, len(names), MOST_IDS):
            lot = names[start : start + MOST_IDS]
            found = {
                f"{y.VIDEO}{words(each.get('id'))}": each
                for each in self._calls.videos([asked[name] for name in lot])
            }
            for name in lot:
                answer = self._standing(name, found[name]) if name in found else None
                if answer is not None:
                    yield answer
                else:
                    why = "YouTube says that it shows no such video"
                    doubts.append(Doubt(platform_id=name, asked=asked[name], why=why))

    def _standing(self, name: str, video: JSON) -> Reread | None:
        """Return that a video stands; None if YouTube tells of it and does not show it."""
        post = self._video(video)
        if post is None or y.taken_down(video):
            return None
        detail = "unlisted: it opens by its address" if y.is_unlisted(video) else ""
        return Reread(platform_id=name, outcome=Outcome.PRESENT, post=post, detail=detail)

    def _look_up_comments(self, asked: Mapping[str, str], doubts: list[Doubt]) -> Iterator[Reread]:
        names = list(asked)
        for start in range(0, len(names), MOST_IDS):
            lot = names[start : start + MOST_IDS]
            found = {
                post.platform_id: post
                for post in self._said(self._calls.comments([asked[name] for name in lot]), "")
            }
            for name in lot:
                if name in found:
                    yield shown(name, found[name])
                else:
                    why = "YouTube says that it shows no such comment"
                    doubts.append(Doubt(platform_id=name, asked=asked[name], why=why))

    def _ask(self, doubt: Doubt) -> FetchedPost | Said:
        """Ask for one video or comment alone."""
        if doubt.platform_id.startswith(y.COMMENT):
            comments = self._calls.comments([doubt.asked])
            return next(iter(self._said(comments, "")), Said.UNSAID) if comments else Said.MISSING
        videos = self._calls.videos([doubt.asked])
        if videos and y.taken_down(videos[0]):
            return Said.MISSING
        if videos:
            return self._video(videos[0]) or Said.UNSAID
        # A second source: the API has left out videos that everybody could see.
        embedding = self._calls.embedding(doubt.asked)
        return Said.MISSING if embedding in {"private", "missing"} else Said.UNSAID


def open_youtube(circumstances: Circumstances) -> Connector:
    """Return the reader with a key, or of the public feed without one.

    The feed is known by the channel's id only; without key and id the reader says what is missing.
    """
    own = channel_id(circumstances.account.handle)
    if circumstances.secret is None and own is not None:
        account = replace(circumstances.account, handle=own)
        return FeedConnector(replace(circumstances, account=account))
    return YouTubeReader(circumstances)


CONNECTOR = Platform(
    name="youtube",
    title="YouTube channel",
    open=open_youtube,
    needs_credential=False,
    login=YOUTUBE_LOGIN,
    host="www.youtube.com",
    asking=Asking(pull=2, at_once=MOST_IDS, units=1, units_a_day=10_000, others=1),
    known_by=KnownBy.AT_HANDLE,
    takes=frozenset({"comments"}),
    # "refresh or delete within 30 calendar days"; two days less where it was not refreshed, because
    # erasing is done once a night, and what is kept of a case goes in the night after the seventh.
    copies=Copies(asked_by="YouTube", gone=timedelta(days=30), unread=timedelta(days=28)),
    blind_spots=(
        "community posts",
        "live chat",
        "private videos",
        "spoken words and captions",
        "the channel's list of links",
        "text in pictures",
    ),
    removal_steps=(
        "In YouTube Studio, choose Content, point at the video, open its menu and choose Delete "
        "forever. To hide it while it is looked at, set its visibility to Private."
    ),
    closing_steps=(
        "Sign in as the channel's owner and download its videos with Google Takeout. "
        "Then choose Settings, Advanced settings, Delete channel on YouTube. "
        "Choose I want to hide my channel there if it is for a time only."
    ),
    recovery_steps=(
        "Open g.co/recover for the Google account that owns the channel. Then take away every "
        "manager you do not know under YouTube Studio, Settings, Permissions, end all sessions of "
        "the account, and report the channel to YouTube as hacked if it was renamed."
    ),
)
