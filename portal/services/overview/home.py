"""Overview: everything that the page says, read in one snapshot; each group only for those who may see it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import inf, isnan
from typing import Any

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.permissions import Permission
from portal.domain.portfolio.rollup import PERIODS
from portal.domain.risk.limits.limit import Metric, alone
from portal.domain.risk.limits.use import Use
from portal.domain.risk.reading import Measure
from portal.services.compliance import overview as rulings
from portal.services.market import prices
from portal.services.monitoring import chain as chains
from portal.services.monitoring import slo_view
from portal.services.monitoring.chain_days import read_chain
from portal.services.overview.gaps import Gap, gaps_in
from portal.services.portfolio.explain import Explained, explain_in, start_day
from portal.services.portfolio.valuation import Profits, profits_in
from portal.services.risk import overview as risks
from portal.services.risk import runs
from portal.services.risk.ask import RiskAsk
from portal.services.risk.cuts import Figure, factor_groups
from portal.services.risk.limit_measures import MAIN_METHOD
from portal.services.risk.limit_page import EVERYTHING, LimitPage, page_in
from portal.services.signoff.adjustments import WINDOW, Adjustment, adjustments_in

DAY = "dtd"
SPAN = 30  # days of findings that compliance looks back on


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Home:
    """The overview: a group is None where the reader may not see it, or where ``why`` says what is missing."""

    clocks: Clocks
    period: str
    profits: Profits | None = None
    seen: Explained | None = None
    risk: risks.Overview | None = None
    carried: tuple[tuple[str, float], ...] = ()
    limits: LimitPage | None = None
    quotes: tuple[prices.Quote, ...] = ()
    compliance: rulings.Overview | None = None
    opens_cases: bool = False
    adjustments: tuple[Adjustment, ...] = ()
    gaps: tuple[Gap, ...] = ()
    chain: chains.Chain | None = None
    promises: tuple[slo_view.Standing, ...] = ()
    why: Mapping[str, str] = field(default_factory=dict)

    @property
    def since(self) -> date:
        """The day from whose close the cause tree counts."""
        return start_day(self.period, self.clocks.as_of)

    @property
    def moment(self) -> datetime:
        """When what the monitor knows was looked at: whole minutes, so that a passport has the same one."""
        return moment_of(self.clocks)

    def binding(self, measure: str) -> Use | None:
        """Return the use of the limit on a measure of the node that is shown; None when there is none.

        One condition of a compound limit counts where it breaks the limit by itself. A limit on the confidence level
        that is shown comes before those on others, then the most used.
        """
        if self.limits is None or self.risk is None:
            return None
        found = [
            part
            for held in self.limits.held
            if held.version.node.code == self.risk.node.code
            for part in held.standing.judgement.parts
            if part.condition in tuple(alone(held.version.limit.terms))
            and self._looks_at(part.condition.metric, measure)
        ]
        return min(
            found,
            key=lambda part: (not self.is_on_level(part), inf if isnan(part.use) else -part.use),
            default=None,
        )

    def is_on_level(self, part: Use) -> bool:
        """Whether a limit is on the confidence level that is shown."""
        level = part.condition.metric.level
        return self.risk is not None and level is not None and abs(level - self.risk.ask.level) < 1e-9

    def _looks_at(self, metric: Metric, measure: str) -> bool:
        """Whether a metric is a measure of the node, method and horizon that are shown, on whatever level."""
        return (
            self.risk is not None
            and metric.measure == measure
            and metric.level is not None
            and (metric.method or MAIN_METHOD) == self.risk.ask.method
            and (metric.horizon_days or 1) == 1
            and metric.node in (None, self.risk.node.code)
        )


def moment_of(clocks: Clocks) -> datetime:
    """Return the moment of a look at the monitor, in whole minutes."""
    return clocks.known_at.replace(second=0, microsecond=0)


def period_of(given: object) -> str:
    """Return a period that was asked for; the day for what is none."""
    return str(given) if given in PERIODS else DAY


def read_home(period: str, clocks: Clocks, actor: Actor) -> Home:
    """Return the overview of a reader under both clocks.

    Raises
    ------
    NotPermitted
        The actor may not read prices, which all who open the page may.
    """
    actor.require(Permission.MARKET_READ)
    return read_part(tuple(name for name, _, _ in _READERS), period, clocks, actor)


def read_part(names: Sequence[str], period: str, clocks: Clocks, actor: Actor) -> Home:
    """Return some groups of the overview; those that the reader may not see are left out."""
    why: dict[str, str] = {}
    parts: dict[str, Any] = {}
    with UnitOfWork() as work:
        for name, permission, read in _READERS:
            if name in names and actor.can(permission):
                try:
                    parts[name] = read(work, period, clocks, actor)
                except DomainError as refusal:
                    why[name] = refusal.message
        risk = parts.get("risk")
        if risk is not None:
            parts["carried"] = _carried(work, risk, actor)
    return Home(clocks, period, why=why, opens_cases=actor.can(Permission.COMPLIANCE_READ), **parts)


def _profits(work: UnitOfWork, _period: str, clocks: Clocks, actor: Actor) -> Profits:
    return profits_in(work, clocks, actor)


def _seen(work: UnitOfWork, period: str, clocks: Clocks, actor: Actor) -> Explained:
    return explain_in(work, clocks, actor, start_day(period, clocks.as_of))


def _adjustments(work: UnitOfWork, _period: str, clocks: Clocks, actor: Actor) -> tuple[Adjustment, ...]:
    first = clocks.as_of - timedelta(days=WINDOW)
    return tuple(adjustments_in(work, clocks, actor, portfolio=None, first=first))


def _risk(work: UnitOfWork, _period: str, clocks: Clocks, actor: Actor) -> risks.Overview | None:
    return risks.overview_in(work, RiskAsk(), clocks, actor)


def _limits(work: UnitOfWork, _period: str, clocks: Clocks, actor: Actor) -> LimitPage:
    return page_in(work, EVERYTHING, clocks, actor)


def _compliance(work: UnitOfWork, _period: str, clocks: Clocks, actor: Actor) -> rulings.Overview:
    return rulings.overview_in(work, SPAN, clocks, actor)


def _gaps(work: UnitOfWork, _period: str, clocks: Clocks, _actor: Actor) -> tuple[Gap, ...]:
    return tuple(gaps_in(work, clocks))


def _chain(work: UnitOfWork, _period: str, clocks: Clocks, _actor: Actor) -> chains.Chain:
    moment = moment_of(clocks)
    day, rows = read_chain(work, clocks.as_of, moment)
    return chains.chain_of(day, moment, rows)


def _promises(work: UnitOfWork, _period: str, clocks: Clocks, _actor: Actor) -> tuple[slo_view.Standing, ...]:
    return tuple(slo_view.read(work, moment_of(clocks)))


def _quotes(_work: UnitOfWork, _period: str, clocks: Clocks, actor: Actor) -> tuple[prices.Quote, ...]:
    return tuple(prices.quotes(clocks, actor))


def _carried(work: UnitOfWork, risk: risks.Overview, actor: Actor) -> tuple[tuple[str, float], ...]:
    """Return curves with what each adds to the expected shortfall, the largest first; together they are the figure."""
    row = risk.runs.get(risk.ask.method)
    if row is None:
        return ()
    figure = Figure(runs.load_in(work, row.id, actor), risk.node.code, Measure.ES, risk.ask.level)
    names, group = factor_groups(figure.run, "curve")
    parts, convexity = figure.by_factor()
    sums = np.bincount(group, parts, len(names)).tolist()
    found = [*zip(names, sums, strict=True), ("Convexity", convexity)]
    return tuple(sorted((one for one in found if abs(one[1]) > 0.5), key=lambda one: -abs(one[1])))


_Reader = Callable[[UnitOfWork, str, Clocks, Actor], Any]
_READERS: tuple[tuple[str, Permission, _Reader], ...] = (
    ("quotes", Permission.MARKET_READ, _quotes),
    ("profits", Permission.PORTFOLIO_READ, _profits),
    ("seen", Permission.PORTFOLIO_READ, _seen),
    ("adjustments", Permission.PORTFOLIO_READ, _adjustments),
    ("risk", Permission.RISK_READ, _risk),
    ("limits", Permission.RISK_READ, _limits),
    ("gaps", Permission.FORECAST_READ, _gaps),
    ("compliance", Permission.COMPLIANCE_SUMMARY, _compliance),
    ("chain", Permission.MONITORING_READ, _chain),
    ("promises", Permission.MONITORING_READ, _promises),
)
