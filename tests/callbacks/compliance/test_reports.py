"""The page of reports: who is offered what, the rows and their explanation, and passports of every figure."""

import json
from datetime import timedelta

import pytest

from callbacks.compliance.reports import Ids, grids, page
from callbacks.compliance.reports.ids import ALL_ROWS, DECIDE, NEW, REFUSED
from portal.core.clock import Clocks, now
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.table import GridQuery
from portal.services import evaluation, passports
from portal.web.views import find_body, find_grid
from tests.helpers import trades as small
from tests.helpers.layout import components, text_of
from tests.helpers.reporting import (
    AUDITOR,
    DAY,
    HEAD,
    OFFICER,
    TRADER,
    add_reporting_desk,
    make,
    physical,
    store,
)


@pytest.fixture(scope="module")
def number(module_database: str) -> int:
    add_reporting_desk()
    store(physical("T-3", counterparty_id=small.ids("counterparties")["ALPENBANK"]))
    return make()


def clocks() -> Clocks:
    return Clocks(DAY, now() + timedelta(minutes=1))


def drawn(actor, number=None, **more):
    return page.draw({"kind": "remit-t1", "report": str(number or "none"), **more}, clocks(), actor)


def buttons(parts):
    found = [getattr(item, "id", None) for item in components(parts)]
    return {item["decision"] for item in found if isinstance(item, dict) and item.get("type") == DECIDE}


def test_who_is_offered_what(number):
    assert buttons(drawn(HEAD, number)) == {"released", "rejected"}
    assert buttons(drawn(OFFICER, number)) == set()  # made it, and may not approve
    assert buttons(drawn(AUDITOR, number)) == set()
    assert (
        buttons(page.draw({"kind": "remit-t1", "report": str(number)}, Clocks(DAY, now(), live=False), HEAD))
        == set()
    )


def test_the_page_says_what_was_refused_and_why(number):
    said = text_of(drawn(AUDITOR, number))
    assert "no transaction identifier" in said
    assert "REMITTable1_V3" in said
    assert "No such report" in text_of(page.draw({"kind": "tax"}, clocks(), AUDITOR))
    assert "no report 99" in text_of(drawn(AUDITOR, 99))


def test_every_cell_of_a_row_is_explained(number):
    table = grids.cell_rows(GridQuery(), {"report": number, "row": 1}, clocks(), AUDITOR)
    by_number = {row["number"]: row for row in table.records()}
    assert by_number["11"]["value"] == "B"
    assert by_number["11"]["source"] == "trades.side"
    refused = grids.cell_rows(GridQuery(), {"report": number, "row": 3}, clocks(), AUDITOR)
    assert any(row["problem"] for row in refused.records())
    assert "buySellIndicator" in text_of(drawn(AUDITOR, number, row="1"))
    assert "no row 9" in text_of(drawn(AUDITOR, number, row="9"))


def test_rows_are_filtered_and_paged(number):
    every = grids.report_rows(GridQuery(limit=2), {"report": number}, clocks(), AUDITOR)
    assert (len(every.rows), every.total) == (2, 3)
    some = grids.report_rows(GridQuery(text="T-3"), {"report": number}, clocks(), AUDITOR)
    assert [row["about"] for row in some.records()] == ["T-3"]
    with pytest.raises(NotFound, match="No report is open"):
        grids.report_rows(GridQuery(), {}, clocks(), AUDITOR)


def shown_passports(parts):
    return [
        json.loads(getattr(item, "data-passport"))
        for item in components(parts)
        if getattr(item, "data-passport", None)
    ]


def test_every_figure_has_a_passport_that_says_the_same(number):
    expected = {("compliance.report_files", "all"): 1.0, ("compliance.report_files", "draft"): 1.0,
                ("compliance.report_rows", "considered"): 3.0, ("compliance.report_rows", "rejected"): 1.0}  # fmt: skip
    for (metric, key), value in expected.items():
        params = (
            {"kind": "remit-t1", "state": key}
            if metric.endswith("files")
            else {"report": number, "fate": key}
        )
        found = passports.open_passport(metric, params, clocks(), AUDITOR)
        assert found.evaluation.value == value
        again = evaluation.evaluator(metric).replay(found.evaluation.inputs.records(), found.params, clocks())
        assert again.value == value


def test_only_compliance_sees_it(number):
    for name in (Ids.FILES, Ids.FUNNEL, Ids.ROWS, Ids.CELLS, Ids.REASONS):
        with pytest.raises(NotPermitted):
            find_grid(name, TRADER)
    with pytest.raises(NotPermitted):
        find_body(Ids.BODY, TRADER)


def test_what_the_form_asks_for(number):
    filters = {
        "kind": "remit-t1",
        "start": "2026-03-02",
        "last": "2026-03-02",
        "report": "none",
        "again": NEW,
    }
    asked = page.report_params(filters, clocks(), OFFICER)
    assert (asked["start"], asked["end"] - asked["start"], asked["replaces"]) == (
        DAY,
        timedelta(days=1),
        None,
    )
    with pytest.raises(DomainError, match="Open the report"):
        page.report_params({**filters, "again": REFUSED}, clocks(), OFFICER)
    more = page.report_params({**filters, "again": ALL_ROWS, "report": "7"}, clocks(), OFFICER)
    assert (more["replaces"], more["only_rejected"]) == (7, False)
    with pytest.raises(DomainError, match="no day"):
        page.report_params({**filters, "start": "soon"}, clocks(), OFFICER)
