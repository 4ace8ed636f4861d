"""EU-ET-06: large participants of the carbon market publish inside information on allowances."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "EU-ET-06",
    "Disclosure by large carbon participants",
    regimes=("EU-ETS", "EU-MIFID"),
    kinds=("event",),
    law="Regulation (EU) 596/2014 (MAR) Art. 17(2); Delegated Regulation (EU) 2016/522 Art. 5",
    trust="V",
    inputs={
        "event.type": "s(eua_inside_information)",
        "group.emissions_t": "n",
        "group.thermal_mw": "n",
        "group.combustion": "b",
    },
    test="emissions of the last year > 6,000,000 t, or combustion and rated thermal input > 2,430 MW -> report",
    deadline="as soon as possible",
    actions=("report",),
    parameters=("EU-ET-06.",),
)
def check(case: Case) -> Answer:
    """Ask for publication when one of the two values of the group is above its threshold."""
    emissions, power = case["group.emissions_t"], case["group.thermal_mw"]
    most_t, most_mw = case.parameter("EU-ET-06.emissions_t"), case.parameter("EU-ET-06.thermal_mw")
    too_much, too_big = emissions > most_t, case["group.combustion"] and power > most_mw
    values = {"duty": bool(too_much or too_big)}
    if not values["duty"]:
        return Answer(values=values)
    why = (
        f"{emissions:,.0f} t of emissions, more than {most_t:,.0f} t"
        if too_much
        else f"{power:,.0f} MW of rated thermal input, more than {most_mw:,.0f} MW"
    )
    message = f"The group had {why}: publish the inside information on allowances as soon as possible."
    measured, limit, unit = (emissions, most_t, "t") if too_much else (power, most_mw, "MW")
    return Answer(
        (Finding(Action.REPORT, message, measured=float(measured), limit=float(limit), unit=unit),), values
    )
