"""The templates of packs: which cards of which pages, in the order in which their reader asks.

A template is nothing but picks, so that a pack says what the pages say (decision 17). Long lists that somebody looks
up (every trade, every rule) stay out of packs; the page itself exports them whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.core.errors import NotFound
from portal.core.permissions import Permission

PORTFOLIO = "{portfolio}"
"""Stands for the portfolio that a pack is asked for; without one the input is left out: all that the reader may see."""
WORDS, TILES = "words", "tiles"
ADJUSTMENTS = "adjustments"
"""The card of what stands beside the figures: it is wherever a pack gives a result, if there is any."""
PAGE = "page:"
"""Begins the code of a template that is one page whole: "page:risk-overview"."""


@dataclass(frozen=True, slots=True)
class Pick:
    """Cards of one page: ``body`` with its inputs, ``only`` their keys (() for all), ``address`` of the page."""

    title: str
    body: str
    filters: Mapping[str, Any] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    address: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A pack to ask for: ``what`` says for whom it is and what is in it, ``version`` grows with its picks."""

    code: str
    title: str
    version: str
    what: str
    permission: Permission
    picks: tuple[Pick, ...]


_HERE = {"portfolio": PORTFOLIO}

_VALUE = Pick(
    "Value and result", "portfolio-valuation", _HERE,
    (TILES, ADJUSTMENTS, "portfolio-valuation-tree", "portfolio-valuation-history", "portfolio-valuation-split",
     "portfolio-valuation-gaps"),
    "/portfolio/valuation",
)  # fmt: skip
_WHY = (
    WORDS, TILES, "portfolio-explain-bridge", "portfolio-explain-parts", "portfolio-explain-tree",
    "portfolio-explain-missing",
)  # fmt: skip
_FEEDS = Pick("Readiness of the day's numbers", "monitoring-feeds", {}, (), "/monitoring/feeds")

_MORNING = Template(
    "morning", "Morning pack", "3",
    "For the desk's first meeting: what the books are worth and why that changed, what could be lost, which limits and "
    "rules are close, what prices did and will do, and whether the numbers are there.",
    Permission.EXPORT,
    (
        Pick("Overview", "home", {"period": "dtd"}, (), "/"),
        _VALUE,
        Pick("Why it changed since the day before", "portfolio-explain", _HERE | {"period": "dtd"}, _WHY,
             "/portfolio/explain"),
        Pick("Risk", "risk-overview", _HERE, (), "/risk"),
        Pick("Limits that wait and breaches", "risk-limits", _HERE,
             (TILES, "proposals-that-wait", "risk-limits-breaches", "open-breaches"), "/risk/limits"),
        Pick("Prices", "market-prices", {}, (), "/market/prices"),
        Pick("Forecast of power", "forecast", {"target": "power.DE_LU", "back": "short"},
             (WORDS, TILES, "forecast-fan", "forecast-drivers"), "/forecast"),
        Pick("Compliance", "compliance-overview", {},
             (TILES, "compliance-overview-deadlines", "compliance-overview-cases", "open-cases"), "/compliance"),
        _FEEDS,
    ),
)  # fmt: skip

_RISK = Template(
    "risk", "Risk pack", "1",
    "For the risk committee: every measure and method, what drives it, limits and breaches, stress, the scenarios "
    "behind the tail, whether forecasts held, and what earnings are at risk.",
    Permission.RISK_READ,
    (
        Pick("Risk", "risk-overview", _HERE, (), "/risk"),
        Pick("Limits", "risk-limits", _HERE, (), "/risk/limits"),
        Pick("What drives it", "risk-drill", _HERE,
             (WORDS, TILES, "risk-drill-nodes", "risk-drill-heat", "risk-drill-bars", "risk-drill-groups"),
             "/risk/drill"),
        Pick("The tail", "risk-distribution", _HERE,
             (WORDS, TILES, "risk-distribution-bins", "risk-distribution-levels", "risk-distribution-worst",
              "risk-distribution-parts", "how-the-scenarios-were-made"), "/risk/distribution"),
        Pick("Stress", "risk-stress", _HERE,
             (WORDS, TILES, "risk-stress-matrix", "risk-stress-nodes", "risk-stress-parts", "risk-stress-shocks",
              "risk-stress-unshocked", "what-would-break-us"), "/risk/stress"),
        Pick("Backtests", "risk-backtests", _HERE, (), "/risk/backtests"),
        Pick("Earnings at risk", "risk-earnings", _HERE, (), "/risk/earnings"),
    ),
)  # fmt: skip

