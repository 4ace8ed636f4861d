"""Layering: orders at several prices of one side that vanish when the other side is filled."""

import numpy as np

from portal.domain.compliance.detectors.registry import Threshold, Thresholds, detector
from portal.domain.compliance.detectors.taken_back import taken_back
from portal.domain.compliance.detectors.tape import Hit, InsideEntry, Ints, Tape, hit_of

CODE = "US-MM-04"
_WHOLE = 0.999  # cancelled share of an order that is gone


@detector(
    CODE,
    "Layering",
    law="CEA 4c(a)(5)(C); CME Rule 575; REMIT Art. 5 (EU-RM-07)",
    severity="high",
    thresholds=(
        Threshold("US-MM-04.levels", "Least number of price levels", "", 2, 50),
        Threshold("US-MM-04.cancel_s", "Longest time from fill to cancels", "s", 0.1, 600),
    ),
)
def look(tape: Tape, thresholds: Thresholds, _inside: tuple[InsideEntry, ...]) -> list[Hit]:
    """Return fills after which orders at enough prices of the other side were cancelled at once."""
    levels, seconds = thresholds["US-MM-04.levels"], thresholds["US-MM-04.cancel_s"]
    back = taken_back(tape, seconds)
    whole = np.flatnonzero(back.share >= _WHOLE)
    found = []
    for fill in np.unique(back.fill[whole]):
        at = whole[back.fill[whole] == fill]
        prices = len(np.unique(tape.price[back.new[at]]))
        if prices >= levels:
            found.append(_hit(tape, int(fill), back.new[at], back.cancel[at], prices, (levels, seconds)))
    return found


def _hit(tape: Tape, fill: int, new: Ints, cancel: Ints, prices: int, limits: tuple[float, float]) -> Hit:
    who = tape.name("trader", fill)
    lots = float(tape.quantity[new].sum())
    slowest = float((tape.at[cancel] - tape.at[fill]).max()) / 1e6
    side = "bids" if tape.side[new[0]] > 0 else "offers"
    return hit_of(
        tape,
        CODE,
        np.concatenate([new, [fill], cancel]),
        subject=who,
        message=(
            f"{who} had {side} of {lots:,.0f} lots at {prices} prices; all were cancelled within {slowest:.1f} s of a "
            f"fill of {tape.quantity[fill]:,.0f} lots on the other side."
        ),
        tests=(
            f"live orders at {limits[0]:g} or more prices of one side",
            f"all cancelled within {limits[1]:g} s of an opposite fill",
        ),
        measured={"levels": prices, "cancel_s": slowest, "lots": lots},
    )
