"""`accounts connect`: steps, a token from standard input, tested, stored and on record."""

from __future__ import annotations

import json
import logging
import stat
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from config.types import AccountId
from monitor.clock import SteppedClock
from monitor.demo.graph_server import GraphPlatform
from monitor.demo.graph_tokens import ENOUGH, Told
from monitor.demo.server import LoopbackServer
from monitor.demo.world import Condition, Site, TownAccount, World
from monitor.demo.x_server import XPlatform
from storage.open import open_repository
from tests.integration.cli.terminal import Terminal
from tests.lib.instagram_server import InstagramTown
from tests.lib.mastodon_server import MastodonTown
from tests.lib.schemas import SCHEMAS, problems
from tests.lib.wordpress_server import LOGIN, WordPressTown
from tests.lib.youtube_reader import NOW
from tests.lib.youtube_server import KEY, YouTubeTown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from storage.values import Grant

PAGE_TOKEN = "EAACanaryPageToken" + "p1" * 40
SYSTEM_TOKEN = "EAACanarySystemToken" + "s2" * 40
KEYED = 'credential = "facebook_page"\n'
NAME, NUMBER = "elmtown", "1001"


class Desk:
    """The supplier at the terminal, the page on Facebook, and the folder of secrets."""

    def __init__(self, terminal: Terminal, folder: Path) -> None:
        self.terminal = terminal
        self.folder = folder
        self.secrets = folder / "secrets"
        self.secrets.mkdir(mode=0o700)
        self.clock = SteppedClock(NOW)
        self.world = World(clock=self.clock.now)
        self.world.add_account(
            TownAccount(
                label="it",
                site=Site.FACEBOOK,
                platform_id=NUMBER,
                handle=NAME,
                name="Elm Town Council",
                token=PAGE_TOKEN,
            )
        )
        self.graph = GraphPlatform(self.world)
        self.told: dict[str, Any] = {}
        self.base = ""

    def makes_database(self) -> None:
        """Make one, as a first scan would."""
        open_repository(f"sqlite:///{self.folder}/clerkwatch.db", create=True).close()

    def connects(self, token: str, *more: str, platform: str = "facebook") -> int:
        """Give a token and connect; return the exit code."""
        self.terminal.gives(f"{token}\n".encode())
        into = ("--into", str(self.secrets), "--by", "Jo Marsh")
        code = self.terminal.types("accounts", "connect", platform, *into, "--json", *more)
        if code in {0, 1}:
            self.told = json.loads(self.terminal.printed)
            assert problems(SCHEMAS["accounts connect"], self.told) == []
            assert self.told["ok"] is (code == 0)
        return code

    def checks(self) -> Mapping[str, tuple[bool | None, str, str | None]]:
        """Return each step: whether, what, and the remedy."""
        told = self.told["checks"]
        return {each["check"]: (each["ok"], each["said"], each["remedy"]) for each in told}

    def stored(self) -> dict[str, str]:
        """Return what lies in the folder."""
        return {file.name: file.read_text("utf-8") for file in self.secrets.iterdir()}

    def grant(self, name: str = "facebook_page") -> Grant | None:
        """Return what is on record."""
        store = open_repository(f"sqlite:///{self.folder}/clerkwatch.db", read_only=True)
        try:
            assert store.verify_ledger().faults == ()
            return store.last_grant(name)
        finally:
            store.close()


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    """Sit down, with the page registered and a database made."""
    desk = Desk(Terminal(tmp_path, monkeypatch, capsys), tmp_path)
    monkeypatch.setenv("CLERKWATCH_LOG", "debug")
    with LoopbackServer(desk.graph) as server:
        desk.base = server.url
        desk.terminal.registers("facebook", NAME, desk.base, KEYED)
        desk.makes_database()
        yield desk


