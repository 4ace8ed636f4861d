"""What the demo desk knows of its risk: two runs and some days of the backtest at once, the rest by a worker."""

from collections.abc import Callable
from datetime import date, timedelta

from data.demo.calendar import business_days
from portal.core import clock
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.domain.risk.scenarios.ask import Method, ScenarioAsk
from portal.services import jobs
from portal.services.risk import history, limit_demo, making

AT_ONCE = (Method.HISTORICAL, Method.PARAMETRIC)
LATER = ("filtered_ewma", "monte_carlo_t", "age_weighted", "filtered_garch", "monte_carlo_normal")
DAYS_AT_ONCE = 20
DAYS = 260  # a year, as a traffic light judges it
Progress = Callable[[float, str], None]


def measure(last: date, progress: Progress) -> None:
    """Make runs as of ``last`` and the newest days of the backtest, and ask the workers for the others.

    ``progress`` hears shares from 0 to 1.
    """
    clocks = Clocks(last, clock.now(), live=False)
    for at, method in enumerate(AT_ONCE):
        making.make_run(clocks, ScenarioAsk(method=method), report=_part(progress, 0.3 * at, 0.3))
    days: list[date] = business_days(last - timedelta(days=DAYS * 7 // 5 + 10), last).astype(object).tolist()
    newest = days[-DAYS_AT_ONCE - 1 :]
    history.fill_days(newest, report=_part(progress, 0.6, 0.4))
    limit_demo.seed_limits(last)
    for code in LATER:
        jobs.submit("risk.run", {"method": code, "as_of": last}, SYSTEM)
    jobs.submit("risk.history", {"first": days[-DAYS], "last": newest[0]}, SYSTEM)


def _part(progress: Progress, begin: float, width: float) -> Progress:
    """Return what tells the shares of a part as shares of the whole."""
    return lambda share, words: progress(begin + width * share, words)