_PORTFOLIO = Template(
    "portfolio", "Portfolio pack", "3",
    "For who runs a book: its value and result, why they changed in the day and in the month, its position by delivery "
    "and commodity, and the marks that all of it rests on.",
    Permission.PORTFOLIO_READ,
    (
        _VALUE,
        Pick("Why it changed since the day before", "portfolio-explain", _HERE | {"period": "dtd"},
             (*_WHY, "portfolio-explain-causes", "portfolio-explain-tenors"), "/portfolio/explain"),
        Pick("Why it changed in the month", "portfolio-explain", _HERE | {"period": "mtd"}, _WHY,
             "/portfolio/explain"),
        Pick("Position", "portfolio-positions", _HERE, (), "/portfolio/positions"),
        Pick("Risk of it", "risk-overview", _HERE,
             (TILES, "risk-overview-methods", "risk-overview-below", "risk-overview-limits"), "/risk"),
    ),
)  # fmt: skip

_COMPLIANCE = Template(
    "compliance", "Compliance pack", "1",
    "For the compliance committee: the score and its parts, deadlines, open cases, what the rules found and could not "
    "judge, surveillance, counterparties, and the state of the audit log.",
    Permission.COMPLIANCE_READ,
    (
        Pick("Compliance", "compliance-overview", {}, (), "/compliance"),
        Pick("Cases", "compliance-cases", {}, (), "/compliance/cases"),
        Pick("Checks of rules", "compliance-checks", {"days": "90"}, (), "/compliance/checks"),
        Pick("Surveillance", "compliance-surveillance", {}, (), "/compliance/surveillance"),
        Pick("Counterparties", "compliance-kyc", {}, (), "/compliance/kyc"),
        Pick("Audit log", "compliance-audit", {}, (WORDS, TILES, "compliance-audit-days"), "/compliance/audit"),
    ),
)  # fmt: skip

_OPERATIONS = Template(
    "operations", "Operations pack", "1",
    "For who keeps the numbers coming: the end-of-day chain, feeds and their quality, objectives, incidents, "
    "alerts, jobs, backups and the database.",
    Permission.MONITORING_READ,
    (
        _FEEDS,
        Pick("Quality of prices", "market-quality", {}, (), "/market/quality"),
        Pick("Health of services", "monitoring-health", {}, (), "/monitoring/health"),
        Pick("Objectives", "monitoring-slos", {}, (), "/monitoring/slos"),
        Pick("Incidents", "monitoring-incidents", {}, (), "/monitoring/incidents"),
        Pick("Alerts", "monitoring-alerts", {}, (), "/monitoring/alerts"),
        Pick("Jobs", "monitoring-jobs", {}, (), "/monitoring/jobs"),
        Pick("Backups", "monitoring-backups", {}, (), "/monitoring/backups"),
        Pick("Database", "monitoring-database", {}, (), "/monitoring/database"),
    ),
)  # fmt: skip

_BOARD = Template(
    "board", "Board one-pager", "2",
    "For the board: the result and its causes in the month, what could be lost against its limits, compliance.",
    Permission.PORTFOLIO_READ,
    (
        Pick("Result", "portfolio-valuation", _HERE,
             (TILES, ADJUSTMENTS, "portfolio-valuation-history", "portfolio-valuation-split"),
             "/portfolio/valuation"),
        Pick("Why it changed in the month", "portfolio-explain", _HERE | {"period": "mtd"},
             ("portfolio-explain-bridge", "portfolio-explain-parts"), "/portfolio/explain"),
        Pick("Risk against limits", "risk-overview", _HERE, (TILES, "risk-overview-limits"), "/risk"),
        Pick("Compliance", "compliance-overview", {}, (TILES,), "/compliance"),
    ),
)  # fmt: skip

TEMPLATES: Mapping[str, Template] = {
    made.code: made for made in (_MORNING, _RISK, _PORTFOLIO, _COMPLIANCE, _OPERATIONS, _BOARD)
}
"""The templates by code, in the order in which they are offered."""


def template(code: str) -> Template:
    """Return the template ``code``; "page:<body>" is one page whole.

    Raises
    ------
    NotFound
        There is none of that code.
    """
    if code.startswith(PAGE) and len(code) > len(PAGE):
        return _page(code)
    if code not in TEMPLATES:
        raise NotFound(f"There is no pack '{code[:40]}'. Choose one of {', '.join(TEMPLATES)}.", code=code)
    return TEMPLATES[code]


def _page(code: str) -> Template:
    body = code.removeprefix(PAGE)
    title = body.replace("-", " ").capitalize()
    return Template(
        code, title, "1", "One page as it is on screen, with all its rows.", Permission.EXPORT, (Pick(title, body),)
    )  # fmt: skip
