"""The volatility study: on prices that the test knows, and refusals in sentences."""

from datetime import date, timedelta

import numpy as np
import pytest

from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.table import GridQuery
from portal.domain.market import metrics
from portal.domain.market.errors import InsufficientHistory
from portal.domain.market.returns import ReturnKind
from portal.services import passports
from portal.services.market import volatility, volatility_tables
from portal.services.market.fits import fitted
from tests.helpers.market import add_instrument, evening

N = 800
DAYS = np.busday_offset("2021-03-01", range(N), roll="forward").astype(object).tolist()
STEPS = np.random.default_rng(11).normal(0.0, 0.02, N - 1)
PRICES = 80.0 * np.exp(np.insert(np.cumsum(STEPS), 0, 0.0))


def clocks_at(day: date) -> Clocks:
    return Clocks(day, evening(day), live=False)


@pytest.fixture(scope="module")
def desk(module_database: str) -> str:
    add_instrument("BRENT", list(zip(DAYS, PRICES.tolist(), strict=True)))
    levels = np.where(np.arange(N) == N - 100, -12.5, PRICES)
    add_instrument("POWER", list(zip(DAYS, levels.tolist(), strict=True)), unit="EUR/MWh", commodity="power")
    add_instrument("YOUNG", list(zip(DAYS[-30:], PRICES[-30:].tolist(), strict=True)))
    add_instrument("EMPTY", [])
    return module_database


def study(code: str = "BRENT", day: date = DAYS[-1], **options) -> volatility.Study:
    return volatility.study(code, clocks_at(day), SYSTEM, **options)


def test_realised_is_the_annualised_standard_deviation_of_the_window(desk):
    found = study(window=60)
    assert found.kind is ReturnKind.LOG
    assert found.realised[-1] == pytest.approx(np.std(STEPS[-60:], ddof=1) * np.sqrt(252))
    assert found.day[-1] == DAYS[-1]
    assert found.basis == "log returns, √252"


def test_windows_are_full_at_the_left_edge_when_there_are_prices_before_the_period(desk):
    found = study(period="1y", window=120)
    assert found.day[0] >= DAYS[-1] - timedelta(days=366)
    assert np.isfinite(found.realised).all()


def test_measures_stand_at_what_was_known_at_the_close(desk):
    """The estimate on a day does not change when later days become known."""
    late, early = study(period="1y"), study(period="1y", day=DAYS[-50])
    at = late.day.index(DAYS[-50])
    assert late.realised[at] == pytest.approx(early.realised[-1])
    assert late.ewma[at] == pytest.approx(early.ewma[-1], rel=1e-9)


def test_garch_forecast_ends_the_path_and_starts_the_term_structure(desk):
    garch = study().garch
    assert garch is not None
    assert garch.path[-1] == pytest.approx(garch.next_day)
    assert garch.term[0] == pytest.approx(garch.next_day)
    assert len(garch.term) == len(volatility.HORIZONS)


def test_prices_below_zero_give_price_changes_and_a_sentence(desk):
    found = study("POWER", kind="log")
    assert found.kind is ReturnKind.ABSOLUTE
    assert found.unit == "EUR/MWh a year"
    assert "at or below zero on 1 of" in found.remarks[0]
    assert "−12.50 EUR/MWh" in found.remarks[0]


def test_short_history_still_shows_what_it_can(desk):
    found = study("YOUNG")
    assert found.garch is None
    assert "100" in found.no_garch
    assert np.isfinite(found.realised[-1])


@pytest.mark.parametrize(
    ("code", "options", "error"),
    [
        pytest.param("NOPE", {}, NotFound, id="unknown"),
        pytest.param("EMPTY", {}, InsufficientHistory, id="no-prices"),
        pytest.param("BRENT", {"period": "9y"}, DomainError, id="period"),
    ],
)
def test_refusals(desk, code, options, error):
    with pytest.raises(error):
        study(code, **options)


def test_reading_needs_the_right(desk):
    with pytest.raises(NotPermitted):
        volatility.study("BRENT", clocks_at(DAYS[-1]), Actor(9, "x", "X", frozenset()))


def test_same_returns_are_fitted_once_and_others_anew():
    first = fitted(STEPS)
    assert fitted(STEPS.copy()) is first
    assert fitted(STEPS[1:]) is not first


def test_tables_hold_the_rows_of_the_pictures(desk):
    found = study(period="1y")
    paths = volatility_tables.study_table(GridQuery(limit=None), found)
    assert paths.total == len(found.day)
    assert paths.rows[0][0] == found.day[-1]
    cone = volatility_tables.cone_table(GridQuery(), found)
    assert cone.column("window") == list(found.cone.horizons)
    assert all(0 < rank <= 1 for rank in cone.column("rank"))
    term = volatility_tables.term_table(GridQuery(), found)
    assert term.column("horizon") == list(volatility.LISTED_HORIZONS)
    assert [row[0] for row in volatility_tables.parameter_table(GridQuery(), found).rows] == [
        "mu",
        "omega",
        "alpha",
        "beta",
    ]


def test_table_of_price_changes_is_in_the_unit_of_the_price(desk):
    table = volatility_tables.study_table(GridQuery(), study("POWER"))
    assert {column.unit for column in table.columns[1:]} == {"EUR/MWh"}
    assert {column.kind for column in table.columns[1:]} == {"number"}


@pytest.mark.parametrize("code", ["BRENT", "POWER", "YOUNG", "EMPTY"])
@pytest.mark.parametrize(
    "options", [{}, {"period": "max", "window": 120}, {"period": "1y", "kind": "absolute"}]
)
def test_passports_equal_the_figures_of_the_page(desk, code, options):
    clocks = clocks_at(DAYS[-1])
    params = {
        "instrument": code,
        "period": options.get("period", "3y"),
        "window": options.get("window", 20),
        "returns": options.get("kind", "auto"),
    }
    try:
        found = study(code, **options)
    except InsufficientHistory:
        found = None
    garch = found.garch if found else None
    shown = {
        metrics.STUDY_VOL: found and found.realised[-1],
        metrics.EWMA_VOL: found and found.ewma[-1],
        metrics.GARCH_VOL: garch and garch.next_day,
        metrics.GARCH_LONG_RUN: garch and garch.long_run,
    }
    for pair, value in shown.items():
        for metric, relative in zip(pair, (True, False), strict=True):
            opened = passports.open_passport(metric.id, params, clocks, SYSTEM).evaluation
            fits = (
                found is not None and found.relative is relative and value is not None and np.isfinite(value)
            )
            assert opened.value == (value if fits else None), metric.id
            assert fits or opened.note
    for metric, value in (
        (metrics.GARCH_PERSISTENCE, garch and garch.fit.persistence),
        (metrics.GARCH_HALF_LIFE, garch and garch.fit.half_life_days),
    ):
        assert passports.open_passport(metric.id, params, clocks, SYSTEM).evaluation.value == value
