"""Plausible posts of a made-up town council for measuring speed: the same list on every run."""

from __future__ import annotations

import random

_OPENINGS = (
    "Good morning from the council office.",
    "A reminder for residents:",
    "📣 Have your say!",
    "Update:",
    "We're delighted to share that",
    "Thank you to everybody who came along.",
    "⚠️ Please be aware:",
    "Did you know?",
    "From our Events Team:",
    "The Mayor was pleased to attend",
)
_MIDDLES = (
    "the {place} will be closed from {day} for resurfacing, so please follow the signed diversion",
    "there are still a few stalls left at the {event} on {day}, from {hour}am until {late}pm",
    "our allotment waiting list has reopened \u2013 ask the office for a form",
    "the next meeting of the Management Committee is on {day} at {late}.30pm in the {place}",
    "volunteers planted {number} bulbs along the verge near the {place} this week",
    "bins will be collected a day later than usual because of the bank holiday",
    "the consultation on play equipment at {place} closes at noon on {day}",
    "street lights on the path behind the {place} have been reported to the county council",
    "you can register to vote online until midnight on {day}; it takes five minutes",
    "pupils from the primary schools sang carols under the tree and raised £{number} for charity",
    "the water in the fountain will be off while pipes are repaired (reference {number}/26)",
    "our grants round is open to local groups: awards of up to £{number} each",
    "the library's knit-and-natter group meets every {day}, all welcome, tea and biscuits provided",
    "a free {event} for over-60s takes place at the {place}; no need to book",
    "if you smell gas, ring 0800 111 999; if you see a crime happening, ring 999",
)
_CLOSINGS = (
    "More on our website: https://council.example/news/{number}",
    "Please share with your neighbours.",
    "Hope to see you there! 🌼",
    "#{tag} #ShopLocal",
    "Ring the office on 020 7946 0{late}{hour} or e-mail office@council.example.",
    "Thank you for your patience 🙏",
    "Full agenda: https://council.example/a/{number}\n\n#{tag}",
    "",
)
_PLACES = ("Maple Park", "High Street", "Fairway Hall", "Allum Gardens", "Old Priory", "96 Hall")
_EVENTS = ("Spring Fair", "Families Day", "Christmas Market", "Fun Run", "Civic Service", "lunch")
_DAYS = ("Monday", "Tuesday 4 May", "Wednesday", "Thursday 12th June", "Saturday", "Sunday")
_TAGS = ("Borehamwood", "SpringFair2026", "CommunityFirst", "elstree", "PlayArea", "InBloom")


ABOUT_200 = (76, 162)
"""See `posts`: two sentences or one, 200 characters on average."""
ABOUT_250 = (120, 210)
"""Two sentences or three, 249 characters on average."""


def posts(count: int, *, seed: int = 2017, enough: tuple[int, int] = ABOUT_250) -> list[str]:
    """Return texts, deterministic for a seed.

    Args:
        count: How many.
        seed: Another seed gives other posts.
        enough: Between so many characters a post takes no further sentence; what sentences,
            openings and closings there are, and how often, does not depend on it.
    """
    chance = random.Random(seed)  # noqa: S311 - not a secret: the same posts on every run are the point
    return [_post(chance, enough) for _ in range(count)]


def _post(chance: random.Random, enough: tuple[int, int]) -> str:
    parts = [chance.choice(_OPENINGS), chance.choice(_MIDDLES) + "."]
    while sum(map(len, parts)) < chance.randint(*enough):
        parts.append(chance.choice(_MIDDLES).capitalize() + ".")
    parts.append(chance.choice(_CLOSINGS))
    return (
        " ".join(part for part in parts if part)
        .replace("{place}", chance.choice(_PLACES))
        .replace("{event}", chance.choice(_EVENTS))
        .replace("{day}", chance.choice(_DAYS))
        .replace("{tag}", chance.choice(_TAGS))
        .replace("{number}", str(chance.randint(40, 4000)))
        .replace("{hour}", str(chance.randint(8, 11)))
        .replace("{late}", str(chance.randint(2, 8)))
    )
