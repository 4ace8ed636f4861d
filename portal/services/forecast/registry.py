"""Versions of models: which there are, which one is champion, and how one becomes it: proposed, approved by another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.queries import forecast as queries
from data.queries.forecast import DecisionRow, TrialRow, VersionRow
from data.session import UnitOfWork
from data.writes import forecast as writes
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.forecast import stages
from portal.domain.forecast.gate import Gate
from portal.domain.forecast.stages import Event, Stage, Standing, Step
from portal.services import audit
from portal.services.forecast import gating

TEXT_LIMIT = 1000


@dataclass(frozen=True)
class VersionView:
    """A version as pages show it; ``standing`` says what may be done with it."""

    row: VersionRow
    trial: TrialRow
    standing: Standing
    decisions: tuple[DecisionRow, ...]

    @property
    def id(self) -> int:
        """Number of the version over all targets."""
        return self.row.id

    @property
    def target(self) -> str:
        """Code of what it forecasts."""
        return self.row.target

    @property
    def model(self) -> str:
        """Code of the model."""
        return self.row.model

    @property
    def version(self) -> int:
        """Number among the versions of its target and model, from 1."""
        return self.row.version

    @property
    def name(self) -> str:
        """Model and version, such as ``lear v3``."""
        return self.row.name

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        return self.standing.stage

    @property
    def params(self) -> dict[str, Any]:
        """Parameters of the model."""
        return self.row.params

    @property
    def metrics(self) -> dict[str, Any]:
        """Scores of its trial by code."""
        return self.trial.metrics

    @property
    def experiment_id(self) -> int:
        """The trial that is its evidence."""
        return self.row.experiment_id

    @property
    def registered_by(self) -> str:
        """Who trained it."""
        return self.row.registered_by

    @property
    def recorded_at(self) -> datetime:
        """When it was registered."""
        return self.row.recorded_at


def versions(actor: Actor, target: str | None = None, *, clocks: Clocks | None = None) -> list[VersionView]:
    """Return versions by target, the champion first, then the newest.

    Raises
    ------
    NotPermitted
        The actor may not read forecasts.
    """
    actor.require(Permission.FORECAST_READ)
    with UnitOfWork() as work:
        return versions_in(work, target, clocks)


def version(version_id: int, actor: Actor, *, clocks: Clocks | None = None) -> VersionView:
    """Return one version.

    Raises
    ------
    NotPermitted
        The actor may not read forecasts.
    NotFound
        There is no such version, or it was not known then.
    """
    actor.require(Permission.FORECAST_READ)
    with UnitOfWork() as work:
        return _one(work, version_id, clocks)


def versions_in(work: UnitOfWork, target: str | None, clocks: Clocks | None = None) -> list[VersionView]:
    """Return the same within a transaction."""
    known_at, as_of = (None, None) if clocks is None else (clocks.known_at, clocks.as_of)
    rows = queries.versions(work.session, target=target, known_at=known_at, as_of=as_of)
    steps = queries.decisions(work.session, versions=[row.id for row in rows], known_at=known_at)
    trials = {row.id: row for row in queries.trials(work.session, ids={row.experiment_id for row in rows})}
    standing: dict[int, Standing] = {}
    for code in {row.target for row in rows}:
        standing |= stages.standings(_events([row for row in rows if row.target == code], steps))
    views = [
        VersionView(
            row,
            trials[row.experiment_id],
            standing.get(row.id, Standing(row.id)),
            tuple(steps.get(row.id, ())),
        )
        for row in rows
    ]
    return sorted(views, key=lambda view: (view.target, view.stage is not Stage.CHAMPION, -view.id))


def _events(rows: list[VersionRow], steps: Mapping[int, list[DecisionRow]]) -> list[Event]:
    taken = [step for row in rows for step in steps.get(row.id, ())]
    ordered = sorted(taken, key=lambda step: step.id)
    return [Event(step.version_id, Step(step.step), step.decided_by) for step in ordered]


def champion(work: UnitOfWork, target_code: str, clocks: Clocks) -> VersionRow | None:
    """Return the champion of a target under both clocks, None without one."""
    views = versions_in(work, target_code, clocks)
    return next((view.row for view in views if view.stage is Stage.CHAMPION), None)


def fallbacks(work: UnitOfWork, target_code: str, clocks: Clocks) -> list[VersionView]:
    """Return the versions to serve a target with, best first: the champion, those before it, then candidates.

    Candidates follow by their error, and only when there was a champion once; the seasonal naive, which needs no
    version, comes after all of them.
    """
    views = {view.id: view for view in versions_in(work, target_code, clocks)}
    rows = [view.row for view in views.values()]
    steps = {view.id: list(view.decisions) for view in views.values()}
    order = list(stages.champions(_events(rows, steps)))
    if not order:
        return []
    rest = [
        view for view in views.values() if view.id not in order and Step.REJECTED not in view.standing.steps
    ]
    rest.sort(key=lambda view: (_error(view), -view.id))
    return [views[number] for number in (*order, *(view.id for view in rest))]


def _error(view: VersionView) -> float:
    found = view.metrics.get("mae")
    return float(found) if isinstance(found, (int, float)) else float("inf")


def gate(version_id: int, actor: Actor) -> Gate:
    """Hold a version against the demands of the gate as things stand now.

    Raises
    ------
    NotPermitted
        The actor may not read forecasts.
    NotFound
        There is no such version.
    """
    actor.require(Permission.FORECAST_READ)
    with UnitOfWork() as work:
        return _gate(work, _one(work, version_id))


def may(view: VersionView, actor: Actor, *, passed: bool) -> tuple[Step, ...]:
    """Return the steps that ``actor`` may take with a version now."""
    return stages.may(view.standing, actor, passed=passed)


def register_in(work: UnitOfWork, trial: TrialRow, *, note: str = "") -> int:
    """Register a finished trial as candidate within a transaction, and return the id of the version.

    Raises
    ------
    DomainError
        The trial failed: nothing is registered from it.
    """
    if trial.status != "finished":
        raise DomainError(
            f"Trial {trial.id} failed, so no version is registered from it: {trial.error}", trial=trial.id
        )
    version_id = writes.insert_version(
        work.session, target=trial.target, model=trial.model, experiment_id=trial.id, params=trial.params,
        note=note[:TEXT_LIMIT], registered_by=trial.run_by,
    )  # fmt: skip
    _decide(work, version_id, Step.REGISTERED, Stage.CANDIDATE, {}, note, trial.run_by)
    return version_id


def propose(version_id: int, actor: Actor, comment: str = "") -> VersionView:
    """Propose a version as champion.

    Raises
    ------
    NotPermitted
        The actor may not propose models.
    IllegalStep
        It does not pass the gate, is champion already, or a proposal waits.
    NotFound
        There is no such version.
    """
    return _step(version_id, Step.PROPOSED, actor, comment)


def approve(version_id: int, actor: Actor, comment: str = "") -> VersionView:
    """Make a proposed version the champion of its target; the one before is retired.

    Raises
    ------
    NotPermitted
        The actor may not approve models.
    IllegalStep
        Nobody proposed it, the actor did, or it does not pass the gate any more.
    NotFound
        There is no such version.
    """
    return _step(version_id, Step.APPROVED, actor, comment)


def reject(version_id: int, actor: Actor, comment: str) -> VersionView:
    """Turn a proposal down, with a reason.

    Raises
    ------
    NotPermitted, IllegalStep, NotFound
        As for :func:`approve`; also without a reason.
    """
    return _step(version_id, Step.REJECTED, actor, comment)


def withdraw(version_id: int, actor: Actor, comment: str = "") -> VersionView:
    """Take one's own proposal back.

    Raises
    ------
    NotPermitted, IllegalStep, NotFound
        Nobody proposed it, or somebody else did.
    """
    return _step(version_id, Step.WITHDRAWN, actor, comment)


def roll_back(version_id: int, actor: Actor, comment: str) -> VersionView:
    """Make an earlier champion the champion again, at once and by one person, with a reason.

    Raises
    ------
    NotPermitted
        The actor may not approve models.
    IllegalStep
        It never was champion or is it now, or no reason is given.
    NotFound
        There is no such version.
    """
    return _step(version_id, Step.ROLLED_BACK, actor, comment)


_GATED = (Step.PROPOSED, Step.APPROVED)
_STAGE = {Step.ROLLED_BACK: Stage.CHAMPION, Step.APPROVED: Stage.CHAMPION, Step.PROPOSED: Stage.CHAMPION}


def _step(version_id: int, step: Step, actor: Actor, comment: str) -> VersionView:
    with UnitOfWork(write=True) as work:
        writes.lock(work.session)
        actor.require(Permission.FORECAST_READ)
        found = _one(work, version_id)
        before = next(
            (view for view in versions_in(work, found.target) if view.stage is Stage.CHAMPION), None
        )
        judged = _gate(work, found) if step in _GATED else None
        stages.check_step(
            found.standing, step, actor, comment=comment, passed=judged is None or judged.passed
        )
        stage = _STAGE.get(step, found.stage)
        _decide(work, found.id, step, stage, judged.to_json() if judged else {}, comment, actor.username)
        audit.note(
            work, actor, f"model.{step.value}", "model-version", str(found.id), {"target": found.target}
        )
        if step in (Step.APPROVED, Step.ROLLED_BACK) and before is not None:
            said = (
                f"{found.name} took its place." if step is Step.APPROVED else f"Rolled back to {found.name}."
            )
            _decide(work, before.id, Step.RETIRED, Stage.RETIRED, {}, said, actor.username)
        return _one(work, version_id)


def _decide(
    work: UnitOfWork, version_id: int, step: Step, stage: Stage, gate_json: Mapping[str, Any], comment: str, by: str
) -> None:  # fmt: skip
    writes.insert_decision(
        work.session, version_id=version_id, step=step.value, stage=stage.value, gate=dict(gate_json),
        comment=comment.strip()[:TEXT_LIMIT], decided_by=by,
    )  # fmt: skip


def _one(work: UnitOfWork, version_id: int, clocks: Clocks | None = None) -> VersionView:
    rows = queries.versions(work.session, ids=[version_id])
    views = versions_in(work, rows[0].target, clocks) if rows else []
    found = next((view for view in views if view.id == version_id), None)
    if found is None:
        raise NotFound(
            f"There is no version {version_id} of a model. Choose one from the list of versions.",
            version=version_id,
        )
    return found


def _gate(work: UnitOfWork, view: VersionView) -> Gate:
    rivals = versions_in(work, view.target)
    best = next((rival for rival in rivals if rival.stage is Stage.CHAMPION and rival.id != view.id), None)
    return gating.judge_in(
        work,
        view.trial,
        None if best is None else (best.name, best.trial),
        is_champion=view.stage is Stage.CHAMPION,
    )
