"""Insider timing: somebody who knew of an outage traded, or cancelled, before it was published."""

from datetime import UTC, datetime

import numpy as np

from portal.domain.compliance.detectors.contracts import spec_of
from portal.domain.compliance.detectors.registry import Threshold, Thresholds, detector
from portal.domain.compliance.detectors.tape import (
    AMEND,
    CANCEL,
    DAY,
    FILL,
    NEW,
    SECOND,
    Hit,
    InsideEntry,
    Ints,
    Mask,
    Tape,
    hit_of,
)

CODE = "EU-RM-01"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_MONTH = 31 * DAY
_WORDS = ((NEW, "new order"), (FILL, "fill"), (CANCEL, "cancel"), (AMEND, "change"))


@detector(
    CODE,
    "Insider timing",
    law="REMIT Art. 3(1), 4(1) (EU-RM-01, EU-RM-03)",
    severity="critical",
    thresholds=(Threshold("SV-IN.min_lots", "Least lots of the orders and fills", "lots", 0, 1e6),),
)
def look(tape: Tape, thresholds: Thresholds, inside: tuple[InsideEntry, ...]) -> list[Hit]:
    """Return holders of inside information who were active in its zone before it was published."""
    zones = np.array([spec_of(name).zone for name in tape.names["contract"]] or [""])[tape.contract]
    found = []
    for entry in inside:
        near = _near(tape, entry, zones == entry.zone)
        for holder in entry.holders:
            if holder not in tape.names["trader"]:
                continue
            rows = near[tape.trader[near] == tape.names["trader"].index(holder)]
            rows = rows[_counts(tape, rows, _micros(entry.known_from))]
            lots = float(np.nansum(tape.quantity[rows]))
            if len(rows) and lots >= thresholds["SV-IN.min_lots"]:
                found.append(_hit(tape, entry, holder, rows, lots))
    return found


def _micros(moment: datetime) -> int:
    return round((moment - _EPOCH).total_seconds() * SECOND)


def _near(tape: Tape, entry: InsideEntry, in_zone: Mask) -> Ints:
    """Return events in the zone and delivery of an entry while it was known and not published."""
    until = _micros(entry.published_at) if entry.published_at else np.iinfo(np.int64).max
    is_secret = (tape.at >= _micros(entry.known_from)) & (tape.at < until)
    begin = tape.month * DAY
    overlaps = (begin < _micros(entry.delivery_to)) & (begin + _LONGEST_MONTH > _micros(entry.delivery_from))
    kinds = np.isin(tape.event, (NEW, FILL, CANCEL, AMEND))
    return np.flatnonzero(in_zone & is_secret & overlaps & kinds)


def _counts(tape: Tape, rows: Ints, known: int) -> Mask:
    """Tell which events count: a new order, a fill of one placed since, a change or cancel of an older order."""
    news = tape.rows(NEW)
    placed = {int(order): int(tape.at[row]) for order, row in zip(tape.order[news], news, strict=True)}
    return np.array(
        [
            tape.event[row] == NEW or (placed.get(int(tape.order[row]), known) < known) == (tape.event[row] != FILL)
            for row in rows
        ],
        dtype=bool,
    )  # fmt: skip


def _hit(tape: Tape, entry: InsideEntry, holder: str, rows: Ints, lots: float) -> Hit:
    counts = [(int((tape.event[rows] == kind).sum()), word) for kind, word in _WORDS]
    did = ", ".join(f"{count} {word}{'s' if count != 1 else ''}" for count, word in counts if count)
    until = f"published at {entry.published_at:%H:%M} UTC" if entry.published_at else "not yet published"
    waited = (tape.moment(int(rows[0])) - entry.known_from).total_seconds() / 60
    return hit_of(
        tape,
        CODE,
        rows,
        subject=holder,
        message=(
            f"{holder} knew of {entry.asset} ({entry.code}) from {entry.known_from:%Y-%m-%d %H:%M} UTC, "
            f"{until}, and had {did} in {entry.zone} in between."
        ),
        tests=(
            "on the insider list of the event",
            "active in its zone and delivery",
            "before it was published",
        ),
        measured={"lots": lots, "minutes_after": waited},
    )
