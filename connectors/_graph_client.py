"""facebook-sdk on the door's session: the only place that touches the SDK.

The SDK would put the token into every address; it is given none, and the session sends it
as a header. It knows versions up to 3.1 only: the version is set after construction.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import facebook

from config.errors import ContractError, LaterError
from config.types import Reason
from connectors._graph_errors import NotShownError, explain, problem_of, usage_percent
from connectors.lasting import GRAPH_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import requests
    from pydantic import SecretStr

    from connectors.base import Circumstances

GRAPH = facebook.FACEBOOK_GRAPH_URL.rstrip("/")
_VERSION = re.compile(r"v?(\d{1,3}\.\d)")


class GraphClient:
    """Asks Graph for one account in one run."""

    def __init__(
        self, circumstances: Circumstances, *, permissions: str = "pages_read_engagement"
    ) -> None:
        """Make the SDK's object; no request is made.

        Args:
            circumstances: The account, the door and the page token.
            permissions: What the token needs, in words.
        """
        self._permissions = permissions
        self._account = circumstances.account
        self._now = circumstances.as_of
        self._waited = circumstances.state.waited
        self._redactor = circumstances.door.redactor
        self._status = 0
        self._headers: Mapping[str, str] = {}
        session = circumstances.door.session(
            self._account,
            rewrite=(GRAPH,),
            secret=circumstances.secret,
            on_response=self._note,
        )
        if circumstances.secret is not None:
            token = circumstances.secret.get_secret_value().strip()
            session.headers["Authorization"] = f"Bearer {token}"
        self._graph = facebook.GraphAPI(access_token=None, session=session)
        named = _VERSION.fullmatch(self._account.api_version.strip())
        self.version = f"v{named[1]}" if named else GRAPH_VERSION
        self._graph.version = self.version
        self.answered_version = ""
        self.used_percent = 0

    def node(self, key: str, *, fields: str) -> dict[str, Any]:
        """Ask for one page or post.

        Raises:
            NotShownError: Deleted, hidden or not permitted: Graph does not say which.
            AccessError: The token is dead or lacks a permission.
            LaterError: Too many requests, or trouble that passes.
            ContractError: The answer or the question is not as documented.
        """
        return self._ask(lambda: self._graph.get_object(quote(key, safe=""), fields=fields))

    def edge(self, key: str, name: str, **parameters: str | int) -> dict[str, Any]:
        """Ask for one page of a list; raises as `node`."""
        path = quote(key, safe="")
        return self._ask(lambda: self._graph.get_connections(path, name, **parameters))

    def debug(self, token: SecretStr) -> dict[str, Any]:
        """Ask what Facebook knows of a token; raises as `node`.

        By POST with ``method=get``, so that the token stands in no address.
        """
        asked = {"method": "get", "input_token": token.get_secret_value()}
        return self._ask(
            lambda: self._graph.request(f"{self.version}/debug_token", post_args=asked)
        )

    def _note(self, response: requests.Response) -> None:
        self._status, self._headers = response.status_code, response.headers
        self.used_percent = usage_percent(response.headers)
        self.answered_version = response.headers.get("facebook-api-version", "").strip()

    def _ask(self, question: Callable[[], Any]) -> dict[str, Any]:
        self._status, self._headers = 0, {}
        try:
            answer = question()
        except facebook.GraphAPIError as error:
            failure = self._explained(error.result, str(error))
        except KeyError:  # the SDK's own, for an answer without a content type
            failure = self._passing("an answer without a content type")
        except ValueError:  # requests' JSON error is one
            failure = self._passing("an answer that breaks off or is no JSON")
        else:
            if self._status >= 400:  # noqa: PLR2004  # a client or server error
                raise self._explained(answer, "")
            if not isinstance(answer, dict) or "mime-type" in answer:
                raise ContractError(
                    "Facebook's answer is not an object",
                    account=self._account.id,
                    sample=self._redactor.redact(repr(answer)[:300]),
                )
            return answer
        # Outside the handler, so that the SDK's error is not even the context of ours.
        raise failure

    def _explained(self, result: Any, message: str) -> Exception:
        if isinstance(result, dict):
            stated = result.get("error")
            message = str(stated.get("message", "")) if isinstance(stated, dict) else message
        problem = problem_of(
            result,
            status=self._status,
            headers=self._headers,
            message=self._redactor.redact(message)[:500],
        )
        return explain(
            problem,
            account=self._account.id,
            now=self._now,
            permissions=self._permissions,
            waited=self._waited,
        )

    def _passing(self, what: str) -> LaterError:
        return LaterError(
            f"Facebook sent {what}", account=self._account.id, reason=Reason.TRANSIENT
        )


__all__ = ["GRAPH", "GRAPH_VERSION", "GraphClient", "NotShownError"]
