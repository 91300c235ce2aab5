"""The ``fields`` parameter of Graph: its little language, and which names exist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE_FIELDS = frozenset(
    [
        *("id", "name", "username", "about", "description", "bio", "website", "emails", "phone"),
        *("link", "picture", "cover", "category", "is_published", "verification_status"),
        *(
            "single_line_address",
            "hours",
            "fan_count",
            "followers_count",
            "mission",
            "general_info",
        ),
        *("impressum", "contact_address", "company_overview", "posts", "feed", "published_posts"),
    ]
)
POST_FIELDS = frozenset(
    [
        *("id", "message", "story", "created_time", "updated_time", "permalink_url", "from"),
        *("status_type", "is_published", "is_hidden", "is_expired", "privacy", "full_picture"),
        *("attachments", "message_tags", "story_tags", "parent_id", "to", "properties", "shares"),
        *("comments", "reactions", "icon", "place", "backdated_time", "is_popular", "actions"),
        *("is_eligible_for_promotion", "is_instagram_eligible", "promotable_id"),
        "scheduled_publish_time",
    ]
)
COMMENT_FIELDS = frozenset(
    [
        *("id", "message", "from", "created_time", "parent", "permalink_url", "is_hidden"),
        *("attachment", "comment_count", "like_count", "can_hide", "can_remove", "message_tags"),
    ]
)
_DEEPEST = 8


class FieldsError(ValueError):
    """The text is not a list of fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One wanted field: its modifiers and the fields wanted inside it."""

    name: str
    modifiers: Mapping[str, str]
    inside: tuple[Field, ...] = ()


def parse(text: str) -> tuple[Field, ...]:
    """Read a list such as ``id,picture.type(large){url},comments.summary(true).limit(0)``.

    Raises:
        FieldsError: Brackets do not match, a name is missing, or it is too deep.
    """
    fields, rest = _list(text, 0)
    if rest:
        raise FieldsError(rest)
    return fields


def _list(text: str, depth: int) -> tuple[tuple[Field, ...], str]:
    if depth > _DEEPEST:
        raise FieldsError(text)
    found: list[Field] = []
    while True:
        field, text = _one(text, depth)
        found.append(field)
        if not text.startswith(","):
            return tuple(found), text
        text = text[1:]


def _one(text: str, depth: int) -> tuple[Field, str]:
    name, text = _name(text)
    modifiers: dict[str, str] = {}
    while text.startswith("."):
        modifier, text = _name(text[1:])
        if not text.startswith("(") or ")" not in text:
            raise FieldsError(text)
        modifiers[modifier], _, text = text[1:].partition(")")
    inside: tuple[Field, ...] = ()
    if text.startswith("{"):
        inside, text = _list(text[1:], depth + 1)
        if not text.startswith("}"):
            raise FieldsError(text)
        text = text[1:]
    return Field(name=name, modifiers=modifiers, inside=inside), text


def _name(text: str) -> tuple[str, str]:
    text = text.strip()
    end = next((at for at, sign in enumerate(text) if not (sign.isalnum() or sign == "_")), None)
    name = text if end is None else text[:end]
    if not name:
        raise FieldsError(text)
    return name, text[len(name) :].strip()


def picked(stated: Any, wanted: tuple[Field, ...]) -> Any:
    """Return only what was asked for inside a value; everything when nothing was named."""
    if not wanted:
        return stated
    if isinstance(stated, list):
        return [picked(each, wanted) for each in stated]
    if not isinstance(stated, dict):
        return stated
    if "data" in stated:
        return {**stated, "data": picked(stated["data"], wanted)}
    return {
        field.name: picked(stated[field.name], field.inside)
        for field in wanted
        if field.name in stated
    }
