"""Binary COPY: what is written is what is read, missing values and all."""

import numpy as np
import pytest
from sqlalchemy import text

from data.demo import copying
from data.demo.copying import Copy
from data.engine import engine

COLUMNS = ("n", "small", "day", "at", "value", "other", "word")


@pytest.fixture
def table(database):
    with engine().begin() as connection:
        connection.execute(
            text(
                "CREATE TABLE copied (n bigint, small smallint, day date, at timestamptz, value double precision, "
                "other double precision, word text)"
            )
        )
    return "copied"


def read():
    with engine().connect() as connection:
        return connection.execute(text("SELECT * FROM copied ORDER BY n")).all()


def test_round_trip(table):
    with engine().begin() as connection, Copy(connection, table, COLUMNS) as copy:
        copy.add(
            n=np.array([1, 2, 3]),
            small=np.array([1, -2, 3], dtype=np.int16),
            day=np.array(["1986-01-02", "2000-01-01", "2026-11-20"], dtype="datetime64[D]"),
            at=np.array(
                ["1999-12-31T23:59:59.5", "2000-01-01T00:00:00", "2026-03-29T01:00:00"],
                dtype="datetime64[us]",
            ),
            value=np.array([1.5, np.nan, -36.98]),
            other=np.array([np.nan, np.nan, 0.0]),
            word="Zürich",
        )
        copy.add(
            n=np.array([4]),
            small=np.array([0], dtype=np.int16),
            day=None,
            at=None,
            value=None,
            other=None,
            word=None,
        )
    assert copy.rows == 4
    rows = read()
    assert [tuple(row)[:2] for row in rows] == [(1, 1), (2, -2), (3, 3), (4, 0)]
    assert [str(row.day) for row in rows[:3]] == ["1986-01-02", "2000-01-01", "2026-11-20"]
    assert [row.at.isoformat() for row in rows[:3]] == [
        "1999-12-31T23:59:59.500000+00:00",
        "2000-01-01T00:00:00+00:00",
        "2026-03-29T01:00:00+00:00",
    ]
    assert [(row.value, row.other) for row in rows] == [
        (1.5, None),
        (None, None),
        (-36.98, 0.0),
        (None, None),
    ]
    assert [row.word for row in rows] == ["Zürich"] * 3 + [None]


def test_many_blocks(table, monkeypatch):
    monkeypatch.setattr(copying, "BLOCK_ROWS", 1_000)
    count = 2_500
    with engine().begin() as connection, Copy(connection, table, ("n", "value")) as copy:
        copy.add(n=np.arange(count), value=np.where(np.arange(count) % 3 == 0, np.nan, 1.0))
    with engine().connect() as connection:
        found = connection.execute(text("SELECT count(*), count(value), sum(n) FROM copied")).one()
    assert tuple(found) == (count, count - 834, count * (count - 1) // 2)


def copy_badly(table):
    with engine().begin() as connection, Copy(connection, table, ("n", "value")) as copy:
        copy.add(n=np.arange(3), value=np.ones(3))
        copy.add(n=np.arange(3))


def test_an_error_stores_nothing(table):
    with pytest.raises(KeyError, match="value"):
        copy_badly(table)
    assert read() == []
