"""How figures of sizing are computed again: units from scenarios, sizes from covariances, hedges from two P&Ls."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.risk import sizing_metrics as metrics
from portal.domain.risk.sizing.caps import Cap
from portal.domain.risk.sizing.hedge import PnlHedge, hedge_from_pnl
from portal.domain.risk.sizing.rules import Sizes, sizes
from portal.services.evaluation import evaluates
from portal.services.risk.figure_passports import RUN, run_steps
from portal.services.risk.runs import load_in
from portal.services.risk.sizing import CURVES, Sizing, SizingAsk, sizing_in

Records = Sequence[Mapping[str, Any]]
ROUNDING = 1e-8
ASKED = (
    Parameter("of", "Sizes of", default=CURVES),
    Parameter("assets", "Assets"),
    Parameter("tenor", "Months ahead", default="1"),
    Parameter("rule", "Rule"),
    Parameter("capital", "Capital"),
    Parameter("target", "Volatility target, % of capital"),
    Parameter("cap", "Largest weight, %"),
    Parameter("most", "Most of one", default="0"),
    Parameter("portfolio", "Portfolio", default="all"),
    Parameter("hedge", "Hedged with"),
    RUN,
)
KEY = Parameter("key", "Asset")
_UNIT = (
    Column("scenario", "Scenario"),
    Column("weight", "Weight", "number", decimals=6),
    Column("pnl", "P&L of one", "number", "EUR", decimals=2, signed=True),
    Column("years", "Years that it stands for", "number", decimals=6),
)
_PAIRS = (
    Column("one", "Asset"),
    Column("other", "With"),
    Column("covariance", "Covariance of one and one", "number", decimals=2),
    Column("mean", "Mean of one", "number", "EUR", decimals=2, signed=True),
)
_HEDGE = (
    Column("scenario", "Scenario"),
    Column("book", "P&L of the portfolio", "number", "EUR", decimals=2, signed=True),
    Column("lot", "P&L of one lot", "number", "EUR", decimals=2, signed=True),
)


def _sizing(work: UnitOfWork, params: Params, actor: Actor) -> Sizing:
    return sizing_in(work, SizingAsk.of_filters(params), load_in(work, int(params["run"] or 0), actor))


def _place(found: Sizing, key: str) -> int:
    return [asset.code for asset in found.assets].index(key)


def _unit(metric: Metric, read: Callable[[np.ndarray, np.ndarray, float], float]) -> None:
    def replay(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        weight, pnl = (np.array([float(row[name]) for row in records]) for name in ("weight", "pnl"))
        return Outcome(read(weight, pnl, float(records[0]["years"])), "EUR")

    @evaluates(
        metric.id,
        permission=Permission.RISK_READ,
        parameters=(*ASKED, KEY),
        replay=replay,
        tolerance=ROUNDING,
    )
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
        found = _sizing(work, params, actor)
        asset, weight = found.assets[_place(found, str(params["key"]))], found.run.weight
        rows = [
            (*row, found.years)
            for row in zip(found.run.label, weight.tolist(), asset.pnl.tolist(), strict=True)
        ]
        return Evaluation(
            asset.label,
            read(weight, asset.pnl, found.years),
            "EUR",
            Table(_UNIT, rows, simulated=found.run.row.simulated),
            (*run_steps(found.run), Step("One is", asset.unit, "")),
            newest=found.run.row.as_of,
        )


def _deviation(weight: np.ndarray, pnl: np.ndarray, years: float) -> float:
    about = pnl - weight @ pnl
    return float(np.sqrt(weight @ (about * about) / years))


_unit(metrics.UNIT_VOLATILITY, _deviation)
_unit(metrics.UNIT_MEAN, lambda weight, pnl, years: float(weight @ pnl / years))
_unit(
    metrics.UNIT_MEAN_ERROR,
    lambda weight, pnl, years: _deviation(weight, pnl, years) / float(np.sqrt(len(pnl) * years)),
)


def _size(metric: Metric, read: Callable[[Sizes, int, SizingAsk], float], unit: str, *, one: bool) -> None:
    def replay(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        ask = SizingAsk.of_filters(params)
        names = list(dict.fromkeys(str(row["one"]) for row in records))
        count = len(names)
        covariance = np.array([float(row["covariance"]) for row in records]).reshape(count, count)
        found = sizes(
            ask.rule,
            covariance,
            [float(row["mean"]) for row in records[::count]],
            capital=ask.capital,
            target=ask.target,
            cap=max(ask.cap, 1.0 / count),
            most=ask.most or np.inf,
            whole=ask.of == CURVES,
        )
        return Outcome(read(found, names.index(str(params["key"])) if one else -1, ask), unit)

    @evaluates(
        metric.id, permission=Permission.RISK_READ, parameters=(*ASKED, KEY) if one else ASKED, replay=replay,
        tolerance=ROUNDING,
    )  # fmt: skip
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
        found = _sizing(work, params, actor)
        at = _place(found, str(params["key"])) if one else -1
        rows = [
            (a.code, b.code, float(found.covariance[i, j]), float(found.mean[i]))
            for i, a in enumerate(found.assets)
            for j, b in enumerate(found.assets)
        ]
        return Evaluation(
            found.assets[at].label if one else f"{len(found.assets)} {found.ask.of}",
            read(found.sizes, at, found.ask),
            unit,
            Table(_PAIRS, rows, simulated=found.run.row.simulated),
            (*run_steps(found.run), Step("Rule", found.ask.rule.label, "")),
            newest=found.run.row.as_of,
        )


_size(metrics.WANTED, lambda found, at, _ask: float(found.wanted[at]), "", one=True)
_size(metrics.SIZE, lambda found, at, _ask: float(found.size[at]), "", one=True)
_size(metrics.WEIGHT, lambda found, at, _ask: float(found.weights[at]), "fraction", one=True)
_size(metrics.SHARE, lambda found, at, _ask: float(found.shares[at]), "fraction", one=True)
_size(metrics.VOLATILITY, lambda found, _at, _ask: found.volatility, "EUR", one=False)
_size(
    metrics.OF_TARGET, lambda found, _at, ask: found.volatility / (ask.capital * ask.target), "fraction",
    one=False,
)  # fmt: skip


def _hedge(metric: Metric, read: Callable[[PnlHedge], float], unit: str) -> None:
    def replay(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        book, lot = (np.array([float(row[name]) for row in records]) for name in ("book", "lot"))
        most = SizingAsk.of_filters(params).most
        return Outcome(
            read(hedge_from_pnl(book, lot, caps=[Cap("Most of one", most) if most else None])), unit
        )

    @evaluates(
        metric.id, permission=Permission.RISK_READ, parameters=ASKED, replay=replay, tolerance=ROUNDING
    )
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
        found = _sizing(work, params, actor)
        book = found.run.pnl(found.ask.portfolio).tolist()
        rows = list(zip(found.run.label, book, found.hedge_lot.pnl.tolist(), strict=True))
        return Evaluation(
            f"{found.ask.portfolio or 'All that you may see'} with {found.hedge_lot.label}",
            read(found.hedge),
            unit,
            Table(_HEDGE, rows, simulated=found.run.row.simulated),
            (*run_steps(found.run), Step("One lot is", found.hedge_lot.unit, "")),
            newest=found.run.row.as_of,
        )


_hedge(metrics.HEDGE_LOTS, lambda found: float(found.lots[0]), "lots")
_hedge(metrics.HEDGE_WHOLE, lambda found: float(found.whole[0]), "lots")
_hedge(metrics.HEDGE_EFFECT, lambda found: found.effectiveness, "fraction")
_hedge(metrics.HEDGE_BEFORE, lambda found: found.volatility_before, "EUR")
_hedge(metrics.HEDGE_AFTER, lambda found: found.volatility_whole, "EUR")
