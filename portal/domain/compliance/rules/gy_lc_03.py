"""GY-LC-03: of bids within five per cent of the lowest, the one with the highest local content wins."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.errors import MissingFactError


@compliance_rule(
    "GY-LC-03",
    "Award between close bids",
    regimes=("GY-PETROLEUM",),
    kinds=("contract",),
    law="Local Content Act 2021 of Guyana",
    trust="S",
    inputs={
        "bids[].id": "s",
        "bids[].price": "n",
        "bids[].local_content_pct": "n",
        "winner": "s",
    },
    test="winner is not the highest local content among bids <= 1.05 x the lowest -> flag",
    actions=("flag",),
    parameters=("GY-LC-03.band",),
)
def check(case: Case) -> Answer:
    """Flag an award to another bid than the one that the Act prefers."""
    bids = case.facts["bids"]
    if not bids:
        raise MissingFactError("No bids are given. Enter them.")
    band = case.parameter("GY-LC-03.band")
    lowest = min(bid["price"] for bid in bids)
    most = lowest + band * abs(lowest)
    close = [bid for bid in bids if bid["price"] <= most + 1e-9 * abs(most)]
    best = max(bid["local_content_pct"] for bid in close)
    preferred = sorted(
        (bid for bid in close if bid["local_content_pct"] == best), key=lambda bid: bid["price"]
    )
    winner = case["winner"]
    if winner in {bid["id"] for bid in preferred}:
        return Answer(values={"expected_winner": winner})
    expected = preferred[0]
    message = (
        f"{winner} wins, but {expected['id']} has the highest local content ({best:g} %) among the bids up to "
        f"{most:,.2f}, {band:.0%} above the lowest. Award it to {expected['id']} or say why not."
    )
    return Answer((Finding(Action.FLAG, message),), {"expected_winner": expected["id"]})
