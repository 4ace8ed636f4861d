"""Versions of trades into their table, and what they change into the position ledger: appended, never updated.

This is the only writer of both tables. It holds the rule of decision 6: of one trade neither ``effective_on`` nor
``recorded_at`` goes back from one version to the next.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from data.models.portfolio import TRADE_IDS
from portal.core.arrays import DateArray1D, FloatArray1D, IntArray1D
from portal.core.errors import Conflict
from portal.domain.portfolio.terms import TERM_FIELDS, TradeVersion
from portal.domain.portfolio.trade import OPTIONAL, Event, Kind

_COLUMNS = (
    "trade_id", "version", "recorded_at", "effective_on", "event", *TERM_FIELDS,
    "recorded_by", "approved_by", "reason", "batch_id",
)  # fmt: skip
_EPOCH_DAY = np.datetime64("2000-01-01", "D")
_EPOCH = np.datetime64("2000-01-01T00:00:00", "us")
_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + b"\x00" * 8
_LEDGER = (
    ("trade_id", ">i8"), ("version", ">i2"), ("effective_on", ">i4"), ("recorded_at", ">i8"), ("portfolio_id", ">i8"),
    ("counterparty_id", ">i8"), ("curve_id", ">i8"), ("side", ">i2"), ("month", ">i4"), ("volume", ">f8"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entries:
    """What versions add to the ledger, in arrays of shape (k,).

    ``at`` is the position of the version among those stored together; ``month`` is datetime64[M]; ``volume`` is
    signed, in the volume unit of the curve, and ``volume_mwh`` the same as energy (NaN where it is none).
    """

    at: IntArray1D
    curve_id: IntArray1D
    month: DateArray1D
    volume: FloatArray1D
    volume_mwh: FloatArray1D


@dataclass(frozen=True, slots=True)
class _Last:
    """The newest stored version of a trade, as far as the rule needs it."""

    version: int
    effective_on: Any
    recorded_at: datetime
    event: str


def lock(session: Session) -> datetime:
    """Wait until nobody else appends trades, to the end of the transaction; return the moment that it then is."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('enerscope trades'))"))
    moment: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return moment


def prepare(session: Session, versions: Sequence[TradeVersion]) -> list[TradeVersion]:
    """Number new trades, date what has no ``recorded_at``, and hold every version against the one before it.

    Raises
    ------
    Conflict
        A version is not the next one of its trade, goes back on a clock, follows a cancellation, or a new trade has
        an ``external_id`` that another one has.
    """
    moment = lock(session)
    fresh = sum(version.trade_id is None for version in versions)
    numbers = iter(_next_numbers(session, fresh))
    whole = [
        replace(
            version,
            trade_id=next(numbers) if version.trade_id is None else version.trade_id,
            recorded_at=version.recorded_at or moment,
        )
        for version in versions
    ]
    known = _last_versions(session, sorted({cast("int", v.trade_id) for v in whole if v.version > 1}))
    _check_external_ids(session, [v for v in whole if v.version == 1])
    for version in whole:
        number = cast("int", version.trade_id)
        _check_next(version, known.get(number))
        known[number] = _Last(
            version.version, version.effective_on, cast("datetime", version.recorded_at), version.event
        )
    return whole


def append_versions(session: Session, versions: Sequence[TradeVersion], entries: Entries) -> None:
    """Store versions that :func:`prepare` has returned, with what they change in the position ledger.

    ``entries`` are what each version holds by itself; what the version before it held is taken back here.
    """
    if not versions:
        return
    _copy_versions(session, versions)
    _copy_entries(session, versions, entries)
    if any(version.version > 1 for version in versions):
        _take_back(session, versions)


def _next_numbers(session: Session, count: int) -> list[int]:
    if not count:
        return []
    statement = text(f"SELECT nextval('{TRADE_IDS.name}') FROM generate_series(1, :count)")
    return [int(number) for number in session.scalars(statement, {"count": count})]


def _last_versions(session: Session, numbers: list[int]) -> dict[int, _Last]:
    if not numbers:
        return {}
    rows = session.execute(
        text(
            "SELECT DISTINCT ON (trade_id) trade_id, version, effective_on, recorded_at, event FROM trades "
            "WHERE trade_id = ANY(:numbers) ORDER BY trade_id, version DESC"
        ),
        {"numbers": numbers},
    )
    return {int(row[0]): _Last(*row[1:]) for row in rows}


def _check_external_ids(session: Session, fresh: Sequence[TradeVersion]) -> None:
    names = [version.terms.external_id for version in fresh]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Conflict(
            f"The external id {twice} stands twice among the new trades. Give each its own.", name=twice
        )
    found = session.scalar(
        text("SELECT external_id FROM trades WHERE external_id = ANY(:names) LIMIT 1"), {"names": names}
    )
    if found is not None:
        raise Conflict(
            f"A trade with the external id {found} exists already. Amend it instead of entering it again.",
            external_id=found,
        )


def _check_next(version: TradeVersion, last: _Last | None) -> None:
    name = f"Trade {version.terms.external_id}"
    if last is None:
        if version.version != 1 or version.event != Event.NEW:
            raise Conflict(f"{name} has no version before {version.version}; its first version must be new.")
        return
    if version.version != last.version + 1 or version.event == Event.NEW:
        raise Conflict(
            f"{name} is at version {last.version} by now. Open it again and repeat the change.",
            trade_id=version.trade_id,
        )
    if last.event == Event.CANCELLED:
        raise Conflict(
            f"{name} was cancelled; nothing follows. Enter a new trade.", trade_id=version.trade_id
        )
    if version.effective_on < last.effective_on:
        raise Conflict(
            f"{name} was changed with effect from {last.effective_on}; a later change cannot take effect on "
            f"{version.effective_on}. Choose {last.effective_on} or a later day.",
            trade_id=version.trade_id,
        )
    if cast("datetime", version.recorded_at) <= last.recorded_at:
        raise Conflict(
            f"{name} would be recorded before its last version; check the clock.", trade_id=version.trade_id
        )


