"""What P&L explain is asked, and what a row, a factor or a curve and month of its tables stands for."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import numpy as np

from portal.core.arrays import FloatArray1D, IntArray1D
from portal.domain.portfolio.explain import Line
from portal.domain.portfolio.explain_pairs import Nature
from portal.domain.portfolio.trade import Kind
from portal.services.portfolio.explain import Explained

PATH = "/portfolio/explain"
ALL_BOOKS = "all"
KEYS = {line: line.name.lower() for line in Line}
NATURES = {
    Nature.KEPT: "",
    Nature.AMENDED: "amended",
    Nature.NEW: "new",
    Nature.CANCELLED: "cancelled",
    Nature.MOVED_OUT: "moved out",
    Nature.MOVED_IN: "moved in",
    Nature.LEFT: "left these books",
}
REST = "Cross and higher order"


@dataclass(frozen=True)
class Asked:
    """What pins a view down, as it stands in the address; ``factor`` is a cause, or ``price:CURVE:MONTH``."""

    period: str
    since: str
    portfolio: str = ""
    trade: int = 0
    factor: str = ""

    def params(self, **more: Any) -> dict[str, Any]:
        """Parameters of a metric or grid; the start is a day, so that it means the same tomorrow."""
        return {"since": self.since, "portfolio": self.portfolio, "trade": self.trade, **more}

    def address(self, seen: Explained, **changes: Any) -> str:
        """The address of the page with some of it changed."""
        parts = {
            "period": self.period,
            "since": self.since if self.period == "since" else "",
            "portfolio": self.portfolio,
            "trade": self.trade or "",
            "factor": self.factor,
            **changes,
        }
        kept = {name: value for name, value in parts.items() if value}
        return f"{PATH}?{urlencode({**kept, **seen.clocks.query()})}"


@dataclass(frozen=True)
class Tenor:
    """One curve and delivery month: prices in ``unit`` at both ends, and its P&L by first and second order in EUR."""

    label: str
    curve: str
    month: str
    unit: str
    before: float
    after: float
    delta: float
    gamma: float

    @property
    def factor(self) -> str:
        """The cell as a factor of an address."""
        return f"price:{self.curve}:{self.month}"


def tenors(seen: Explained) -> list[Tenor]:
    """Return the cells of the price line of what is looked at, by curve and month."""
    cells, market = seen.whole.cells, seen.whole.start.market
    keep = np.flatnonzero(seen.known[cells.row]) if len(cells.row) else np.zeros(0, np.int64)
    width = len(market.marks.months)
    key, first, back = np.unique(
        cells.curve[keep] * max(width, 1) + cells.month[keep], return_index=True, return_inverse=True
    )
    delta = np.bincount(back, weights=cells.delta[keep], minlength=len(key))
    gamma = np.bincount(back, weights=cells.gamma[keep], minlength=len(key))
    out = []
    for at, place in enumerate(keep[first].tolist()):
        curve, month = int(cells.curve[place]), str(market.marks.months[cells.month[place]])
        code = market.curves.code[curve]
        out.append(
            Tenor(
                f"{code} {month}", code, month, market.curves.unit[curve], float(cells.before[place]),
                float(cells.after[place]), float(delta[at]), float(gamma[at]),
            )
        )  # fmt: skip
    return out


def tenor_by_trade(seen: Explained, label: str) -> FloatArray1D:
    """Return delta and gamma of one curve and month for each row, shape (r,)."""
    cells = seen.whole.cells
    curve, month = place_of(seen, label)
    here = (cells.curve == curve) & (cells.month == month)
    worth: FloatArray1D = np.zeros(len(seen.whole.found.total))
    np.add.at(worth, cells.row[here], (cells.delta + cells.gamma)[here])
    return worth


def place_of(seen: Explained, label: str) -> tuple[int, int]:
    """Return the positions of a curve and of a month in the market of the start; -1 for what is not there."""
    market = seen.whole.start.market
    code, _, month = label.partition(" ")
    at = np.flatnonzero(market.marks.months.astype(str) == month)
    curve = market.curves.code.index(code) if code in market.curves.code else -1
    return curve, int(at[0]) if len(at) else -1


def described(seen: Explained, row: int) -> tuple[str, str, str]:
    """Return kind, curves and delivery of the trade of a row."""
    pairs = seen.whole.found.pairs
    at, state = (
        (int(pairs.at_end[row]), seen.whole.end)
        if pairs.at_end[row] >= 0
        else (int(pairs.at_start[row]), seen.whole.start)
    )
    book, curves = state.book, state.market.curves
    places = [int(np.searchsorted(curves.id, one)) for one in (book.curve[at], book.curve2[at]) if one >= 0]
    first = str(book.delivery_start[at].astype("datetime64[M]"))
    last = str((book.delivery_end[at] - 1).astype("datetime64[M]"))
    return (
        Kind(int(book.kind[at])).label,
        " / ".join(curves.code[place] for place in places),
        first if first == last else f"{first} to {last}",
    )


def factor_title(factor: str) -> str:
    """Return a factor as people read it."""
    if factor.startswith("price:"):
        return factor.removeprefix("price:").replace(":", " ")
    return next((line.label for line in Line if KEYS[line] == factor), "P&L")


def factor_share(seen: Explained, factor: str) -> FloatArray1D:
    """Return what a factor is worth in each row, shape (r,): a line, a curve and month, or the total."""
    found = seen.whole.found
    if factor.startswith("price:"):
        return tenor_by_trade(seen, factor_title(factor))
    line = next((line for line in Line if KEYS[line] == factor), None)
    return found.total if line is None else found.lines[line]


def missing_rows(seen: Explained) -> IntArray1D:
    """Return the rows looked at that have no value."""
    return np.flatnonzero(seen.rows & ~seen.whole.found.known)
