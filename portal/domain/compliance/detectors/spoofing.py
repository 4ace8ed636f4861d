"""Spoofing: large orders that are taken back as soon as an order on the other side is filled, several times a day."""

import numpy as np

from portal.domain.compliance.detectors.registry import Threshold, Thresholds, detector
from portal.domain.compliance.detectors.taken_back import by_trader_and_day, taken_back, usual_size
from portal.domain.compliance.detectors.tape import Hit, InsideEntry, Tape, hit_of

CODE = "US-MM-03"


@detector(
    CODE,
    "Spoofing",
    law="CEA 4c(a)(5)(C); CME Rule 575; REMIT Art. 5 (EU-RM-07)",
    severity="high",
    thresholds=(
        Threshold("US-MM-03.size_multiple", "Large order, in the trader's medians", "x", 1, 100),
        Threshold("US-MM-03.depth_share", "Large order, share of visible depth", "", 0, 1),
        Threshold("US-MM-03.cancel_share", "Least cancelled share", "", 0, 1),
        Threshold("US-MM-03.cancel_s", "Longest time from fill to cancel", "s", 0.1, 600),
        Threshold("US-MM-03.repeats", "Patterns a day", "", 1, 100),
    ),
)
def look(tape: Tape, thresholds: Thresholds, _inside: tuple[InsideEntry, ...]) -> list[Hit]:
    """Return trader, contract and day with enough large orders that were cancelled after they had helped a fill."""
    limit = {key.rpartition(".")[2]: value for key, value in thresholds.items() if key.startswith(CODE)}
    back = taken_back(tape, limit["cancel_s"])
    sizes, usual = tape.quantity[back.new], usual_size(tape)[back.new]
    move = (tape.mid[back.fill] - tape.mid[back.new]) * tape.side[back.new]
    is_met = (
        (sizes >= limit["size_multiple"] * usual)
        & (sizes >= limit["depth_share"] * np.nan_to_num(tape.depth[back.new]))
        & (back.share >= limit["cancel_share"] - 1e-9)
        & (move > 0)
    )
    chosen = np.flatnonzero(is_met)
    found = []
    for group in by_trader_and_day(tape, back.new[chosen]):
        at = chosen[group]
        patterns = len(np.unique(back.fill[at]))
        if patterns < limit["repeats"]:
            continue
        new = back.new[at]
        multiple, slowest = float((sizes[at] / usual[at]).min()), float(back.seconds[at].max())
        who = tape.name("trader", int(new[0]))
        found.append(
            hit_of(
                tape,
                CODE,
                np.concatenate([new, back.fill[at], back.cancel[at]]),
                subject=who,
                message=(
                    f"{patterns} times {who} placed an order of {multiple:.1f} times the usual size or more, was "
                    f"filled on the other side and cancelled the large order within {slowest:.1f} s."
                ),
                tests=(
                    f"size at least {limit['size_multiple']:g} x the trader's median",
                    f"size at least {limit['depth_share']:.0%} of visible depth",
                    f"{limit['cancel_share']:.0%} or more cancelled within {limit['cancel_s']:g} s of an opposite fill",
                    "price moved toward the fill",
                    f"at least {limit['repeats']:g} patterns in a day",
                ),
                measured={
                    "patterns": patterns,
                    "size_multiple": multiple,
                    "depth_share": float((sizes[at] / tape.depth[new]).min()),
                    "cancel_share": float(back.share[at].min()),
                    "cancel_s": slowest,
                },
            )
        )
    return found
