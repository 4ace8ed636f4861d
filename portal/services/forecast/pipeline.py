"""How the forecast of a target came to be, step by step: from raw rows to what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.queries import forecast as queries
from data.queries.forecast import DecisionRow, TrialRow, VersionRow
from data.session import UnitOfWork
from portal.domain.forecast.base import LEVELS, model
from portal.domain.forecast.features import FEATURE_SETS, feature_groups, feature_version
from portal.domain.forecast.live import judge_live, score_live
from portal.domain.forecast.local_days import SLOTS
from portal.domain.forecast.prepare import POLICY
from portal.services.forecast.outlook import Outlook

OK, WARN, MISSING = "done", "look", "missing"


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the pipeline: its title, its state (done, look, missing), and sentences about it."""

    title: str
    state: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is registered behind the served forecast."""

    version: VersionRow | None
    trial: TrialRow | None
    decision: DecisionRow | None


def evidence(found: Outlook) -> Evidence:
    """Return the version that is served, its trial, and the newest step of its approval."""
    if found.version is None:
        return Evidence(None, None, None)
    with UnitOfWork() as work:
        trial = queries.trial_by_id(work.session, found.version.experiment_id)
        steps = queries.decisions(
            work.session, versions=[found.version.id], known_at=found.clocks.known_at
        ).get(found.version.id, [])
    return Evidence(found.version, trial, steps[-1] if steps else None)


def stages(found: Outlook, known: Evidence) -> tuple[Stage, ...]:
    """Return the eight steps with their states."""
    facts: Mapping[str, Any] = found.served.run.facts if found.served else {}
    return (
        _raw(found),
        _validated(found, facts),
        _features(found),
        _trained(found, facts, known),
        _evaluated(known),
        _registered(known),
        _served(found),
        _watched(found, known),
    )


def _raw(found: Outlook) -> Stage:
    if not len(found.history.at):
        return Stage("Raw series", MISSING, ("No value is known in the range shown.",))
    last = str(found.local(found.history.at[-1:])[0]).replace("T", " ")
    said = f"{last[:16]} local time" if found.target.per_day == SLOTS else last[:10]
    source = "Simulated source." if found.target.simulated else "Imported."
    return Stage("Raw series", OK, (f"Known up to {said}.", source))


def _validated(found: Outlook, facts: Mapping[str, Any]) -> Stage:
    said = list(facts.get("sentences", ()))
    if found.preview is not None:
        said = list(found.preview.series.facts["sentences"])
    if found.problem:
        return Stage("Validation and gaps", MISSING, (found.problem,))
    late = any("older than it should be" in sentence for sentence in said)
    return Stage(
        "Validation and gaps", WARN if late else OK, tuple(said) or ("No gaps.", POLICY[found.target.per_day])
    )


def _features(found: Outlook) -> Stage:
    code = found.target.feature_set
    groups = ", ".join(group.title.lower() for group in feature_groups(code))
    if not code:
        return Stage("Features", OK, ("None: the series speaks for itself.",))
    return Stage("Features", OK, (f"{FEATURE_SETS[code]}, version {feature_version(code)}: {groups}.",))


def _trained(found: Outlook, facts: Mapping[str, Any], known: Evidence) -> Stage:
    if found.served is None:
        return Stage(
            "Training", MISSING, ("No model has been trained and served. Train one on Forecast > Models.",)
        )
    title = model(found.served.run.model).title
    span = f"on {facts['train_first']} to {facts['train_last']}" if "train_first" in facts else ""
    if known.version is None:
        return Stage("Training", WARN, (f"{title} {span}, a baseline without parameters of its own.",))
    return Stage("Training", OK, (f"{title} {span}.", *map(str, facts.get("notes", ()))))


def _evaluated(known: Evidence) -> Stage:
    title = "Rolling validation"
    if known.trial is None:
        return Stage(title, MISSING, ("No trial stands behind what is served.",))
    said = f"{known.trial.origins} origins up to {known.trial.train_last}, by {known.trial.run_by}."
    return Stage(title, OK, (said, "Scores are on Forecast > Accuracy."))


def _registered(known: Evidence) -> Stage:
    if known.version is None:
        return Stage("Registration", MISSING, ("No version has been approved for this target.",))
    version, decision = known.version, known.decision
    said = f"{version.name}, registered by {version.registered_by} on {version.recorded_at:%Y-%m-%d}."
    more = f"Last step: {decision.step.replace('_', ' ')} by {decision.decided_by}." if decision else ""
    return Stage("Registration", OK, (said, more) if more else (said,))


def _served(found: Outlook) -> Stage:
    if found.served is None:
        return Stage("Serving", MISSING, ("Nothing is served. The seasonal naive is drawn in its place.",))
    run = found.served.run
    said = (
        f"As of {run.as_of}, served {run.recorded_at:%Y-%m-%d %H:%M} UTC, {len(found.served.values)} steps."
    )
    if run.reason:
        return Stage("Serving", WARN, (run.reason, said))
    if found.late_days > 3:
        return Stage("Serving", WARN, (f"{said} That is {found.late_days} days before the day of the page.",))
    return Stage("Serving", OK, (said,))


def _watched(found: Outlook, known: Evidence) -> Stage:
    days = [(one.actual, one.values.mean, one.values.quantiles, one.naive) for one in found.past]
    live = score_live(days, LEVELS)
    promised = known.trial.metrics.get("mae") if known.trial is not None else None
    judged = judge_live(live, float(promised) if isinstance(promised, (int, float)) else None)
    if not live.cells:
        return Stage("Monitoring", MISSING, (judged.sentence,))
    said = f"{live.cells} values have arrived of {live.days} forecasts; the tiles above say how they held."
    return Stage("Monitoring", WARN if judged.drifts else OK, (judged.sentence, said))
