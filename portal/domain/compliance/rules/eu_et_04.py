"""EU-ET-04: only allowances of the own scheme and of a period that has begun can be surrendered."""

from collections.abc import Mapping
from typing import Any

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule

_ACCEPTED = {"EU": frozenset({"EUA", "EUAA"}), "UK": frozenset({"UKA"})}


@compliance_rule(
    "EU-ET-04",
    "Type of allowance",
    regimes=("EU-ETS", "UK-ETS"),
    kinds=("installation",),
    law="Directive 2003/87/EC Art. 12, 13; no link between the schemes",
    trust="V",
    inputs={
        "scheme": "s(EU,UK)",
        "year": "i",
        "surrender_units[].type": "s(EUA,EUAA,UKA)",
        "surrender_units[].period": "s?(2021-2030)",
        "surrender_units[].qty": "n",
    },
    test="allowance of the other scheme, or its period begins after the obligation year -> block",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block units that the registry of the scheme would not take."""
    scheme, year = case["scheme"], case["year"]
    return Answer(
        tuple(
            Finding(Action.BLOCK, problem)
            for unit in case["surrender_units"]
            if (problem := _problem(scheme, year, unit))
        )
    )


def _problem(scheme: str, year: int, unit: Mapping[str, Any]) -> str:
    if unit["type"] not in _ACCEPTED[scheme]:
        return (
            f"{unit['qty']:,.0f} {unit['type']} cannot be surrendered in the {scheme} scheme, which takes only "
            f"{' and '.join(sorted(_ACCEPTED[scheme]))}. Use allowances of that scheme."
        )
    period = unit.get("period") or ""
    first = period.partition("-")[0]
    if first.isdigit() and int(first) > year:
        return (
            f"{unit['qty']:,.0f} {unit['type']} of the period {period} cannot be surrendered for {year}, which lies "
            "before that period. Use allowances that are valid for the year."
        )
    return ""
