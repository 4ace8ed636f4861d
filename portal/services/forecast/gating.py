"""The evidence of a version from its trial, and what the gate says to it."""

from dataclasses import replace
from typing import Any

from data.queries.forecast import TrialRow
from data.session import UnitOfWork
from portal.domain.forecast.common import Common, common_errors
from portal.domain.forecast.gate import Evidence, Gate, judge
from portal.services import clocks as clock_service
from portal.services.forecast import experiments


def judge_in(
    work: UnitOfWork, trial: TrialRow, champion: tuple[str, TrialRow] | None, *, is_champion: bool = False
) -> Gate:
    """Hold a trial against the gate; ``champion`` is the name and the trial of the present champion, if any."""
    return judge(replace(evidence_in(work, trial, champion), is_champion=is_champion))


def evidence_in(work: UnitOfWork, trial: TrialRow, champion: tuple[str, TrialRow] | None) -> Evidence:
    """Return what a trial shows beside the champion's."""
    metrics = trial.metrics
    both = _common(work, trial, champion[1]) if champion else Common(0, None, None)
    return Evidence(
        origins=trial.origins,
        failed=len(trial.facts.get("failures", {})),
        error=_number(metrics.get("mae")),
        naive_error=_number(metrics.get("naive_mae")),
        p_value=_number(metrics.get("gain_p")),
        coverage=_number(metrics.get("coverage_80")),
        last_day=trial.as_of,
        today=clock_service.latest_day(),
        common=both.origins,
        common_error=both.first,
        champion_error=both.second,
        champion=champion[0] if champion else "",
    )


def _common(work: UnitOfWork, trial: TrialRow, other: TrialRow) -> Common:
    if trial.status != "finished":
        return Common(0, None, None)
    mine, theirs = (experiments.stored_in(work, row.id) for row in (trial, other))
    return common_errors(mine.evaluation, mine.stamp, theirs.evaluation, theirs.stamp)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
