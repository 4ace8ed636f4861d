"""What deals add to risk: the same as if the run had held them, for new deals, changed trades and every figure."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from data.session import UnitOfWork
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.permissions import Role
from portal.domain.risk.reading import Measure
from portal.domain.risk.revaluation.added import added_pnl
from portal.services import passports
from portal.services.evaluation import EVALUATORS
from portal.services.portfolio.valuation import valued_in
from portal.services.portfolio.what_if import Question, evaluate
from portal.services.risk.cuts import Figure
from portal.services.risk.limit_demo import seed_limits
from portal.services.risk.marginal import Marginal, marginal, marginal_in, marginal_table
from portal.services.risk.runs import ALL
from tests.helpers.risk import add_valued_run
from tests.helpers.valued_desk import DAY, add_valued_desk

CLOCKS = Clocks(DAY, datetime(2099, 1, 1, tzinfo=UTC), live=False)
OPTION = "buy 100 MWh TTF Aug-26 call strike 31 premium 1.5 expiry 2026-07-28"


@pytest.fixture(scope="module")
def desk(module_database):
    numbers = add_valued_desk()
    add_valued_run(CLOCKS, 250, "parametric")
    return numbers, add_valued_run(CLOCKS, 250)


def ask(*lines: str, book: str = "GAS_EU", method: str = "historical") -> Marginal:
    answer = evaluate(Question(lines, book), CLOCKS, SYSTEM)
    found = marginal(answer, CLOCKS, SYSTEM, level=0.95, method=method)
    assert found is not None
    return found


@pytest.mark.parametrize("name", ["FORWARD", "OPTION", "OFFPEAK", "STORAGE"])
@pytest.mark.parametrize(
    ("words", "factor"), [("remove #{0}", 0.0), ("flip #{0}", -1.0), ("scale #{0} by 3", 3.0)]
)
def test_a_changed_trade_brings_its_stored_pnl_in_proportion(desk, name, words, factor):
    numbers, run = desk
    at = int(np.searchsorted(run.outcome.trade_id, numbers[name]))
    stored = run.outcome.trade_pnl(np.array([at]))[:, 0]
    found = ask(words.format(numbers[name]))
    assert found.added(ALL) == pytest.approx((factor - 1.0) * stored, rel=1e-9, abs=1e-9)
    before, after = found.figures("DESK", Measure.ES)
    figure = Figure(run, "DESK", Measure.ES, 0.95)
    assert before == figure.value
    assert after - before == pytest.approx(figure.with_added((factor - 1.0) * stored), rel=1e-9, abs=1e-9)


def test_deals_gain_what_the_run_gives_the_same_trades(desk):
    """All trades of the book once more: revalued beside the book as they were within it."""
    _, run = desk
    with UnitOfWork() as work:
        found = valued_in(work, CLOCKS, SYSTEM)
    kept = np.isin(found.book.trade_id, run.outcome.trade_id)
    given = found.book.take(kept), found.market, found.valuation.take(kept), run.factors, run.outcome.moves
    every = np.arange(len(run.outcome.trade_id))
    assert added_pnl(*given) == pytest.approx(
        run.outcome.trade_pnl(every), rel=1e-6, abs=1e-5
    )  # single precision
    line = run.outcome.moves @ run.outcome.group_exposure(every, len(every)).T
    assert added_pnl(*given, linear=True) == pytest.approx(line, rel=1e-9, abs=1e-9)


def test_a_forward_gains_its_moves_also_in_another_currency(desk):
    _, run = desk
    dealt = ask("buy 10 bbl BRENT Sep-26 @ 71", book="OIL")
    cell = run.factors.label.index("BRENT +2")
    dollar = next(
        at
        for at, kind in enumerate(run.factors.kind.tolist())
        if kind == 2 and run.factors.currency[at] == "USD"
    )
    effective = run.outcome.moves
    plain = effective[:, cell] / (1.0 + effective[:, dollar])
    expected = 10 * plain * 0.8 * (1.0 + effective[:, dollar])  # the dollar stands at 1.25
    assert dealt.added("OIL") == pytest.approx(expected, rel=1e-2)  # less the discount to November
    assert not dealt.added("GAS").any()
    assert dealt.codes() == ["DESK", "OIL"]


def test_the_parametric_method_takes_exposures_alone(desk):
    found = ask(OPTION, method="parametric")
    assert found.run.row.method == "parametric"
    before, after = found.figures("DESK", Measure.VAR)
    assert after != before


def test_what_the_run_does_not_know_is_refused_by_name(desk):
    numbers, run = desk
    answer = evaluate(Question(("buy 100 MWh TTF Aug-26 @ 30",), "GAS_EU"), CLOCKS, SYSTEM)
    ttf = answer.market.curves.id[answer.market.curves.code.index("TTF")]
    factors = replace(run.factors, curve=np.where(run.factors.curve == ttf, 10**6, run.factors.curve))
    other = replace(run, stored=replace(run.stored, factors=factors))
    with pytest.raises(DomainError, match="no scenarios of TTF"):
        marginal_in(other, answer, 0.95)
    removed = evaluate(Question((f"remove #{numbers['FORWARD']}",), "GAS_EU"), CLOCKS, SYSTEM)
    blind = replace(run, nodes=tuple(node for node in run.nodes if node.code != "GAS_EU"))
    with pytest.raises(DomainError, match=f"Trade {numbers['FORWARD']} is not in run"):
        marginal_in(blind, removed, 0.95)


def test_without_a_run_there_is_nothing(desk):
    early = Clocks(date(2026, 7, 14), CLOCKS.known_at, live=False)
    answer = evaluate(Question((OPTION,), "GAS_EU"), early, SYSTEM)
    assert marginal(answer, early, SYSTEM, level=0.95) is None


@pytest.mark.parametrize("method", ["historical", "parametric"])
def test_every_figure_has_a_passport_that_says_the_same(desk, method):
    numbers, _ = desk
    found = ask(OPTION, "sell 5 MW POWER_DE Aug-26 @ 80", f"flip #{numbers['FORWARD']}", method=method)
    table = marginal_table(found)
    assert table.column("code")[0] == "DESK"
    for row in table.records():
        for column in table.columns:
            if column.metric is None or row[column.key] is None:
                continue
            opened = passports.open_passport(
                column.metric, table.extra["params"][row["code"]], CLOCKS, SYSTEM
            )
            assert opened.evaluation.value == pytest.approx(row[column.key], rel=1e-9, abs=1e-6), column.key
            replay = EVALUATORS[column.metric].replay(
                opened.evaluation.inputs.records(), opened.params, CLOCKS
            )
            assert replay.value == pytest.approx(row[column.key], rel=1e-9, abs=1e-6), column.key
            assert replay.unit == opened.evaluation.unit


def test_a_reader_of_one_branch_sees_that_branch_alone(desk):
    gas = Actor(7, "gas", "Gas", frozenset({Role.TRADER}), frozenset({"GAS", "GAS_EU"}))
    answer = evaluate(Question((OPTION,), "GAS_EU"), CLOCKS, gas)
    found = marginal(answer, CLOCKS, gas, level=0.95)
    assert found is not None
    assert "DESK" not in found.codes()
    assert "GAS_EU" in found.codes()


def test_headroom_is_what_the_limit_leaves_with_the_deals(desk):
    seed_limits(DAY)
    answer = evaluate(Question((OPTION,), "GAS_EU"), CLOCKS, SYSTEM)
    found = marginal(answer, CLOCKS, SYSTEM, level=0.975)
    assert found is not None
    table = marginal_table(found)
    row = table.records()[table.column("code").index("GAS")]
    assert row["expected_shortfall_headroom"] == pytest.approx(
        found.hard["GAS", Measure.ES] - row["expected_shortfall_after"]
    )
    assert row["var_headroom"] is None
    assert table.columns[table.index("var_headroom")].hidden
    metric = "risk.es_headroom_after"
    opened = passports.open_passport(metric, table.extra["params"]["GAS"], CLOCKS, SYSTEM)
    assert opened.evaluation.value == pytest.approx(row["expected_shortfall_headroom"])
    replay = EVALUATORS[metric].replay(opened.evaluation.inputs.records(), opened.params, CLOCKS)
    assert replay.value == pytest.approx(opened.evaluation.value, rel=1e-9)
    none = passports.open_passport("risk.var_headroom_after", table.extra["params"]["GAS"], CLOCKS, SYSTEM)
    assert none.evaluation.value is None
    assert (
        EVALUATORS["risk.var_headroom_after"]
        .replay(none.evaluation.inputs.records(), none.params, CLOCKS)
        .value
        is None
    )
