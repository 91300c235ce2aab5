"""The configuration: what loads, and how every fault is named."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from config.errors import SettingsError
from config.sample import answers_of, default_of, reference, sample, toml
from config.settings import find, load, parse, secret
from config.types import Kind, Role

WHOLE = """\
[council]
name = "Ashcombe Town Council"
email_domain = "ashcombe-tc.gov.uk"
wards = ["Brookmeadow"]

[mail]
host = "127.0.0.1"
security = "none"
sender = "clerkwatch@ashcombe-tc.gov.uk"

[[people]]
role = "clerk"
name = "Clerk"
email = "clerk@ashcombe-tc.gov.uk"

[[accounts]]
id = "council-x"
platform = "x"
handle = "AshcombeTC"
kind = "council"
owner = "Communications Officer"

[[polls]]
id = "parish.2027-05-06"
type = "parish"
date = 2027-05-06
"""


def written(folder: Path, text: str) -> Path:
    """Write a configuration file."""
    file = folder / "clerkwatch.toml"
    file.write_text(text, encoding="utf-8")
    return file


def refused(folder: Path, text: str) -> SettingsError:
    """Return the error of a configuration that must not load."""
    with pytest.raises(SettingsError) as caught:
        load(written(folder, text), environ={})
    return caught.value


def test_a_small_configuration_loads_with_defaults(tmp_path: Path) -> None:
    """What is not said takes the documented default."""
    settings = load(written(tmp_path, WHOLE), environ={})

    assert settings.schedule.pull_every == timedelta(minutes=30)
    assert settings.schedule.digest_at == time(7)
    assert settings.addresses(Role.CLERK) == ("clerk@ashcombe-tc.gov.uk",)
    assert settings.register()[0].kind is Kind.COUNCIL


def test_relative_paths_start_at_the_files_own_folder(tmp_path: Path) -> None:
    """The working directory never matters."""
    settings = load(written(tmp_path, WHOLE), environ={})

    assert settings.storage.url == f"sqlite:///{tmp_path / 'clerkwatch.db'}"
    assert settings.storage.evidence == tmp_path / "evidence"


def test_relative_paths_start_at_the_state_directory_under_systemd(tmp_path: Path) -> None:
    """$STATE_DIRECTORY wins over the file's folder."""
    settings = load(written(tmp_path, WHOLE), environ={"STATE_DIRECTORY": "/var/lib/clerkwatch"})

    assert settings.storage.url == "sqlite:////var/lib/clerkwatch/clerkwatch.db"


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CLERKWATCH_SECTION__KEY overrides one key and leaves the others."""
    monkeypatch.setenv("CLERKWATCH_MAIL__PORT", "2626")
    settings = load(written(tmp_path, WHOLE), environ={})

    assert (settings.mail.port, settings.mail.host) == (2626, "127.0.0.1")


@pytest.mark.parametrize(
    ("old", "new", "key", "line", "says"),
    [
        ('kind = "council"', 'kind = "counsel"', "accounts[0].kind", 20, "should be"),
        ('platform = "x"', 'platform = "twiter"', "accounts[0].platform", 18, "not a platform"),
        ('owner = "Communications Officer"', "", "accounts[0].owner", 16, "missing"),
        ('host = "127.0.0.1"', 'hots = "127.0.0.1"', "mail.hots", 7, "Did you mean host?"),
        ('security = "none"', "port = 70000", "mail.port", 8, "less than or equal to 65535"),
        ("date = 2027-05-06", 'date = "soon"', "polls[0].date", 26, "date"),
        ('type = "parish"', 'type = "parrish"', "polls[0].type", 25, "should be"),
        ('role = "clerk"', 'role = "deputy"', "people", 11, 'role = "clerk"'),
        ('email = "clerk@ashcombe-tc.gov.uk"', 'email = "clerk"', "people[0].email", 14, "bare"),
    ],
)
def test_a_fault_names_file_key_line_and_remedy(  # noqa: PLR0917  # one row of the table each
    tmp_path: Path, old: str, new: str, key: str, line: int, says: str
) -> None:
    """Each fault points at its place and says what is wrong."""
    assert old in WHOLE
    error = refused(tmp_path, WHOLE.replace(old, new, 1))

    assert (error.key, error.line) == (key, line)
    assert says in str(error)
    assert str(tmp_path) in str(error)


def test_two_accounts_with_one_id_are_refused_at_the_second(tmp_path: Path) -> None:
    """An id may stand once; the error points at the second entry."""
    again = WHOLE + '\n[[accounts]]\nid = "council-x"\nplatform = "manual"\nhandle = "n"\n'
    error = refused(tmp_path, again + 'kind = "council"\nowner = "o"\n')

    assert error.key == "accounts[1].id"
    assert "twice" in str(error)


def test_a_members_page_needs_the_members_agreement(tmp_path: Path) -> None:
    """A member account without agreed_on does not load, and the remedy is said."""
    error = refused(tmp_path, WHOLE.replace('kind = "council"', 'kind = "member"'))

    assert "written agreement" in str(error)
    assert "agreed_on" in str(error)


@pytest.mark.parametrize("at", ["01:00", "01:30", "01:59"])
def test_the_hour_that_comes_twice_is_refused(tmp_path: Path, at: str) -> None:
    """Times from 01:00 to 01:59 do not exist on one night and come twice on another."""
    error = refused(tmp_path, f'{WHOLE}\n[schedule]\ndigest_at = "{at}"\n')

    assert error.key == "schedule.digest_at"
    assert "twice" in str(error)


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    """A syntax error is an error of the file with its line."""
    error = refused(tmp_path, "[council]\nname = \n")

    assert error.line == 2
    assert "TOML" in str(error)


def test_several_faults_are_told_together(tmp_path: Path) -> None:
    """The first fault is named in full, the others with line and key."""
    broken = WHOLE.replace('kind = "council"', 'kind = "counsel"').replace(
        'type = "parish"', 'type = "parrish"'
    )
    said = str(refused(tmp_path, broken))

    assert "accounts[0].kind" in said
    assert "line 25, polls[0].type" in said


def test_a_file_that_is_not_there_says_how_to_get_one(tmp_path: Path) -> None:
    """The remedy for a missing file is init."""
    with pytest.raises(SettingsError, match="clerkwatch init"):
        load(tmp_path / "none.toml", environ={})


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are named as such."""
    file = tmp_path / "clerkwatch.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="UTF-8"):
        load(file, environ={})


