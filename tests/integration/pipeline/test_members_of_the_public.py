"""Those who comment: never by name in what is kept, found by it when they ask, judged for harm."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from config.errors import RuleError
from config.types import RunKind, SubjectKind
from connectors import find, names
from monitor import morning
from monitor.alerts.house import House
from monitor.cases import pack as packs
from monitor.cases.pack import Council
from monitor.cli import main
from monitor.doctor import examine_record
from monitor.pseudonyms import FILE, Pseudonyms, hide_names, is_pseudonym, names_of
from monitor.retention.purge import erase
from tests.integration.elections.polling import LAST_DAY, enter, poll
from tests.integration.pipeline.pages import Page
from tests.integration.pipeline.village import CLEAN, HALF_AN_HOUR, SALE, THREAT, with_youtube
from tests.lib import records
from tests.lib.schemas import SCHEMAS, problems
from tests.lib.wordpress_server import LOGIN, WordPressTown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from storage.values import VersionToJudge
    from tests.integration.pipeline.village import Village

NAME, SHOWN = "Wilhelmina Quibble", "wilhelmina quibble"
POLITICAL = "Vote for Wilhelmina Tarrant on Thursday! Labour for our town, vote them all out."
RUDE, ANOTHER = "Nobody should buy kitchens here.", "Good morning to you."
SITE = "council-site"
OWN_RULE = """
topic = "{topic}"

[[rules]]
name = "of-visitors"
number = 1
severity = "urgent"
reason = "A visitor says it."
harmless = "It may be a joke."
others = true
hits = ["Nobody should buy kitchens here.", "Kitchens: what a swindle."]
near_misses = ["The library opens at ten.", "The kitchen of the hall is closed."]
[[rules.need]]
terms = ["kitchens"]
"""


def on_wordpress(village: Village, town: WordPressTown) -> Callable[[str, str], object]:
    """Return what writes a comment under a post of the council's site."""
    post = town.post("Library", f"<p>{CLEAN}</p>")
    return lambda name, text: town.comment(post, name, f"<p>{text}</p>")


@pytest.fixture
def site(village: Village) -> Iterator[WordPressTown]:
    """Run a WordPress whose comments are read."""
    with WordPressTown(village.clock.now) as running:
        village.environ["CLERKWATCH_SECRET_SITE"] = LOGIN
        village.register(
            f'id = "{SITE}"\nplatform = "wordpress"\nhandle = "https://news.example"\n'
            'kind = "council"\nowner = "Jo Marsh"\ncredential = "site"\ncomments = true\n'
            f'api_base = "{running.server.url}"\n'
        )
        yield running


@pytest.fixture(params=[name for name in names() if "comments" in find(name).takes])
def write(
    request: pytest.FixtureRequest, village: Village
) -> Iterator[Callable[[str, str], object]]:
    """Return what writes a comment under a post, on each platform whose comments can be read.

    One that is added later has to be added here, too.
    """
    if request.param == "wordpress":
        yield on_wordpress(village, request.getfixturevalue("site"))
        return
    if request.param == "facebook":
        monkeypatch, capsys = (request.getfixturevalue(one) for one in ("monkeypatch", "capsys"))
        page = Page(village, monkeypatch, capsys)
        page.open()
        yield lambda name, text: page.comment(page.stood[0], text, by=name)
        return
    assert request.param == "youtube"
    with with_youtube(village) as town:
        channel = town.channel("Fernbeck Town Council", "fernbeck")
        video = town.upload(channel, "Library", CLEAN)
        yield lambda name, text: town.comment(video, name, text)


def places(folder: Path, words: str) -> list[str]:
    """Return the files below a folder in which words stand, whatever they are."""
    return [
        str(one.relative_to(folder))
        for one in folder.rglob("*")
        if one.is_file() and words.lower().encode() in one.read_bytes().lower()
    ]


def comments(village: Village) -> list[VersionToJudge]:
    """Return what others wrote."""
    return [one for one in village.versions() if one.author]


