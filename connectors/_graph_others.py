"""What others write on a page: comments, answers to them, visitors' posts; where it is wanted.

Comments come with the posts that they stand below, and visitors' posts in a list of their own.
A token without the permission is refused, or shown nothing and told how many there are: then the
page is read without them, and it is tried again when the profile is read.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from config.errors import AccessError, ContractError, LaterError
from config.types import Reason
from connectors import _graph_comments as c
from connectors import _graph_posts
from connectors._graph_errors import NotShownError
from connectors._graph_listing import PAGE_SIZE, Listing
from connectors._graph_login import is_granted
from connectors._graph_verdicts import gone, told
from connectors._json import objects
from connectors._settling import MOST_SINGLE, cannot_tell, shown
from connectors.base import Reread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from config.errors import ReadError
    from connectors._graph_client import GraphClient
    from connectors._graph_page import GraphPage
    from connectors._graph_posts import JSON
    from connectors.base import Circumstances, FetchedPost, KnownPost

VISITORS = "visitor_posts"
VISITOR = "visitor"
"""Stands beside the id of a visitor's post, so that it is known for one when it is asked for."""
PERMISSION = "pages_read_user_content"
REACH = timedelta(days=7)
"""Posts so much older than the window are listed too, for what is still written below them."""
HALVINGS = 4
_COMMENTS = "comments"
_TITLES = {_COMMENTS: "comments", VISITORS: "visitors' posts"}
_READ = " read"
_YES, _NO, _WITHHELD = "yes", "no", "withheld"
_MOST_MORE = 40
"""So many further pages of comments are asked for in one run."""
_MOST_VISITS = 1000
_NOT_ANY_MORE = "what others write is not read any more: comments is not set"
_LARGEST = 100


