"""The blotter: newest versions under both clocks, only of visible books, filtered and paged in SQL."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from data.session import UnitOfWork
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks, now
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.domain.portfolio.terms import TradeVersion
from portal.services import evaluation, passports
from portal.services.portfolio import blotter, ledger
from portal.services.portfolio.amendments import Request, propose_amendment, reject
from portal.services.portfolio.blotter import Filter
from tests.helpers import trades as desk

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = date(2026, 3, 2)
ALL = frozenset({"DESK", "GAS", "GAS_EU", "POWER", "POWER_DE", "OIL"})
OTTO = Actor(1, "otto", "Otto", frozenset({Role.OPERATIONS}), ALL)
RITA = Actor(2, "rita", "Rita", frozenset({Role.RISK_OFFICER}), ALL)
GASMAN = Actor(3, "gina", "Gina", frozenset({Role.TRADER}), frozenset({"GAS", "GAS_EU"}))


def clocks(days: int = 0, hours: float = 24 * 365 * 50) -> Clocks:
    return Clocks(DAY + timedelta(days=days), AT + timedelta(hours=hours), live=False)


@pytest.fixture(scope="module")
def book(module_database: str) -> list[TradeVersion]:
    """Four trades: gas, power, oil, and one of gas that is amended on the third day and cancelled on the ninth."""
    desk.add_desk()
    ids, curves, names = desk.ids("portfolios"), desk.ids("curves"), desk.ids("counterparties")
    desk.add_level("TTF", DAY, 30.0)

    def new(name: str, **terms: Any) -> TradeVersion:
        return TradeVersion(
            terms=desk.terms(name, **terms), effective_on=DAY, recorded_by="mara", recorded_at=AT
        )

    oil: dict[str, Any] = {"kind": "swap", "quantity_unit": "bbl", "quantity": 1000.0, "price": 71.0}
    with UnitOfWork(write=True) as work:
        stored = ledger.record(
            work,
            [
                new("GAS-1"),
                new("POW-1", curve_id=curves["POWER_DE"], portfolio_id=ids["POWER_DE"], side=-1),
                new(
                    "OIL-1",
                    curve_id=curves["BRENT"],
                    portfolio_id=ids["OIL"],
                    counterparty_id=names["ICE"],
                    **oil,
                ),
                new("GAS-2", trader="Jo"),
            ],
        )
        last = stored[-1]
        second = replace(
            last, version=2, event="amended", effective_on=DAY + timedelta(days=2),
            recorded_at=AT + timedelta(days=3), terms=replace(last.terms, price=33.0),
        )  # fmt: skip
        third = replace(
            second, version=3, event="cancelled", effective_on=DAY + timedelta(days=8),
            recorded_at=AT + timedelta(days=9),
        )  # fmt: skip
        ledger.record(work, [second, third])
    return stored


def shown(
    asked: Filter | None = None, actor: Actor = SYSTEM, at: Clocks | None = None, **query: Any
) -> list[str]:
    table = blotter.trades(GridQuery(**query), asked or Filter(), at or clocks(), actor)
    return [str(cell) for cell in table.column("external_id")]


def test_both_clocks(book: list[TradeVersion]) -> None:
    def state(at: Clocks) -> tuple[Any, ...]:
        table = blotter.trades(GridQuery(text="GAS-2"), Filter(), at, SYSTEM)
        return tuple(table.column(name)[0] for name in ("state", "price", "version"))

    assert state(clocks(0)) == ("live", 31.5, 1)
    assert state(clocks(2)) == ("amended", 33.0, 2)
    assert state(clocks(2, hours=10)) == ("live", 31.5, 1)  # the amendment was not known yet
    assert state(clocks(8)) == ("cancelled", 33.0, 3)
    assert shown(at=clocks(-1)) == []


def test_matured(book: list[TradeVersion]) -> None:
    assert shown(Filter(status="matured"), at=clocks(300)) == ["OIL-1", "POW-1", "GAS-1"]
    assert shown(Filter(status="live"), at=clocks(300)) == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Filter(node="GAS"), ["GAS-2", "GAS-1"]),
        (Filter(node="GAS_EU"), ["GAS-2", "GAS-1"]),
        (Filter(node="DESK"), ["GAS-2", "OIL-1", "POW-1", "GAS-1"]),
        (Filter(node="NOPE"), []),
        (Filter(commodity="power"), ["POW-1"]),
        (Filter(kind="swap"), ["OIL-1"]),
        (Filter(counterparty="ICE"), ["OIL-1"]),
        (Filter(status="cancelled"), []),
        (Filter(status="live", node="GAS"), ["GAS-2", "GAS-1"]),
    ],
)
def test_filters(book: list[TradeVersion], asked: Filter, found: list[str]) -> None:
    assert shown(asked) == found


def test_order_text_and_pages(book: list[TradeVersion]) -> None:
    assert shown(sort="external_id") == ["GAS-1", "GAS-2", "OIL-1", "POW-1"]
    assert shown(sort="external_id", descending=True, limit=2, offset=1) == ["OIL-1", "GAS-2"]
    assert shown(text="nordwind gas") == ["GAS-2", "GAS-1"]
    assert shown(text="sell") == ["POW-1"]
    assert shown(text="100%_") == []
    assert shown(sort="no such column") == ["GAS-2", "OIL-1", "POW-1", "GAS-1"]
    assert blotter.trades(GridQuery(limit=1), Filter(), clocks(), SYSTEM).total == 4


def test_only_visible_books(book: list[TradeVersion]) -> None:
    assert shown(actor=GASMAN) == ["GAS-2", "GAS-1"]
    assert shown(Filter(node="POWER"), actor=GASMAN) == []
    assert shown(actor=replace(GASMAN, portfolio_codes=frozenset())) == []
    assert [node.code for node in blotter.choices(GASMAN).nodes] == ["GAS", "GAS_EU"]
    assert blotter.choices(GASMAN).counterparties == [("NORDWIND", "NORDWIND")]
    assert blotter.choices(GASMAN).commodities == ["gas"]
    with pytest.raises(NotPermitted):
        blotter.trades(GridQuery(), Filter(), clocks(), Actor(4, "a", "A", frozenset({Role.ADMINISTRATOR})))


def test_summary_and_what_counts_later(book: list[TradeVersion]) -> None:
    found = blotter.summary(Filter(), clocks(3), SYSTEM)
    assert (found.counts.trades, found.counts.live, found.counts.waiting, found.later) == (4, 4, 0, 1)
    assert blotter.summary(Filter(), clocks(8), SYSTEM).counts.live == 3


def test_proposals_wait_in_the_list(book: list[TradeVersion]) -> None:
    number = propose_amendment(
        Request(book[0].trade_id or 0, 1, DAY, "Broker confirmed another price"), {"price": "32"}, OTTO
    )
    at = Clocks(DAY, now(), live=True)
    assert shown(Filter(status="waiting"), at=at) == ["GAS-1"]
    assert blotter.summary(Filter(), at, SYSTEM).counts.waiting == 1
    (row,) = blotter.open_proposals(GridQuery(text="broker"), at, RITA).records()
    assert (row["external_id"], row["event"], row["state"], row["proposed_by"]) == (
        "GAS-1",
        "amendment",
        "open",
        "otto",
    )
    assert blotter.open_proposals(GridQuery(), at, OTTO).column("state") == ["yours"]
    assert blotter.open_proposals(GridQuery(text="nothing"), at, RITA).total == 0
    blind = replace(RITA, portfolio_codes=frozenset({"OIL"}))
    assert blotter.open_proposals(GridQuery(), at, blind).total == 0
    with pytest.raises(NotPermitted):
        blotter.open_proposals(GridQuery(), at, GASMAN)
    reject(number, "no", RITA)
    assert blotter.open_proposals(GridQuery(), at, RITA).total == 0
    assert shown(Filter(status="waiting"), at=at) == ["GAS-1"]  # as it was known at that moment
    assert shown(Filter(status="waiting"), at=Clocks(DAY, now())) == []


@pytest.mark.parametrize("metric", ["portfolio.trades", "portfolio.live_trades", "portfolio.waiting_trades"])
@pytest.mark.parametrize("node", ["all", "GAS"])
def test_passports_equal_the_tiles(book: list[TradeVersion], metric: str, node: str) -> None:
    counts = blotter.summary(Filter(node="" if node == "all" else node), clocks(8), OTTO).counts
    passport = passports.open_passport(metric, {"node": node}, clocks(8), OTTO)
    wanted = {"trades": counts.trades, "live_trades": counts.live, "waiting_trades": counts.waiting}
    assert passport.evaluation.value == wanted[metric.partition(".")[2]]


@pytest.mark.parametrize("at", [clocks(0), clocks(2), clocks(8)], ids=["new", "amended", "cancelled"])
def test_a_term_opens_the_versions_behind_it(book: list[TradeVersion], at: Clocks) -> None:
    table = blotter.trades(GridQuery(), Filter(), at, SYSTEM)
    for row in table.records():
        params = table.extra["params"][row["external_id"]]
        for column in table.columns:
            if column.metric is None:
                continue
            asked = {**params, **dict(column.params)}
            found = passports.open_passport(column.metric, asked, at, SYSTEM).evaluation
            assert found.value == row[column.key]
            assert len(found.inputs.rows) == row["version"]
            alone = evaluation.EVALUATORS[column.metric].replay(found.inputs.records(), asked, at)
            assert (alone.value, alone.unit) == (found.value, found.unit)


def test_a_term_is_for_those_who_see_the_trade(book: list[TradeVersion]) -> None:
    hidden = {"trade": book[0].trade_id, "term": "price"}
    nobody = Actor(9, "nina", "Nina", frozenset({Role.TRADER}), frozenset())
    with pytest.raises(NotFound, match="may see"):
        passports.open_passport("portfolio.trade_term", hidden, clocks(8), nobody)
    with pytest.raises(DomainError, match="no number of a trade"):
        passports.open_passport("portfolio.trade_term", {**hidden, "term": "trader"}, clocks(8), SYSTEM)
