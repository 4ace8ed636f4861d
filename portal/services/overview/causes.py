"""The cause tree: any P&L opens as portfolio changes against market moves, down to the trade.

Levels: group of causes, cause, portfolio (as deep as the tree is), curve, delivery month, trade. Nodes side by side sum
to the node above them: what is not shown is one more node, which opens to the next.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import numpy as np

from data.queries.portfolios import Node
from portal.core.arrays import BoolArray1D, FloatArray1D
from portal.core.errors import DomainError, NotFound
from portal.core.format import number
from portal.core.precision import price_decimals
from portal.domain.portfolio.explain import Line
from portal.services.portfolio.explain import Explained
from portal.services.portfolio.explain_rows import KEYS, PATH, REST, described

GROUPS: Mapping[str, tuple[str, tuple[Line, ...]]] = {
    "market": ("Market moves", (Line.PRICE, Line.VOL, Line.RATES, Line.FX)),
    "portfolio": ("Portfolio changes", (Line.NEW, Line.AMENDED, Line.CANCELLED)),
    "passing": ("Time and delivery", (Line.TIME, Line.FIXING)),
}
"""Kinds of causes: what curves did, what people did, what would have happened anyway."""
MOST = 6  # nodes side by side; the rest is one more
DUST = 0.005  # EUR; what is smaller is no part
SEPARATOR = "|"
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_LINES = {key: line for line, key in KEYS.items()}


@dataclass(frozen=True, slots=True)
class Branch:
    """A node of the tree of the P&L since ``since`` (a day): what is empty is not narrowed.

    ``skip`` stands for the parts beyond the first so many.
    """

    since: str
    group: str = ""
    cause: str = ""
    portfolio: str = ""
    curve: str = ""
    month: str = ""
    trade: int = 0
    skip: int = 0

    def path(self) -> str:
        """Return the node as a text."""
        names = (self.since, self.group, self.cause, self.portfolio, self.curve, self.month)
        return SEPARATOR.join((*names, str(self.trade or ""), str(self.skip or "")))

    @classmethod
    def of(cls, path: str) -> "Branch":
        """Read a node from its text.

        Raises
        ------
        DomainError
            It is none.
        """
        parts = path.split(SEPARATOR)
        numbers = parts[6:]
        fits = len(parts) == 8 and all(not one or (one.isdecimal() and len(one) < 16) for one in numbers)
        fits = fits and (not parts[5] or _MONTH.fullmatch(parts[5]) is not None)
        if not fits or parts[1] not in ("", *GROUPS) or parts[2] not in ("", *_LINES):
            raise DomainError("This is no node of the cause tree. Open it again from the overview.")
        since, group, cause, portfolio, curve, month = parts[:6]
        trade, skip = (int(one or 0) for one in numbers)
        return cls(since, group, cause, portfolio, curve, month, trade, skip)


@dataclass(frozen=True, slots=True)
class Part:
    """A node as it is shown: its worth in EUR, whether it opens, and the addresses it leads to."""

    branch: Branch
    label: str
    worth: float
    detail: str = ""
    opens: bool = True
    links: tuple[tuple[str, str], ...] = ()


def weights(seen: Explained, branch: Branch) -> FloatArray1D:
    """Return what each row of an explanation counts at a node, shape (r,); what it does not count is 0."""
    if branch.skip:
        whole = weights(seen, replace(branch, skip=0))
        shown = _ranked(seen, replace(branch, skip=0))[: branch.skip]
        return whole - sum((weights(seen, part.branch) for part in shown), np.zeros(len(whole)))
    lines = [_LINES[branch.cause]] if branch.cause else _lines_of(branch.group)
    found = seen.whole.found
    mask = _rows(seen, branch)
    if branch.curve and branch.cause == KEYS[Line.PRICE]:
        worth = _of_cells(seen, branch)
    else:
        worth = found.lines[lines].sum(axis=0)
        mask = mask & _places(seen, branch)
    return np.where(mask, worth, 0.0)


def worth(seen: Explained, branch: Branch) -> float:
    """Return what a node is worth, in EUR."""
    return float(weights(seen, branch).sum())


def children(seen: Explained, branch: Branch) -> list[Part]:
    """Return the nodes right below a node, the largest first; they sum to it."""
    parent = replace(branch, skip=0)
    found = _ranked(seen, parent)
    if not branch.group:
        return found
    last = branch.skip + MOST
    shown, left = found[branch.skip : last], found[last:]
    if len(left) == 1:
        shown, left = [*shown, *left], []
    shown = [_told(seen, part) for part in shown]
    if left:
        rest = replace(parent, skip=last)
        shown.append(Part(rest, f"{len(left):,} others", sum(part.worth for part in left)))
    return shown


def _lines_of(group: str) -> list[Line]:
    return list(GROUPS[group][1]) if group else list(Line)


def _rows(seen: Explained, branch: Branch) -> BoolArray1D:
    """Return the rows with a value in the portfolio and trade of a node."""
    pairs = seen.whole.found.pairs
    node = _node(seen, branch.portfolio)
    mask = seen.known & np.isin(pairs.portfolio, seen.books_below(node))
    return mask & (pairs.trade_id == branch.trade) if branch.trade else mask


def _node(seen: Explained, code: str) -> Node | None:
    if not code:
        return None
    node = next((node for node in seen.nodes if node.code == code), None)
    if node is None:
        raise NotFound(
            f"There is no portfolio '{code[:40]}' among those that you may see.", portfolio=code[:40]
        )
    return node


def _of_cells(seen: Explained, branch: Branch) -> FloatArray1D:
    """Return the price line of each row in one curve, or in one month of it; or what no single price explains."""
    cells, market = seen.whole.cells, seen.whole.start.market
    if branch.curve == REST:
        return cells.rest.astype(np.float64)
    codes = market.curves.code
    here = cells.curve == (codes.index(branch.curve) if branch.curve in codes else -1)
    if branch.month:
        here = here & (market.marks.months.astype(str)[cells.month] == branch.month)
    out: FloatArray1D = np.zeros(len(seen.whole.found.total))
    np.add.at(out, cells.row[here], (cells.delta + cells.gamma)[here])
    return out


def _places(seen: Explained, branch: Branch) -> BoolArray1D:
    """Return the rows whose trade is on the curve and delivers from the month of a node."""
    mask = np.ones(len(seen.whole.found.pairs), dtype=bool)
    if branch.curve:
        curves = seen.whole.start.market.curves
        known = branch.curve in curves.code
        mask &= _of_rows(seen, "curve") == (curves.id[curves.code.index(branch.curve)] if known else -1)
    if branch.month:
        mask &= _months(seen) == np.datetime64(branch.month, "M")
    return mask


def _of_rows(seen: Explained, name: str) -> np.ndarray[Any, Any]:
    """Return a column of the book for each row, of the end, else of the start."""
    pairs, whole = seen.whole.found.pairs, seen.whole
    first, last = (getattr(state.book, name) for state in (whole.start, whole.end))
    either = last if len(last) else first
    out = np.zeros(len(pairs), dtype=either.dtype)
    ends = pairs.at_end >= 0
    out[ends], out[~ends] = last[pairs.at_end[ends]], first[pairs.at_start[~ends]]
    return out


def _months(seen: Explained) -> np.ndarray[Any, Any]:
    """Return the month in which each row's trade begins to deliver, shape (r,)."""
    return _of_rows(seen, "delivery_start").astype("datetime64[M]")


