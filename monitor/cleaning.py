"""What a platform said, without our own secrets and without the names of members of the public.

A server may give our secrets back anywhere; who wrote a comment is a pseudonym from here on.
Applied before anything is recorded. The named net of the redactor is not used: a post may
rightly hold the words "password: …", and they are to be judged as they stand.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from config.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from connectors.base import Content, FetchedPost, FetchedProfile, Reread, Still

    Hide = Callable[[str], str]
    Call = Callable[[str], str]


def clean_post(post: FetchedPost, hide: Hide, *, account: str, call: Call) -> FetchedPost:
    """Return a post without secrets, and by a pseudonym if somebody else wrote it.

    Args:
        post: As read.
        hide: Replaces every secret of the house in a text.
        account: Whose reading this is.
        call: What somebody of a name is called here.

    Raises:
        ContractError: Its id holds a secret: nothing could be kept under it.
    """
    return replace(
        post,
        platform_id=_own_id(post.platform_id, hide, account),
        url=hide(post.url),
        author=call(post.author) if post.author else "",
        content=_content(post.content, hide),
        stills=_stills(post.stills, hide),
        earlier=tuple(replace(one, content=_content(one.content, hide)) for one in post.earlier),
    )


def clean_profile(profile: FetchedProfile, hide: Hide, *, account: str) -> FetchedProfile:
    """Return a profile without secrets; arguments and errors as `clean_post`."""
    return replace(
        profile,
        platform_id=_own_id(profile.platform_id, hide, account),
        url=hide(profile.url),
        handle=hide(profile.handle),
        content=_content(profile.content, hide),
        stills=_stills(profile.stills, hide),
    )


def clean_answer(answer: Reread, hide: Hide, *, account: str, call: Call) -> Reread:
    """Return the answer about one post, cleaned; arguments and errors as `clean_post`."""
    post = answer.post
    return replace(
        answer,
        post=None if post is None else clean_post(post, hide, account=account, call=call),
        detail=hide(answer.detail),
    )


def _own_id(said: str, hide: Hide, account: str) -> str:
    if hide(said) != said:
        raise ContractError("the platform gave our own credential as an id", account=account)
    return said


def _content(content: Content, hide: Hide) -> Content:
    return replace(
        content,
        own=hide(content.own),
        extras=tuple(
            replace(extra, text=hide(extra.text), by=hide(extra.by)) for extra in content.extras
        ),
        links=tuple(map(hide, content.links)),
        pictures=tuple(map(hide, content.pictures)),
        fields={name: hide(value) for name, value in content.fields.items()},
    )


def _stills(stills: Iterable[Still], hide: Hide) -> tuple[Still, ...]:
    return tuple(replace(one, name=hide(one.name), address=hide(one.address)) for one in stills)
