"""Every figure of Market > Curve build equals its passport, and follows from the rows in it."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest

from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.core.table import GridQuery
from portal.domain.portfolio.curvebuild import build_metrics as metrics
from portal.services import evaluation, passports
from portal.services.market import curve_build as service
from portal.services.market import curve_build_tables as tables
from tests.helpers.market import add_curve, add_curve_day, evening
from tests.helpers.quotes import add_quotes

DAY = date(2026, 11, 20)
PRODUCTS = (
    "2026-12",
    "2027-01",
    "2027-02",
    "2027-03",
    "2027-Q1",
    "2027-Q2",
    "2027-Q3",
    "2027-Q4",
    "Win-26",
    "Cal-27",
)
CORRECTED = evening(DAY) + timedelta(hours=5)
CLOCKS = {
    "after the correction": Clocks(DAY, CORRECTED, live=False),
    "before the correction": Clocks(DAY, CORRECTED - timedelta(microseconds=1), live=False),
    "late": Clocks(DAY + timedelta(days=6), CORRECTED, live=False),
}


@pytest.fixture(scope="module")
def desk(module_database: str) -> str:
    random = np.random.default_rng(5)
    for code, commodity, zone in (("POWER", "power", "Europe/Berlin"), ("TTF", "gas", "Europe/Amsterdam")):
        key = add_curve(code, {}, commodity=commodity, timezone=zone)
        prices = np.round(40 + random.normal(0, 3, len(PRODUCTS)), 2).tolist()
        add_quotes(key, DAY, dict(zip(PRODUCTS, prices, strict=True)))
        add_curve_day(key, DAY, [(str(np.datetime64("2026-12", "M") + i), 40.0 + i % 7) for i in range(13)])
        if code == "POWER":
            add_quotes(key, DAY, {"2027-Q1": 44.4}, CORRECTED)
    service.store_history(SYSTEM)
    return module_database


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
@pytest.mark.parametrize(("code", "shape"), [("POWER", "smooth"), ("TTF", "smooth"), ("POWER", "settled")])
def test_passports_equal_every_figure_of_the_page(desk, code, shape, clocks):
    view = service.build_view(code, clocks, SYSTEM, shape=shape)
    assert bool(view.settled_on) == (shape == "settled")
    compared = 0
    every = GridQuery(limit=None)
    for table in (
        tables.product_table(view, every),
        tables.gap_table(view, every),
        tables.month_table(view, every),
    ):
        for record in table.records():
            params = table.extra["params"][record["product"]]
            for column in table.columns:
                if column.metric is not None:
                    found = evaluate(column.metric, clocks, **params)
                    assert found.value == record[column.key], (record["product"], column.key)
                    assert (found.unit, bool(found.late)) == ("EUR/MWh", view.late)
                    compared += 1
    assert compared > 50
    assert evaluate(metrics.LARGEST_RESIDUAL.id, clocks, curve=code).value == view.largest_residual
    assert evaluate(metrics.LARGEST_GAP.id, clocks, curve=code).value == view.largest_gap


def test_what_is_not_there_is_said(desk):
    clocks = CLOCKS["late"]
    assert "does not span" in evaluate(metrics.BUILT_PRICE.id, clocks, curve="TTF", product="Cal-31").note
    assert "not quoted" in evaluate(metrics.RESIDUAL.id, clocks, curve="TTF", product="Cal-31").note
    assert "No quoted products" in evaluate(metrics.GAP.id, clocks, curve="TTF", product="2026-12").note
    assert "is stored" in evaluate(metrics.STORED_RESIDUAL.id, clocks, curve="TTF", product="Cal-31").note
    early = Clocks(date(2020, 1, 1), CORRECTED, live=False)
    for metric in (metrics.BUILT_PRICE, metrics.LARGEST_GAP, metrics.STORED_RESIDUAL):
        assert evaluate(metric.id, early, curve="TTF", product="Cal-27").value is None
