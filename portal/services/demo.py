"""The demo desk: load a believable, simulated market into an empty database, load it anew, tell whether it is there."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Any

from data import timeseries
from data.demo import VERSION
from data.demo.desk import TRADER_PORTFOLIOS
from data.engine import engine
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import SYSTEM
from portal.services import access
from portal.services.compliance import demo as demo_compliance
from portal.services.forecast import demo as demo_forecast
from portal.services.market import curve_build
from portal.services.packs import demo as demo_packs
from portal.services.portfolio import closing, ledger
from portal.services.risk import demo as demo_risk
from portal.services.signoff import demo as demo_sign_off

if TYPE_CHECKING:
    from data.demo.world import World

SETTLED_AFTER = timedelta(hours=19)  # UTC; by then all settles of a trading day are in


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What the demo desk holds: ``rows`` by table, ``seconds`` it took, ``fresh`` when this call loaded it."""

    seed: int
    version: str
    first_day: date
    last_day: date
    rows: dict[str, int]
    seconds: float
    fresh: bool

    def to_json(self) -> dict[str, Any]:
        """Return the summary for programs; dates are ISO text."""
        return asdict(self) | {"first_day": self.first_day.isoformat(), "last_day": self.last_day.isoformat()}


def is_loaded() -> bool:
    """Tell whether the demo desk is in the connected database."""
    return access.demo_is_loaded()


def load(
    on_progress: Callable[[float, str], None] | None = None, *, today: date | None = None
) -> DemoSummary:
    """Load the demo desk and its accounts; when it is there already nothing changes and ``fresh`` is False.

    ``today`` is the day at or before which the data end; they never end later than the last trading day that has
    settled, which is the default. ``on_progress`` hears the share done, 0 to 1, and a sentence.

    Raises
    ------
    Conflict
        The database has instruments of its own under codes that the demo uses.
    """
    return _load(on_progress or _silent, today, anew=False)


def reset(
    on_progress: Callable[[float, str], None] | None = None, *, today: date | None = None
) -> DemoSummary:
    """Remove the demo desk with its accounts and load it anew, in one transaction; rows of your own stay.

    Raises
    ------
    Conflict
        As for :func:`load`.
    """
    access.remove_demo_users()
    return _load(on_progress or _silent, today, anew=True)


def _load(progress: Callable[[float, str], None], today: date | None, *, anew: bool) -> DemoSummary:
    from data.demo.world import SEED, build
    from data.writes import demo as writes  # with the generator and its libraries, which nobody else needs

    start = perf_counter()
    with UnitOfWork(write=True) as work:
        writes.lock(work.session)  # two starts at once: the second waits, then finds it loaded
        known = writes.summary(work.session)
        if known is not None and not anew:
            summary = _summary(known, 0.0, fresh=False)
        else:
            if anew:
                progress(0.02, "Removing the demo desk")
                writes.remove(work.session)
            progress(0.05, "Simulating ten years of markets")
            now = clock.now()
            settled = (now - SETTLED_AFTER).date()
            world = build(min(today or settled, settled))
            rows = writes.store(work.session, world, now=now, progress=progress)
            rows |= _trade(work, world, now=now, progress=progress)
            known = {
                "seed": SEED,
                "version": VERSION,
                "first_day": str(world.days[0]),
                "last_day": str(world.days[-1]),
                "rows": rows,
            }
            writes.remember(work.session, known, now=now)
            summary = _summary(known, perf_counter() - start, fresh=True)
    if summary.fresh:
        timeseries.refresh(engine(), summary.first_day, summary.last_day)
        progress(0.96, "Fitting curves to quoted products")
        curve_build.store_history(SYSTEM)
        _close(summary.last_day, progress)
        demo_risk.measure(summary.last_day, lambda share, sentence: progress(0.968 + 0.001 * share, sentence))
        demo_forecast.measure(
            summary.last_day, lambda share, sentence: progress(0.969 + 0.0005 * share, sentence)
        )
        demo_compliance.load(
            summary.last_day, lambda share, sentence: progress(0.9695 + 0.0005 * share, sentence)
        )
        demo_sign_off.seed(summary.last_day)
        summary = replace(summary, seconds=round(perf_counter() - start, 2))
    progress(0.97, "Making the demo accounts")
    if access.ensure_demo_users():
        access.set_portfolios("trader", TRADER_PORTFOLIOS, SYSTEM)
        demo_packs.load()
    progress(1.0, "The demo desk is ready")
    return summary


def _trade(
    work: UnitOfWork, world: "World", *, now: datetime, progress: Callable[[float, str], None]
) -> dict[str, int]:
    """Store two years of dealing through the door that all trades take, and return the rows by table."""
    from data.demo.trading import trading
    from data.writes import demo_trades

    progress(0.94, "Dealing for two years")
    first, last = (world.marks.days[at].astype(object) for at in (0, -1))
    opened = datetime(first.year, first.month, first.day, 6, tzinfo=UTC)
    ids = demo_trades.store_parties(work.session, first_seen=opened, now=now)
    dealt = trading(world, ids, lambda count: demo_trades.trade_numbers(work.session, count))
    progress(0.95, "Storing trades and positions")
    ledger.record(work, dealt.versions)
    rows = {
        "trades": len(dealt.versions),
        "counterparties": len(ids.parties),
        "portfolio_positions": demo_trades.count_entries(work.session),
    }
    rows |= demo_trades.store_proposals(work.session, dealt.proposals)
    rows["position_limits"] = demo_trades.store_limits(work.session, first_day=first, last_day=last)
    demo_trades.analyse(work.session)
    return rows


def _close(last: date, progress: Callable[[float, str], None]) -> None:
    """Keep what the books were worth on every trading day of the two years, as known now."""
    from data.demo.calendar import business_days
    from data.demo.deal_catalogue import YEARS
    from data.demo.world import years_before

    days: list[date] = business_days(years_before(last, YEARS), last).astype(object).tolist()
    now = clock.now()
    with UnitOfWork(write=True) as work:
        closing.close_in(
            work,
            days,
            known_at=now,
            recorded_at=now,
            tell=lambda share, sentence: progress(0.962 + 0.006 * share, sentence),
        )


def _summary(known: dict[str, Any], seconds: float, *, fresh: bool) -> DemoSummary:
    return DemoSummary(
        seed=known["seed"],
        version=known["version"],
        first_day=date.fromisoformat(known["first_day"]),
        last_day=date.fromisoformat(known["last_day"]),
        rows=dict(known["rows"]),
        seconds=round(seconds, 2),
        fresh=fresh,
    )


def _silent(_share: float, _sentence: str) -> None:
    """Take progress when nobody listens."""