def _copy_versions(session: Session, versions: Sequence[TradeVersion]) -> None:
    cursor = cast("Any", session.connection().connection.driver_connection).cursor()
    columns = ", ".join(f'"{name}"' for name in _COLUMNS)
    with cursor, cursor.copy(f"COPY trades ({columns}) FROM STDIN") as copy:
        for version in versions:
            terms = {name: getattr(version.terms, name) for name in TERM_FIELDS}
            terms["details"] = json.dumps(dict(terms["details"]), sort_keys=True)
            copy.write_row(
                (
                    version.trade_id, version.version, version.recorded_at, version.effective_on, str(version.event),
                    *terms.values(), version.recorded_by, version.approved_by, version.reason, version.batch_id,
                )
            )  # fmt: skip


def _copy_entries(session: Session, versions: Sequence[TradeVersion], entries: Entries) -> None:
    """Copy the entries kind by kind: what is text or may be null is the same for all rows of a block."""
    kinds = np.array([version.terms.kind for version in versions])[entries.at]
    columns = _ledger_columns(versions, entries)
    names = ", ".join([*(name for name, _ in _LEDGER), "kind", "is_optional", "volume_mwh"])
    cursor = cast("Any", session.connection().connection.driver_connection).cursor()
    with cursor, cursor.copy(f"COPY portfolio_positions ({names}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(_SIGNATURE)
        for kind in Kind:
            for energy in (True, False):
                rows = np.flatnonzero((kinds == kind.key) & (np.isfinite(entries.volume_mwh) == energy))
                if len(rows):
                    copy.write(_block(columns, rows, kind, entries.volume_mwh if energy else None))
        copy.write(b"\xff\xff")


def _ledger_columns(versions: Sequence[TradeVersion], entries: Entries) -> Mapping[str, NDArray[Any]]:
    at = entries.at
    moments = [cast("datetime", v.recorded_at).astimezone(UTC).replace(tzinfo=None) for v in versions]
    effective = np.array([v.effective_on for v in versions], "M8[D]")
    return {
        "trade_id": np.array([v.trade_id for v in versions], np.int64)[at],
        "version": np.array([v.version for v in versions], np.int64)[at],
        "effective_on": (effective - _EPOCH_DAY).astype(np.int64)[at],
        "recorded_at": (np.array(moments, "M8[us]") - _EPOCH).astype(np.int64)[at],
        "portfolio_id": np.array([v.terms.portfolio_id for v in versions], np.int64)[at],
        "counterparty_id": np.array([v.terms.counterparty_id for v in versions], np.int64)[at],
        "curve_id": entries.curve_id,
        "side": np.where(entries.volume < 0, -1, 1),
        "month": (entries.month.astype("M8[D]") - _EPOCH_DAY).astype(np.int64),
        "volume": entries.volume,
    }


def _block(
    columns: Mapping[str, NDArray[Any]], rows: NDArray[np.int64], kind: Kind, energy: FloatArray1D | None
) -> bytes:
    """Return the binary COPY rows of one kind, with or without an energy."""
    layout: list[tuple[str, str]] = [("count", ">i2")]
    for name, form in _LEDGER:
        layout += [(f"{name}_width", ">i4"), (name, form)]
    layout += [
        ("kind_width", ">i4"),
        ("kind", f"S{len(kind.key)}"),
        ("optional_width", ">i4"),
        ("optional", "?"),
    ]
    layout += [("energy_width", ">i4")] + ([("energy", ">f8")] if energy is not None else [])
    block = np.empty(len(rows), layout)
    block["count"] = len(_LEDGER) + 3
    for name, form in _LEDGER:
        block[f"{name}_width"] = np.dtype(form).itemsize
        block[name] = columns[name][rows]
    block["kind_width"], block["kind"] = len(kind.key), kind.key.encode()
    block["optional_width"], block["optional"] = 1, kind in OPTIONAL
    block["energy_width"] = -1
    if energy is not None:
        block["energy_width"], block["energy"] = 8, energy[rows]
    return block.tobytes()


def _take_back(session: Session, versions: Sequence[TradeVersion]) -> None:
    """Append the opposite of what the version before each held itself: entries whose sign is that of their side."""
    later = [version for version in versions if version.version > 1]
    session.execute(
        text(
            "INSERT INTO portfolio_positions (trade_id, version, effective_on, recorded_at, portfolio_id, "
            "counterparty_id, curve_id, kind, is_optional, side, month, volume, volume_mwh) "
            "SELECT p.trade_id, v.version, v.effective_on, v.recorded_at, p.portfolio_id, p.counterparty_id, "
            "p.curve_id, p.kind, p.is_optional, p.side, p.month, -p.volume, -p.volume_mwh "
            "FROM portfolio_positions p JOIN unnest(CAST(:numbers AS bigint[]), CAST(:versions AS smallint[]), "
            "CAST(:effective AS date[]), CAST(:recorded AS timestamptz[])) "
            "AS v (trade_id, version, effective_on, recorded_at) "
            "ON p.trade_id = v.trade_id AND p.version = v.version - 1 AND sign(p.volume) = p.side"
        ),
        {
            "numbers": [version.trade_id for version in later],
            "versions": [version.version for version in later],
            "effective": [version.effective_on for version in later],
            "recorded": [version.recorded_at for version in later],
        },
    )
