"""Inside information on power and gas: who holds what from when to when, and when trading on it is exempt.

API: ``held_by(case, at)``, ``Exemption``, ``exemption(case)``, ``traded_on(case)``, ``cancelled_on(case)``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.domain.compliance.base import Case
from portal.domain.compliance.inputs import to_moment

KEYS = {
    "order.user": "s", "order.commodity": "s", "order.zone": "s", "order.side": "s", "order.delivery_from": "t",
    "order.delivery_to": "t", "order.mw": "n?", "order.entered_at": "t", "inside_information[].asset": "s",
    "inside_information[].zone": "s", "inside_information[].delivery_from": "t",
    "inside_information[].delivery_to": "t", "inside_information[].known_from": "t",
    "inside_information[].published_at": "t!", "inside_information[].mw": "n", "inside_information[].holders[]": "s",
}  # fmt: skip
"""Facts of an order beside inside information (EU-RM-01)."""
CANCEL_KEYS = {
    "order.action": "s(new,cancel,amend)", "order.entered_at": "t", "order.action_at": "t", "order.user": "s",
    "order.zone": "s", "order.delivery_from": "t", "order.delivery_to": "t", "inside_information[].zone": "s",
    "inside_information[].delivery_from": "t", "inside_information[].delivery_to": "t",
    "inside_information[].known_from": "t", "inside_information[].published_at": "t!",
    "inside_information[].holders[]": "s",
}  # fmt: skip
"""Facts of a cancelled or changed order (EU-RM-03)."""
_CLAIM_KEYS = ("planned", "lost_mwh", "existing_contract_need")
_FACT_KEYS = ("zone", "delivery_from", "delivery_to", "known_from", "holders")

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Exemption:
    """What an order's claim to an exemption of Art. 3(4) comes to.

    Attributes
    ----------
    is_valid : bool
        The order may stand, and is reported.
    surplus_mwh : float
        How far its volume (MWh) goes beyond the lost volume.
    reason : str
        Why it is not valid, as a clause; "" when it is.
    """

    is_valid: bool
    surplus_mwh: float
    reason: str


def entries(case: Case) -> list[Entry]:
    """Return the entries of the insider list that the case carries."""
    found = case.get("inside_information", ())
    return [item for item in found if isinstance(item, Mapping)]


def is_held(entry: Entry, at: datetime) -> bool:
    """Tell whether the information is known and not yet public at a moment."""
    published = entry.get("published_at")
    return to_moment(entry["known_from"]) <= at and (published is None or at < to_moment(published))


def is_about(entry: Entry, order: Mapping[str, Any]) -> bool:
    """Tell whether an entry concerns an order: the same zone, and deliveries that overlap."""
    return bool(
        entry["zone"] == order["zone"]
        and to_moment(entry["delivery_from"]) < to_moment(order["delivery_to"])
        and to_moment(order["delivery_from"]) < to_moment(entry["delivery_to"])
    )


def traded_on(case: Case) -> list[Entry]:
    """Return the entries that the user of the order held, unpublished, when he entered it."""
    order = case["order"]
    at = to_moment(order["entered_at"])
    return [
        entry
        for entry in entries(case)
        if order["user"] in entry["holders"] and is_about(entry, order) and is_held(entry, at)
    ]


def cancelled_on(case: Case) -> list[Entry]:
    """Return the entries that the user came to hold between entering an order and cancelling or changing it."""
    order = case["order"]
    if order.get("action") not in ("cancel", "amend"):
        return []
    entered, at = to_moment(order["entered_at"]), to_moment(order["action_at"])
    return [
        entry
        for entry in entries(case)
        if order["user"] in entry["holders"]
        and is_about(entry, order)
        and entered < to_moment(entry["known_from"])
        and is_held(entry, at)
    ]


def exemption(case: Case) -> Exemption | None:
    """Return what the order's claim of an exemption comes to; None when nothing was traded on or nothing claimed.

    The claim is judged only when the code, the volume and, of each entry, planned, lost volume and need are known.
    """
    order = case["order"]
    claim, volume = order.get("exemption"), order.get("mwh")
    relevant = _relevant(case)
    if not claim or volume is None or not relevant:
        return None
    if any(entry.get(key) is None for entry in relevant for key in _CLAIM_KEYS):
        return None
    lost = float(sum(entry["lost_mwh"] for entry in relevant))
    surplus = max(0.0, volume - lost)
    return Exemption(not (reason := _refusal(claim, surplus, lost, relevant)), surplus, reason)


def _relevant(case: Case) -> list[Entry]:
    """Return the entries traded on; all entries when the case does not say who traded what and when."""
    order = case["order"]
    knows_order = all(
        order.get(key) for key in ("user", "zone", "delivery_from", "delivery_to", "entered_at")
    )
    found = entries(case)
    if knows_order and all(key in entry for entry in found for key in _FACT_KEYS):
        return traded_on(case)
    return found


def _refusal(claim: str, surplus: float, lost: float, relevant: list[Entry]) -> str:
    if claim == "Art3(4)(c)":
        return ""
    if claim not in ("Art3(4)(a)", "Art3(4)(b)"):
        return f"'{claim}' is no exemption of Art. 3(4)"
    if not all(entry["existing_contract_need"] for entry in relevant):
        return "no contract from before needs the volume"
    if claim == "Art3(4)(a)":
        return ""
    if any(entry["planned"] for entry in relevant):
        return "the outage is planned"
    if surplus > 0:
        return f"{surplus:,.0f} MWh go beyond the {lost:,.0f} MWh that were lost"
    return ""