def test_no_name_of_who_commented_is_kept_or_told(
    village: Village, write: Callable[[str, str], object], tmp_path: Path
) -> None:
    """Not in the database, its journal, the evidence, the log or a mail; one person is one."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "own.toml").write_text(OWN_RULE.format(topic="commerce"), "utf-8")
    village.add('\n[rules]\nfolder = "rules"\n')
    with capture_logs() as logged:
        village.scan()
        village.clock.advance(HALF_AN_HOUR)
        write(NAME, RUDE)
        write(NAME, "Good morning.")
        write("Another One", ANOTHER)
        village.scan()
    called = {one.words.text: one.author for one in comments(village)}
    (case,) = [one for one in village.cases() if one.text == RUDE]
    digest = morning.compose(village.app, now=village.clock.now())
    app = village.app
    council = Council(settings=app.settings, policy=app.policy, house=House.of_app(app))
    pack = packs.make(village.store, case.id, council=council, released=False)
    told = b"".join(pack.files.values())

    rude, polite, other = (called[text] for text in (RUDE, "Good morning.", ANOTHER))
    assert is_pseudonym(rude)
    assert rude == polite != other
    assert village.urgent()
    assert "Quibble" not in digest.text + str(logged)
    assert rude.encode() in told
    village.store.close()
    assert places(tmp_path, "Quibble") == []
    assert b"Quibble" not in told
    village.restart()


def test_words_of_the_post_itself_are_kept_as_they_stand(
    village: Village, site: WordPressTown
) -> None:
    """Who names somebody in a comment says it; that is what is read."""
    write = on_wordpress(village, site)
    write(NAME, f"Yours, {NAME}")
    village.scan()
    (found,) = comments(village)

    assert NAME in found.words.text
    assert NAME not in found.author


def test_nothing_is_inferred_about_anybodys_politics(
    village: Village, write: Callable[[str, str], object]
) -> None:
    """Inside a pre-election period, with a candidate named: not even a note is made."""
    enter(village, poll(date(2026, 12, 3), notice_on=LAST_DAY))
    village.scan()
    village.clock.advance(HALF_AN_HOUR)
    write(NAME, POLITICAL)
    village.scan()
    (found,) = comments(village)

    assert found.words.text == POLITICAL
    assert village.findings() == []
    assert village.store.cases(subject=SubjectKind.POST) == []


def test_what_visitors_write_is_judged_for_harm_alone(
    village: Village, write: Callable[[str, str], object]
) -> None:
    """A threat, somebody's address and a slur have to be hidden; being rude or selling has not."""
    harm = {
        THREAT: "abuse/threat",
        "Go and tell her: Mrs Doreen Ashdown lives at 14 Mill Lane.": "personal-data/home-address",
        "Send the pakis home.": "hate/slur",
    }
    village.scan()
    village.clock.advance(HALF_AN_HOUR)
    for text in (*harm, SALE, POLITICAL, "What a shower you are, useless as ever."):
        write(NAME, text)
    village.scan()
    found = {
        case.text: {str(one.finding.rule) for one in case.findings}
        for case in village.store.cases(subject=SubjectKind.POST)
    }

    assert found.keys() == harm.keys()
    assert all(rule in found[text] for text, rule in harm.items())


@pytest.mark.parametrize("topic", ["party-politics", "campaigning", "pre-election"])
def test_a_rule_that_would_is_refused(village: Village, topic: str) -> None:
    """A council's own rule may be about what visitors write, and never about their politics."""
    folder = village.folder / "rules"
    folder.mkdir()
    (folder / "own.toml").write_text(OWN_RULE.format(topic=topic), "utf-8")
    village.add('\n[rules]\nfolder = "rules"\n')

    with pytest.raises(RuleError, match="not asked about what members of the public write"):
        village.scan()


