"""`accounts test` of Instagram: each permission by itself, told by Meta or found by asking."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from monitor.clock import SteppedClock
from storage.open import open_repository
from tests.integration.cli.terminal import Terminal
from tests.lib.instagram_server import (
    ACCOUNTS,
    ME,
    MEDIA,
    NUMBER,
    SYSTEM_TOKEN,
    TOKEN,
    InstagramTown,
    not_shown,
    problem,
)
from tests.lib.schemas import SCHEMAS, problems
from tests.lib.youtube_reader import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NEEDED = ("pages_show_list", "pages_read_engagement", "instagram_basic")
KEYED = 'credential = "it"\n'
Steps = dict[str, tuple[bool | None, str, str | None]]


@pytest.fixture
def town() -> Iterator[InstagramTown]:
    """Run an Instagram with a post; no request may be one that Meta's tables do not know."""
    with InstagramTown(SteppedClock(NOW).now) as running:
        running.post("The library opens at ten.")
        yield running
    assert running.wrong == []


@pytest.fixture
def terminal(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    town: InstagramTown,
) -> Terminal:
    """Sit down at a terminal with the account registered, and its token stored."""
    terminal = Terminal(tmp_path, monkeypatch, capsys)
    terminal.registers("instagram", "elmtown", town.server.url, KEYED)
    terminal.has(TOKEN)
    return terminal


def given(steps: Steps) -> dict[str, str]:
    """Return what is said of each permission, up to the colon."""
    return {
        name.removeprefix("permission "): said.partition(":")[0].partition(" (")[0]
        for name, (_, said, _) in steps.items()
        if name.startswith("permission ")
    }


def test_all_that_is_needed_is_given(terminal: Terminal) -> None:
    """Each permission with what it is for, in the order in which it is asked for."""
    code, steps = terminal.tries()
    assert code == 0
    assert given(steps) == dict.fromkeys(NEEDED, "given")
    assert list(steps)[2:5] == [f"permission {name}" for name in NEEDED]
    assert steps["permission instagram_basic"][1].endswith("linked to the page")
    assert all(is_well for is_well, _, _ in steps.values())
    assert TOKEN not in terminal.printed


@pytest.mark.parametrize("missing", NEEDED)
def test_one_that_meta_says_is_missing_is_named_with_what_to_do(
    terminal: Terminal, town: InstagramTown, missing: str
) -> None:
    """The other two are given; reading is not tried, because it would fail."""
    told: Any = town.told
    told["scopes"] = [name for name in NEEDED if name != missing]
    code, steps = terminal.tries()
    assert code == 3
    assert given(steps) == {**dict.fromkeys(NEEDED, "given"), missing: "missing"}
    is_well, _, remedy = steps[f"permission {missing}"]
    assert (is_well, missing in (remedy or "")) == (False, True)
    assert [steps[name][0] for name in ("account", "profile", "posts")] == [None, None, None]
    assert town.asked() == ["debug"]


def test_permissions_of_another_page_are_none_for_this_one(
    terminal: Terminal, town: InstagramTown
) -> None:
    """Meta says for which pages a token was given; Instagram's own permission names none."""
    told: Any = town.told
    told["profile_id"] = "500"
    told["granular_scopes"] = [{"scope": name, "target_ids": ["77"]} for name in NEEDED]
    code, steps = terminal.tries()
    assert code == 3
    assert given(steps) == {
        "pages_show_list": "missing",
        "pages_read_engagement": "missing",
        "instagram_basic": "given",
    }
    assert "step 5" in (steps["permission pages_show_list"][2] or "")


def test_where_nothing_is_told_each_is_tried_by_a_small_question(
    terminal: Terminal, town: InstagramTown
) -> None:
    """The page, its link, and one post; answered, so given."""
    town.told = None
    code, steps = terminal.tries()
    assert (code, given(steps)) == (0, dict.fromkeys(NEEDED, "given"))
    assert town.asked()[:5] == ["debug", ME, ME, ME, MEDIA]
    asked = [each for each in town.server.requests if each.path.endswith("/media")]
    assert (asked[0].param("limit"), asked[0].param("fields")) == ("1", "id")


@pytest.mark.parametrize(
    ("lacks", "missing"),
    [
        ({"pages_show_list"}, {"pages_show_list"}),
        ({"instagram_basic"}, {"instagram_basic"}),
        # The link to the account is asked of the page: without that nothing can be asked of it.
        ({"pages_read_engagement"}, {"pages_read_engagement", "instagram_basic"}),
        (set(NEEDED), set(NEEDED)),
    ],
    ids=["list", "basic", "engagement", "all"],
)
def test_a_question_that_is_refused_names_the_permission(
    terminal: Terminal, town: InstagramTown, lacks: set[str], missing: set[str]
) -> None:
    """Only the refused ones are missing, each with its remedy; reading is not tried."""
    town.told, town.lacks = None, lacks
    code, steps = terminal.tries()
    assert code == 3
    assert {name for name, said in given(steps).items() if said == "missing"} == missing
    for name in missing:
        assert f"tick {name}" in (steps[f"permission {name}"][2] or "")
    assert steps["posts"][0] is None


