"""RG-01: a deal on a venue of the United States, a swap with a US person, or one linked to a core contract."""

from portal.domain.compliance.base import NOTHING, Answer, Case, compliance_rule


@compliance_rule(
    "RG-01",
    "US derivatives: which deals",
    regimes=("GLOBAL",),
    kinds=("trade", "order"),
    law="Commodity Exchange Act 2(a), 2(i); 17 CFR Part 150",
    trust="V",
    inputs={
        "trade.product.type": "s(spot,forward,future,option,swap,supply,transport,storage,allowance,cfd)",
        "trade.product.is_derivative": "b",
        "trade.product.underlying": "s?",
        "trade.product.reference_contract": "s?(NG,CL,HO,RB)",
        "trade.venue.mic": "s?",
        "parties[].id": "s",
        "parties[].country": "s",
        "parties[].class": "s(FC,NFC+,NFC-,SD,MSP,DCO,END_USER)",
        "parties[].us_person": "b",
    },
    test="mic in {XNYM, XCME, IFUS, NODX} or (type = swap and any US person) or reference contract set -> US-CFTC",
)
def check(case: Case) -> Answer:
    """Say nothing: the regimes of the verdict say it."""
    del case
    return NOTHING
