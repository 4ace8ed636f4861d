"""Deals as the terms that the desk's books hold: codes become ids, arrays become one object for each trade."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from data.demo.deal_catalogue import MARKETS, SHAPES
from data.demo.deal_prices import Struck
from data.demo.deals import Deals, Texts
from data.demo.parties import CLEARED_BY, PARTIES, PARTNERS
from portal.domain.portfolio.terms import Terms

DELIVERED = frozenset({"forward_physical", "forward_financial", "swap", "asian"})
EXCHANGE_PAY = 1  # days from expiry to the money of what is cleared


@dataclass(frozen=True, slots=True)
class Ids:
    """What codes are in the database: books, counterparties and curves; ``batch`` is that of the load."""

    books: Mapping[str, int]
    parties: Mapping[str, int]
    curves: Mapping[str, int]
    batch: int


def draw_parties(deals: Deals, rng: np.random.Generator) -> Texts:
    """Return the code of each deal's counterparty."""
    count = len(deals)
    chance, pick = rng.random(count), rng.random(count)
    chosen = np.full(count, "", dtype="U32")
    by_kind = {
        kind: [party.code for party in PARTIES if party.kind == kind] for kind in {p.kind for p in PARTIES}
    }
    for kind, shares in PARTNERS.items():
        mine = deals.kind == kind
        edges = np.cumsum(list(shares.values()))
        group = np.searchsorted(edges / edges[-1], chance, side="right")
        for number, name in enumerate(shares):
            here = np.flatnonzero(mine & (group == number))
            codes = np.array(by_kind[name])
            chosen[here] = codes[(pick[here] * len(codes)).astype(np.int64)]
    houses = np.array([_house(str(code)) for code in deals.curve])
    cleared = np.isin(chosen, by_kind["exchange"])
    return np.where(cleared, houses, chosen)


def _house(curve: str) -> str:
    return CLEARED_BY.get(curve.partition("_")[0], "FABLE_X")


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _details(shape: int) -> dict[str, Any]:
    if shape < 0:
        return {}
    weekday, weekend = SHAPES[shape]
    return {"shape": {"weekday": list(weekday), "weekend": list(weekend)}}


def terms_of(deals: Deals, struck: Struck, days: list[date], parties: Texts, ids: Ids) -> list[Terms]:
    """Return the terms of ``deals`` as first agreed, still without a name; ``days`` are those of ``deals.row``."""
    start = deals.month.astype("datetime64[D]").astype(object).tolist()
    end = (deals.month + deals.length).astype("datetime64[D]").astype(object).tolist()
    expiry = deals.expiry.astype(object).tolist()
    columns = {
        name: getattr(deals, name).tolist()
        for name in (
            "kind",
            "book",
            "curve",
            "other",
            "profile",
            "trader",
            "side",
            "quantity",
            "ratio2",
            "row",
        )
    }
    money = {
        name: getattr(struck, name).tolist() for name in ("price", "strike", "premium", "is_call", "shape")
    }
    models, codes = struck.model.tolist(), parties.tolist()
    found = []
    for at, model in enumerate(models):
        kind, curve = columns["kind"][at], columns["curve"][at]
        found.append(
            Terms(
                external_id="",
                kind=kind,
                portfolio_id=ids.books[columns["book"][at]],
                counterparty_id=ids.parties[codes[at]],
                curve_id=ids.curves[curve],
                curve2_id=ids.curves[columns["other"][at]] if columns["other"][at] else None,
                side=columns["side"][at],
                quantity=columns["quantity"][at],
                quantity_unit=MARKETS[curve].unit,
                price=_number(money["price"][at]),
                strike=_number(money["strike"][at]),
                premium=_number(money["premium"][at]),
                is_call=bool(money["is_call"][at]) if model else None,
                vol_model=model or None,
                ratio2=columns["ratio2"][at],
                profile=columns["profile"][at],
                trade_date=days[columns["row"][at]],
                delivery_start=start[at],
                delivery_end=end[at],
                expiry=expiry[at],
                pay_days=MARKETS[curve].pay if kind in DELIVERED else EXCHANGE_PAY,
                details=_details(money["shape"][at]),
                trader=columns["trader"][at],
            )
        )
    return found
