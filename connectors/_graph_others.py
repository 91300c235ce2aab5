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
from connectors._graph_errors import NotShownError, TooMuchError
from connectors._graph_listing import PAGE_SIZE, Listing
from connectors._graph_login import is_granted
from connectors._json import objects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from config.errors import ReadError
    from connectors._graph_client import GraphClient
    from connectors._graph_page import GraphPage
    from connectors._graph_posts import JSON
    from connectors.base import Circumstances, FetchedPost

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
_LARGEST = 100


class Others:
    """What others write on one page, for one run.

    Attributes:
        is_wanted: Whether it is read at all.
        lost: Posts that were not shown when the comments below them were asked for.
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
        self._counted = self._listed = self._nameless = self._by_others = 0
        self._more = 0
        self.lost: set[str] = set()

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
            fresh = self._taken(objects(stated.get("data")), post)
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

    def newest_below(self, post: str) -> list[FetchedPost]:
        """Ask for the newest comments below one post, a hundred of them; raises as `below`."""
        stated = self._asked_below(post, [])
        return self._taken(objects(stated.get("data")), post) if stated is not None else []

    @property
    def has_shown_any(self) -> bool:
        """Whether something of another author was shown in this run."""
        return self._by_others > 0

    def settle(self) -> None:
        """Say what came of asking for comments, once all posts were listed.

        Raises:
            AccessError: The token is dead.
            LaterError: Too many requests.
        """
        if not self.fields:
            return
        why, hidden = "", self._counted - self._listed
        if self._nameless:
            why = (
                f"Facebook gives {self._nameless} comments without their ids: whoever holds the "
                "token may lack the task MODERATE on the page"
            )
        elif hidden > 0 and not self._by_others and not self._is_granted():
            why = (
                f"Facebook counts {hidden} comments that it does not show: the token may lack "
                f"{PERMISSION}"
            )
        self._read[_COMMENTS] = _WITHHELD if why else _YES
        if why:
            self._remarks[_COMMENTS] = why

    def _is_granted(self) -> bool:
        """Return whether Facebook says now that the token may see what others write."""
        try:
            return is_granted(self._its, self._graph, PERMISSION) is True
        except LaterError as error:
            if error.reason is not Reason.TRANSIENT:
                raise
            return False

    def _taken(self, listed: Sequence[JSON], post: str) -> list[FetchedPost]:
        """Return the comments that the public can see."""
        taken = []
        for raw in listed:
            comment = c.comment_of(raw, under=post)
            if comment is None:
                self._nameless += 1
                continue
            self._listed += 1
            if not c.is_hidden(raw):
                self._by_others += bool(comment.author)
                taken.append(comment)
        return taken

    def _asked_below(self, post: str, notes: list[str], **more: str) -> JSON | None:
        """Ask for comments below a post; None if they cannot be had."""
        try:
            return self._graph.edge(
                post, _COMMENTS, fields=c.COMMENT_FIELDS, limit=_LARGEST, **c.LISTED, **more
            )
        except NotShownError:
            self.lost.add(post)  # it went meanwhile: whether it did is asked of the post itself
            return None
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
        reach = REACH if until is None else timedelta()
        listing = Listing(since=since, until=until, limit=_MOST_VISITS, reach=reach)
        found: list[FetchedPost] = []
        while not listing.is_over:
            stated = self._asked_visits(listing)
            if stated is None:
                break
            for raw in objects(stated.get("data")):
                post = self.visitors(raw)
                if post is None:
                    listing.cut("an entry of the list of visitors' posts is none")
                elif _graph_posts.is_visible(raw):
                    self._by_others += bool(post.author)
                    found += [post] if listing.wants(post) else []
                    found += self.below(raw, since=since, notes=notes)
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
                    since=int(listing.first.timestamp()) - 1,
                    **listing.bound,
                    **listing.place,
                )
            except TooMuchError:
                if listing.halve(HALVINGS):
                    continue
                listing.cut("what visitors posted is more than Facebook gives at a time")
                return None
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
