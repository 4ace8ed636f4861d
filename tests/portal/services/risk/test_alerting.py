"""What risk tells by itself: a grade that drops until it is back, a hard limit that is broken until it is not."""

from datetime import datetime, timedelta

import pytest

from portal.core.actor import Actor
from portal.core.clock import Clocks, now
from portal.core.permissions import Role
from portal.domain.risk.limits.approval import Decision
from portal.services.monitoring import alerts
from portal.services.risk import alerting, limit_breaches, limit_proposals
from portal.services.risk.limit_proposals import Draft
from tests.helpers.risk import DAY, add_run
from tests.helpers.trades import add_desk

CODES = frozenset({"DESK", "GAS", "GAS_EU", "POWER", "POWER_DE", "OIL"})


def person(name: str, role: Role, codes: frozenset[str] = CODES) -> Actor:
    return Actor(7, name, name.capitalize(), frozenset({role}), codes)


RISK = person("risk", Role.RISK_OFFICER)
OPEN_TERMS = {"measure": "expected_shortfall", "level": 0.975}


@pytest.fixture
def desk(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.services.risk.limit_proposals.clock_service.latest_day", lambda: DAY)
    add_desk()


def clocks(days: int = 0) -> Clocks:
    return Clocks(DAY + timedelta(days=days), now() + timedelta(minutes=1))


def told(rule: str, actor: Actor = RISK) -> list[alerts.Alert]:
    return [one for one in alerts.alerts(actor) if one.rule == rule]


def after(stale: float) -> datetime:
    """Store a run with a share of stale marks and look at what it tells; return the moment before it."""
    before = now()
    add_run(money={"DESK": {"all": 100.0, "stale": 100.0 * stale}})
    alerting.tell(clocks(), before=before)
    return before


def test_a_drop_is_told_until_the_grade_is_back(desk):
    after(0.0)
    assert told(alerting.DROP) == [], "the first grade is no drop"
    after(0.05)
    assert told(alerting.DROP) == [], "without a backtest it was C before, and still is"
    after(0.5)
    (found,) = told(alerting.DROP)
    assert (found.subject, found.severity) == ("DESK", "critical")
    assert (found.facts["from"], found.facts["to"]) == ("C", "D")
    assert "dropped from C to D" in found.title
    assert "50.0 % of the money rests on stale marks" in found.message
    assert found.link == "/risk?portfolio=DESK"
    after(0.6)
    assert [one.id for one in told(alerting.DROP)] == [found.id], "no further drop, but still low"
    after(0.0)
    assert told(alerting.DROP) == []


def test_it_is_not_told_to_those_who_see_another_part_of_the_tree(desk):
    after(0.0)
    after(0.5)
    assert len(told(alerting.DROP)) == 1
    assert told(alerting.DROP, person("gas", Role.RISK_OFFICER, frozenset({"GAS", "GAS_EU"}))) == []
    assert told(alerting.DROP, person("adam", Role.ADMINISTRATOR)) == []


def test_a_day_before_the_newest_run_tells_nothing(desk):
    after(0.0)
    before = now()
    add_run(money={"DESK": {"all": 1.0, "stale": 1.0}})
    alerting.tell(clocks(-1), before=before)
    assert told(alerting.DROP) == []


def limit(hard: float, code: str = "GAS_ES") -> None:
    terms = {**OPEN_TERMS, "hard": hard, "soft": 0.8 * hard}
    draft = Draft(code, "Expected shortfall of gas", "GAS", terms=terms, effective_from=DAY, reason="Test.")
    number = limit_proposals.propose(draft, RISK)
    for name, role in (("boss", Role.EXECUTIVE), ("watch", Role.COMPLIANCE_OFFICER)):
        limit_proposals.decide(number, Decision.APPROVED, "", person(name, role))


def test_a_hard_limit_is_told_while_it_is_broken(desk):
    add_run()
    limit(1.0)
    limit(1e9, "GAS_WIDE")
    limit_breaches.check_limits(clocks())
    alerting.tell(clocks(), before=now())
    (found,) = told(alerting.BREACH)
    assert (found.subject, found.severity, found.facts["portfolio"]) == ("GAS_ES", "critical", "GAS")
    alerting.tell(clocks(), before=now())
    assert [one.id for one in told(alerting.BREACH)] == [found.id]
    limit(1e9)  # a wider version of it
    limit_breaches.check_limits(clocks())
    alerting.tell(clocks(), before=now())
    assert told(alerting.BREACH) == []
