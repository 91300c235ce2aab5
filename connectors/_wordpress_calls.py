"""The calls of WordPress' REST interface that reading needs: found, checked, login or not."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr

from config.errors import AccessError, ContractError, ReadError
from config.types import Reason
from connectors import _html
from connectors import _wordpress_words as w
from connectors._feed_source import asked_address, place_of
from connectors._json import JSON, load, objects, words
from connectors._service import Service, said_in
from connectors._settling import Said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import requests

    from connectors.base import Circumstances

LARGEST_PAGE = 100
_TITLE = "the site"
_PRETTY, _PLAIN = "/wp-json", "/?rest_route="
_FIELDS = (
    "id,guid,date_gmt,modified_gmt,status,link,title,content,excerpt,author,sticky,type,slug,"
    "_links,_embedded"
)
_COMMENT_FIELDS = "id,post,parent,author,author_name,date_gmt,content,link,status,type"
_REVISION_FIELDS = "id,slug,date_gmt,modified_gmt,title,content,excerpt"
_EMBED = "wp:featuredmedia,wp:term"

_NO_SUCH = frozenset({"rest_post_invalid_id", "rest_comment_invalid_id"})
_NOT_FOR_YOU = frozenset(
    {"rest_forbidden", "rest_cannot_read", "rest_cannot_read_post", "rest_forbidden_context"}
)
_LOGIN = frozenset(
    {
        "incorrect_password",
        "invalid_username",
        "invalid_email",
        "application_passwords_disabled",
        "application_passwords_disabled_for_user",
    }
)
# A status that the login may not ask for is an invalid parameter, the reason stands inside.
_NO_STATUS = frozenset({"rest_invalid_param", "rest_forbidden_status"})
_PAST_END = frozenset({"rest_post_invalid_page_number", "rest_comment_invalid_page_number"})
_NO_TYPE = frozenset({"rest_no_route", "rest_disabled"})
PASSED = frozenset({404, 410})
_TAKEN_BACK = frozenset({"private", "trash", "draft", "auto-draft", "pending", "spam", "hold"})
_MOST_BYTES = 5_000_000


class NowhereError(AccessError):
    """There is nothing where the interface was: it was closed, or the site is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """Where a site's interface is: its own address, and which form its routes take."""

    site: str
    form: str

    def __str__(self) -> str:
        """Return it as it is remembered."""
        return f"{self.site}{self.form}"

    @classmethod
    def of(cls, address: str) -> Root | None:
        """Return where an interface is, from what is remembered; None if that says nothing."""
        for form in (_PRETTY, _PLAIN):
            if address.startswith(("http://", "https://")) and address.endswith(form):
                return cls(site=address.removesuffix(form), form=form)
        return None


def site_of(handle: str) -> str:
    """Return the site's address that a handle names, without its feed's; empty if it is none."""
    said = handle.strip()
    said = said if "://" in said else f"https://{said}"
    address = _html.web_address(said) or ""
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  # raises where what stands for a port is none
    except ValueError:
        return ""
    path = parts.path.rstrip("/")
    for tail in ("/feed", "/wp-json", "/index.php"):
        path = path.removesuffix(tail)
    return f"{parts.scheme}://{parts.netloc}{path}" if parts.netloc else ""


def find_root(its: Circumstances, site: str) -> tuple[Root, JSON] | None:
    """Look for the interface, redirects followed; nothing secret is sent.

    Returns:
        Where it is and what it says of itself; None if the site shows none.

    Raises:
        LaterError: The site is down.
        AccessError, ContractError: As the door says.
    """
    for form in (_PRETTY, _PLAIN):
        tail = "/" if form == _PRETTY else "%2F"
        url = asked_address(f"{site}{form}{tail}", its.account)
        answer = its.door.get(
            url, account=its.account, headers={"Accept": "application/json"}, max_bytes=_MOST_BYTES
        )
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status in {408, 425, 429}:
            raise Service(its, title=_TITLE, base=site, headers={}).later(
                f"the site answered {answer.status}"
            )
        said = load(answer.body)
        names = said.get("namespaces") if isinstance(said, dict) else None
        if answer.status == HTTPStatus.OK and isinstance(names, list) and "wp/v2" in names:
            reached = answer.url.partition(form)[0] if answer.redirects else site
            return Root(site=reached, form=form), said
    return None


