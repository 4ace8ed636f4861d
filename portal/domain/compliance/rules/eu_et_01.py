"""EU-ET-01: the emissions of a year are reported and verified by 31 March of the next."""

from datetime import date

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.deadlines import is_past, yearly
from portal.domain.compliance.inputs import to_day


@compliance_rule(
    "EU-ET-01",
    "Verified emissions report",
    regimes=("EU-ETS",),
    kinds=("installation",),
    law="Directive 2003/87/EC Art. 14(3); MRR; NEa",
    trust="V",
    inputs={"scheme": "s(EU)", "year": "i", "report_verified_on": "d!"},
    test="not verified -> report until 31 March of the next year, flag after it; verified later -> flag",
    deadline="31 March of the year after the emissions",
    actions=("flag", "report"),
    parameters=("EU-ET.verified_report_due",),
)
def check(case: Case) -> Answer:
    """Ask for the report until it is verified; flag it when that came too late or not at all."""
    due = yearly(case, "EU-ET.verified_report_due", case["year"] + 1)
    verified = case["report_verified_on"]
    return Answer(
        tuple(_findings(case, due, to_day(verified) if verified is not None else None)), {"due": due}
    )


def _findings(case: Case, due: date, verified: date | None) -> list[Finding]:
    year = case["year"]
    if verified is not None:
        if verified <= due:
            return []
        return [
            Finding(
                Action.FLAG,
                f"The emissions report of {year} was verified on {verified}, {(verified - due).days} days after it "
                f"was due on {due}. Check with the registry whether transfers from the account are held.",
                due=due,
            )
        ]
    found = [
        Finding(
            Action.REPORT,
            f"The emissions report of {year} is not verified. Have it verified and filed by {due}.",
            due=due,
        )
    ]
    if is_past(case, due, "EU-ETS"):
        found.append(
            Finding(
                Action.FLAG,
                f"The emissions report of {year} was due on {due} and is not verified. Hold transfers from the "
                "account of the installation until it is (house policy).",
                due=due,
            )
        )
    return found
