"""How the figures that the pages of Risk share are computed again: from the scenarios of their run."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import FloatArray1D
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.risk import figure_metrics as metrics
from portal.domain.risk.reading import Measure, read
from portal.domain.risk.uncertainty import read_tail
from portal.services.evaluation import Replay, evaluates
from portal.services.risk.ask import EVERYTHING
from portal.services.risk.cuts import Figure, left_out_pnl, part_pnl
from portal.services.risk.runs import ALL, METHODS, Run, load_in

SUM_ROUNDING = 1e-9  # relative; sums over trades are added in another order
Records = Sequence[Mapping[str, Any]]

RUN = Parameter("run", "Run", "integer", low=1, high=1e15)
PORTFOLIO = Parameter("portfolio", "Portfolio", default=EVERYTHING)
LEVEL = Parameter("level", "Level", "number", default=0.975, low=0.5, high=0.9999)
MEASURE = Parameter("measure", "Measure", default=str(Measure.ES))
BY = Parameter("by", "Split by", default="node")
KEY = Parameter("key", "Part")
FIGURE = (RUN, PORTFOLIO, LEVEL, MEASURE)

TAIL_COLUMNS = (
    Column("scenario", "Scenario"),
    Column("share", "Share", "number", decimals=6),
    Column("pnl", "P&L", "number", "EUR", decimals=2, signed=True),
    Column("book", "P&L of the whole", "number", "EUR", decimals=2, signed=True),
)
ALL_COLUMNS = (
    Column("scenario", "Scenario"),
    Column("weight", "Weight", "number", decimals=6),
    Column("pnl", "P&L of the part", "number", "EUR", decimals=2, signed=True),
    Column("book", "P&L of the whole", "number", "EUR", decimals=2, signed=True),
)


def figure_of(work: UnitOfWork, params: Params, actor: Actor, measure: Measure | None = None) -> Figure:
    """Return the figure that the parameters name, as ``actor`` may see it.

    Raises
    ------
    DomainError
        There is no such measure.
    NotFound
        There is no such run or portfolio.
    """
    text = str(params.get("measure", ""))
    if measure is None and text not in list(Measure):
        raise DomainError(f"There is no measure '{text[:40]}'. Open the figure again from the page.")
    run = load_in(work, int(params["run"] or 0), actor)
    code = str(params["portfolio"])
    found = Figure(
        run, ALL if code == EVERYTHING else code, measure or Measure(text), float(params["level"] or 0)
    )
    if found.code != ALL:
        run.at(found.code)
    return found


def run_steps(run: Run) -> tuple[Step, ...]:
    """Return what a reader must know of a run."""
    row = run.row
    return (
        Step("Run", f"{row.id}, {METHODS.get(row.method, row.method)}, as of {row.as_of}"),
        Step("Scenarios", float(row.scenarios), ""),
        Step("Horizon", f"{row.params.get('horizon_days', 1)} business days"),
    )


def subject(figure: Figure) -> str:
    """Return the node of a figure by name."""
    return figure.run.nodes[figure.run.at(figure.code)].name if figure.code else "All that you may see"


def _read_metric(metric: Metric, measure: Measure) -> None:
    @evaluates(
        metric.id, permission=Permission.RISK_READ, parameters=(RUN, PORTFOLIO, LEVEL), replay=_replay_shares,
        tolerance=SUM_ROUNDING,
    )  # fmt: skip
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
        found = figure_of(work, params, actor, measure)
        return Evaluation(
            subject(found),
            found.value,
            "EUR",
            _tail_rows(found, found.pnl),
            (*run_steps(found.run), *_certainty(found)),
            newest=found.run.row.as_of,
            note=found.run.row.facts.get("note", ""),
        )


def _certainty(figure: Figure) -> tuple[Step, ...]:
    """Say how many observations carry the figure, and within which losses the true one lies."""
    steps = [Step("Observations in the tail", figure.reading.observations)]
    if figure.is_normal:
        return tuple(steps)
    found = read_tail(figure.pnl, figure.level, figure.run.weight)
    band = found.var_interval if figure.measure is Measure.VAR else found.es_interval
    steps += [Step("95 % interval, from", band.low, "EUR"), Step("95 % interval, to", band.high, "EUR")]
    return tuple(steps)


def _tail_rows(figure: Figure, pnl: FloatArray1D) -> Table:
    reading, label = figure.reading, figure.run.label
    rows = zip(
        (label[at] for at in reading.scenarios.tolist()),
        reading.shares.tolist(),
        pnl[reading.scenarios].tolist(),
        figure.pnl[reading.scenarios].tolist(),
        strict=True,
    )
    return Table(TAIL_COLUMNS, list(rows), simulated=figure.run.row.simulated)


def _all_rows(figure: Figure, pnl: FloatArray1D) -> Table:
    run = figure.run
    rows = zip(run.label, run.weight.tolist(), pnl.tolist(), figure.pnl.tolist(), strict=True)
    return Table(ALL_COLUMNS, list(rows), simulated=run.row.simulated)


def _replay_shares(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    """Return the mean loss over the scenarios with their shares."""
    return Outcome(-sum(float(row["share"]) * float(row["pnl"]) for row in records), "EUR")


def _replay_share_of_whole(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    whole = -sum(float(row["share"]) * float(row["book"]) for row in records)
    part = -sum(float(row["share"]) * float(row["pnl"]) for row in records)
    return Outcome(part / whole if whole else None, "fraction", note="" if whole else "The figure is zero.")


Change = Callable[[Figure, FloatArray1D, FloatArray1D], float]


def _replay_change(change: Callable[[Any, FloatArray1D, FloatArray1D], float]) -> Replay:
    def replay(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        weight, part, book = (
            np.array([float(row[name]) for row in records]) for name in ("weight", "pnl", "book")
        )
        normal = str(params.get("method", "")) == "parametric"

        def figure(pnl: FloatArray1D) -> float:
            level = float(params["level"] or 0)
            return read(pnl, str(params["measure"]), level, weights=weight, normal=normal).value

        return Outcome(change(figure, part, book), "EUR")

    return replay


def _component(metric: Metric, *, share: bool) -> None:
    @evaluates(
        metric.id, permission=Permission.RISK_READ, parameters=(*FIGURE, BY, KEY),
        replay=_replay_share_of_whole if share else _replay_shares, tolerance=SUM_ROUNDING,
    )  # fmt: skip
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
        found = figure_of(work, params, actor)
        name, pnl = part_pnl(found, str(params["by"]), str(params["key"]))
        part = float(-(found.reading.shares @ pnl[found.reading.scenarios]))
        value = (part / found.value if found.value else None) if share else part
        return Evaluation(
            f"{name} in {subject(found)}",
            value,
            "fraction" if share else "EUR",
            _tail_rows(found, pnl),
            (*run_steps(found.run), Step(found.measure.label, found.value, "EUR")),
            newest=found.run.row.as_of,
        )


def _changed(metric: Metric, change: Callable[[Any, FloatArray1D, FloatArray1D], float]) -> None:
    method = Parameter("method", "Method", default="historical")

    @evaluates(
        metric.id, permission=Permission.RISK_READ, parameters=(*FIGURE, BY, KEY, method),
        replay=_replay_change(change), tolerance=SUM_ROUNDING,
    )  # fmt: skip
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
        found = figure_of(work, params, actor)
        name, pnl = part_pnl(found, str(params["by"]), str(params["key"]))
        return Evaluation(
            f"{name} in {subject(found)}",
            change(lambda values: found.read(values).value, pnl, found.pnl),
            "EUR",
            _all_rows(found, pnl),
            (*run_steps(found.run), Step(found.measure.label, found.value, "EUR")),
            newest=found.run.row.as_of,
        )


_read_metric(metrics.VAR, Measure.VAR)
_read_metric(metrics.ES, Measure.ES)
_component(metrics.COMPONENT, share=False)
_component(metrics.COMPONENT_SHARE, share=True)
_changed(metrics.STAND_ALONE, lambda figure, part, _book: figure(part))
_changed(metrics.INCREMENTAL, lambda figure, part, book: figure(book) - figure(book - part))


@evaluates(
    metrics.WITHOUT.id, permission=Permission.RISK_READ,
    parameters=(*FIGURE, Parameter("without", "Left out"), Parameter("method", "Method", default="historical")),
    replay=_replay_change(lambda figure, part, book: figure(book - part)), tolerance=SUM_ROUNDING,
)  # fmt: skip
def without(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """The figure of what remains when some of a node is taken out."""
    found = figure_of(work, params, actor)
    removed = left_out_pnl(found, str(params["without"]))
    value = found.read(found.pnl - removed).value
    steps = (*run_steps(found.run), Step("With all", found.value, "EUR"))
    rows = _all_rows(found, removed)
    return Evaluation(
        subject(found), value, "EUR", rows, steps, newest=min(found.run.row.as_of, clocks.as_of)
    )


@evaluates(
    metrics.DIVERSIFICATION.id, permission=Permission.RISK_READ, parameters=FIGURE,
    replay=lambda records, params, clocks: Outcome(  # noqa: ARG005
        sum(float(row["alone"]) for row in records) - float(records[0]["whole"]), "EUR"
    ),
    tolerance=SUM_ROUNDING,
)  # fmt: skip
def diversification(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
    """What the parts right below a node lose together less than each by itself."""
    found = figure_of(work, params, actor)
    below = found.run.children(found.code)
    alone = [found.alone(found.run.node_pnl[:, at]) for at in below]
    rows = [(found.run.nodes[at].name, value, found.value) for at, value in zip(below, alone, strict=True)]
    columns = (
        Column("part", "Part"),
        Column("alone", "By itself", "number", "EUR"),
        Column("whole", "Whole", "number", "EUR"),
    )
    value = sum(alone) - found.value if below else 0.0
    table = Table(
        columns, rows or [(subject(found), found.value, found.value)], simulated=found.run.row.simulated
    )
    return Evaluation(subject(found), value, "EUR", table, run_steps(found.run), newest=found.run.row.as_of)
