"""GL-FF-01: an order far from the market, too large, or above what can be delivered is stopped."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule

_EDGE = 1e-9  # a price exactly on the band is inside it, whatever its binary fraction
_POWER = frozenset({"power", "electricity"})


@compliance_rule(
    "GL-FF-01",
    "Fat finger",
    regimes=("GLOBAL",),
    kinds=("order",),
    law="House policy; REMIT Art. 5a asks for such limits",
    trust="P",
    inputs={
        "order.price": "n",
        "order.commodity": "s",
        "market.reference_price": "n",
        "order.qty": "n",
        "firm.max_order_qty": "n",
        "order.side": "s(sell)",
        "order.mwh": "n",
        "firm.available_capacity_mwh": "n",
        "firm.purchased_mwh": "n",
    },
    groups=(
        ("order.price", "order.commodity", "market.reference_price"),
        ("order.qty", "firm.max_order_qty"),
        ("order.side", "order.mwh", "firm.available_capacity_mwh", "firm.purchased_mwh"),
    ),
    test="|price - ref| / |ref| > band (power: and |price - ref| > absolute band), or qty > max, or sale > capacity + "
    "purchased -> block",
    actions=("block",),
    parameters=("GL-FF-01.price_band", "GL-FF-01.power_abs_band_eur_mwh"),
)
def check(case: Case) -> Answer:
    """Look at price, size and what can be delivered, each where its facts are known."""
    values, found = {}, []
    price, reference = case.get("order.price"), case.get("market.reference_price")
    if price is not None and reference:
        values["deviation"] = abs(price - reference) / abs(reference)
    if price is not None and reference is not None and case.get("order.commodity"):
        found.append(_price(case, float(price), float(reference)))
    size, largest = case.get("order.qty"), case.get("firm.max_order_qty")
    if size is not None and largest is not None and size > largest:
        text = f"The order of {size:,g} is larger than the largest that the firm allows, {largest:,g}."
        found.append(Finding(Action.BLOCK, text, measured=size, limit=largest, unit="lots"))
    found.append(_sale(case))
    hits = [item for item in found if item is not None]
    if not hits:
        return Answer(values=values) if values else NOTHING
    text = (
        " ".join(item.message for item in hits)
        + " Correct the order, or ask a second person for an override."
    )
    first = hits[0]
    finding = Finding(Action.BLOCK, text, measured=first.measured, limit=first.limit, unit=first.unit)
    return Answer((finding,), values)


def _price(case: Case, price: float, reference: float) -> Finding | None:
    band = case.parameter("GL-FF-01.price_band")
    away = abs(price - reference)
    if away <= band * abs(reference) + _EDGE:
        return None
    is_power = str(case["order.commodity"]).lower() in _POWER
    if is_power and away <= case.parameter("GL-FF-01.power_abs_band_eur_mwh") + _EDGE:
        return None
    share = 100 * away / abs(reference) if reference else None
    how_far = f"{share:,.1f} % away from" if share is not None else f"{away:,.2f} away from"
    also = ""
    if is_power:
        also = f" and {case.parameter('GL-FF-01.power_abs_band_eur_mwh'):g} EUR/MWh"
    text = (
        f"The price {price:,g} is {how_far} the reference {reference:,g}; the band is {100 * band:g} %{also}."
    )
    return Finding(
        Action.BLOCK, text, measured=share, limit=100 * band if share is not None else None, unit="%"
    )


def _sale(case: Case) -> Finding | None:
    volume, free, bought = (
        case.get(path) for path in ("order.mwh", "firm.available_capacity_mwh", "firm.purchased_mwh")
    )
    if case.get("order.side") != "sell" or volume is None or free is None or bought is None:
        return None
    deliverable = free + bought
    if volume <= deliverable + _EDGE:
        return None
    text = (
        f"The sale of {volume:,g} MWh is more than can be delivered: {free:,g} MWh of free capacity and {bought:,g} "
        f"MWh bought make {deliverable:,g} MWh."
    )
    return Finding(Action.BLOCK, text, measured=volume, limit=deliverable, unit="MWh")