def _ranked(seen: Explained, branch: Branch) -> list[Part]:
    """Return all parts of a node that are worth anything, the largest first; groups keep their order."""
    if branch.trade:
        return []
    made = [part for part in _parts(seen, branch) if abs(part.worth) > DUST]
    return made if not branch.group else sorted(made, key=lambda part: -abs(part.worth))


def _parts(seen: Explained, branch: Branch) -> list[Part]:
    if not branch.group:
        names = [(replace(branch, group=key), title) for key, (title, _) in GROUPS.items()]
        return [Part(one, title, worth(seen, one)) for one, title in names]
    if not branch.cause:
        lines = GROUPS[branch.group][1]
        return [
            Part(one, line.label, worth(seen, one))
            for line in lines
            for one in [replace(branch, cause=KEYS[line])]
        ]
    if not branch.curve:
        below = _below(seen, branch)
        if below:
            return [
                Part(one, node.name, worth(seen, one))
                for node in below
                for one in [replace(branch, portfolio=node.code)]
            ]
        return _by_curve(seen, branch)
    if not branch.month and branch.curve != REST:
        return _by_month(seen, branch)
    return _by_trade(seen, branch)


def _below(seen: Explained, branch: Branch) -> tuple[Node, ...]:
    """Return the nodes right below the portfolio of a branch; of a book there are none."""
    if not branch.portfolio:
        return seen.children()
    node = _node(seen, branch.portfolio)
    return tuple(one for one in seen.nodes if node is not None and one.parent_id == node.id)


