"""A run comes back as it was stored, cut by node for who may see it."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from data.session import UnitOfWork
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks, now
from portal.core.errors import NotFound, NotPermitted
from portal.core.permissions import Role
from portal.domain.risk.revaluation.outcome import Outcome, effective_moves
from portal.domain.risk.scenarios.factors import FactorSet, ScenarioSet, Shock
from portal.services.risk import runs, store
from tests.helpers.trades import add_desk, ids

DAY = date(2026, 7, 14)
S, K = 7, 4


def factors():
    return FactorSet(
        as_of=DAY,
        kind=np.array([0, 0, 1, 2], np.int8),
        curve=np.array([1, 1, 1, -1]),
        tenor=np.array([1, 2, 0, 0]),
        currency=("USD", "USD", "USD", "USD"),
        label=("BRENT +1", "BRENT +2", "BRENT vol", "USD"),
        unit=("USD/bbl", "USD/bbl", "relative", "relative"),
        level=np.array([70.0, 71.0, 1.0, 1.0]),
        shock=(Shock.RELATIVE,) * 4,
        shift=np.zeros(4),
    )


@pytest.fixture
def stored(database):
    add_desk()
    books = ids("portfolios")
    rng = np.random.default_rng(3)
    scenarios = ScenarioSet(
        factors(),
        rng.normal(size=(S, K)),
        tuple(f"day {at}" for at in range(S)),
        np.full(S, 1 / S),
        "historical",
    )
    outcome = Outcome(
        trade_id=np.array([1, 2, 3]),
        portfolio=np.array([books["GAS_EU"], books["POWER_DE"], books["OIL"]]),
        value=np.array([10.0, -5.0, 3.0]),
        row=np.array([0, 0, 1, 2]),
        column=np.array([0, 1, 1, 3]),
        exposure=np.array([100.0, -50.0, 20.0, 3.0]),
        rest_row=np.array([1]),
        rest=rng.normal(size=(1, S)).astype(np.float32),
        moves=effective_moves(scenarios.factors, scenarios.moves),
    )
    terms = store.TradeTerms(
        np.zeros(3, np.int8),
        np.array([1, 1, 1]),
        np.array(["2026-08"] * 3, "M8[M]").astype("M8[D]"),
        np.ones(3, int),
    )
    with UnitOfWork(write=True) as work:
        run_id = store.save(
            work, scenarios, outcome, terms,
            {
                "as_of": DAY, "known_at": datetime(2026, 7, 14, 20, tzinfo=UTC), "method": "historical", "params": {},
                "fingerprint": "f", "code_version": "1", "scenarios": S, "trades": 3, "missing": 0, "currency": "EUR",
                "simulated": False, "facts": {}, "seconds": 0.1, "run_by": "system",
            },
        )  # fmt: skip
    return run_id, outcome


def test_run_comes_back_as_stored(stored):
    run_id, outcome = stored
    run = runs.load(run_id, SYSTEM)
    for name in Outcome.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(run.outcome, name), getattr(outcome, name))
    assert run.factors.label[3] == "USD"
    assert run.factors.shock[0] is Shock.RELATIVE
    assert run.label == tuple(f"day {at}" for at in range(S))
    assert run.terms.trade_month[0] == np.datetime64("2026-08-01")
    assert runs.newest(Clocks(DAY, now()), SYSTEM).row.id == run_id


def test_nodes_add_up_to_trades(stored):
    run = runs.load(stored[0], SYSTEM)
    trades = run.outcome.trade_pnl(np.arange(3))
    np.testing.assert_allclose(run.pnl(), trades.sum(axis=1), rtol=1e-12)
    np.testing.assert_allclose(run.pnl("GAS"), trades[:, 0], rtol=1e-12)
    np.testing.assert_allclose(run.pnl("POWER"), trades[:, 1], rtol=1e-12)
    assert run.trades("POWER").tolist() == [1]
    assert [run.nodes[at].code for at in run.children()] == ["GAS", "OIL", "POWER"]
    assert run.exposure("GAS")[0] == 100.0


def test_other_books_are_in_no_figure(stored):
    gas = Actor(7, "gas", "Gas", frozenset({Role.TRADER}), frozenset({"GAS", "GAS_EU"}))
    run = runs.load(stored[0], gas)
    np.testing.assert_allclose(run.pnl(), run.outcome.trade_pnl(np.array([0]))[:, 0], rtol=1e-12)
    assert run.trades().tolist() == [0]
    with pytest.raises(NotFound, match="POWER"):
        run.pnl("POWER")


def test_who_may_not_read_risk_gets_nothing(stored):
    admin = Actor(8, "admin", "Admin", frozenset({Role.ADMINISTRATOR}))
    with pytest.raises(NotPermitted):
        runs.load(stored[0], admin)
    with pytest.raises(NotFound, match="99"):
        runs.load(99, SYSTEM)
