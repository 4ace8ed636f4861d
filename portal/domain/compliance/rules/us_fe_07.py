"""US-FE-07: a net gain of generation is reported as a change in status."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule

_NET = "US-FE-07.net_mw"


@compliance_rule(
    "US-FE-07",
    "Change in status",
    regimes=("US-FERC",),
    kinds=("event",),
    law="18 CFR 35.42",
    trust="U",
    inputs={"event.type": "s(capacity_change)", "event.changes[].mw": "n", "event.changes[].date": "d"},
    test="cumulative net increase since the last filing >= 100 MW -> report",
    actions=("report",),
    deadline="With the quarterly filing of changes in status.",
    parameters=(_NET,),
)
def check(case: Case) -> Answer:
    """Add up the gains and losses of capacity since the last filing."""
    net, limit = float(sum(case["event.changes[].mw"])), case.parameter(_NET)
    values = {"net_mw": net}
    if net < limit:
        return Answer(values=values)
    text = f"Generation grew by a net {net:,.0f} MW since the last filing; {limit:,.0f} MW must be reported. File it."
    return Answer((Finding(Action.REPORT, text, measured=net, limit=limit, unit="MW"),), values)
