"""What the demo desk knows of its forecasts: a few quick models tried, registered, approved by two people and served.

The trials stand on the data of two weeks ago and are served day by day since, so that the pages have forecasts to hold
against what arrived. Everything goes through the functions that people use; the wider training is left to a worker.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from portal.core import clock
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.permissions import Role
from portal.domain.forecast.base import all_models
from portal.domain.forecast.stages import Stage
from portal.domain.forecast.targets import Target, TargetKind
from portal.services import jobs
from portal.services.forecast import making, registry, training
from portal.services.forecast import targets as target_service
from portal.services.forecast.training import Ask

Progress = Callable[[float, str], None]
PROPOSER = Actor(None, "trader", "Trader", frozenset({Role.TRADER}))
APPROVER = Actor(None, "risk", "Risk officer", frozenset({Role.RISK_OFFICER}))
DAYS_BACK = 12  # calendar days between the data of the trials and the last day
SERVED_DAYS = 6  # newest days that are served, at most
EVENING = time(21, 0)  # UTC, when a day has settled
SWEEP = "demo"


@dataclass(frozen=True)
class Quick:
    """One target that is trained at once: the models that are tried and the origins of each."""

    target: str
    models: tuple[str, ...]
    origins: int


AT_ONCE = (
    Quick("power.DE_LU", ("lear", "theta"), 12),
    Quick("load.DE_LU", ("theta",), 60),
    Quick("wind.DE_LU", ("theta",), 60),
    Quick("settle.TTF", ("theta",), 60),
    Quick("settle.BRENT", ("theta",), 60),
    Quick("volatility.TTF", ("theta",), 60),
)
LATER: tuple[tuple[tuple[TargetKind, ...], tuple[str, ...], int], ...] = (
    ((TargetKind.POWER,), ("lear", "gradient_boosting", "theta"), 28),
    ((TargetKind.LOAD, TargetKind.WIND, TargetKind.SOLAR), ("lear", "gradient_boosting"), 14),
    ((TargetKind.VOLATILITY,), ("garch_volatility", "theta"), 24),
    ((TargetKind.SETTLE, TargetKind.SPREAD), ("theta", "ets"), 16),
)
SLOW = ("power.DE_LU", ("quantile_averaging", "ensemble"), 14)
"""Combinations ask all other models at inner origins, so they are tried for one target."""


def measure(last: date, progress: Progress) -> None:
    """Train, approve and serve a few targets as of ``last``, and ask the workers for the others.

    ``progress`` hears shares from 0 to 1.
    """
    known = all_models()
    stood = Clocks(last - timedelta(days=DAYS_BACK), clock.now(), live=False)
    listed = {target.code: target for target in target_service.targets()}
    chosen = [quick for quick in AT_ONCE if quick.target in listed]
    for at, quick in enumerate(chosen):
        progress(0.6 * at / len(chosen), f"Training forecasts of {listed[quick.target].title}")
        models = tuple(code for code in quick.models if code in known)
        if models:
            ask = Ask((quick.target,), models, SWEEP, origins=quick.origins, note="The demo's first models.")
            training.train(ask, stood, run_by=PROPOSER.username, workers=1)
            _promote(quick.target)
    _serve([listed[quick.target] for quick in chosen], last, progress)
    _queue(list(listed.values()))


def _promote(target: str) -> None:
    """Let the trader propose the best version that passes the gate, and risk approve it; none is as good an outcome."""
    views = registry.versions(SYSTEM, target)
    if any(view.stage is Stage.CHAMPION for view in views):
        return  # the desk was loaded anew; what was decided stands
    for view in sorted(views, key=lambda one: float(one.metrics.get("mae") or "inf")):
        if registry.gate(view.id, SYSTEM).passed:
            registry.propose(view.id, PROPOSER, "The smallest error of its sweep.")
            registry.approve(view.id, APPROVER, "It passes the gate, and its errors by step look right.")
            return


def _serve(targets: list[Target], last: date, progress: Progress) -> None:
    days = [last - timedelta(days=back) for back in range(DAYS_BACK - 1, -1, -1)]
    decided = Clocks(last, clock.now() + timedelta(hours=1), live=False)
    for at, target in enumerate(targets):
        progress(0.6 + 0.4 * at / len(targets), f"Forecasting {target.title}")
        wanted = [day for day in days if target.per_day > 1 or day.weekday() < 5 or day == last]
        for day in wanted[-SERVED_DAYS:]:
            known_at = min(datetime.combine(day, EVENING, UTC), clock.now())
            try:
                making.serve(target, Clocks(day, known_at, live=False), decided=decided)
            except DomainError:
                continue  # a day without usable data has no forecast; its neighbours do


def _queue(listed: list[Target]) -> None:
    """Ask the workers for the wider training, with the models that this release has."""
    wanted = [
        ([target.code for target in listed if target.kind in kinds], models, origins)
        for kinds, models, origins in LATER
    ]
    wanted.append(([target.code for target in listed if target.code == SLOW[0]], SLOW[1], SLOW[2]))
    known = all_models()
    for codes, models, origins in wanted:
        suited = [code for code in models if code in known]
        if codes and suited:
            jobs.submit("forecast.train", {"targets": codes, "models": suited, "origins": origins}, SYSTEM)