class Others:
    """What others write on one page, for one run.

    Attributes:
        is_wanted: Whether it is read at all.
    """

    def __init__(self, its: Circumstances, graph: GraphClient, page: GraphPage) -> None:
        """Prepare; no request is made.

        Args:
            its: Of the account.
            graph: Asks with the page token.
            page: Where it stands.
        """
        self._its = its
        self._graph = graph
        self._page = page
        self.is_wanted = its.account.comments
        self._remarks: dict[str, str] = {}
        kept = its.state.validators if self.is_wanted else {}
        self._read = {name: kept.get(f"{name}{_READ}", "") for name in (_COMMENTS, VISITORS)}
        self._refused = {name for name, said in self._read.items() if said == _NO}
        self._counted = self._listed = self._by_others = 0
        self._more = self._singles = 0
        self._may_see: bool | None = None

    def try_again(self) -> None:
        """Ask although it was refused before."""
        self._refused.clear()

    @property
    def remark(self) -> str:
        """Return why something is not read although it is wanted; else empty."""
        return "; ".join(self._remarks.values())

    @property
    def fields(self) -> str:
        """Return what is asked with each post, with a comma before it; empty: nothing."""
        is_asked = self.is_wanted and _COMMENTS not in self._refused
        return f",{c.WITH_COMMENTS}" if is_asked else ""

    def does_without(self, error: ReadError) -> bool:
        """Return whether a list that was refused is to be asked for without comments.

        If it is refused without them too, the error was about something else.
        """
        is_about = isinstance(error, ContractError) or error.reason is Reason.FORBIDDEN
        if not self.fields or not is_about:
            return False
        self._refuse(_COMMENTS, error)
        return True

    def validators(self) -> dict[str, str]:
        """Return what was read, for the next run and for what is said of the account."""
        return {f"{name}{_READ}": said for name, said in self._read.items() if said}

    # --- comments ----------------------------------------------------------------------------

    def below(self, raw: JSON, *, since: datetime, notes: list[str]) -> list[FetchedPost]:
        """Return the comments below a post that was listed with them, answers too.

        Args:
            raw: The post as Graph gives it.
            since: Oldest wanted.
            notes: Is told what could not be read.

        Raises:
            AccessError: The token is dead.
            LaterError: Too many requests.
        """
        if not self.fields:
            return []
        post, stated = _graph_posts.id_of(raw.get("id")), _graph_posts.inner(raw, "comments")
        self._counted += c.counted(stated)
        found: list[FetchedPost] = []
        places: set[str] = set()
        while True:
            listed = objects(stated.get("data"))
            self._listed += len(listed)
            fresh = self._taken(listed, post)
            found += [each for each in fresh if not c.is_before(each, since)]
            place = c.next_place(stated)
            if not place or (fresh and all(c.is_before(each, since) for each in fresh)):
                return found
            if place in places or self._more >= _MOST_MORE:
                _note(notes, "there are more comments than are read at a time")
                return found
            places.add(place)
            self._more += 1
            following = self._asked_below(post, notes, after=place)
            if following is None:
                return found
            stated = following

    def settle(self) -> None:
        """Say what came of asking for comments, once all posts were listed."""
        if not self.fields:
            return
        hidden = self._counted - self._listed
        if hidden > 0 and not self._by_others:
            self._read[_COMMENTS] = _WITHHELD
            self._remarks[_COMMENTS] = (
                f"Facebook counts {hidden} comments that it does not show: the token may lack "
                f"{PERMISSION}"
            )
        else:
            self._read[_COMMENTS] = _YES

    def _taken(self, listed: Sequence[JSON], post: str) -> list[FetchedPost]:
        """Return the comments that the public can see."""
        found = [c.comment_of(raw, under=post) for raw in listed if not c.is_hidden(raw)]
        taken = [each for each in found if each is not None]
        self._by_others += sum(bool(each.author) for each in taken)
        return taken

    def _asked_below(self, post: str, notes: list[str], **more: str) -> JSON | None:
        """Ask for comments below a post; None if they cannot be had."""
        try:
            return self._graph.edge(
                post, _COMMENTS, fields=c.COMMENT_FIELDS, limit=_LARGEST, **c.LISTED, **more
            )
        except NotShownError:
            return None  # the post went meanwhile: whether it did is asked of the post itself
        except AccessError as error:
            if error.reason is not Reason.FORBIDDEN:
                raise
        except LaterError as error:
            if error.reason is not Reason.TRANSIENT:
                raise
        except ContractError as error:
            _note(notes, f"comments are not read on: {error.what}")
            return None
        _note(notes, "the comments below a post could not all be read now")
        return None

    # --- visitors' posts ---------------------------------------------------------------------

    def visits(
        self, *, since: datetime, until: datetime | None, notes: list[str]
    ) -> list[FetchedPost]:
        """Return what visitors posted, and what stands below it.

        Args:
            since: Oldest wanted, inclusive; aware UTC.
            until: Newest wanted, inclusive; None: up to now.
            notes: Is told what could not be read.

        Raises:
            AccessError: The token is dead.
            LaterError: Too many requests.
        """
        if not self.is_wanted or VISITORS in self._refused:
            return []
        listing = Listing(since=since, until=until, limit=_MOST_VISITS)
        found: list[FetchedPost] = []
        while not listing.is_over:
            stated = self._asked_visits(listing)
            if stated is None:
                break
            for raw in objects(stated.get("data")):
                post = self.visitors(raw)
                if post is None:
                    listing.cut("an entry of the list of visitors' posts is none")
                elif _graph_posts.is_visible(raw) and listing.wants(post):
                    self._by_others += 1
                    found += [post, *self.below(raw, since=since, notes=notes)]
            listing.turn(stated)
        for note in listing.notes:
            _note(notes, note)
        return found

    def visitors(self, raw: JSON) -> FetchedPost | None:
        """Return a post of the list of visitors' posts; None if it has no id."""
        return _graph_posts.post_of(raw, redactor=self._its.door.redactor, of=VISITOR)

    def _asked_visits(self, listing: Listing) -> JSON | None:
        while True:
            try:
                stated = self._graph.edge(
                    self._page.key,
                    VISITORS,
                    fields=_graph_posts.POST_FIELDS + self.fields,
                    limit=listing.size,
                    since=int(listing.since.timestamp()) - 1,
                    **listing.bound,
                    **listing.place,
                )
            except NotShownError:
                break
            except (AccessError, ContractError) as error:
                if isinstance(error, AccessError) and error.reason is not Reason.FORBIDDEN:
                    raise
                self._refuse(VISITORS, error)
                return None
            except LaterError as error:
                if error.reason is not Reason.TRANSIENT:
                    raise
                listing.cut("what visitors posted could not be read now")
                return None
            self._read[VISITORS] = _YES
            return stated
        self._refuse(VISITORS, None)
        return None

    def _refuse(self, name: str, error: ReadError | None) -> None:
        self._refused.add(name)
        self._read[name] = _NO
        why = error.what if isinstance(error, ContractError) else f"the token may lack {PERMISSION}"
        self._remarks[name] = f"{_TITLES[name]} are not read: {why}"

    # --- single ones -------------------------------------------------------------------------

    def may_see(self) -> bool:
        """Return whether the token may see what others write, asked once a run.

        Asked after something was not shown, so that a permission lost meanwhile is noticed.

        Raises:
            AccessError: The token is dead.
            LaterError: Too many requests, or trouble that passes.
        """
        if self._may_see is None:
            granted = is_granted(self._its, self._graph, PERMISSION)
            self._may_see = self._by_others > 0 if granted is None else granted
        return self._may_see

    def again(
        self, known: Sequence[KnownPost], *, is_short: Callable[[], bool]
    ) -> Iterator[Reread]:
        """Read comments again: those of one post together, then one by one.

        Args:
            known: Comments that this run's listing did not show.
            is_short: Whether the allowance of requests is nearly used up.

        Raises:
            AccessError, LaterError, ContractError: As for posts.
        """
        under: dict[str, list[KnownPost]] = {}
        for each in known:
            under.setdefault(each.current_id or "", []).append(each)
        for post, those in under.items():
            if not self.is_wanted:
                yield from (
                    cannot_tell(each.platform_id, Reason.PARTIAL, _NOT_ANY_MORE) for each in those
                )
                continue
            listed = self._together(post, those, is_short=is_short)
            for each in those:
                if each.platform_id in listed:
                    yield shown(each.platform_id, listed[each.platform_id])
                else:
                    yield self._single(each, is_short=is_short)

    def _together(
        self, post: str, those: Sequence[KnownPost], *, is_short: Callable[[], bool]
    ) -> dict[str, FetchedPost]:
        """Return what one question shows of the comments below a post."""
        if not post or len(those) == 1 or self._singles >= MOST_SINGLE or is_short():
            return {}
        self._singles += 1
        stated = self._asked_below(post, [])
        found = self._taken(objects(stated.get("data")), post) if stated is not None else []
        return {each.platform_id: each for each in found}

    def _single(self, known: KnownPost, *, is_short: Callable[[], bool]) -> Reread:
        name = known.platform_id
        if is_short():
            said = "not asked: Facebook's allowance of requests is nearly used up"
            return cannot_tell(name, Reason.RATE_LIMIT, said)
        if self._singles >= MOST_SINGLE:
            said = "not shown below its post; whether it is gone was not asked in this run"
            return cannot_tell(name, Reason.PARTIAL, said)
        self._singles += 1
        raw = self._node(name, c.number_of(name), c.COMMENT_FIELDS)
        if isinstance(raw, Reread):
            return raw
        post = c.comment_of(raw, under=known.current_id or "")
        if post is None or post.platform_id != name:
            said = "Facebook gave something about it that is no such comment"
            return cannot_tell(name, Reason.PARTIAL, said)
        if c.is_hidden(raw):
            return gone(name, "the page has hidden it: only its writer and their friends see it")
        return shown(name, post)

    def visit_again(self, name: str) -> Reread:
        """Read a visitor's post again by its id; raises as for posts."""
        if not self.is_wanted:
            return cannot_tell(name, Reason.PARTIAL, _NOT_ANY_MORE)
        raw = self._node(name, name, _graph_posts.POST_FIELDS)
        if isinstance(raw, Reread):
            return raw
        post = self.visitors(raw)
        if post is None or post.platform_id != name:
            said = "Facebook gave something about it that is no such post"
            return cannot_tell(name, Reason.PARTIAL, said)
        return told(name, raw, post)

    def _node(self, name: str, number: str, fields: str) -> JSON | Reread:
        """Ask for one thing that others wrote; what it means if it is not shown."""
        try:
            return self._graph.node(number, fields=fields)
        except NotShownError:
            return self._not_shown(name)
        except AccessError as error:
            if error.reason is not Reason.FORBIDDEN:
                raise
        return cannot_tell(name, Reason.FORBIDDEN, f"the token may lack {PERMISSION}")

    def _not_shown(self, name: str) -> Reread:
        """Return what it means that something of others is not shown."""
        self._page.prove()
        if self.may_see():
            return gone(name, "Facebook no longer shows it, and shows what others write")
        said = f"Facebook does not show it, but the token may lack {PERMISSION}"
        return cannot_tell(name, Reason.PARTIAL, said)


def are_read(kept: Mapping[str, str]) -> tuple[bool, bool]:
    """Return whether the run that left this was shown comments, and visitors' posts."""
    return kept.get(f"{_COMMENTS}{_READ}") == _YES, kept.get(f"{VISITORS}{_READ}") == _YES


def first_size(kept: Mapping[str, str]) -> int:
    """Return with how many posts a page is asked for: as many as Facebook gave last time."""
    said = kept.get("page size", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 4 else PAGE_SIZE  # noqa: PLR2004


def _note(notes: list[str], note: str) -> None:
    if note not in notes:
        notes.append(note)
