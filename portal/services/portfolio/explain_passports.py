"""How each figure of Portfolio > P&L explain is computed again: the page's explanation, with the trades behind it."""

from collections.abc import Callable
from datetime import date

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import FloatArray1D, IntArray1D
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Cell, Column, Table
from portal.domain.portfolio import explain_metrics as metrics
from portal.domain.portfolio.explain import Line, combine
from portal.domain.portfolio.explain_steps import Cause
from portal.domain.portfolio.explain_terms import LINE_OF_TERM, THRESHOLD, unexplained_share
from portal.services.evaluation import Replay, evaluates
from portal.services.portfolio.explain import Explained, explain
from portal.services.portfolio.explain_replays import SUM_ROUNDING, replay_band, replay_share, replay_sum
from portal.services.portfolio.explain_rows import (
    ALL_BOOKS,
    KEYS,
    described,
    factor_share,
    missing_rows,
)

TOTAL = "total"
SCOPE = (
    Parameter("since", "Since the close of"),
    Parameter("portfolio", "Portfolio", default=ALL_BOOKS),
    Parameter("trade", "Trade (0 for all)", "integer", default=0, low=0, high=1e12),
)
LINE = Parameter("line", "Cause", default=TOTAL)
Compute = Callable[[Explained, Params], Outcome]
Share = Callable[[Explained, Params], FloatArray1D]


def seen_by(params: Params, clocks: Clocks, actor: Actor) -> Explained:
    """Return the explanation that the parameters of a figure mean."""
    try:
        since = date.fromisoformat(str(params["since"]))
    except ValueError:
        raise DomainError(
            f"'{str(params['since'])[:40]}' is no day. Open the figure again from the page."
        ) from None
    portfolio = str(params["portfolio"])
    return explain(
        clocks,
        actor,
        since,
        None if portfolio == ALL_BOOKS else portfolio,
        trade=int(params["trade"] or 0) or None,
    )


