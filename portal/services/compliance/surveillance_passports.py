"""How the figures of Compliance > Surveillance are computed again."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from data.queries import orders as queries
from data.queries.orders import HitRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.compliance import surveillance_counts as counts
from portal.domain.compliance import surveillance_metrics as metrics
from portal.domain.compliance.detectors import all_detectors
from portal.services.compliance import surveillance
from portal.services.compliance.surveillance_page import ALL
from portal.services.compliance.surveillance_tables import MEASURES
from portal.services.compliance.surveillance_tuning import read_draft_text
from portal.services.evaluation import evaluates

Rows = Sequence[Mapping[str, Any]]
READ = Permission.COMPLIANCE_READ
DETECTOR = Parameter("detector", "Detector", default=ALL)
SPAN = (Parameter("first", "First day"), Parameter("last", "Last day"))
HIT = Parameter("hit", "Hit", "integer", low=1, high=2**53)
COLUMNS = (
    Column("hit", "Hit", "integer"),
    Column("detector", "Detector"),
    Column("day", "Day"),
    Column("outcome", "Decision"),
    Column("closed_at", "Decided", "moment"),
    Column("case", "Case", "integer"),
)
NO_DECISION = "No hit was decided as right or wrong yet."


def _row(row: HitRow) -> tuple[Any, ...]:
    return (row.id, row.detector, row.started_at.date().isoformat(), row.outcome, row.closed_at, row.case_id)


def _closed(rows: Rows) -> list[datetime | None]:
    return [_moment(row["closed_at"]) for row in rows]


def _moment(value: object) -> datetime | None:
    return value if value is None or isinstance(value, datetime) else datetime.fromisoformat(str(value))


def _day(params: Params, name: str) -> date:
    try:
        return date.fromisoformat(str(params[name]))
    except ValueError:
        raise DomainError(
            f"'{str(params[name])[:40]}' is no day. Open the figure again from its page."
        ) from None


def _hit_count(rows: Rows, params: Params, _clocks: Clocks) -> Outcome:
    first, last = str(params["first"]), str(params["last"])
    return Outcome(float(counts.hit_count([str(row["day"]) for row in rows], first, last)), "hits")


def _undecided(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
    within = [row for row in rows if str(params["first"]) <= str(row["day"]) <= str(params["last"])]
    return Outcome(float(counts.undecided_count(_closed(within), clocks.known_at)), "hits")


def _precision(rows: Rows, _params: Params, clocks: Clocks) -> Outcome:
    outcomes = [row["outcome"] for row in rows]
    value = counts.precision(outcomes, _closed(rows), clocks.known_at)
    right, wrong = (sum(item in kind for item in outcomes) for kind in (counts.RIGHT, counts.WRONG))
    steps = (Step("Confirmed", float(right), "hits"), Step("False positive", float(wrong), "hits"))
    return Outcome(value, "fraction", steps, "" if value is not None else NO_DECISION)


def _register(
    metric: Metric, compute: Callable[[Rows, Params, Clocks], Outcome], parameters: tuple[Parameter, ...]
) -> None:
    @evaluates(metric.id, permission=READ, parameters=parameters, replay=compute)
    def run(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
        code = str(params["detector"])
        if code not in (ALL, *all_detectors()):
            raise NotFound(f"There is no detector '{code[:40]}'.")
        last = clocks.as_of
        if SPAN[0] in parameters:
            _, last = _day(params, "first"), _day(params, "last")
        found = queries.hits(
            work.session, known_at=clocks.known_at, last=last, detector=None if code == ALL else code
        )
        table = Table(COLUMNS, sorted(_row(row) for row in found))
        done = compute(table.records(), params, clocks)
        title = "All detectors" if code == ALL else all_detectors()[code].title
        return Evaluation(title, done.value, done.unit, table, done.steps, note=done.note)


_register(metrics.HITS, _hit_count, (DETECTOR, *SPAN))
_register(metrics.UNDECIDED, _undecided, (DETECTOR, *SPAN))
_register(metrics.PRECISION, _precision, (DETECTOR,))


def _events(rows: Rows, _params: Params, _clocks: Clocks) -> Outcome:
    return Outcome(float(sum(int(row["events"]) for row in rows)), "events")


@evaluates(metrics.EVENTS.id, permission=READ, parameters=SPAN, replay=_events)
def events(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Count the events of each day of the span."""
    first, last = _day(params, "first"), _day(params, "last")
    rows = queries.events_by_day(work.session, first=first, last=last, known_at=clocks.known_at)
    table = Table((Column("day", "Day"), Column("events", "Events", "integer")), rows)
    done = _events(table.records(), params, clocks)
    return Evaluation("Orders, fills and quotes", done.value, done.unit, table)


def _one_hit(work: UnitOfWork, params: Params, clocks: Clocks) -> HitRow:
    found = queries.hits(work.session, known_at=clocks.known_at, hit_id=int(params["hit"] or 0))
    if not found:
        raise NotFound(f"There is no hit {params['hit']} by then.", hit=params["hit"])
    return found[0]


