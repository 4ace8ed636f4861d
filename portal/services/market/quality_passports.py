"""How each figure of Market > Data quality is computed again: counted from the findings or feeds behind it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from data.queries import quality as queries
from data.queries.quality import FeedRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Source, Step
from portal.core.permissions import Permission
from portal.core.table import Column, GridQuery, Table
from portal.domain.market import quality_metrics as metrics
from portal.services.access.trade_files import reader_of_refused
from portal.services.evaluation import evaluates
from portal.services.market import quality_tables
from portal.services.market.quality import Feeds, Findings, end_of_day, find, judge_feeds

MOMENT = Parameter("moment", "Judged at (UTC)", default="end of the day")
FEED = (MOMENT, Parameter("source", "Source"), Parameter("dataset", "Data"))
SEARCH = (
    Parameter("period", "Look back", default="1y"),
    Parameter("commodity", "Commodity", default="all"),
    Parameter("z", "Spikes from", default="8"),
)
ALL = GridQuery(limit=None)

SERIES_COLUMNS = (
    Column("source", "Source"),
    Column("name", "Name"),
    Column("dataset", "Data"),
    Column("series", "Series"),
    Column("newest", "Newest day", "date"),
    Column("recorded_at", "Recorded", "moment"),
    Column("promise", "Promised", "number", unit="business h"),
)
QUARANTINE_COLUMNS = (
    Column("row", "Row", "integer"),
    Column("file", "File"),
    Column("line", "Line", "integer"),
    Column("message", "What is wrong"),
    Column("recorded_at", "Since", "moment"),
)


def _moment(params: Params, clocks: Clocks) -> datetime:
    asked = str(params["moment"])
    return end_of_day(clocks) if asked == MOMENT.default else datetime.fromisoformat(asked)


def _feed_rows(work: UnitOfWork, params: Params, clocks: Clocks) -> list[FeedRow]:
    rows = queries.feeds(work.session, clocks=clocks)
    if "source" not in params:
        return rows
    return [row for row in rows if (row.source_code, row.dataset) == (params["source"], params["dataset"])]


def _feed_record(row: FeedRow) -> tuple[Any, ...]:
    return row.source_code, row.source, row.dataset, row.series, row.newest, row.recorded_at, row.sla_hours


def _feed_row(record: Mapping[str, Any]) -> FeedRow:
    newest, recorded = record["newest"], record["recorded_at"]
    return FeedRow(
        str(record["source"]),
        str(record["name"]),
        "",
        simulated=False,
        sla_hours=float(record["promise"]),
        dataset=str(record["dataset"]),
        series=str(record["series"]),
        newest=None if newest is None else date.fromisoformat(newest),
        recorded_at=None if recorded is None else datetime.fromisoformat(recorded),
    )


def _of_feeds(metric: Metric, parameters: Sequence[Parameter], read: Callable[[Feeds], Outcome]) -> None:
    """Register ``read`` of the feeds, judged at the moment that the page was, as the evaluator of ``metric``."""

    def replay(records: Sequence[Mapping[str, Any]], params: Params, clocks: Clocks) -> Outcome:
        return read(judge_feeds([_feed_row(record) for record in records], _moment(params, clocks)))

    @evaluates(metric.id, permission=Permission.MARKET_READ, parameters=parameters, replay=replay)
    def run(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
        rows = _feed_rows(work, params, clocks)
        outcome = read(judge_feeds(rows, _moment(params, clocks)))
        sources = dict.fromkeys(Source(row.source_code, row.source, row.licence) for row in rows)
        subject = f"{params['source']}, {params['dataset']}" if "source" in params else "All feeds"
        return Evaluation(
            subject,
            outcome.value,
            outcome.unit,
            Table(SERIES_COLUMNS, [_feed_record(row) for row in rows]),
            outcome.steps,
            tuple(sources),
            max((row.newest for row in rows if row.newest), default=None),
            max((row.recorded_at for row in rows if row.recorded_at), default=None),
            note=outcome.note,
        )


def _age(found: Feeds) -> Outcome:
    if not found.feeds:
        return Outcome(None, "business h", note="This feed has no series.")
    judged = found.feeds[0].staleness
    moment = Step("Judged at", f"{found.moment:%Y-%m-%d %H:%M} UTC")
    promise = Step("Promised", judged.sla_hours, "business h")
    return Outcome(
        judged.age_hours,
        "business h",
        (moment, promise),
        "" if judged.age_hours is not None else judged.sentence,
    )


def _late(found: Feeds) -> Outcome:
    late = [feed for feed in found.feeds if feed.staleness.late]
    steps = tuple(Step(f"{feed.source}, {feed.dataset}", feed.staleness.sentence) for feed in late)
    return Outcome(float(len(late)), metrics.LATE_FEEDS.unit, steps)


_of_feeds(metrics.FEED_AGE, FEED, _age)
_of_feeds(metrics.LATE_FEEDS, (MOMENT,), _late)


def _of_findings(
    metric: Metric,
    table: Callable[[GridQuery, Findings, Clocks], Table],
    count: Callable[[Sequence[Mapping[str, Any]]], int],
) -> None:
    """Register a count of the rows of one of the page's tables as the evaluator of ``metric``."""

    def replay(records: Sequence[Mapping[str, Any]], _params: Params, _clocks: Clocks) -> Outcome:
        return Outcome(float(count(records)), metric.unit)

    @evaluates(metric.id, permission=Permission.MARKET_READ, parameters=SEARCH, replay=replay)
    def run(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
        chosen = str(params["commodity"])
        found = find(
            work,
            clocks,
            period=str(params["period"]),
            commodity="" if chosen == "all" else chosen,
            threshold=float(params["z"] or 0),
        )
        rows = table(ALL, found, clocks)
        subject = "All instruments" if chosen == "all" else f"All instruments of {chosen}"
        steps = (Step("Instruments looked at", float(len(found.instruments))),)
        return Evaluation(subject, float(count(rows.records())), metric.unit, rows, steps)


_of_findings(
    metrics.MISSING_DAYS, quality_tables.gap_table, lambda rows: sum(int(row["missing"]) for row in rows)
)
_of_findings(metrics.SPIKES, quality_tables.spike_table, len)
_of_findings(metrics.STILL_RUNS, quality_tables.still_table, len)


def _count(records: Sequence[Mapping[str, Any]], _params: Params, _clocks: Clocks) -> Outcome:
    return Outcome(float(len(records)), metrics.QUARANTINED.unit)


@evaluates(metrics.QUARANTINED.id, permission=Permission.MARKET_READ, replay=_count)
def quarantined(work: UnitOfWork, _params: Params, _clocks: Clocks, actor: Actor) -> Evaluation:
    """Return the number of refused rows that wait, as things stand now: a decision about a row has no clock."""
    rows = queries.waiting_rows(work.session, reader=reader_of_refused(work, actor))
    return Evaluation(
        "Quarantine", float(len(rows)), metrics.QUARANTINED.unit, Table(QUARANTINE_COLUMNS, rows)
    )
