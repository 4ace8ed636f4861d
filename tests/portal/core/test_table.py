"""Sorting, filtering and paging of computed rows."""

import pytest

from portal.core.errors import DomainError
from portal.core.table import Column, GridQuery, Table, sort_rows

TABLE = Table(
    (Column("name", "Name"), Column("value", "Value", "number")),
    [("b", 2.0), ("a", None), ("C", 1.0), ("d", 3.0)],
)


@pytest.mark.parametrize(
    ("descending", "names"), [(False, ["C", "b", "d", "a"]), (True, ["d", "b", "C", "a"])]
)
def test_empty_cells_come_last_either_way(descending, names):
    assert sort_rows(TABLE, GridQuery(sort="value", descending=descending)).column("name") == names


def test_filter_ignores_case_and_counts_before_paging():
    found = sort_rows(TABLE, GridQuery(text="c"))
    assert (found.column("name"), found.total) == (["C"], 1)
    page = sort_rows(TABLE, GridQuery(sort="name", offset=1, limit=2))
    assert (len(page.rows), page.total) == (2, 4)


def test_unknown_column_is_named():
    with pytest.raises(DomainError, match="nothing"):
        sort_rows(TABLE, GridQuery(sort="nothing"))


def test_what_is_not_a_number_leaves_the_others_in_order():
    nan = float("nan")
    columns = (Column("value", "Value", "number"),)
    mixed = Table(columns, [(3.0,), (nan,), (1.0,), (None,), (2.0,)])
    up = [row[0] for row in sort_rows(mixed, GridQuery(sort="value")).rows]
    down = [row[0] for row in sort_rows(mixed, GridQuery(sort="value", descending=True)).rows]
    assert up[:3] == [1.0, 2.0, 3.0]
    assert down[:3] == [3.0, 2.0, 1.0]
    assert sort_rows(mixed, GridQuery(offset=-2)).rows == mixed.rows