def test_a_refusal_that_does_not_say_why_proves_nothing(
    terminal: Terminal, town: InstagramTown
) -> None:
    """A page without the link, or a list that is not shown: not told, and reading decides."""
    town.told, town.is_linked = None, False
    code, steps = terminal.tries()
    assert given(steps)["instagram_basic"] == "not told by the platform"
    assert (code, steps["account"][0]) == (3, False)
    assert "no professional Instagram account" in steps["account"][1]
    town.is_linked = True
    town.next(MEDIA, not_shown())
    code, steps = terminal.tries()
    assert (code, given(steps)["instagram_basic"]) == (0, "not told by the platform")


@pytest.mark.parametrize("how", ["told", "not told"])
def test_a_dead_token_ends_the_walk(terminal: Terminal, town: InstagramTown, how: str) -> None:
    """It is the credential that is wrong, and no permission is called missing for it."""
    town.token = "EAAcanaryOfAnotherTime42"
    town.told = town.told if how == "told" else None
    code, steps = terminal.tries()
    assert (code, given(steps)) == (3, {})
    (said,) = [said for is_well, said, _ in steps.values() if is_well is False]
    assert "that person's password was changed" in said


def test_a_limit_in_the_middle_of_the_walk_can_wait(
    terminal: Terminal, town: InstagramTown
) -> None:
    """Too many requests say nothing of a permission."""
    town.told = None
    town.next(MEDIA, problem(4, "(#4) Application request limit reached"))
    code, steps = terminal.tries()
    assert (code, given(steps)) == (3, {})
    assert any("limit of requests" in said for _, said, _ in steps.values())


def test_what_it_could_write_is_named_and_not_needed(
    terminal: Terminal, town: InstagramTown, tmp_path: Path
) -> None:
    """A token that may publish is taken, with a caution for whoever connects."""
    told: Any = town.told
    told["scopes"] = [*NEEDED, "instagram_content_publish", "pages_manage_posts"]
    assert terminal.tries()[0] == 0
    connected = connects(terminal, tmp_path, TOKEN)
    assert connected["ok"] is True
    assert "instagram_content_publish, pages_manage_posts" in connected["cautions"][-1]


def connects(terminal: Terminal, folder: Path, token: str) -> Mapping[str, Any]:
    """Give a token and connect; return what is printed."""
    secrets = folder / "secrets"
    secrets.mkdir(mode=0o700, exist_ok=True)
    if not (folder / "clerkwatch.db").exists():
        open_repository(f"sqlite:///{folder}/clerkwatch.db", create=True).close()
    terminal.gives(f"{token}\n".encode())
    where = ("--into", str(secrets), "--by", "Jo Marsh", "--json")
    terminal.types("accounts", "connect", "instagram", *where)
    told: Mapping[str, Any] = json.loads(terminal.printed)
    assert problems(SCHEMAS["accounts connect"], told) == []
    assert token not in terminal.printed + terminal.noted
    return told


@pytest.mark.parametrize(
    ("tasks", "said"),
    [(["MODERATE"], "given"), (["ANALYZE"], "missing"), ([], "missing"), (None, "not told")],
)
def test_a_system_users_token_becomes_the_pages_and_its_task_is_walked(
    terminal: Terminal,
    town: InstagramTown,
    tmp_path: Path,
    tasks: list[str] | None,
    said: str,
) -> None:
    """The page is found by the account that is linked to it; what is stored is its own token."""
    town.opened, town.tasks = SYSTEM_TOKEN, tasks
    told = connects(terminal, tmp_path, SYSTEM_TOKEN)
    checks = {each["check"]: each for each in told["checks"]}
    assert told["ok"] is True
    assert checks["permission page task"]["said"].startswith(said)
    assert (tmp_path / "secrets" / "it").read_text("utf-8") == f"{TOKEN}\n"
    assert town.asked().count(ACCOUNTS) == 2


def test_a_system_user_without_any_page_is_told_so(
    terminal: Terminal, town: InstagramTown, tmp_path: Path
) -> None:
    """It was given no page: the remedy names the step, and nothing is stored."""
    town.opened = SYSTEM_TOKEN
    town.next(ACCOUNTS, not_shown())
    told = connects(terminal, tmp_path, SYSTEM_TOKEN)
    failed = next(each for each in told["checks"] if each["ok"] is False)
    assert "gives no token of the page" in failed["said"]
    assert "step 5" in failed["remedy"]
    assert list((tmp_path / "secrets").iterdir()) == []


def test_the_walk_is_of_the_number_too(terminal: Terminal, town: InstagramTown) -> None:
    """An account that is registered by its number is walked alike."""
    terminal.registers("instagram", NUMBER, town.server.url, KEYED)
    town.told = None
    code, steps = terminal.tries()
    assert (code, given(steps)) == (0, dict.fromkeys(NEEDED, "given"))
