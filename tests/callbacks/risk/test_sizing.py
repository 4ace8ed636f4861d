"""Risk > Sizing: every rule for curves and portfolios, the hedge, passports that say the same, and refusals."""

from datetime import UTC, date, datetime

import numpy as np
import plotly.graph_objects as go
import pytest

from callbacks.risk import sizing
from callbacks.risk.sizing import Ids
from components.charts.risk_sizing import share_figure
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.domain.risk.sizing.rules import Rule
from portal.services import passports
from portal.services.evaluation import EVALUATORS
from portal.services.risk import sizing as service
from portal.services.risk.sizing import SizingAsk
from portal.web.views import GRIDS
from tests.helpers.layout import text_of
from tests.helpers.risk import add_valued_run
from tests.helpers.valued_desk import DAY, add_valued_desk

CLOCKS = Clocks(DAY, datetime(2099, 1, 1, tzinfo=UTC), live=False)
ALL_ROWS = GridQuery(limit=None)
CURVES = {"assets": "TTF,BRENT,POWER_DE", "capital": "1,000,000", "portfolio": "GAS_EU", "hedge": "TTF"}
BOOKS = {"of": "portfolios", "assets": ["GAS_EU", "OIL"], "portfolio": "all", "hedge": "BRENT"}


@pytest.fixture(scope="module")
def run(module_database):
    add_valued_desk()
    return add_valued_run(CLOCKS, 250)


@pytest.mark.parametrize("rule", Rule)
@pytest.mark.parametrize("asked", [CURVES, BOOKS], ids=["curves", "portfolios"])
def test_every_figure_has_a_passport_that_says_the_same(run, asked, rule):
    for name in (Ids.SIZES, Ids.HEDGE):
        table = GRIDS[name].load(ALL_ROWS, {**asked, "rule": str(rule)}, CLOCKS, SYSTEM)
        assert table.rows
        for row in table.records():
            params = table.extra["params"][row[table.columns[0].key]]
            for column in table.columns:
                if column.metric is None:
                    continue
                opened = passports.open_passport(column.metric, params, CLOCKS, SYSTEM)
                assert opened.evaluation.value == pytest.approx(row[column.key], rel=1e-9, abs=1e-9), (
                    column.key
                )
                replay = EVALUATORS[column.metric].replay(
                    opened.evaluation.inputs.records(), opened.params, CLOCKS
                )
                assert replay.value == pytest.approx(row[column.key], rel=1e-8, abs=1e-9), column.key
                assert replay.unit == opened.evaluation.unit


def test_the_page_shows_sizes_shares_and_the_hedge(run):
    text = text_of(sizing.draw({**CURVES, "rule": "half_kelly"}, CLOCKS, SYSTEM))
    for words in (
        "Volatility of all",
        "Sizes: Half Kelly",
        "standard errors",
        "Minimum-variance hedge",
        "TTF",
    ):
        assert words in text, words
    assert "Sizes: Equal risk contribution" in text_of(sizing.draw({}, CLOCKS, SYSTEM))


def test_tiles_open_to_the_covariance(run):
    found = service.sizing(SizingAsk.of_filters(CURVES), CLOCKS, SYSTEM)
    params = sizing.tables.params_of(found)
    for metric, value in (
        ("risk.sizing_volatility", found.sizes.volatility),
        ("risk.sizing_of_target", found.sizes.volatility / 1e5),
    ):
        opened = passports.open_passport(metric, params, CLOCKS, SYSTEM)
        assert opened.evaluation.value == pytest.approx(value)
        replay = EVALUATORS[metric].replay(opened.evaluation.inputs.records(), opened.params, CLOCKS)
        assert replay.value == pytest.approx(value, rel=1e-8)


def test_a_lot_is_its_volume_in_euro(run):
    found = service.sizing(SizingAsk.of_filters(CURVES), CLOCKS, SYSTEM)
    column = run.factors.label.index("BRENT +1")
    assert found.assets[1].pnl == pytest.approx(
        run.outcome.moves[:, column] * 1000 * 0.8
    )  # 1.25 dollars a euro
    ttf = run.factors.label.index("TTF +1")
    assert found.assets[0].pnl == pytest.approx(run.outcome.moves[:, ttf] * 31 * 24)  # 1 MW in August


def test_a_forward_is_hedged_by_selling_its_curve(run):
    found = service.sizing(
        SizingAsk.of_filters({**CURVES, "portfolio": "OIL", "hedge": "BRENT"}), CLOCKS, SYSTEM
    )
    assert found.hedge.volatility_exact <= found.hedge.volatility_before


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"assets": "NOWHERE"}, "knows no curve or portfolio 'NOWHERE'"),
        ({"assets": "TTF", "tenor": "36"}, "has no prices of TTF 36 months ahead"),
        ({"capital": "much"}, "capital must be between"),
        ({"rule": "x"}, "by one of"),
        ({"portfolio": "NOWHERE"}, "NOWHERE"),
    ],
)
def test_what_cannot_be_is_said(run, asked, words):
    assert words in text_of(sizing.draw(asked, CLOCKS, SYSTEM))


def test_a_reader_sizes_what_he_may_see(run):
    gas = Actor(7, "gas", "Gas", frozenset({Role.TRADER}), frozenset({"GAS", "GAS_EU"}))
    assert "knows no curve or portfolio 'OIL'" in text_of(sizing.draw(BOOKS, CLOCKS, gas))


def test_without_a_run_it_says_what_to_do(run):
    assert "No run yet" in text_of(
        sizing.draw({}, Clocks(date(2020, 1, 2), CLOCKS.known_at, live=False), SYSTEM)
    )


def test_the_figure_is_one(run):
    drawn = share_figure(["A", "B"], np.array([0.5, 0.5]), np.array([0.7, 0.3]))
    go.Figure(drawn)
    assert len(drawn["data"]) == 2
