"""Who must report a derivative under EMIR of the Union or of the United Kingdom."""

from collections.abc import Mapping, Sequence
from typing import Any

from portal.domain.compliance import areas
from portal.domain.compliance.errors import NotAskedError

BOTH = "BOTH"


def reporting_party(parties: Sequence[Mapping[str, Any]], *, is_otc: bool) -> str:
    """Return the id of the party that files, ``BOTH`` when each side files itself, "" when nobody must.

    Parameters
    ----------
    parties : sequence of mapping
        With ``id``, ``class``, ``country`` and, for an NFC- that trades off exchange, ``self_reports``.
    is_otc : bool
        Traded off exchange.

    Raises
    ------
    NotAskedError
        It depends on whether an NFC- told its counterparty that it reports itself, and that is not known.

    Notes
    -----
    EMIR Art. 9(1a): the FC reports for an NFC- with which it trades OTC, unless the NFC- told it otherwise before. It
    does so only for a counterparty of the same side of the Channel; a party outside both is not bound at all.
    """
    bound = [party for party in parties if _side(party)]
    filing = [party for party in bound if not _is_relieved(party, bound, is_otc=is_otc)]
    if len(filing) > 1:
        return BOTH
    return str(filing[0]["id"]) if filing else ""


def _side(party: Mapping[str, Any]) -> str:
    country = str(party["country"]).upper()
    return "EU" if areas.is_union(country) else "UK" if country in areas.UNITED_KINGDOM else ""


def _is_relieved(party: Mapping[str, Any], bound: Sequence[Mapping[str, Any]], *, is_otc: bool) -> bool:
    if not is_otc or party["class"] != "NFC-":
        return False
    has_bank = any(
        other is not party and other["class"] == "FC" and _side(other) == _side(party) for other in bound
    )
    if not has_bank:
        return False
    if not isinstance(party.get("self_reports"), bool):
        raise NotAskedError(
            f"Whether {party['id']} reports itself is not known. Enter what it told its counterparty."
        )
    return not party["self_reports"]
