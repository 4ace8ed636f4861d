"""What Portfolio > P&L explain is asked, read from the address or from the inputs of the page."""

from collections.abc import Mapping
from typing import Any

from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.services.portfolio import explain as service
from portal.services.portfolio.explain import PERIODS, Explained
from portal.services.portfolio.explain_rows import ALL_BOOKS, KEYS, Asked
from portal.web.asked import day, whole

NUMBERS = 10**9


def read(filters: Mapping[str, Any], clocks: Clocks) -> Asked:
    """Return what the inputs ask for; what cannot be a period or a factor is the usual one.

    Raises
    ------
    DomainError
        The start is no day, or not chosen, or the trade no number.
    """
    asked = str(filters.get("period") or "")
    period = asked if asked in PERIODS else "dtd"
    start = service.start_day(period, clocks.as_of, day(filters, "since") if period == "since" else None)
    factor = str(filters.get("factor") or "")
    portfolio = str(filters.get("portfolio") or "")
    return Asked(
        period,
        start.isoformat(),
        "" if portfolio == ALL_BOOKS else portfolio,
        whole(filters, "trade", 0, low=0, high=NUMBERS),
        factor if factor in KEYS.values() or factor.startswith("price:") else "",
    )


def explained(asked: Asked, clocks: Clocks, actor: Actor) -> Explained:
    """Return the explanation that is asked for."""
    since = day({"since": asked.since}, "since") or clocks.as_of
    return service.explain(clocks, actor, since, asked.portfolio or None, trade=asked.trade or None)


def again(params: Mapping[str, Any], clocks: Clocks, actor: Actor) -> tuple[Explained, Asked]:
    """Return the explanation for the parameters of a grid, and what they ask for."""
    asked = read({**params, "period": params.get("period") or "since"}, clocks)
    return explained(asked, clocks, actor), asked
