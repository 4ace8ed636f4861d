"""How large positions may be: lots of curves, or portfolios, in the scenarios of a run, sized by a rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from data.queries.marks import load_market
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.domain.portfolio.market import Market
from portal.domain.risk.scenarios.factors import FactorKind
from portal.domain.risk.sizing.caps import Cap
from portal.domain.risk.sizing.hedge import PnlHedge, hedge_from_pnl
from portal.domain.risk.sizing.rules import Rule, Sizes, sizes
from portal.services.portfolio.what_if_tables import lot_at
from portal.services.risk import runs
from portal.services.risk.ask import EVERYTHING
from portal.services.risk.runs import ALL, Run

YEAR_DAYS = 252
CURVES, PORTFOLIOS = "curves", "portfolios"
MOST_ASSETS, FIRST_ASSETS = 20, 5


@dataclass(frozen=True, slots=True)
class SizingAsk:
    """What is asked; empty ``assets`` mean the first ones of the run. ``most`` 0 sets no limit of lots."""

    of: str = CURVES
    assets: tuple[str, ...] = ()
    tenor: int = 1
    rule: Rule = Rule.EQUAL
    capital: float = 10_000_000.0
    target: float = 0.10
    cap: float = 0.5
    most: float = 0.0
    portfolio: str = ALL
    hedge: str = ""
    run_id: int | None = None

    @classmethod
    def of_filters(cls, given: Mapping[str, Any]) -> "SizingAsk":
        """Read the parameters of an address, a grid or a passport.

        Raises
        ------
        DomainError
            One of them cannot be; the sentence says what it must be.
        """
        of, rule = str(given.get("of") or CURVES), str(given.get("rule") or Rule.EQUAL)
        if of not in (CURVES, PORTFOLIOS) or rule not in list(Rule):
            raise DomainError(
                f"Sizes are of curves or portfolios, by one of {', '.join(Rule)}.", rule=rule[:40]
            )
        names = given.get("assets") or ()
        names = names.split(",") if isinstance(names, str) else names
        assets = tuple(dict.fromkeys(str(name).strip() for name in names if str(name).strip()))
        if len(assets) > MOST_ASSETS:
            raise DomainError(f"{len(assets)} are chosen; {MOST_ASSETS} are the most. Leave some out.")
        portfolio, run = str(given.get("portfolio") or EVERYTHING), str(given.get("run") or "")
        return cls(
            of,
            assets,
            int(_number(given, "tenor", 1, 1, 36)),
            Rule(rule),
            _number(given, "capital", 10_000_000, 1, 1e12),
            _number(given, "target", 10, 0.01, 1000) / 100,
            _number(given, "cap", 50, 1, 100) / 100,
            _number(given, "most", 0, 0, 1e9),
            ALL if portfolio == EVERYTHING else portfolio,
            str(given.get("hedge") or ""),
            int(run) if run.isdecimal() and len(run) < 13 else None,
        )

    def params(self) -> dict[str, str]:
        """Return the parameters that restore this, as texts."""
        found = {
            "of": self.of,
            "assets": ",".join(self.assets),
            "tenor": str(self.tenor),
            "rule": str(self.rule),
            "capital": f"{self.capital:.12g}",
            "target": f"{100 * self.target:.12g}",
            "cap": f"{100 * self.cap:.12g}",
            "most": f"{self.most:.12g}",
            "portfolio": self.portfolio or EVERYTHING,
            "hedge": self.hedge,
        }
        return found if self.run_id is None else found | {"run": str(self.run_id)}


def _number(given: Mapping[str, Any], name: str, default: float, low: float, high: float) -> float:
    text = given.get(name)
    try:
        value = float(default if text in (None, "") else str(text).replace(",", ""))
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise DomainError(
            f"The {name} must be between {low:,g} and {high:,g}, not '{str(text)[:20]}'.", name=name
        )
    return value


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Asset:
    """Something to hold: ``pnl`` is that of one unit in every scenario, shape (s,), EUR."""

    code: str
    label: str
    unit: str
    pnl: FloatArray1D


@dataclass(frozen=True, eq=False)
class Sizing:
    """The assets asked about, with their sizes and the hedge of a portfolio."""

    ask: SizingAsk
    run: Run
    market: Market
    assets: tuple[Asset, ...]

    @property
    def years(self) -> float:
        """Years that one scenario stands for."""
        return float(self.run.row.params.get("horizon_days", 1)) / YEAR_DAYS

    @property
    def pnl(self) -> FloatArray2D:
        """P&L of one unit of each asset, shape (s, k)."""
        return np.column_stack([asset.pnl for asset in self.assets])

    @cached_property
    def mean(self) -> FloatArray1D:
        """Mean P&L of one unit a year, shape (k,)."""
        return np.asarray(self.run.weight @ self.pnl / self.years, np.float64)

    @cached_property
    def covariance(self) -> FloatArray2D:
        """Covariance of the P&L of one unit a year, shape (k, k)."""
        about = self.pnl - self.run.weight @ self.pnl
        found: FloatArray2D = (about * self.run.weight[:, None]).T @ about / self.years
        return (found + found.T) / 2

    @property
    def volatility(self) -> FloatArray1D:
        """Volatility of one unit a year, shape (k,)."""
        return np.asarray(np.sqrt(np.diag(self.covariance)), np.float64)

    @property
    def mean_error(self) -> FloatArray1D:
        """Standard error of ``mean``, shape (k,)."""
        return np.asarray(self.volatility / np.sqrt(len(self.run.label) * self.years), np.float64)

    @cached_property
    def sizes(self) -> Sizes:
        """Sizes of the assets by the rule."""
        ask = self.ask
        return sizes(
            ask.rule,
            self.covariance,
            self.mean,
            capital=ask.capital,
            target=ask.target,
            cap=max(ask.cap, 1.0 / len(self.assets)),
            most=ask.most or np.inf,
            whole=ask.of == CURVES,
        )

    @cached_property
    def hedge_lot(self) -> Asset:
        """One lot of the curve to hedge with."""
        names = (self.ask.hedge,) if self.ask.hedge else first_assets(CURVES, self.run, self.market)
        if not names:
            raise DomainError(f"Run {self.run.row.id} has no curve with lots to hedge with.")
        return lot(self.run, self.market, names[0], self.ask.tenor)

    @cached_property
    def hedge(self) -> PnlHedge:
        """The hedge of the portfolio by lots of one curve."""
        caps = [Cap("Most of one", self.ask.most) if self.ask.most else None]
        return hedge_from_pnl(self.run.pnl(self.ask.portfolio), self.hedge_lot.pnl, caps=caps)


def sizing(ask: SizingAsk, clocks: Clocks, actor: Actor) -> Sizing | None:
    """Return the sizes asked for in the newest historical run; None when there is no run.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not read risk; there is no such run, portfolio or curve.
    DomainError
        A lot of a curve is not known, or an asset does not move.
    """
    run = runs.chosen(clocks, actor, run_id=ask.run_id)
    if run is None:
        return None
    with UnitOfWork() as work:
        return sizing_in(work, ask, run)


def sizing_in(work: UnitOfWork, ask: SizingAsk, run: Run) -> Sizing:
    """Return the same of one run within a transaction."""
    month = np.datetime64(run.row.as_of, "M") + ask.tenor
    prices = run.factors.of_kind(FactorKind.PRICE)
    market = load_market(
        work.session,
        clocks=Clocks(run.row.as_of, run.row.known_at, live=False),
        first_month=month,
        last_month=month,
        curve_ids=set(run.factors.curve[prices].tolist()),
    )
    if ask.portfolio != ALL:
        run.at(ask.portfolio)
    names = _chosen(ask, run) or first_assets(ask.of, run, market)
    if ask.of == CURVES:
        assets = tuple(lot(run, market, name, ask.tenor) for name in names)
    else:
        assets = tuple(_holding(run, name) for name in names)
    if not assets:
        raise DomainError("There is nothing to size: no portfolio of yours has a trade in this run.")
    return Sizing(ask, run, market, assets)


def _chosen(ask: SizingAsk, run: Run) -> tuple[str, ...]:
    """Return the assets that are of the kind asked for; the list of choices holds both kinds."""
    curves, books = set(curve_codes(run)), {node.code for node in run.nodes}
    unknown = [name for name in ask.assets if name not in curves | books]
    if unknown:
        raise NotFound(
            f"Run {run.row.id} knows no curve or portfolio '{unknown[0][:40]}'. Choose from the list."
        )
    return tuple(name for name in ask.assets if name in (curves if ask.of == CURVES else books))


def curve_codes(run: Run) -> list[str]:
    """Return the codes of the curves that a run has prices of."""
    prices = run.factors.of_kind(FactorKind.PRICE)
    return list(dict.fromkeys(run.factors.label[at].rsplit(" +", 1)[0] for at in prices.tolist()))


def first_assets(of: str, run: Run, market: Market) -> tuple[str, ...]:
    """Return what is sized when nothing is chosen: curves with lots, or the portfolios below the top that move."""
    if of == PORTFOLIOS:
        moving = [at for at in run.children() if float(np.ptp(run.node_pnl[:, at])) > 0.0]
        return tuple(run.nodes[at].code for at in moving[:FIRST_ASSETS])
    month = int(market.marks.months[0].astype("datetime64[M]").astype(np.int64))
    ids = dict(zip(market.curves.code, market.curves.id.tolist(), strict=True))
    known = [
        code
        for code in curve_codes(run)
        if code in ids and np.isfinite(lot_at(market, (ids[code], month))[0])
    ]
    return tuple(known[:FIRST_ASSETS])


def _holding(run: Run, code: str) -> Asset:
    node = run.nodes[run.at(code)]
    return Asset(code, node.name, "times as it stands", run.pnl(code))


def lot(run: Run, market: Market, code: str, tenor: int) -> Asset:
    """Return one lot of a curve ``tenor`` months ahead, or of its front month where that is farther ahead.

    Raises
    ------
    DomainError
        The run has no prices of the curve that far ahead, or the size of its lot is not known.
    """
    factors = run.factors
    own = [
        at
        for at in factors.of_kind(FactorKind.PRICE).tolist()
        if factors.label[at].rsplit(" +", 1)[0] == code
    ]
    column = next((at for at in own if factors.tenor[at] >= tenor), -1)
    if column < 0 or code not in market.curves.code:
        raise DomainError(
            f"Run {run.row.id} has no prices of {code[:40]} {tenor} months ahead. Choose another."
        )
    curve = market.curves.code.index(code)
    month = int((np.datetime64(run.row.as_of, "M") + int(factors.tenor[column])).astype(np.int64))
    volume, words = lot_at(market, (int(market.curves.id[curve]), month))
    if not np.isfinite(volume):
        raise DomainError(f"The size of a lot of {code} is not known. Choose another curve.", curve=code)
    worth = volume * float(market.curves.money[curve]) * market.fx[market.curves.currency[curve]]
    pnl = np.asarray(run.outcome.moves[:, column] * worth, np.float64)
    unit = words.replace("lots of", "a lot of") if words.startswith("lots of") else f"1 {words}"
    return Asset(code, factors.label[column], unit, pnl)
