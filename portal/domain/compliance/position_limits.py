"""Positions as US limits count them: which entities belong together, which lots are speculative, which level holds.

Shared by US-PL-01 to -06 and US-LT-01. Lots are futures equivalents.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.domain.compliance.base import Case

AGGREGATION = "US-PL-05.aggregation_ownership_pct"


@dataclass(frozen=True, slots=True)
class Holding:
    """What one entity, with those that are added to it, holds in one contract month.

    Attributes
    ----------
    entities : tuple of str
        The entity and those that are aggregated with it, sorted.
    net : float
        |long - short| of all lots.
    speculative : float
        The same without the lots that are a documented hedge.
    has_hedge : bool
        Whether any account has hedge lots.
    """

    entities: tuple[str, ...]
    net: float
    speculative: float
    has_hedge: bool

    @property
    def tested(self) -> float:
        """The figure that a limit is compared with."""
        return self.speculative if self.has_hedge else self.net


def aggregated(ownership: Iterable[Mapping[str, Any]], entity: str, threshold_pct: float) -> tuple[str, ...]:
    """Return ``entity`` and all whose positions are added to its own, directly or through another, sorted.

    Parameters
    ----------
    ownership : iterable of mapping
        ``owner``, ``owned``, ``pct``, ``trading_control`` and ``exemption`` (a recorded notice, or None).
    entity : str
        Whose positions are counted.
    threshold_pct : float
        Ownership from which on positions are added, in %; trading control adds them at any ownership.
    """
    links = [
        (str(link["owner"]), str(link["owned"]))
        for link in ownership
        if not link.get("exemption") and (link["pct"] >= threshold_pct or link["trading_control"])
    ]
    found, waiting = {entity}, [entity]
    while waiting:
        owner = waiting.pop()
        for holder, owned in links:
            if holder == owner and owned not in found:
                found.add(owned)
                waiting.append(owned)
    return tuple(sorted(found))


def counted_hedge(account: Mapping[str, Any]) -> float:
    """Return the hedge lots of an account that its documents cover; without documents none are covered."""
    return float(min(account.get("hedge") or 0, account.get("hedge_documented_exposure") or 0))


def families(case: Case) -> list[tuple[str, ...]]:
    """Return the groups of entities that are tested, each one sorted.

    That of ``evaluate_entity`` with those it is aggregated with (US-PL-05); without it each entity for itself.
    """
    entity = case.get("evaluate_entity")
    if entity is None:
        return [(name,) for name in sorted({str(item.get("entity", "")) for item in case["accounts"]})]
    links = case.get("ownership", ())
    whole = all(
        link.get(key) is not None for link in links for key in ("owner", "owned", "pct", "trading_control")
    )
    if not links or not whole:
        return [(str(entity),)]
    return [aggregated(links, str(entity), case.parameter(AGGREGATION))]


def members(case: Case, family: Sequence[str]) -> list[Mapping[str, Any]]:
    """Return the accounts of a group of entities; accounts without an entity belong to every group."""
    return [item for item in case["accounts"] if str(item.get("entity", "")) in ("", *family)]


def holdings(case: Case) -> list[Holding]:
    """Return what each tested group of entities holds."""
    return [_holding(family, members(case, family)) for family in families(case)]


def largest(case: Case) -> Holding:
    """Return the holding that is tested: the largest of :func:`holdings`."""
    return max(holdings(case), key=lambda item: item.tested, default=Holding((), 0.0, 0.0, False))


def _holding(family: tuple[str, ...], accounts: Iterable[Mapping[str, Any]]) -> Holding:
    net = speculative = 0.0
    has_hedge = False
    for account in accounts:
        longs, shorts = float(account["long"]), float(account["short"])
        hedge = counted_hedge(account)
        has_hedge = has_hedge or bool(account.get("hedge"))
        net += longs - shorts
        if longs >= shorts:
            speculative += max(longs - hedge, 0.0) - shorts
        else:
            speculative += longs - max(shorts - hedge, 0.0)
    return Holding(family, abs(net), abs(speculative), has_hedge)


def stepped(value: float | Sequence[Mapping[str, Any]], days: int) -> tuple[float, float]:
    """Return the level in force and the first level of a spot month.

    Parameters
    ----------
    value : float or sequence of mapping
        One level, or steps with ``close_business_days_before_ltd`` and ``limit``.
    days : int
        Business days from the last close to the last trading day; beyond the first step the first level holds,
        beyond the last step the last.
    """
    if not isinstance(value, Sequence):
        return float(value), float(value)
    steps = sorted(value, key=lambda step: -step["close_business_days_before_ltd"])
    held = steps[0]
    for step in steps:
        if step["close_business_days_before_ltd"] >= days:
            held = step
    return float(held["limit"]), float(steps[0]["limit"])


def conditional_gas_level(case: Case) -> float:
    """Return the level of cash-settled NG per exchange: the higher one only without any physical position."""
    physical = any(
        item["settlement_type"] == "physical" and item["net"] != 0 for item in case.get("positions", ())
    )
    return float(case.parameter("US-PL-01.NG" if physical else "US-PL-06"))


def spot_level(case: Case) -> tuple[float, float]:
    """Return the level in force and the first level of the spot month that a case is about."""
    contract = case["contract"]
    if contract == "NG" and case["settlement_type"] == "cash" and case.get("positions"):
        level = conditional_gas_level(case)
        return level, level
    return stepped(case.parameter(f"US-PL-01.{contract}"), case["close_business_days_before_ltd"])
