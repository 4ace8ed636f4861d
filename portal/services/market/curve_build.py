"""Curves built from quoted products: the smooth curve of a day, its residuals and gaps, and the fits stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby

import numpy as np

from data.queries import curves as node_queries
from data.queries import product_quotes as queries
from data.queries.curves import CurveRow
from data.queries.product_quotes import FitDay, FitRow, QuoteRow
from data.session import UnitOfWork
from data.writes import curve_fits as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict, NotFound
from portal.core.permissions import Permission
from portal.domain.portfolio.curvebuild.blocks import day_sizes
from portal.domain.portfolio.curvebuild.build import BuiltCurve, ProductQuote, build_curve, shape_of

__all__ = [
    "SHAPES",
    "BuildView",
    "CurveRow",
    "FitDay",
    "FitRow",
    "build_choices",
    "build_view",
    "built",
    "store_fit",
    "store_history",
]

SHAPES = {"smooth": "Smoothest", "settled": "As the settled curve"}

HISTORY = timedelta(days=92)
SAME = 1e-8  # of a price: below it a fit says nothing new


@dataclass(frozen=True, eq=False)  # curves hold arrays
class BuildView:
    """The curve built from the quotes of one day.

    ``stored`` are the rows of the fit stored last for that day (none when there is no fit), ``history`` the stored fits
    of the last three months, oldest first. ``settled_on`` is the day of the settled curve that gave the shape between
    quotes, None without one.
    """

    row: CurveRow
    day: date
    curve: BuiltCurve
    quotes: tuple[QuoteRow, ...]
    stored: tuple[FitRow, ...]
    history: tuple[FitDay, ...]
    age: int
    late: bool
    settled_on: date | None = None

    @property
    def known_at(self) -> datetime:
        """When the newest of the quotes was recorded."""
        return max(quote.recorded_at for quote in self.quotes)

    @property
    def stored_at(self) -> datetime | None:
        """When the fit stored last was recorded."""
        return max((row.recorded_at for row in self.stored), default=None)

    @property
    def is_stored(self) -> bool:
        """Whether the stored fit is that of the quotes shown."""
        return _same(self.stored, fit_of(self.curve, self.day, self.known_at, self.known_at))

    @property
    def largest_residual(self) -> float:
        """Largest size of a residual."""
        return float(np.abs(self.curve.residual).max())

    @property
    def largest_gap(self) -> float:
        """Largest size of a gap; 0 without any."""
        return largest_gap(self.curve)


def build_choices(actor: Actor) -> list[CurveRow]:
    """Return the curves of which products are quoted, for the picker."""
    actor.require(Permission.MARKET_READ)
    with UnitOfWork() as work:
        return queries.quoted_curves(work.session)


def build_view(code: str, clocks: Clocks, actor: Actor, *, shape: str = "smooth") -> BuildView | None:
    """Return the curve built from the newest quotes under ``clocks``; None when there are no quotes.

    ``shape`` is how the curve runs where quotes leave it open: the smoothest way, or as the settled curve does. The
    residuals are the same.

    Raises
    ------
    NotFound
        There is no curve ``code`` with quoted products.
    DomainError
        The quotes make no curve.
    """
    actor.require(Permission.MARKET_READ)
    with UnitOfWork() as work:
        row = find_curve(queries.quoted_curves(work.session), code)
        day = queries.newest_quote_day(work.session, clocks=clocks, curve_id=row.id)
        if day is None:
            return None
        quotes = queries.product_quotes(work.session, clocks=clocks, curve_id=row.id, days=[day])
        stored = queries.fit_rows(work.session, clocks=clocks, curve_id=row.id, days=[day])
        history = queries.fit_history(work.session, clocks=clocks, curve_id=row.id, first=day - HISTORY)
        settled_on, settled = _settled(work, clocks, row.id) if shape == "settled" else (None, [])
    age = int(np.busday_count(day, clocks.as_of))
    return BuildView(
        row,
        day,
        built(row.commodity, row.timezone, [(quote.product, quote.value) for quote in quotes], settled),
        tuple(quotes),
        tuple(stored),
        tuple(history),
        age,
        late=age * 24 > row.sla_hours,
        settled_on=settled_on,
    )


def store_fit(code: str, clocks: Clocks, actor: Actor) -> int:
    """Store the fit to the newest quotes and return how many products it has; 0 when it is stored already.

    Raises
    ------
    Conflict
        ``known_at`` is pinned: what is stored now would not be seen there.
    NotFound
        There is no curve ``code``, or it has no quotes for these clocks.
    DomainError
        The quotes make no curve.
    """
    actor.require(Permission.DATA_IMPORT)
    if not clocks.live:
        raise Conflict(
            "The page shows what was known at an earlier moment. Clear 'known at' in the header, then store the fit."
        )
    with UnitOfWork(write=True) as work:
        row = find_curve(queries.quoted_curves(work.session), code)
        writes.lock(work.session, row.id)
        now = Clocks(clocks.as_of, clock.now())
        day = queries.newest_quote_day(work.session, clocks=now, curve_id=row.id)
        if day is None:
            raise NotFound(
                f"No products of {code} are quoted up to {clocks.as_of}; import quotes first.", curve=code
            )
        quotes = queries.product_quotes(work.session, clocks=now, curve_id=row.id, days=[day])
        stored = queries.fit_rows(work.session, clocks=now, curve_id=row.id, days=[day])
        fresh = _fit(row, day, quotes, now.known_at)
        return 0 if _same(stored, fresh) else writes.store_fits(work.session, row.id, fresh)


def store_history(actor: Actor) -> int:
    """Store the fit of every quoted day that has none, dated a minute after its quotes; return how many rows.

    For loaders that bring a history of quotes: the fits then stand where a desk that stores one each evening has them.
    """
    actor.require(Permission.DATA_IMPORT)
    stored = 0
    with UnitOfWork(write=True) as work:
        now = Clocks(clock.now().date(), clock.now())
        for row in queries.quoted_curves(work.session):
            writes.lock(work.session, row.id)
            have = {fit.trade_date for fit in queries.fit_rows(work.session, clocks=now, curve_id=row.id)}
            quotes = queries.product_quotes(work.session, clocks=now, curve_id=row.id)
            for day, group in groupby(quotes, key=lambda quote: quote.trade_date):
                if day not in have:
                    stored += writes.store_fits(work.session, row.id, _fit(row, day, list(group), None))
    return stored


def built(
    commodity: str,
    timezone: str,
    quotes: Sequence[tuple[str, float]],
    settled: Sequence[tuple[str, float]] = (),
) -> BuiltCurve:
    """Return the curve of quotes (product, price); the page, its passports and what is stored all come from here.

    ``settled`` are months (such as 2027-01) with settled prices; with them the curve takes their shape.
    """
    weigh = partial(day_sizes, commodity=commodity, timezone=timezone)
    products = [ProductQuote(product, price) for product, price in quotes]
    if not settled:
        return build_curve(products, weigh)
    whole = build_curve([ProductQuote(month, price) for month, price in settled], weigh)
    return build_curve(products, weigh, prior=shape_of(whole))


def newest_settled(work: UnitOfWork, clocks: Clocks, curve_id: int) -> date | None:
    """Return the newest day on which a curve settled; None when there is none."""
    days = node_queries.trade_days(work.session, clocks=clocks, curve_id=curve_id)
    newest: date | None = days[-1].item() if days.size else None
    return newest


def _settled(work: UnitOfWork, clocks: Clocks, curve_id: int) -> tuple[date | None, list[tuple[str, float]]]:
    """Return the months of the newest settled curve."""
    day = newest_settled(work, clocks, curve_id)
    if day is None:
        return None, []
    found = node_queries.curve_days(work.session, clocks=clocks, curve_id=curve_id, days=[day])[day]
    known = np.isfinite(found.prices)
    months = np.datetime_as_string(found.months[known]).tolist()
    return day, list(zip(months, found.prices[known].tolist(), strict=True))


def largest_gap(curve: BuiltCurve) -> float:
    """Return the largest size of a gap between a whole and its parts; 0 when there is none."""
    return float(np.nanmax(np.abs(curve.gap), initial=0.0)) if curve.gaps else 0.0


def find_curve(found: Sequence[CurveRow], code: str) -> CurveRow:
    """Return the curve ``code``, or raise :class:`NotFound`."""
    row = next((row for row in found if row.code == code), None)
    if row is None:
        raise NotFound(
            f"No products of a curve '{code}' are quoted. Choose one from the list on Market > Curve build.",
            curve=code,
        )
    return row


def fit_of(curve: BuiltCurve, day: date, recorded_at: datetime, quotes_known_at: datetime) -> list[FitRow]:
    """Return the rows that are stored of a built curve, one for each quoted product."""
    gaps = np.nan_to_num(curve.gap, nan=0.0).tolist()
    columns = (curve.products, curve.quoted.tolist(), curve.fitted.tolist(), curve.residual.tolist(), gaps)
    return [
        FitRow(day, product, recorded_at, quoted, fitted, residual, gap, quotes_known_at)
        for product, quoted, fitted, residual, gap in zip(*columns, strict=True)
    ]


def _fit(row: CurveRow, day: date, quotes: Sequence[QuoteRow], at: datetime | None) -> list[FitRow]:
    known = max(quote.recorded_at for quote in quotes)
    curve = built(row.commodity, row.timezone, [(quote.product, quote.value) for quote in quotes])
    return fit_of(curve, day, at or known + timedelta(minutes=1), known)


def _same(stored: Sequence[FitRow], fresh: Sequence[FitRow]) -> bool:
    """Tell whether a stored fit says the same as a fresh one."""
    before = {row.product: (row.quoted, row.fitted, row.gap) for row in stored}
    after = {row.product: (row.quoted, row.fitted, row.gap) for row in fresh}
    return before.keys() == after.keys() and all(
        abs(a - b) <= SAME for key in after for a, b in zip(before[key], after[key], strict=True)
    )
