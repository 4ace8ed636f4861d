"""RG-05: derivatives with a counterparty, or on a venue, of the European Union or the United Kingdom."""

from portal.domain.compliance.base import NOTHING, Answer, Case, compliance_rule


@compliance_rule(
    "RG-05",
    "EU and UK derivatives: which deals",
    regimes=("GLOBAL",),
    kinds=("trade",),
    law="Reg. (EU) 648/2012 Art. 2, 9; Directive 2014/65/EU Art. 57, 58; UK EMIR; UK MAR",
    trust="S",
    inputs={"trade.product.is_derivative": "b", "parties[].country": "s", "trade.venue.mic": "s"},
    test="derivative and a counterparty of the Union -> EU-EMIR, of the UK -> UK-EMIR; derivative on a venue of the "
    "Union, or EUA or EUAA -> EU-MIFID; on a venue of the UK -> UK-MAR; power or gas in Great Britain -> UK-REMIT",
)
def check(case: Case) -> Answer:
    """Say nothing: the regimes of the verdict say it."""
    del case
    return NOTHING