class Calls:
    """Asks one site for one run."""

    def __init__(self, circumstances: Circumstances, root: Root, *, without: str = "") -> None:
        """Open a session of the door; nothing is asked yet.

        Args:
            circumstances: Of the account.
            root: Where the interface is.
            without: Lists of which the login may not see what is scheduled.
        """
        self._its = circumstances
        self._root = root
        secret = circumstances.secret
        login = secret.get_secret_value().strip() if secret else ""
        packed = base64.b64encode(login.encode()).decode()
        password = login.partition(":")[2]
        for each in (packed, password, password.replace(" ", "")):
            circumstances.door.redactor.add(SecretStr(each))
        self._service = Service(
            circumstances,
            title=_TITLE,
            base=root.site,
            headers={"Authorization": f"Basic {packed}"} if packed else {},
        )
        self._has_login = bool(packed)
        self._without = set(without.split())
        self._is_alive = False

    @property
    def has_login(self) -> bool:
        """Whether a login is sent, so that revisions may be read."""
        return self._has_login

    @property
    def without(self) -> str:
        """Lists of which the login was not shown what is scheduled."""
        return " ".join(sorted(self._without))

    def probe(self) -> None:
        """Prove that the list of posts is shown, and the login accepted; once a run.

        Raises:
            AccessError, LaterError, ContractError: As `page` does.
        """
        if self._is_alive:
            return
        if self._has_login:
            answer = self._get("/wp/v2/users/me", {"_fields": "id"})
            if answer.status_code != HTTPStatus.OK or not said_in(answer):
                raise self._refused(answer)
        self._listed(self._get("/wp/v2/posts", {"per_page": "1", "_fields": "id"}))
        self._is_alive = True

    def abilities(self) -> frozenset[str] | None:
        """Return what the login may do, in WordPress' words; None if the site does not tell.

        Raises:
            AccessError: The login is not accepted.
            LaterError, ContractError: As `page` does.
        """
        answer = self._get("/wp/v2/users/me", {"context": "edit", "_fields": "id,capabilities"})
        if answer.status_code != HTTPStatus.OK or not said_in(answer):
            raise self._refused(answer)
        able = said_in(answer).get("capabilities")
        if not isinstance(able, dict):
            return None
        return frozenset(name for name, is_given in able.items() if is_given is True)

    def types(self) -> tuple[str, ...]:
        """Return the site's own kinds of posts; none if it does not tell."""
        answer = self._get("/wp/v2/types", {})
        return w.bases_in(said_in(answer)) if answer.status_code == HTTPStatus.OK else ()

    def page(
        self, base: str, number: int, *, order: str, after: str | None = None
    ) -> tuple[list[JSON], bool]:
        """Return one page of a list, newest first, and whether all of it are objects.

        Args:
            base: Which list.
            number: From 1; past the end it is empty.
            order: ``date``, or ``modified`` for what was saved last.
            after: With ``modified``: only what was saved later, in the site's own time. Sites
                before WordPress 5.7 pass over it.

        Raises:
            AccessError: The interface is closed, or the login is not accepted.
            LaterError: Rate limit, or trouble on the way.
            ContractError: The answer is not what WordPress documents.
        """
        asked = {
            "per_page": str(LARGEST_PAGE),
            "page": str(number),
            "orderby": order,
            "order": "desc",
            "_fields": _FIELDS,
            "_embed": _EMBED,
            **({"modified_after": after} if after else {}),
        }
        answer = self._get_all(base, asked)
        if answer.status_code == HTTPStatus.BAD_REQUEST and _code(answer) in _PAST_END:
            return [], True
        if base not in {"posts", "pages"} and _code(answer) in _NO_TYPE:
            return [], True  # a kind of posts that is no longer there
        listed = self._listed(answer)
        self._is_alive = self._is_alive or not self._has_login
        return objects(listed), all(isinstance(each, dict) for each in listed)

    def comments(self, number: int) -> tuple[list[JSON], bool]:
        """Return one page of the newest comments, as `page`; none where they are not shown."""
        asked = {
            "per_page": str(LARGEST_PAGE),
            "page": str(number),
            "orderby": "date_gmt",
            "order": "desc",
            "_fields": _COMMENT_FIELDS,
        }
        answer = self._get("/wp/v2/comments", asked)
        if answer.status_code == HTTPStatus.BAD_REQUEST and _code(answer) in _PAST_END:
            return [], True
        listed = self._listed(answer)
        return objects(listed), all(isinstance(each, dict) for each in listed)

    def several(self, base: str, numbers: Sequence[int]) -> list[JSON]:
        """Return up to a hundred posts or comments by their numbers; hidden ones are left out."""
        asked = {"include[]": [str(each) for each in numbers], "per_page": str(LARGEST_PAGE)}
        if base == w.COMMENTS:
            answer = self._get(f"/wp/v2/{base}", {**asked, "_fields": _COMMENT_FIELDS})
        else:
            answer = self._get_all(base, {**asked, "_fields": _FIELDS, "_embed": _EMBED})
        if base not in {"posts", "pages"} and _code(answer) in _NO_TYPE:
            return []
        return objects(self._listed(answer))

    def single(self, place: w.Place, url: str, *, was_scheduled: bool = False) -> JSON | Said:
        """Return one post or comment, or what the site says of it.

        A trashed, private or withdrawn post is refused to strangers as "not allowed", which a
        plugin may also say of everything: then its own page has to agree.

        Args:
            place: Where it lies.
            url: Its own page, as last seen.
            was_scheduled: When it was last seen it had not appeared: strangers never saw it, so
                that they do not see it now says nothing.

        Raises:
            AccessError: The login is not accepted.
            LaterError: Rate limit, or trouble on the way.
        """
        more = {} if place.base == w.COMMENTS else {"_embed": _EMBED, "_fields": _FIELDS}
        answer = self._get(f"/wp/v2/{place.base}/{place.number}", more)
        said, code = said_in(answer), _code(answer)
        if answer.status_code == HTTPStatus.OK:
            if w.number_of(said.get("id")) != place.number:
                return Said.UNSAID
            return Said.MISSING if words(said.get("status")) in _TAKEN_BACK else said
        if answer.status_code in PASSED and code in _NO_SUCH:
            return Said.MISSING
        if code in _NOT_FOR_YOU and was_scheduled:
            return Said.UNSAID
        if code in _NOT_FOR_YOU:
            return Said.MISSING if self._is_page_gone(place, url) else Said.UNSAID
        error = self._refused(answer)
        if isinstance(error, ContractError):
            return Said.UNSAID
        raise error

    def revisions(self, place: w.Place) -> list[JSON]:
        """Return what was saved of a post, newest first; empty if the login may not see it."""
        path = f"/wp/v2/{place.base}/{place.number}/revisions"
        answer = self._get(path, {"per_page": str(LARGEST_PAGE), "_fields": _REVISION_FIELDS})
        if answer.status_code == HTTPStatus.OK:
            return objects(load(answer.content))
        error = self._refused(answer)
        if _code(answer) in _LOGIN:
            raise error
        return []

    def _is_page_gone(self, place: w.Place, url: str) -> bool:
        """Tell whether a stranger who opens the post's page finds it no longer there.

        WordPress leads from the address of a missing post to one of a similar name.
        """
        if not url or place.base == w.COMMENTS:
            return place.base == w.COMMENTS
        try:
            answer = self._its.door.get(
                asked_address(url, self._its.account),
                account=self._its.account,
                headers={"Accept": "text/html"},
            )
        except ReadError:
            return False
        is_elsewhere = bool(answer.redirects) and place_of(answer.url) != place_of(url)
        return answer.status in PASSED or (answer.status == HTTPStatus.OK and is_elsewhere)

    # --- asking ------------------------------------------------------------------------------

    def _get(self, route: str, asked: Mapping[str, str | Sequence[str]]) -> requests.Response:
        if self._root.form == _PLAIN:
            return self._service.get("/", {"rest_route": route, **asked})
        return self._service.get(f"{_PRETTY}{route}", asked)

    def _get_all(self, base: str, asked: Mapping[str, str | Sequence[str]]) -> requests.Response:
        """Ask for a list, with what is scheduled where the login may see that."""
        if self._has_login and base not in self._without:
            answer = self._get(f"/wp/v2/{base}", {**asked, "status[]": ["publish", w.SCHEDULED]})
            if _code(answer) not in _NO_STATUS:
                return answer
            self._without.add(base)
        return self._get(f"/wp/v2/{base}", asked)

    def _listed(self, answer: requests.Response) -> list[object]:
        if answer.status_code in PASSED and not _code(answer):
            raise no_interface(self._its, f" ({answer.status_code})")
        if answer.status_code != HTTPStatus.OK:
            raise self._refused(answer)
        listed = load(answer.content)
        if not isinstance(listed, list):
            raise self._service.later("the site answered with something that is no list")
        return listed

    def _refused(self, answer: requests.Response) -> ReadError:
        code = _code(answer)
        if code in _LOGIN and self._has_login:
            return self._service.walled()
        is_locked = answer.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
        if is_locked or code in _NO_TYPE or answer.status_code == HTTPStatus.NOT_FOUND:
            return no_interface(self._its, f" ({answer.status_code})", is_locked=is_locked)
        return self._service.refused(answer, code)


def no_interface(its: Circumstances, told: str = "", *, is_locked: bool = False) -> AccessError:
    """Return that the interface is not shown where it was.

    Args:
        its: Of the account.
        told: How that was said, after a space.
        is_locked: It is there, and not for us.
    """
    kind = AccessError if is_locked else NowhereError
    return kind(
        f"the site no longer lets its interface be read{told}",
        account=its.account.id,
        reason=Reason.FORBIDDEN,
        remedy="Ask who runs the site to open /wp-json/wp/v2/ for this machine; a security "
        "plugin may have closed it",
    )


def _code(answer: requests.Response) -> str:
    return words(said_in(answer).get("code")) if answer.status_code != HTTPStatus.OK else ""
