"""Runs of risk with their arrays and figures, days of the backtest, comments: appended, never updated."""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert
from sqlalchemy.orm import Session

from data.models.risk import BacktestComment, RiskDay, RiskMetric, RiskRun, ScenarioPnl

PIECE_BYTES = 4 * 1024 * 1024  # before compression; a row of this size is read and written quickly
_AT_ONCE = 2000
_LEVEL = 1  # of compression: scenario P&L hardly shrinks further, and five times more slowly


def insert_run(session: Session, **terms: Any) -> int:
    """Store a run and return its id; what is not given takes its default."""
    found = session.execute(insert(RiskRun).values(**terms).returning(RiskRun.id)).scalar_one()
    return int(found)


def insert_arrays(session: Session, run_id: int, arrays: Mapping[str, NDArray[Any]]) -> int:
    """Store the arrays of a run in pieces and return the compressed bytes."""
    size = 0
    for name, array in arrays.items():
        whole = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        raw = whole.tobytes()
        for piece, begin in enumerate(range(0, max(len(raw), 1), PIECE_BYTES)):
            data = zlib.compress(raw[begin : begin + PIECE_BYTES], _LEVEL)
            size += len(data)
            session.execute(
                insert(ScenarioPnl).values(
                    run_id=run_id,
                    name=name,
                    piece=piece,
                    dtype=whole.dtype.str,
                    shape=list(whole.shape),
                    data=data,
                )
            )
    return size


def insert_metrics(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Store rows of ``risk_metrics`` and return their number."""
    return _append(session, RiskMetric, rows)


def insert_days(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Store rows of ``risk_days`` and return their number."""
    return _append(session, RiskDay, rows)


def insert_comment(session: Session, **terms: Any) -> int:
    """Store what somebody said about an exception and return its id."""
    found = session.execute(
        insert(BacktestComment).values(**terms).returning(BacktestComment.id)
    ).scalar_one()
    return int(found)


def _append(session: Session, table: Any, rows: Sequence[Mapping[str, Any]]) -> int:
    for begin in range(0, len(rows), _AT_ONCE):
        session.execute(insert(table), [dict(row) for row in rows[begin : begin + _AT_ONCE]])
    return len(rows)
