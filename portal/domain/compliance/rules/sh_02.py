"""SH-02: goods are owned and possessed before they are sold."""

from portal.domain.compliance import shariah
from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_moment


@compliance_rule(
    "SH-02",
    "Own and possess before selling",
    regimes=("SHARIAH",),
    kinds=("contract",),
    law="AAOIFI Shariah standards 8, 18",
    trust="S",
    inputs={
        "contract.kind": "s(spot_sale,salam,istisna,murabaha,tawarruq)",
        "contract.side": "s",
        "contract.owned_from": "t",
        "contract.possession_at": "t!",
        "contract.sale_at": "t",
    },
    test="sale that is no salam or istisna, and not owned or not possessed by then -> block",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block the sale of goods that are not yet in possession."""
    if (
        not shariah.concerns(case)
        or case["contract.side"] != "sell"
        or case["contract.kind"] in shariah.AHEAD
    ):
        return NOTHING
    sale, possession = to_moment(case["contract.sale_at"]), case["contract.possession_at"]
    owned = to_moment(case["contract.owned_from"])
    if possession is None:
        why = "were never taken into possession"
    elif to_moment(possession) > sale:
        why = f"came into possession only on {to_moment(possession):%Y-%m-%d at %H:%M} UTC"
    elif owned > sale:
        why = f"were owned only from {owned:%Y-%m-%d at %H:%M} UTC"
    else:
        return NOTHING
    message = f"Goods sold on {sale:%Y-%m-%d at %H:%M} UTC {why}. Sell them only after possession, real or by title."
    return Answer((Finding(Action.BLOCK, message),))
