"""Compliance > Surveillance as tables: hits, detectors, events of a hit, and hits of a replay."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from data.queries.orders import HitRow
from portal.core.clock import Clocks
from portal.core.metrics import Metric, Shown
from portal.core.table import LAPTOP, PHONE, Cell, Column, GridQuery, Table, sort_rows
from portal.domain.compliance import surveillance_counts as counts
from portal.domain.compliance import surveillance_metrics as metrics
from portal.domain.compliance.detectors import Hit, all_detectors
from portal.services.compliance.case_tables import address_of as case_address
from portal.services.compliance.surveillance import Replayed
from portal.services.compliance.surveillance_page import ALL, HitDetail, SurveillancePage

PATH = "/compliance/surveillance"
STATES = {
    None: "undecided",
    "confirmed": "confirmed",
    "reported": "confirmed",
    "false-positive": "false positive",
}
SIDES = {1: "buy", -1: "sell"}
MEASURES = {
    "patterns": ("Patterns", "in a day"),
    "size_multiple": ("Size", "x median"),
    "depth_share": ("Share of depth", ""),
    "cancel_share": ("Cancelled share", ""),
    "cancel_s": ("Fill to cancel", "s"),
    "levels": ("Price levels", "prices"),
    "lots": ("Quantity", "lots"),
    "matched": ("Matched", "lots"),
    "matched_share": ("Matched share", ""),
    "seconds": ("Apart", "s"),
    "minutes": ("Apart", "min"),
    "ticks": ("Price difference", "ticks"),
    "gain": ("Gain of one side", "in currency"),
    "own_share": ("Own share", ""),
    "one_way": ("One way", ""),
    "position": ("Open position", "lots"),
    "move": ("Move of the price", ""),
    "away": ("Outside the quotes", "of the mid"),
    "price": ("Price", ""),
    "share": ("Share of the day", ""),
    "minutes_after": ("Waited", "min"),
}
"""What detectors measure: title and unit."""
COUNTED = frozenset({"patterns", "levels", "lots", "matched", "gain", "position", "ticks"})
HIT_COLUMNS = (
    Column("hit", "Hit", link="address"),
    Column("started", "Began", "moment"),
    Column("pattern", "Pattern"),
    Column("subject", "Who", room=PHONE),
    Column("contract", "Contract", room=PHONE),
    Column("message", "What was seen", room=PHONE),
    Column("tests", "Tests met", "integer", metric=metrics.SCORE.id, room=LAPTOP),
    Column("state", "Decision", "badge"),
    Column("case", "Case", link="case_address"),
    Column("address", "Address", hidden=True),
    Column("case_address", "Address of the case", hidden=True),
)
DETECTOR_COLUMNS = (
    Column("detector", "Rule", link="address"),
    Column("title", "Pattern"),
    Column("hits", "Hits", "integer", metric=metrics.HITS.id),
    Column("undecided", "Undecided", "integer", metric=metrics.UNDECIDED.id),
    Column("precision", "Precision", "percent", decimals=0, metric=metrics.PRECISION.id,
           help="Confirmed / (confirmed + false positive) of all decided cases"),
    Column("thresholds", "Thresholds in force", room=PHONE),
    Column("law", "Law", room=LAPTOP),
    Column("address", "Address", hidden=True),
)  # fmt: skip
_OF = {name: (("field", name),) for name in ("price", "quantity", "best_bid", "best_offer", "depth")}
EVENT_COLUMNS = (
    Column("event", "Event"),
    Column("at", "Time, UTC", sortable=True),
    Column("what", "What"),
    Column("evidence", "Evidence", "badge"),
    Column("trader", "Trader"),
    Column("account", "Account", room=PHONE),
    Column("order", "Order", room=PHONE),
    Column("side", "Side"),
    Column("quantity", "Lots", "number", decimals=0, metric=metrics.ORDER_VALUE.id, params=_OF["quantity"]),
    Column("price", "Price", "number", decimals=3, metric=metrics.ORDER_VALUE.id, params=_OF["price"]),
    Column("bid", "Bid", "number", decimals=3, metric=metrics.ORDER_VALUE.id, params=_OF["best_bid"], room=PHONE),
    Column("offer", "Offer", "number", decimals=3, metric=metrics.ORDER_VALUE.id, params=_OF["best_offer"],
           room=PHONE),
    Column("depth", "Depth", "number", decimals=0, metric=metrics.ORDER_VALUE.id, params=_OF["depth"], room=LAPTOP),
    Column("party", "Other side", room=LAPTOP),
)  # fmt: skip


def address_of(hit: int | str, clocks: Clocks, **more: str) -> str:
    """Return the address of a hit under the same clocks."""
    return f"{PATH}?{urlencode({'hit': hit, **more, **clocks.query()})}"


def state_of(row: HitRow, clocks: Clocks) -> str:
    """Return how the case of a hit was decided by the moment known."""
    is_decided = row.closed_at is not None and row.closed_at <= clocks.known_at
    return STATES.get(row.outcome if is_decided else None, "accepted")


def hit_table(query: GridQuery, found: SurveillancePage) -> Table:
    """Return the hits of the span, the newest first."""
    clocks = found.clocks
    rows: list[tuple[Cell, ...]] = []
    for row in found.hits:
        case = "" if row.case_id is None else str(row.case_id)
        rows.append(
            (
                str(row.id), row.started_at, all_detectors()[row.detector].title, row.subject, row.contract,
                row.message, int(row.score), state_of(row, clocks), case, address_of(row.id, clocks),
                case_address(row.case_id, clocks) if row.case_id is not None else "",
            )
        )  # fmt: skip
    params = {str(row.id): {"hit": row.id} for row in found.hits}
    return sort_rows(Table(HIT_COLUMNS, rows, simulated=found.simulated, extra={"params": params}), query)


def figure(metric: Metric, found: SurveillancePage, detector: str = ALL) -> Shown:
    """Return a count or the precision of one or all detectors, with the parameters of its passport."""
    first, last = (day.isoformat() for day in found.ask.span(found.clocks))
    rows = [row for row in found.history if detector in (ALL, row.detector)]
    value: float | None
    if metric is metrics.PRECISION:
        value = counts.precision(
            [row.outcome for row in rows], [row.closed_at for row in rows], found.clocks.known_at
        )
        return Shown(metric, value, "", {"detector": detector})
    days = [row.started_at.date().isoformat() for row in rows]
    if metric is metrics.HITS:
        value = float(counts.hit_count(days, first, last))
    else:
        within = [row.closed_at for row, day in zip(rows, days, strict=True) if first <= day <= last]
        value = float(counts.undecided_count(within, found.clocks.known_at))
    return Shown(metric, value, metric.unit, {"detector": detector, "first": first, "last": last})


def events_shown(found: SurveillancePage) -> Shown:
    """Return how many events of the span are known."""
    first, last = (day.isoformat() for day in found.ask.span(found.clocks))
    return Shown(metrics.EVENTS, float(found.events), "events", {"first": first, "last": last})


def detector_table(query: GridQuery, found: SurveillancePage) -> Table:
    """Return the detectors with what they found, how often they were right, and their thresholds."""
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Any]] = {}
    for code, detector in all_detectors().items():
        values = [
            figure(metric, found, code) for metric in (metrics.HITS, metrics.UNDECIDED, metrics.PRECISION)
        ]
        limits = "; ".join(
            f"{item.title.lower()} {found.thresholds[item.parameter]:g} {item.unit}".rstrip()
            for item in detector.thresholds
        )
        address = f"{PATH}?{urlencode({'detector': code, 'days': found.ask.days, **found.clocks.query()})}"
        rows.append((code, detector.title, *(item.value for item in values), limits, detector.law, address))
        params[code] = dict(values[0].params)
    return sort_rows(Table(DETECTOR_COLUMNS, rows, extra={"params": params}), query)


def measured_shown(row: HitRow) -> list[tuple[str, Shown]]:
    """Return what a detector measured in a hit: title and figure."""
    found = []
    for name, value in row.evidence["measured"].items():
        title, unit = MEASURES.get(name, (name.replace("_", " ").capitalize(), ""))
        metric = metrics.MEASURED_COUNT if name in COUNTED else metrics.MEASURED
        found.append((title, Shown(metric, float(value), unit, {"hit": row.id, "name": name})))
    return found


def event_table(query: GridQuery, found: HitDetail) -> Table:
    """Return the events around a hit, by time; those of the evidence are marked."""
    rows: list[tuple[Cell, ...]] = [
        (
            str(row.id), f"{row.at:%H:%M:%S.%f}"[:-3], row.event, "evidence" if row.id in found.evidence else "",
            row.trader or "", row.account or "", row.order_ref or "", SIDES.get(row.side or 0, ""), row.quantity,
            row.price, row.best_bid, row.best_offer, row.depth, row.counterparty_code or "",
        )
        for row in found.events
    ]  # fmt: skip
    params = {str(row.id): {"event": row.id} for row in found.events}
    table = Table(EVENT_COLUMNS, rows, simulated=found.row.simulated, extra={"params": params})
    return sort_rows(table, query)


def replay_rows(found: Replayed) -> list[tuple[str, Hit]]:
    """Return the hits that a draft changes: "new" or "gone", by time."""
    changed = [("new", hit) for hit in found.new] + [("gone", hit) for hit in found.gone]
    return sorted(changed, key=lambda item: item[1].started_at)


def replay_figures(found: Replayed, draft: str) -> Sequence[tuple[str, Shown]]:
    """Return the four counts of a replay with the parameters of their passports."""
    parts = {"now": found.now, "then": found.then, "new": found.new, "gone": found.gone}
    return [
        (
            which,
            Shown(
                metrics.REPLAY, float(len(hits)), "hits",
                {"detector": found.detector, "draft": draft, "which": which},
            ),
        )
        for which, hits in parts.items()
    ]  # fmt: skip
