"""The events of a hit as its pictures draw them: all of them, and a close-up of the densest part of the evidence."""

from datetime import datetime, timedelta
from typing import Any

from data.queries.orders import EventRow
from portal.services.compliance.surveillance_page import HitDetail

APART = timedelta(seconds=90)  # between events of a burst
LEAST = 2  # events of one
LEAST_AROUND = timedelta(seconds=2)


def as_events(found: HitDetail) -> list[dict[str, Any]]:
    """Return the events for the picture."""
    return [
        {
            "at": _iso(row.at), "what": row.event, "order": row.order_ref, "side": row.side, "price": row.price,
            "quantity": row.quantity, "bid": row.best_bid, "offer": row.best_offer,
            "is_evidence": row.id in found.evidence, "trader": row.trader or "",
        }
        for row in found.events
    ]  # fmt: skip


def close_up(found: HitDetail) -> list[dict[str, Any]]:
    """Return the events around the densest burst of the evidence, with the quote that stood; [] without a burst."""
    rows = [row for row in found.events if row.id in found.evidence and row.event != "quote"]
    bursts: list[list[EventRow]] = []
    for row in rows:
        if bursts and row.at - bursts[-1][-1].at <= APART:
            bursts[-1].append(row)
        else:
            bursts.append([row])
    burst = max(bursts, key=len, default=[])
    if len(burst) < LEAST:
        return []
    around = max(LEAST_AROUND, (burst[-1].at - burst[0].at) * 0.4)
    begin, end = burst[0].at - around, burst[-1].at + around
    every = as_events(found)
    shown = [event for row, event in zip(found.events, every, strict=True) if begin <= row.at <= end]
    before = [event for row, event in zip(found.events, every, strict=True)
              if row.event == "quote" and row.at < begin]  # fmt: skip
    if before:
        shown = [{**before[-1], "at": _iso(begin)}, *shown]
    quotes = [event for event in shown if event["what"] == "quote"]
    return [*shown, {**quotes[-1], "at": _iso(end)}] if quotes else shown


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")
