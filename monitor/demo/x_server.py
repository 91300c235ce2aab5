"""The loopback X: the calls of API v2 that reading needs, answering as documented."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from monitor.demo import x_words
from monitor.demo.crest import photograph
from monitor.demo.faults import Fault, FaultKind
from monitor.demo.server import Answer, Request, json_answer
from monitor.demo.world import Condition, Site
from monitor.demo.x_bill import Bill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from monitor.demo.world import TownAccount, TownPost, TownVersion, World
    from monitor.demo.x_words import Spelling

_MOST_BACK = 3200
_MOST_IDS = 100
_WINDOW = timedelta(minutes=15)
_ID = re.compile(r"[0-9]{1,19}")
_TOKEN = "7140dibdnow9c7btw48"  # what the page tokens begin with; they carry the next id

_LISTING = frozenset(
    {
        "since_id",
        "until_id",
        "start_time",
        "end_time",
        "max_results",
        "pagination_token",
        "exclude",
    }
)
_SHAPES = frozenset({"tweet.fields", "user.fields", "media.fields", "poll.fields", "expansions"})
_ALLOWED = {
    "tweet.fields": x_words.TWEET_FIELDS,
    "user.fields": x_words.USER_FIELDS,
    "media.fields": x_words.MEDIA_FIELDS,
    "poll.fields": x_words.POLL_FIELDS,
}


class XPlatform:
    """Answers as X does, for the accounts of the world that are on X."""

    def __init__(self, world: World, *, spelling: Spelling = "tweet", limit: int = 10_000) -> None:
        """Prepare the platform.

        Args:
            world: The town.
            spelling: Which field names it uses; with ``post`` both are understood.
            limit: Requests allowed for each kind of call in 15 minutes of the story.
        """
        self._world = world
        self._spelling = spelling
        self._limit = limit
        self.bill = Bill(clock=lambda: world.now)
        self._lock = threading.Lock()
        self._asked: defaultdict[str, list[datetime]] = defaultdict(list)

    def account_of(self, request: Request) -> str:
        """Return the account by its id or name in the path, or by its posts."""
        parts = request.path.strip("/").split("/")
        if parts[:4] == ["2", "users", "by", "username"] and parts[4:]:
            account = self._world.find_account(Site.X, parts[4])
        elif parts[:2] == ["2", "users"] and parts[2:] and parts[2] != "me":
            account = self._world.find_account(Site.X, parts[2])
        else:
            account = self._world.holder_of(Site.X, request.bearer())
        return account.label if account is not None else ""

    def trouble(self, fault: Fault) -> Answer:
        """Answer a rate limit or a server error in X's words."""
        if fault.kind is FaultKind.RATE_LIMIT:
            return x_words.problem(429, "Too Many Requests", "Too Many Requests", "about:blank")
        return x_words.problem(
            fault.status, "Service Unavailable", "Service Unavailable", "about:blank"
        )

    def answer(self, request: Request, *, empty: bool) -> Answer:
        """Answer one request."""
        parts = tuple(request.path.strip("/").split("/"))
        if parts[0] in {"pictures", "media"}:
            return self._picture(parts)
        refused = self._refusal(request)
        if refused is not None:
            return refused
        match parts:
            case ("2", "users", "by", "username", name):
                route, answer = "user", self._user(request, "username", name)
            case ("2", "users", "me"):
                route, answer = "me", self._me(request)
            case ("2", "users", number):
                route, answer = "user", self._user(request, "id", number)
            case ("2", "users", number, "tweets"):
                route, answer = "timeline", self._timeline(request, number, empty=empty)
            case ("2", "tweets"):
                route, answer = "lookup", self._lookup(request, "ids", request.query.get("ids", ""))
            case ("2", "tweets", number):
                route, answer = "lookup", self._lookup(request, "id", number)
            case _:
                return x_words.problem(404, "Not Found", "Not Found", "about:blank")
        return self._counted(route, answer)

    # Who may ask, and how often.

    def _refusal(self, request: Request) -> Answer | None:
        token = request.bearer()
        holder = self._world.holder_of(Site.X, token)
        if holder is None or self._world.has(holder.label, Condition.TOKEN_DEAD):
            return x_words.problem(401, "Unauthorized", "Unauthorized", "about:blank")
        if self._world.has(holder.label, Condition.NO_CREDIT):
            return x_words.problem(
                402,
                "CreditsDepleted",
                f"Your enrolled account [{holder.platform_id}] does not have any credits "
                "to fulfill this request.",
                "credits",
                account_id=int(holder.platform_id),
            )
        if self._world.has(holder.label, Condition.FORBIDDEN):
            return x_words.problem(
                403,
                "Client Forbidden",
                "When authenticating requests to the Twitter API v2 endpoints, you must use keys "
                "and tokens from a Twitter developer App that is attached to a Project.",
                "client-forbidden",
                reason="client-not-enrolled",
                client_id=holder.platform_id,
                required_enrollment="Appropriate Level of API Access",
            )
        return None

    def _me(self, request: Request) -> Answer:
        """Answer whose login a token is; an app's own token is nobody's."""
        holder = self._world.holder_of(Site.X, request.bearer())
        if holder is not None and holder.owns_app:
            return self._user(request, "id", holder.platform_id)
        return x_words.problem(
            403,
            "Unsupported Authentication",
            "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  "
            "Supported authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context].",
            "unsupported-authentication",
        )

    def _counted(self, route: str, answer: Answer) -> Answer:
        """Count the request and add the limit's headers; refuse one too many."""
        now = self._world.now
        with self._lock:
            recent = [at for at in self._asked[route] if now - _WINDOW < at <= now]
            over = len(recent) >= self._limit
            if not over:
                recent.append(now)
            self._asked[route] = recent
        reset = int(((recent[0] if recent else now) + _WINDOW).timestamp())
        headers = {
            "x-rate-limit-limit": str(self._limit),
            "x-rate-limit-remaining": str(max(0, self._limit - len(recent))),
            "x-rate-limit-reset": str(reset),
        }
        given = self.trouble(Fault(kind=FaultKind.RATE_LIMIT)) if over else answer
        return Answer(
            status=given.status,
            body=given.body,
            content_type=given.content_type,
            headers={**given.headers, **headers},
        )

    # The calls.

    def _user(self, request: Request, parameter: str, value: str) -> Answer:
        wrong = self._wrong_parameters(request, _SHAPES, x_words.USER_EXPANSIONS)
        if wrong is not None:
            return wrong
        if parameter == "id" and not _ID.fullmatch(value):
            return x_words.invalid(
                "id", value, f"The `id` query parameter value [{value}] is not valid"
            )
        account = self._world.find_account(Site.X, value)
        trouble = self._account_trouble(account, parameter, value)
        if account is None or trouble is not None:
            return json_answer({"errors": [trouble]})
        stated: dict[str, Any] = {
            "data": x_words.user_of(
                self._world, account, request.base, self._wanted(request, "user.fields")
            )
        }
        pinned = self._world.post(account.pinned) if account.pinned else None
        if pinned is not None and "pinned_tweet_id" in self._wanted(request, "expansions"):
            fields = self._wanted(request, "tweet.fields")
            tweet = x_words.tweet_of(self._world, pinned, pinned.newest, fields)
            stated["includes"] = {"tweets": [tweet]}
        self.bill.charge(stated)
        return self._spelled(stated)

    def _timeline(self, request: Request, number: str, *, empty: bool) -> Answer:
        wrong = self._wrong_parameters(request, _SHAPES | _LISTING, x_words.EXPANSIONS)
        wrong = wrong or _wrong_listing(request)
        if wrong is not None:
            return wrong
        account = self._world.find_account(Site.X, number)
        if account is None or self._world.has(account.label, Condition.CLOSED):
            return json_answer({"errors": [x_words.missing("user", "id", number)]})
        for condition in (Condition.SUSPENDED, Condition.PROTECTED):
            if self._world.has(account.label, condition):
                return json_answer({"errors": [x_words.unseen("user", "id", number)]})
        posts = [] if empty else [*self._listed(request, account)]
        size = int(request.query.get("max_results", "10"))
        page = posts[:size]
        if not page:
            return json_answer({"meta": {"result_count": 0}})
        ids = [post.newest.id for post in page]
        meta: dict[str, Any] = {
            "result_count": len(page),
            "newest_id": ids[0],
            "oldest_id": ids[-1],
        }
        if len(posts) > size:
            meta["next_token"] = _TOKEN + format(int(ids[-1]), "x")
        data = [self._tweet(request, post, post.newest) for post in page]
        stated = {"data": data, **self._includes(request, page), "meta": meta}
        holder = self._world.holder_of(Site.X, request.bearer())
        self.bill.charge(stated, is_owned=account.owns_app and holder == account)
        return self._spelled(stated)

    def _lookup(self, request: Request, parameter: str, value: str) -> Answer:
        allowed = _SHAPES | ({"ids"} if parameter == "ids" else set())
        wrong = self._wrong_parameters(request, allowed, x_words.EXPANSIONS)
        if wrong is not None:
            return wrong
        ids = value.split(",") if value else []
        bad = [each for each in ids if not _ID.fullmatch(each)]
        if bad or not ids or len(ids) > _MOST_IDS:
            why = f"The `{parameter}` query parameter value [{(bad or [value])[0]}] is not valid"
            return x_words.invalid(parameter, value, why)
        found: list[tuple[TownPost, TownVersion]] = []
        errors = []
        for each in ids:
            post = self._world.post(each)
            if post is None or self._is_elsewhere(post):
                errors.append(x_words.missing("tweet", parameter, each))
            elif self._hidden(post):
                errors.append(x_words.unseen("tweet", parameter, each))
            else:
                found.append((post, next(v for v in post.versions if v.id == each)))
        data = [self._tweet(request, post, version) for post, version in found]
        stated: dict[str, Any] = {}
        if data:
            stated["data"] = data if parameter == "ids" else data[0]
            stated.update(self._includes(request, [post for post, _ in found]))
        if errors:
            stated["errors"] = errors
        self.bill.charge(stated)
        return self._spelled(stated)

    def _picture(self, parts: tuple[str, ...]) -> Answer:
        number = parts[-1].partition("_")[0]
        account = self._world.find_account(Site.X, number)
        if parts[0] == "pictures" and account is not None and account.picture:
            return Answer(body=account.picture, content_type="image/png")
        if parts[0] == "media":
            return Answer(body=photograph(parts[-1]), content_type="image/png")
        return x_words.problem(404, "Not Found", "Not Found", "about:blank")

    # Parts of an answer.

    def _spelled(self, stated: Any) -> Answer:
        return json_answer(x_words.spelled(stated, self._spelling))

    def _account_trouble(
        self, account: TownAccount | None, parameter: str, value: str
    ) -> dict[str, str] | None:
        if account is None or self._world.has(account.label, Condition.CLOSED):
            return x_words.missing("user", parameter, value)
        if self._world.has(account.label, Condition.SUSPENDED):
            return x_words.suspended(parameter, value)
        return None

    def _is_elsewhere(self, post: TownPost) -> bool:
        is_closed = self._world.has(post.account, Condition.CLOSED)
        return is_closed or self._world.account(post.account).site is not Site.X

    def _hidden(self, post: TownPost) -> bool:
        return any(
            self._world.has(post.account, condition)
            for condition in (Condition.SUSPENDED, Condition.PROTECTED)
        )

    def _listed(self, request: Request, account: TownAccount) -> Iterable[TownPost]:
        """Yield what the listing's bounds leave, newest id first."""
        query = request.query
        after = int(query.get("since_id", "0"))
        before = int(query.get("until_id", "0")) or None
        token = query.get("pagination_token", "")
        if token:
            turned = int(token.removeprefix(_TOKEN), 16)
            before = min(before, turned) if before is not None else turned
        start, end = _moment(query.get("start_time")), _moment(query.get("end_time"))
        excluded = query.get("exclude", "")
        posts = self._world.timeline(account.label)
        ordered = sorted(posts, key=lambda post: int(post.newest.id), reverse=True)
        for post in ordered[:_MOST_BACK]:
            number, at = int(post.newest.id), post.newest.at
            inside = number > after and (before is None or number < before)
            in_time = (start is None or at >= start) and (end is None or at < end)
            left_out = ("replies" in excluded and post.replied_to) or (
                "retweets" in excluded and post.reposted
            )
            if inside and in_time and not left_out:
                yield post

    def _tweet(self, request: Request, post: TownPost, version: TownVersion) -> dict[str, Any]:
        fields = self._wanted(request, "tweet.fields")
        return x_words.tweet_of(self._world, post, version, fields)

    def _includes(self, request: Request, posts: Iterable[TownPost]) -> dict[str, Any]:
        wanted = self._wanted(request, "expansions")
        media: list[dict[str, Any]] = []
        polls: list[dict[str, Any]] = []
        tweets: dict[str, dict[str, Any]] = {}
        users: dict[str, dict[str, Any]] = {}
        for post in posts:
            if "attachments.media_keys" in wanted:
                fields = self._wanted(request, "media.fields") | {"media_key", "type"}
                media.extend(
                    {key: value for key, value in each.items() if key in fields}
                    for each in x_words.media_of(post.newest, request.base)
                )
            poll = x_words.poll_of(post.newest)
            if "attachments.poll_ids" in wanted and poll is not None:
                polls.append(poll)
            for other, version in self._related(post, wanted):
                tweets[version.id] = self._tweet(request, other, version)
            if "author_id" in wanted:
                author = self._world.account(post.account)
                fields = self._wanted(request, "user.fields")
                users[author.platform_id] = x_words.user_of(
                    self._world, author, request.base, fields
                )
        stated = {
            "media": media,
            "polls": polls,
            "tweets": [*tweets.values()],
            "users": [*users.values()],
        }
        included = {key: value for key, value in stated.items() if value}
        return {"includes": included} if included else {}

    def _related(
        self, post: TownPost, wanted: frozenset[str]
    ) -> Iterable[tuple[TownPost, TownVersion]]:
        if "edit_history_tweet_ids" in wanted and len(post.versions) > 1:
            yield from ((post, version) for version in post.versions)
        if "referenced_tweets.id" in wanted:
            for other_id in (post.reposted, post.quoted, post.replied_to):
                other = self._world.post(other_id) if other_id else None
                if other is not None and not self._hidden(other):
                    yield other, other.newest

    # Parameters.

    def _wanted(self, request: Request, parameter: str) -> frozenset[str]:
        names = {parameter, x_words.new_name(parameter)}
        values = [request.query[name] for name in names if name in request.query]
        return frozenset(x_words.old_name(each) for value in values for each in value.split(","))

    def _wrong_parameters(
        self, request: Request, allowed: Iterable[str], expansions: frozenset[str]
    ) -> Answer | None:
        """Return the 400 for the first unknown parameter, field or expansion, or None."""
        known = frozenset(allowed)
        for name, value in request.query.items():
            old = x_words.old_name(name) if self._spelling == "post" else name
            if old not in known:
                why = f"The query parameter [{name}] is not one of [{','.join(sorted(known))}]"
                return x_words.invalid(name, value, why)
            choices = expansions if old == "expansions" else _ALLOWED.get(old)
            for each in value.split(",") if choices is not None else ():
                field = x_words.old_name(each) if self._spelling == "post" else each
                if choices is not None and field not in choices:
                    why = (
                        f"The `{name}` query parameter value [{each}] is not one of "
                        f"[{','.join(sorted(choices))}]"
                    )
                    return x_words.invalid(name, each, why)
        return None


