"""A run comes back as it was stored, cut by node for who may see it."""

import numpy as np
import pytest

from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks, now
from portal.core.errors import NotFound, NotPermitted
from portal.core.permissions import Role
from portal.domain.risk.revaluation.outcome import Outcome
from portal.domain.risk.scenarios.factors import Shock
from portal.services.risk import runs
from tests.helpers.risk import DAY, add_run
from tests.helpers.trades import add_desk


@pytest.fixture
def stored(database):
    add_desk()
    return add_run()


def test_run_comes_back_as_stored(stored):
    run_id, outcome = stored
    run = runs.load(run_id, SYSTEM)
    for name in Outcome.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(run.outcome, name), getattr(outcome, name))
    assert run.factors.label[3] == "EUR per USD"
    assert run.factors.shock[0] is Shock.RELATIVE
    assert len(run.label) == len(outcome.moves)
    assert run.terms.trade_month[0] == np.datetime64("2026-08-01")
    assert runs.newest(Clocks(DAY, now()), SYSTEM).row.id == run_id


def test_nodes_add_up_to_trades(stored):
    run = runs.load(stored[0], SYSTEM)
    trades = run.outcome.trade_pnl(np.arange(3))
    np.testing.assert_allclose(run.pnl(), trades.sum(axis=1), rtol=1e-9)
    np.testing.assert_allclose(run.pnl("GAS"), trades[:, 0], rtol=1e-9)
    np.testing.assert_allclose(run.pnl("POWER"), trades[:, 1], rtol=1e-9)
    assert run.trades("POWER").tolist() == [1]
    assert [run.nodes[at].code for at in run.children()] == ["GAS", "OIL", "POWER"]
    assert run.exposure("GAS")[0] == 100.0


def test_other_books_are_in_no_figure(stored):
    gas = Actor(7, "gas", "Gas", frozenset({Role.TRADER}), frozenset({"GAS", "GAS_EU"}))
    run = runs.load(stored[0], gas)
    np.testing.assert_allclose(run.pnl(), run.outcome.trade_pnl(np.array([0]))[:, 0], rtol=1e-9)
    assert run.trades().tolist() == [0]
    with pytest.raises(NotFound, match="POWER"):
        run.pnl("POWER")


def test_who_may_not_read_risk_gets_nothing(stored):
    admin = Actor(8, "admin", "Admin", frozenset({Role.ADMINISTRATOR}))
    with pytest.raises(NotPermitted):
        runs.load(stored[0], admin)
    with pytest.raises(NotFound, match="99"):
        runs.load(99, SYSTEM)
