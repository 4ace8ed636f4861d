"""EU-ET-05: free allowances of a year are on the account by 30 June."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.deadlines import is_past, yearly


@compliance_rule(
    "EU-ET-05",
    "Free allocation received",
    regimes=("EU-ETS",),
    kinds=("installation",),
    law="Directive 2003/87/EC Art. 11(2); Directive (EU) 2023/959 Art. 1(19)",
    trust="V",
    inputs={
        "scheme": "s(EU)",
        "year": "i",
        "free_allocation.expected": "n",
        "free_allocation.received": "n",
    },
    test="after 30 June and received < expected -> flag",
    deadline="30 June of the year of the allocation (28 February before 2024)",
    actions=("flag",),
    parameters=("EU-ET.free_allocation_by",),
)
def check(case: Case) -> Answer:
    """Flag free allowances that should have come."""
    due = yearly(case, "EU-ET.free_allocation_by", case["year"])
    expected, received = case["free_allocation.expected"], case["free_allocation.received"]
    values = {"due": due}
    if received >= expected or not is_past(case, due, "EU-ETS"):
        return Answer(values=values)
    message = (
        f"{received:,.0f} of {expected:,.0f} free allowances of {case['year']} have come; they were due on {due}. "
        "Ask the competent authority."
    )
    return Answer(
        (Finding(Action.FLAG, message, measured=float(received), limit=float(expected), unit="t"),), values
    )
