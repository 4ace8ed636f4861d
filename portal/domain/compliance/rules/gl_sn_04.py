"""GL-SN-04: no service for seaborne Russian oil above the price cap of a jurisdiction that is involved."""

from datetime import date, timedelta

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.errors import MissingParameterError
from portal.domain.compliance.inputs import to_day

_RUSSIA = frozenset({"RU", "RUS", "RUSSIA", "RUSSIAN FEDERATION"})
_DISCOUNTED = ("271019", "27109")  # fuel and heavy oils from 2710 19 5 on, and waste oils


@compliance_rule(
    "GL-SN-04",
    "Price cap on Russian oil",
    regimes=("GLOBAL",),
    kinds=("trade",),
    law="31 CFR 587 determinations; Reg. (EU) 833/2014 Art. 3n; UK Russia (Sanctions) Regulations 2019",
    trust="S",
    inputs={
        "trade.origin": "s",
        "trade.cn": "s",
        "trade.price_usd_bbl": "n",
        "trade.contract_date": "d",
        "trade.lifting_date": "d",
        "trade.seaborne": "b",
        "trade.attestation": "b",
        "service_jurisdictions[]": "s(EU,UK,US)",
    },
    test="price > lowest cap of the involved jurisdictions on the lifting date -> block; no attestation -> flag",
    actions=("block", "flag"),
    parameters=("GL-SN-04.",),
)
def check(case: Case) -> Answer:
    """Block a price above the lowest cap; at or below it, flag a missing attestation."""
    code = "".join(letter for letter in case["trade.cn"] if letter.isdigit())
    is_russian = case["trade.origin"].strip().upper() in _RUSSIA
    if not (is_russian and case["trade.seaborne"] and code.startswith(("2709", "2710"))):
        return NOTHING
    caps = {place: _cap(case, place, code) for place in sorted(set(case["service_jurisdictions[]"]))}
    known = {place: cap for place, cap in caps.items() if cap is not None}
    if not known:
        return NOTHING
    place = min(known, key=lambda item: (known[item], item))
    cap, price = known[place], float(case["trade.price_usd_bbl"])
    lifted, values = to_day(case["trade.lifting_date"]), {"cap": cap}
    if price > cap:
        text = (
            f"{price:.2f} USD a barrel is above the cap of {cap:.2f} USD ({place}) on the lifting date {lifted}. "
            "No service may be given for this cargo."
        )
        return Answer((Finding(Action.BLOCK, text, measured=price, limit=cap, unit="USD/bbl"),), values)
    if not case["trade.attestation"]:
        text = (
            f"{price:.2f} USD a barrel keeps the cap of {cap:.2f} USD ({place}), but no attestation of the price is "
            "on file. Get it before the cargo is lifted."
        )
        return Answer((Finding(Action.FLAG, text, measured=price, limit=cap, unit="USD/bbl"),), values)
    return Answer(values=values)


def _cap(case: Case, place: str, code: str) -> float | None:
    """Return the cap of one jurisdiction in USD a barrel; None before there was one.

    The change in the UK at 23:01 on 2 September 2025 counts for all of that day, as a lifting date has no clock time.
    """
    day = _cap_day(case, place)
    try:
        if code.startswith("2710"):
            caps = case.parameter("GL-SN-04.products_cap_usd_per_bbl", day)
            return float(caps["low_value" if _is_discounted(code) else "high_value"])
        return float(case.parameter(f"GL-SN-04.crude_cap_usd_per_bbl.{place}", day))
    except MissingParameterError:
        return None


def _cap_day(case: Case, place: str) -> date:
    """Return the day whose cap counts: of lifting, or the last before a change inside whose wind-down a contract is."""
    signed, lifted = to_day(case["trade.contract_date"]), to_day(case["trade.lifting_date"])
    if place == "EU":
        for item in case.parameter("GL-SN-04.wind_downs.EU", lifted):
            change = to_day(item["change"])
            if signed < to_day(item["signed_before"]) and change <= lifted <= to_day(item["lifted_until"]):
                return change - timedelta(days=1)
    return lifted


def _is_discounted(code: str) -> bool:
    """Tell whether a code of heading 2710 is of products below crude; a heading without more digits is not."""
    if code.startswith(_DISCOUNTED[1]):
        return True
    return code.startswith(_DISCOUNTED[0]) and len(code) > len(_DISCOUNTED[0]) and code[6] in "56"
