"""What risk tells without being asked: a confidence grade that has dropped, a hard limit that is broken.

Both are looked at after a run. A day before the newest run is history and tells nobody anything.
"""

from datetime import datetime, timedelta

from data.queries import limits as limit_queries
from data.queries.portfolios import Node
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.domain.risk.badge import Badge, Grade, drops
from portal.domain.risk.limits.limit import Tier
from portal.services.monitoring.alerts import PORTFOLIO, clear, find_open, raise_alert
from portal.services.portfolio.books import visible_nodes
from portal.services.risk.ask import RiskAsk
from portal.services.risk.limit_breaches import BreachView, breaches_in
from portal.services.risk.overview import overview_in

DROP, BREACH = "risk.grade-drop", "risk.limit-breach"
_SOON = timedelta(hours=1)  # what was recorded this instant counts


def tell(clocks: Clocks, *, before: datetime) -> None:
    """Raise and clear the alerts that follow from the runs recorded since ``before``, as of the day of ``clocks``."""
    with UnitOfWork(write=True) as work:
        now = Clocks(clocks.as_of, clock.now() + _SOON)
        newest = limit_queries.newest_day(work.session, known_at=now.known_at)
        if newest is None or clocks.as_of < newest:
            return
        for node in visible_nodes(work, SYSTEM):
            if node.parent_id is None:
                _grade(work, node, Clocks(clocks.as_of, before), now)
        for view in _latest(breaches_in(work, now, SYSTEM)):
            _breach(work, view)


def _badge(work: UnitOfWork, node: Node, clocks: Clocks) -> Badge | None:
    found = overview_in(work, RiskAsk(portfolio=node.code), clocks, SYSTEM)
    return None if found is None else found.badge


def _grade(work: UnitOfWork, node: Node, before: Clocks, now: Clocks) -> None:
    """Compare the grades of a topmost node; an alert stays until the grade is back where it fell from."""
    old, new = _badge(work, node, before), _badge(work, node, now)
    if new is None:
        return
    told = find_open(work, DROP, node.code)
    fell_from = Grade(told.facts["from"]) if told is not None else old.grade if old is not None else new.grade
    if told is not None and new.grade.rank <= fell_from.rank:
        clear(work, DROP, node.code)
    said = drops(old, new) if old is not None else ()
    if said:
        raise_alert(
            work, DROP, node.code, "critical" if new.grade is Grade.D else "warning",
            f"Confidence in the risk of {node.name} dropped from {fell_from} to {new.grade}", " ".join(said),
            f"/risk?portfolio={node.code}", Permission.RISK_READ,
            {PORTFOLIO: node.code, "from": str(fell_from), "to": str(new.grade), "as_of": now.as_of},
        )  # fmt: skip


def _latest(found: tuple[BreachView, ...]) -> list[BreachView]:
    """Return the newest breach of each limit."""
    by_code: dict[str, BreachView] = {}
    for view in found:  # the newest comes first
        by_code.setdefault(view.code, view)
    return list(by_code.values())


def _breach(work: UnitOfWork, view: BreachView) -> None:
    broken = view.breach.tier is Tier.HARD and not view.breach.is_over and not view.is_closed
    if not broken:
        clear(work, BREACH, view.code)
        return
    raise_alert(
        work, BREACH, view.code, "critical", f"Hard limit {view.code} of {view.node.name} is broken",
        f"{100.0 * view.breach.used:,.0f} % of the limit is used since {view.breach.opened_at:%Y-%m-%d}. Its owner is "
        f"{view.breach.owner or 'nobody yet'}; the breach waits to be acknowledged, explained and approved.",
        "/risk/limits", Permission.RISK_READ, {PORTFOLIO: view.node.code, "limit": view.code, "breach": view.id},
    )  # fmt: skip
