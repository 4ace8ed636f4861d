"""Wash trades: an owner's buys that met its own sells."""

import numpy as np

from portal.domain.compliance.detectors.contracts import spec_of
from portal.domain.compliance.detectors.registry import Threshold, Thresholds, detector
from portal.domain.compliance.detectors.tape import FILL, SECOND, Hit, InsideEntry, Ints, Tape, hit_of
from portal.domain.compliance.order_patterns import Wash, washes

CODE = "US-MM-01"


@detector(
    CODE,
    "Wash trade",
    law="17 CFR 38.152; CEA 4c(a); CME Rule 534; REMIT Art. 5 (EU-RM-07)",
    severity="high",
    thresholds=(
        Threshold("US-MM-01.window_s", "Longest time between the two sides", "s", 1, 3600),
        Threshold("US-MM-01.ticks", "Largest difference of price", "ticks", 0, 100),
        Threshold("US-MM-01.matched_share", "Least matched share of the smaller side", "", 0, 1),
    ),
)
def look(tape: Tape, thresholds: Thresholds, _inside: tuple[InsideEntry, ...]) -> list[Hit]:
    """Return bursts of fills in which one owner bought and sold the same contract; see ``order_patterns.washes``."""
    window = thresholds["US-MM-01.window_s"]
    limits = [thresholds[f"US-MM-01.{name}"] for name in ("ticks", "window_s", "matched_share")]
    return [
        _hit(tape, burst, wash, thresholds)
        for burst in _bursts(tape, window)
        for wash in washes(
            [_record(tape, int(row)) for row in burst],
            spec_of(tape.name("contract", int(burst[0]))).tick,
            *limits,
        )
    ]


def _bursts(tape: Tape, window_s: float) -> list[Ints]:
    """Return runs of fills of one owner and contract, at most ``window_s`` apart, with buys and sells."""
    fills = tape.rows(FILL)
    fills = fills[tape.owner[fills] >= 0]
    if not len(fills):
        return []
    key = tape.owner[fills] * (int(tape.market.max()) + 1) + tape.market[fills]
    order = np.lexsort([fills, key])
    rows, key = fills[order], key[order]
    is_first = np.ones(len(rows), dtype=bool)
    is_first[1:] = (np.diff(key) != 0) | (np.diff(tape.at[rows]) > window_s * SECOND)
    starts = np.flatnonzero(is_first)
    buys = np.add.reduceat((tape.side[rows] > 0).astype(np.int64), starts)
    sells = np.add.reduceat((tape.side[rows] < 0).astype(np.int64), starts)
    ends = np.append(starts[1:], len(rows))
    return [rows[starts[at] : ends[at]] for at in np.flatnonzero((buys > 0) & (sells > 0))]


def _record(tape: Tape, row: int) -> dict[str, object]:
    return {
        "t": tape.moment(row),
        "beneficial_owner": tape.name("owner", row),
        "contract": tape.name("contract", row),
        "month": f"{tape.month_of(row):%Y-%m}",
        "side": "buy" if tape.side[row] > 0 else "sell",
        "price": float(tape.price[row]),
        "qty": float(tape.quantity[row]),
    }


def _hit(tape: Tape, burst: Ints, wash: Wash, thresholds: Thresholds) -> Hit:
    seconds = (wash.last - wash.first).total_seconds()
    accounts = sorted({tape.name("account", int(row)) for row in burst})
    return hit_of(
        tape,
        CODE,
        burst,
        subject=" and ".join(sorted({tape.name("trader", int(row)) for row in burst})),
        message=(
            f"Accounts {' and '.join(accounts)} of {wash.owner} bought and sold {wash.matched:,.0f} lots within "
            f"{seconds:,.0f} s at prices that hardly differ."
        ),
        tests=(
            "same beneficial owner, contract and month, opposite sides",
            f"at most {thresholds['US-MM-01.window_s']:g} s apart",
            f"prices at most {thresholds['US-MM-01.ticks']:g} ticks apart",
            f"at least {thresholds['US-MM-01.matched_share']:.0%} of the smaller side matched",
        ),
        measured={"matched": wash.matched, "matched_share": wash.matched / wash.smaller, "seconds": seconds},
    )