def _wrong_listing(request: Request) -> Answer | None:
    """Return the 400 for a bound that X would refuse, or None."""
    checks: dict[str, Callable[[str], bool]] = {
        "max_results": lambda value: value.isdecimal() and 5 <= int(value) <= 100,  # noqa: PLR2004  # X's own bounds
        "since_id": lambda value: bool(_ID.fullmatch(value)),
        "until_id": lambda value: bool(_ID.fullmatch(value)),
        "start_time": lambda value: _moment(value) is not None,
        "end_time": lambda value: _moment(value) is not None,
        "pagination_token": lambda value: bool(re.fullmatch(_TOKEN + "[0-9a-f]+", value)),
        "exclude": lambda value: set(value.split(",")) <= {"replies", "retweets"},
    }
    for name, is_right in checks.items():
        value = request.query.get(name)
        if value is not None and not is_right(value):
            bounds = " is not between 5 and 100" if name == "max_results" else " is not valid"
            why = f"The `{name}` query parameter value [{value}]{bounds}"
            return x_words.invalid(name, value, why)
    return None


def _moment(value: str | None) -> datetime | None:
    """Return an RFC 3339 instant; None if there is none or it is none."""
    if value is None or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value):
        return None
    return datetime.fromisoformat(value).astimezone(UTC)
