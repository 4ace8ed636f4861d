"""Risk > Earnings: every figure opens to what it is computed from; refusals, empty states, laws of the measures."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import plotly.graph_objects as go
import pytest

from callbacks.risk import earnings
from callbacks.risk.earnings import Ids
from components.charts.earnings import at_risk_figure, result_figure
from data.session import UnitOfWork
from data.writes import book_values as writes
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks, now
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.services import passports
from portal.services.evaluation import EVALUATORS
from portal.services.risk import earnings as service
from portal.services.risk import earnings_tables as tables
from portal.services.risk.earnings import EarningsAsk
from portal.services.risk.performance import performance
from portal.web.views import GRIDS
from tests.helpers.layout import text_of
from tests.helpers.risk import add_valued_run
from tests.helpers.trades import ids
from tests.helpers.valued_desk import DAY, add_valued_desk

CLOCKS = Clocks(DAY, datetime(2099, 1, 1, tzinfo=UTC), live=False)
ALL_ROWS = GridQuery(limit=None)
ASKED = {"portfolio": "DESK", "level": "0.95", "bucket": "quarter", "tax": "25", "capital": "1,000,000"}


@pytest.fixture(scope="module")
def run(module_database):
    add_valued_desk()
    books, draws = ids("portfolios"), np.random.default_rng(4).normal(5, 100, (2, 90))
    rows = [
        {
            "portfolio_id": books[code], "as_of": DAY - timedelta(days=89 - at), "recorded_at": now(),
            "currency": "EUR", "unrealised": float(values[at]), "realised": 10.0, "trades": 3, "missing": 0,
        }
        for code, values in zip(("GAS_EU", "OIL"), np.cumsum(draws, axis=1), strict=True)
        for at in range(90)
    ]  # fmt: skip
    with UnitOfWork(write=True) as work:
        writes.append(work.session, rows)
    return add_valued_run(CLOCKS, 250)


@pytest.mark.parametrize("name", [Ids.PERIODS, Ids.BETAS, Ids.CARRIERS, Ids.BOOKS, Ids.DAYS])
def test_every_figure_has_a_passport_that_says_the_same(run, name):
    table = GRIDS[name].load(ALL_ROWS, ASKED, CLOCKS, SYSTEM)
    assert table.rows
    for row in table.records()[:5]:
        params = table.extra["params"][row[table.columns[0].key]]
        for column in table.columns:
            if column.metric is None:
                continue
            opened = passports.open_passport(column.metric, params, CLOCKS, SYSTEM)
            if row[column.key] is None:
                assert opened.evaluation.value is None
                continue
            said = pytest.approx(row[column.key], rel=1e-9, abs=1e-9)
            assert opened.evaluation.value == said, column.key
            replay = EVALUATORS[column.metric].replay(
                opened.evaluation.inputs.records(), opened.params, CLOCKS
            )
            assert replay.value == said, column.key
            assert replay.unit == opened.evaluation.unit


def test_the_tiles_open_too(run):
    ask = EarningsAsk.of(ASKED)
    top = performance(ask, CLOCKS, SYSTEM)[0]
    params = tables.book_params(ask, "DESK")
    for name, metric in tables.STATS:
        opened = passports.open_passport(metric.id, params, CLOCKS, SYSTEM)
        assert opened.evaluation.value == pytest.approx(getattr(top.figures, name), rel=1e-9), name
        replay = EVALUATORS[metric.id].replay(opened.evaluation.inputs.records(), opened.params, CLOCKS)
        assert replay.value == pytest.approx(opened.evaluation.value, rel=1e-9), name


def test_hedges_and_margin_are_the_cash_and_the_tax_scales(run):
    found = service.earnings(EarningsAsk.of(ASKED), CLOCKS, SYSTEM)
    oil = service.earnings(EarningsAsk.of({**ASKED, "portfolio": "OIL"}), CLOCKS, SYSTEM)
    assert oil.cash.any()
    assert not oil.margin.any()  # futures alone are no margin
    assert not oil.hedges.any()
    gas = service.earnings(EarningsAsk.of({**ASKED, "portfolio": "GAS"}), CLOCKS, SYSTEM)
    assert gas.margin.any()
    assert gas.hedges.any()
    free = service.earnings(EarningsAsk.of({**ASKED, "tax": "0"}), CLOCKS, SYSTEM)
    np.testing.assert_allclose(found.measures["earnings"], 0.75 * free.measures["earnings"])
    months = service.earnings(EarningsAsk.of({**ASKED, "bucket": "month"}), CLOCKS, SYSTEM)
    np.testing.assert_allclose(months.cash.sum(axis=1), found.cash.sum(axis=1))


def test_the_parts_of_the_tree_add_up_by_day(run):
    ask = EarningsAsk.of({**ASKED, "portfolio": "DESK"})
    top, *below = performance(ask, CLOCKS, SYSTEM)
    assert {one.code for one in below} == {"GAS", "POWER", "OIL"}
    np.testing.assert_allclose(top.closes.pnl, sum(one.closes.pnl for one in below if one.days))


def test_the_page_says_what_it_assumes(run):
    said = text_of(earnings.draw(ASKED, CLOCKS, SYSTEM))
    for words in (
        "Cash flow at risk, 2026-Q3", "after 25 % tax", "root of the business days", "Concentration of risk",
        "Betas to the nearest delivery", "Running result and drawdown", "largest drawdown went from", "Sharpe ratio",
    ):  # fmt: skip
        assert words in said, words
    assert "NaN" not in said


def test_what_cannot_be_is_said(run):
    for asked, words in (
        ({"portfolio": "NOWHERE"}, "NOWHERE"),
        ({"bucket": "week"}, "Periods are one of"),
        ({"tax": "100"}, "tax rate"),
        ({"method": "parametric"}, "has no scenarios"),
        ({"capital": "0"}, "capital"),
        ({"capital": "10"}, "capital cannot lose more than all of it"),
    ):
        assert words in text_of(earnings.draw(asked, CLOCKS, SYSTEM)), asked


def test_a_reader_sees_the_books_that_are_his(run):
    gas = Actor(7, "gas", "Gas", frozenset({Role.TRADER}), frozenset({"GAS", "GAS_EU"}))
    own = performance(EarningsAsk.of({}), CLOCKS, gas)[0]
    whole = performance(EarningsAsk.of({}), CLOCKS, SYSTEM)[0]
    assert own.figures.result != pytest.approx(whole.figures.result)
    assert "OIL" in text_of(earnings.draw({"portfolio": "OIL"}, CLOCKS, gas))
    assert "no portfolio" in text_of(earnings.draw({"portfolio": "OIL"}, CLOCKS, gas))


def test_without_anything_it_says_what_to_do(run):
    said = text_of(earnings.draw({}, Clocks(date(2020, 1, 2), CLOCKS.known_at, live=False), SYSTEM))
    assert "No run yet" in said
    assert "No results yet" in said


def test_the_figures_are_figures():
    drawn = at_risk_figure(["2026-08"], {"Cash flow": np.array([1e6]), "Earnings": np.array([2e6])})
    go.Figure(drawn)
    assert len(drawn["data"]) == 2
    go.Figure(result_figure(["2026-08-03", "2026-08-04"], np.array([0.0, 1e6]), np.array([0.0, 0.0])))
    assert result_figure(["2026-08-03"], np.array([0.0]), np.array([0.0]))["data"] == []


def test_ids_are_unlike():
    assert len(set(Ids)) == len(list(Ids))
