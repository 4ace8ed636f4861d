"""Marking the close: much one-way volume just before the close that an open position gains from."""

import numpy as np

from portal.domain.compliance.detectors.registry import Threshold, Thresholds, detector
from portal.domain.compliance.detectors.tape import FILL, MINUTE, QUOTE, Hit, InsideEntry, Ints, Tape, hit_of

CODE = "US-MM-05"


@detector(
    CODE,
    "Marking the close",
    law="CEA 4c(a)(5)(B); REMIT Art. 5 (EU-RM-08)",
    severity="high",
    thresholds=(
        Threshold("US-MM-05.window_min", "Minutes before the last quote", "min", 1, 120),
        Threshold("US-MM-05.own_share", "Own share of the volume", "", 0, 1),
        Threshold("US-MM-05.one_way", "Least one-way share of own volume", "", 0.5, 1),
    ),
)
def look(tape: Tape, thresholds: Thresholds, _inside: tuple[InsideEntry, ...]) -> list[Hit]:
    """Return trader, contract and day with too large a share of the last minutes, all one way, and a gain from it."""
    pairs = np.stack([tape.market, tape.day])
    session = np.unique(pairs, axis=1, return_inverse=True)[1].reshape(-1)
    quotes = tape.rows(QUOTE)
    closes = np.full(int(session.max()) + 1, -1, dtype=np.int64)
    closes[session[quotes]] = quotes  # ascending: the last quote of the session stays
    close = closes[session]
    opens = tape.at[np.maximum(close, 0)] - thresholds["US-MM-05.window_min"] * MINUTE
    inside = (close >= 0) & (tape.at > opens) & (tape.at <= tape.at[np.maximum(close, 0)])
    volume = np.bincount(
        session[quotes], weights=np.where(inside[quotes], np.nan_to_num(tape.quantity[quotes]), 0.0),
        minlength=len(closes),
    )  # fmt: skip
    own = np.flatnonzero(inside & (tape.event == FILL))
    found = []
    for key in np.unique(np.stack([session[own], tape.trader[own]]), axis=1).T:
        rows = own[(session[own] == key[0]) & (tape.trader[own] == key[1])]
        hit = _judge(tape, rows, float(volume[key[0]]), int(closes[key[0]]), thresholds)
        found += [] if hit is None else [hit]
    return found


def _judge(tape: Tape, rows: Ints, market: float, close: int, thresholds: Thresholds) -> Hit | None:
    lots = tape.quantity[rows]
    buys, own = float(lots[tape.side[rows] > 0].sum()), float(lots.sum())
    if own <= 0 or market <= 0:
        return None
    share, one_way = own / market, max(buys, own - buys) / own
    begin = tape.mid[rows[0]]
    move = float((tape.bid[close] + tape.offer[close]) / 2 - begin)
    position = _position(tape, int(rows[0]))
    limits = [thresholds[f"US-MM-05.{name}"] for name in ("window_min", "own_share", "one_way")]
    if share <= limits[1] or one_way < limits[2] - 1e-9 or not position * move > 0:
        return None
    who = tape.name("trader", int(rows[0]))
    return hit_of(
        tape,
        CODE,
        np.append(rows, close),
        subject=who,
        message=(
            f"{who} made {share:.0%} of the volume of the last {limits[0]:g} minutes, {one_way:.0%} of it one way; the "
            f"price moved by {move:+.3f} and the open position of {position:,.0f} lots gained from it."
        ),
        tests=(
            f"own share above {limits[1]:.0%} in the last {limits[0]:g} minutes",
            f"at least {limits[2]:.0%} one way",
            "position gains from the move of the price",
        ),
        measured={"own_share": share, "one_way": one_way, "position": position, "move": move},
    )


def _position(tape: Tape, row: int) -> float:
    """Return the lots that the trader of an event held in its contract before it, from the fills of the tape."""
    before = np.arange(tape.size) < row
    mine = (tape.event == FILL) & (tape.trader == tape.trader[row]) & (tape.market == tape.market[row])
    rows = np.flatnonzero(before & mine)
    return float((tape.side[rows] * tape.quantity[rows]).sum())
