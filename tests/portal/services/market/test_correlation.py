"""A set of instruments together: complete cases, the kind of return, warnings and shrinkage."""

import numpy as np
import pytest

from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotPermitted
from portal.core.table import GridQuery
from portal.domain.market import metrics
from portal.domain.market.errors import InsufficientHistory
from portal.services import passports
from portal.services.market import correlation
from tests.helpers.market import add_instrument, evening

N = 500
DAYS = np.busday_offset("2022-03-01", range(N), roll="forward").astype(object).tolist()
CLOCKS = Clocks(DAYS[-1], evening(DAYS[-1]), live=False)
NOISE = np.random.default_rng(4).normal(0.0, 0.02, (N, 3))
BRENT = 80.0 * np.exp(np.cumsum(NOISE[:, 0]))
TTF = 30.0 * np.exp(np.cumsum(0.5 * NOISE[:, 0] + NOISE[:, 1]))
POWER = 50.0 + np.cumsum(100 * NOISE[:, 2])
POWER[-30] = -20.0


@pytest.fixture(scope="module")
def desk(module_database: str) -> str:
    add_instrument("BRENT", list(zip(DAYS, BRENT.tolist(), strict=True)))
    add_instrument(
        "TTF", list(zip(DAYS[:-40] + DAYS[-39:], np.delete(TTF, -40).tolist(), strict=True)), commodity="gas"
    )
    add_instrument("POWER", list(zip(DAYS, POWER.tolist(), strict=True)), unit="EUR/MWh", commodity="power")
    add_instrument("TWIN", list(zip(DAYS, (BRENT * 1.01).tolist(), strict=True)))
    add_instrument("OLD", list(zip(DAYS[:5], [1.0, 2.0, 3.0, 4.0, 5.0], strict=True)))
    return module_database


def together(*codes: str, **options) -> correlation.Together:
    return correlation.together(codes, CLOCKS, SYSTEM, **options)


def test_matrix_is_that_of_numpy_over_the_complete_days(desk):
    found = together("BRENT", "TTF", period="1y")
    whole = np.delete(np.column_stack([BRENT, TTF]), -40, axis=0)
    expected = np.corrcoef(np.diff(np.log(whole), axis=0)[-len(found.days) :].T)[0, 1]
    assert found.sample.matrix[0, 1] == pytest.approx(expected)
    assert found.warning == ""
    assert found.strongest() == ("BRENT", "TTF", pytest.approx(expected))


def test_rolling_ends_on_the_newest_window_and_is_full_from_the_start(desk):
    found = together("BRENT", "TTF", period="1y", window=20)
    path = found.rolling["TTF"]
    assert np.isfinite(path).all()
    assert path[-1] == pytest.approx(np.corrcoef(found.joint.values[-20:].T)[0, 1])


def test_prices_below_zero_use_changes_and_say_so(desk):
    found = together("BRENT", "POWER", period="6m")
    assert "price changes for POWER" in correlation.kinds_sentence(found)


def test_twins_are_warned_of_and_shrinkage_is_judged_again(desk):
    plain = together("BRENT", "TTF", "TWIN", period="1y")
    assert "BRENT and TWIN move almost together" in plain.warning
    shrunk = together("BRENT", "TTF", "TWIN", period="1y", shrink=True)
    assert shrunk.shrinkage is not None
    assert shrunk.warning.startswith("Before shrinkage")
    assert shrunk.condition < 1e6
    assert abs(shrunk.shown[0, 1]) < abs(plain.shown[0, 1])


def test_silent_instruments_are_left_out_by_name(desk):
    found = together("BRENT", "TTF", "OLD", period="1y")
    assert [row.code for row in found.missing] == ["OLD"]
    assert found.joint.names == ("BRENT", "TTF")


@pytest.mark.parametrize(
    ("codes", "options", "error"),
    [
        pytest.param(("BRENT",), {}, InsufficientHistory, id="one"),
        pytest.param(("BRENT", "TTF"), {"period": "9y"}, DomainError, id="period"),
        pytest.param(tuple(f"C{i}" for i in range(21)), {}, DomainError, id="too-many"),
    ],
)
def test_refusals(desk, codes, options, error):
    with pytest.raises(error):
        together(*codes, **options)


def test_reading_needs_the_right(desk):
    with pytest.raises(NotPermitted):
        correlation.together(["BRENT", "TTF"], CLOCKS, Actor(9, "x", "X", frozenset()))


def test_tables_hold_every_pair_and_every_day(desk):
    found = together("BRENT", "TTF", "POWER", period="1y")
    pairs = correlation.pair_table(GridQuery(), found, {"period": "1y"})
    assert pairs.total == 3
    low, value, high = (pairs.column(key)[0] for key in ("low", "correlation", "high"))
    assert low < value < high
    rolling = correlation.rolling_table(GridQuery(limit=None), found)
    assert rolling.total == len(found.days)
    assert rolling.rows[0][0] == DAYS[-1]


@pytest.mark.parametrize(
    ("codes", "options"),
    [
        (("BRENT", "TTF", "POWER"), {}),
        (("TTF", "BRENT", "TWIN"), {"period": "6m", "step": 2, "window": 20}),
        (("BRENT", "TTF", "TWIN"), {"shrink": True}),
        (("OLD", "BRENT", "TTF"), {"period": "3m"}),
    ],
)
def test_passports_equal_the_figures_of_the_page(desk, codes, options):
    found = together(*codes, **options)
    params = {
        "instrument": codes[0],
        "set": ",".join(row.code for row in (*found.instruments, *found.missing)),
        "period": options.get("period", "1y"),
        "step": str(options.get("step", 1)),
        "window": str(options.get("window", 60)),
        "matrix": "shrunk" if options.get("shrink") else "sample",
    }

    def opened(metric, **more):
        return passports.open_passport(metric.id, {**params, **more}, CLOCKS, SYSTEM).evaluation

    assert opened(metrics.COMMON_RETURNS).value == len(found.days)
    assert opened(metrics.CONDITION).value == (found.condition if np.isfinite(found.condition) else None)
    table = correlation.pair_table(GridQuery(limit=None), found, params)
    assert table.rows
    for record in table.records():
        pair = table.extra["params"][record["pair"]]
        assert opened(metrics.CORRELATION, **pair).value == record["correlation"]
    absent = opened(metrics.CORRELATION, first="BRENT", second="NONE")
    assert absent.value is None
    assert "NONE has no prices" in absent.note
