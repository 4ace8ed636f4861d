"""The steps of the end-of-day chain: which feeds and nightly jobs it has, and what each reads.

``after`` names what a step reads: a run that began before that was in does not count. When a feed is due is agreed on
Monitoring > Feeds, when a job begins on Monitoring > Jobs; neither is said twice here.
"""

from dataclasses import dataclass
from typing import Literal

from portal.services.monitoring.feed_terms import DATASETS

PACK = "morning-pack"
BEGINS = (
    300  # minutes after midnight UTC at which the chain of a day begins; it ends at the same time of the next
)
LASTS = 1440


@dataclass(frozen=True, slots=True)
class StepSpec:
    """One declared step; ``subject`` is a dataset or a schedule, ``demo_minutes`` the time that the demo makes up."""

    code: str
    title: str
    kind: Literal["feed", "job", "milestone"]
    subject: str = ""
    after: tuple[str, ...] = ()
    demo_minutes: float = 0.0


def _feed(dataset: str) -> StepSpec:
    return StepSpec(f"feed.{dataset}", DATASETS[dataset].title, "feed", dataset)


MARKET = ("feed.prices", "feed.curves", "feed.volatilities", "feed.fx", "feed.rates")
STEPS = (
    *(_feed(name) for name in ("weather", "outlook", "power", "auctions", "fx", "rates", "trades")),
    *(_feed(name) for name in ("prices", "curves", "volatilities")),
    StepSpec("risk.nightly", "Nightly risk run", "job", "risk.nightly", (*MARKET, "feed.trades"), 31.0),
    StepSpec(
        "compliance.check", "Rules over the book", "job", "compliance.check",
        ("feed.prices", "feed.fx", "feed.trades"), 9.0,
    ),
    StepSpec(
        "forecast.nightly", "Forecasts of the night", "job", "forecast.nightly",
        ("feed.auctions", "feed.weather", "feed.power", "feed.outlook"), 14.0,
    ),
    StepSpec(
        "compliance.surveillance", "Surveillance of orders", "job", "compliance.surveillance",
        ("feed.trades",), 6.0,
    ),
    StepSpec(
        PACK, "Morning pack", "milestone", "",
        ("risk.nightly", "compliance.check", "forecast.nightly", "compliance.surveillance"),
    ),
    StepSpec(
        "compliance.calendar", "Compliance calendar", "job", "compliance.calendar", ("compliance.check",), 2.0
    ),
    StepSpec("compliance.checkpoint", "Checkpoint of the audit log", "job", "compliance.checkpoint", (), 3.0),
    StepSpec("platform.backup", "Backup", "job", "platform.backup", (), 17.0),
    StepSpec("compliance.screen", "Screening of counterparties", "job", "compliance.screen", (), 8.0),
)  # fmt: skip
"""In the order in which they are drawn; what follows the pack is not waited for by it."""
BY_CODE = {one.code: one for one in STEPS}
