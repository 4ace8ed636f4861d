"""GY-LC-02: services of the First Schedule are bought in Guyana to their minimum share."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.errors import MissingFactError

_DUST = 1e-9  # what binary fractions cannot hold


@compliance_rule(
    "GY-LC-02",
    "Minimum local shares",
    regimes=("GY-PETROLEUM",),
    kinds=("contract",),
    law="Local Content Act 2021 of Guyana, First Schedule, as quoted in the press",
    trust="S",
    inputs={
        "local_content.category": "s",
        "local_content.guyanese_spend": "n",
        "local_content.total_spend": "n",
        "local_content.waiver": "b",
    },
    test="Guyanese spend / total spend < minimum of the category, and no waiver of the Minister -> block",
    actions=("block",),
    parameters=("GY-LC-02.min_share", "GY-LC-04.penalty_gyd"),
)
def check(case: Case) -> Answer:
    """Block a plan below the minimum of its category."""
    category, total = case["local_content.category"], case["local_content.total_spend"]
    minimum = case.parameter("GY-LC-02.min_share").get(category)
    if minimum is None:
        raise MissingFactError(
            f"The minimum share of '{category}' is not known. Enter it in the parameter GY-LC-02.min_share."
        )
    if total <= 0:
        raise MissingFactError("Nothing is spent, so that no share can be computed. Enter the planned spend.")
    share = case["local_content.guyanese_spend"] / total
    values = {"share": share, "minimum": minimum}
    if case["local_content.waiver"] or share >= minimum - _DUST:
        return Answer(values=values)
    fine = case.parameter("GY-LC-04.penalty_gyd")["below_minimum"]
    message = (
        f"{share:.1%} of {category.replace('_', ' ')} are bought from Guyanese suppliers, and the minimum is "
        f"{minimum:.0%}. Raise the share or ask for a waiver; the fine is {fine:,.0f} GYD."
    )
    return Answer(
        (Finding(Action.BLOCK, message, measured=100 * float(share), limit=100 * float(minimum), unit="%"),),
        values,
    )