def test_a_page_token_is_tested_stored_and_put_on_record(desk: Desk) -> None:
    """The file is for its owner only; the record says who and when, and never what."""
    assert desk.connects(PAGE_TOKEN) == 0
    file = desk.secrets / "facebook_page"
    assert desk.stored() == {"facebook_page": f"{PAGE_TOKEN}\n"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    grant = desk.grant()
    assert grant is not None
    assert (grant.account, grant.by, grant.at, grant.expires_at) == (
        AccountId("it"),
        "Jo Marsh",
        NOW,
        None,
    )
    assert [name for name in desk.checks() if name.startswith("permission")] == [
        "permission pages_show_list",
        "permission pages_read_engagement",
        "permission scheduled posts",
    ]
    assert desk.told["file"] == str(file)


def test_the_stored_file_is_what_the_service_reads(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Systemd hands the folder over as it is: the next trial finds the credential there."""
    desk.connects(PAGE_TOKEN)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(desk.secrets))
    code, steps = desk.terminal.tries()
    assert (code, steps["credential"][0], steps["posts"][0]) == (0, True, True)


def test_a_system_users_token_becomes_the_pages_own(desk: Desk) -> None:
    """No officer's password stands behind it; what is stored is the page's token."""
    desk.graph.tokens.tell(SYSTEM_TOKEN, Told(kind="SYSTEM_USER", opens="it"))
    assert desk.connects(SYSTEM_TOKEN) == 0
    assert desk.stored() == {"facebook_page": f"{PAGE_TOKEN}\n"}
    grant = desk.grant()
    assert grant is not None
    assert grant.whose == "a system user's token"
    assert desk.told["cautions"] == []


def test_a_persons_token_is_taken_with_a_warning(desk: Desk) -> None:
    """It dies with one officer's password, and the warning says what to do instead."""
    desk.graph.tokens.tell(SYSTEM_TOKEN, Told(kind="USER", opens="it"))
    assert desk.connects(SYSTEM_TOKEN) == 0
    assert "dies when that person changes the password" in desk.told["cautions"][0]
    assert "system user" in desk.told["cautions"][0]


def test_a_token_that_can_write_is_named(desk: Desk) -> None:
    """Clerkwatch needs no such power; whoever connects is told."""
    desk.graph.tokens.tell(PAGE_TOKEN, Told(scopes=(*ENOUGH, "pages_manage_posts")))
    assert desk.connects(PAGE_TOKEN) == 0
    assert "pages_manage_posts" in desk.told["cautions"][-1]


def test_that_scheduled_posts_are_shown_is_found_by_asking(desk: Desk) -> None:
    """Facebook names no permission for them: what counts is whether the list is shown."""
    assert desk.connects(PAGE_TOKEN) == 0
    is_well, said, remedy = desk.checks()["permission scheduled posts"]
    assert (is_well, said.partition(":")[0], remedy) == (True, "given", None)
    desk.world.set_condition("it", Condition.NO_SCHEDULED, NOW)
    assert desk.connects(PAGE_TOKEN) == 0
    is_well, said, remedy = desk.checks()["permission scheduled posts"]
    assert (is_well, said.partition(":")[0]) == (True, "not given; not seen then")
    assert "pages_manage_posts" in (remedy or "")
    assert desk.checks()["posts"][0] is True


@pytest.mark.parametrize("how", ["told", "found by asking"])
def test_what_others_write_is_walked_where_it_is_wanted(desk: Desk, how: str) -> None:
    """One permission more with ``comments = true``; without it the page is read all the same."""
    desk.terminal.registers("facebook", NAME, desk.base, f"{KEYED}comments = true\n")
    desk.graph.tokens.is_closed = how != "told"
    step = "permission pages_read_user_content"
    assert desk.connects(PAGE_TOKEN) == 0
    assert desk.checks()[step] == (True, "given: comments and visitors' posts", None)
    desk.world.set_condition("it", Condition.NO_OTHERS, NOW)
    assert desk.connects(PAGE_TOKEN) == 0
    is_well, said, remedy = desk.checks()[step]
    assert (is_well, said) == (True, "not given; not seen then: comments and visitors' posts")
    assert "tick pages_read_user_content" in (remedy or "")
    assert desk.checks()["posts"][0] is True


def test_with_a_system_users_token_the_pages_own_asks_for_what_is_scheduled(desk: Desk) -> None:
    """The list is shown to a page token only."""
    desk.graph.tokens.tell(SYSTEM_TOKEN, Told(kind="SYSTEM_USER", opens="it"))
    assert desk.connects(SYSTEM_TOKEN) == 0
    assert desk.checks()["permission scheduled posts"][1].startswith("given: ")


def test_the_end_of_a_token_is_on_record_and_shown(desk: Desk) -> None:
    """`accounts show` and `accounts list` say until when it lasts."""
    ends = NOW + timedelta(days=60)
    desk.graph.tokens.tell(PAGE_TOKEN, Told(expires_at=int(ends.timestamp())))
    assert desk.connects(PAGE_TOKEN) == 0
    for command in ("list", "show"):
        words = ("accounts", command) + (("it",) if command == "show" else ())
        assert desk.terminal.types(*words, "--json") == 0
        value = json.loads(desk.terminal.printed)
        assert problems(SCHEMAS[f"accounts {command}"], value) == []
        granted = (value[0] if command == "list" else value)["granted"]
        assert (granted["by"], granted["expires_at"]) == ("Jo Marsh", ends.isoformat())
        assert desk.terminal.types(*words) == 0
        assert f"granted by Jo Marsh on {NOW.day} {NOW:%B %Y}; ends on" in desk.terminal.printed


@pytest.mark.parametrize(
    ("told", "step", "said"),
    [
        (Told(scopes=("pages_show_list",)), "permission pages_read_engagement", "missing"),
        (Told(scopes=("pages_read_engagement",)), "permission pages_show_list", "missing"),
        (Told(pages=("77",)), "permission pages_show_list", "other pages only"),
        (Told(is_valid=False, subcode=460), "credential", "that person's password was changed"),
        (Told(is_valid=False, expires_at=1_700_000_000), "credential", "it ran out on 14 November"),
    ],
)
def test_what_is_missing_or_over_is_named_and_nothing_is_stored(
    desk: Desk, told: Told, step: str, said: str
) -> None:
    """Each says what to do; neither file nor record changes."""
    desk.graph.tokens.tell(PAGE_TOKEN, told)
    assert desk.connects(PAGE_TOKEN) == 1
    is_well, found, remedy = desk.checks()[step]
    assert is_well is False
    assert said in found
    assert remedy
    assert (desk.stored(), desk.grant()) == ({}, None)


def test_both_missing_permissions_are_walked_through(desk: Desk) -> None:
    """`accounts test` names each, not only the first; reading is then not tried."""
    desk.graph.tokens.tell(PAGE_TOKEN, Told(scopes=()))
    desk.connects(PAGE_TOKEN)
    steps = desk.checks()
    assert [steps[f"permission {name}"][0] for name in ENOUGH] == [False, False]
    assert [steps[name][0] for name in ("account", "profile", "posts")] == [None, None, None]


def test_a_platform_that_tells_nothing_of_a_token_is_believed_by_reading(desk: Desk) -> None:
    """If `debug_token` is closed to it, the reading itself is the test."""
    desk.graph.tokens.is_closed = True
    assert desk.connects(PAGE_TOKEN) == 0
    assert desk.told["cautions"] == ["Facebook does not tell what this token may do."]
    assert desk.checks()["posts"][0] is True


def test_where_nothing_is_told_each_permission_is_tried(desk: Desk) -> None:
    """A small question for each: answered, or refused; then the remedy names it."""
    desk.graph.tokens.is_closed = True
    names = [f"permission {name}" for name in ENOUGH]
    desk.connects(PAGE_TOKEN)
    assert [desk.checks()[name][0] for name in names] == [True, True]
    assert all(desk.checks()[name][1].startswith("given: ") for name in names)
    desk.world.set_condition("it", Condition.FORBIDDEN, NOW)
    assert desk.connects(PAGE_TOKEN) == 1
    for name in names:
        is_well, said, remedy = desk.checks()[name]
        assert (is_well, said.partition(":")[0]) == (False, "missing")
        assert name.removeprefix("permission ") in (remedy or "")
    assert desk.checks()["account"][0] is None


def test_a_page_that_cannot_be_asked_about_is_not_told(desk: Desk) -> None:
    """Graph has one answer for missing and forbidden: no permission is called missing for it."""
    desk.graph.tokens.is_closed = True
    desk.terminal.registers("facebook", "nobody", desk.base, KEYED)
    assert desk.connects(PAGE_TOKEN) == 1
    steps = desk.checks()
    assert [steps[f"permission {name}"][1][:8] for name in ENOUGH] == ["not told", "not told"]
    assert steps["account"][0] is False


@pytest.mark.parametrize(
    ("tasks", "said"),
    [
        (("MANAGE", "ANALYZE"), "given"),
        (("ANALYZE", "ADVERTISE"), "missing"),
        ((), "missing"),
        (None, "not told"),
    ],
)
def test_the_task_on_the_page_is_walked_too(
    desk: Desk, tasks: tuple[str, ...] | None, said: str
) -> None:
    """A system user without a part in the page's content: the reason if nothing can be read."""
    desk.graph.tokens.tell(SYSTEM_TOKEN, Told(kind="SYSTEM_USER", opens="it", tasks=tasks))
    assert desk.connects(SYSTEM_TOKEN) == 0
    is_well, found, _ = desk.checks()["permission page task"]
    assert (is_well, found[: len(said)]) == (True, said)
    assert ("read all the same" in found) is (said == "missing")
    desk.world.set_condition("it", Condition.FORBIDDEN, NOW)
    assert desk.connects(SYSTEM_TOKEN) == 1
    is_well, found, remedy = desk.checks()["permission page task"]
    assert is_well is (said != "missing")
    assert ("step 5" in (remedy or "")) is (said == "missing")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "nothing was given"),
        ("   ", "nothing was given"),
        ("one-line-canary\nanother-canary", "more than one line"),
        ("canary\x1b[2J-canary", "cannot be printed"),
        ("abc", "3 signs"),
        (KEY if KEY.startswith("AIza") else "AIza" + "k" * 35, "key for YouTube"),
        ("A" * 22 + "canary" + "b%2F" * 20, "bearer token of an app on X"),
        ("clerkwatch:abcd EFGH 1234 wxyz ABCD 5678", "application password"),
    ],
)
def test_what_cannot_be_it_is_sent_nowhere(
    desk: Desk, given: str, said: str, tmp_path: Path
) -> None:
    """Empty, too much, and another platform's: said before anything is asked."""
    asked = len(desk.graph.tokens.asked)
    assert desk.connects(given) == 2
    assert said in desk.terminal.noted
    assert "Copy" in desk.terminal.noted
    assert len(desk.graph.tokens.asked) == asked
    assert (desk.stored(), desk.grant()) == ({}, None)
    if given.strip():
        assert given.split("\n", maxsplit=1)[0] not in desk.terminal.noted
    assert "canary" not in desk.terminal.noted + desk.terminal.printed


