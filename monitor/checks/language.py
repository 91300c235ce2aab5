"""Whether a text is clearly not English; when in doubt it is judged.

A rule written in English words says nothing about a post in Polish, and silence would look
like a clean bill. So what is clearly another language is said to be not judged. Names,
greetings ("Eid Mubarak"), short posts and posts with an English half are judged.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+")
_LINK = re.compile(r"https?://\S+|[#@]\w+")
_FEWEST_WORDS = 8
_FEWEST_LETTERS = 25
_LEAST_ENGLISH = 0.08
_LEAST_FOREIGN = 0.15
_MOST_LATIN = 0.3
_LOOKED_AT = 2_000
_GLANCE, _FIRST_GLANCE = 300, 120
_PLENTY = 5

_ENGLISH = frozenset(
    """a about after all also an and any are as at be been but by can do for from get has have
    he her here his how if in into is it its just like may more my new no not now of on one or
    our out please she so some than that the their them then there these they this those to
    today up us was we were what when where which who will with would you your""".split()  # noqa: SIM905 - a list of eighty quoted words is harder to read
)
# The commonest little words of the languages spoken most in Hertfordshire's towns, and of
# Wales; those that English shares ("on", "me", "a", "in") are left out.
_FOREIGN = frozenset(
    """jest nie się że dla przez tylko oraz są czy który która jak od po albo
    și este pentru care din mai sunt cu la nu pe ce sau ale
    le les des une est dans pour avec sur qui pas nous vous votre aux sont et du ou ne
    der das und ist nicht ein eine mit für auf den dem wir sie auch zu von werden
    el los las una por para con del que es se su más como al y pero
    o os um uma não com na em são mais seu sua às ao da dos
    il di che è non per gli della nel sono alla una anche ed
    ve bir bu için ile da de çok olarak gibi ama
    het een van niet voor zijn ook naar wordt aan bij
    yn y yr ac mae ar gan i wedi fod chi eich ein""".split()  # noqa: SIM905 - as above
)


def foreign(text: str) -> str | None:
    """Say why a text is not judged for its language.

    Args:
        text: As published; only the first 2,000 characters are looked at.

    Returns:
        ``language: not English`` when that is clear, else None.
    """
    if _is_at_once_english(text):
        return None
    words = _WORD.findall(_LINK.sub(" ", text[:_LOOKED_AT]).casefold())
    english = sum(word in _ENGLISH for word in words)
    if english > len(words) * _LEAST_ENGLISH and english > 1:
        return None
    letters = "".join(words)
    if len(letters) >= _FEWEST_LETTERS and _latin_share(letters) < _MOST_LATIN:
        return "language: not English"
    if len(words) < _FEWEST_WORDS:
        return None
    strange = sum(word in _FOREIGN for word in words)
    if strange > len(words) * _LEAST_FOREIGN and strange > 2 * english:
        return "language: not English"
    return None


def _is_at_once_english(text: str) -> bool:
    """Whether a text begins with a few of the commonest words, as nearly every post does."""
    # Most have them in their very first words; the last one there may be cut off.
    first = text[:_FIRST_GLANCE].lower().split()[:-1]
    return (
        len(_ENGLISH.intersection(first)) >= _PLENTY
        or len(_ENGLISH.intersection(text[:_GLANCE].lower().split())) >= _PLENTY
    )


def _latin_share(letters: str) -> float:
    """Return the share of Latin letters; look-alike tricks stay far above the limit."""
    return sum(
        char < "\u0250" or "\u1e00" <= char < "\u1f00" or char >= "\uff21" for char in letters
    ) / len(letters)
