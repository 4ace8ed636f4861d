"""Every figure of Portfolio > Valuation is computed again by its passport, and from the rows of its receipt."""

import pytest

from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks, now
from portal.core.errors import NotFound
from portal.core.passport import Passport
from portal.core.permissions import Role
from portal.core.table import GridQuery, Table
from portal.services import evaluation
from portal.services.passports import open_passport
from portal.services.portfolio import closing, valuation_tables
from portal.services.portfolio import valuation as service
from tests.helpers.valued_desk import BEFORE, DAY, add_valued_desk

EVERY = GridQuery(limit=None)
MARA = Actor(7, "mara", "Mara", frozenset({Role.TRADER}), frozenset({"POWER", "POWER_DE"}))


@pytest.fixture(scope="module")
def desk(module_database):
    trades = add_valued_desk()
    closing.close_days(BEFORE, DAY, SYSTEM)
    return trades


@pytest.fixture(scope="module")
def clocks(desk):
    return Clocks(DAY, now(), live=False)


def check(table: Table, clocks: Clocks) -> int:
    """Hold every figure of a table against its passport and against the replay of its rows; return their number."""
    held = 0
    for row in table.rows:
        for at, column in enumerate(table.columns):
            if column.metric is None or row[at] is None:
                continue
            params = {**table.extra["params"][row[0]], **dict(column.params)}
            passport = open_passport(column.metric, params, clocks, SYSTEM)
            assert passport.evaluation.value == pytest.approx(row[at], rel=1e-9, abs=1e-6), (
                row[0],
                column.key,
            )
            assert replayed(passport) == passport.evaluation.value, (row[0], column.key)
            held += 1
    return held


def replayed(passport: Passport) -> float | None:
    replay = evaluation.evaluator(passport.metric.id).replay
    if replay is None:
        return passport.evaluation.value
    return replay(passport.evaluation.inputs.records(), passport.params, passport.clocks).value


def test_every_figure_of_the_tree_has_its_passport(desk, clocks):
    found = service.profits(clocks, SYSTEM)
    table = valuation_tables.tree_table(EVERY, found)
    lost = [count for count in table.column("missing") if count is not None]
    assert lost
    assert check(table, clocks) == 7 * len(found.now.nodes) + len(lost)


def test_every_figure_of_the_trades_has_its_passport(desk, clocks):
    table = valuation_tables.trade_table(EVERY, service.valued(clocks, SYSTEM), SYSTEM)
    assert check(table, clocks) > 60
    status = dict(zip(table.column("trade"), table.column("mark"), strict=True))
    assert {name: status[name] for name in ("FORWARD", "STALE", "FAR", "NOVOL", "GONE")} == {
        "FORWARD": "quoted", "STALE": "stale", "FAR": "no value", "NOVOL": "no value", "GONE": "cancelled",
    }  # fmt: skip


@pytest.mark.parametrize("split", valuation_tables.SPLITS)
def test_every_figure_of_the_split_has_its_passport(desk, clocks, split):
    table = valuation_tables.split_table(EVERY, service.profits(clocks, SYSTEM), split)
    assert check(table, clocks) == 7 * len(table.rows)


def test_every_gap_has_its_passport(desk, clocks):
    table = valuation_tables.gap_table(EVERY, service.valued(clocks, SYSTEM))
    assert check(table, clocks) == 2 * len(table.rows)
    assert set(table.column("what")) == {"missing", "stale", "no volatility"}


def test_the_sums_of_the_gaps_have_their_passports(desk, clocks):
    gaps = service.valued(clocks, SYSTEM).gaps
    for metric, valued in (("portfolio.gap_lost", False), ("portfolio.gap_old", True)):
        passport = open_passport(metric, {}, clocks, SYSTEM)
        money = sum(gap.notional_eur for gap in gaps if gap.valued == valued)
        assert passport.evaluation.value == pytest.approx(money)
        assert money > 0.0
        assert replayed(passport) == passport.evaluation.value


def test_every_stored_close_has_its_passport(desk, clocks):
    table = valuation_tables.history_table(EVERY, valuation_tables.stored_history(clocks, SYSTEM))
    assert check(table, clocks) == sum(cell is not None for row in table.rows for cell in row[1:])
    now_value = service.valued(clocks, SYSTEM)
    assert table.rows[0][1] == pytest.approx(now_value.by_node(now_value.valuation.total_eur)[0])


def test_the_passport_of_a_trade_shows_what_went_in(desk, clocks):
    passport = open_passport("portfolio.trade_value", {"trade": desk["OPTION"]}, clocks, SYSTEM)
    (leg,) = passport.evaluation.inputs.records()
    assert leg["mark"] == 31.0
    assert leg["agreed"] == 31.0
    assert leg["vol"] == pytest.approx(0.5)
    assert leg["rate"] == pytest.approx(0.03)
    assert leg["years"] == pytest.approx(18 / 365)
    assert leg["quoted"] == DAY
    assert ("Premium", 1.5) in [(step.name, step.value) for step in passport.evaluation.steps]
    far = open_passport("portfolio.trade_value", {"trade": desk["FAR"]}, clocks, SYSTEM).evaluation
    assert far.value is None
    assert "no value" in far.note
    stale = open_passport("portfolio.trade_value", {"trade": desk["STALE"]}, clocks, SYSTEM).evaluation
    assert stale.late


def test_a_passport_shows_only_what_its_reader_may_see(desk, clocks):
    with pytest.raises(NotFound, match="that you may see"):
        open_passport("portfolio.trade_value", {"trade": desk["FORWARD"]}, clocks, MARA)
    with pytest.raises(NotFound, match="that you may see"):
        open_passport("portfolio.value", {"portfolio": "GAS"}, clocks, MARA)
    mine = open_passport("portfolio.value", {}, clocks, MARA).evaluation.inputs
    assert set(mine.column("book")) == {"POWER_DE"}
    with pytest.raises(NotFound, match="neither missing nor stale"):
        open_passport("portfolio.gap_notional", {"input": "TTF 2029-01"}, clocks, MARA)
