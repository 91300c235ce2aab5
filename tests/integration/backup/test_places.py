"""Where copies lie and for whom they are sealed: real programmes, a real sshd on loopback."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from typing import TYPE_CHECKING

import pytest

from config.errors import BackupError, SettingsError
from monitor.backup.archive import read
from monitor.backup.places import FolderPlace, place_of
from monitor.backup.programs import Patience, need, run
from monitor.backup.sealing import open_sealed
from tests.integration.backup.lived import folder_place, lived
from tests.lib.elsewhere import elsewhere
from tests.lib.sshd import PROGRAM, sshd

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.backup.places import Place
    from tests.integration.backup.lived import Machine
    from tests.lib.sshd import Sshd

needs_age = pytest.mark.skipif(not shutil.which("age"), reason="age is not installed")
needs_gpg = pytest.mark.skipif(not shutil.which("gpg"), reason="gnupg is not installed")
needs_sshd = pytest.mark.skipif(not PROGRAM, reason="openssh-server is not installed")


def age_key(folder: Path) -> tuple[Path, str]:
    """Make a key pair; return the private key's file and the recipient."""
    file = folder / "age-key"
    subprocess.run(["age-keygen", "-o", file], check=True, capture_output=True)
    (line,) = [one for one in file.read_text().splitlines() if "public key" in one]
    return file, line.rpartition(" ")[2]


def gpg_key(folder: Path) -> tuple[Path, Path]:
    """Make a key pair in a key ring of its own; return the files of both halves."""
    home = tempfile.mkdtemp(prefix="gpg-")  # a short path: the agent's socket stands in it
    environ = {"GNUPGHOME": home, "PATH": os.environ["PATH"]}

    def gpg(*arguments: str) -> bytes:
        command = ["gpg", "--batch", "--quiet", "--passphrase", "", *arguments]
        return subprocess.run(command, check=True, capture_output=True, env=environ).stdout

    gpg("--quick-generate-key", "Clerk <clerk@fernbeck.example>", "default", "default", "never")
    public, private = folder / "public.asc", folder / "private.asc"
    public.write_bytes(gpg("--armor", "--export"))
    private.write_bytes(gpg("--armor", "--export-secret-keys"))
    subprocess.run(["gpgconf", "--kill", "gpg-agent"], check=True, env=environ)
    shutil.rmtree(home)
    return private, public


def sealed_copy(tmp_path: Path, recipient: str) -> tuple[Path, str]:
    """Make a copy for a recipient; return its file and the head it must have."""
    with lived(tmp_path / "old") as machine:
        backup = machine.settings.backup.model_copy(update={"recipient": recipient})
        settings = machine.settings.model_copy(update={"backup": backup})
        one = type(machine)(folder=machine.folder, settings=settings, repository=machine.repository)
        made = one.copy_to(folder_place(tmp_path / "share"))
        return tmp_path / "share" / made.name, machine.repository.ledger_head()[1]


@needs_age
def test_a_copy_sealed_by_age_opens_with_its_key_and_no_other(tmp_path: Path) -> None:
    """Nothing of it can be read without the key; with it the copy is whole."""
    key, recipient = age_key(tmp_path)
    copy, head = sealed_copy(tmp_path, recipient)
    assert copy.name.endswith(".tar.age")
    assert b"clerkwatch" not in copy.read_bytes()

    plain = tmp_path / "plain.tar"
    open_sealed(copy, plain, seal=".age", identity=key, patience=Patience())
    assert read(plain, into=lambda _: None, check_stop=lambda: None).head[1] == head
    (tmp_path / "other").mkdir()
    other, _ = age_key(tmp_path / "other")
    with pytest.raises(BackupError, match="age failed"):
        open_sealed(copy, tmp_path / "no.tar", seal=".age", identity=other, patience=Patience())
    with pytest.raises(BackupError, match="encrypted with age"):
        open_sealed(copy, tmp_path / "no.tar", seal=".age", identity=None, patience=Patience())


@needs_gpg
def test_a_copy_sealed_by_gnupg_opens_with_its_key(tmp_path: Path) -> None:
    """The public key is a file: no key ring of anybody's is asked or changed."""
    private, public = gpg_key(tmp_path)
    copy, head = sealed_copy(tmp_path, str(public))
    assert copy.name.endswith(".tar.gpg")
    assert b"clerkwatch" not in copy.read_bytes()

    plain = tmp_path / "plain.tar"
    open_sealed(copy, plain, seal=".gpg", identity=private, patience=Patience())
    assert read(plain, into=lambda _: None, check_stop=lambda: None).head[1] == head


@needs_gpg
def test_a_public_key_that_is_not_there_is_said_with_the_remedy(tmp_path: Path) -> None:
    """No copy leaves unencrypted because its key was mislaid."""
    with pytest.raises(BackupError, match="no public key") as told:
        sealed_copy(tmp_path, str(tmp_path / "mislaid.asc"))
    assert "gpg --export" in told.value.remedy
    assert list((tmp_path / "share").iterdir()) == []


def test_a_programme_that_is_not_installed_is_named_with_its_package() -> None:
    """A sentence that somebody can type."""
    with pytest.raises(BackupError, match="nowhere-at-all is not installed") as told:
        need("nowhere-at-all")
    assert "apt-get install" in told.value.remedy


def test_a_programme_that_hangs_is_ended() -> None:
    """Patience is over after its time, and the programme with it."""
    with pytest.raises(BackupError, match="took longer"):
        run(["sleep", "60"], patience=Patience(within_s=0.2), environ={})


