"""The commands as a person or a program calls them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.postgres import EmbeddedPostgres
from portal import VERSION
from portal.cli.main import COMMANDS
from portal.core.config import Settings
from tests.bench.starting import spent
from tests.helpers.program import ROOT, enerscope


@pytest.fixture(scope="module")
def home(short_folder: Path) -> Iterator[Path]:
    folder = short_folder / "cli"
    yield folder
    EmbeddedPostgres(folder).stop(force=True)


def test_version_at_once(home: Path):
    before = spent()
    done = enerscope("version", home=home)
    assert done.stdout == f"enerscope {VERSION}\n"
    assert spent() - before < 2  # seconds of processor time, 0.2 on a quiet machine
    assert json.loads(enerscope("version", "--json", home=home).stdout)["enerscope"] == VERSION
    assert not home.exists()


def test_version_imports_nothing_heavy():
    code = (
        "import sys; from portal.cli.main import app\n"
        "try: app(['version'])\nexcept SystemExit: pass\n"
        "print({'sqlalchemy', 'dash', 'numpy', 'pydantic_settings', 'pandas', 'psycopg'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_command_explains_itself(home: Path, command: str):
    done = enerscope(command, "--help", home=home)
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


def test_overview_lists_every_command(home: Path):
    said = enerscope("--help", home=home).stdout
    assert all(f"  {command} " in said for command in COMMANDS)


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("run", "--port", "x"),
        ("users", "create"),
        ("verify", "receipt", "/no/such/file"),
        ("import", "x"),
    ],
)
def test_wrong_use_is_status_two(home: Path, arguments: tuple[str, ...]):
    done = enerscope(*arguments, home=home)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_accounts(home: Path):
    words = ("--role", "administrator", "--name", "Zoë Admin", "--password-stdin")
    made = enerscope(
        "users", "create", "zoe", *words, "--json", home=home, text_in="correct-horse-battery-9\n"
    )
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["username"] == "zoe"
    again = enerscope("users", "create", "zoe", *words, home=home, text_in="correct-horse-battery-9\n")
    assert again.returncode == 1
    assert again.stderr.startswith("enerscope: There is a user 'zoe' already.")
    assert again.stderr.count("\n") == 1
    users = json.loads(enerscope("users", "list", "--json", home=home).stdout)
    assert [(user["username"], user["name"], user["is_active"]) for user in users] == [
        ("zoe", "Zoë Admin", True)
    ]
    table = enerscope("users", "list", home=home).stdout
    assert "Administrator" in table
    assert "never" in table
    refused = enerscope("users", "disable", "zoe", home=home)
    assert refused.returncode == 1
    assert "only active administrator" in refused.stderr
    other = ("--role", "trader", "--password-stdin")
    assert not enerscope(
        "users", "create", "tim", *other, home=home, text_in="another-horse-7-battery\n"
    ).returncode
    assert enerscope("users", "disable", "tim", home=home).returncode == 0
    assert not EmbeddedPostgres(home).running()  # each command stopped what it had started


def test_weak_password_is_refused(home: Path):
    done = enerscope(
        "users", "create", "weak", "--role", "trader", "--password-stdin", home=home, text_in="weak\n"
    )
    assert done.returncode == 1
    assert "password" in done.stderr


def test_migrate(home: Path):
    enerscope("migrate", home=home)
    assert json.loads(enerscope("migrate", "--json", home=home).stdout) == {"migrated": False}


def test_database_that_does_not_answer(home: Path):
    done = enerscope("migrate", home=home, DATABASE_URL="postgresql://me:geheim@127.0.0.1:1/nowhere")
    assert done.returncode == 1
    assert done.stderr.startswith("enerscope: The database 127.0.0.1/nowhere cannot be used:")
    assert "geheim" not in done.stderr


def test_database_url_of_another_kind(home: Path):
    done = enerscope("migrate", home=home, DATABASE_URL="mysql://localhost/x")
    assert done.returncode == 1
    assert "needs PostgreSQL" in done.stderr


def test_schema_of_another_release_is_not_changed_unasked(home: Path, postgres_url: str):
    done = enerscope("users", "list", home=home, DATABASE_URL=postgres_url)
    assert done.returncode == 1
    assert "enerscope migrate" in done.stderr


SECRETS = {
    "DATABASE_URL": "postgresql://portal:s3cret@db.example/portal?password=s3cret&sslmode=require",
    "REDIS_URL": "redis://:s3cret@cache.example:6379/0",
    "SECRET_KEY": "s3cret-s3cret",
}


@pytest.mark.parametrize("flag", [(), ("--json",)])
def test_config_show_masks_secrets(home: Path, flag: tuple[str, ...]):
    said = enerscope("config", "show", *flag, home=home, **SECRETS).stdout
    assert "s3cret" not in said
    assert "postgresql://portal:********@db.example/portal?password=********&sslmode=require" in said
    assert "redis://:********@cache.example:6379/0" in said


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://portal:s3c/ret@db.example/portal",
        "postgresql://portal:s3c#ret@db.example/portal",
        "postgresql://portal:s3c?ret@db.example/portal",
        "postgresql://portal:s3cret",
        "s3cret",
        "postgresql://[s3cret/portal",
    ],
)
def test_config_show_masks_badly_written_urls(url: str):
    from pydantic import SecretStr

    from portal.cli.config import masked

    assert "ret" not in masked(SecretStr(url))
    assert "s3c" not in masked(SecretStr(url))


def test_config_show_names_every_setting(home: Path):
    rows = json.loads(enerscope("config", "show", "--json", home=home, PORT="8123").stdout)
    assert {row["name"] for row in rows} == set(Settings.model_fields)
    port = next(row for row in rows if row["name"] == "port")
    assert (port["variable"], port["value"], port["from"]) == ("PORT", 8123, "environment")


def test_setting_that_cannot_be_read(home: Path):
    done = enerscope("config", "show", home=home, PORT="many")
    assert done.returncode == 1
    assert done.stderr.startswith("enerscope: The setting PORT")
    assert "Traceback" not in done.stderr


def test_receipt_that_is_none(home: Path, tmp_path: Path):
    file = tmp_path / "receipt.json"
    file.write_text("{}")
    done = enerscope("verify", "receipt", str(file), "--offline", "--json", home=home)
    assert done.returncode == 1
    assert json.loads(done.stdout)["status"] == "unreadable"
