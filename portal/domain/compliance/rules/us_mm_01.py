"""US-MM-01: an owner does not trade with itself."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.order_patterns import Wash, crossing, washes

_ORDER = ("account", "beneficial_owner", "contract", "month", "side", "price", "qty")
_FILL = ("t", "account", "beneficial_owner", "side", "contract", "month", "price", "qty")
_BEFORE = (*(f"order.{key}" for key in _ORDER), *(f"resting_orders[].{key}" for key in _ORDER))
_AFTER = (*(f"own_fills[].{key}" for key in _FILL), "tick")
_NUMBERS = {"price": "n", "qty": "n", "t": "t"}


def _types(prefix: str, keys: tuple[str, ...]) -> dict[str, str]:
    return {f"{prefix}{key}": _NUMBERS.get(key, "s") for key in keys}


@compliance_rule(
    "US-MM-01",
    "Wash trade",
    regimes=("US-CFTC",),
    kinds=("order", "order_flow"),
    law="17 CFR 38.152; CEA 4c(a); CME Rule 534",
    trust="V",
    inputs={
        **_types("order.", _ORDER),
        "order.side": "s(buy,sell)",
        **_types("resting_orders[].", _ORDER),
        **_types("own_fills[].", _FILL),
        "tick": "n",
    },
    groups=(_BEFORE, _AFTER),
    test="own resting order would match -> block; buy and sell of one owner, |price difference| <= 1 tick, "
    "gap <= 60 s, matched / smaller side >= 0.9 -> flag",
    actions=("block", "flag"),
    parameters=("US-MM-01.",),
)
def check(case: Case) -> Answer:
    """Look for own orders that would meet before entry, and for own fills that met after it."""
    found: list[Finding] = []
    matched = 0.0
    if _has(case, _BEFORE):
        matched = crossing(case["order"], case["resting_orders"])
        if matched > 0:
            found.append(_before(case, matched))
    if _has(case, _AFTER):
        met = washes(
            case["own_fills"],
            case["tick"],
            case.parameter("US-MM-01.ticks"),
            case.parameter("US-MM-01.window_s"),
            case.parameter("US-MM-01.matched_share"),
        )
        matched += sum(item.matched for item in met)
        found.extend(_after(item) for item in met)
    return Answer(tuple(found), {"matched_qty": matched})


def _has(case: Case, paths: tuple[str, ...]) -> bool:
    for path in paths:
        try:
            value = case[path]
        except KeyError:
            return False
        if value is None or (isinstance(value, list) and None in value):
            return False
    return True


def _before(case: Case, matched: float) -> Finding:
    order = case["order"]
    return Finding(
        Action.BLOCK,
        f"{matched:,.0f} lots of this order would trade with a resting order of the same owner, "
        f"{order['beneficial_owner']}, in {order['contract']} {order['month']}. Cancel the resting order first.",
        measured=matched,
        limit=0,
        unit="lots",
    )


def _after(wash: Wash) -> Finding:
    seconds = (wash.last - wash.first).total_seconds()
    return Finding(
        Action.FLAG,
        f"Accounts of {wash.owner} bought and sold {wash.matched:,.0f} lots of {wash.contract} {wash.month} within "
        f"{seconds:,.0f} s at the same price or one tick apart. Look for the purpose of the two trades.",
        measured=wash.matched / wash.smaller,
        limit=0.9,
    )
