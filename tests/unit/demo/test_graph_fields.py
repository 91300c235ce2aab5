"""The little language of Graph's ``fields`` parameter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.demo.graph_fields import Field, FieldsError, parse, picked


def _written(field: Field) -> str:
    said = field.name + "".join(f".{name}({value})" for name, value in field.modifiers.items())
    return said + (
        f"{{{','.join(_written(each) for each in field.inside)}}}" if field.inside else ""
    )


_NAMES = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
_FIELDS = st.recursive(
    st.builds(
        Field,
        name=_NAMES,
        modifiers=st.dictionaries(_NAMES, st.from_regex(r"[a-z0-9]{0,4}", fullmatch=True)),
    ),
    lambda inner: st.builds(
        Field,
        name=_NAMES,
        modifiers=st.just({}),
        inside=st.lists(inner, min_size=1, max_size=3).map(tuple),
    ),
    max_leaves=8,
)


def test_modifiers_and_nesting() -> None:
    """Modifiers and what stands in braces belong to the field before them."""
    picture, comments = parse("picture.type(large){url},comments.summary(true).limit(0)")

    assert picture == Field(
        name="picture", modifiers={"type": "large"}, inside=(Field(name="url", modifiers={}),)
    )
    assert comments == Field(name="comments", modifiers={"summary": "true", "limit": "0"})


@given(st.lists(_FIELDS, min_size=1, max_size=4))
def test_what_is_written_is_read(fields: list[Field]) -> None:
    """A list of fields written down reads back as the same list."""
    assert parse(",".join(_written(field) for field in fields)) == tuple(fields)


@given(st.text(alphabet="ab_,.{}() ", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text does anything but parse or raise the one error."""
    try:
        fields = parse(text)
    except FieldsError:
        return
    assert all(field.name for field in fields)


@pytest.mark.parametrize("text", ["", ",", "a{", "a}", "a{}", "a.b", "a.b(", "a(b)", "a{" * 20])
def test_malformed_lists_are_refused(text: str) -> None:
    """Open brackets, missing names and endless nesting are errors."""
    with pytest.raises(FieldsError):
        parse(text)


def test_picking_reaches_into_lists() -> None:
    """What is wanted inside holds for every element of a list and for Graph's data lists."""
    stated = {"data": [{"url": "a", "size": 1}, {"url": "b", "size": 2}]}
    (field,) = parse("attachments{url}")

    assert picked(stated, field.inside) == {"data": [{"url": "a"}, {"url": "b"}]}
