"""RG-06: crude of the Gulf, petroleum of Guyana, accounts under Shariah."""

from portal.domain.compliance.base import NOTHING, Answer, Case, compliance_rule


@compliance_rule(
    "RG-06",
    "Gulf crude, Guyana, Islamic accounts: which deals",
    regimes=("GLOBAL",),
    kinds=("trade", "contract"),
    law="Terms of ADNOC and ICE Futures Abu Dhabi; Petroleum Activities Act 2023 (Guyana); AAOIFI standards",
    trust="S",
    inputs={
        "trade.grade": "s",
        "trade.origin": "s",
        "trade.venue.mic": "s",
        "trade.delivery.country": "s",
        "account.shariah": "b",
    },
    test="grade Murban, Upper Zakum, Das or Umm Lulu, venue IFAD or delivery in AE -> ME-ADNOC; origin GY -> "
    "GY-PETROLEUM; account under Shariah -> SHARIAH",
)
def check(case: Case) -> Answer:
    """Say nothing: the regimes of the verdict say it."""
    del case
    return NOTHING
