"""The demo desk in a real database: complete, marked simulated, loaded once, removed whole."""

from datetime import date

import pytest
from sqlalchemy import func, select, table, text

from data.engine import engine
from portal.core.actor import SYSTEM
from portal.services import access, demo

LAST = date(2026, 11, 20)


@pytest.fixture(scope="module")
def loaded(module_database):
    said = []
    summary = demo.load(lambda share, sentence: said.append((share, sentence)), today=date(2026, 11, 22))
    return summary, said


def scalar(statement, **values):
    with engine().connect() as connection:
        return connection.scalar(text(statement), values)


def counts(tables):
    with engine().connect() as connection:
        return {name: connection.scalar(select(func.count()).select_from(table(name))) for name in tables}


def test_load_tells_what_it_did(loaded):
    summary, said = loaded
    print(f"demo load: {summary.seconds} s, {sum(summary.rows.values())} rows")
    assert summary.fresh
    assert summary.last_day == LAST
    assert [share for share, _ in said] == sorted(share for share, _ in said)
    assert said[-1][0] == 1.0
    assert demo.is_loaded()


def test_second_load_changes_nothing(loaded):
    before = counts(loaded[0].rows)
    again = demo.load(today=date(2026, 12, 1))
    assert not again.fresh
    assert again.rows == loaded[0].rows
    assert before == counts(loaded[0].rows)
    assert scalar("SELECT count(*) FROM import_batches") == 1


def test_accounts_and_books(loaded):
    names = {row.username for row in access.list_users(SYSTEM)}
    assert names == {username for username, _, _ in access.DEMO_ACCOUNTS}
    assert scalar("SELECT count(*) FROM portfolios WHERE parent_id IS NULL") == 1
