"""EU-ET-03: the penalty for emissions without allowances, beside which the allowances stay due."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.deadlines import yearly


@compliance_rule(
    "EU-ET-03",
    "Excess emissions penalty",
    regimes=("EU-ETS",),
    kinds=("installation",),
    law="Directive 2003/87/EC Art. 16(3), (4)",
    trust="V",
    inputs={"scheme": "s(EU)", "year": "i", "shortfall": "n", "index_ratio": "n"},
    test="penalty = shortfall x 100 EUR x price index now / base; the allowances stay due",
    actions=("report",),
    parameters=("EU-ET.penalty_eur_per_t", "EU-ET.surrender_due"),
)
def check(case: Case) -> Answer:
    """Compute the penalty of a shortfall."""
    due = yearly(case, "EU-ET.surrender_due", case["year"] + 1)
    rate = case.parameter("EU-ET.penalty_eur_per_t", due)
    shortfall = max(0, case["shortfall"])
    penalty = shortfall * rate * case["index_ratio"]
    values = {"penalty_eur": penalty, "allowances_still_due": shortfall}
    if shortfall == 0:
        return Answer(values=values)
    message = (
        f"{shortfall:,.0f} t of {case['year']} are not covered: the penalty is {penalty:,.0f} EUR "
        f"({rate:,g} EUR/t x {case['index_ratio']:g}), {shortfall:,.0f} allowances stay due, and the operator is "
        "named in public. Prepare payment and purchase."
    )
    return Answer((Finding(Action.REPORT, message),), values)
