"""GL-GD-05: personal data leaves the European Economic Area only under a safeguard."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule

EEA = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI",
        "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
    }
)  # fmt: skip
"""Countries of the EEA, ISO 3166-1."""


@compliance_rule(
    "GL-GD-05",
    "Transfer outside the EEA",
    regimes=("GLOBAL",),
    kinds=("event",),
    law="GDPR Art. 44-49",
    trust="S",
    inputs={
        "event.type": "s(transfer)",
        "event.to_country": "s",
        "event.safeguard": "s!(adequacy,SCC,BCR)",
    },
    test="country outside the EEA and no adequacy decision, standard clauses or binding rules on file -> block",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block a transfer without a safeguard."""
    country = str(case["event.to_country"]).upper()
    if country in EEA or case["event.safeguard"]:
        return NOTHING
    text = (
        f"Personal data would go to {country}, outside the EEA, without a safeguard on file. "
        "Agree standard contractual clauses first, or send it nowhere."
    )
    return Answer((Finding(Action.BLOCK, text),))
