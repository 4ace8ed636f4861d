"""GL-SN-02: a party that blocked owners hold to 50 % or more, together and through others, is blocked too."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.ownership import EPSILON, Blocked, Stake, blocked_through_owners, chain_above


@compliance_rule(
    "GL-SN-02",
    "Ownership by blocked persons (50 % rule)",
    regimes=("GLOBAL",),
    kinds=("party",),
    law="OFAC FAQ 401",
    trust="V",
    inputs={
        "party.id": "s",
        "ownership[].owner": "s",
        "ownership[].owned": "s",
        "ownership[].pct": "n",
        "blocked[]": "s",
    },
    test="sum of shares of blocked owners >= 50 % -> block, repeated up the chain; 25 to 49.99 % -> flag",
    actions=("block", "flag"),
    parameters=("GL-SN-02.us_ownership_pct", "GL-SN-02.near_flag_pct"),
)
def check(case: Case) -> Answer:
    """Block a party that is listed or owned by those who are; flag when anybody in its chain is near it."""
    party, listed = case["party.id"], set(case["blocked[]"])
    stakes = [Stake(edge["owner"], edge["owned"], float(edge["pct"])) for edge in case["ownership"]]
    half, near_from = case.parameter("GL-SN-02.us_ownership_pct"), case.parameter("GL-SN-02.near_flag_pct")
    blocked = blocked_through_owners(stakes, listed, half)
    near = sorted(
        who
        for who in chain_above(stakes, party) - listed - blocked.entities
        if blocked.shares.get(who, 0.0) >= near_from - EPSILON
    )
    values = {"blocked_entities": sorted(blocked.entities), "near": near}
    return Answer(_findings(party, party in listed, blocked, near, half, near_from), values)


def _findings(
    party: str, is_listed: bool, blocked: Blocked, near: list[str], half: float, near_from: float
) -> tuple[Finding, ...]:
    if is_listed:
        return (
            Finding(Action.BLOCK, f"{party} itself is on the list of blocked persons. Do not deal with it."),
        )
    if party in blocked.entities:
        share = blocked.shares[party]
        text = f"Blocked owners hold {share:g} % of {party}; {half:g} % or more blocks it too. Do not deal with it."
        return (Finding(Action.BLOCK, text, measured=share, limit=half, unit="%"),)
    if not near:
        return ()
    share = max(blocked.shares[who] for who in near)
    held = " and ".join(f"{blocked.shares[who]:g} % of {who}" for who in near)
    text = (
        f"Blocked owners hold {held} in the chain above {party}: below {half:g} %, but {near_from:g} % or more. "
        "Have the ownership confirmed before dealing."
    )
    return (Finding(Action.FLAG, text, measured=share, limit=near_from, unit="%"),)