def test_plain_mail_to_another_machine_is_refused(tmp_path: Path) -> None:
    """Without encryption only this machine's own server is spoken to."""
    error = refused(tmp_path, WHOLE.replace("127.0.0.1", "mail.example.org"))

    assert "starttls" in str(error)


def test_another_server_needs_https_unless_it_is_this_machine(tmp_path: Path) -> None:
    """api_base may be plain http on loopback only."""
    base = 'kind = "council"\napi_base = "{}"'
    error = refused(
        tmp_path, WHOLE.replace('kind = "council"', base.format("http://api.example.org"))
    )
    loopback = WHOLE.replace('kind = "council"', base.format("http://127.0.0.1:8701/"))
    settings = load(written(tmp_path, loopback), environ={})

    assert error.key == "accounts[0].api_base"
    assert settings.register()[0].api_base == "http://127.0.0.1:8701"


def test_the_sample_loads_as_it_is(tmp_path: Path) -> None:
    """What init writes is a valid configuration."""
    settings = load(written(tmp_path, sample({})), environ={})

    assert settings.council.name == "Elstree and Borehamwood Town Council"
    assert settings.accounts == ()


def test_the_sample_loads_with_every_commented_line_made_live(tmp_path: Path) -> None:
    """Each example in the sample is itself valid."""
    lines = [
        line[2:] if line.startswith(("# [[", "# ")) and ("=" in line or "# [" in line) else line
        for line in sample({}).splitlines()
        if not line.startswith("# clerkwatch") and "`" not in line
    ]
    live = [line for line in lines if "logo" not in line and "handed_over" not in line]
    settings = load(written(tmp_path, "\n".join(live)), environ={})

    assert [account.id for account in settings.accounts] == ["council-x"]
    assert [poll.id for poll in settings.polls] == ["parish.2027-05-06"]


def test_answers_are_quoted_safely(tmp_path: Path) -> None:
    """A name with quotes and a backslash comes back as it was typed."""
    name = 'The "Old" Town\\Council'
    settings = load(written(tmp_path, sample({"council.name": name})), environ={})

    assert settings.council.name == name


def test_every_setting_is_described() -> None:
    """The reference has a sentence for each key."""
    for key, _default, _example, meaning in reference():
        assert meaning.endswith(".") or "." in meaning, key


def test_a_secret_comes_from_the_credentials_folder_first(tmp_path: Path) -> None:
    """Systemd's credential wins over the environment."""
    (tmp_path / "x_bearer").write_text("from-file\n")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path), "CLERKWATCH_SECRET_X_BEARER": "from-env"}

    assert secret("x_bearer", environ=environ).get_secret_value() == "from-file"


