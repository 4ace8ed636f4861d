"""Which live transactions a rule is about, where its inputs alone do not tell.

A rule is asked of a live transaction when its regime applies. Some rules of the regime that is everywhere are about oil
cargoes, vessels or credit alone: of a cleared power future their facts are not missing, they do not exist.

API: ``concerns(code, facts)``.
"""

from collections.abc import Callable, Mapping
from typing import Any

Facts = Mapping[str, Any]
_OIL = frozenset({"crude", "product"})


def _is_oil_cargo(facts: Facts) -> bool:
    trade = facts.get("trade", {})
    return trade.get("commodity") in _OIL and trade.get("settlement") == "physical"


def _has_vessel(facts: Facts) -> bool:
    return "vessel" in facts


def _takes_credit(facts: Facts) -> bool:
    """Tell whether a trade is with the other side itself; a clearing house takes margin instead."""
    return facts.get("trade", {}).get("otc") is not False


SCOPES: Mapping[str, Callable[[Facts], bool]] = {
    "GL-LM-01": _takes_credit,
    "GL-SN-04": _is_oil_cargo,
    "GL-SN-05": _has_vessel,
}
"""By code of the rule: tells whether a live transaction is of its kind; a rule that is not here concerns all."""


def concerns(code: str, facts: Facts) -> bool:
    """Tell whether a rule is about a live transaction.

    Parameters
    ----------
    code : str
        Code of the rule.
    facts : mapping
        Facts of the case.

    Returns
    -------
    bool
        True for rules that say nothing about it.
    """
    scope = SCOPES.get(code)
    return scope is None or scope(facts)
