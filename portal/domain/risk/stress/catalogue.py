"""The scenarios that come with the portal: named events of history and hypothetical shocks.

API: ``LIBRARY`` (hypothetical scenarios by code), ``built_in(moves)``, ``from_text(...)``.
"""

from collections.abc import Mapping
from dataclasses import replace

from portal.domain.market.errors import BadParameter
from portal.domain.risk.stress.events import EVENTS
from portal.domain.risk.stress.shocks import Scenario, Shock, combined
from portal.domain.risk.stress.text import read_lines


def _made(code: str, title: str, narrative: str, text: str) -> Scenario:
    layers = tuple(replace(line.layer, lenient=True) for line in read_lines(text) if line.layer)
    return Scenario(code, title, "hypothetical", narrative, layers, "assumed")


_COLD = _made(
    "COLD_SNAP",
    "Cold snap",
    "Two weeks ten degrees too cold in the west of Europe: gas and power of the winter, and their volatilities.",
    """
    # Cold snap
    price TTF,THE,NBP 0:+30%, 1:+25%, 3:+12%, 6:+5%, 12:+3%
    price power 0:+35%, 1:+25%, 3:+10%, 6:+4%, 12:+2%
    price JKM 0:+15%, 3:+8%, 12:+2%
    price carbon +4%
    vol TTF +35% months 0-6
    vol power +35% months 0-6
    """,
)
_OUTAGE = _made(
    "NUCLEAR_OUTAGE",
    "Outage of French reactors",
    "Twenty gigawatts of French nuclear power are out for a winter; neighbours export what they have.",
    """
    # Outage
    price FR 0:+70%, 3:+55%, 6:+25%, 12:+12%, 24:+5%
    price DE_LU 0:+20%, 3:+15%, 6:+8%, 12:+4%
    price ES 0:+12%, 6:+5%, 12:+2%
    price TTF,THE 0:+8%, 6:+4%, 12:+2%
    vol FR +60% months 0-12
    correlation POWER_DE_LU:POWER_FR to 0 by 40%
    """,
)
_SPIKE = _made(
    "GAS_SPIKE",
    "Gas spike",
    "A pipeline stops and cargoes go elsewhere: gas everywhere in Europe, and what is made from it.",
    """
    # Gas spike
    price TTF,THE,NBP 0:+80%, 3:+65%, 12:+35%, 24:+15%, 36:+8%
    price JKM 0:+45%, 12:+20%, 36:+5%
    price power 0:+45%, 3:+40%, 12:+22%, 24:+10%
    price coal +15%
    price carbon +8%
    vol TTF +50%
    vol power +40%
    """,
)
_MADE = (
    _COLD,
    _OUTAGE,
    _SPIKE,
    combined(
        "COLD_OUTAGE_SPIKE", "Cold snap, outage and gas spike", (_COLD, _OUTAGE, _SPIKE),
        narrative="The three in one winter, one on top of the other.",
    ),
    _made("RECESSION", "Recession", "Demand falls for two years: everything that burns gets cheaper, volatility rises.",
          """
          price oil 0:-45%, 12:-35%, 36:-25%
          price gas 0:-40%, 12:-30%, 36:-20%
          price lng 0:-40%, 12:-30%, 36:-20%
          price coal -35%
          price carbon -40%
          price power 0:-35%, 12:-28%, 36:-20%
          vol all +50%
          rate all -100bp
          fx USD +6%
          """),
    _made("GLUT", "Oil glut", "Storage fills: the front falls far more than the back.",
          """
          price oil -20%
          slope oil -25% months 1-24
          vol oil +40%
          """),
    _made("SUMMER_WINTER", "Winter premium gone", "Full storage and new cargoes take the winter premium of gas away.",
          """
          season TTF,THE,NBP -20%
          season HENRY_HUB -15%
          season JKM -15%
          """),
    _made("VOL_UP", "Volatility up", "All volatilities rise by half, prices stay.", "vol all +50%"),
    _made("VOL_DOWN", "Volatility down", "All volatilities fall by two fifths, prices stay.", "vol all -40%"),
    _made("CORRELATION_UP", "All together", "Correlations go half of their way to one.", "correlation all to 1 by 50%"),
    _made("CORRELATION_BREAK", "Correlations break", "They lose three quarters.", "correlation all to 0 by 75%"),
    _made("DOLLAR_DOWN", "Dollar down", "The dollar loses a tenth against the euro, sterling a twentieth.",
          """
          fx USD -10%
          fx GBP -5%
          """),
    _made("RATES_UP", "Rates up", "All zero rates rise by two points.", "rate all +200bp"),
)  # fmt: skip
LIBRARY: Mapping[str, Scenario] = {scenario.code: scenario for scenario in _MADE}
"""Hypothetical scenarios by code, in the order in which they are shown."""


def built_in(moves: Mapping[str, tuple[Shock, ...]]) -> dict[str, Scenario]:
    """All scenarios that come with the portal.

    Parameters
    ----------
    moves : mapping of str to tuple of Shock
        Moves measured from stored curves, by code of the event; an event without any has its published moves.

    Returns
    -------
    dict of str to Scenario
        Events first, oldest first.
    """
    return {event.code: event.scenario(moves.get(event.code, ())) for event in EVENTS} | dict(LIBRARY)


def from_text(
    code: str, title: str, text: str, known: Mapping[str, Scenario], *, narrative: str = ""
) -> Scenario:
    """A scenario as typed; ``use CODE`` lays a known scenario in its place.

    Parameters
    ----------
    code, title, narrative : str
        Of the new scenario.
    text : str
        Lines of ``stress.text``.
    known : mapping of str to Scenario
        What ``use`` may name.

    Returns
    -------
    Scenario
        With the layers in the order of the text.

    Raises
    ------
    BadParameter
        A line cannot be read, ``use`` names nothing that is known, or there is no shock.
    """
    parts = []
    for line in read_lines(text):
        if line.layer is not None:
            parts.append(Scenario("", line.layer.title, "hypothetical", "", (line.layer,)))
        elif line.code in known:
            parts.append(known[line.code])
        else:
            raise BadParameter(
                f"There is no scenario '{line.code}' to use. Choose from {', '.join(known)}.",
                name="use",
                value=line.code,
            )
    return combined(code, title, parts, narrative=narrative)
