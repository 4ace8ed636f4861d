"""UK-ET-01: the UK scheme wants the report by 31 March and the allowances by 30 April."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.deadlines import is_past, yearly


@compliance_rule(
    "UK-ET-01",
    "UK report and surrender",
    regimes=("UK-ETS",),
    kinds=("installation",),
    law="Greenhouse Gas Emissions Trading Scheme Order 2020 (SI 2020/1265); gov.uk",
    trust="V",
    inputs={
        "scheme": "s(UK)",
        "year": "i",
        "verified_emissions_t": "n",
        "surrendered": "n",
        "report_verified_on": "d?",
    },
    test="shortfall = emissions - surrendered > 0 -> report, and flag after 30 April of the next year",
    deadline="report 31 March, surrender 30 April of the year after the emissions",
    actions=("flag", "report"),
    parameters=("UK-ET.verified_report_due", "UK-ET.surrender_due"),
)
def check(case: Case) -> Answer:
    """Ask for report and surrender; flag a surrender that is late."""
    year = case["year"]
    due = yearly(case, "UK-ET.surrender_due", year + 1)
    report_due = yearly(case, "UK-ET.verified_report_due", year + 1)
    shortfall = max(0, case["verified_emissions_t"] - case["surrendered"])
    findings = []
    if shortfall > 0:
        message = f"{shortfall:,.0f} t of the UK emissions of {year} are not surrendered."
        findings.append(Finding(Action.REPORT, f"{message} Surrender as many UKA by {due}.", due=due))
        if is_past(case, due, "UK-ETS"):
            late = f"{message} They were due on {due}. Surrender them now and reckon with the civil penalty."
            findings.append(
                Finding(
                    Action.FLAG, late, due=due, measured=float(shortfall), limit=0.0, unit="t"
                )
            )  # fmt: skip
    if "report_verified_on" in case.facts and case.facts["report_verified_on"] is None:
        findings.append(
            Finding(
                Action.REPORT,
                f"The UK emissions report of {year} is not verified. Have it verified and filed by {report_due}.",
                due=report_due,
            )
        )
    return Answer(tuple(findings), {"due": due, "shortfall": shortfall})
