"""What-ifs: deals valued beside the book, hedged, saved and opened again; the book stays as it is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks, now
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Role
from portal.domain.portfolio.terms import TradeVersion
from portal.services.evaluation import EVALUATORS, clean_params
from portal.services.passports import open_passport
from portal.services.portfolio import ledger
from portal.services.portfolio import what_if as service
from portal.services.portfolio import what_if_tables as tables
from portal.services.portfolio.what_if import Question
from tests.helpers.market import add_instrument
from tests.helpers.trades import add_desk, add_level, ids, terms

DAY = date(2026, 3, 10)


@pytest.fixture
def desk(database) -> int:
    """A desk with one forward of 100 MWh a month for July at 31 in GAS_EU; returns its number."""
    add_desk()
    for code, price in (("TTF", 33.0), ("POWER_DE", 80.0), ("POWER_DE_PEAK", 95.0)):
        add_level(code, DAY, price)
    july = {"delivery_start": date(2026, 7, 1), "delivery_end": date(2026, 8, 1)}
    version = TradeVersion(
        terms=terms("A", quantity=100.0, quantity_unit="MWh", price=31.0, **july),
        effective_on=date(2026, 3, 2),
        recorded_by="mara",
    )
    with UnitOfWork(write=True) as work:
        found = ledger.record(work, [version])
    assert found[0].trade_id is not None
    return found[0].trade_id


def clocks() -> Clocks:
    return Clocks(DAY, now(), live=False)


def ask(*lines: str, book: str = "GAS_EU", actor: Actor = SYSTEM) -> service.Answer:
    return service.evaluate(Question(lines, book), clocks(), actor)


def versions() -> int:
    with UnitOfWork() as work:
        return int(work.session.scalar(text("SELECT count(*) FROM trades")) or 0)


def test_a_candidate_is_worth_its_distance_from_the_curve(desk):
    answer = ask("buy 50 MWh TTF Jul-26 @ 30")
    assert answer.change("value") == pytest.approx(50 * 3.0)
    assert answer.change("move") == pytest.approx(50 * 0.33)
    assert answer.lines[0].fair == pytest.approx(33.0)
    assert versions() == 1


def test_a_deal_without_a_price_is_dealt_at_its_fair_one(desk):
    answer = ask("sell 5 MW POWER_DE offpeak Jul-26 swap", book="POWER_DE")
    assert answer.change("value") == pytest.approx(0.0, abs=1e-6)
    fair = answer.lines[0].fair
    base, peak = 31 * 24, 23 * 12  # July 2026 has 23 weekdays
    assert fair == pytest.approx((80.0 * base - 95.0 * peak) / (base - peak))


@pytest.mark.parametrize(
    ("line", "factor"),
    [("scale #{0} by 0.5", 0.5), ("flip #{0}", -1.0), ("remove #{0}", 0.0), ("scale {0} by 3", 3.0)],
)
def test_changes_of_a_trade_scale_its_value(desk, line, factor):
    answer = ask(line.format(desk))
    whole = 100 * 2.0
    assert answer.change("value") == pytest.approx((factor - 1.0) * whole)
    cell = tables.cell_changes(answer)[0]
    assert (cell.before, cell.after) == (pytest.approx(100.0), pytest.approx(100.0 * factor))


def test_the_hedge_takes_the_change_out(desk):
    lines = ("buy 7 MW TTF Q3-26 @ 30", "buy 400 MWh TTF Aug-26 @ 33")
    cells = tables.cell_changes(ask(*lines))
    again = tables.cell_changes(ask(*lines, *(cell.hedge for cell in cells if cell.hedge)))
    assert [cell.hedge.split()[0] for cell in cells] == ["sell"] * 3
    before = {cell.month: cell.residual for cell in cells}
    left = {cell.month: cell.change for cell in again}
    assert left == {
        month: pytest.approx(value, abs=1e-6) for month, value in before.items() if abs(value) > 1e-9
    }
    assert max(map(abs, before.values())) <= 744 / 2  # half a lot of one MW


def test_what_is_wrong_with_a_line_is_said_and_the_rest_is_valued(desk):
    answer = ask(
        "buy 50 MWh TTF Jul-26 @ 30", "buy 5 MW NOWHERE Jul-26", "hello", "flip #999", "buy 5 MW TTF Jan-20"
    )
    said = [line.complaint for line in answer.lines]
    assert said[0] == ""
    assert "NOWHERE" in said[1]
    assert "hello" in said[2]
    assert "999" in said[3]
    assert said[4]
    assert answer.change("value") == pytest.approx(150.0)


def test_the_fair_price_of_a_month_in_delivery_counts_what_is_fixed(desk):
    add_level("TTF", date(2026, 3, 2), 30.0, [date(2026, 3, 1)])
    add_instrument("TTF", [(date(2026, 3, at), 40.0) for at in range(2, 11)], unit="EUR/MWh")
    with UnitOfWork(write=True) as work:
        work.session.execute(text("UPDATE curves SET instrument_code = 'TTF' WHERE code = 'TTF'"))
    answer = ask("buy 50 MWh TTF Mar-26 swap")
    assert answer.change("value") == pytest.approx(0.0, abs=1e-9)
    assert 30.0 < (answer.lines[0].fair or 0.0) < 40.0


def test_a_trade_is_changed_once(desk):
    answer = ask(f"remove #{desk}", f"scale #{desk} by 0.5")
    assert [bool(line.complaint) for line in answer.lines] == [False, True]
    assert answer.change("value") == pytest.approx(-200.0)


def test_before_counts_the_books_whose_trades_change(desk):
    answer = ask(f"remove #{desk}", book="POWER_DE")
    (cell,) = tables.cell_changes(answer)
    assert (cell.before, cell.change, cell.after) == (100.0, -100.0, 0.0)
    assert tables.touched(answer) == ["GAS_EU", "POWER_DE"]


def test_too_many_lines_are_refused():
    with pytest.raises(DomainError, match="20 deals"):
        Question.of("\n".join(["flip 1"] * 21), "GAS_EU")


def test_rights_hold_for_what_ifs(desk):
    trader = Actor(7, "mara", "Mara", frozenset({Role.TRADER}), frozenset({"POWER", "POWER_DE"}))
    assert "999" not in ask(f"flip #{desk}", book="POWER_DE", actor=trader).lines[0].complaint
    assert "may see" in ask(f"flip #{desk}", book="POWER_DE", actor=trader).lines[0].complaint
    assert "GAS_EU" in ask("buy 50 MWh TTF Jul-26 @ 30", actor=trader).lines[0].complaint


def test_a_what_if_is_saved_shared_and_never_enters_the_book(desk):
    question = Question.of("buy 50 MWh TTF Jul-26 @ 30\n\n", "GAS_EU")
    key = service.save(question, "Summer gas", clocks(), SYSTEM).key
    row, loaded = service.load(key, SYSTEM)
    assert (row.title, loaded, versions()) == ("Summer gas", question, 1)
    assert [item.key for item in service.saved(SYSTEM)] == [key]
    stranger = Actor(7, "mara", "Mara", frozenset({Role.TRADER}), frozenset({"POWER_DE"}))
    assert service.saved(stranger) == []
    for actor, name in ((stranger, key), (SYSTEM, "nothing")):
        with pytest.raises(NotFound, match="no such what-if"):
            service.load(name, actor)
    for lines, title in (((), "Empty"), (question.lines, "  ")):
        with pytest.raises(DomainError):
            service.save(Question(lines, "GAS_EU"), title, clocks(), SYSTEM)


def test_a_double_click_saves_once(desk):
    question = Question.of("buy 51 MWh TTF Jul-26 @ 30", "GAS_EU")

    def save(asked=question, title="Twice", moment=None, actor=SYSTEM):
        return service.save(asked, title, moment or clocks(), actor)

    with ThreadPoolExecutor(4) as pool:
        keys = {row.key for row in pool.map(lambda _: save(), range(4))}
    (key,) = keys
    other = Actor(7, "mara", "Mara", frozenset({Role.TRADER}), frozenset({"GAS_EU"}))
    earlier = Clocks(DAY, now() - timedelta(hours=1), live=False)
    changed = Question.of("buy 52 MWh TTF Jul-26 @ 30", "GAS_EU")
    others = (save(changed), save(title="Thrice"), save(moment=earlier), save(actor=other))
    assert len({key, *(row.key for row in others)}) == 5
    with UnitOfWork(write=True) as work:
        work.session.execute(text("UPDATE what_ifs SET recorded_at = recorded_at - interval '61 seconds'"))
    assert save().key != key


def opened(metric_id, params):
    """Return the evaluation of a passport, once its value has been computed from its rows alone too."""
    found = open_passport(metric_id, params, clocks(), SYSTEM).evaluation
    replay = EVALUATORS[metric_id].replay
    alone = replay(found.inputs.records(), clean_params(metric_id, params), clocks())
    assert alone.value == (None if found.value is None else pytest.approx(found.value, abs=1e-6))
    assert alone.unit == found.unit
    return found


def test_passports_equal_the_page(desk):
    option = "buy 100 MWh TTF Jul-26 put strike 62 premium 1.9 expiry 2026-06-26"
    answer = ask(
        "buy 7 MW TTF Q3-26 @ 30", f"scale #{desk} by 2", "sell 5 MW POWER_DE offpeak Jul-26 swap", option
    )
    params = tables.deal_params(answer)
    for name in ("value", "move", "gamma", "vega", "theta", "rho"):
        assert opened(f"whatif.{name}", params).value == answer.change(name)
    for number, row in enumerate(tables.deal_table(answer).records(), start=1):
        found = opened("whatif.line_value", {**params, "line": number})
        assert found.value == row["value"]
        assert found.inputs.rows
        fair = opened("whatif.line_fair", {**params, "line": number})
        assert fair.value == row["fair"]
        assert bool(fair.note) == (row["fair"] is None)
    for cell in tables.cell_changes(answer):
        given = {**params, "curve": cell.curve, "month": cell.month}
        for name, value in (("before", cell.before), ("change", cell.change), ("after", cell.after)):
            assert opened(f"whatif.cell_{name}", given).value == value


def test_limits_show_what_the_fullest_month_would_use(desk):
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text("INSERT INTO position_limits VALUES (:book, 'gas', '2026-01-01', 200, 'risk')"),
            {"book": ids("portfolios")["GAS_EU"]},
        )
    answer = ask("buy 150 MWh TTF Jul-26 @ 33")
    (row,) = tables.limits(answer, clocks())
    assert (row.before, row.after) == (pytest.approx(0.5), pytest.approx(1.25))
    found = opened("whatif.limit_use", {**tables.deal_params(answer), "commodity": "gas"})
    assert found.value == pytest.approx(1.25)


def test_nothing_is_nan(desk):
    answer = ask("buy 50 MWh TTF Jul-35 @ 30", "buy 50 MWh TTF Jul-26 @ 30")
    rows = tables.deal_table(answer).records()
    assert rows[0]["value"] is None
    assert answer.change("value") is None
    assert np.isfinite(rows[1]["value"])
