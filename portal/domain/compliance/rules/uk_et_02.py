"""UK-ET-02: the civil penalty for emissions without UK allowances."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.deadlines import yearly


@compliance_rule(
    "UK-ET-02",
    "UK excess emissions penalty",
    regimes=("UK-ETS",),
    kinds=("installation",),
    law="SI 2020/1265 Art. 52(2)",
    trust="V",
    inputs={"scheme": "s(UK)", "year": "i", "shortfall": "n", "inflation_factor": "n"},
    test="penalty = missing allowances x 100 GBP x inflation factor",
    actions=("report",),
    parameters=("UK-ET.penalty_gbp_per_allowance", "UK-ET.surrender_due"),
)
def check(case: Case) -> Answer:
    """Compute the penalty of a shortfall."""
    due = yearly(case, "UK-ET.surrender_due", case["year"] + 1)
    rate = case.parameter("UK-ET.penalty_gbp_per_allowance", due)
    shortfall = max(0, case["shortfall"])
    penalty = shortfall * rate * case["inflation_factor"]
    values = {"penalty_gbp": penalty}
    if shortfall == 0:
        return Answer(values=values)
    message = (
        f"{shortfall:,.0f} UK allowances of {case['year']} are missing: the penalty is {penalty:,.0f} GBP "
        f"({rate:,g} GBP x {case['inflation_factor']:g} each). Prepare payment and surrender."
    )
    return Answer((Finding(Action.REPORT, message),), values)
