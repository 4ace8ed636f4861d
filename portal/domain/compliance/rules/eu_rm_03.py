"""EU-RM-03: an order is not cancelled or changed on inside information."""

from portal.domain.compliance import areas
from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inside_information import CANCEL_KEYS, cancelled_on


@compliance_rule(
    "EU-RM-03",
    "Cancelling or changing an order after learning",
    regimes=("EU-REMIT",),
    kinds=("order",),
    law="Reg. (EU) 1227/2011 Art. 3(1)",
    trust="V",
    inputs=CANCEL_KEYS,
    test="entered_at < known_from <= action_at < published_at, user holds the information, same zone, deliveries "
    "overlap -> block",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block the change of an order that is older than the information its user now holds."""
    if areas.in_great_britain(areas.country_of_zone(case["order.zone"]), case["order.zone"]):
        return NOTHING
    held = cancelled_on(case)
    if not held:
        return NOTHING
    order, entry = case["order"], held[0]
    return Answer(
        (
            Finding(
                Action.BLOCK,
                f"The order of {order['entered_at']} would be changed ({order['action']}) at {order['action_at']}, "
                f"while information on {entry['zone']} that its user has held since {entry['known_from']} is not "
                "published. Leave the order until it is.",
            ),
        )
    )
