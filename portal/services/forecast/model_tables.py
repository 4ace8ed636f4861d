"""The rows of Forecast > Models: versions, trials, two trials side by side, errors by step, cells behind a score."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import numpy as np

from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.table import LAPTOP, PHONE, Cell, Column, GridQuery, Table, sort_rows
from portal.domain.forecast import model_metrics as metrics
from portal.domain.forecast.common import absolute_errors
from portal.domain.forecast.scoring import all_scores, score_of
from portal.services.forecast import targets as target_service
from portal.services.forecast.experiments import Stored, TrialView
from portal.services.forecast.registry import VersionView

PATH = "/forecast/models"
_SCORE, _SHARE = metrics.SCORE.id, metrics.COVERAGE.id
VERSION_COLUMNS = (
    Column("version", "Version", link="address"),
    Column("stage", "Stage", "badge"),
    Column("decision", "Decision", "badge"),
    Column("mae", "MAE", "number", metric=_SCORE, params=(("score", "mae"),), unit_from="unit", coloured=False),
    Column("unit", "Unit", room=PHONE),
    Column(
        "rmae", "rMAE", "number", decimals=3, metric=_SCORE, params=(("score", "rmae"),), coloured=False,
        help="Error over that of the seasonal naive: below 1 is better",
    ),
    Column("coverage", "In 80 %", "percent", decimals=0, metric=_SHARE, coloured=False, room=PHONE),
    Column("gain_p", "p of no gain", "number", decimals=3, metric=metrics.GAIN_P.id, coloured=False, room=PHONE),
    Column("origins", "Origins", "integer", room=LAPTOP),
    Column("as_of", "Data until", "date", room=LAPTOP),
    Column("by", "Registered by", room=LAPTOP),
    Column("at", "Registered", "moment", room=PHONE),
    Column("address", "Address", hidden=True),
)  # fmt: skip
TRIAL_COLUMNS = (
    Column("trial", "Trial"),
    Column("target", "Target"),
    Column("model", "Model"),
    Column("params", "Parameters", room=LAPTOP),
    Column("status", "Outcome", "badge"),
    Column("mae", "MAE", "number", metric=_SCORE, params=(("score", "mae"),), unit_from="unit", coloured=False),
    Column("unit", "Unit", room=PHONE),
    Column("rmae", "rMAE", "number", decimals=3, metric=_SCORE, params=(("score", "rmae"),), coloured=False),
    Column("said", "Why it failed"),
    Column("version", "Version", link="address", room=PHONE),
    Column("sweep", "Sweep", room=LAPTOP),
    Column("by", "By", room=PHONE),
    Column("at", "When", "moment", room=LAPTOP),
    Column("address", "Address", hidden=True),
)  # fmt: skip
COMPARE_COLUMNS = (
    Column("score", "Score"),
    Column("a", "A", "number", decimals=3, metric=_SCORE, coloured=False),
    Column("b", "B", "number", decimals=3, metric=_SCORE, coloured=False, params=(("side", "b"),)),
    Column("difference", "A less B", "number", decimals=3, signed=True, metric=metrics.DIFFERENCE.id, coloured=False),
    Column("unit", "Unit"),
    Column("better", "Better"),
)  # fmt: skip
STEP_COLUMNS = (
    Column("step", "Step ahead"),
    Column("a", "Error of A", "number", decimals=3, metric=metrics.STEP_ERROR.id, coloured=False),
    Column(
        "b", "Error of B", "number", decimals=3, metric=metrics.STEP_ERROR.id, params=(("side", "b"),),
        coloured=False,
    ),
    Column(
        "naive", "Error of the naive", "number", decimals=3, metric=metrics.STEP_ERROR.id,
        params=(("side", "naive"),), coloured=False,
    ),
)  # fmt: skip
CELL_COLUMNS = (
    Column("trial", "Trial", "integer"),
    Column("origin", "Origin", "integer"),
    Column("step", "Step", "integer"),
    Column("interval", "Interval (local)"),
    Column("loss", "Loss", "number", decimals=6),
    Column("divisor", "Divided by", "number", decimals=6),
)


def address_of(version_id: int, clocks: Clocks | None = None) -> str:
    """Return the address of a version under the same clocks."""
    pair = clocks.query() if clocks else {}
    return f"{PATH}?{urlencode({'version': version_id, **pair})}"


def unit_of(target: str) -> str:
    """Return the unit of a target; empty when it is no longer listed."""
    try:
        return target_service.target(target).unit
    except NotFound:
        return ""


def params_text(params: Mapping[str, Any]) -> str:
    """Return parameters as people write them."""
    return ", ".join(f"{name} {value}" for name, value in params.items()) or "defaults"


def number(value: Any) -> float | None:
    """Return a stored score as number, None where there is none."""
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def version_table(query: GridQuery, views: Sequence[VersionView], clocks: Clocks | None = None) -> Table:
    """Return versions, champions first."""
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    for view in views:
        name, found = f"{view.target} {view.name}", view.metrics
        waits = "waits" if view.standing.waits else None
        rows.append(
            (
                name, view.stage.value, waits, number(found.get("mae")), unit_of(view.target),
                number(found.get("rmae")), number(found.get("coverage_80")), number(found.get("gain_p")),
                view.trial.origins, view.trial.as_of, view.registered_by, view.recorded_at,
                address_of(view.id, clocks),
            )
        )  # fmt: skip
        params[name] = {"trial": view.experiment_id}
    simulated = any(view.trial.simulated for view in views)
    return sort_rows(Table(VERSION_COLUMNS, rows, simulated=simulated, extra={"params": params}), query)


def trial_table(query: GridQuery, views: Sequence[TrialView], clocks: Clocks | None = None) -> Table:
    """Return trials, the newest first."""
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    for view in views:
        row, version = view.row, view.version
        name = f"{row.id}"
        rows.append(
            (
                name, row.target, row.model, params_text(row.params), row.status, number(row.metrics.get("mae")),
                unit_of(row.target), number(row.metrics.get("rmae")), row.error or None,
                version.name if version else None, f"{row.sweep} #{row.trial}", row.run_by, row.recorded_at,
                address_of(version.id, clocks) if version else "",
            )
        )  # fmt: skip
        params[name] = {"trial": row.id}
    simulated = any(view.row.simulated for view in views)
    return sort_rows(Table(TRIAL_COLUMNS, rows, simulated=simulated, extra={"params": params}), query)


def compare_table(query: GridQuery, first: TrialView, second: TrialView) -> Table:
    """Return every score of two trials with the difference, in the order of the scores."""
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    unit = unit_of(first.row.target)
    for code, score in all_scores().items():
        one, two = number(first.metrics.get(code)), number(second.metrics.get(code))
        if one is None and two is None:
            continue
        both = one is not None and two is not None
        difference = one - two if one is not None and two is not None else None
        shown = {"target": unit, "1": ""}.get(score.unit, score.unit)
        rows.append((score.title, one, two, difference, shown, _better(score, one, two) if both else ""))
        params[score.title] = {"trial": first.id, "other": second.id, "score": code}
    simulated = first.row.simulated or second.row.simulated
    return sort_rows(Table(COMPARE_COLUMNS, rows, simulated=simulated, extra={"params": params}), query)


def _better(score: Any, one: float | None, two: float | None) -> str:
    if one is None or two is None or one == two:
        return "even"
    if score.better == "near":
        return "A" if abs(one - score.aim) < abs(two - score.aim) else "B"
    return "A" if one < two else "B"


def step_errors(stored: Stored) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return steps that are served (from 1), the mean absolute error of each, and that of the naive."""
    found = stored.evaluation
    steps = np.arange(found.lead, found.actual.shape[1])
    errors = absolute_errors(found)
    naive = np.where(np.isfinite(errors), np.abs(found.baseline - found.actual), np.nan)
    return steps - found.lead + 1, _means(errors)[steps], _means(naive)[steps]


