"""Models and migrations tell the same story, up, down and up again."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

import data.models
from data import engine, migrations
from data.base import Base
from tests.helpers.databases import connected, create, drop

FLAVOURED = (
    "price_rollup",
    "price_ticks_",
    "service_samples_",
    "_hyper_",
)  # made by data.timeseries, in the shape its flavour needs


@pytest.fixture
def empty(postgres_url: str) -> Iterator[Engine]:
    url = create(postgres_url, "migrated_by_hand")
    with connected(url) as made:
        yield made
    drop(postgres_url, url)


def differences(made: Engine) -> list[object]:
    def described(name, kind, _parents):
        return not (kind == "table" and name.startswith(FLAVOURED))

    with made.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": described, "compare_type": True, "compare_server_default": False},
        )
        return compare_metadata(context, Base.metadata)


def test_models_and_migrations_agree(database: str):
    assert data.models
    assert differences(engine.engine()) == []


def test_upgrade_downgrade_upgrade(empty: Engine):
    assert migrations.pending(empty)
    migrations.upgrade(empty)
    first = set(inspect(empty).get_table_names())
    assert not migrations.pending(empty)
    migrations.downgrade(empty)
    assert set(inspect(empty).get_table_names()) <= {"alembic_version"}
    assert migrations.pending(empty)
    migrations.upgrade(empty)
    assert set(inspect(empty).get_table_names()) == first
    assert differences(empty) == []


def test_upgrade_twice_changes_nothing(empty: Engine):
    migrations.upgrade(empty)
    migrations.upgrade(empty)
    assert not migrations.pending(empty)


def test_numbers_of_the_scripts_are_what_alembic_says():
    script = ScriptDirectory.from_config(migrations._config())
    assert migrations.newest() == script.get_current_head()
    assert len(script.get_heads()) == 1
