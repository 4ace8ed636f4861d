"""Limits: rights, six eyes, how they stand, the replay of a proposal, and the life of a breach."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from data.session import UnitOfWork
from data.writes import risk as writes
from portal.core.actor import Actor
from portal.core.clock import Clocks, now
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.domain.risk.errors import IllegalMove
from portal.domain.risk.limits.approval import Decision
from portal.domain.risk.limits.breach import State, Step
from portal.domain.risk.limits.terms_json import terms_from_json
from portal.domain.risk.limits.use import Status, judge
from portal.services.access import users
from portal.services.risk import limit_breaches, limit_page, limit_proposals, limits
from portal.services.risk.limit_demo import seed_limits
from portal.services.risk.limit_proposals import Draft
from portal.services.risk.limits import LimitState
from tests.helpers.risk import DAY, add_run
from tests.helpers.trades import add_desk, ids

CODES = frozenset({"DESK", "GAS", "GAS_EU", "POWER", "POWER_DE", "OIL"})


def person(name, role, codes=CODES):
    return Actor(7, name, name.capitalize(), frozenset({role}), codes)


RISK = person("risk", Role.RISK_OFFICER)
BOSS = person("boss", Role.EXECUTIVE)
WATCH = person("watch", Role.COMPLIANCE_OFFICER)
TRADER = person("trader", Role.TRADER)


@pytest.fixture
def desk(database, monkeypatch):
    monkeypatch.setattr("portal.services.risk.limit_proposals.clock_service.latest_day", lambda: DAY)
    add_desk()
    add_run()


def clocks(day=DAY):
    return Clocks(day, now() + timedelta(minutes=1))


def terms(hard, measure="expected_shortfall", **more):
    level = {"level": 0.975} if measure in ("var", "expected_shortfall") else {}
    return {"measure": measure, "hard": hard, "soft": 0.8 * hard, **level, **more}


def draft(hard=1e6, code="GAS_ES", portfolio="GAS", **more):
    given = {"terms": terms(hard), "effective_from": DAY, "reason": "The budget of the year.", **more}
    return Draft(code, "Expected shortfall of gas", portfolio, **given)


def approved(hard=1e6, **more):
    number = limit_proposals.propose(draft(hard, **more), RISK)
    for who in (BOSS, WATCH):
        limit_proposals.decide(number, Decision.APPROVED, "", who)
    return number


def state(number, day=DAY):
    return next(v.state for v in limits.versions(clocks(day), RISK) if v.row.id == number)


def es_of(portfolio):
    found = limit_proposals.trial(draft(1.0, portfolio=portfolio), clocks(), RISK)
    return found.standing.judgement.deciding.value


def test_six_eyes(desk):
    number = limit_proposals.propose(draft(), RISK)
    assert state(number) is LimitState.PROPOSED
    with pytest.raises(IllegalMove, match="own proposal"):
        limit_proposals.decide(number, Decision.APPROVED, "", RISK)
    with pytest.raises(IllegalMove, match="limit:approve"):
        limit_proposals.decide(number, Decision.APPROVED, "", TRADER)
    found = limit_proposals.decide(number, Decision.APPROVED, "", BOSS)
    assert found.approval.missing == 1
    with pytest.raises(IllegalMove, match="somebody else"):
        limit_proposals.decide(number, Decision.APPROVED, "", BOSS)
    with pytest.raises(Conflict, match="stands once made"):
        limit_proposals.decide(number, Decision.REJECTED, "No.", BOSS)
    assert limit_page.page("all", clocks(), RISK).held == ()
    assert limit_proposals.decide(number, Decision.APPROVED, "", WATCH).approval.missing == 0
    assert state(number) is LimitState.IN_FORCE
    assert state(number, DAY - timedelta(days=1)) is LimitState.FUTURE
    with pytest.raises(IllegalMove, match="approved already"):
        limit_proposals.decide(number, Decision.REJECTED, "Late.", person("late", Role.EXECUTIVE))


def test_proposing_needs_the_right_a_reason_and_terms_that_can_be_measured(desk):
    with pytest.raises(NotPermitted, match="limit:propose"):
        limit_proposals.propose(draft(), BOSS)
    with pytest.raises(NotFound, match="POWER"):
        limit_proposals.propose(
            draft(portfolio="POWER"), person("gas", Role.RISK_OFFICER, frozenset({"GAS"}))
        )
    for wrong, words in (
        ({"reason": " "}, "why"),
        ({"code": "x y"}, "no code"),
        ({"effective_from": DAY - timedelta(days=1)}, "cannot begin"),
        ({"effective_to": DAY}, "would end"),
        ({"terms": terms(1.0, "beauty")}, "No run measures"),
        ({"terms": terms(1.0, level=0.9)}, "level 0.9"),
        ({"terms": terms(1.0, "volatility", level=0.95)}, "has no confidence level"),
        ({"terms": terms(1.0, "daily_pnl")}, "basis"),
        ({"terms": terms(1.0, "stress:MOON", basis="loss")}, "no stress scenario"),
        ({"terms": terms(1.0, method="crystal_ball")}, "no method"),
        ({"terms": terms(1.0, soft=2.0)}, "soft tier"),
    ):
        with pytest.raises(DomainError, match=words):
            limit_proposals.propose(draft(**wrong), RISK)
    assert limits.versions(clocks(), RISK) == ()


def test_one_proposal_at_a_time_and_a_rejection_says_why(desk):
    number = limit_proposals.propose(draft(), RISK)
    with pytest.raises(Conflict, match="waits already"):
        limit_proposals.propose(draft(2e6), RISK)
    with pytest.raises(DomainError, match="why"):
        limit_proposals.decide(number, Decision.REJECTED, "", BOSS)
    limit_proposals.decide(number, Decision.REJECTED, "Too much.", BOSS)
    assert state(number) is LimitState.REJECTED
    with pytest.raises(Conflict, match="another portfolio"):
        limit_proposals.propose(draft(portfolio="OIL"), RISK)
    again = limit_proposals.propose(draft(2e6), RISK)
    with pytest.raises(IllegalMove, match="Only risk"):
        limit_proposals.decide(again, Decision.WITHDRAWN, "", BOSS)
    limit_proposals.decide(again, Decision.WITHDRAWN, "", RISK)
    assert state(again) is LimitState.WITHDRAWN


def test_a_later_version_replaces_the_earlier_one_on_its_day(desk):
    first, later = approved(1e6), DAY + timedelta(days=3)
    second = approved(2e6, effective_from=later, effective_to=later + timedelta(days=2))
    assert (state(first), state(second)) == (LimitState.IN_FORCE, LimitState.FUTURE)
    assert (state(first, later), state(second, later)) == (LimitState.REPLACED, LimitState.IN_FORCE)
    assert state(second, later + timedelta(days=2)) is LimitState.ENDED


def test_limits_stand_as_the_newest_run_says_and_only_under_visible_nodes(desk):
    es = es_of("GAS")
    approved(2 * es)
    approved(es / 2, code="OIL_ES", portfolio="OIL")
    both = {"all": [terms(es / 2), terms(1e9, "volatility", node="POWER")]}
    approved(code="BOTH", terms=both)
    found = limit_page.page("all", clocks(), RISK)
    use = {held.version.code: held.standing.judgement for held in found.held}
    assert use["GAS_ES"].use == pytest.approx(0.5)
    assert use["GAS_ES"].parts[0].headroom == pytest.approx(es)
    assert use["BOTH"].status is Status.OK
    gas = person("gas", Role.TRADER, frozenset({"GAS", "GAS_EU"}))
    assert [held.version.code for held in limit_page.page("all", clocks(), gas).held] == ["GAS_ES"]
    with pytest.raises(NotFound, match="OIL"):
        limit_page.page("OIL", clocks(), gas)
    before = limit_page.page("all", clocks(DAY - timedelta(days=1)), RISK)
    assert before.held == ()


def test_method_without_a_run_has_no_data(desk):
    approved(terms=terms(1.0, method="monte_carlo_t"))
    (held,) = limit_page.page("GAS", clocks(), RISK).held
    assert held.status is Status.NO_DATA
    assert held.standing.reading.value is None


def add_days(values, code="GAS", method="historical"):
    days = [DAY - timedelta(days=len(values) - at) for at in range(len(values))]
    rows = [
        {
            "portfolio_id": ids("portfolios")[code], "day": day, "method": method, "level": 0.975,
            "value_at_risk": 0.8 * value, "expected_shortfall": value, "hypothetical": -value / 2, "actual": 0.0,
            "missing": 0, "recorded_at": now(),
        }
        for day, value in zip(days, values, strict=True)
    ]  # fmt: skip
    with UnitOfWork(write=True) as work:
        writes.insert_days(work.session, rows)
    return days


def test_replay_equals_judging_day_by_day(desk):
    values = np.random.default_rng(2).uniform(50, 150, 90).tolist()
    days = add_days(values)
    given = {"any": [terms(120.0), terms(70.0, "daily_pnl", basis="loss")]}
    found = limit_proposals.trial(draft(terms=given), clocks(), RISK)
    tree = terms_from_json(given)
    es, pnl = (condition.metric.key for condition in tree.parts)
    one_by_one = [judge(tree, {es: value, pnl: -value / 2}) for value in values]
    assert found.past.day.tolist() == days
    assert found.result.status.tolist() == [judged.status for judged in one_by_one]
    np.testing.assert_allclose(found.result.use, [judged.use for judged in one_by_one], rtol=1e-12)
    assert found.result.breaches == sum(judged.status is Status.BREACH for judged in one_by_one) > 0
    assert limits.versions(clocks(), RISK) == ()


def test_replay_without_history_says_so(desk):
    found = limit_proposals.trial(draft(), clocks(), RISK)
    assert found.result is None
    assert "no history" in found.sentences[0]


def test_breach_opens_once_and_goes_its_way(desk):
    es = es_of("GAS")
    approved(es / 1.05)
    assert limit_breaches.check_limits(clocks()) == 1
    assert limit_breaches.check_limits(clocks()) == 0
    (view,) = limit_breaches.breaches(clocks(), TRADER)
    assert (view.breach.state, view.breach.owner, view.overdue) == (State.OPEN, None, False)
    assert Step.ACKNOWLEDGED in view.steps
    assert limit_breaches.breaches(Clocks(view.rows[0].as_of, view.breach.due + timedelta(days=1)), RISK)[
        0
    ].overdue
    view = limit_breaches.take_step(view.id, Step.ACKNOWLEDGED, TRADER)
    assert view.breach.owner == "trader"
    with pytest.raises(IllegalMove, match="note is empty"):
        limit_breaches.take_step(view.id, Step.EXPLAINED, TRADER)
    limit_breaches.take_step(view.id, Step.EXPLAINED, TRADER, note="A cargo was delayed.")
    with pytest.raises(IllegalMove, match="may not approve"):
        limit_breaches.take_step(view.id, Step.APPROVED, TRADER)
    limit_breaches.take_step(view.id, Step.APPROVED, BOSS)
    with pytest.raises(IllegalMove, match="still broken"):
        limit_breaches.take_step(view.id, Step.CLOSED, BOSS)
    approved(3 * es)  # a higher limit ends the breach
    assert limit_breaches.check_limits(clocks()) == 1
    view = limit_breaches.take_step(view.id, Step.CLOSED, BOSS)
    assert view.is_closed
    assert [row.event for row in view.rows] == [
        "opened", "acknowledged", "explained", "approved", "eased", "closed",
    ]  # fmt: skip
    with pytest.raises(NotFound):
        limit_breaches.take_step(
            view.id, Step.NOTED, person("oil", Role.TRADER, frozenset({"OIL"})), note="?"
        )


def test_deadlines_skip_the_holidays_of_the_desk(desk, monkeypatch):
    eve = datetime(2099, 12, 23, 9, tzinfo=UTC)  # a Wednesday, and ahead of what the database records now
    monkeypatch.setattr("portal.services.risk.limit_breaches.clock.now", lambda: eve)
    approved(es_of("GAS") / 1.3)
    limit_breaches.check_limits(clocks())
    (view,) = limit_breaches.breaches(Clocks(DAY, eve + timedelta(days=9)), TRADER)
    assert view.breach.due == datetime(2099, 12, 24, 9, tzinfo=UTC)
    view = limit_breaches.take_step(view.id, Step.ACKNOWLEDGED, TRADER)
    assert view.breach.due == datetime(2099, 12, 24, 9, tzinfo=UTC)
    monkeypatch.setattr("portal.services.risk.limit_breaches.clock.now", lambda: eve + timedelta(days=1))
    view = limit_breaches.take_step(view.id, Step.EXPLAINED, TRADER, note="A cargo was delayed.")
    assert view.breach.due == datetime(2099, 12, 28, 9, tzinfo=UTC)  # Christmas, Boxing Day and a weekend


def test_old_days_move_nothing_and_a_limit_that_ends_eases_its_breach(desk):
    es = es_of("GAS")
    approved(es / 2, effective_to=DAY + timedelta(days=1))
    add_run(as_of=DAY + timedelta(days=1))
    assert limit_breaches.check_limits(clocks()) == 0
    with UnitOfWork(write=True) as work:
        from sqlalchemy import text

        work.session.execute(text("DELETE FROM risk_metrics WHERE run_id = 2"))
        work.session.execute(text("DELETE FROM scenario_pnl WHERE run_id = 2"))
        work.session.execute(text("DELETE FROM risk_runs WHERE id = 2"))
    assert limit_breaches.check_limits(clocks()) == 1
    assert limit_breaches.check_limits(clocks(DAY + timedelta(days=1))) == 1
    (view,) = limit_breaches.breaches(clocks(DAY + timedelta(days=1)), RISK)
    assert view.breach.is_over
    assert "not in force" in view.rows[-1].note


def test_breach_is_assigned_to_people_who_see_it(desk):
    approved(es_of("GAS") / 2)
    limit_breaches.check_limits(clocks())
    (view,) = limit_breaches.breaches(clocks(), RISK)
    with pytest.raises(DomainError, match="cannot own"):
        limit_breaches.take_step(view.id, Step.ASSIGNED, RISK, owner="nobody")
    users.create_user(
        "tess", "Tess", "a-long-Passw0rd-of-hers", frozenset({Role.TRADER}), portfolios=["DESK"]
    )
    view = limit_breaches.take_step(view.id, Step.ASSIGNED, RISK, owner="tess")
    assert view.breach.owner == "tess"
    with pytest.raises(IllegalMove, match="belongs to tess"):
        limit_breaches.take_step(view.id, Step.ACKNOWLEDGED, TRADER)


def test_demo_holds_a_limit_of_each_kind(desk):
    assert seed_limits(DAY) == 6  # this desk has no carbon, and no position in gas
    found = limit_page.page("all", clocks(), RISK)
    status = {held.version.code: held.status for held in found.held}
    assert status["GAS_ES"] is Status.WARNING
    assert status["POWER_ES"] is Status.BREACH
    assert status["DESK_ES"] is Status.OK
    assert [version.code for version in found.waiting] == ["OIL_ES"]
    assert {view.code for view in found.open_breaches} == {"POWER_ES", "GAS_ES"}
    assert date.fromisoformat(str(found.held[0].version.row.effective_from)) < DAY
