"""EU-RM-09: what is given to a benchmark is what was booked."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule

_TOLERANCE = 1e-9


@compliance_rule(
    "EU-RM-09",
    "Input to a benchmark",
    regimes=("EU-REMIT", "UK-REMIT"),
    kinds=("report",),
    law="Reg. (EU) 1227/2011 Art. 2(2)(c), 2(22)",
    trust="V",
    inputs={
        "report_type": "s(REMIT-BENCHMARK)",
        "booked.price": "n",
        "booked.qty": "n",
        "reported.price": "n",
        "reported.qty": "n",
    },
    test="reported price or volume differs from the booked one -> block the submission",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block a submission that differs from the book."""
    booked, reported = case["booked"], case["reported"]
    wrong = [key for key in ("price", "qty") if abs(booked[key] - reported[key]) > _TOLERANCE]
    if not wrong:
        return Answer(values={"mismatch": []})
    said = "; ".join(f"{key} {reported[key]:,g} instead of {booked[key]:,g}" for key in wrong)
    return Answer(
        (Finding(Action.BLOCK, f"The input differs from the book: {said}. Submit what was booked."),),
        {"mismatch": wrong},
    )
