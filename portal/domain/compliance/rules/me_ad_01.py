"""ME-AD-01: an order in Murban futures has whole lots, whole ticks and US dollars."""

from math import isclose

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "ME-AD-01",
    "Shape of a Murban future",
    regimes=("ME-ADNOC",),
    kinds=("order",),
    law="ICE Futures Abu Dhabi, Murban crude oil future (ADM)",
    trust="S",
    inputs={
        "order.venue.mic": "s(IFAD)",
        "order.contract": "s(ADM)",
        "order.qty_bbl": "n",
        "order.price": "n",
        "order.currency": "s",
    },
    test="quantity mod 1,000 bbl = 0, price a multiple of 0.01, currency USD; else block",
    actions=("block",),
    parameters=("ME-AD-01.",),
)
def check(case: Case) -> Answer:
    """Block an order that the exchange would not take."""
    lot, tick = case.parameter("ME-AD-01.lot_bbl"), case.parameter("ME-AD-01.tick_usd_per_bbl")
    quantity, price, currency = case["order.qty_bbl"], case["order.price"], case["order.currency"]
    problems = []
    if not _is_multiple(quantity, lot):
        problems.append(f"{quantity:,g} bbl are not whole lots of {lot:,g} bbl")
    if not _is_multiple(price, tick):
        problems.append(f"{price:g} is not a whole number of ticks of {tick:g}")
    if currency != "USD":
        problems.append(f"the contract trades in USD, not {currency}")
    if not problems:
        return NOTHING
    text = "; ".join(problems)
    return Answer((Finding(Action.BLOCK, f"{text[0].upper()}{text[1:]}. Correct the order."),))


def _is_multiple(value: float, step: float) -> bool:
    """Whether ``value`` is a whole number of steps, but for what binary fractions cannot hold."""
    count = value / step
    return isclose(count, round(count), rel_tol=1e-12, abs_tol=1e-7)