def register_figure(
    metric: Metric,
    compute: Compute,
    *more: Parameter,
    line: str = "",
    rows: Callable[[Explained, Params], Table] | None = None,
    replay: Replay = replay_sum,
) -> None:
    """Register a figure; ``rows`` are those behind it, from which ``replay`` computes it without a database."""

    @evaluates(
        metric.id,
        permission=Permission.PORTFOLIO_READ,
        parameters=(*SCOPE, *more),
        replay=replay,
        tolerance=SUM_ROUNDING,
    )
    def run(_work: UnitOfWork, asked: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        params = {**asked, "line": line} if line else asked
        seen = seen_by(params, clocks, actor)
        found = compute(seen, params)
        steps = (
            Step("From the close of", f"{seen.since}"),
            Step("To the close of", f"{clocks.as_of}"),
            *found.steps,
        )
        return Evaluation(
            subject_of(seen),
            found.value,
            found.unit,
            (rows or inputs_of)(seen, params),
            steps,
            newest=clocks.as_of,
            note=found.note,
        )


def subject_of(seen: Explained) -> str:
    """Return what is looked at."""
    if seen.trade is not None:
        return f"Trade {seen.trade}"
    return seen.node.name if seen.node else "All books"


def inputs_of(seen: Explained, params: Params) -> Table:
    """The trades that the figure is made of: values and rates at both ends, P&L, and the part that is asked for."""
    return trade_rows(seen, np.flatnonzero(seen.rows), _part(seen, params))


def split_by(share: Share) -> Callable[[Explained, Params], Table]:
    """The same with another part of each trade."""
    return lambda seen, params: trade_rows(seen, np.flatnonzero(seen.rows), share(seen, params))


def trade_rows(seen: Explained, chosen: IntArray1D, part: FloatArray1D) -> Table:
    """Return some rows of an explanation, with the part of each that a figure counts."""
    columns = (
        Column("trade", "Trade"),
        Column("kind", "Kind"),
        Column("curve", "Curve"),
        Column("delivery", "Delivery"),
        Column("start", "Value at start", "number", "native"),
        Column("fx_start", "EUR for one, start", "number", decimals=5),
        Column("end", "Value at end", "number", "native"),
        Column("fx_end", "EUR for one, end", "number", decimals=5),
        Column("total", "P&L", "number", "EUR", signed=True),
        Column("part", "Of this figure", "number", "EUR", signed=True),
    )
    pairs = seen.whole.found.pairs
    ends = [
        np.where(at >= 0, values[np.maximum(at, 0)] if len(values) else 0.0, np.nan)
        for state, at in ((seen.whole.start, pairs.at_start), (seen.whole.end, pairs.at_end))
        for values in (state.valuation.total, state.valuation.to_eur)
    ]
    rows: list[tuple[Cell, ...]] = []
    for row in chosen.tolist():
        figures = [*(column[row] for column in ends), seen.whole.found.total[row], part[row]]
        rows.append(
            (
                str(pairs.trade_id[row]),
                *described(seen, row),
                *(float(one) if np.isfinite(one) else None for one in figures),
            )
        )
    return Table(columns, rows, simulated=seen.simulated)


def _part(seen: Explained, params: Params) -> FloatArray1D:
    return factor_share(seen, str(params.get("line") or ""))


def _line(params: Params) -> Line | None:
    """The line asked for; None for the total."""
    key = str(params.get("line") or TOTAL)
    line = next((line for line in Line if KEYS[line] == key), None)
    if line is None and key != TOTAL:
        raise DomainError(
            f"There is no cause '{key[:40]}'. Choose one of {', '.join(KEYS.values())}, or total."
        )
    return line


def _total(seen: Explained, _params: Params) -> Outcome:
    found = seen.combined
    steps = tuple(Step(line.label, float(found.lines[line, 0]), "EUR") for line in Line)
    return Outcome(float(found.total[0]), "EUR", steps, _left_out_note(seen))


def _left_out_note(seen: Explained) -> str:
    lost = len(missing_rows(seen))
    return f"{lost} of its trades have no value at one of the ends and are left out." if lost else ""


def _line_value(seen: Explained, params: Params) -> Outcome:
    line, found = _line(params), seen.combined
    if line is None:
        return _total(seen, params)
    steps = (
        Step("Least in any order", float(found.low[line, 0]), "EUR"),
        Step("Most in any order", float(found.high[line, 0]), "EUR"),
        Step("In the stated order", float(found.ordered[line, 0]), "EUR"),
    )
    return Outcome(float(found.lines[line, 0]), "EUR", steps, _left_out_note(seen))


def _of_table(name: str) -> Compute:
    def compute(seen: Explained, params: Params) -> Outcome:
        line = _line(params)
        if line is None:
            return Outcome(float(seen.combined.total[0]), "EUR")
        return Outcome(float(getattr(seen.combined, name)[line, 0]), "EUR")

    return compute


def _sensitivity(seen: Explained, params: Params) -> Outcome:
    line, terms = _line(params), seen.whole.terms
    by_line = terms.by_line[:, seen.known].sum(axis=1)
    steps = tuple(
        Step(term.label, float(terms.terms[term, seen.known].sum()), "EUR")
        for term, of in LINE_OF_TERM.items()
        if line in (None, of)
    )
    return Outcome(float(by_line.sum() if line is None else by_line[line]), "EUR", steps)


def _unexplained(seen: Explained, params: Params) -> Outcome:
    line = _line(params)
    by_terms = _sensitivity(seen, params).value or 0.0
    whole = float(seen.combined.total[0] if line is None else seen.combined.lines[line, 0])
    steps = (Step("By revaluation", whole, "EUR"), Step("By sensitivities", by_terms, "EUR"))
    return Outcome(whole - by_terms, "EUR", steps)


def _share(seen: Explained, params: Params) -> Outcome:
    lines = seen.combined.lines[:, 0]
    left = _unexplained(seen, {**params, "line": TOTAL}).value or 0.0
    steps = (
        Step("Unexplained", left, "EUR"),
        Step("Sum of the sizes of the lines", float(np.abs(lines).sum()), "EUR"),
        Step("Threshold", THRESHOLD, "fraction"),
    )
    return Outcome(unexplained_share(left, lines), "fraction", steps)


def _left_out(seen: Explained, _params: Params) -> Outcome:
    lost = missing_rows(seen)
    return Outcome(float(seen.whole.notional[lost].sum()), "EUR", (Step("Trades", float(len(lost))),))


def _ordered_share(seen: Explained, params: Params) -> FloatArray1D:
    """What each trade's line is in the stated order."""
    line, found = _line(params), seen.whole.found
    single = combine(found, np.arange(len(found.total)), len(found.total))
    return np.where(found.known, found.total if line is None else single.ordered[line], np.nan)


def _sensitivity_share(seen: Explained, params: Params) -> FloatArray1D:
    """What the sensitivities say of each trade."""
    line, by_line = _line(params), seen.whole.terms.by_line
    return np.where(seen.known, by_line.sum(axis=0) if line is None else by_line[line], np.nan)


def _unexplained_share(seen: Explained, params: Params) -> FloatArray1D:
    """What the sensitivities leave of each trade."""
    line, found = _line(params), seen.whole.found
    return (found.total if line is None else found.lines[line]) - _sensitivity_share(seen, params)


def _lost_rows(seen: Explained, _params: Params) -> Table:
    return trade_rows(seen, missing_rows(seen), seen.whole.notional)


def _cause_rows(seen: Explained, _params: Params) -> Table:
    """One row for each cause: by revaluation and by sensitivities."""
    columns = (
        Column("cause", "Cause"),
        Column("line", "By revaluation", "number", "EUR", signed=True),
        Column("terms", "By sensitivities", "number", "EUR", signed=True),
    )
    terms = seen.whole.terms.by_line[:, seen.known].sum(axis=1)
    rows = [(line.label, float(seen.combined.lines[line, 0]), float(terms[line])) for line in Line]
    return Table(columns, rows, simulated=seen.simulated)


def _coalition_rows(seen: Explained, params: Params) -> Table:
    """The value of each set of causes over all trades looked at, and what follows a fixed rule."""
    columns = (
        Column("set", "Set", "integer"),
        Column("causes", "What has happened"),
        Column("value", "Value less that of the start", "number", "EUR", signed=True),
    )
    found, line = seen.whole.found, _line(params)
    values = found.values[:, seen.known].sum(axis=1)
    fixed = found.fixed[:, seen.known].sum(axis=1)
    rest = float(fixed.sum() if line is None else fixed[line])
    rows: list[tuple[Cell, ...]] = [(-1, "what follows a fixed rule", rest)]
    for mask, value in enumerate(values.tolist()):
        names = ", ".join(cause.name.lower() for cause in Cause if mask & cause.bit)
        rows.append((mask, names or "nothing", value))
    return Table(columns, rows, simulated=seen.simulated)


register_figure(metrics.TOTAL, _total)
register_figure(metrics.LINE, _line_value, LINE)
register_figure(metrics.LOW, _of_table("low"), LINE, rows=_coalition_rows, replay=replay_band(at=0))
register_figure(metrics.HIGH, _of_table("high"), LINE, rows=_coalition_rows, replay=replay_band(at=1))
register_figure(metrics.ORDERED, _of_table("ordered"), LINE, rows=split_by(_ordered_share))
register_figure(metrics.SENSITIVITY, _sensitivity, LINE, rows=split_by(_sensitivity_share))
register_figure(metrics.UNEXPLAINED, _unexplained, LINE, rows=split_by(_unexplained_share))
register_figure(metrics.UNEXPLAINED_RATIO, _share, rows=_cause_rows, replay=replay_share)
register_figure(metrics.LEFT_OUT, _left_out, rows=_lost_rows)
for _each, _metric in metrics.LINES.items():
    register_figure(_metric, _line_value, line=KEYS[_each])
