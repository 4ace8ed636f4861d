"""How the figures of Overview are computed again: nodes of the cause tree, and forecasts beside prices."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.overview import metrics
from portal.domain.overview.sentences import gap
from portal.services.evaluation import Replay, evaluates
from portal.services.overview.causes import GROUPS, Branch, weights
from portal.services.overview.gaps import gap_of
from portal.services.portfolio.explain import explain_in
from portal.services.portfolio.explain_passports import trade_rows
from portal.services.portfolio.explain_replays import SUM_ROUNDING, replay_sum
from portal.services.portfolio.explain_rows import factor_title


def title_of(branch: Branch) -> str:
    """Return a node in words, from the outside in."""
    words = [
        GROUPS[branch.group][0] if branch.group else "",
        factor_title(branch.cause) if branch.cause else "",
        branch.portfolio,
        branch.curve,
        branch.month,
        f"trade {branch.trade}" if branch.trade else "",
        f"all but the {branch.skip} largest" if branch.skip else "",
    ]
    return " › ".join(word for word in words if word) or "All causes"


@evaluates(
    metrics.CAUSE.id,
    permission=Permission.PORTFOLIO_READ,
    parameters=(Parameter("path", "Node of the cause tree"),),
    replay=replay_sum,
    tolerance=SUM_ROUNDING,
)
def cause(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """Return one node with the trades that it is made of."""
    branch = Branch.of(str(params["path"]))
    try:
        since = date.fromisoformat(branch.since)
    except ValueError:
        raise DomainError(
            "This node has no day that it starts from. Open it again from the overview."
        ) from None
    seen = explain_in(work, clocks, actor, since)
    share = weights(seen, branch)
    rows = trade_rows(seen, np.flatnonzero(np.abs(share) > 0.0), share)
    steps = (Step("From the close of", f"{since}"), Step("To the close of", f"{clocks.as_of}"))
    return Evaluation(title_of(branch), float(share.sum()), "EUR", rows, steps, newest=clocks.as_of)


_GAP_COLUMNS = (
    Column("what", "What"),
    Column("at", "Of"),
    Column("value", "Value", "number", decimals=6),
    Column("unit", "Unit"),
    Column("run", "Forecast", "integer"),
)


def _replay(metric_id: str) -> Replay:
    def again(records: Sequence[Mapping[str, Any]], params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        found = {str(record["what"]): float(record["value"]) for record in records}
        if metric_id == metrics.FORECAST_GAP.id:
            return Outcome(gap(found.get("forecast"), found.get("price")), "fraction")
        unit = str(records[0]["unit"]) if records else ""
        return Outcome(found.get("price" if metric_id == metrics.FORECAST_PRICE.id else "forecast"), unit)

    return again


def _of_gap(metric: Metric, *more: Parameter) -> None:
    @evaluates(
        metric.id,
        permission=Permission.FORECAST_READ,
        parameters=(Parameter("target", "Target"), *more),
        replay=_replay(metric.id),
    )
    def run(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
        found = gap_of(work, str(params["target"]), clocks)
        drawn = found.at(_level(params))
        pairs = (("forecast", found.ends, drawn), ("price", found.known, found.price))
        rows = [(what, at, value, found.unit, found.run) for what, at, value in pairs if value is not None]
        shown = {
            metrics.FORECAST_GAP.id: (found.gap, "fraction"),
            metrics.FORECAST_PRICE.id: (found.price, found.unit),
        }.get(metric.id, (drawn, found.unit))
        table = Table(_GAP_COLUMNS, rows, simulated=found.simulated)
        return Evaluation(found.title, *shown, table, newest=clocks.as_of)


def _level(params: Params) -> float:
    try:
        return float(str(params.get("level", "0.5")))
    except ValueError:
        raise DomainError("This is no probability. Open the figure again from the overview.") from None


_of_gap(metrics.FORECAST_GAP)
_of_gap(metrics.FORECAST_PRICE)
_of_gap(metrics.FORECAST_VALUE, Parameter("level", "Probability", default="0.5"))
