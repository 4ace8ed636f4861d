"""Facts of the demo desk's trades and parties, with a few breaches planted in them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time

from data.queries import trade_facts as queries
from data.session import UnitOfWork
from portal.core import clock
from portal.core.clock import Clocks
from portal.services.compliance import credit

OPENED_AT = time(6)


def load(last: date, say: Callable[[str], None]) -> None:
    """Store what a desk would know of its trades and parties; ``last`` is the desk's last day."""
    from data.demo import compliance_breaches, compliance_facts
    from data.writes import demo_compliance, trade_facts  # with the generator, which nobody else needs

    say("Collecting what the rules must know of trades and parties")
    with UnitOfWork(write=True) as work:
        demo_compliance.remove_facts(work.session)
        known = list(compliance_facts.trade_facts(demo_compliance.demo_trades(work.session), last))
        papers = list(compliance_facts.party_facts(_limits(work, last)))
        editions = compliance_breaches.plant(known, {code: facts for code, _, facts in papers})
        by = compliance_facts.RECORDED_BY
        for code, day, facts in [*papers, *editions]:
            opened = datetime.combine(day, OPENED_AT, UTC)
            trade_facts.add_party_facts(work.session, [(code, day, facts)], by=by, recorded_at=opened)
        trade_facts.add_trade_facts(
            work.session, ((trade.trade_id, trade.entered_at, facts) for trade, facts in known), by=by
        )


def _limits(work: UnitOfWork, last: date) -> dict[str, float]:
    """Return credit limits of which the demo's parties use the shares that it wants to show."""
    from data.demo.compliance_facts import PAPERS

    parties = {row.code: row.id for row in queries.parties(work.session)}
    found = credit.uses(work, Clocks(last, clock.now()), limits=dict.fromkeys(parties.values(), 1.0))
    return {
        paper.code: credit.limit_for(found.exposures[parties[paper.code]].use, paper.credit_used)
        for paper in PAPERS
        if paper.credit_used and paper.code in parties
    }
