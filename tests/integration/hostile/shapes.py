"""Hostile posts: real shapes (the rules' own examples), mutated by everything that text can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.types import SubjectKind
from monitor.rulebook import rulebook

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

VICTIM = "victim@evil.example"
HEADERS = ("X-Evil", "Bcc", "Cc")
"""Headers that the mutations try to smuggle in; none of our own mails has them."""
_MARKUP = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "<a href='javascript:alert(1)'>here</a>",
    "</td></tr></table><iframe src=//evil.example></iframe>",
    "<style>@import 'http://evil.example/x.css';</style>",
    "<base href=http://evil.example/><form action=/x><input name=a>",
    "<!--><meta http-equiv=refresh content='0;url=//evil.example'>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "{{ 7*7 }}{% for a in b %}{% raw %}${7*7}%s%n",
)
_SMUGGLED = (
    f"\r\nBcc: {VICTIM}\r\nX-Evil: 1\r\n\r\n",
    f"\nCc: {VICTIM}\nContent-Type: text/html\n\n<b>",
    f"\r\n.\r\nMAIL FROM:<{VICTIM}>\r\nRCPT TO:<{VICTIM}>\r\nDATA\r\n",
    f"\rX-Evil: 1\r\u2028Bcc: {VICTIM}\u2029",
    "=?utf-8?q?=0D=0ABcc=3A_victim=40evil.example?=",
    "\n\n--===============boundary==\nContent-Type: text/html\n\n<script>1</script>\n",
)
_FORMULAS = (
    '=HYPERLINK("http://evil.example","click")',
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\uff1d1+1",
    " \u00a0=1+1",
)
_ESCAPES = (
    "\x1b]0;owned\x07",
    "\x1b[2J\x1b[H",
    "\x9b31m",
    "\x1b]8;;http://evil.example\x1b\\here\x1b]8;;\x1b\\",
    "\x1bP+q544e\x1b\\",
    "\x08\x08\x08\x7f",
    "\rcase 99 closed\x1b[K",
    "\x1b[?1049h",
)
_LINKS = (
    "http://[::1]/",
    "http://user:word@evil.example@x/",
    "javascript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "http://xn--80ak6aa92e.example/" + "a" * 3000,
    "https://evil.example/\u202egnp.exe",
    "file:///etc/passwd ../../../../etc/passwd C:\\NUL",
    "http://0x7f000001:99999/?" + "&".join("a[]=1" for _ in range(200)),
)
_UNSEEN = "\u200b\u200d\u2060\ufeff\u00ad\u034f\u061c\u180e\u2028\u2029\u0085\U000e0001\U000e0041"
_ORDERS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
_SURROGATES = "\ud800\udbff\udc00\udfff"
_REPLIES = ("\nREMOVE\n", "\nKEEP because I say so\n", "\n> DO NOT COPY\n", "[42-K7XPQ9]")


class Hostile:
    """Writes hostile posts, the same for the same random."""

    def __init__(self, random: Random) -> None:
        """Load the shapes."""
        self._random = random
        _, judge = rulebook(None)
        self._shapes = sorted(
            {
                one.text
                for rule in judge.rules
                if SubjectKind.POST in rule.on
                for one in (*rule.hits, *rule.near_misses)
            }
        )

    def post(self) -> str:
        """Return one post; never empty."""
        text = self._random.choice(self._shapes)
        ways: list[Callable[[str], str]] = [
            self._put(_MARKUP),
            self._put(_SMUGGLED),
            self._put(_ESCAPES),
            self._put(_LINKS),
            self._put(_REPLIES),
            self._put(tuple(_UNSEEN)),
            self._put(tuple(_ORDERS)),
            self._put(tuple(_SURROGATES)),
            self._put(("\x00",)),
            self._control,
            self._pile_up,
            self._formula,
            self._formula,
            self._anything,
            self._swell,
        ]
        for way in self._random.choices(ways, k=self._random.choice((1, 2, 2, 3, 5, 8))):
            text = way(text)
        return text or "x"

    def _put(self, what: tuple[str, ...]) -> Callable[[str], str]:
        def put(text: str) -> str:
            at = self._random.choice((0, len(text), self._random.randint(0, len(text))))
            return text[:at] + self._random.choice(what) + text[at:]

        return put

    def _control(self, text: str) -> str:
        sign = chr(self._random.choice((*range(32), *range(127, 160))))
        return self._put((sign, sign * 3))(text)

    def _pile_up(self, text: str) -> str:
        marks = "".join(chr(self._random.randint(0x300, 0x36F)) for _ in range(80))
        return "".join(sign + marks if self._random.random() < 0.05 else sign for sign in text)

    def _formula(self, text: str) -> str:
        return self._random.choice(_FORMULAS) + text

    def _anything(self, text: str) -> str:
        drawn = "".join(chr(self._random.randrange(0x110000)) for _ in range(12))
        return self._put((drawn,))(text)

    def _swell(self, text: str) -> str:
        """Return it very large, now and then."""
        if self._random.random() > 0.1:
            return text
        return (text * (1 + 40_000 // max(len(text), 1)))[: self._random.randint(5_000, 40_000)]
