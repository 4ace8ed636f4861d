"""How the figures of Forecast > Accuracy are computed again: from forecasts of a trial, or from losses by origin."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Table
from portal.domain.forecast import accuracy_metrics as metrics
from portal.domain.forecast.base import LEVELS
from portal.domain.forecast.calibration import calibrate
from portal.domain.forecast.common import StampArray2D
from portal.domain.forecast.evaluation import Evaluation as Made
from portal.domain.forecast.pairs import Pair, correct_pairs
from portal.domain.forecast.regimes import ALL, cut
from portal.domain.forecast.scores import score_of
from portal.domain.forecast.targets import TargetKind
from portal.domain.forecast.value import Value
from portal.services.evaluation import evaluates
from portal.services.forecast.accuracy import Accuracy, AccuracyAsk, Entry, accuracy_of, money_of
from portal.services.forecast.accuracy_cells import Records, cell_table, evaluation_of, loss_table, pairs_of
from portal.services.forecast.accuracy_value import rule_of

TRIAL = Parameter("trial", "Trial", "integer", low=1)
SCORE = Parameter("score", "Score", default="mae")
CELLS = Parameter("cells", "Forecasts", default=ALL)
SHARE = Parameter("share", "Interval", "integer", default=80, low=1, high=98)
AGAINST = Parameter("against", "Other trial (0: the naive)", "integer", default=0, low=0)
LEVEL = Parameter("level", "Level", "number", low=0.0, high=1.0)
SLOTS = Parameter("slots", "Slots", "integer", default=4, low=1, high=20)
COST = Parameter("cost", "Imbalance cost", "number", default=20.0, low=0.01, high=10_000.0)
BASIS = Parameter("basis", "Decided on", default="model")
KIND = Parameter("kind", "Kind of target", default="")

NOTHING = "No forecast meets a known value here."
OfCells = Callable[[Made, StampArray2D, Params], float | None]
OfPairs = Callable[[Mapping[str, Pair], str], float | None]


def score_code(params: Params) -> str:
    """Return the score that a figure is of; coverage and width take the share of their interval from a parameter."""
    named = str(params["score"])
    return f"{named}_{params['share']}" if named in ("coverage", "width") else named


def _found(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> tuple[Accuracy, Entry]:
    found = accuracy_of(work, int(params["trial"] or 0), AccuracyAsk(), clocks, actor)
    return found, next(entry for entry in found.entries if entry.row.id == params["trial"])


def _about(found: Accuracy, entry: Entry) -> str:
    return f"{entry.label} on {found.subject.title}"


def _shared(found: Accuracy, entry: Entry, **more: Any) -> dict[str, Any]:
    return {
        "subject": _about(found, entry),
        "newest": entry.row.as_of,
        "recorded_at": entry.row.recorded_at,
        **more,
    }


def _unit(records: Records) -> str:
    return str(records[0]["unit"]) if records else ""


def _cells(found: Accuracy, entry: Entry) -> Table:
    return cell_table(entry.made, entry.stamp, found.subject.unit, simulated=entry.row.simulated)


def _score(made: Made, stamp: StampArray2D, params: Params) -> float | None:
    return score_of(score_code(params))(made, cut(made, stamp, str(params["cells"])).cells)


def _below(made: Made, stamp: StampArray2D, params: Params) -> float | None:
    at = int(np.argmin(np.abs(np.array(LEVELS) - float(params["level"] or 0.0))))
    try:
        return float(calibrate(made, cut(made, stamp, str(params["cells"])).cells).observed[at])
    except DomainError:
        return None


def _of_cells(metric: Metric, read: OfCells, *parameters: Parameter) -> None:
    def replay(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        made, stamp = evaluation_of(records)
        return Outcome(read(made, stamp, params) if records else None, metric.unit or _unit(records))

    @evaluates(
        metric.id, permission=Permission.FORECAST_READ, parameters=(TRIAL, CELLS, *parameters), replay=replay
    )
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        found, entry = _found(work, params, clocks, actor)
        value = read(entry.made, entry.stamp, params)
        group = cut(entry.made, entry.stamp, str(params["cells"]))
        steps = (
            Step("Model", entry.label),
            Step("Forecasts", group.title),
            Step("Origins", float(len(entry.made.origins)), "origins"),
            Step("Values that count", float((entry.made.scored & group.cells).sum()), "values"),
        )
        return Evaluation(
            value=value, unit=metric.unit or found.subject.unit, steps=steps, note="" if value is not None else NOTHING,
            inputs=_cells(found, entry), **_shared(found, entry),
        )  # fmt: skip


_of_cells(metrics.LOSS, _score, SCORE, SHARE)
_of_cells(metrics.RATIO, _score, SCORE, SHARE)
_of_cells(metrics.COVERAGE, _score, SCORE, SHARE)
_of_cells(metrics.BELOW, _below, LEVEL)


def _looked_at(found: Accuracy, params: Params) -> Accuracy:
    """Return the comparison as the parameters look at it: another cut, another score."""
    stamp, made = found.naive.stamp, found.naive.made
    looked = Accuracy(
        AccuracyAsk(score=str(params["score"]), cells=str(params["cells"])),
        found.clocks, found.subject, found.entries, found.failed,
    )  # fmt: skip
    looked.__dict__["group"] = cut(made, stamp, str(params["cells"]))
    return looked


def _of_pairs(metric: Metric, read: OfPairs, *, every: bool = False) -> None:
    """Register a figure of the losses of a trial beside another's, or of all beside the naive's."""
    parameters = (TRIAL, SCORE, CELLS) if every else (TRIAL, SCORE, CELLS, AGAINST)

    def replay(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        pairs = pairs_of(records)
        name = next((name for name in pairs if name.endswith(f"#{params['trial']}")), "")
        return Outcome(read(pairs, name) if name else None, metric.unit)

    @evaluates(metric.id, permission=Permission.FORECAST_READ, parameters=parameters, replay=replay)
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        found, entry = _found(work, params, clocks, actor)
        found = _looked_at(found, params)
        other = found.naive if every or not params["against"] else _other(found, int(params["against"]))
        entries = [one for one in found.entries if one is not found.naive] if every else [entry]
        pairs = {f"{one.label} #{one.row.id}": found.pair(one, other) for one in entries}
        name = f"{entry.label} #{entry.row.id}"
        value = read(pairs, name) if name in pairs else None
        steps = (
            Step("Model", entry.label), Step("Against", other.label), Step("Forecasts", found.group.title),
            Step("Score", score_of(str(params["score"])).title), Step("Models tested", float(len(pairs)), "models"),
        )  # fmt: skip
        return Evaluation(
            value=value, unit=metric.unit, steps=steps, note="" if value is not None else NOTHING,
            inputs=loss_table(pairs, simulated=found.simulated), **_shared(found, entry),
        )  # fmt: skip


def _other(found: Accuracy, trial: int) -> Entry:
    other = next((entry for entry in found.entries if entry.row.id == trial), None)
    if other is None:
        raise NotFound(
            f"Trial {trial} is not in this comparison. Open the figure again from the page.", trial=trial
        )
    return other


def _statistic(pairs: Mapping[str, Pair], name: str) -> float | None:
    dm = pairs[name].test()[0]
    return None if dm is None or not np.isfinite(dm.statistic) else dm.statistic


def _two_sided(pairs: Mapping[str, Pair], name: str) -> float | None:
    dm = pairs[name].test()[0]
    return None if dm is None else dm.p_value


def _conditional(pairs: Mapping[str, Pair], name: str) -> float | None:
    gw = pairs[name].test_conditionally()
    return None if gw is None else gw.p_value


_of_pairs(metrics.GAIN, lambda pairs, name: pairs[name].gain)
_of_pairs(metrics.P_GAIN, lambda pairs, name: correct_pairs(pairs).get(name), every=True)
_of_pairs(metrics.PAIR_STATISTIC, _statistic)
_of_pairs(metrics.PAIR_P, _two_sided)
_of_pairs(metrics.PAIR_CONDITIONAL_P, _conditional)


def _worth(made: Made, params: Params, kind: str, unit: str) -> Value | None:
    rule = rule_of(
        TargetKind(kind) if kind else None,
        slots=int(params["slots"] or 1),
        cost=float(params["cost"] or 0.0),
        unit=unit,
    )
    try:
        return None if rule is None else rule.value(made)
    except DomainError:
        return None


def _of_money(metric: Metric, read: Callable[[Value, Params], float | None]) -> None:
    def replay(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        worth = (
            _worth(evaluation_of(records)[0], params, str(params["kind"]), _unit(records))
            if records
            else None
        )
        return Outcome(
            None if worth is None else read(worth, params), metric.unit or money_of(_unit(records))
        )

    @evaluates(
        metric.id,
        permission=Permission.FORECAST_READ,
        parameters=(TRIAL, SLOTS, COST, BASIS, KIND),
        replay=replay,
    )
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        found, entry = _found(work, params, clocks, actor)
        subject = found.subject
        worth = _worth(entry.made, params, str(params["kind"]), subject.unit)
        rule = rule_of(
            subject.kind, slots=int(params["slots"] or 1), cost=float(params["cost"] or 0), unit=subject.unit
        )
        steps: tuple[Step, ...] = (Step("Decision", rule.sentence if rule else "none"),)
        if worth is not None:
            money = subject.money
            steps += (
                Step("On the forecast", worth.model, money), Step("On the naive", worth.naive, money),
                Step("Perfect", worth.perfect, money), Step("Origins", float(worth.origins), "origins"),
            )  # fmt: skip
        return Evaluation(
            value=None if worth is None else read(worth, params), unit=metric.unit or subject.money, steps=steps,
            note="" if worth is not None else NOTHING,
            inputs=_cells(found, entry), **_shared(found, entry),
        )  # fmt: skip


def _result(worth: Value, params: Params) -> float | None:
    basis = str(params["basis"])
    return {"model": worth.model, "naive": worth.naive, "perfect": worth.perfect}.get(basis)


_of_money(metrics.RESULT, _result)
_of_money(metrics.VALUE, lambda worth, _params: worth.gain)
_of_money(metrics.CAPTURED, lambda worth, _params: worth.captured)
