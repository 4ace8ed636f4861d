"""A larger book: open deals of the demo desk dealt again many times, at other prices, volumes and sides.

``grow`` replaces the trades and the position ledger of a database that holds the demo desk. A tenth of the trades has
been amended once, so that there are versions to choose from and entries of the ledger that were taken back.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from math import isnan
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from sqlalchemy import text

from data.queries import portfolios
from data.queries.curve_terms import curve_terms, volume_unit
from data.queries.trades import load_book
from data.session import UnitOfWork
from portal.core import clock
from portal.core.clock import Clocks
from portal.domain.portfolio.book import DTYPES, Book
from portal.domain.portfolio.legs import Legs, expand, months_of
from portal.domain.portfolio.market import CurveTerms
from portal.domain.portfolio.trade import OPTIONAL, Event, Kind, Profile, VolModel

TRADES = 100_000
LINEAR_SHARES = {
    Kind.FUTURE: 0.32,
    Kind.FORWARD_PHYSICAL: 0.26,
    Kind.FORWARD_FINANCIAL: 0.24,
    Kind.SWAP: 0.18,
}
OPTION_SHARES = {
    (Kind.OPTION, VolModel.BLACK76): 0.40,
    (Kind.OPTION, VolModel.BACHELIER): 0.20,
    (Kind.ASIAN, VolModel.BLACK76): 0.20,
    (Kind.SPREAD_OPTION, VolModel.BLACK76): 0.10,
    (Kind.SPREAD_OPTION, VolModel.BACHELIER): 0.10,
}
OPTIONS, AMENDED = 0.2, 0.1
FLEXIBLE = {Kind.STORAGE: 5, Kind.SWING: 5}
_COLUMNS = (
    "trade_id", "version", "recorded_at", "effective_on", "event", "external_id", "kind", "portfolio_id",
    "counterparty_id", "curve_id", "curve2_id", "side", "quantity", "quantity_unit", "price", "strike", "premium",
    "is_call", "vol_model", "shift", "ratio1", "ratio2", "profile", "trade_date", "delivery_start", "delivery_end",
    "expiry", "pay_days", "details", "trader", "recorded_by",
)  # fmt: skip
_LEDGER = (
    "trade_id", "version", "effective_on", "recorded_at", "portfolio_id", "counterparty_id", "curve_id", "kind",
    "is_optional", "side", "month", "volume", "volume_mwh",
)  # fmt: skip


@dataclass(frozen=True)
class Dealt:
    """The book, and for each trade whether it was amended and the quantity it had before."""

    book: Book
    amended: NDArray[np.bool_]
    before: NDArray[np.float64]


def counts(trades: int) -> dict[tuple[Kind, VolModel | None], int]:
    """Return how many trades of each kind and option model there are among ``trades``."""
    options = round(OPTIONS * trades)
    found: dict[tuple[Kind, VolModel | None], int] = {(kind, None): n for kind, n in FLEXIBLE.items()}
    found |= {key: round(share * options) for key, share in OPTION_SHARES.items()}
    left = trades - sum(found.values())
    found |= {(kind, None): int(share * left) for kind, share in LINEAR_SHARES.items()}
    found[Kind.FUTURE, None] += trades - sum(found.values())
    return found


def deal(source: Book, *, trades: int, as_of: date, seed: int = 11) -> Dealt:
    """Return ``trades`` deals modelled on the open trades of ``source``, numbered from 1."""
    random = np.random.default_rng(seed)
    parts = [
        random.choice(_models(source, kind, model, as_of), number)
        for (kind, model), number in counts(trades).items()
    ]
    at = random.permutation(np.concatenate(parts))
    arrays: dict[str, Any] = {name: getattr(source, name)[at].copy() for name in DTYPES}
    count = len(at)
    arrays["trade_id"] = np.arange(1, count + 1)
    arrays["side"] = np.where(random.random(count) < 0.5, 1.0, -1.0)
    storage = arrays["kind"] == Kind.STORAGE
    arrays["quantity"] *= np.where(storage, 1.0, random.integers(1, 9, count) / 4.0)
    for name in ("price", "strike"):
        spread = arrays["kind"] == Kind.SPREAD_OPTION
        arrays[name] = np.round(arrays[name] * np.where(spread, 1.0, random.uniform(0.9, 1.1, count)), 4)
    amended = ~storage & (random.random(count) < AMENDED)
    arrays["version"] = np.where(amended, 2, 1)
    arrays["event"] = np.where(amended, list(Event).index(Event.AMENDED), list(Event).index(Event.NEW))
    details = {
        number: source.details[key]
        for number, key in enumerate(source.trade_id[at].tolist(), 1)
        if key in source.details
    }
    book = Book(**{name: arrays[name].astype(kind) for name, kind in DTYPES.items()}, details=details)
    return Dealt(book, amended, np.where(amended, book.quantity * 1.5, np.nan))


def _models(source: Book, kind: Kind, model: VolModel | None, as_of: date) -> NDArray[np.int64]:
    """Return the positions of the open trades of a kind."""
    today = np.datetime64(as_of, "D")
    is_open = (source.event != list(Event).index(Event.CANCELLED)) & (source.delivery_end > today)
    is_open &= np.isnat(source.expiry) | (source.expiry > today)
    found = np.flatnonzero(is_open & (source.kind == kind) & ((model is None) | (source.vol_model == model)))
    if not len(found):
        raise SystemExit(f"The demo desk has no open trade of kind {kind.key} to deal again; load it anew.")
    return found


def grow(url: str, trades: int) -> None:
    """Replace the trades of the connected demo desk at ``url`` by ``trades`` open ones."""
    with UnitOfWork() as work:
        as_of = work.session.scalar(text("SELECT max(trade_date) FROM curve_points"))
        ids = [node.id for node in portfolios.tree(work.session)]
        source = load_book(work.session, clocks=Clocks(as_of, clock.now()), portfolios=ids)
        curves = curve_terms(work.session)
    fill(url, deal(source, trades=trades, as_of=as_of), curves, as_of=as_of)


def fill(url: str, dealt: Dealt, curves: CurveTerms, *, as_of: date) -> None:
    """Replace all trades and the ledger of the database by ``dealt``; everything was known by ``as_of``."""
    known = datetime.combine(as_of, time(12, 0), UTC)
    legs = expand(dealt.book, curves, months_of(dealt.book))
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("TRUNCATE trades, portfolio_positions, trade_decisions, trade_proposals")
        with cursor.copy(f"COPY trades ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
            for row in rows(dealt, curves, known):
                copy.write_row(row)
        with cursor.copy(f"COPY portfolio_positions ({', '.join(_LEDGER)}) FROM STDIN") as copy:
            for entry in entries(dealt, legs, curves, known):
                copy.write_row(entry)
        cursor.execute("SELECT setval('trade_ids', %s)", (len(dealt.book),))


def rows(dealt: Dealt, curves: CurveTerms, known: datetime) -> Iterator[tuple[Any, ...]]:
    """Yield the versions of all trades as rows of their table."""
    book = dealt.book
    units = dict(zip(curves.id.tolist(), (volume_unit(unit) for unit in curves.unit), strict=True))
    names = [name for name in DTYPES if name not in ("version", "event")]
    columns = [_plain(getattr(book, name)) for name in names]
    changed = zip(dealt.amended.tolist(), dealt.before.tolist(), strict=True)
    for (amended, before), *values in zip(changed, *columns, strict=True):
        trade = dict(zip(names, values, strict=True))
        if amended:
            yield _row(
                {**trade, "quantity": before}, 1, Event.NEW, trade["trade_date"], known, units, book.details
            )
        version, event = (2, Event.AMENDED) if amended else (1, Event.NEW)
        day = known.date() if amended else trade["trade_date"]
        yield _row(trade, version, event, day, known, units, book.details)


def _row(
    trade: Mapping[str, Any],
    version: int,
    event: Event,
    effective_on: date,
    known: datetime,
    units: Mapping[int, str],
    details: Mapping[int, Any],
) -> tuple[Any, ...]:
    number, model = trade["trade_id"], trade["vol_model"]
    is_option = model >= 0 or trade["kind"] == Kind.SWING
    return (
        number, version, _recorded(effective_on, known), effective_on, str(event), f"BENCH-{number:06}",
        Kind(trade["kind"]).key, trade["portfolio"], trade["counterparty"], trade["curve"],
        None if trade["curve2"] < 0 else trade["curve2"], int(trade["side"]), trade["quantity"],
        "MW" if trade["is_capacity"] else units[trade["curve"]], trade["price"], trade["strike"], trade["premium"],
        trade["is_call"] if is_option else None, VolModel(model).key if model >= 0 else None,
        trade["shift"] if model == VolModel.SHIFTED else None, trade["ratio1"], trade["ratio2"],
        Profile(trade["profile"]).key, trade["trade_date"], trade["delivery_start"], trade["delivery_end"],
        trade["expiry"], trade["pay_days"], json.dumps(details.get(number, {})), "Bench", "system",
    )  # fmt: skip


def entries(dealt: Dealt, legs: Legs, curves: CurveTerms, known: datetime) -> Iterator[tuple[Any, ...]]:
    """Yield the entries of the ledger: what each version holds, and what the second one takes back."""
    book, held = dealt.book, np.flatnonzero(np.isfinite(legs.volume) & (legs.volume != 0.0))
    trade = legs.trade[held]
    month = months_of(book)[legs.month[held]].astype("datetime64[D]").tolist()
    fixed = zip(
        *(array[trade].tolist() for array in (book.trade_id, book.portfolio, book.counterparty, book.kind)),
        curves.id[legs.curve[held]].tolist(), month, legs.volume[held].tolist(),
        curves.mwh[legs.curve[held]].tolist(), book.trade_date[trade].tolist(), dealt.amended[trade].tolist(),
        (dealt.before / book.quantity)[trade].tolist(), strict=True,
    )  # fmt: skip
    today = known.date()
    for number, portfolio, party, kind, curve, first, volume, mwh, day, amended, ratio in fixed:
        side, key = (1 if volume > 0 else -1), Kind(kind).key
        common = (portfolio, party, curve, key, Kind(kind) in OPTIONAL, side, first)
        energy = None if isnan(mwh) else mwh
        steps = [(1, day, ratio), (2, today, -ratio), (2, today, 1.0)] if amended else [(1, day, 1.0)]
        for version, when, times in steps:
            size = volume * times
            yield (
                number, version, when, _recorded(when, known), *common, size,
                None if energy is None else size * energy,
            )  # fmt: skip


def _recorded(day: date, known: datetime) -> datetime:
    return known if day >= known.date() else datetime.combine(day, time(17, 0), UTC)


def _plain(values: NDArray[Any]) -> list[Any]:
    """Return Python values; NaN and NaT as None."""
    if values.dtype.kind == "f":
        return [None if isnan(value) else value for value in values.tolist()]
    return values.tolist()
