"""Pre-arranged round turns: two parties trade there and back, and money stays with one of them."""

import numpy as np

from portal.domain.compliance.detectors.contracts import spec_of
from portal.domain.compliance.detectors.registry import Threshold, Thresholds, detector
from portal.domain.compliance.detectors.tape import FILL, MINUTE, Hit, InsideEntry, Tape, hit_of

CODE = "US-MM-02"


@detector(
    CODE,
    "Pre-arranged trade",
    law="17 CFR 38.152; CME Rule 432.G; REMIT Art. 5",
    severity="high",
    thresholds=(
        Threshold("US-MM-02.window_min", "Longest time between the two fills", "min", 1, 1440),
        Threshold("US-MM-02.quantity_tolerance", "Difference of quantity that is still equal", "", 0, 1),
        Threshold("US-MM-02.ticks", "Least difference of price", "ticks", 0, 1000),
    ),
)
def look(tape: Tape, thresholds: Thresholds, _inside: tuple[InsideEntry, ...]) -> list[Hit]:
    """Return consecutive fills of the same two parties that undo each other at another price."""
    fills = tape.rows(FILL)
    fills = fills[(tape.party[fills] >= 0) & (tape.owner[fills] >= 0)]
    if len(fills) < 2:
        return []
    parties = len(tape.names["party"])
    key = (tape.owner[fills] * parties + tape.party[fills]) * (int(tape.market.max()) + 1) + tape.market[
        fills
    ]
    order = np.lexsort([fills, key])
    rows, key = fills[order], key[order]
    out, back = rows[:-1], rows[1:]
    ticks = np.array([spec_of(name).tick for name in tape.names["contract"]])[tape.contract[out]]
    apart = np.abs(tape.price[back] - tape.price[out]) / ticks
    gap = np.abs(tape.quantity[back] - tape.quantity[out])
    is_met = (
        (np.diff(key) == 0)
        & (tape.side[out] == -tape.side[back])
        & (tape.at[back] - tape.at[out] <= thresholds["US-MM-02.window_min"] * MINUTE)
        & (gap <= thresholds["US-MM-02.quantity_tolerance"] * tape.quantity[out] + 1e-9)
        & (apart >= thresholds["US-MM-02.ticks"] - 1e-6)
    )
    return [
        _hit(tape, int(out[at]), int(back[at]), float(apart[at]), thresholds) for at in np.flatnonzero(is_met)
    ]


def _hit(tape: Tape, out: int, back: int, ticks: float, thresholds: Thresholds) -> Hit:
    lots = float(min(tape.quantity[out], tape.quantity[back]))
    lot = spec_of(tape.name("contract", out)).lot
    gain = float(tape.side[out] * (tape.price[back] - tape.price[out])) * lots * lot
    owner, party = tape.name("owner", out), tape.name("party", out)
    gainer = owner if gain > 0 else party
    minutes = float(tape.at[back] - tape.at[out]) / MINUTE
    return hit_of(
        tape,
        CODE,
        np.array([out, back]),
        subject=f"{owner} and {party}",
        message=(
            f"{owner} and {party} traded {lots:,.0f} lots there and back within {minutes:.1f} minutes; {gainer} gained "
            f"{abs(gain):,.0f} in the currency of the contract, and neither kept a position."
        ),
        tests=(
            "same two parties, same contract and month, opposite sides",
            f"at most {thresholds['US-MM-02.window_min']:g} minutes apart",
            f"quantities equal within {thresholds['US-MM-02.quantity_tolerance']:.0%}",
            f"prices at least {thresholds['US-MM-02.ticks']:g} ticks apart",
        ),
        measured={"ticks": ticks, "minutes": minutes, "gain": abs(gain), "lots": lots},
    )