def test_a_whole_folder_of_credentials_is_understood(tmp_path: Path) -> None:
    """LoadCredential= of a folder names each file with the folder's id before it."""
    (tmp_path / "secrets_x_bearer").write_text("from-folder")

    found = secret("x_bearer", environ={"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert found.get_secret_value() == "from-folder"


def test_a_missing_secret_names_both_ways_to_give_it() -> None:
    """The remedy names the file and the variable, never a value."""
    with pytest.raises(SettingsError, match="CLERKWATCH_SECRET_X_BEARER"):
        secret("x_bearer", environ={})


def test_the_file_is_looked_for_in_the_documented_order(tmp_path: Path) -> None:
    """--config, then CLERKWATCH_CONFIG, then the working directory."""
    here = written(tmp_path, WHOLE)
    named = tmp_path / "other.toml"

    assert find(named, environ={"CLERKWATCH_CONFIG": "x"}, working=tmp_path) == named
    assert str(find(None, environ={"CLERKWATCH_CONFIG": "x"}, working=tmp_path)) == "x"
    assert find(None, environ={}, working=tmp_path) == here


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        ("[council]", '[schedule]\npull_every = "30"\n[council]', "schedule.pull_every", "unit"),
        ("[council]", "[schedule]\npull_every = 1800\n[council]", "schedule.pull_every", "unit"),
        (
            "[council]",
            f'[schedule]\npull_every = "{"9" * 30}d"\n[council]',
            "schedule.pull_every",
            "calendar",
        ),
        ("[council]", '[schedule]\npull_every = "0m"\n[council]', "schedule.pull_every", "minute"),
        ("[council]", '[schedule]\ndigest_at = "01:30"\n[council]', "schedule.digest_at", "01:00"),
        ("[council]", '[schedule]\ndigest_at = "25:00"\n[council]', "schedule.digest_at", "hours"),
        (
            "[council]",
            '[schedule]\ndigest_at = "07:00+02:00"\n[council]',
            "schedule.digest_at",
            "offset",
        ),
        ("[council]", '[council]\ntimezone = "Europe/Elstree"', "council.timezone", "IANA"),
        ('security = "none"', 'auth = "password"', "mail", "username"),
        ('security = "none"', 'auth = "xoauth2"', "mail", "username"),
        ("date = 2027-05-06", "date = 2027-05-06\nstart = 2027-03-18T00:00:00", "", "offset"),
        ("date = 2027-05-06", 'date = 2027-05-06\narea = "Nowhere"', "polls[0].area", "wards"),
        ('kind = "council"', 'kind = "council"\nhanded_over = ["p"]', "accounts[0]", "partner"),
    ],
)
def test_values_that_cannot_be_meant_are_refused(
    tmp_path: Path, old: str, new: str, key: str, says: str
) -> None:
    """Spans without a unit, hours that do not exist, zones, wards and modes that are none."""
    error = refused(tmp_path, WHOLE.replace(old, new, 1))

    assert error.key.startswith(key)
    assert says in str(error)


def test_a_wrong_variable_is_named_and_not_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came from the environment is looked for there."""
    monkeypatch.setenv("CLERKWATCH_MAIL__PORT", "many")
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, WHOLE), environ={"CLERKWATCH_MAIL__PORT": "many"})

    assert (caught.value.file, caught.value.key) == (None, "CLERKWATCH_MAIL__PORT")


def test_a_variable_that_should_be_a_table_and_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole table in the environment must be JSON; the message names no value."""
    monkeypatch.setenv("CLERKWATCH_MAIL", "{canary")
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, WHOLE), environ={})

    assert "JSON" in str(caught.value)
    assert "canary" not in str(caught.value)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
@example("Ware-underTTrees")
@example("2027-05-06T00:00:00+01:00x")
@example("12")
@example('"""\\\x7f\t')
def test_whatever_is_answered_comes_back_as_it_was_typed(name: str) -> None:
    """`init` quotes every answer so that the file means what was said."""
    if not name.strip() or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", name):
        return
    text = sample(answers_of({"council.name": name, "mail.port": "587"}))
    settings = parse(text, file=Path("clerkwatch.toml"), environ={})

    assert (settings.council.name.strip(), settings.mail.port) == (name.strip(), 587)


