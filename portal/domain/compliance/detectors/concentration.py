"""Concentration: one trader makes too much of a day's volume in a contract."""

import numpy as np

from portal.domain.compliance.detectors.registry import Threshold, Thresholds, detector
from portal.domain.compliance.detectors.taken_back import by_trader_and_day
from portal.domain.compliance.detectors.tape import FILL, QUOTE, Hit, InsideEntry, Tape, hit_of

CODE = "SV-CO"


@detector(
    CODE,
    "Concentration",
    law="REMIT Art. 5; house policy",
    severity="medium",
    thresholds=(
        Threshold("SV-CO.share", "Share of the day's volume of a contract", "", 0, 1),
        Threshold("SV-CO.min_lots", "Least lots of the day", "lots", 0, 1e6),
    ),
)
def look(tape: Tape, thresholds: Thresholds, _inside: tuple[InsideEntry, ...]) -> list[Hit]:
    """Return trader, contract and day whose fills are more than the share of the volume of the market."""
    fills, quotes = tape.rows(FILL), tape.rows(QUOTE)
    share, least = thresholds["SV-CO.share"], thresholds["SV-CO.min_lots"]
    found = []
    for group in by_trader_and_day(tape, fills):
        rows = fills[group]
        lots = float(tape.quantity[rows].sum())
        if lots < least:
            continue
        same = quotes[(tape.market[quotes] == tape.market[rows[0]]) & (tape.day[quotes] == tape.day[rows[0]])]
        market = float(np.nansum(tape.quantity[same]))
        if market <= 0 or lots / market <= share:
            continue
        who = tape.name("trader", int(rows[0]))
        found.append(
            hit_of(
                tape,
                CODE,
                rows,
                subject=who,
                message=f"{who} made {lots:,.0f} of {market:,.0f} lots of the day, {lots / market:.0%} of the volume.",
                tests=(f"own share of the day above {share:.0%}", f"at least {least:,.0f} lots"),
                measured={"share": lots / market, "lots": lots},
            )
        )
    return found
