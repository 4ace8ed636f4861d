"""Risk > Distribution: the P&L of all scenarios of a run, its tail, and one scenario opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

import numpy as np

from portal.core.actor import Actor
from portal.core.arrays import FloatArray1D, IntArray1D
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.table import Cell, Column, GridQuery, Table, sort_rows
from portal.domain.portfolio.trade import Kind
from portal.domain.risk import figure_metrics as metrics
from portal.domain.risk.reading import Measure
from portal.domain.risk.uncertainty import read_tail
from portal.services.risk.ask import RiskAsk, figure
from portal.services.risk.cuts import REST, Figure, factor_groups
from portal.services.risk.runs import LEVELS

WORST = 25
MOST_BINS = 60
TRADES = 200  # of one scenario that are listed

LEVEL_COLUMNS = (
    Column("level", "Level", "percent", decimals=1),
    Column("var", "VaR", "number", "EUR", decimals=0, metric=metrics.VAR.id, coloured=False),
    Column("var_low", "95 % band, from", "number", "EUR", decimals=0),
    Column("var_high", "to", "number", "EUR", decimals=0),
    Column("es", "Expected shortfall", "number", "EUR", decimals=0, metric=metrics.ES.id, coloured=False),
    Column("es_low", "95 % band, from", "number", "EUR", decimals=0),
    Column("es_high", "to", "number", "EUR", decimals=0),
    Column("observations", "Observations", "number", decimals=1, help="Scenarios beyond the level"),
)
WORST_COLUMNS = (
    Column("scenario", "Scenario", link="address"),
    Column("rank", "Rank", "integer"),
    Column("pnl", "P&L", "number", "EUR", decimals=0, signed=True, metric=metrics.SCENARIO_PNL.id),
    Column("share", "Share of the ES", "percent", decimals=1),
    Column("driver", "Largest loss from"),
    Column("address", "Address", hidden=True),
)
PART_COLUMNS = (
    Column("part", "Part"),
    Column("pnl", "P&L", "number", "EUR", decimals=0, signed=True),
)
TRADE_COLUMNS = (
    Column("trade", "Trade", link="address"),
    Column("kind", "Kind"),
    Column(
        "pnl",
        "P&L in the scenario",
        "number",
        "EUR",
        decimals=0,
        signed=True,
        metric=metrics.TRADE_SCENARIO.id,
    ),
    Column("address", "Address", hidden=True),
)


@dataclass(frozen=True, eq=False)  # a run holds arrays
class Distribution:
    """The scenarios of one node; ``scenario`` is the position of the one that is opened."""

    ask: RiskAsk
    clocks: Clocks
    figure: Figure
    scenario: int

    @property
    def simulated(self) -> bool:
        """Whether the run rests on simulated data."""
        return self.figure.run.row.simulated

    @cached_property
    def worst(self) -> IntArray1D:
        """Positions of the worst scenarios, worst first."""
        order: IntArray1D = np.argsort(self.figure.pnl, kind="stable")[:WORST].astype(np.int64)
        return order

    @cached_property
    def bins(self) -> tuple[FloatArray1D, FloatArray1D]:
        """Edges of shape (b + 1,) in EUR, and the probability of each bin, shape (b,)."""
        pnl = self.figure.pnl
        count = int(np.clip(np.sqrt(len(pnl)) * 2, 10, MOST_BINS))
        share, edges = np.histogram(pnl, bins=count, weights=self.figure.run.weight)
        return edges, share.astype(np.float64)

    @cached_property
    def groups(self) -> tuple[list[str], FloatArray1D]:
        """Curves (and other factors) with what each brought in the scenario, largest first; convexity is one."""
        run = self.figure.run
        labels, group = factor_groups(run, "curve")
        parts = run.exposure(self.figure.code) * run.outcome.moves[self.scenario]
        sums = np.append(np.bincount(group, parts, len(labels)), self.figure.pnl[self.scenario] - parts.sum())
        names = [*labels, REST]
        order = [at for at in np.argsort(-np.abs(sums), kind="stable").tolist() if sums[at] != 0.0]
        return [names[at] for at in order], sums[order]


def distribution(ask: RiskAsk, clocks: Clocks, actor: Actor, *, scenario: str = "") -> Distribution | None:
    """Return the scenarios of a node; None when there is no run of the method by then.

    ``scenario`` names the one to open; the worst one by default.

    Raises
    ------
    NotPermitted
        The actor may not read risk.
    NotFound
        There is no such run, portfolio or scenario.
    """
    found = figure(ask, clocks, actor)
    if found is None:
        return None
    if not scenario:
        return Distribution(ask, clocks, found, int(np.argmin(found.pnl)))
    if scenario not in found.run.label:
        raise NotFound(
            f"There is no scenario '{scenario[:40]}' in run {found.run.row.id}. Choose one from the worst scenarios.",
            scenario=scenario,
        )
    return Distribution(ask, clocks, found, found.run.label.index(scenario))


def _base(found: Distribution) -> dict[str, Cell]:
    return {"run": found.figure.run.row.id, "portfolio": found.figure.code or "all"}


def level_table(query: GridQuery, found: Distribution) -> Table:
    """Return VaR and expected shortfall at every level with their bands."""
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    source = found.figure
    for level in LEVELS:
        own = [Figure(source.run, source.code, measure, level) for measure in (Measure.VAR, Measure.ES)]
        bands: list[float | None] = [None] * 4
        if not source.is_normal:
            tail = read_tail(source.pnl, level, source.run.weight)
            bands = [
                tail.var_interval.low,
                tail.var_interval.high,
                tail.es_interval.low,
                tail.es_interval.high,
            ]
        var, es = own
        rows.append((level, var.value, *bands[:2], es.value, *bands[2:], var.reading.observations))
        params[str(level)] = _base(found) | {"level": level}
    return sort_rows(Table(LEVEL_COLUMNS, rows, simulated=found.simulated, extra={"params": params}), query)


def worst_table(query: GridQuery, found: Distribution) -> Table:
    """Return the worst scenarios."""
    source, run = found.figure, found.figure.run
    tail = Figure(run, source.code, Measure.ES, found.ask.level).reading
    share = dict(zip(tail.scenarios.tolist(), tail.shares.tolist(), strict=True))
    labels, group = factor_groups(run, "curve")
    exposure = run.exposure(source.code)
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    for rank, at in enumerate(found.worst.tolist(), start=1):
        name = run.label[at]
        by_curve = np.bincount(group, exposure * run.outcome.moves[at], len(labels))
        loss = labels[int(np.argmin(by_curve))] if len(by_curve) and by_curve.min() < 0.0 else ""
        given = found.ask.params() | {"scenario": name}
        address = f"/risk/distribution?{urlencode(given | found.clocks.query())}"
        rows.append(
            (
                name,
                rank,
                float(source.pnl[at]),
                share.get(at, 0.0),
                loss,
                address,
            )
        )
        params[name] = _base(found) | {"scenario": name}
    return sort_rows(Table(WORST_COLUMNS, rows, simulated=found.simulated, extra={"params": params}), query)


def bin_table(query: GridQuery, found: Distribution) -> Table:
    """Return the bins of the histogram."""
    edges, share = found.bins
    columns = (
        Column("from", "From", "number", "EUR", decimals=0, signed=True, coloured=False),
        Column("to", "To", "number", "EUR", decimals=0, signed=True, coloured=False),
        Column("share", "Probability", "percent", decimals=2),
    )
    rows = list(zip(edges[:-1].tolist(), edges[1:].tolist(), share.tolist(), strict=True))
    return sort_rows(Table(columns, rows, simulated=found.simulated), query)


def part_table(query: GridQuery, found: Distribution) -> Table:
    """Return what each curve brought in the scenario."""
    names, parts = found.groups
    return sort_rows(
        Table(PART_COLUMNS, list(zip(names, parts.tolist(), strict=True)), simulated=found.simulated), query
    )


def trade_table(query: GridQuery, found: Distribution) -> Table:
    """Return the trades that lost or gained most in the scenario."""
    run = found.figure.run
    trades = run.trades(found.figure.code)
    pnl = run.outcome.trade_pnl(trades, np.array([found.scenario]))[0]
    order = np.argsort(-np.abs(pnl), kind="stable")[:TRADES]
    name = run.label[found.scenario]
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    for at in order.tolist():
        number = str(run.outcome.trade_id[trades[at]])
        kind = Kind(int(run.terms.trade_kind[trades[at]])).label
        rows.append(
            (
                number,
                kind,
                float(pnl[at]),
                f"/portfolio/trade?{urlencode({'id': number, **found.clocks.query()})}",
            )
        )
        params[number] = _base(found) | {"scenario": name, "trade": number}
    table = Table(TRADE_COLUMNS, rows, simulated=found.simulated, extra={"params": params})
    return sort_rows(table, query)
