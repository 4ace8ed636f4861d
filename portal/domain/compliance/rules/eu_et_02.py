"""EU-ET-02: allowances for the emissions of a year are surrendered by 30 September of the next."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.deadlines import yearly


@compliance_rule(
    "EU-ET-02",
    "Surrender of allowances",
    regimes=("EU-ETS",),
    kinds=("installation",),
    law="Directive 2003/87/EC Art. 12(3); Directive (EU) 2023/959 Art. 1(21)(c)",
    trust="V",
    inputs={
        "scheme": "s(EU)",
        "year": "i",
        "verified_emissions_t": "n",
        "surrendered": "n",
        "holdings.EUA": "n",
        "secured_deliveries_before_due": "n",
    },
    test="shortfall = emissions - surrendered > 0 -> report; to buy = shortfall - holdings - secured deliveries > 0 "
    "and at most 60 days left -> flag",
    deadline="30 September of the year after the emissions (30 April before 2024)",
    actions=("flag", "report"),
    parameters=("EU-ET.surrender_due", "EU-ET-02.warning_days"),
)
def check(case: Case) -> Answer:
    """Ask for the surrender until nothing is due; flag what must still be bought when time is short."""
    due = yearly(case, "EU-ET.surrender_due", case["year"] + 1)
    warning = case.parameter("EU-ET-02.warning_days")
    shortfall = max(0, case["verified_emissions_t"] - case["surrendered"])
    to_buy = max(0, shortfall - case["holdings.EUA"] - case["secured_deliveries_before_due"])
    left = (due - case.day).days
    findings = []
    if shortfall > 0:
        findings.append(
            Finding(
                Action.REPORT,
                f"{shortfall:,.0f} t of the emissions of {case['year']} are not surrendered. Surrender as many "
                f"allowances by {due}.",
                due=due,
            )
        )
    if to_buy > 0 and left <= warning:
        when = f"{left} days are left" if left >= 0 else f"the deadline passed {-left} days ago"
        findings.append(
            Finding(
                Action.FLAG,
                f"{to_buy:,.0f} allowances must still be bought for the surrender on {due}; {when}. Buy them, or "
                "secure deliveries before that day.",
                due=due,
                measured=float(to_buy),
                limit=0.0,
                unit="t",
            )
        )
    return Answer(tuple(findings), {"due": due, "shortfall": shortfall, "to_buy": to_buy})
