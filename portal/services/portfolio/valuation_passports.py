"""How each figure of Portfolio > Valuation is computed again: from its trades, its legs, or stored closes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import fsum, isfinite
from typing import Any

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Cell, Column, Table
from portal.domain.portfolio import valuation_metrics as metrics
from portal.domain.portfolio.rollup import PERIODS, Gap
from portal.domain.portfolio.trade import Event, Kind
from portal.services.evaluation import evaluates
from portal.services.portfolio import closing
from portal.services.portfolio.valuation import Profits, ValuedBook, profits_in, valued_in
from portal.services.portfolio.valuation_legs import LEG_COLUMNS, TradeLegs, leg_rows, trade_outcome
from portal.services.portfolio.valuation_tables import SPLITS, gap_name, split_keys

ALL = "all"
PORTFOLIO = Parameter("portfolio", "Portfolio", default=ALL)
SCOPE = (PORTFOLIO, Parameter("split", "Split by", default="none"), Parameter("part", "Part", default=ALL))
TRADE = Parameter("trade", "Trade", "integer", low=1)
NO_TRADES = "No trade stood in this portfolio under these clocks."
_BOOK_COLUMNS = (
    Column("trade", "Trade", "integer"),
    Column("version", "Version", "integer"),
    Column("book", "Book"),
    Column("kind", "Kind"),
    Column("curve", "Curve"),
    Column("currency", "Currency"),
    Column("fx", "EUR for one", "number", decimals=6),
    Column("unrealised", "Unrealised", "number", signed=True),
    Column("realised", "Realised", "number", signed=True),
    Column("before", "Value before", "number", unit="EUR", signed=True),
    Column("amount", "Counted", "number", unit="EUR", signed=True),
)


def sum_of(records: Sequence[Mapping[str, Any]]) -> Outcome:
    """Return the sum of what the rows count; rows without an amount are left out and counted."""
    amounts = [float(record["amount"]) for record in records if record["amount"] is not None]
    lost = len(records) - len(amounts)
    steps = (Step("Trades", float(len(records))), Step("Without a value", float(lost)))
    note = "" if records else NO_TRADES
    return Outcome(fsum(amounts), "EUR", steps, note)


def _replay_sum(records: Sequence[Mapping[str, Any]], params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return sum_of(records)


def _chosen(found: ValuedBook, params: Params) -> list[int]:
    """Return the positions of the trades that a split and its part choose."""
    split, part = str(params["split"]), str(params["part"])
    if split not in SPLITS:
        return list(range(len(found.book)))
    return [at for at, key in enumerate(split_keys(found, split)) if key == part]


def _book_table(
    found: ValuedBook, at: Sequence[int], amounts: Sequence[float], before: Sequence[float] | None
) -> Table:
    book, values, curves = found.book, found.valuation, found.market.curves
    nodes, place = found.node_of.tolist(), {key: at for at, key in enumerate(curves.id.tolist())}
    rows: list[tuple[Cell, ...]] = [
        (
            int(book.trade_id[i]), int(book.version[i]), found.nodes[nodes[i]].code, Kind(int(book.kind[i])).label,
            curves.code[place[int(book.curve[i])]], values.currency[i], _cell(values.to_eur[i]),
            _cell(values.unrealised[i]), _cell(values.realised[i]),
            None if before is None else _cell(before[i]), _cell(amounts[i]),
        )
        for i in at
    ]  # fmt: skip
    return Table(_BOOK_COLUMNS, rows, simulated=found.simulated)


def _evaluation(found: ValuedBook, params: Params, table: Table, extra: tuple[Step, ...] = ()) -> Evaluation:
    outcome = sum_of(table.records())
    part = str(params.get("part", ALL))
    stale = sum(gap.notional_eur for gap in found.gaps if gap.what == "stale")
    late = f"Stale marks hold {stale:,.0f} EUR of volume" if stale else ""
    return Evaluation(
        _subject(params) if part == ALL else f"{_subject(params)}, {part}",
        outcome.value,
        outcome.unit,
        table,
        (*outcome.steps, *extra),
        newest=found.market.as_of,
        late=late,
        note=outcome.note,
    )


def _portfolio(params: Params) -> str | None:
    """Return the code of the portfolio asked for; None for all."""
    return None if params["portfolio"] == ALL else str(params["portfolio"])


def _subject(params: Params) -> str:
    return _portfolio(params) or "All portfolios that you may see"


def _valued(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> ValuedBook:
    found, portfolio = valued_in(work, clocks, actor), _portfolio(params)
    return found.narrowed(portfolio) if portfolio else found


def _register_sum(metric: Metric, pick: Callable[[ValuedBook], Sequence[float]]) -> None:
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        found = _valued(work, params, clocks, actor)
        return _evaluation(found, params, _book_table(found, _chosen(found, params), pick(found), None))

    evaluates(metric.id, permission=Permission.PORTFOLIO_READ, parameters=SCOPE, replay=_replay_sum)(run)


def _register_period(period: str) -> None:
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        found = profits_in(work, clocks, actor, portfolio=_portfolio(params), periods=(period,))
        table = _book_table(
            found.now, _chosen(found.now, params), found.by_trade[period].tolist(), _before(found, period)
        )
        table = replace(table, rows=[*table.rows, *_left_rows(found, period, params)])
        return _evaluation(found.now, params, table, (Step("Since the close of", f"{found.since[period]}"),))

    metric = metrics.BY_PERIOD[period]
    evaluates(metric.id, permission=Permission.PORTFOLIO_READ, parameters=SCOPE, replay=_replay_sum)(run)


def _before(found: Profits, period: str) -> list[float]:
    before: list[float] = (found.now.valuation.total_eur - found.by_trade[period]).tolist()
    return before


def _left_rows(found: Profits, period: str, params: Params) -> list[tuple[Cell, ...]]:
    """Return the trades that went to another book since: they hold nothing here now, and held their value before."""
    left, amounts = found.left[period], found.lost(period)
    table = _book_table(left, _chosen(left, params), amounts.tolist(), (-amounts).tolist())
    at = next(place for place, column in enumerate(_BOOK_COLUMNS) if column.key == "unrealised")
    return [(*row[:at], 0.0, 0.0, *row[at + 2 :]) for row in table.rows]


def _counting(table: Table) -> Table:
    """The same rows, where what each counts is trades."""
    columns = tuple(replace(c, unit="", decimals=0) if c.key == "amount" else c for c in table.columns)
    return replace(table, columns=columns)


def _replay_count(records: Sequence[Mapping[str, Any]], params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return Outcome(fsum(float(record["amount"]) for record in records), "trades")


def alive(found: ValuedBook) -> list[float]:
    """Return 1 for each trade that was not cancelled, else 0."""
    counted: list[float] = (found.book.event != list(Event).index(Event.CANCELLED)).astype(float).tolist()
    return counted


def without_value(found: ValuedBook) -> list[float]:
    """Return 1 for each trade that was not cancelled and has no value, else 0."""
    return [float(one and lost) for one, lost in zip(alive(found), found.valuation.is_missing, strict=True)]


def _register_count(metric: Metric, pick: Callable[[ValuedBook], Sequence[float]]) -> None:
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        found = _valued(work, params, clocks, actor)
        amounts = pick(found)
        at = [i for i in _chosen(found, params) if amounts[i]]
        table = _counting(_book_table(found, at, amounts, None))
        part = str(params.get("part", ALL))
        subject = _subject(params) if part == ALL else f"{_subject(params)}, {part}"
        return Evaluation(subject, float(len(at)), metric.unit, table, newest=found.market.as_of)

    evaluates(metric.id, permission=Permission.PORTFOLIO_READ, parameters=SCOPE, replay=_replay_count)(run)


_register_count(metrics.COUNTED, alive)
_register_count(metrics.WITHOUT_VALUE, without_value)
_register_sum(metrics.VALUE, lambda found: found.valuation.total_eur.tolist())
_register_sum(metrics.UNREALISED, lambda found: found.valuation.unrealised_eur.tolist())
_register_sum(metrics.REALISED, lambda found: found.valuation.realised_eur.tolist())
for _period in PERIODS:
    _register_period(_period)


def _register_trade(metric: Metric) -> None:
    key = metric.id.removeprefix("portfolio.trade_")

    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        found = valued_in(work, clocks, actor)
        legs = leg_rows(found, int(params["trade"] or 0))
        table = Table(LEG_COLUMNS, legs.rows, simulated=legs.simulated)
        outcome = trade_outcome(key, table.records())
        return Evaluation(
            legs.subject, outcome.value, outcome.unit, table, (*_terms(legs), *outcome.steps),
            newest=found.market.as_of, late=legs.late, note=outcome.note or legs.note,
        )  # fmt: skip

    def replay(records: Sequence[Mapping[str, Any]], params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        return trade_outcome(key, records)

    evaluates(metric.id, permission=Permission.PORTFOLIO_READ, parameters=(TRADE,), replay=replay)(run)


def _terms(legs: TradeLegs) -> tuple[Step, ...]:
    return tuple(Step(name, value, unit) for name, value, unit in legs.terms)


for _metric in (
    metrics.TRADE_VALUE,
    metrics.TRADE_UNREALISED,
    metrics.TRADE_REALISED,
    metrics.TRADE_DELTA,
    metrics.TRADE_GAMMA,
    metrics.TRADE_VEGA,
    metrics.TRADE_THETA,
    metrics.TRADE_RHO,
):
    _register_trade(_metric)


def _gap(found: ValuedBook, params: Params) -> Gap:
    gap = next((gap for gap in found.gaps if gap_name(found, gap) == params["input"]), None)
    if gap is None:
        raise NotFound(
            f"'{params['input']}' is neither missing nor stale under these clocks. Open the list of marks again.",
            input=str(params["input"]),
        )
    return gap


@evaluates(
    metrics.GAP_NOTIONAL.id,
    permission=Permission.PORTFOLIO_READ,
    parameters=(PORTFOLIO, Parameter("input", "Input")),
    replay=_replay_sum,
)
def gap_notional(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """Return the money that rests on one missing or stale input, with the trades that need it."""
    found = _valued(work, params, clocks, actor)
    gap = _gap(found, params)
    money = dict(zip(gap.trades, gap.money, strict=True))
    table = _gap_rows(found, money)
    outcome = sum_of(table.records())
    return Evaluation(
        str(params["input"]), outcome.value, outcome.unit, table, (Step("What", gap.what), *outcome.steps[:1]),
        newest=found.market.as_of,
    )  # fmt: skip


def _gap_rows(found: ValuedBook, amount_of: Mapping[int, float]) -> Table:
    numbers = found.book.trade_id.tolist()
    amounts = [amount_of.get(number, 0.0) for number in numbers]
    return _book_table(found, [i for i, number in enumerate(numbers) if number in amount_of], amounts, None)


@evaluates(
    metrics.GAP_TRADES.id,
    permission=Permission.PORTFOLIO_READ,
    parameters=(PORTFOLIO, Parameter("input", "Input")),
    replay=_replay_count,
)
def gap_trades(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """Return how many trades need one missing or stale input, and which."""
    found = _valued(work, params, clocks, actor)
    gap = _gap(found, params)
    table = _counting(_gap_rows(found, dict.fromkeys(gap.trades, 1.0)))
    return Evaluation(
        str(params["input"]), float(len(gap.trades)), metrics.GAP_TRADES.unit, table, (Step("What", gap.what),),
        newest=found.market.as_of,
    )  # fmt: skip


_CLOSE_COLUMNS = (
    Column("book", "Book"),
    Column("day", "Day", "date"),
    Column("unrealised", "Unrealised", "number", unit="EUR", signed=True),
    Column("realised", "Realised", "number", unit="EUR", signed=True),
    Column("trades", "Trades", "integer"),
    Column("missing", "Without value", "integer"),
    Column("recorded_at", "Closed at", "moment"),
)


def close_of(records: Sequence[Mapping[str, Any]]) -> Outcome:
    """Return the sum of stored closes."""
    amounts = [float(record[name]) for record in records for name in ("realised", "unrealised")]
    note = "" if records else "This day was not closed."
    return Outcome(fsum(amounts) if records else None, "EUR", (Step("Books", float(len(records))),), note)


def _replay_close(records: Sequence[Mapping[str, Any]], params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return close_of(records)


@evaluates(
    metrics.CLOSE.id,
    permission=Permission.PORTFOLIO_READ,
    parameters=(PORTFOLIO, Parameter("day", "Day")),
    replay=_replay_close,
)
def close(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """Return the stored close of one day, with the books in it."""
    found = closing.history_in(work, clocks, actor, portfolio=_portfolio(params))
    rows: list[tuple[Cell, ...]] = [
        (code, row.as_of, row.unrealised, row.realised, row.trades, row.missing, row.recorded_at)
        for code, days in sorted(found.items())
        for row in days
        if str(row.as_of) == params["day"]
    ]
    table = Table(_CLOSE_COLUMNS, rows)
    outcome = close_of(table.records())
    moments = [row.recorded_at for days in found.values() for row in days if str(row.as_of) == params["day"]]
    return Evaluation(
        _subject(params), outcome.value, outcome.unit, table, outcome.steps,
        recorded_at=max(moments, default=None), note=outcome.note,
    )  # fmt: skip


def _cell(value: float) -> float | None:
    return float(value) if isfinite(value) else None