def _tests(rows: Rows, _params: Params, _clocks: Clocks) -> Outcome:
    return Outcome(float(len(rows)), "tests")


@evaluates(metrics.SCORE.id, permission=READ, parameters=(HIT,), replay=_tests)
def score(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Count the tests that a hit met."""
    row = _one_hit(work, params, clocks)
    table = Table((Column("test", "Test that was met"),), [(test,) for test in row.evidence["tests"]])
    return Evaluation(row.message, float(len(table.rows)), "tests", table)


def _measured(rows: Rows, params: Params, _clocks: Clocks) -> Outcome:
    value = next((row["value"] for row in rows if row["name"] == params["name"]), None)
    return Outcome(None if value is None else float(value), MEASURES.get(str(params["name"]), ("", ""))[1])


def _register_measured(metric: Metric) -> None:
    @evaluates(metric.id, permission=READ, parameters=(HIT, Parameter("name", "Figure")), replay=_measured)
    def run(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
        row = _one_hit(work, params, clocks)
        columns = (Column("name", "Figure"), Column("value", "Value", "number", decimals=4))
        values = sorted((str(name), float(value)) for name, value in row.evidence["measured"].items())
        table = Table(columns, values)
        done = _measured(table.records(), params, clocks)
        if done.value is None:
            raise NotFound(f"Nothing of the name '{str(params['name'])[:40]}' was measured in hit {row.id}.")
        return Evaluation(row.message, done.value, done.unit, table)


_register_measured(metrics.MEASURED)
_register_measured(metrics.MEASURED_COUNT)


FIELDS = ("price", "quantity", "best_bid", "best_offer", "depth")


def _field(rows: Rows, params: Params, _clocks: Clocks) -> Outcome:
    value = rows[0][str(params["field"])] if rows else None
    return Outcome(None if value is None else float(value), "")


@evaluates(
    metrics.ORDER_VALUE.id,
    permission=READ,
    parameters=(Parameter("event", "Event", "integer", low=1, high=2**53), Parameter("field", "Figure")),
    replay=_field,
)
def order_value(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Return a figure of an event as it was recorded."""
    if params["field"] not in FIELDS:
        raise DomainError(f"An event has no '{str(params['field'])[:40]}'. Use one of {', '.join(FIELDS)}.")
    found = queries.events_of(work.session, [int(params["event"] or 0)])
    if not found:
        raise NotFound(f"There is no event {params['event']}.")
    row = found[0]
    columns = (
        Column("event", "Event", "integer"),
        Column("at", "Time", "moment"),
        Column("what", "What"),
        Column("contract", "Contract"),
        Column("venue", "Venue"),
        *(Column(name, name.replace("_", " ").capitalize(), "number", decimals=3) for name in FIELDS),
    )
    values = tuple(getattr(row, name) for name in FIELDS)
    table = Table(
        columns, [(row.id, row.at, row.event, row.contract, row.venue, *values)], simulated=row.simulated
    )
    done = _field(table.records(), params, clocks)
    return Evaluation(f"Event {row.id} of {row.contract}", done.value, done.unit, table)


def _which(rows: Rows, params: Params, _clocks: Clocks) -> Outcome:
    which = str(params["which"])
    key, value = ("run", which) if which in ("now", "then") else ("change", which)
    return Outcome(float(sum(row[key] == value for row in rows)), "hits")


@evaluates(
    metrics.REPLAY.id,
    permission=READ,
    parameters=(
        Parameter("detector", "Detector"),
        Parameter("draft", "Thresholds"),
        Parameter("which", "Counted"),
    ),
    replay=_which,
)
def replayed(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Count the hits of a replay: now, then, new or gone."""
    if params["which"] not in ("now", "then", "new", "gone"):
        raise DomainError("A replay counts now, then, new or gone. Open the figure again from its page.")
    code = str(params["detector"])
    draft = read_draft_text(code, str(params["draft"]))
    found = surveillance.replay_in(work, code, draft, clocks)
    new, gone = set(map(id, found.new)), set(map(id, found.gone))
    rows = [
        (
            hit.started_at.isoformat(), hit.subject, hit.contract, str(hit.events), run,
            "new" if id(hit) in new else "gone" if id(hit) in gone else "same",
        )
        for run, hits in (("now", found.now), ("then", found.then))
        for hit in hits
    ]  # fmt: skip
    names = ("at", "subject", "contract", "events", "run", "change")
    titles = ("Began", "Who", "Contract", "Events", "Thresholds", "Change")
    columns = tuple(Column(name, title) for name, title in zip(names, titles, strict=True))
    table = Table(columns, sorted(rows))
    done = _which(table.records(), params, clocks)
    return Evaluation(f"{find_title(code)}, {found.first} to {found.last}", done.value, done.unit, table)


def find_title(code: str) -> str:
    """Return the title of a detector."""
    return surveillance.find_detector(code).title
