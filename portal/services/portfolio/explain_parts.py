"""What lies right below the thing looked at on P&L explain: portfolios, then trades, then curves and months."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from portal.core.arrays import FloatArray1D
from portal.domain.portfolio.explain import Line
from portal.services.portfolio.explain import Explained
from portal.services.portfolio.explain_rows import (
    KEYS,
    REST,
    Asked,
    described,
    factor_share,
    factor_title,
    tenors,
)

MOST = 14  # bars; the smaller parts are one more
OTHERS = "All others"


@dataclass(frozen=True)
class Part:
    """One part of what is looked at: its P&L in EUR, the address that looks at it alone, its passport's parameters."""

    label: str
    worth: float
    address: str
    params: dict[str, Any]


def parts(seen: Explained, asked: Asked) -> tuple[str, list[Part]]:
    """Return what kind of parts there are, and the parts: they sum to the P&L (or factor) that is looked at."""
    if seen.trade is not None:
        return "by curve and month", _tenors(seen, asked)
    children = seen.children()
    if children:
        share = np.where(seen.known, factor_share(seen, asked.factor), 0.0)
        groups = seen.group_of(children)
        found = [
            Part(
                node.name,
                float(share[groups == at].sum()),
                asked.address(seen, portfolio=node.code),
                asked.params(factor=asked.factor, portfolio=node.code),
            )
            for at, node in enumerate(children)
        ]
        return "by portfolio", found
    if asked.factor == KEYS[Line.PRICE]:
        return "by curve and month", _tenors(seen, asked)
    return "by trade", _trades(seen, asked)


def _trades(seen: Explained, asked: Asked) -> list[Part]:
    share = np.where(seen.known, factor_share(seen, asked.factor), 0.0)
    rows = np.argsort(-np.abs(share), kind="stable")[:MOST]
    rows = rows[np.abs(share[rows]) > 0.0]
    pairs = seen.whole.found.pairs
    found = [
        Part(
            f"{pairs.trade_id[row]} {described(seen, row)[1]}",
            float(share[row]),
            asked.address(seen, trade=int(pairs.trade_id[row])),
            asked.params(factor=asked.factor, trade=int(pairs.trade_id[row])),
        )
        for row in rows.tolist()
    ]
    named = ",".join(str(part.params["trade"]) for part in found)
    return _with_others(found, float(share.sum()), asked.params(factor=asked.factor, less=named))


def _tenors(seen: Explained, asked: Asked) -> list[Part]:
    """The price line cut by curve and month, with what no single price explains."""
    cells = sorted(tenors(seen), key=lambda cell: -abs(cell.delta + cell.gamma))[:MOST]
    found = [
        Part(
            cell.label,
            cell.delta + cell.gamma,
            asked.address(seen, factor=cell.factor),
            asked.params(factor=cell.factor),
        )
        for cell in cells
    ]
    total = float(seen.combined.lines[Line.PRICE, 0])
    named = ",".join(cell.label for cell in cells)
    return _with_others(found, total, asked.params(factor=KEYS[Line.PRICE], less=named), REST)


def _with_others(found: list[Part], total: float, params: dict[str, Any], label: str = OTHERS) -> list[Part]:
    left = total - sum(part.worth for part in found)
    name = label if len(found) < MOST else OTHERS
    return [*found, Part(name, left, "", params)] if abs(left) > 0.005 else found


def worths(found: list[Part]) -> FloatArray1D:
    """Return the P&L of parts, shape (n,)."""
    return np.array([part.worth for part in found], dtype=np.float64)


def title_of(seen: Explained, asked: Asked, kind: str) -> str:
    """Return what a picture of parts is called."""
    return f"{Line.PRICE.label if seen.trade is not None else factor_title(asked.factor)} {kind}"
