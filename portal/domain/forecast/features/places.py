"""Countries and weather stations of bidding zones and time zones: whose holidays count, and whose weather."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A country (ISO 3166) whose holidays count, and stations whose weather stands for it, best first."""

    country: str
    stations: tuple[str, ...] = ()


PLACES = {
    "DE": Place("DE", ("BERLIN", "FRANKFURT")),
    "FR": Place("FR", ("PARIS",)),
    "NL": Place("NL", ("DE_BILT", "AMSTERDAM")),
    "BE": Place("BE", ("UCCLE", "BRUSSELS")),
    "ES": Place("ES", ("MADRID",)),
    "DK": Place("DK", ("AALBORG", "COPENHAGEN")),
    "AT": Place("AT", ("VIENNA",)),
    "CH": Place("CH", ("ZURICH",)),
    "IT": Place("IT", ("MILAN", "ROME")),
    "PL": Place("PL", ("WARSAW",)),
    "GB": Place("GB", ("LONDON",)),
    "NO": Place("NO", ("OSLO",)),
    "SE": Place("SE", ("STOCKHOLM",)),
    "US": Place("US", ("NEW_YORK",)),
}
COUNTRY_OF_CLOCK = {
    "Europe/London": "GB",
    "Europe/Berlin": "DE",
    "Europe/Paris": "FR",
    "Europe/Amsterdam": "NL",
    "Europe/Brussels": "BE",
    "Europe/Madrid": "ES",
    "Europe/Copenhagen": "DK",
    "Europe/Rome": "IT",
    "Europe/Vienna": "AT",
    "Europe/Oslo": "NO",
    "America/New_York": "US",
    "Asia/Tokyo": "JP",
    "Asia/Dubai": "AE",
}


def place_of(zone: str, timezone: str) -> Place:
    """The place of a bidding zone, or of a clock.

    Parameters
    ----------
    zone : str
        Code such as ``DE_LU``, whose first two letters are a country; empty for none.
    timezone : str
        IANA name, which decides when the zone does not.

    Returns
    -------
    Place
        With an empty country when neither is known.

    Examples
    --------
    >>> place_of("DK1", "Europe/Copenhagen").country
    'DK'
    """
    for code in (zone[:2], COUNTRY_OF_CLOCK.get(timezone, "")):
        if code in PLACES:
            return PLACES[code]
    return Place(COUNTRY_OF_CLOCK.get(timezone, ""))
