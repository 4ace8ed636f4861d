"""P&L explain from a real database: lines, tree, refusals, both clocks, and passports that say the same."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from data.session import UnitOfWork
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks, now
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.domain.portfolio import explain_metrics as metrics
from portal.domain.portfolio.explain import Line
from portal.domain.portfolio.terms import TradeVersion
from portal.services import evaluation, passports
from portal.services.portfolio import explain as service
from portal.services.portfolio import explain_tables as tables
from portal.services.portfolio import ledger
from portal.services.portfolio import valuation as values
from portal.services.portfolio.explain_parts import parts
from portal.services.portfolio.explain_rows import KEYS, REST, Asked
from tests.helpers.market import add_rates
from tests.helpers.trades import add_desk, add_level, ids, terms

DAY, BEFORE, FIRST = date(2026, 3, 10), date(2026, 3, 9), date(2026, 3, 2)
JULY = {"delivery_start": date(2026, 7, 1), "delivery_end": date(2026, 8, 1), "quantity_unit": "MWh"}
EVERY = GridQuery(limit=None)


def record(*versions):
    with UnitOfWork(write=True) as work:
        return ledger.record(work, list(versions))


def version(external_id, *, event="new", number=1, day=FIRST, trade_id=None, **changes):
    return TradeVersion(
        terms=terms(external_id, **{"quantity": 100.0, "price": 31.0, **JULY, **changes}), event=event,
        version=number, effective_on=day, recorded_by="m", trade_id=trade_id,
    )  # fmt: skip


@pytest.fixture(scope="module")
def desk(module_database):
    """Gas from 30 to 33 and power from 80 to 78, with a trade of every nature; numbers by external id."""
    add_desk()
    for code, prices in (("TTF", (30.0, 33.0)), ("POWER_DE", (80.0, 78.0)), ("BRENT", (70.0, 71.0))):
        for day, price in zip((BEFORE, DAY), prices, strict=True):
            add_level(code, day, price)
    add_rates("EUR", "USD", {BEFORE: 1.25, DAY: 1.28})
    books, curves = ids("portfolios"), ids("curves")
    power = {"curve_id": curves["POWER_DE"], "portfolio_id": books["POWER_DE"], "price": 70.0}
    made = record(
        version("KEPT"),
        version("POWER", **power),
        version("AMENDED"),
        version("CANCELLED", side=-1),
        version("MOVED"),
        version("DOLLAR", curve_id=curves["BRENT"], portfolio_id=books["OIL"], price=65.0),
        version("LOST", delivery_start=date(2029, 1, 1), delivery_end=date(2029, 2, 1)),
        version("NEW", day=DAY, price=32.0),
    )
    number = {one.terms.external_id: one.trade_id for one in made}
    record(
        version("AMENDED", event="amended", number=2, day=DAY, trade_id=number["AMENDED"], price=30.0),
        version("CANCELLED", event="cancelled", number=2, day=DAY, trade_id=number["CANCELLED"], side=-1),
        version(
            "MOVED",
            event="amended",
            number=2,
            day=DAY,
            trade_id=number["MOVED"],
            portfolio_id=books["POWER_DE"],
        ),
    )
    return number


def clocks(day=DAY):
    return Clocks(day, now())


def seen(portfolio=None, trade=None, actor=SYSTEM):
    return service.explain(clocks(), actor, BEFORE, portfolio, trade=trade)


def trader(*codes):
    return Actor(7, "mara", "Mara", frozenset({Role.TRADER}), frozenset(codes))


def line(number, which):
    return float(seen(trade=number).combined.lines[which, 0])


def test_each_nature_has_its_line(desk):
    assert line(desk["KEPT"], Line.PRICE) == pytest.approx(300.0)
    assert line(desk["POWER"], Line.PRICE) == pytest.approx(-200.0)
    assert line(desk["NEW"], Line.NEW) == pytest.approx(100.0)
    assert line(desk["CANCELLED"], Line.CANCELLED) == pytest.approx(-100.0)
    assert line(desk["AMENDED"], Line.PRICE) == pytest.approx(300.0)
    assert line(desk["AMENDED"], Line.AMENDED) == pytest.approx(100.0)
    dollar = seen(trade=desk["DOLLAR"]).combined
    mean = (1 / 1.25 + 1 / 1.28) / 2
    assert dollar.lines[Line.PRICE, 0] == pytest.approx(100.0 * mean)
    assert dollar.lines[Line.FX, 0] == pytest.approx(550.0 * (1 / 1.28 - 1 / 1.25))


def test_the_sum_is_the_profit_of_the_day_that_valuation_shows(desk):
    profits = values.profits(clocks(), SYSTEM)
    by_node = dict(zip((node.code for node in profits.now.nodes), profits.by_node("dtd"), strict=True))
    for code in ("DESK", "OIL"):  # of a book that a trade left, valuation forgets what it lost there
        assert seen(code).combined.lines.sum() == pytest.approx(by_node[code])
    everything = seen().combined
    assert everything.lines.sum() == pytest.approx(everything.total[0], abs=1e-9)


def test_a_trade_that_moved_leaves_one_book_and_enters_the_other(desk):
    assert seen("GAS_EU", desk["MOVED"]).combined.total[0] == pytest.approx(100.0)  # it was worth -100
    entered = seen("POWER_DE", desk["MOVED"]).combined
    assert entered.total[0] == pytest.approx(200.0)
    assert entered.lines[Line.AMENDED, 0] == pytest.approx(200.0)


def test_a_trade_without_a_mark_is_left_out_and_listed_with_its_money(desk):
    table = tables.missing_table(seen(), EVERY)
    assert table.column("trade") == [str(desk["LOST"])]
    assert table.column("notional") == [pytest.approx(3100.0)]
    assert table.column("without") == [f"on {BEFORE} and on {DAY}"]


def test_a_trade_that_moved_to_a_book_of_others_left_these_books(desk):
    gas = seen(actor=trader("GAS", "GAS_EU"))
    table = tables.trade_table(gas, Asked("since", BEFORE.isoformat()), EVERY)
    rows = {row["trade"]: row for row in table.records()}
    moved, cancelled = rows[str(desk["MOVED"])], rows[str(desk["CANCELLED"])]
    assert (moved["nature"], cancelled["nature"]) == ("left these books", "cancelled")
    assert moved["total"] == pytest.approx(100.0)  # it was worth -100
    assert moved["amended"] == pytest.approx(100.0)
    assert not any("POWER" in str(cell) for cell in moved.values())


def test_nobody_sees_the_books_of_others(desk):
    gas = trader("GAS", "GAS_EU")
    found = seen(actor=gas)
    assert desk["POWER"] not in found.whole.found.pairs.trade_id
    assert [node.code for node in found.nodes] == ["GAS", "GAS_EU"]
    with pytest.raises(NotFound, match="no portfolio 'POWER_DE'"):
        seen("POWER_DE", actor=gas)
    with pytest.raises(NotFound, match="is not in your books"):
        seen(trade=desk["POWER"], actor=gas)
    with pytest.raises(NotPermitted):
        seen(actor=Actor(9, "a", "Ada", frozenset({Role.ADMINISTRATOR})))
    with pytest.raises(DomainError, match="hold no trade"):
        seen(actor=trader())


@pytest.mark.parametrize("since", [DAY, date(2026, 12, 1)])
def test_a_start_that_is_not_before_the_day_is_refused(desk, since):
    with pytest.raises(DomainError, match="is not before the valuation day 2026-03-10"):
        service.explain(clocks(), SYSTEM, since)


@pytest.mark.parametrize("since", ["0001-01-01", "1899-12-31"])
def test_a_start_in_another_age_is_refused_wherever_it_is_asked(desk, since):
    with pytest.raises(DomainError, match="No P&L starts in the year"):
        service.explain(clocks(), SYSTEM, date.fromisoformat(since))
    with pytest.raises(DomainError, match="No P&L starts in the year"):
        passports.open_passport(metrics.TOTAL.id, {"since": since}, clocks(), SYSTEM)


def test_no_trade_at_either_end_is_said(desk):
    with pytest.raises(DomainError, match="hold no trade on 2026-01-05 or on 2026-01-06"):
        service.explain(clocks(date(2026, 1, 6)), SYSTEM, date(2026, 1, 5))


def test_periods_start_on_business_days_or_on_the_day_chosen():
    assert service.start_day("dtd", DAY) == BEFORE
    assert service.start_day("mtd", DAY) == date(2026, 2, 27)
    assert service.start_day("ytd", DAY) == date(2025, 12, 31)
    assert service.start_day("dtd", date(2026, 4, 7)) == date(
        2026, 4, 2
    )  # Good Friday and Easter Monday are off
    assert service.start_day("since", DAY, FIRST) == FIRST
    assert service.start_day("since", date(2026, 4, 7), date(2026, 4, 6)) == date(2026, 4, 6)
    with pytest.raises(DomainError, match="Choose the day"):
        service.start_day("since", DAY)


def test_parts_sum_to_what_is_looked_at(desk):
    asked = Asked("dtd", BEFORE.isoformat())
    for portfolio in (None, "GAS", "GAS_EU"):
        found = seen(portfolio)
        for factor in ("", KEYS[Line.PRICE], KEYS[Line.NEW]):
            kind, below = parts(found, Asked("dtd", asked.since, portfolio or "", 0, factor))
            which = next((one for one in Line if KEYS[one] == factor), None)
            total = found.combined.total[0] if which is None else found.combined.lines[which, 0]
            inside = found.node is None or kind != "by portfolio"
            own = sum(part.worth for part in below)
            assert not inside or own == pytest.approx(total), (portfolio, factor)


def test_tables_sum_to_the_total(desk):
    found, asked = seen(), Asked("dtd", BEFORE.isoformat())
    total = float(found.combined.total[0])
    causes = tables.cause_table(found, asked, EVERY)
    assert sum(causes.column("line")[:-1]) == pytest.approx(total)
    assert sum(causes.column("ordered")[:-1]) == pytest.approx(total)
    trades = tables.trade_table(found, asked, EVERY)
    assert sum(trades.column("total")) == pytest.approx(total)
    assert str(desk["LOST"]) not in trades.column("trade")
    tree = dict(
        zip(
            *(tables.portfolio_table(found, asked, EVERY).column(c) for c in ("portfolio", "total")),
            strict=True,
        )
    )
    assert tree["DESK"] == pytest.approx(total)
    tenors = tables.tenor_table(found, asked, EVERY)
    assert sum(tenors.column("sum")) == pytest.approx(found.combined.lines[Line.PRICE, 0])
    assert "TTF 2026-07" in tenors.column("tenor")


@pytest.mark.parametrize("sort", ["total", "price", "trade", "kind", "book"])
@pytest.mark.parametrize("descending", [False, True])
def test_trades_are_sorted_and_paged(desk, sort, descending):
    found, asked = seen(), Asked("dtd", BEFORE.isoformat())
    every = tables.trade_table(found, asked, GridQuery(sort, descending, limit=None))
    cells = every.column(sort)
    keys = [int(str(cell).split()[0]) for cell in cells] if sort == "trade" else cells
    assert keys == sorted(keys, reverse=descending)
    page = tables.trade_table(found, asked, GridQuery(sort, descending, offset=2, limit=3))
    assert page.rows == every.rows[2:5]
    assert page.total == len(every.rows)
    filtered = tables.trade_table(found, asked, GridQuery(sort, text="power"))
    assert {row[0] for row in filtered.rows} == {str(desk["POWER"]), str(desk["MOVED"])}


def test_the_trades_of_one_curve_and_month(desk):
    asked = Asked("dtd", BEFORE.isoformat(), factor="price:TTF:2026-07")
    table = tables.trade_table(seen(), asked, EVERY)
    assert set(table.column("trade")) == {str(desk["KEPT"]), str(desk["AMENDED"])}
    assert table.column("factor") == [pytest.approx(300.0)] * 2


def test_a_new_trade_is_seen_at_once_and_a_pinned_moment_stays(database):
    add_desk()
    for day, price in ((BEFORE, 30.0), (DAY, 33.0)):
        add_level("TTF", day, price)
    record(version("A"))
    pinned = Clocks(DAY, now(), live=False)
    assert service.explain(pinned, SYSTEM, BEFORE).combined.total[0] == pytest.approx(300.0)
    record(version("B"))
    assert service.explain(clocks(), SYSTEM, BEFORE).combined.total[0] == pytest.approx(600.0)
    assert service.explain(pinned, SYSTEM, BEFORE).combined.total[0] == pytest.approx(300.0)


def test_a_moment_after_the_last_change_needs_no_second_computation(desk):
    first = service.explain(Clocks(DAY, now() + timedelta(minutes=5), live=False), SYSTEM, BEFORE)
    assert (
        service.explain(Clocks(DAY, now() + timedelta(minutes=9), live=False), SYSTEM, BEFORE).whole
        is first.whole
    )
    assert seen().whole is first.whole


@pytest.mark.parametrize("portfolio", ["", "GAS_EU"])
def test_passports_equal_the_figures_of_the_page(desk, portfolio):
    asked = Asked("dtd", BEFORE.isoformat(), portfolio)
    found = seen(portfolio or None)
    for table in (
        tables.cause_table(found, asked, EVERY),
        tables.portfolio_table(found, asked, EVERY),
        tables.tenor_table(found, asked, EVERY),
        tables.trade_table(found, asked, EVERY),
        tables.part_table(found, asked, EVERY),
        *(
            make(found, replace(asked, factor=factor), EVERY)
            for make in (tables.part_table, tables.trade_table)
            for factor in ("price", "price:TTF:2026-07", "new")
        ),
        tables.missing_table(found, EVERY),
    ):
        for row in table.rows:
            for at, column in enumerate(table.columns):
                if column.metric is None or row[at] is None:
                    continue
                params = {**table.extra["params"][row[0]], **dict(column.params)}
                again = passports.open_passport(column.metric, params, clocks(), SYSTEM).evaluation
                assert again.value == pytest.approx(row[at], abs=1e-6), (row[0], column.key)
                alone = replayed(column.metric, params, again)
                assert alone == (pytest.approx(again.value, abs=1e-6), again.unit), (row[0], column.key)


def test_the_prices_of_a_curve_and_month_name_their_quotes(desk):
    params = {**Asked("dtd", BEFORE.isoformat()).params(), "tenor": "TTF 2026-07"}
    move = passports.open_passport(metrics.PRICE_MOVE.id, params, clocks(), SYSTEM).evaluation
    assert (move.value, move.unit) == (3.0, "EUR/MWh")
    rows = [(row["end"], row["price"], row["quoted"], row["source"]) for row in move.inputs.records()]
    assert rows == [("start", 30.0, BEFORE, "test"), ("end", 33.0, DAY, "test")]
    delta = passports.open_passport(metrics.CELL_DELTA.id, params, clocks(), SYSTEM).evaluation
    assert sorted(delta.inputs.column("trade")) == sorted([str(desk["KEPT"]), str(desk["AMENDED"])])
    with pytest.raises(NotFound, match="moved with 'TTF 2031-07'"):
        passports.open_passport(metrics.CELL.id, {**params, "tenor": "TTF 2031-07"}, clocks(), SYSTEM)


def test_a_receipt_of_a_cell_from_before_its_legs_were_shown_is_still_computed():
    replay = evaluation.EVALUATORS[metrics.CELL.id].replay
    found = replay([{"part": 300.0}, {"part": None}, {"part": -50.0}], {"tenor": "TTF 2026-07"}, clocks())
    assert (found.value, found.unit) == (250.0, "EUR")


def test_all_others_are_the_whole_less_those_that_are_named(desk):
    asked = {"since": BEFORE.isoformat(), "portfolio": "GAS_EU", "less": str(desk["KEPT"])}
    found = passports.open_passport(metrics.PART.id, asked, clocks(), SYSTEM).evaluation
    assert found.value == pytest.approx(seen("GAS_EU").combined.total[0] - 300.0)


def replayed(metric_id, params, found):
    """Return value and unit as computed from the rows of a passport alone."""
    replay = evaluation.EVALUATORS[metric_id].replay
    outcome = replay(found.inputs.records(), evaluation.clean_params(metric_id, params), clocks())
    return outcome.value, outcome.unit


def test_passports_of_the_tiles_have_their_rows_behind_them(desk):
    asked = Asked("dtd", BEFORE.isoformat())
    trades, lost = len(seen().whole.found.pairs), int((~seen().whole.found.known).sum())
    behind = {metrics.TOTAL: trades, metrics.UNEXPLAINED: trades, metrics.UNEXPLAINED_RATIO: len(Line)}
    for metric, count in {**behind, metrics.LEFT_OUT: lost}.items():
        params = asked.params(line="total")
        found = passports.open_passport(metric.id, params, clocks(), SYSTEM).evaluation
        assert found.value is not None
        assert len(found.inputs.rows) == count
        assert replayed(metric.id, params, found) == (pytest.approx(found.value, abs=1e-9), found.unit)
    share = passports.open_passport(metrics.UNEXPLAINED_RATIO.id, asked.params(), clocks(), SYSTEM)
    assert 0.0 <= share.evaluation.value < 0.2
    rest = passports.open_passport(metrics.CELL.id, asked.params(tenor=REST), clocks(), SYSTEM).evaluation
    known = seen().known
    assert rest.value == pytest.approx(float(np.sum(seen().whole.cells.rest[known])))


def test_a_passport_with_a_damaged_parameter_is_refused(desk):
    with pytest.raises(DomainError, match="is no day"):
        passports.open_passport(metrics.TOTAL.id, {"since": "soon"}, clocks(), SYSTEM)
    with pytest.raises(DomainError, match="no cause 'luck'"):
        passports.open_passport(metrics.LINE.id, {"since": str(BEFORE), "line": "luck"}, clocks(), SYSTEM)
