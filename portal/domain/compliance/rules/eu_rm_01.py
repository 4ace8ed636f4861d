"""EU-RM-01: nobody trades a product of the Union while holding unpublished information on it."""

from portal.domain.compliance import areas
from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inside_information import KEYS, exemption, traded_on


@compliance_rule(
    "EU-RM-01",
    "Insider trading",
    regimes=("EU-REMIT",),
    kinds=("order",),
    law="Reg. (EU) 1227/2011 Art. 3(1)(a), 3(2)",
    trust="V",
    inputs=KEYS,
    test="user holds the information, same zone, deliveries overlap, known_from <= entered_at < published_at -> block; "
    "a valid exemption of Art. 3(4) lifts it (EU-RM-02)",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block an order of a holder of unpublished information on the same zone and delivery."""
    if areas.in_great_britain(areas.country_of_zone(case["order.zone"]), case["order.zone"]):
        return NOTHING
    held = traded_on(case)
    claim = exemption(case)
    if not held or (claim and claim.is_valid):
        return NOTHING
    entry, order = held[0], case["order"]
    why = f" The exemption does not hold: {claim.reason}." if claim else ""
    return Answer(
        (
            Finding(
                Action.BLOCK,
                f"The user has known of {entry['asset']} ({entry['mw']:+,.0f} MW) in {entry['zone']} since "
                f"{entry['known_from']}, and it was not published when the order to {order['side']} was entered at "
                f"{order['entered_at']}.{why} Wait for the publication.",
            ),
        )
    )
