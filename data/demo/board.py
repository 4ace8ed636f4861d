"""Forward prices and volatilities of the two years of dealing, read by curve, day and tenor all at once."""

import numpy as np
from numpy.typing import NDArray

from data.demo.calendar import Days
from data.demo.deals import Deals, Ints, Texts
from data.demo.factors import Floats
from data.demo.forwards import TENORS, CurveHistory
from data.demo.marks import Marks
from data.demo.vols import MONTHS, NODES

LONGEST = 12  # months of one deal
PEAK_HOURS_A_DAY = 12.0


class Board:
    """What could be dealt at on the days of ``marks``, which begin at row ``since`` of the curves."""

    def __init__(self, curves: dict[str, CurveHistory], marks: Marks, since: int) -> None:
        self.days: Days = marks.days
        self.listed: dict[str, Ints] = {
            code: history.delivery[since:, 0].astype("datetime64[M]").astype(np.int64)
            for code, history in curves.items()
        }
        self._place = {code: number for number, code in enumerate(curves)}
        self._first = np.stack(list(self.listed.values()))
        self._price = np.stack([history.value[since:] for history in curves.values()])
        self._vol = np.full((len(curves), len(self.days), MONTHS, len(NODES)), np.nan)
        self._normal = np.zeros(len(curves), dtype=np.bool_)
        for code, history in marks.vols.items():
            self._vol[self._place[code]] = history.vol
            self._normal[self._place[code]] = history.model == "bachelier"

    def places(self, codes: Texts) -> Ints:
        """Return the positions of curve codes, -1 for one that is not there."""
        names, back = np.unique(codes, return_inverse=True)
        found: Ints = np.array([self._place.get(str(name), -1) for name in names], dtype=np.int64)[back]
        return found

    def is_normal(self, codes: Texts) -> NDArray[np.bool_]:
        """Tell which curves have normal volatilities."""
        normal: NDArray[np.bool_] = self._normal[self.places(codes)]
        return normal

    def _cells(self, codes: Texts, deals: Deals) -> tuple[Ints, Ints, Ints]:
        """Return position, row and tenor of the months of ``deals`` on the curves ``codes``, shape (n, 12)."""
        place = self.places(codes)
        month = deals.month.astype(np.int64)[:, None] + np.arange(LONGEST)
        tenor = month - self._first[np.maximum(place, 0), deals.row][:, None]
        shape = tenor.shape
        return np.broadcast_to(place[:, None], shape), np.broadcast_to(deals.row[:, None], shape), tenor

    def price(self, codes: Texts, deals: Deals) -> Floats:
        """Return the price of each month of each deal on the curves ``codes``, shape (n, 12); NaN where none is."""
        place, row, tenor = self._cells(codes, deals)
        inside = (tenor >= 0) & (tenor < TENORS) & (place >= 0)
        return np.where(inside, self._price[np.maximum(place, 0), row, np.clip(tenor, 0, TENORS - 1)], np.nan)

    def one(self, code: str, row: int, months: NDArray[np.datetime64]) -> Floats:
        """Return the prices of some months of one curve on one day; NaN where none is."""
        tenor = months.astype(np.int64) - self.listed[code][row]
        inside = (tenor >= 0) & (tenor < TENORS)
        price = self._price[self._place[code], row, np.clip(tenor, 0, TENORS - 1)]
        return np.where(inside, price, np.nan)

    def vol(self, codes: Texts, deals: Deals, moneyness: Floats) -> Floats:
        """Return volatilities as quoted, on the line between nodes and flat beyond them, shape (n, 12)."""
        place, row, tenor = self._cells(codes, deals)
        inside = (tenor >= 0) & (tenor < MONTHS)
        at = np.clip(np.nan_to_num(moneyness), NODES[0], NODES[-1]) - NODES[0]
        left = np.minimum(at.astype(np.int64), len(NODES) - 2)
        month = np.clip(tenor, 0, MONTHS - 1)
        low, high = self._vol[place, row, month, left], self._vol[place, row, month, left + 1]
        return np.where(inside, low + (at - left) * (high - low), np.nan)

    def money_vol(self, codes: Texts, deals: Deals, forward: Floats) -> Floats:
        """Return volatilities at the money in units of price, shape (n, 12)."""
        vol = self.vol(codes, deals, np.zeros(forward.shape))
        return np.where(self.is_normal(codes)[:, None], vol, vol * forward)

    def by_profile(self, deals: Deals, peak_share: Floats) -> Floats:
        """Return the price of each month in the hours of each deal's profile, shape (n, 12).

        ``peak_share`` is the part of a shaped delivery that falls into peak hours, shape (n,).
        """
        base = self.price(deals.curve, deals)
        peak = self.price(np.char.add(deals.curve, "_PEAK"), deals)
        peak = np.where(np.isnan(peak), base, peak)
        month = deals.month[:, None] + np.arange(LONGEST)
        begin, end = month.astype("datetime64[D]"), (month + 1).astype("datetime64[D]")
        hours = (end - begin).astype(np.float64) * 24.0
        peak_hours = np.busday_count(begin, end) * PEAK_HOURS_A_DAY
        off = (base * hours - peak * peak_hours) / (hours - peak_hours)
        shaped = peak_share[:, None] * peak + (1.0 - peak_share[:, None]) * off
        profile = deals.profile[:, None]
        chosen: Floats = np.select(
            [profile == "peak", profile == "offpeak", profile == "shaped"], [peak, off, shaped], base
        )
        return chosen


def weights(deals: Deals) -> Floats:
    """Return the days of the months of deals, shape (n, 12); 0 beyond the last month."""
    step = np.arange(LONGEST)
    month = deals.month[:, None] + step
    days = (month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")
    return np.where(step < deals.length[:, None], days.astype(np.float64), 0.0)


def mean(values: Floats, weight: Floats) -> Floats:
    """Return the weighted mean over months, shape (n,)."""
    found: Floats = np.where(weight > 0.0, values * weight, 0.0).sum(axis=1) / weight.sum(axis=1)
    return found
