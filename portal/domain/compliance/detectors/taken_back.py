"""Orders that were taken back just after the same trader was filled on the other side: shared by two detectors."""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray1D
from portal.domain.compliance.detectors.tape import CANCEL, FILL, NEW, SECOND, Ints, Latest, Tape


@dataclass(frozen=True, eq=False)
class TakenBack:
    """Orders with a prompt cancel; rows are positions on the tape, arrays of shape (orders,).

    Attributes
    ----------
    new, fill, cancel : array of int
        Rows of the order, of the last opposite fill before its last cancel, and of that cancel.
    share : array of float
        Cancelled share of the order.
    seconds : array of float
        From fill to cancel.
    """

    new: Ints
    fill: Ints
    cancel: Ints
    share: FloatArray1D
    seconds: FloatArray1D


def taken_back(tape: Tape, within_s: float) -> TakenBack:
    """Return the orders whose last cancel came at most ``within_s`` seconds after an opposite fill of the trader."""
    orders = len(tape.names["order"])
    news, cancels, fills = (tape.rows(kind) for kind in (NEW, CANCEL, FILL))
    cancels = cancels[tape.order[cancels] >= 0]
    new_row = np.full(orders, -1, dtype=np.int64)
    new_row[tape.order[news][::-1]] = news[::-1]  # the first one
    last = np.full(orders, -1, dtype=np.int64)
    last[tape.order[cancels]] = cancels  # ascending: the last one stays
    lots = np.bincount(tape.order[cancels], weights=np.nan_to_num(tape.quantity[cancels]), minlength=orders)[
        :orders
    ]
    kept = np.flatnonzero((new_row >= 0) & (last > new_row))
    new, cancel = new_row[kept], last[kept]
    key = _key(tape)
    found = Latest(key[fills], fills, tape.size).before(_key(tape, opposite=True)[new], cancel)
    seconds = (tape.at[cancel] - tape.at[np.maximum(found, 0)]) / SECOND
    is_prompt = (found > new) & (seconds <= within_s + 1e-9)
    share = lots[kept] / np.where(tape.quantity[new] > 0, tape.quantity[new], np.inf)
    return TakenBack(
        new[is_prompt], found[is_prompt], cancel[is_prompt], share[is_prompt], seconds[is_prompt]
    )


def _key(tape: Tape, *, opposite: bool = False) -> Ints:
    side = -tape.side if opposite else tape.side
    traders = len(tape.names["trader"]) + 1
    return ((tape.market * traders + tape.trader + 1) * 3 + side + 1).astype(np.int64)


def usual_size(tape: Tape) -> FloatArray1D:
    """Return for each event the median size of the new orders of its trader in its contract; NaN without any."""
    news = tape.rows(NEW)
    group = tape.market * (len(tape.names["trader"]) + 1) + tape.trader + 1
    medians: dict[int, float] = {
        int(one): float(np.median(tape.quantity[news[group[news] == one]])) for one in np.unique(group[news])
    }
    keys, where = np.unique(group, return_inverse=True)
    usual: FloatArray1D = np.array([medians.get(int(one), np.nan) for one in keys])[where.reshape(-1)]
    return usual


def by_trader_and_day(tape: Tape, rows: Ints) -> list[Ints]:
    """Return positions within ``rows``, one array for each trader, contract, month and day."""
    if not len(rows):
        return []
    keys = np.stack([tape.trader[rows], tape.market[rows], tape.day[rows]])
    _, group = np.unique(keys, axis=1, return_inverse=True)
    group = group.reshape(-1)
    return [np.flatnonzero(group == one) for one in range(int(group.max()) + 1)]
