"""Countries, bidding zones, hubs and venues, as the law of energy markets groups them.

API: ``UNION``, ``ETS_STATES``, ``US_VENUES``, ``EU_VENUES``, ``UK_VENUES``, ``country_of_zone(zone)``,
``is_union(country)``, ``in_great_britain(country, zone)``.

The venues are market identifier codes that nobody has compared with the list of ISO 10383 yet (unverified).
"""

import re
from functools import lru_cache

UNION = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU",
        "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    }
)  # fmt: skip
"""Member states of the European Union."""
ETS_STATES = UNION | {"IS", "LI", "NO"}
"""States whose installations are in the EU ETS: the European Economic Area."""
COUPLED_POWER = frozenset({"NO"})
"""Countries outside the Union whose power zones are coupled with it day-ahead and intraday."""
UNITED_KINGDOM = frozenset({"GB", "UK"})
US_VENUES = frozenset({"XNYM", "XCME", "IFUS", "NODX"})
EU_VENUES = frozenset({"NDEX", "XEEE"})
UK_VENUES = frozenset({"IFEU"})
UAE_VENUES = frozenset({"IFAD"})
_NORTHERN_IRELAND = frozenset({"NI", "SEM", "SEM-NI", "IE(SEM)", "GB-NIR"})
_HUBS = {
    "TTF": "NL", "THE": "DE", "NCG": "DE", "GASPOOL": "DE", "PEG": "FR", "CEGH": "AT", "PSV": "IT", "ZTP": "BE",
    "PVB": "ES", "ETF": "DK", "NBP": "GB", "SEM": "IE", "NORDIC": "SE",
}  # fmt: skip
_CODED = re.compile(r"([A-Z]{2})(?:$|[-_ /]|\d)")


@lru_cache(maxsize=4096)
def country_of_zone(zone: str) -> str:
    """Return the country of a bidding zone or gas hub such as ``DE-LU``, ``NO2`` or ``TTF``; "" when not known."""
    name = zone.strip().upper()
    if name in _HUBS:
        return _HUBS[name]
    found = _CODED.match(name)
    if not found:
        return ""
    code = "GR" if found[1] == "EL" else found[1]
    return code if code in ETS_STATES or code in UNITED_KINGDOM or code == "CH" else ""


def is_union(country: object) -> bool:
    """Tell whether a country, as two letters, is a member state."""
    return isinstance(country, str) and country.upper() in UNION


def in_great_britain(country: object, zone: object = None) -> bool:
    """Tell whether delivery is in Great Britain, which is the United Kingdom without Northern Ireland."""
    return isinstance(country, str) and country.upper() in UNITED_KINGDOM and not in_northern_ireland(zone)


def in_northern_ireland(zone: object) -> bool:
    """Tell whether a zone is in the all-island market of Ireland, which is coupled with the Union."""
    return isinstance(zone, str) and zone.strip().upper() in _NORTHERN_IRELAND
