"""The most likely way to a loss over a stored run: nearest in its covariance, walked by full revaluation."""

from datetime import date

import numpy as np
import pytest

from portal.core.actor import SYSTEM
from portal.core.clock import Clocks, now
from portal.core.errors import DomainError
from portal.core.table import GridQuery
from portal.domain.risk import stress_metrics as metrics
from portal.services.evaluation import EVALUATORS, clean_params
from portal.services.passports import open_passport
from portal.services.risk import stress as service
from portal.services.risk.stress import Ask
from portal.services.risk.stress_likely import likely
from portal.services.risk.stress_tables import likely_table
from tests.helpers.risk import add_run
from tests.helpers.valued_desk import DAY, add_valued_desk

LOSS = 500.0


@pytest.fixture(scope="module")
def desk(module_database):
    add_valued_desk()
    add_run(as_of=DAY)


def clocks(day=DAY):
    return Clocks(day, now(), live=False)


def asked(loss=LOSS, portfolio="all"):
    found = service.stress(clocks(), SYSTEM, Ask(portfolio))
    return found, likely(found, clocks(), SYSTEM, loss)


def test_the_way_costs_one_deviation_each_and_reaches_the_loss(desk):
    _, found = asked()
    assert found.exposure @ found.direction.move == pytest.approx(-found.direction.deviation)
    assert found.pnl.sum() == pytest.approx(-found.deviations * found.direction.deviation)
    assert found.crossing.multiple is not None
    assert found.crossing.loss_at >= LOSS
    deviations = np.array([multiple for multiple, _ in found.crossing.trials])
    losses = np.array([loss for _, loss in found.crossing.trials])
    assert losses[deviations < found.crossing.multiple].max(initial=-np.inf) < LOSS


def test_its_figures_have_passports_that_replay(desk):
    found, way = asked()
    table = likely_table(GridQuery(), found, way, LOSS)
    assert table.rows
    for name, (metric, column) in {
        str(row[0]): pair
        for row in table.rows
        for pair in ((metrics.LIKELY_MOVE.id, "move"), (metrics.LIKELY_PNL.id, "pnl"))
    }.items():
        value = next(row[table.index(column)] for row in table.rows if row[0] == name)
        params = table.extra["params"][name]
        passport = open_passport(metric, params, clocks(), SYSTEM)
        assert passport.evaluation.value == pytest.approx(value, rel=1e-7)
        records = passport.evaluation.inputs.records()
        again = EVALUATORS[metric].replay(records, clean_params(metric, params), clocks())
        assert again.value == pytest.approx(value, rel=1e-7)
    params = {"portfolio": "all", "loss": LOSS}
    passport = open_passport(metrics.LIKELY.id, params, clocks(), SYSTEM)
    assert passport.evaluation.value == way.crossing.multiple


def test_without_a_run_of_the_day_nothing_is_called_likely(desk):
    day = date(2026, 7, 14)
    found = service.stress(clocks(day), SYSTEM, Ask())
    with pytest.raises(DomainError, match="No historical run of 2026-07-14"):
        likely(found, clocks(day), SYSTEM, LOSS)


def test_a_portfolio_that_the_run_does_not_move_says_how_far_was_looked(desk):
    found = service.stress(clocks(), SYSTEM, Ask("POWER_DE"))
    way = likely(found, clocks(), SYSTEM, 1e9)
    assert way.crossing.multiple is None  # the run knows of no factor that its trades are marked on
    assert way.deviations == way.crossing.reached
