"""Risk > Limits: limits in force with how they stand, proposals that wait, and breaches, of a part of the tree."""

from collections.abc import Mapping
from dataclasses import dataclass

from data.queries import portfolios as portfolio_queries
from data.queries.portfolios import Node
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.domain.risk.limits.use import Days, Status, judge_days
from portal.services.portfolio.books import visible_nodes
from portal.services.risk.limit_breaches import BreachView, breaches_in
from portal.services.risk.limit_history import HISTORY_DAYS, Past, past_in
from portal.services.risk.limit_people import OWNERS, people_in
from portal.services.risk.limit_values import Standing, judge_in, simulated_in
from portal.services.risk.limits import LimitState, Version, in_force, versions_in

EVERYTHING = "all"
TREND_DAYS = 60
_WORST_FIRST = (Status.BREACH, Status.WARNING, Status.NO_DATA, Status.OK)


@dataclass(frozen=True, eq=False)  # holds arrays
class Held:
    """A limit in force with how it stands, and its use by day."""

    version: Version
    standing: Standing
    past: Past
    days: Days
    simulated: bool = False

    @property
    def status(self) -> Status:
        """How it stands."""
        return self.standing.judgement.status


@dataclass(frozen=True, eq=False)
class LimitPage:
    """What the page shows; ``deciders`` are the names of those who may approve, by version number."""

    clocks: Clocks
    portfolio: str
    nodes: tuple[Node, ...]
    versions: tuple[Version, ...]
    held: tuple[Held, ...]
    breaches: tuple[BreachView, ...]
    deciders: Mapping[int, Mapping[str, str]]
    owners: Mapping[str, Mapping[str, str]]
    simulated: bool = False

    @property
    def waiting(self) -> list[Version]:
        """Proposals that wait, the oldest first."""
        return sorted(
            (v for v in self.versions if v.state is LimitState.PROPOSED), key=lambda version: version.row.id
        )

    @property
    def open_breaches(self) -> list[BreachView]:
        """Breaches that are not closed, the newest first."""
        return [view for view in self.breaches if not view.is_closed]

    def count(self, status: Status) -> int:
        """Return how many limits stand so."""
        return sum(item.status is status for item in self.held)


def page(portfolio: str, clocks: Clocks, actor: Actor) -> LimitPage:
    """Return the limits at and below a portfolio, or of all that ``actor`` may see.

    Raises
    ------
    NotPermitted
        The actor may not read risk.
    NotFound
        There is no such portfolio among those that the actor may see.
    """
    actor.require(Permission.RISK_READ)
    with UnitOfWork() as work:
        return page_in(work, portfolio, clocks, actor)


def page_in(work: UnitOfWork, portfolio: str, clocks: Clocks, actor: Actor) -> LimitPage:
    """Return the same within a transaction."""
    nodes = visible_nodes(work, actor)
    chosen = nodes if portfolio == EVERYTHING else portfolio_queries.subtree(nodes, portfolio)
    if portfolio != EVERYTHING and not chosen:
        raise NotFound(
            f"There is no portfolio '{portfolio[:40]}' that you may see. Choose one from the list of portfolios.",
            portfolio=portfolio[:40],
        )
    codes = {node.code for node in chosen}
    found = tuple(v for v in versions_in(work, clocks, actor) if v.node.code in codes)
    views = breaches_in(work, clocks, actor, found)
    waiting = [v for v in found if v.state is LimitState.PROPOSED]
    unsettled = {view.node.code for view in views if not view.is_closed}
    return LimitPage(
        clocks,
        portfolio,
        tuple(nodes),
        found,
        held_in(work, in_force(found), clocks, nodes),
        views,
        {v.row.id: people_in(work, v.node.code, (Permission.LIMIT_APPROVE,)) for v in waiting},
        {code: people_in(work, code, OWNERS) for code in unsettled},
        simulated_in(work, clocks),
    )


def held(code: str, clocks: Clocks, actor: Actor) -> Held:
    """Return how one limit stands, with its use by day of a year.

    Raises
    ------
    NotPermitted
        The actor may not read risk.
    NotFound
        No limit of this code that the actor may see is in force.
    """
    actor.require(Permission.RISK_READ)
    with UnitOfWork() as work:
        found = tuple(v for v in in_force(versions_in(work, clocks, actor)) if v.code == code)
        if not found:
            raise NotFound(
                f"No limit '{code[:40]}' that you may see is in force on {clocks.as_of}.", limit=code
            )
        return held_in(work, found, clocks, visible_nodes(work, actor), days=HISTORY_DAYS)[0]


def held_in(
    work: UnitOfWork,
    versions: tuple[Version, ...],
    clocks: Clocks,
    nodes: list[Node],
    *,
    days: int = TREND_DAYS,
) -> tuple[Held, ...]:
    """Return how versions stand, with their use by day; the worst first."""
    standings = judge_in(work, clocks, [version.limit for version in versions])
    simulated = simulated_in(work, clocks)
    made = []
    for version, standing in zip(versions, standings, strict=True):
        past = past_in(work, clocks, version.limit, nodes, days=days, stress=days > TREND_DAYS)
        made.append(Held(version, standing, past, judge_days(version.limit.terms, past.values), simulated))
    return tuple(sorted(made, key=_order))


def _order(held: Held) -> tuple[int, float, str]:
    use = held.standing.judgement.use
    return (_WORST_FIRST.index(held.status), -use if use == use else 0.0, held.version.code)  # noqa: PLR0124  (NaN)
