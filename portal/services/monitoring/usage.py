"""Monitoring > Usage: who uses the portal (in numbers), what is traded with it, and what people think of it.

Numbers of trading are those of the books that the reader may see; who may not read portfolios sees none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data.queries import usage as queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Metric, Shown
from portal.core.permissions import Permission
from portal.core.table import Cell, Column, Table
from portal.domain.monitoring import usage_metrics as metrics
from portal.domain.monitoring.usage import (
    SURVEY_DAYS,
    WINDOW_DAYS,
    active_people,
    energy_of_trades,
    satisfaction,
    total_of,
)
from portal.services.portfolio.valuation import ValuedBook, valued_in

DAY_COLUMNS = (
    Column("day", "Day (UTC)", "date"),
    Column("sessions", "Sessions opened", "integer"),
    Column("people", "People", "integer"),
)
PEOPLE_COLUMNS = (Column("last", "Last day of use (UTC)", "date"),)
SCORE_COLUMNS = (Column("day", "Day", "date"), Column("score", "Score", "integer"))
TRADE_COLUMNS = (
    Column("trade", "Trade", "integer"),
    Column("version", "Version", "integer"),
    Column("traded", "Traded", "date"),
    Column("book", "Book"),
    Column("mwh", "Energy", "number", unit="MWh", decimals=0),
    Column("eur", "Money", "number", unit="EUR", decimals=0),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a day; ``trading`` is empty for who may not read portfolios."""

    day: date
    values: Mapping[str, float | None]
    trading: Mapping[str, float]
    simulated: bool
    by_day: Table

    def shown(self, metric: Metric) -> Shown:
        """Return a figure with the parameters of its passport."""
        if metric.id in self.trading:
            return Shown(metric, self.trading[metric.id], metric.unit)
        value = self.values[metric.id]
        return Shown(metric, value, metric.unit if value is not None else "", {"day": self.day.isoformat()})


def figures(clocks: Clocks, actor: Actor) -> Figures:
    """Return the figures of the day of the clocks' known moment."""
    actor.require(Permission.MONITORING_READ)
    day = clocks.known_at.date()
    with UnitOfWork() as work:
        people = queries.last_days(work.session, day, days=WINDOW_DAYS)
        days = queries.by_day(work.session, day, days=WINDOW_DAYS)
        scores = [score for _, score in queries.newest_scores(work.session, day, days=SURVEY_DAYS)]
        traded = trade_rows(work, clocks, actor) if actor.can(Permission.PORTFOLIO_READ) else None
    values = {
        **{name: float(active_people(people, day, days=window)) for name, window in metrics.DAYS.items()},
        metrics.SESSIONS.id: total_of([float(opened) for _, opened, _ in days]),
        metrics.SATISFACTION.id: satisfaction(scores),
        metrics.ANSWERS.id: float(len(scores)),
    }
    trading = {} if traded is None else {metric.id: sum_of(traded, key) for metric, key in SUMS.items()}
    return Figures(day, values, trading, traded is not None and traded.simulated, Table(DAY_COLUMNS, days))


def figures_by_day(clocks: Clocks, actor: Actor) -> Table:
    """Return sessions and people by day, up to the day of the clocks' known moment."""
    actor.require(Permission.MONITORING_READ)
    with UnitOfWork() as work:
        return day_rows(work, clocks.known_at.date())


SUMS = {metrics.ENERGY: "mwh", metrics.MONEY: "eur"}
"""The column of the trades that a figure of trading sums."""


def sum_of(traded: Table, key: str) -> float:
    """Return the sum of a column of the trades."""
    return total_of([float(value) if isinstance(value, float) else None for value in traded.column(key)])


def people_rows(work: UnitOfWork, day: date) -> Table:
    """Return the last day of use of everybody who used the portal in thirty days; nothing says who."""
    return Table(PEOPLE_COLUMNS, [(one,) for one in queries.last_days(work.session, day, days=WINDOW_DAYS)])


def day_rows(work: UnitOfWork, day: date) -> Table:
    """Return sessions and people by day."""
    return Table(DAY_COLUMNS, list(queries.by_day(work.session, day, days=WINDOW_DAYS)))


def score_rows(work: UnitOfWork, day: date) -> Table:
    """Return the newest answers, without who gave them."""
    return Table(SCORE_COLUMNS, list(queries.newest_scores(work.session, day, days=SURVEY_DAYS)))


def trade_rows(work: UnitOfWork, clocks: Clocks, actor: Actor) -> Table:
    """Return the trades of thirty days with their energy and money, of the books that ``actor`` may see.

    Raises
    ------
    NotPermitted
        The actor may not read portfolios.
    """
    actor.require(Permission.PORTFOLIO_READ)
    return traded_in(valued_in(work, clocks, actor, greeks=False), clocks.as_of)


def traded_in(found: ValuedBook, as_of: date) -> Table:
    """Return the trades of a valued book that were agreed in the thirty days up to a day and stand."""
    book, legs, curves = found.book, found.valuation.legs, found.market.curves
    first = curves.id[legs.curve] == book.curve[legs.trade]
    energy = energy_of_trades(legs.trade, legs.volume, curves.mwh[legs.curve], first, len(book))
    begin, end = (np.datetime64(one, "D") for one in (as_of - timedelta(days=WINDOW_DAYS - 1), as_of))
    money = found.valuation.notional_eur
    stands = (energy > 0) | (np.nan_to_num(money) > 0)  # a cancelled trade has neither
    chosen = np.flatnonzero((book.trade_date >= begin) & (book.trade_date <= end) & stands)
    rows: list[tuple[Cell, ...]] = [
        (
            int(book.trade_id[i]), int(book.version[i]), book.trade_date[i].astype(object),
            found.nodes[int(found.node_of[i])].code, float(energy[i]),
            float(money[i]) if np.isfinite(money[i]) else None,
        )
        for i in chosen
    ]  # fmt: skip
    return Table(TRADE_COLUMNS, rows, simulated=found.simulated)