def test_questions_propose_the_example_and_unknown_ones_are_refused() -> None:
    """`init` shows a value for each question; a question about nothing is a mistake of ours."""
    assert default_of("mail.port") == "2525"
    assert default_of("people.email") == "clerk@elstreeborehamwood-tc.gov.uk"
    with pytest.raises(KeyError):
        default_of("polls")


def test_a_value_of_a_kind_that_no_setting_has_is_a_mistake_of_ours() -> None:
    """The writer of TOML refuses what it does not know; None is an empty text."""
    assert (toml(None), toml(timedelta(seconds=90))) == ('""', '"90s"')
    assert toml({'A "b"': date(2027, 5, 31)}) == '{"A \\"b\\"" = 2027-05-31}'
    with pytest.raises(TypeError):
        toml(object())


@pytest.mark.parametrize(
    ("more", "key", "says"),
    [
        ("\n[budget.tiktok]\nusd_per_month = 1.00\n", "budget.tiktok", "not a platform"),
        ("\n[budget.x]\nusd = 1.00\n", "budget.x.usd_per_month", "missing"),
        ("\n[budget.x]\nusd_per_month = 1.00\nzzz = 1\n", "budget.x.zzz", "usd_per_month"),
        ("\n[qqq]\nkey = 1\n", "qqq", "Keys here: accounts"),
    ],
)
def test_faults_in_further_tables_are_named(tmp_path: Path, more: str, key: str, says: str) -> None:
    """A budget for nothing, a missing amount, a table that is none."""
    error = refused(tmp_path, WHOLE + more)

    assert error.key == key
    assert says in str(error)


def test_an_address_that_cannot_be_printed_is_refused(tmp_path: Path) -> None:
    """Zero-width characters in an address would send mail elsewhere unseen."""
    error = refused(tmp_path, WHOLE.replace("clerk@ashcombe", "clerk\u200b@ashcombe"))

    assert "printed" in str(error)


def test_files_named_in_it_start_at_the_files_own_folder(tmp_path: Path) -> None:
    """Policy, logo and certificate stand beside the configuration, wherever the record lies."""
    text = WHOLE.replace("[council]", '[council]\npolicy = "ours.toml"\nlogo = "logo.png"', 1)
    text = text.replace("[mail]", '[mail]\nca_file = "ca.pem"', 1)
    settings = load(written(tmp_path, text), environ={"STATE_DIRECTORY": "/var/lib/clerkwatch"})

    assert settings.council.policy == str(tmp_path / "ours.toml")
    assert settings.council.logo == tmp_path / "logo.png"
    assert settings.mail.ca_file == tmp_path / "ca.pem"


def test_zone_of_the_council_is_given(tmp_path: Path) -> None:
    """Calendar questions are asked in this zone."""
    settings = load(written(tmp_path, WHOLE), environ={})

    assert settings.zone().key == "Europe/London"


def test_without_a_file_the_places_looked_at_are_listed(tmp_path: Path) -> None:
    """The message says where a configuration would have been found."""
    if Path("/etc/clerkwatch/clerkwatch.toml").exists():
        pytest.skip("this machine has a configuration in /etc")
    with pytest.raises(SettingsError, match=r"/etc/clerkwatch/clerkwatch\.toml"):
        find(None, environ={}, working=tmp_path)


def test_a_folder_in_place_of_the_file_cannot_be_read(tmp_path: Path) -> None:
    """What the machine refuses is named with the remedy."""
    with pytest.raises(SettingsError, match="Make it readable"):
        load(tmp_path, environ={})


def test_a_credential_that_is_no_text_is_refused_without_showing_it(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are no secret that anybody pasted."""
    (tmp_path / "x_bearer").write_bytes(b"\xff\xfecanary")
    with pytest.raises(SettingsError, match="cannot be read") as caught:
        secret("x_bearer", environ={"CREDENTIALS_DIRECTORY": str(tmp_path)})

    assert "canary" not in str(caught.value)


DECIDED = 'terms_accepted = { by = "Committee", on = 2026-11-01, minute = "2026/114" }\n'


def test_a_decision_on_terms(tmp_path: Path) -> None:
    """The council's decision on X's terms stands in the account's entry, and whole."""
    text = WHOLE.replace('platform = "x"\n', f'platform = "x"\n{DECIDED}')
    (account,) = load(written(tmp_path, text), environ={}).register()
    assert account.terms_accepted is not None
    assert account.terms_accepted.words() == "Committee, 2026-11-01, 2026/114"
    half = text.replace(', minute = "2026/114"', "")
    assert "minute" in str(refused(tmp_path, half))
