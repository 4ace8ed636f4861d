"""Backups on a real server: made, checked, encrypted, altered, brought back after the data were destroyed."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pyrage
import pytest

from data.postgres import dumps
from portal.core import clock
from portal.core.config import Settings
from portal.core.errors import ConfigurationError, Conflict, DomainError, NotFound, UpstreamError
from portal.services import backup
from portal.services.backup import making, manifest
from portal.services.backup.manifest import Manifest
from tests.helpers.databases import clone, drop


@pytest.fixture
def own(postgres_url: str, template_url: str) -> Iterator[str]:
    """A database with a few rows that a test may destroy; what replaced it, and what was put aside, go afterwards."""
    url = clone(postgres_url, template_url, name="backup_victim")
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO settings (key, value) SELECT 'k' || n, 'v' || n FROM generate_series(1, 500) n"
        )
    yield url
    with psycopg.connect(postgres_url) as connection:
        names = [
            str(name)
            for (name,) in connection.execute(
                "SELECT datname FROM pg_database WHERE datname LIKE 'backup_victim%' OR datname LIKE 'enerscope_check%'"
            )
        ]
    for name in names:
        drop(postgres_url, dumps.named(url, name))
    assert not [name for name in names if name.startswith("enerscope_check")], (
        "a scratch database was left behind"
    )


def configured(url: str, home: Path, **more: object) -> Settings:
    return Settings(home=home, database_url=url, **more)  # type: ignore[arg-type]


def keys(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM settings").fetchone()
    return int(str(row[0])) if row else -1


def test_made_checked_and_listed(own: str, tmp_path: Path) -> None:
    config = configured(own, tmp_path)
    said: list[float] = []
    found = backup.make(lambda share, _sentence: said.append(share), config=config)
    assert found.is_good
    assert found.rows["settings"] == 500
    assert said == sorted(said)
    assert backup.all_backups(config) == [found]
    file = manifest.path_of(found, config)
    assert file.stat().st_mode & 0o077 == 0
    assert [item.name for item in file.parent.iterdir() if item.name.endswith((".part", ".sealed"))] == []


def test_what_a_killed_backup_left_behind_goes_with_the_next(own: str, tmp_path: Path) -> None:
    config, now = configured(own, tmp_path), clock.now()
    folder = tmp_path / "backups"
    folder.mkdir()
    names = (
        "20260101T013000Z.dump.part",
        "20260101T013000Z.dump.age.part",
        "20260101T013000Z.dump.age.sealed",
    )
    for name in names:
        (folder / f".enerscope-{name}").write_text("plain")
    for name, age in (("old", timedelta(days=2)), ("young", timedelta(hours=2))):
        (folder / f"enerscope-{name}").mkdir()
        (folder / f"enerscope-{name}" / "plain.dump").write_text("plain")
        moment = (now - age).timestamp()
        os.utime(folder / f"enerscope-{name}" / "plain.dump", (moment, moment))
    old = [f"enerscope_{kind}_{now - timedelta(hours=25):%Y%m%d%H%M%S%f}" for kind in ("check", "restored")]
    kept = [f"enerscope_{kind}_{now - timedelta(hours=23):%Y%m%d%H%M%S%f}" for kind in ("check", "restored")]
    kept += ["enerscope_check_me"]
    urls = [dumps.make(own, name) for name in (*old, *kept)]
    try:
        found = backup.make(check=False, config=config)
        assert [dumps.exists(url) for url in urls] == [False, False, True, True, True]
    finally:
        for url in urls:
            dumps.drop(url)
    assert {item.name for item in folder.iterdir()} == {
        ".lock", "enerscope-young", found.name, f"{found.name}.json",
    }  # fmt: skip


def test_untested_backups_stay_for_the_days_and_those_that_failed_go_at_once(tmp_path: Path) -> None:
    config, now = Settings(home=tmp_path, keep_backup_days=7), clock.now()
    folder = manifest.folder_of(config)
    folder.mkdir()

    def keep(days: float, *, tested: bool = False, problem: str = "") -> str:
        made = now - timedelta(days=days)
        found = Manifest(
            name=f"enerscope-{made:%Y%m%dT%H%M%SZ}.dump", made_at=made, seconds=1.0, version="1", revision="1",
            server_version="18", database_bytes=1, bytes=1, sha256="", encrypted_for="", rows={}, audit_entries=0,
            audit_hash="", checked_at=made if tested else None, problem=problem,
        )  # fmt: skip
        (folder / found.name).write_text("dump")
        manifest.write(found, folder)
        return found.name

    young = [keep(day) for day in range(7)]
    old = [keep(day) for day in (7.1, 8, 9)]
    failed = keep(0.5, tested=True, problem="Table settings has 1 row instead of 2.")
    assert set(making.prune(config)) == {*old, failed}
    assert {item.name for item in backup.all_backups(config)} == set(young)
    assert all((folder / name).is_file() for name in young)
    good = keep(3.5, tested=True)
    assert making.prune(config) == []
    assert good in {item.name for item in backup.all_backups(config)}


def test_what_cannot_be_removed_holds_up_no_backup(
    own: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_url: str, _beginning: str) -> list[str]:
        raise UpstreamError("no right to it")

    monkeypatch.setattr(dumps, "beside", refuse)
    assert backup.make(check=False, config=configured(own, tmp_path)).rows["settings"] == 500
    assert "no right to it" in caplog.text


def test_destroyed_and_brought_back(own: str, tmp_path: Path) -> None:
    config = configured(own, tmp_path)
    backup.make(config=config)
    dumps.drop(own)
    assert not dumps.exists(own)
    assert backup.restore(backup.find("latest", config), config=config) == ""
    assert keys(own) == 500


def test_put_aside_only_when_asked(own: str, tmp_path: Path) -> None:
    config = configured(own, tmp_path)
    found = backup.make(config=config)
    with psycopg.connect(own) as connection:
        connection.execute("DELETE FROM settings")
    with pytest.raises(Conflict, match="--replace"):
        backup.restore(found, config=config)
    assert keys(own) == 0
    aside = backup.restore(found, replace=True, config=config)
    assert keys(own) == 500
    assert keys(dumps.named(own, aside)) == 0, "what was there is kept"


def test_encrypted_for_a_key_that_lies_elsewhere(own: str, tmp_path: Path) -> None:
    identity, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    config = configured(own, tmp_path, backup_recipient=str(identity.to_public()))
    found = backup.make(config=config)
    assert found.is_good
    assert found.name.endswith(".dump.age")
    assert manifest.path_of(found, config).read_bytes().startswith(b"age-encryption.org/v1")
    with pytest.raises(ConfigurationError, match="ENERSCOPE_BACKUP_IDENTITY"):
        backup.check(found, config=config)
    with pytest.raises(DomainError, match="for another key"):
        backup.check(found, config=configured(own, tmp_path, backup_identity=str(other)))
    holder = configured(own, tmp_path, backup_identity=str(identity))
    assert backup.check(found, config=holder).is_good
    dumps.drop(own)
    backup.restore(found, config=holder)
    assert keys(own) == 500


def test_one_flipped_byte_is_found_before_anything_is_touched(own: str, tmp_path: Path) -> None:
    config = configured(own, tmp_path)
    found = backup.make(check=False, config=config)
    file = manifest.path_of(found, config)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(DomainError, match="SHA-256 differs"):
        backup.check(found, config=config)
    with pytest.raises(DomainError, match="SHA-256 differs"):
        backup.restore(found, replace=True, config=config)
    assert keys(own) == 500


def test_a_dump_that_lacks_rows_is_not_good_and_does_not_replace(own: str, tmp_path: Path) -> None:
    config = configured(own, tmp_path)
    found = backup.make(check=False, config=config)
    claimed = found.model_copy(update={"rows": found.rows | {"settings": 501}})
    manifest.write(claimed, manifest.folder_of(config))
    assert backup.check(claimed, config=config).problem == "Table settings has 500 rows instead of 501."
    with pytest.raises(DomainError, match="Nothing was changed"):
        backup.restore(claimed, replace=True, config=config)
    assert keys(own) == 500


def test_writers_do_not_disturb_the_count(own: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, run = configured(own, tmp_path), dumps._run

    def write_meanwhile(program: str, url: str, arguments: list[str]) -> None:
        if program == "pg_dump":
            with psycopg.connect(own) as connection:
                connection.execute("DELETE FROM settings WHERE key < 'k3'")
        run(program, url, arguments)

    monkeypatch.setattr(dumps, "_run", write_meanwhile)
    assert backup.make(config=config).is_good


def test_no_room_no_key_no_name(own: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="begins with 'age1'"):
        backup.make(check=False, config=configured(own, tmp_path, backup_recipient="age1nonsense"))
    assert list((tmp_path / "backups").glob("*")) == [tmp_path / "backups" / ".lock"]
    with pytest.raises(NotFound, match="enerscope backup list"):
        backup.find("enerscope-19990101T000000Z.dump", configured(own, tmp_path))
    monkeypatch.setattr(making, "LEAST_FREE", 10**15)
    with pytest.raises(UpstreamError, match="MB free"):
        backup.make(config=configured(own, tmp_path))


def test_a_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with pytest.raises(UpstreamError, match="does not answer"):
        backup.make(config=configured("postgresql://nobody:x@127.0.0.1:1/none", tmp_path))
