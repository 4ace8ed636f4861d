"""How the figures of packs are computed again: from the packs that the reader may count."""

from collections.abc import Callable

from data.queries import packs as queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.monitoring import pack_metrics as metrics
from portal.services.evaluation import evaluates
from portal.services.packs import figures, history
from portal.services.packs.figures import MINE, Rows

WHOSE = (Parameter("whose", "Whose", default=MINE),)
PACK = (Parameter("pack", "Pack", "integer", low=1, high=1e15),)
COLUMNS = (
    Column("id", "Pack", "integer"),
    Column("state", "State", "badge"),
    Column("deadline", "Could wait until", "moment"),
    Column("recorded_at", "Made", "moment"),
    Column("seconds", "Time to make", "number", unit="s", decimals=1),
)
GAP_COLUMNS = (
    Column("what", "What is missing"),
    Column("why", "Why"),
    Column("bound", "How much it could matter"),
)
NONE = "No pack of 30 days says it."

_FIGURES: tuple[tuple[Metric, Callable[[Rows], float | None]], ...] = (
    (metrics.MADE, figures.made),
    (metrics.PARTIAL, figures.partial),
    (metrics.ON_TIME, figures.on_time),
    (metrics.SECONDS, figures.seconds),
)


def _register(metric: Metric, figure: Callable[[Rows], float | None]) -> None:
    def replay(rows: Rows, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        value = figure(rows)
        return Outcome(value, metric.unit, note="" if value is not None else NONE)

    def evaluate(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        found = figures.counted(work, clocks, actor, str(params["whose"]))
        rows = [tuple(getattr(one, column.key) for column in COLUMNS) for one in found]
        table = Table(COLUMNS, rows, simulated=any(one.simulated for one in found))
        outcome = replay(table.records(), params, clocks)
        return Evaluation("Packs of 30 days", outcome.value, outcome.unit, table, note=outcome.note)

    evaluates(metric.id, permission=Permission.EXPORT, parameters=WHOSE, replay=replay)(evaluate)


for _metric, _figure in _FIGURES:
    _register(_metric, _figure)


def _gaps_again(rows: Rows, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return Outcome(figures.gap_count(rows), "gaps")


@evaluates(metrics.GAPS.id, permission=Permission.EXPORT, parameters=PACK, replay=_gaps_again)
def gaps(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """What one pack names as missing."""
    number = int(params["pack"] or 0)
    row = queries.pack(work.session, number)
    hidden = row is not None and row.reader != actor.username and not actor.can(Permission.PACK_SCHEDULE)
    if row is None or hidden or row.recorded_at > clocks.known_at:
        raise NotFound(f"There is no pack {number} of yours. Choose one of the list.", pack=number)
    told = history.gaps_of(row, told=history.may_open(row, actor))
    rows = [(one.what, one.why, one.bound) for one in told]
    table = Table(GAP_COLUMNS, rows, simulated=row.simulated)
    value = figures.gap_count(table.records())
    return Evaluation(
        f"Pack {number}",
        value,
        "gaps",
        table,
        newest=row.as_of,
        recorded_at=row.recorded_at,
    )
