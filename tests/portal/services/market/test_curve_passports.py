"""Every figure of Market > Curves equals its passport, whatever the clocks, and follows from the rows in it."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.table import GridQuery
from portal.domain.market import curve_metrics as metrics
from portal.domain.market.curve_products import curve_structure
from portal.services import evaluation, passports
from portal.services.market import curve_tables as tables
from portal.services.market import curves
from tests.helpers.market import add_curve, add_curve_day, evening

DAYS = [date(2025, 11, 20), *np.busday_offset("2026-10-12", np.arange(30)).astype(object).tolist()]
LAST = DAYS[-1]
CORRECTED = evening(LAST) + timedelta(hours=5)
ALL = GridQuery(limit=None)
CLOCKS = {
    "after the correction": Clocks(LAST, CORRECTED, live=False),
    "before the correction": Clocks(LAST, CORRECTED - timedelta(microseconds=1), live=False),
    "an earlier day": Clocks(DAYS[12], evening(DAYS[12]), live=False),
    "a late curve": Clocks(LAST + timedelta(days=6), datetime(2099, 1, 1, tzinfo=UTC), live=False),
}


@pytest.fixture(scope="module")
def desk(module_database: str) -> str:
    """Two curves of uneven prices, one in hours and one in days; the newest day of the first was corrected."""
    random = np.random.default_rng(5)
    for code, commodity, zone in (("POWER", "power", "Europe/Berlin"), ("TTF", "gas", "Europe/Amsterdam")):
        walk = 40 + random.normal(0, 1, (len(DAYS), 36)).cumsum(axis=0) / 3
        key = add_curve(
            code,
            {day: nodes(day, prices) for day, prices in zip(DAYS, walk, strict=True)},
            commodity=commodity,
            timezone=zone,
        )
        if code == "POWER":
            add_curve_day(key, LAST, nodes(LAST, walk[-1] + 1.37), CORRECTED)
    return module_database


def nodes(day: date, prices: np.ndarray) -> list[tuple[str, float]]:
    first = np.datetime64(day, "M") + 1
    return [(str(first + rank), round(float(price), 3)) for rank, price in enumerate(prices)]


def evaluate(metric_id: str, clocks: Clocks, **params: object) -> evaluation.Evaluation:
    found = passports.open_passport(metric_id, params, clocks, SYSTEM)
    records = [
        {k: v.isoformat() if isinstance(v, (date, datetime)) else v for k, v in record.items()}
        for record in found.evaluation.inputs.records()
    ]
    replayed = evaluation.EVALUATORS[metric_id].replay(records, found.params, clocks)
    assert replayed.value == found.evaluation.value
    assert bool(replayed.note) == bool(found.evaluation.note)
    return found.evaluation


@pytest.mark.parametrize("clocks", CLOCKS.values(), ids=CLOCKS)
@pytest.mark.parametrize("code", ["POWER", "TTF"])
def test_passports_equal_every_figure_of_the_grids(desk, code, clocks):
    view = curves.curve_view(code, clocks, SYSTEM)
    compared = 0
    for table in (tables.product_table(view, ALL), tables.spread_table(view, ALL)):
        name = table.columns[0].key
        for record in table.records():
            params = table.extra["params"][record[name]]
            for column in table.columns:
                if column.metric is not None:
                    found = evaluate(column.metric, clocks, **params)
                    assert found.value == record[column.key], (record[name], column.key)
                    assert (found.unit, bool(found.late)) == ("EUR/MWh", view.late)
                    compared += 1
    assert compared > 300


def test_passports_equal_the_tiles(desk):
    clocks = CLOCKS["after the correction"]
    view = curves.curve_view("TTF", clocks, SYSTEM)
    assert evaluate(metrics.FORWARD_PRICE.id, clocks, curve="TTF", product="M1").value == view.product("M1")
    assert evaluate(metrics.CURVE_STRUCTURE.id, clocks, curve="TTF").value == curve_structure(view.shown)


def test_rows_are_the_months_of_the_product_on_both_days(desk):
    clocks = CLOCKS["after the correction"]
    found = evaluate(metrics.FORWARD_CHANGE["week"].id, clocks, curve="POWER", product="2027-Q1")
    assert [(r["day"], r["month"], r["weight"]) for r in found.inputs.records()] == [
        (day, month, hours)
        for day in (LAST - timedelta(days=7), LAST)
        for month, hours in (("2027-01", 744.0), ("2027-02", 672.0), ("2027-03", 743.0))
    ]
    assert found.recorded_at == CORRECTED


def test_what_cannot_be_computed_says_why(desk):
    early = Clocks(date(2020, 1, 1), CORRECTED, live=False)
    assert "No curve" in evaluate(metrics.FORWARD_PRICE.id, early, curve="TTF", product="M1").note
    clocks = CLOCKS["after the correction"]
    assert (
        "not on the curve" in evaluate(metrics.FORWARD_PRICE.id, clocks, curve="TTF", product="Cal-40").note
    )
    assert evaluate(metrics.FORWARD_CHANGE["year"].id, clocks, curve="TTF", product="2029-06").note
    with pytest.raises(NotFound):
        evaluate(metrics.CURVE_STRUCTURE.id, clocks, curve="NOPE")
    with pytest.raises(DomainError, match="no delivery product"):
        evaluate(metrics.FORWARD_PRICE.id, clocks, curve="TTF", product="soon")
