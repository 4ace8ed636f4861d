"""The forecasts of a trial as rows, and back: a passport shows the rows and computes its figure from them again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from portal.core.table import Cell, Column, Table
from portal.domain.forecast.base import LEVELS
from portal.domain.forecast.common import StampArray2D
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.pairs import Pair

Records = Sequence[Mapping[str, Any]]
_LEVEL_KEYS = tuple(f"q{1000 * level:03.0f}" for level in LEVELS)

CELL_COLUMNS = (
    Column("origin", "Values of history", "integer"),
    Column("step", "Step", "integer"),
    Column("interval", "Interval (local)"),
    Column("hours", "Hours", "number", decimals=0),
    Column("unit", "Unit"),
    Column("actual", "Happened", "number", decimals=3),
    Column("mean", "Mean", "number", decimals=3),
    Column("naive", "Naive", "number", decimals=3),
    Column("scale", "Seasonal difference", "number", decimals=3),
    *(
        Column(key, f"{100 * level:g} %", "number", decimals=3)
        for key, level in zip(_LEVEL_KEYS, LEVELS, strict=True)
    ),
)
LOSS_COLUMNS = (
    Column("model", "Model"),
    Column("origin", "Values of history", "integer"),
    Column("loss", "Mean loss", "number", decimals=4),
    Column("other", "Mean loss of the other", "number", decimals=4),
    Column("overlap", "Origins that overlap", "integer"),
)


def cell_table(made: Evaluation, stamp: StampArray2D, unit: str, *, simulated: bool) -> Table:
    """Return every served step of every origin in the unit of the target; what is not known is empty."""
    origins, horizon = made.actual.shape
    row, step = (part.ravel() for part in np.mgrid[0:origins, made.lead : horizon])
    columns: list[list[Cell]] = [
        made.origins[row].tolist(),
        (step - made.lead + 1).tolist(),
        [str(moment).replace("T", " ")[:16] for moment in stamp[row, step].astype("M8[m]")],
        [24.0 / made.per_day] * len(row),
        [unit] * len(row),
        *(_cells(values[row, step]) for values in (made.actual, made.mean, made.baseline)),
        _cells(made.scale[row]),
        *(_cells(made.quantiles[row, step, at]) for at in range(len(LEVELS))),
    ]
    return Table(CELL_COLUMNS, list(zip(*columns, strict=True)), simulated=simulated)


def _cells(values: Any) -> list[Cell]:
    return [value if np.isfinite(value) else None for value in values.astype(np.float64).tolist()]


def evaluation_of(records: Records) -> tuple[Evaluation, StampArray2D]:
    """Return the evaluation of rows; the steps that were past at the origin are gone, so its lead is 0."""
    origins = np.array(sorted({int(row["origin"]) for row in records}), dtype=np.int64)
    horizon = max((int(row["step"]) for row in records), default=0)
    shape = (len(origins), horizon)
    at = (
        np.searchsorted(origins, [int(row["origin"]) for row in records]),
        np.array([int(row["step"]) - 1 for row in records], dtype=np.int64),
    )

    def grid(name: str) -> Any:
        found = np.full(shape, np.nan)
        found[at] = [np.nan if row[name] is None else float(row[name]) for row in records]
        return found

    stamp = np.full(shape, "NaT", dtype="M8[s]")
    stamp[at] = np.array([str(row["interval"]).replace(" ", "T") for row in records], dtype="M8[s]")
    made = Evaluation(
        origins=origins,
        actual=grid("actual"),
        mean=grid("mean"),
        quantiles=np.stack([grid(key) for key in _LEVEL_KEYS], axis=-1),
        baseline=grid("naive"),
        scale=grid("scale")[:, 0] if horizon else np.empty(0),
        per_day=round(24.0 / float(records[0]["hours"])) if records else 1,
    )
    return made, stamp


def in_double(made: Evaluation) -> Evaluation:
    """Return an evaluation whose quantiles are in double precision, as the rows of a passport hold them."""
    return replace(made, quantiles=made.quantiles.astype(np.float64))


def loss_table(pairs: Mapping[str, Pair], *, simulated: bool) -> Table:
    """Return the mean losses of every pair by origin."""
    rows: list[tuple[Cell, ...]] = [
        (name, *cells, pair.overlap)
        for name, pair in pairs.items()
        for cells in zip(pair.origins.tolist(), pair.ours.tolist(), pair.theirs.tolist(), strict=True)
    ]
    return Table(LOSS_COLUMNS, rows, simulated=simulated)


def pairs_of(records: Records) -> dict[str, Pair]:
    """Return the pairs of rows by model."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in records:
        found.setdefault(str(row["model"]), []).append(row)
    return {
        name: Pair(
            np.array([float(row["loss"]) for row in rows]),
            np.array([float(row["other"]) for row in rows]),
            np.array([int(row["origin"]) for row in rows], dtype=np.int64),
            int(rows[0]["overlap"]),
        )
        for name, rows in found.items()
    }