def _by_curve(seen: Explained, branch: Branch) -> list[Part]:
    """A book by curve: by the cells of its price line, else by the first curve of its trades."""
    mask, market = _rows(seen, branch), seen.whole.start.market
    if branch.cause == KEYS[Line.PRICE]:
        cells = seen.whole.cells
        codes = [market.curves.code[at] for at in np.unique(cells.curve[mask[cells.row]]).tolist()]
        codes.append(REST)
    else:
        ids = np.unique(_of_rows(seen, "curve")[mask])
        codes = [market.curves.code[at] for at in np.searchsorted(market.curves.id, ids).tolist()]
    return [Part(one, code, worth(seen, one)) for code in codes for one in [replace(branch, curve=str(code))]]


def _by_month(seen: Explained, branch: Branch) -> list[Part]:
    """A curve by delivery month, with the move of its price."""
    mask, cells, market = _rows(seen, branch), seen.whole.cells, seen.whole.start.market
    if branch.cause != KEYS[Line.PRICE]:
        months = np.unique(_months(seen)[mask & _places(seen, branch)])
        made = [replace(branch, month=str(month)) for month in months]
        return [Part(one, f"Delivery from {one.month}", worth(seen, one)) for one in made]
    curve = market.curves.code.index(branch.curve) if branch.curve in market.curves.code else -1
    at = np.flatnonzero((cells.curve == curve) & mask[cells.row])
    _, first = np.unique(cells.month[at], return_index=True)
    out = []
    for place in at[first].tolist():
        one = replace(branch, month=str(market.marks.months[cells.month[place]]))
        unit = market.curves.unit[curve]
        before, after = float(cells.before[place]), float(cells.after[place])
        out.append(Part(one, one.month, worth(seen, one), _moved(before, after, unit)))
    return out


def _moved(before: float, after: float, unit: str) -> str:
    digits = price_decimals(unit)
    return f"{number(before, digits)} → {number(after, digits)} {unit}"


def _by_trade(seen: Explained, branch: Branch) -> list[Part]:
    """The trades of a node, with the ways to the trade and to its explanation."""
    share, pairs = weights(seen, branch), seen.whole.found.pairs
    rows = np.flatnonzero(np.abs(share) > DUST)
    ids = np.unique(pairs.trade_id[rows])
    sums = np.bincount(np.searchsorted(ids, pairs.trade_id[rows]), share[rows], len(ids))
    order = np.argsort(-np.abs(sums), kind="stable").tolist()
    return [
        Part(replace(branch, trade=int(ids[at])), f"Trade {ids[at]}", float(sums[at]), opens=False)
        for at in order
    ]


def _told(seen: Explained, part: Part) -> Part:
    """Return a part with what the trade is and the ways to it; other parts as they are."""
    trade = part.branch.trade
    if not trade:
        return part
    query = seen.clocks.query()
    row = int(np.flatnonzero(seen.rows & (seen.whole.found.pairs.trade_id == trade))[0])
    kind, curve, delivery = described(seen, row)
    why = {"period": "since", "since": part.branch.since, "trade": trade, **query}
    links = (
        ("Open the trade", f"/portfolio/trade?{urlencode({'id': trade, **query})}"),
        ("Why it changed", f"{PATH}?{urlencode(why)}"),
    )
    return replace(part, detail=f"{kind}, {curve}, {delivery}", links=links)
