"""Risk > Earnings: what deliveries of each period may bring in, betas to curves, and what carries the risk."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from data.queries import curve_terms as curve_queries
from data.queries import portfolios as portfolio_queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.domain.portfolio.trade import Kind
from portal.domain.risk.at_risk import BUCKETS, Deliveries, by_delivery, by_period_end, deliveries
from portal.domain.risk.measures.beta import beta
from portal.domain.risk.measures.cash_flow_at_risk import cash_flow_at_risk
from portal.domain.risk.measures.earnings_at_risk import earnings_at_risk
from portal.domain.risk.measures.gross_margin_at_risk import gross_margin_at_risk
from portal.domain.risk.reading import Measure
from portal.domain.risk.scenarios.factors import FactorKind
from portal.services.risk import ask as ask_service
from portal.services.risk.ask import RiskAsk
from portal.services.risk.concentrations import carried_by
from portal.services.risk.cuts import Figure
from portal.services.risk.runs import METHODS

MOST_PERIODS = {"month": 12, "quarter": 8, "year": 5}
MARGIN_KINDS = (Kind.FORWARD_PHYSICAL, Kind.STORAGE, Kind.SWING)
"""Kinds whose result is margin; the others hedge it."""
WITH_SCENARIOS = {code: title for code, title in METHODS.items() if code != "parametric"}
CARRIERS = {"book": "Portfolio", "commodity": "Commodity", "counterparty": "Counterparty", "trade": "Trade"}
CAPITAL = 100_000_000.0
SPANS = {"year": "Last year", "half": "Last six months", "all": "All stored days"}


@dataclass(frozen=True, slots=True)
class EarningsAsk:
    """What is asked: the figure of a run, periods of delivery, a tax rate, and days and capital of performance."""

    risk: RiskAsk = RiskAsk(level=0.95)  # noqa: RUF009  (frozen)
    bucket: str = "month"
    tax: float = 0.0
    span: str = "year"
    capital: float = CAPITAL

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "EarningsAsk":
        """Read the parameters of an address, a grid or a passport; what is missing takes its default.

        Raises
        ------
        DomainError
            One of them cannot be; the sentence says what it must be.
        """
        risk = RiskAsk.of({"level": 0.95, **{k: v for k, v in given.items() if v not in (None, "")}})
        if risk.method not in WITH_SCENARIOS:
            raise DomainError(
                "A parametric run has no scenarios that deliveries could be carried along. Choose another method.",
                method=risk.method,
            )
        bucket, span = str(given.get("bucket") or "month"), str(given.get("span") or "year")
        if bucket not in BUCKETS or span not in SPANS:
            raise DomainError(
                f"Periods are one of {', '.join(BUCKETS)}, days one of {', '.join(SPANS)}.",
                bucket=bucket[:20],
            )
        tax = _number(given, "tax", 0.0, 0.0, 99.0, "The tax rate, in %,")
        capital = _number(given, "capital", CAPITAL, 1.0, 1e13, "The capital, in EUR,")
        return cls(risk, bucket, tax / 100, span, capital)

    def params(self) -> dict[str, str]:
        """Return the parameters that restore this, as texts."""
        return self.risk.params() | {
            "bucket": self.bucket,
            "tax": f"{100 * self.tax:.12g}",
            "span": self.span,
            "capital": f"{self.capital:.12g}",
        }


def _number(
    given: Mapping[str, Any], name: str, default: float, low: float, high: float, words: str
) -> float:
    text = given.get(name)
    try:
        value = float(default if text in (None, "") else str(text).replace(",", ""))
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise DomainError(
            f"{words} must be between {low:,g} and {high:,g}, not '{str(text)[:20]}'.", name=name
        )
    return value


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Earnings:
    """The results of periods of delivery in every scenario, for one portfolio."""

    ask: EarningsAsk
    figure: Figure

    @property
    def horizon(self) -> float:
        """Business days that a scenario spans."""
        return float(self.figure.run.row.params.get("horizon_days", 1))

    @property
    def weights(self) -> FloatArray1D | None:
        """Weights of the scenarios; None for equal ones."""
        weight = self.figure.run.weight
        return None if float(np.ptp(weight)) == 0.0 else weight

    @cached_property
    def periods(self) -> Deliveries:
        """Periods of delivery of the run's prices."""
        factors = self.figure.run.factors
        tenor = np.where(factors.kind == FactorKind.PRICE, factors.tenor, 0)
        return deliveries(factors.as_of, tenor, self.ask.bucket)

    @property
    def shown(self) -> int:
        """How many of the periods are shown."""
        return min(len(self.periods.period), MOST_PERIODS[self.ask.bucket])

    @cached_property
    def _exposures(self) -> FloatArray2D:
        """Exposures of what earns margin, and of what hedges it, shape (2, k)."""
        run = self.figure.run
        group = np.full(len(run.outcome.trade_id), -1, dtype=np.int64)
        own = run.trades(self.figure.code)
        group[own] = np.where(np.isin(run.terms.trade_kind[own], [int(kind) for kind in MARGIN_KINDS]), 0, 1)
        return run.outcome.group_exposure(group, 2)

    @cached_property
    def margin(self) -> FloatArray2D:
        """Result of physical deliveries, storage and swing by period, shape (s, b), EUR."""
        return by_delivery(self.figure.run.outcome.moves, self._exposures[0], self.periods, self.horizon)

    @cached_property
    def hedges(self) -> FloatArray2D:
        """Result of the other positions in curves of which the period has something physical, shape (s, b), EUR."""
        physical, other = self._exposures
        cell = self.figure.run.factors.curve * len(self.periods.period) + self.periods.place
        held = np.isin(cell, cell[physical != 0.0])
        return by_delivery(
            self.figure.run.outcome.moves, np.where(held, other, 0.0), self.periods, self.horizon
        )

    @cached_property
    def cash(self) -> FloatArray2D:
        """Result of all that is delivered by period, shape (s, b), EUR."""
        total = self._exposures.sum(axis=0)
        return by_delivery(self.figure.run.outcome.moves, total, self.periods, self.horizon)

    @cached_property
    def reported(self) -> FloatArray2D:
        """Change of all fair values until the end of each period, shape (s, b), EUR, before tax."""
        run = self.figure.run
        also = run.factors.kind == FactorKind.FX
        return by_period_end(run.outcome.moves, self._exposures.sum(axis=0), self.periods, also, self.horizon)

    @cached_property
    def measures(self) -> dict[str, FloatArray1D]:
        """The four measures by period, shape (b,) each."""
        return at_risk(self.cash, self.reported, self.margin, self.hedges, self.ask, self.weights)

    def carriers(self, by: str, commodity: Mapping[int, str]) -> tuple[list[int | str], FloatArray1D]:
        """Return what carries the expected shortfall, by one of ``CARRIERS``, and the component of each."""
        if by != "commodity":
            keys, parts = carried_by(self.shortfall, by)
            return [*keys.tolist()], parts
        keys, parts = carried_by(self.shortfall, "curve")
        names = [commodity.get(key, "other") for key in keys.tolist()]
        different = sorted(set(names))
        place = np.array([different.index(name) for name in names], dtype=np.int64)
        return [*different], np.bincount(place, parts, len(different)).astype(np.float64)

    @cached_property
    def shortfall(self) -> Figure:
        """The expected shortfall whose components are concentrated or not."""
        return Figure(self.figure.run, self.figure.code, Measure.ES, self.ask.risk.level)

    def front(self) -> list[tuple[str, int]]:
        """Return each curve with the column of its nearest delivery."""
        factors = self.figure.run.factors
        found: dict[str, int] = {}
        for at in factors.of_kind(FactorKind.PRICE).tolist():
            found.setdefault(factors.label[at].rsplit(" +", 1)[0], at)
        return list(found.items())

    def move(self, column: int) -> FloatArray1D:
        """Return the move of a factor in every scenario, shape (s,), in its unit."""
        return np.asarray(self.figure.run.outcome.moves[:, column], np.float64)