def test_what_a_programme_says_is_one_harmless_line() -> None:
    """Control characters of a server's banner reach no terminal and no mail."""
    command = ["sh", "-c", r"printf 'hello\n\033[31mred\nsecond\n'; exit 3"]
    with pytest.raises(BackupError) as told:
        run(command, patience=Patience(), environ={})
    assert "\x1b" not in told.value.what
    assert "\n" not in told.value.what
    assert "second" in told.value.what


# --- folders --------------------------------------------------------------------------------


def test_a_place_must_lie_on_another_disk(tmp_path: Path) -> None:
    """A share that is not mounted is a folder of this machine: refused, and nothing written."""
    share = tmp_path / "share"
    share.mkdir()
    place = FolderPlace(share, patience=Patience(), apart_from=tmp_path)
    with pytest.raises(BackupError, match="same disk") as told:
        place.put(tmp_path, "clerkwatch-00000000-20261102T100000Z.tar")
    assert "mounted" in told.value.remedy
    with pytest.raises(BackupError, match="is not there"):
        FolderPlace(tmp_path / "no", patience=Patience()).names()
    with elsewhere(tmp_path) as other:
        assert FolderPlace(other, patience=Patience(), apart_from=tmp_path).names() == []


def test_a_copy_that_comes_back_changed_is_no_copy(tmp_path: Path) -> None:
    """A place that does not keep what is written to it is found at once."""

    class Rotten(FolderPlace):
        """A folder whose disk turns a bit."""

        def get(self, name: str, into: Path) -> None:
            """Give back something else."""
            FolderPlace.get(self, name, into)
            with into.open("r+b") as file:
                file.seek(2000)
                file.write(b"\xff\xfe\xfd")

    share = tmp_path / "share"
    share.mkdir()
    with lived(tmp_path / "old") as machine:
        with pytest.raises(BackupError, match="came back changed"):
            machine.copy_to(Rotten(share, patience=Patience()))
        assert list(share.iterdir()) == []


def test_what_a_killed_process_left_half_written_is_taken_away(tmp_path: Path) -> None:
    """Of this record only; another council's copy that is just arriving stays."""
    with lived(tmp_path / "old") as machine:
        place = folder_place(tmp_path / "share")
        own = machine.copy_to(place).name
        left = tmp_path / "share" / f".{own}.x.partial"
        others = tmp_path / "share" / ".clerkwatch-0123abcd-20261102T100000Z.tar.y.partial"
        left.touch()
        others.touch()
        machine.copy_to(place, minutes=120)
    assert (left.exists(), others.exists()) == (False, True)


# --- ssh ------------------------------------------------------------------------------------


def ssh_place(machine: Machine, server: Sshd, **changed: str) -> Place:
    """Return the server's folder as the configured place."""
    stated = {"to": server.to, "host_key": server.host_key, **changed}
    backup = machine.settings.backup.model_copy(update=stated)
    place = place_of(
        backup,
        environ={"CLERKWATCH_SECRET_BACKUP_SSH_KEY": changed.get("key", server.key)},
        patience=Patience(within_s=60),
        beside=machine.folder,
    )
    assert place is not None
    return place


@needs_sshd
def test_a_copy_goes_to_another_machine_and_comes_back(tmp_path: Path) -> None:
    """Put, listed, read again, pruned; the folder is made; nothing is left half written."""
    with sshd(tmp_path / "ssh") as server, lived(tmp_path / "old") as machine:
        deeper = server.to + "/fernbeck"
        place = ssh_place(machine, server, to=deeper)
        made = [machine.copy_to(place, keep=2, minutes=day * 1440) for day in range(3)]
        names = [one.text for one in place.names()]
        place.get(names[-1], tmp_path / "again.tar")
        manifest = read(tmp_path / "again.tar", into=lambda _: None, check_stop=lambda: None)

    assert names == [one.name for one in made[1:]]
    assert made[2].removed == (made[0].name,)
    assert manifest == made[2].manifest
    assert sorted(one.name for one in (server.folder / "fernbeck").iterdir()) == names


@needs_sshd
def test_another_server_in_its_place_gets_nothing(tmp_path: Path) -> None:
    """The pinned key decides, whatever name or address the server has."""
    with sshd(tmp_path / "ssh") as server, lived(tmp_path / "old") as machine:
        strange = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB" + "x" * 43
        with pytest.raises(BackupError, match="sftp failed"):
            machine.copy_to(ssh_place(machine, server, host_key=strange))
        assert list(server.folder.iterdir()) == []


@needs_sshd
def test_a_key_that_the_server_does_not_know_and_a_server_that_is_gone(tmp_path: Path) -> None:
    """Each ends in a sentence with the remedy; neither waits for a password."""
    with sshd(tmp_path / "ssh") as server, lived(tmp_path / "old") as machine:
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "other"], check=True
        )
        with pytest.raises(BackupError, match="Permission denied") as told:
            ssh_place(machine, server, key=(tmp_path / "other").read_text()).names()
        assert "host_key" in told.value.remedy
        with pytest.raises(SettingsError, match="backup_ssh_key"):
            place_of(
                machine.settings.backup.model_copy(
                    update={"to": server.to, "host_key": server.host_key}
                ),
                environ={},
                patience=Patience(),
                beside=machine.folder,
            )
        place = ssh_place(machine, server)
    with pytest.raises(BackupError, match=r"127\.0\.0\.1"):
        place.names()
