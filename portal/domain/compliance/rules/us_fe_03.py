"""US-FE-03: every transaction of the quarterly report belongs to a contract and adds up."""

from collections.abc import Mapping
from typing import Any

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_moment

_KEY = ("agreement_id", "seller", "customer")
_TOLERANCE = "US-FE-03.charge_tolerance_usd_per_unit"


@compliance_rule(
    "US-FE-03",
    "Completeness of the quarterly report",
    regimes=("US-FERC",),
    kinds=("report",),
    law="18 CFR 35.10b; EQR data dictionary",
    trust="S",
    inputs={
        "report_type": "s(FERC-EQR-CHECK)",
        "contracts[].agreement_id": "s",
        "contracts[].seller": "s",
        "contracts[].customer": "s",
        "transactions[].row": "i",
        "transactions[].agreement_id": "s",
        "transactions[].seller": "s",
        "transactions[].customer": "s",
        "transactions[].begin": "t",
        "transactions[].end": "t",
        "transactions[].price": "n",
        "transactions[].quantity": "n",
        "transactions[].transmission_charge": "n",
        "transactions[].total_charge": "n",
    },
    test="contract of the same seller and customer exists, begin < end, price x quantity + transmission = total "
    "charge; else -> flag",
    actions=("flag",),
    parameters=(_TOLERANCE,),
)
def check(case: Case) -> Answer:
    """Name the rows that point to no contract, end before they begin or do not add up."""
    known = {tuple(item[key] for key in _KEY) for item in case["contracts"]}
    tolerance = case.parameter(_TOLERANCE)
    wrong = {row["row"]: why for row in case["transactions"] if (why := _wrong(row, known, tolerance))}
    values = {"bad_rows": list(wrong)}
    if not wrong:
        return Answer(values=values)
    listed = "; ".join(f"row {row} {why}" for row, why in list(wrong.items())[:10])
    more = f" and {len(wrong) - 10} more" if len(wrong) > 10 else ""
    text = f"{len(wrong)} rows of the quarterly report are wrong: {listed}{more}. Correct them before filing."
    return Answer((Finding(Action.FLAG, text, measured=len(wrong), limit=0, unit="rows"),), values)


def _wrong(row: Mapping[str, Any], known: set[tuple[Any, ...]], tolerance: float) -> str:
    if tuple(row[key] for key in _KEY) not in known:
        return f"names agreement {row['agreement_id']}, which is no contract of this seller and customer"
    if to_moment(row["begin"]) >= to_moment(row["end"]):
        return "does not begin before it ends"
    charge = row["price"] * row["quantity"] + row["transmission_charge"]
    if abs(charge - row["total_charge"]) > tolerance * abs(row["quantity"]) + 1e-9:
        return f"charges {row['total_charge']:,.2f} where its price and quantity make {charge:,.2f}"
    return ""