def at_risk(
    cash: FloatArray2D,
    reported: FloatArray2D,
    margin: FloatArray2D,
    hedges: FloatArray2D,
    ask: EarningsAsk,
    weights: FloatArray1D | None,
) -> dict[str, FloatArray1D]:
    """Return the measures of results of shape (s, b) by name, shape (b,) each."""
    level = ask.risk.level
    return {
        "cash": np.asarray(cash_flow_at_risk(cash, level=level, weights=weights)),
        "earnings": np.asarray(earnings_at_risk(reported, level=level, weights=weights, tax_rate=ask.tax)),
        "margin": np.asarray(gross_margin_at_risk(margin, level=level, weights=weights, hedges=hedges)),
        "open": np.asarray(gross_margin_at_risk(margin, level=level, weights=weights)),
    }


def beta_and_fit(
    pnl: FloatArray1D, move: FloatArray1D, weights: FloatArray1D | None
) -> tuple[float | None, float | None]:
    """Return the slope of a P&L on a move and the share of its variance that goes with it; None without a move."""
    if float(np.ptp(move)) == 0.0:
        return None, None
    slope = float(beta(pnl, benchmark=move, weights=weights))
    chances = np.full(len(pnl), 1.0 / len(pnl)) if weights is None else weights
    own, other = (float(chances @ (x - chances @ x) ** 2) for x in (pnl, move))
    return slope, slope * slope * other / own if own > 0.0 else None


def earnings(ask: EarningsAsk, clocks: Clocks, actor: Actor) -> Earnings | None:
    """Return what is asked of the newest run of the method; None when there is none.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not read risk; there is no such run or portfolio.
    """
    found = ask_service.figure(ask.risk, clocks, actor)
    return None if found is None else Earnings(ask, found)


@dataclass(frozen=True)
class Names:
    """Names of what carries risk, by id."""

    commodity: Mapping[int, str]
    counterparty: Mapping[int, str]
    book: Mapping[int, str]

    def of(self, by: str, key: int | str) -> str:
        """Return a carrier as people read it."""
        known = {"counterparty": self.counterparty, "book": self.book}.get(by, {})
        return known.get(int(key), str(key)) if by in ("counterparty", "book") else str(key)


def names_in(work: UnitOfWork) -> Names:
    """Return the names of commodities of curves, counterparties and books."""
    return Names(
        {row.id: row.commodity for row in curve_queries.curve_rows(work.session)},
        {row.id: row.name for row in portfolio_queries.counterparties(work.session)},
        {node.id: node.code for node in portfolio_queries.tree(work.session)},
    )


def names() -> Names:
    """Return the same outside of a transaction."""
    with UnitOfWork() as work:
        return names_in(work)


def largest(parts: FloatArray1D) -> tuple[int, float]:
    """Return the position and the share by size of the largest component; 0 where nothing carries risk."""
    size = np.abs(parts)
    whole = float(size.sum())
    at = int(np.argmax(size)) if len(size) else 0
    return at, float(size[at] / whole) if whole > 0.0 else 0.0


def period_at(found: Earnings, period: str) -> int:
    """Return the position of a period.

    Raises
    ------
    DomainError
        The run has no delivery in it.
    """
    if period not in found.periods.period:
        raise DomainError(f"The run has no delivery in '{period[:20]}'. Open the figure again from the page.")
    return found.periods.period.index(period)