class Asked:
    """Commands that somebody types about a village."""

    def __init__(
        self, village: Village, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Let them find its configuration and secrets."""
        monkeypatch.setenv("CLERKWATCH_CONFIG", str(village.folder / "clerkwatch.toml"))
        for name, value in village.environ.items():
            monkeypatch.setenv(name, value)
        self._capsys = capsys
        self.noted = ""

    def types(self, *words: str) -> tuple[int, Any]:
        """Return the exit code and what was printed, read as JSON."""
        code, _ = 0, self._capsys.readouterr()
        try:
            main([*words, "--json"])
        except SystemExit as end:
            code = int(end.code or 0)
        printed, self.noted = self._capsys.readouterr()
        return code, json.loads(printed) if printed else None


@pytest.mark.parametrize("given", [NAME, SHOWN, f" @{NAME} ", "Wilhelmina  Quibble"])
def test_whoever_asks_is_found_by_the_name_that_they_give(
    village: Village,
    site: WordPressTown,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given: str,
) -> None:
    """Export lists their words, erasure takes them, and both are theirs only."""
    write = on_wordpress(village, site)
    write(NAME, "Good morning.")
    write("Another One", ANOTHER)
    village.scan()
    before = village.store.ledger_head()[0]
    village.store.close()
    asked = Asked(village, monkeypatch, capsys)
    code, held = asked.types("privacy", "export", "--author", given)
    assert (code, problems(SCHEMAS["privacy export"], held)) == (0, [])
    assert [text["text"] for one in held["posts"] for text in one["texts"]] == ["Good morning."]
    code, gone = asked.types("privacy", "erase", "--author", given, "--by", "Jo")
    assert (code, len(gone["gone"])) == (0, 1)
    assert asked.types("privacy", "export", "--author", given)[1]["posts"] == []
    store = village.restart().repository
    assert [one.words.text for one in comments(village)] == [ANOTHER]
    assert store.ledger_head()[0] > before
    assert store.verify_ledger().faults == ()


def test_the_same_name_on_another_platform_is_not_linked(tmp_path: Path) -> None:
    """Nor does a pseudonym tell who it is without the key."""
    here, elsewhere = (Pseudonyms(file=tmp_path / one / FILE) for one in ("here", "elsewhere"))
    youtube, wordpress = (here.of(NAME, platform=one) for one in ("youtube", "wordpress"))

    assert len({youtube, wordpress, elsewhere.of(NAME, platform="youtube")}) == 3
    assert here.of(youtube, platform="youtube") == youtube
    assert (here.of("", platform="x"), here.file.stat().st_mode & 0o777) == ("", 0o600)
    assert [here.is_ours(one) for one in (youtube, NAME)] == [True, False]
    assert not elsewhere.is_ours(youtube)


def test_names_that_an_older_version_kept_are_hidden(
    village: Village, site: WordPressTown, tmp_path: Path
) -> None:
    """With the platform's answers; found by name before and after, each once in the ledger."""
    write = on_wordpress(village, site)
    write("Another One", "Good morning.")
    village.scan()
    app, store = village.app, village.store
    run = store.begin_run(RunKind.SCAN, by="test", at=village.clock.now())
    raw = json.dumps({"author_name": NAME}).encode()
    seen = records.post("77", "Good evening.", raw=raw, read_at=village.clock.now())
    store.record(run, app.register[0].id, [replace(seen, author=NAME)])
    before = store.by_author(*names_of(app.pseudonyms, app.settings, store, author=NAME))
    hidden = hide_names(app.pseudonyms, store, at=village.clock.now())
    again = hide_names(app.pseudonyms, store, at=village.clock.now())
    after = store.by_author(*names_of(app.pseudonyms, app.settings, store, author=NAME))

    assert (hidden, again) == (1, 0)
    assert [one.subject for one in before] == [one.subject for one in after]
    assert all(is_pseudonym(one) for one, _ in store.authors())
    assert store.verify_ledger().faults == ()
    store.scrub()
    store.close()
    assert places(tmp_path, "Quibble") == []
    village.restart()


def test_a_key_that_is_missing_is_not_nothing_held(
    village: Village,
    site: WordPressTown,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A record without the key of its pseudonyms: whoever asks is told so, and doctor says it."""
    write = on_wordpress(village, site)
    write(NAME, "Good morning.")
    village.scan()
    now, settings = village.clock.now(), village.app.settings
    well = [one for one in examine_record(settings, None, now=now) if one.name == "pseudonyms"]
    village.store.close()
    (village.folder / FILE).rename(village.folder / "elsewhere")
    asked = Asked(village, monkeypatch, capsys)
    code, held = asked.types("privacy", "export", "--author", NAME)
    (check,) = (one for one in examine_record(settings, None, now=now) if one.name == "pseudonyms")

    assert (well, code, held["posts"]) == ([], 0, [])
    assert "1 person who wrote comments cannot be found by name" in asked.noted
    assert (check.state, FILE in check.remedy) == ("fault", True)
    assert not (village.folder / FILE).exists()
    (village.folder / "elsewhere").rename(village.folder / FILE)
    app = village.restart()
    done = erase(app, NAME, also_cases=False, now=now + timedelta(minutes=1))
    assert len(done.gone) == 1
