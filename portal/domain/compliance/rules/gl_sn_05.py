"""GL-SN-05: no listed vessel; one that was silent or called at a sanctioned coast is reviewed."""

import re

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule

_COUNTRIES = frozenset({"RU", "RUS", "RUSSIA", "RUSSIAN", "IR", "IRN", "IRAN", "IRANIAN"})
_PORT_NAMES = """novorossiysk primorsk ustluga kozmino murmansk nakhodka taman tuapse vysotsk vladivostok dekastri
    prigorodnoye
    kaliningrad kharg khargisland bandarabbas bandarimamkhomeini assaluyeh asaluyeh jask sirri sirriisland lavan
    lavanisland soroosh mahshahr bandarmahshahr"""
_PORTS = frozenset(_PORT_NAMES.split())
"""Oil ports of Russia and Iran by name, without blanks and hyphens."""
_LOCODE = re.compile(r"(RU|IR)[ -]?[A-Z2-9]{3}")


@compliance_rule(
    "GL-SN-05",
    "Vessel and its track",
    regimes=("GLOBAL",),
    kinds=("trade",),
    law="OFAC and EU vessel listings; OFAC maritime advisory of 14 May 2020",
    trust="S",
    inputs={
        "vessel.imo": "s",
        "vessel.listed_imos[]": "s",
        "vessel.ais_gap_hours": "n",
        "vessel.recent_calls[]": "s",
    },
    test="IMO number listed -> block; AIS gap > 24 h or a recent Russian or Iranian call -> flag",
    actions=("block", "flag"),
    parameters=("GL-SN-05.ais_gap_hours",),
)
def check(case: Case) -> Answer:
    """Block a listed vessel; flag a long silence or a call."""
    imo, gap = case["vessel.imo"], float(case["vessel.ais_gap_hours"])
    if _number(imo) in {_number(item) for item in case["vessel.listed_imos[]"]}:
        text = f"The vessel with IMO number {_number(imo)} is on a sanctions list. Do not use it."
        return Answer((Finding(Action.BLOCK, text),))
    longest = case.parameter("GL-SN-05.ais_gap_hours")
    calls = [call for call in case["vessel.recent_calls[]"] if _is_sanctioned(call)]
    found: list[Finding] = []
    if gap > longest:
        text = f"The vessel with IMO number {imo} sent no position for {gap:g} h; {longest:g} h is the most. "
        text += "Ask the owner for its track."
        found.append(Finding(Action.FLAG, text, measured=gap, limit=float(longest), unit="h"))
    if calls:
        text = (
            f"The vessel with IMO number {imo} called lately at {', '.join(calls)}. Ask what it loaded there."
        )
        found.append(Finding(Action.FLAG, text))
    return Answer(tuple(found)) if found else NOTHING


def _number(imo: str) -> str:
    return "".join(letter for letter in imo if letter.isdigit()) or imo


def _is_sanctioned(call: str) -> bool:
    """Tell whether a call names Russia or Iran: by country, UN/LOCODE or the name of an oil port."""
    words = re.findall(r"[^\W\d_]+", call.upper())
    if _COUNTRIES.intersection(words) or _LOCODE.fullmatch(call.strip().upper()):
        return True
    joined = "".join(words).lower()
    return joined in _PORTS or any(word.lower() in _PORTS for word in words)