def _means(cells: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    known = np.isfinite(cells)
    count = known.sum(axis=0)
    total = np.where(known, cells, 0.0).sum(axis=0)
    found: np.ndarray[Any, Any] = np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)
    return found


def step_table(query: GridQuery, first: Stored, second: Stored | None) -> Table:
    """Return the errors by step of one trial or two, beside the naive at the origins of the first."""
    steps, one, naive = step_errors(first)
    two = step_errors(second)[1] if second is not None else np.full(len(steps), np.nan)
    two = np.concatenate([two, np.full(max(0, len(steps) - len(two)), np.nan)])[: len(steps)]
    asked = {"trial": first.row.id, "other": second.row.id if second is not None else first.row.id}
    rows: list[tuple[Cell, ...]] = [
        (
            f"{step}",
            *(float(value) if np.isfinite(value) else None for value in (one[at], two[at], naive[at])),
        )
        for at, step in enumerate(steps.tolist())
    ]
    params = {f"{step}": {**asked, "step": step} for step in steps.tolist()}
    return sort_rows(
        Table(STEP_COLUMNS, rows, simulated=first.row.simulated, extra={"params": params}), query
    )


def interval_text(stamp: Any) -> str:
    """Return the begin of an interval on the wall clock of its zone."""
    return str(np.datetime64(stamp, "m")).replace("T", " ")


def cell_rows(stored: Stored, code: str) -> list[tuple[Cell, ...]]:
    """Return the losses of all cells that a score counts, by origin and step."""
    found = stored.evaluation
    losses, over, counted = score_of(code).parts(found)
    rows: list[tuple[Cell, ...]] = []
    for row, step in np.argwhere(counted).tolist():
        divisor = None if over is None else float(over[row, step])
        interval = interval_text(stored.stamp[row, step])
        rows.append(
            (stored.row.id, int(found.origins[row]), step + 1, interval, float(losses[row, step]), divisor)
        )
    return rows


def score_of_rows(records: Sequence[Mapping[str, Any]], code: str) -> float | None:
    """Return the score that the losses of cells make, as :class:`portal.domain.forecast.scoring.Score` does."""
    if not records:
        return None
    losses = np.array([float(row["loss"]) for row in records])
    divisors = [row["divisor"] for row in records]
    mean = float(losses.mean())
    if all(value is not None for value in divisors):
        below = float(np.mean([float(value) for value in divisors]))
        if below == 0.0:
            return None
        mean /= below
    found = float(np.sqrt(mean)) if score_of(code).root else mean
    return found if np.isfinite(found) else None
