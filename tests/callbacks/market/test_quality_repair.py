"""Refused rows on the data-quality page: who sees the form, what its buttons do, and that nothing is lost."""

from contextvars import copy_context
from datetime import UTC, date, datetime

import pytest
from dash import no_update
from dash._callback_context import context_value
from dash._utils import AttributeDict
from sqlalchemy import text

from callbacks.market import quality as page
from callbacks.market.quality import repair
from callbacks.market.quality.ids import Ids
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.services import ingest
from tests.helpers.layout import components, text_of

CLOCKS = Clocks(date(2026, 11, 20), datetime(2099, 1, 1, tzinfo=UTC), live=False)
OPERATIONS = Actor(1, "olga", "Olga", frozenset({Role.OPERATIONS}))
TRADER = Actor(2, "tess", "Tess", frozenset({Role.TRADER}))
FILE = """date,instrument,price,unit
2026-11-16,MY_GAS,31.20,EUR/MWh
2026-11-17,MY_GAS,3l.45,EUR/MWh
2026-11-18,MY_GAS,none,EUR/MWh
"""


@pytest.fixture
def refused(database, tmp_path, monkeypatch) -> list[int]:
    """Two refused rows of one file; returns their ids by line."""
    path = tmp_path / "prices.csv"
    path.write_text(FILE)
    report = ingest.import_file("prices", path, ingest.ImportOptions(keep_good=True), actor=OPERATIONS)
    assert report.rows_quarantined >= 1
    monkeypatch.setattr(repair, "current_actor", lambda: OPERATIONS)
    with UnitOfWork() as work:
        return list(work.session.scalars(text("SELECT id FROM quarantined_rows ORDER BY line")))


def press(button: str, row: int, cells: dict[str, str]) -> str:
    """Press a button of the form and return what it says."""

    def run():
        context_value.set(AttributeDict(triggered_inputs=[{"prop_id": f"{button}.n_clicks"}]))
        ids = [{"type": "market-quality-cell", "column": column} for column in cells]
        return repair.settle(1, 1, row, list(cells.values()), ids)

    return text_of(copy_context().run(run))


def cells_of(row: int) -> dict[str, str]:
    return dict(ingest.quarantine_row(row, OPERATIONS).fields)


def prices() -> list[tuple[date, float]]:
    with UnitOfWork() as work:
        found = work.session.execute(text("SELECT day, settle FROM price_bars ORDER BY day"))
        return [(day, settle) for day, settle in found]


def test_those_who_may_repair_get_links_and_others_only_read(refused):
    filters = {"period": "1y", "commodity": "all", "z": "8", "state": "open"}
    mine = repair.load_quarantine(GridQuery(), filters, CLOCKS, OPERATIONS)
    assert all(f"row={row}" in " ".join(map(str, mine.column("href"))) for row in refused)
    others = repair.load_quarantine(GridQuery(), filters, CLOCKS, TRADER)
    assert "repair" not in [column.key for column in others.columns]
    assert len(others.rows) == len(mine.rows)
    assert "Operations and risk officers" in text_of(repair.quarantine_section(filters, CLOCKS, TRADER))


def test_form_shows_the_cells_and_marks_the_one_that_is_wrong(refused):
    form = repair.form({"row": str(refused[0])}, OPERATIONS)
    assert "3l.45" in text_of(form)
    inputs = {c.id["column"]: c for c in components(form) if isinstance(getattr(c, "id", None), dict)}
    assert inputs["price"].value == "3l.45"
    assert [name for name, item in inputs.items() if item.invalid] == ["price"]
    assert repair.form({"row": str(refused[0])}, TRADER) == []
    assert repair.form({}, OPERATIONS) == []
    assert "no quarantined row 999999" in text_of(repair.form({"row": "999999"}, OPERATIONS))


def test_a_repaired_row_is_taken_in_and_leaves_the_list(refused):
    row = refused[0]
    assert "still refused" in press(Ids.RETRY, row, cells_of(row))
    said = press(Ids.RETRY, row, {**cells_of(row), "price": "31.45"})
    assert "The row is repaired" in said
    assert (date(2026, 11, 17), 31.45) in prices()
    assert "was repaired before" in press(Ids.RETRY, row, cells_of(row))
    assert "nothing is left to do" in text_of(repair.form({"row": str(row)}, OPERATIONS))
    waiting = repair.load_quarantine(GridQuery(), {"state": "open"}, CLOCKS, OPERATIONS)
    assert row not in waiting.column("id")


def test_a_dismissed_row_stays_in_the_list_of_all(refused):
    row, before = refused[0], prices()
    assert "dismissed" in press(Ids.DISMISS, row, {})
    assert prices() == before
    table = repair.load_quarantine(GridQuery(), {"state": "all"}, CLOCKS, OPERATIONS)
    (record,) = [record for record in table.records() if record["id"] == row]
    assert (record["state"], record["state_by"]) == ("dismissed", "olga")


def test_a_form_that_was_only_drawn_does_nothing(refused):
    assert repair.settle(None, None, refused[0], [], []) is no_update


def test_refused_rows_come_before_the_findings_while_they_wait(refused):
    filters = {"period": "1y", "commodity": "all", "z": "8", "state": "open"}
    said = text_of(page.draw(filters, CLOCKS, OPERATIONS))
    assert said.index("Refused rows") < said.index("Coverage")
    assert "prices.csv" in said
    for row in refused:
        ingest.dismiss_row(row, OPERATIONS)
    said = text_of(page.draw(filters, CLOCKS, OPERATIONS))
    assert said.index("Refused rows") > said.index("Coverage")
    assert "No refused row waits" in said
