"""Cuts of a figure add up to it, and each figure's passport computes the same from its rows."""

from datetime import UTC, datetime

import numpy as np
import pytest

from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Role
from portal.domain.risk.reading import Measure
from portal.services import passports
from portal.services.evaluation import EVALUATORS
from portal.services.risk import ask, cuts
from portal.services.risk.cuts import Figure
from tests.helpers.risk import DAY, add_run, load_run
from tests.helpers.trades import add_desk

CLOCKS = Clocks(DAY, datetime(2099, 1, 1, tzinfo=UTC), live=False)


@pytest.fixture(scope="module")
def run(module_database):
    add_desk()
    run_id, _ = add_run()
    add_run(method="parametric")
    return load_run(run_id)


@pytest.fixture(params=[(m, level) for m in Measure for level in (0.95, 0.99)], ids=str)
def figure(run, request):
    return Figure(run, "DESK", *request.param)


def test_every_cut_adds_up(figure):
    nodes = figure.by_node()
    assert nodes[figure.run.at("DESK")] == pytest.approx(figure.value, rel=1e-9)
    assert nodes[figure.run.children("DESK")].sum() == pytest.approx(figure.value, rel=1e-9)
    factors, convexity = figure.by_factor()
    assert factors.sum() + convexity == pytest.approx(figure.value, rel=1e-9)
    _, trades = figure.by_trade()
    assert trades.sum() == pytest.approx(figure.value, rel=1e-9)
    power = figure.run.at("POWER")
    table = figure.by_node_and_factor(np.array([power]))
    rest = nodes[power] - table.sum()
    assert rest == pytest.approx(convexity, rel=1e-6)  # only the trade in POWER is bent


def test_removing_a_part_is_the_difference_of_two_figures(figure):
    part = figure.run.node_pnl[:, figure.run.at("GAS")]
    left = figure.pnl - part
    assert figure.without(part) == pytest.approx(figure.value - figure.read(left).value)
    assert figure.with_added(-part) == pytest.approx(-figure.without(part))


def test_parts_by_factor_curve_and_kind_are_those_of_the_split(figure):
    for by in ("factor", "curve", "tenor", "kind"):
        labels, group = cuts.factor_groups(figure.run, by)
        parts, convexity = figure.by_factor()
        for at, label in enumerate(labels):
            _, pnl = cuts.part_pnl(figure, by, label)
            assert figure.reading.split(pnl[:, None])[0] == pytest.approx(parts[group == at].sum(), abs=1e-9)
        _, rest = cuts.part_pnl(figure, by, cuts.REST)
        assert figure.reading.split(rest[:, None])[0] == pytest.approx(convexity, rel=1e-9, abs=1e-9)


CASES = [
    ("risk.var", {"level": 0.99}),
    ("risk.expected_shortfall", {"portfolio": "GAS"}),
    ("risk.component", {"measure": "var", "by": "node", "key": "GAS"}),
    ("risk.component", {"measure": "expected_shortfall", "by": "trade", "key": "2"}),
    ("risk.component", {"measure": "expected_shortfall", "by": "curve", "key": "BRENT"}),
    ("risk.component", {"measure": "expected_shortfall", "by": "kind", "key": "Convexity"}),
    ("risk.component_share", {"by": "node", "key": "OIL"}),
    ("risk.stand_alone", {"by": "node", "key": "POWER"}),
    ("risk.incremental", {"measure": "var", "by": "trade", "key": "1"}),
    ("risk.diversification", {"measure": "var"}),
    ("risk.scenario_pnl", {"scenario": "2024-01-03"}),
    ("risk.exposure", {"by": "factor", "key": "BRENT +2"}),
]


@pytest.mark.parametrize("method", ["historical", "parametric"])
@pytest.mark.parametrize(("metric", "params"), CASES, ids=[f"{m}-{at}" for at, (m, _) in enumerate(CASES)])
def test_passport_equals_the_page_and_follows_from_its_rows(run, metric, params, method):
    found = ask.figure(ask.RiskAsk(method=method), CLOCKS, SYSTEM)
    asked = {"run": found.run.row.id, "portfolio": "DESK", "level": 0.95, "method": method, **params}
    opened = passports.open_passport(metric, asked, CLOCKS, SYSTEM)
    value = opened.evaluation.value
    replay = EVALUATORS[metric].replay(opened.evaluation.inputs.records(), opened.params, CLOCKS)
    assert replay.value == pytest.approx(value, rel=1e-9, abs=1e-9)
    assert replay.unit == opened.evaluation.unit
    if metric == "risk.component":
        page = Figure(found.run, "DESK", Measure(asked["measure"]), 0.95)
        expected = page.reading.split(cuts.part_pnl(page, asked["by"], asked["key"])[1][:, None])[0]
        assert value == pytest.approx(expected, rel=1e-9)


def test_parts_that_may_not_be_seen_do_not_exist(run):
    gas = Actor(7, "gas", "Gas", frozenset({Role.TRADER}), frozenset({"GAS", "GAS_EU"}))
    asked = {
        "run": run.row.id,
        "portfolio": "all",
        "level": 0.95,
        "measure": "var",
        "by": "trade",
        "key": "2",
    }
    with pytest.raises(NotFound, match="trade 2"):
        passports.open_passport("risk.component", asked, CLOCKS, gas)
    with pytest.raises(NotFound, match="POWER"):
        ask.figure(ask.RiskAsk("POWER"), CLOCKS, gas)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"level": "1.2"}, "level"),
        ({"measure": "x"}, "measure"),
        ({"method": "x"}, "method"),
        ({"run": "-1"}, "run"),
    ],
)
def test_bad_questions_are_refused(given, word):
    with pytest.raises(DomainError, match=word):
        ask.RiskAsk.of(given)


def test_address_restores_the_question():
    asked = ask.RiskAsk("GAS", "parametric", 0.99, Measure.VAR, 12)
    assert ask.RiskAsk.of(asked.params()) == asked
    assert ask.RiskAsk.of({}) == ask.RiskAsk()


def test_without_a_run_there_is_no_figure(run):
    assert ask.figure(ask.RiskAsk(method="monte_carlo_t"), CLOCKS, SYSTEM) is None