def test_what_is_no_text_is_refused_without_being_quoted(desk: Desk) -> None:
    """Bytes of another encoding: a picture, or a file in UTF-16."""
    desk.terminal.gives(b"\xff\xfecanary\x00")
    code = desk.terminal.types("accounts", "connect", "facebook", "--into", str(desk.secrets))
    assert code == 2
    assert "no text" in desk.terminal.noted
    assert "canary" not in desk.terminal.noted


def test_what_is_copied_along_does_no_harm(desk: Desk) -> None:
    """Quotes, blanks and the word Bearer are taken off."""
    assert desk.connects(f'  "Bearer {PAGE_TOKEN}"  ') == 0
    assert desk.stored() == {"facebook_page": f"{PAGE_TOKEN}\n"}


def test_a_refused_token_is_nowhere(
    desk: Desk, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Not in output, logs at DEBUG, errors, database or folder."""
    canary = "canary-that-nobody-issued-0123456789"
    with caplog.at_level(logging.DEBUG):
        assert desk.connects(canary) == 1
    assert "does not look like" in (desk.checks()["credential"][2] or "")
    assert canary not in desk.terminal.printed + desk.terminal.noted + caplog.text
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or canary.encode() not in file.read_bytes()


def test_a_stored_token_is_in_its_file_alone(
    desk: Desk, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Neither what was given nor what it opened stands in output, logs or database."""
    desk.graph.tokens.tell(SYSTEM_TOKEN, Told(kind="SYSTEM_USER", opens="it"))
    with caplog.at_level(logging.DEBUG):
        assert desk.connects(SYSTEM_TOKEN) == 0
    said = desk.terminal.printed + desk.terminal.noted + caplog.text
    for token in (SYSTEM_TOKEN, PAGE_TOKEN):
        assert token not in said
        for file in tmp_path.rglob("*"):
            if file.is_file() and file.parent != desk.secrets:
                assert token.encode() not in file.read_bytes()


def test_a_platform_that_is_down_stores_nothing(desk: Desk) -> None:
    """It cannot be tested now: said so, and an older credential stays as it was."""
    assert desk.connects(PAGE_TOKEN) == 0
    desk.world.set_condition("it", Condition.FORBIDDEN, NOW)
    assert desk.connects(PAGE_TOKEN) == 1
    assert desk.checks()["account"][0] is False
    assert desk.stored() == {"facebook_page": f"{PAGE_TOKEN}\n"}


def test_without_a_place_or_a_record_nothing_is_asked(desk: Desk, tmp_path: Path) -> None:
    """A folder that is missing or open to others, and a database that is not there."""
    desk.secrets.chmod(0o755)
    assert desk.connects(PAGE_TOKEN) == 2
    assert "chmod 0700" in desk.terminal.noted
    desk.secrets.chmod(0o700)
    assert desk.connects(PAGE_TOKEN, "--into", str(tmp_path / "nowhere")) == 2
    assert "install -d -m 0700" in desk.terminal.noted
    (tmp_path / "clerkwatch.db").unlink()
    assert desk.connects(PAGE_TOKEN) == 2
    assert "no database yet" in desk.terminal.noted
    assert desk.stored() == {}


def test_an_account_has_to_be_registered_with_a_name_for_its_secret(desk: Desk) -> None:
    """The remedy holds the lines to enter; nothing is asked before."""
    assert desk.connects(PAGE_TOKEN, platform="instagram") == 2
    assert 'platform = "instagram"' in desk.terminal.noted
    desk.terminal.registers("facebook", NAME, "")
    assert desk.connects(PAGE_TOKEN) == 2
    assert 'credential = "facebook_page"' in desk.terminal.noted
    assert desk.connects(PAGE_TOKEN, "--account", "other") == 2
    assert desk.connects(PAGE_TOKEN, platform="myspace") == 2


@pytest.mark.parametrize("platform", ["bluesky", "feed", "manual"])
def test_some_need_no_login(desk: Desk, platform: str) -> None:
    """It says so and asks nothing."""
    assert desk.terminal.types("accounts", "connect", platform) == 0
    assert "no login is needed" in desk.terminal.printed


@pytest.mark.parametrize(
    "platform", ["facebook", "instagram", "mastodon", "wordpress", "x", "youtube"]
)
def test_the_steps_can_be_read_beforehand(desk: Desk, platform: str) -> None:
    """Numbered, each by itself, without asking for anything."""
    assert desk.terminal.types("accounts", "connect", platform, "--steps") == 0
    steps = [part for part in desk.terminal.printed.split("\n\n") if part.strip()]
    for number, step in enumerate(steps, start=1):
        assert step.startswith(f"Step {number} of {len(steps)}: ")
        assert max(map(len, step.split("\n"))) <= 79
    assert len(steps) >= 3


def test_facebooks_steps_lead_past_any_officers_password(desk: Desk) -> None:
    """The council's own app and portfolio, and a system user."""
    assert desk.terminal.types("accounts", "connect", "facebook", "--steps") == 0
    for words in ("business portfolio", "Create app", "System users", "expiry: Never"):
        assert words in " ".join(desk.terminal.printed.split())


def test_every_other_platform_is_connected_alike(desk: Desk) -> None:
    """X, Instagram, YouTube, Mastodon and WordPress, each on its loopback server."""
    clock = desk.clock.now
    desk.world.add_account(
        TownAccount(
            label="x",
            site=Site.X,
            platform_id="2001",
            handle="elmtown",
            name="Elm Town Council",
            token="A" * 22 + "x" * 60,
        )
    )
    with (
        LoopbackServer(XPlatform(desk.world)) as x,
        InstagramTown(clock) as instagram,
        YouTubeTown(clock) as tube,
        MastodonTown(clock) as mastodon,
        WordPressTown(clock) as site,
    ):
        tube.upload(tube.channel("Elm Town Council", "elmtown"), "Bins")
        mastodon.account("elmtown")
        for platform, handle, base, token in (
            ("x", "elmtown", x.url, "A" * 22 + "x" * 60),
            ("instagram", "elmtown", instagram.server.url, instagram.token),
            ("youtube", "@elmtown", tube.server.url, KEY),
            ("mastodon", "@elmtown@social.example", mastodon.server.url, "m" * 43),
            ("wordpress", "https://news.example", site.server.url, LOGIN),
        ):
            desk.terminal.registers(platform, handle, base, f'credential = "{platform}"\n')
            assert desk.connects(token, platform=platform) == 0, (platform, desk.told)
            assert desk.stored()[platform] == f"{token}\n"
            assert desk.grant(platform) is not None
            wrong = "canary-0123456789-abcdef"
            if platform != "mastodon":  # this loopback server shows itself to everybody
                assert desk.connects(wrong, platform=platform) == 1, platform
            assert desk.stored()[platform] == f"{token}\n"
            assert wrong not in desk.terminal.printed + desk.terminal.noted


def test_a_login_that_may_not_edit_is_taken_and_said(desk: Desk) -> None:
    """WordPress: less is seen, which is no fault; an administrator is more than is needed."""
    with WordPressTown(desk.clock.now) as site:
        desk.terminal.registers(
            "wordpress", "https://news.example", site.server.url, 'credential = "wordpress"\n'
        )
        site.abilities = ["read"]
        assert desk.connects(LOGIN, platform="wordpress") == 0
        step = desk.checks()["permission edit_others_posts"]
        assert (step[0], step[2]) == (True, "Give the user the role Editor (Users, All users)")
        site.abilities = ["edit_others_posts", "manage_options"]
        assert desk.connects(LOGIN, platform="wordpress") == 0
        assert "administrator" in desk.told["cautions"][0]


def test_a_credential_that_may_not_be_written_is_not_on_record(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """File and record come together or not at all."""
    (desk.secrets / "facebook_page").mkdir()
    assert desk.connects(PAGE_TOKEN) == 2
    assert "cannot be written" in desk.terminal.noted
    assert [file.name for file in desk.secrets.iterdir()] == ["facebook_page"]
    assert desk.grant() is None
