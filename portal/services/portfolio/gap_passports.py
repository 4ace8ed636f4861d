"""How the sums of what rests on missing and stale inputs are computed again: from one row for each input."""

from collections.abc import Mapping, Sequence
from math import fsum
from typing import Any

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.portfolio import valuation_metrics as metrics
from portal.services.evaluation import evaluates
from portal.services.portfolio.valuation import valued_in
from portal.services.portfolio.valuation_tables import gap_name

ALL = "all"
_COLUMNS = (
    Column("input", "Input"),
    Column("what", "What", "badge"),
    Column("trades", "Trades", "integer"),
    Column("notional", "Money that rests on it", "number", "EUR"),
)


def _replay(records: Sequence[Mapping[str, Any]], params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return Outcome(fsum(float(record["notional"]) for record in records), "EUR")


def _register(metric: Metric, *, valued: bool) -> None:
    @evaluates(
        metric.id,
        permission=Permission.PORTFOLIO_READ,
        parameters=(Parameter("portfolio", "Portfolio", default=ALL),),
        replay=_replay,
        tolerance=1e-9,
    )
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        found, portfolio = valued_in(work, clocks, actor), str(params["portfolio"])
        if portfolio != ALL:
            found = found.narrowed(portfolio)
        gaps = [gap for gap in found.gaps if gap.valued == valued]
        rows = [(gap_name(found, gap), gap.what, len(gap.trades), gap.notional_eur) for gap in gaps]
        return Evaluation(
            "All portfolios that you may see" if portfolio == ALL else portfolio,
            fsum(gap.notional_eur for gap in gaps),
            "EUR",
            Table(_COLUMNS, rows, simulated=found.simulated),
            (Step("Inputs", float(len(gaps))),),
            newest=found.market.as_of,
        )


_register(metrics.GAP_LOST, valued=False)
_register(metrics.GAP_OLD, valued=True)
