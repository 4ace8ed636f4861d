"""RG-04: emission allowances and installations of the European Union and of the United Kingdom."""

from portal.domain.compliance.base import NOTHING, Answer, Case, compliance_rule


@compliance_rule(
    "RG-04",
    "Emissions trading: which installations and deals",
    regimes=("GLOBAL",),
    kinds=("installation", "trade"),
    law="Directive 2003/87/EC; SI 2020/1265; Windsor Framework Annex 4",
    trust="V",
    inputs={
        "country": "s",
        "region": "s?",
        "activity": "s(electricity_generation,industry,aviation)",
        "trade.instrument": "s?(EUA,EUAA,UKA)",
    },
    test="EUA, EUAA or installation in the Union -> EU-ETS; UKA or installation in the United Kingdom -> UK-ETS; "
    "power plants in Northern Ireland stay in EU-ETS",
)
def check(case: Case) -> Answer:
    """Say nothing: the regimes of the verdict say it."""
    del case
    return NOTHING
