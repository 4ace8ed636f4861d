"""Off-market prices: fills far outside the quotes of the moment."""

import numpy as np

from portal.domain.compliance.detectors.registry import Threshold, Thresholds, detector
from portal.domain.compliance.detectors.tape import FILL, Hit, InsideEntry, Tape, hit_of

CODE = "SV-PX"


@detector(
    CODE,
    "Off-market price",
    law="REMIT Art. 5; CEA 4c(a)(5)(A); house policy",
    severity="medium",
    thresholds=(Threshold("SV-PX.band", "Distance outside the quotes, share of the mid", "", 0, 1),),
)
def look(tape: Tape, thresholds: Thresholds, _inside: tuple[InsideEntry, ...]) -> list[Hit]:
    """Return fills that lie further above the offer or below the bid than the band."""
    fills = tape.rows(FILL)
    quote = tape.last_quote[fills]
    fills, quote = fills[quote >= 0], quote[quote >= 0]
    above, below = tape.price[fills] - tape.offer[quote], tape.bid[quote] - tape.price[fills]
    middle = np.abs(tape.mid[fills])
    away = np.maximum(above, below) / np.where(middle > 0, middle, np.inf)
    band = thresholds["SV-PX.band"]
    found = []
    for at in np.flatnonzero(away > band + 1e-12):
        row, who = int(fills[at]), tape.name("trader", int(fills[at]))
        where = "above the offer" if above[at] > below[at] else "below the bid"
        party = tape.name("party", row)
        found.append(
            hit_of(
                tape,
                CODE,
                np.array([quote[at], row]),
                subject=who,
                message=(
                    f"{who} {'bought' if tape.side[row] > 0 else 'sold'} {tape.quantity[row]:,.0f} lots at "
                    f"{tape.price[row]:,.3f}{f' with {party}' if party else ''}, {away[at]:.1%} {where} of that moment."
                ),
                tests=(f"price more than {band:.1%} outside bid and offer",),
                measured={"away": float(away[at]), "price": float(tape.price[row])},
            )
        )
    return found
