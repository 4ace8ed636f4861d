"""How what deals add to a figure of risk is computed again: from the scenarios of the run and of the deals."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import FloatArray1D
from portal.core.clock import Clocks
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.risk import marginal_metrics as metrics
from portal.domain.risk.reading import Measure, read
from portal.services.evaluation import Replay, evaluates
from portal.services.portfolio.what_if_passports import BOOK, DEALS, SUM_ROUNDING, answer_of
from portal.services.risk.ask import EVERYTHING
from portal.services.risk.cuts import NORMAL_METHODS, Figure
from portal.services.risk.figure_passports import LEVEL, PORTFOLIO, RUN, run_steps, subject
from portal.services.risk.marginal import marginal_in
from portal.services.risk.marginal_limits import hard_tiers
from portal.services.risk.runs import ALL, load_in

NO_LIMIT = "No limit is in force on this figure."
METHOD = Parameter("method", "Method", default="historical")
_COLUMNS = (
    Column("scenario", "Scenario"),
    Column("weight", "Weight", "number", decimals=6),
    Column("deals", "P&L of the deals", "number", "EUR", decimals=2, signed=True),
    Column("book", "P&L of the portfolio", "number", "EUR", decimals=2, signed=True),
)


def _replay(measure: Measure, *, after: bool) -> Replay:
    def replay(records: Sequence[Mapping[str, Any]], params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        weight, deals, book = (
            np.array([float(row[name]) for row in records]) for name in ("weight", "deals", "book")
        )
        normal = str(params["method"]) in NORMAL_METHODS

        def figure(pnl: FloatArray1D) -> float:
            return read(pnl, measure, float(params["level"] or 0), weights=weight, normal=normal).value

        return Outcome(figure(book + deals) - (0.0 if after else figure(book)), "EUR")

    return replay


def _register(metric: Metric, measure: Measure, *, after: bool) -> None:
    @evaluates(
        metric.id, permission=Permission.RISK_READ, parameters=(DEALS, BOOK, RUN, PORTFOLIO, LEVEL, METHOD),
        replay=_replay(measure, after=after), tolerance=SUM_ROUNDING,
    )  # fmt: skip
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        actor.require(Permission.PORTFOLIO_READ)
        answer = answer_of(work, params, clocks, actor)
        found = marginal_in(
            load_in(work, int(params["run"] or 0), actor), answer, float(params["level"] or 0)
        )
        code = ALL if params["portfolio"] == EVERYTHING else str(params["portfolio"])
        before, with_deals = found.figures(code, measure)
        figure = Figure(found.run, code, measure, found.level)
        rows = list(
            zip(
                found.run.label,
                found.run.weight.tolist(),
                found.added(code).tolist(),
                figure.pnl.tolist(),
                strict=True,
            )
        )
        return Evaluation(
            subject(figure),
            with_deals if after else with_deals - before,
            "EUR",
            Table(_COLUMNS, rows, simulated=found.run.row.simulated),
            (*run_steps(found.run), Step("Before", before, "EUR"), Step("After", with_deals, "EUR")),
            newest=found.run.row.as_of,
        )


_register(metrics.MARGINAL_VAR, Measure.VAR, after=False)
_register(metrics.MARGINAL_ES, Measure.ES, after=False)
_register(metrics.VAR_AFTER, Measure.VAR, after=True)
_register(metrics.ES_AFTER, Measure.ES, after=True)


def _replay_headroom(measure: Measure) -> Replay:
    after = _replay(measure, after=True)

    def replay(records: Sequence[Mapping[str, Any]], params: Params, clocks: Clocks) -> Outcome:
        hard, found = records[0]["hard"], after(records, params, clocks).value
        if hard is None or found is None:
            return Outcome(None, "EUR", note=NO_LIMIT)
        return Outcome(float(hard) - float(found), "EUR")

    return replay


def _register_headroom(metric: Metric, measure: Measure) -> None:
    @evaluates(
        metric.id, permission=Permission.RISK_READ, parameters=(DEALS, BOOK, RUN, PORTFOLIO, LEVEL, METHOD),
        replay=_replay_headroom(measure), tolerance=SUM_ROUNDING,
    )  # fmt: skip
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        actor.require(Permission.PORTFOLIO_READ)
        found = marginal_in(
            load_in(work, int(params["run"] or 0), actor),
            answer_of(work, params, clocks, actor),
            float(params["level"] or 0),
        )
        code = ALL if params["portfolio"] == EVERYTHING else str(params["portfolio"])
        hard = hard_tiers(work, found.run, found.level, clocks, actor).get((code, measure))
        _, after = found.figures(code, measure)
        figure = Figure(found.run, code, measure, found.level)
        label, weight = found.run.label, found.run.weight.tolist()
        rows = [
            (*row, hard)
            for row in zip(label, weight, found.added(code).tolist(), figure.pnl.tolist(), strict=True)
        ]
        columns = (*_COLUMNS, Column("hard", "Hard tier", "number", "EUR", decimals=2))
        return Evaluation(
            subject(figure),
            None if hard is None else hard - after,
            "EUR",
            Table(columns, rows, simulated=found.run.row.simulated),
            (*run_steps(found.run), Step("Hard tier", hard, "EUR"), Step("After", after, "EUR")),
            newest=found.run.row.as_of,
            note=NO_LIMIT if hard is None else "",
        )


_register_headroom(metrics.VAR_HEADROOM, Measure.VAR)
_register_headroom(metrics.ES_HEADROOM, Measure.ES)
