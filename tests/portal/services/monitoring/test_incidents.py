"""What people do with incidents: by right and by book, by name, with a clear conflict when two act at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import SYSTEM, Actor
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Permission, Role
from portal.core.table import GridQuery
from portal.services.access import users
from portal.services.monitoring import incidents, settling
from tests.helpers.incidents import ADAM, ANN, AUDREY, OLIVER, TOM, over, put


def one() -> int:
    put()
    (view,) = incidents.queue(SYSTEM).views
    return view.id


def soon(minutes: float = 60):
    return clock.now() + timedelta(minutes=minutes)


def staff(*people: Actor) -> None:
    """Give the people accounts, and the tree the nodes that they see."""
    with UnitOfWork(write=True) as work:
        for code in ("DESK", "GAS"):
            work.session.execute(
                text("INSERT INTO portfolios (code, name) VALUES (:code, :name)"),
                {"code": code, "name": code},
            )
    for actor in people:
        users.create_user(
            actor.username, actor.name, "x", actor.roles, portfolios=actor.portfolio_codes, is_demo=True
        )


def test_a_rule_that_people_wrote_is_shown_by_its_title(database):
    facts = {"rule_title": "The disk fills up", "service": "disk"}
    put("rule.disk-fills", "disk /", permission=Permission.MONITORING_READ, facts=facts)
    put("audit.broken", "audit log", permission=Permission.AUDIT_READ, facts={})
    put("odd.one", "x", permission=Permission.JOBS_READ, facts={})
    found = [incidents.detail(view.id, SYSTEM) for view in incidents.queue(SYSTEM).views]
    titles = {alert.rule: one.rule_title(alert) for one in found for alert in one.alerts}
    assert titles == {
        "rule.disk-fills": "The disk fills up", "audit.broken": "The audit log is not whole", "odd.one": "odd.one",
    }  # fmt: skip


def test_acknowledging_takes_the_right_to_answer_and_makes_an_owner(database):
    number = one()
    with pytest.raises(NotPermitted):
        incidents.acknowledge(number, AUDREY)
    with pytest.raises(NotFound):
        incidents.acknowledge(number, ADAM)
    found = incidents.acknowledge(number, ANN)
    assert (found.view.row.state, found.view.row.owner, found.view.asks) == ("acknowledged", "ann", False)
    with pytest.raises(Conflict, match="ann has acknowledged it already"):
        incidents.acknowledge(number, TOM)


def test_operations_answer_for_the_platform_and_not_for_limits(database):
    put()
    put("service.down", "cache", permission=Permission.MONITORING_READ, facts={})
    by_area = {view.area: view for view in incidents.queue(OLIVER).views}
    assert {area: view.may_answer for area, view in by_area.items()} == {
        "Risk and limits": False, "Platform": True,
    }  # fmt: skip
    put("signin.odd", "x", permission=Permission.SECURITY_READ, facts={})
    (security,) = [view for view in incidents.queue(AUDREY).views if view.area == "Security"]
    assert not security.may_answer, "who only reads does not answer"
    assert [view.may_answer for view in incidents.queue(ADAM).views if view.area == "Security"] == [True]


def test_of_two_at_once_one_is_told_what_the_other_did(database):
    number = one()
    seen = incidents.detail(number, ANN).seen

    def take(actor: Actor) -> str:
        try:
            incidents.acknowledge(number, actor, seen=seen)
        except Conflict as problem:
            return problem.message
        return ""

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(take, (ANN, TOM)))
    assert said[0] == ""
    assert "acknowledged it" in said[1]


def test_a_decision_on_an_old_page_is_refused_and_says_why(database):
    staff(ANN, TOM, OLIVER)
    number = one()
    seen = incidents.detail(number, ANN).seen
    incidents.assign(number, TOM, "ann", seen=seen)
    with pytest.raises(Conflict, match="tom gave it to ann at"):
        incidents.snooze(number, ANN, soon(), "Waits for the feed.", seen=seen)
    incidents.comment(number, TOM, "No harm.")
    again = incidents.detail(number, ANN).seen - 1
    assert incidents.snooze(number, ANN, soon(), "Waits for the feed.", seen=again).view.is_snoozed, (
        "a comment is no decision"
    )


def test_it_is_given_to_those_who_see_it_and_may_answer(database):
    lost = Actor(2, "lost", "Lost", frozenset({Role.TRADER}), frozenset({"GAS"}))
    staff(ANN, TOM, OLIVER, AUDREY, lost)
    number = one()
    assert set(incidents.detail(number, ANN).owners) == {"ann", "tom"}
    for stranger in ("oliver", "audrey", "lost", "nobody"):
        with pytest.raises(DomainError, match="cannot take"):
            incidents.assign(number, ANN, stranger)
    assert incidents.assign(number, ANN, "tom").view.row.owner == "tom"
    with pytest.raises(Conflict, match="has incident"):
        incidents.assign(number, ANN, "tom")


def test_a_snooze_has_a_reason_and_an_end(database):
    number = one()
    for until, reason in ((soon(), " "), (soon(-1), "Later"), (soon(60 * 24 * 15), "Later")):
        with pytest.raises(DomainError):
            incidents.snooze(number, ANN, until, reason)
    found = incidents.snooze(number, ANN, soon(), "The vendor works on it.")
    assert (found.view.is_snoozed, found.view.asks, found.view.row.owner) == (True, False, "ann")
    assert settling.wake_slept() == 0
    with UnitOfWork(write=True) as work:
        work.session.execute(text("UPDATE incidents SET snoozed_until = now() - interval '1 second'"))
    assert settling.wake_slept() == 1
    assert incidents.detail(number, ANN).view.asks, "who put it off is asked again"


def test_a_snooze_is_ended_by_people_or_by_what_gets_worse(database):
    number = one()
    incidents.snooze(number, ANN, soon(), "The vendor works on it.")
    found = incidents.wake(number, TOM)
    assert (found.view.is_snoozed, found.view.row.state) == (False, "acknowledged")
    with pytest.raises(Conflict, match="not put off"):
        incidents.wake(number, ANN)
    incidents.snooze(number, ANN, soon(), "Really.")
    put(severity="critical")
    assert incidents.detail(number, ANN).view.asks


def test_resolving_says_what_was_done_and_is_done_once(database):
    number = one()
    with pytest.raises(DomainError, match="Say what was done"):
        incidents.resolve(number, ANN, "  ")
    over()
    found = incidents.resolve(number, ANN, "Restarted the feed.")
    assert found.view.is_resolved
    assert found.view.row.acknowledged_at is not None
    for act in (
        lambda: incidents.resolve(number, TOM, "Me too."),
        lambda: incidents.acknowledge(number, TOM),
        lambda: incidents.snooze(number, TOM, soon(), "Later"),
    ):
        with pytest.raises(Conflict, match="ann has resolved it"):
            act()
    rows, total = incidents.resolved(ANN, GridQuery(text="confidence"))
    assert (total, [view.id for view in rows]) == (1, [number])
    assert incidents.resolved(ADAM, GridQuery())[1] == 0


def test_what_was_learnt_is_written_after_it_was_resolved(database):
    number = one()
    said = {"happened": "The feed stopped.", "why": "Its certificate expired.", "change": "We watch it."}
    with pytest.raises(Conflict, match="Resolve incident"):
        incidents.write_postmortem(number, ANN, said)
    incidents.resolve(number, ANN, "New certificate.")
    with pytest.raises(DomainError, match="all three"):
        incidents.write_postmortem(number, ANN, {**said, "why": " "})
    found = incidents.write_postmortem(number, ANN, said, seen=incidents.detail(number, ANN).seen)
    assert found.events[-1].body == said
    with pytest.raises(Conflict, match="wrote a post-mortem"):
        incidents.write_postmortem(number, TOM, said, seen=found.seen - 1)
    incidents.comment(number, TOM, "Thank you.")
    assert incidents.detail(number, TOM).events[-1].step == "comment"


def test_people_open_incidents_about_what_they_answer_for(database):
    with pytest.raises(NotPermitted):
        incidents.open_by_hand(AUDREY, Permission.SECURITY_READ, "Odd", "", "warning")
    with pytest.raises(NotPermitted):
        incidents.open_by_hand(ANN, Permission.MONITORING_READ, "Odd", "", "warning")
    with pytest.raises(DomainError, match="one sentence"):
        incidents.open_by_hand(OLIVER, Permission.MONITORING_READ, " ", "", "warning")
    number = incidents.open_by_hand(
        OLIVER, Permission.MONITORING_READ, "The fan is loud", "Room 2", "warning", "disk"
    )
    found = incidents.detail(number, OLIVER)
    assert (found.view.row.opened_by, found.view.row.service, found.events[0].body) == (
        "oliver", "disk", {"text": "Room 2"},
    )  # fmt: skip
    assert settling.resolve_quiet() == 0
    with pytest.raises(NotFound):
        incidents.detail(number, TOM)


def test_the_queue_begins_with_what_asks_and_is_worst(database):
    for name, severity in (("a", "warning"), ("b", "critical"), ("c", "critical"), ("d", "warning")):
        put(f"rule.{name}", "DESK", severity=severity)
    by_rule = {
        incidents.detail(view.id, ANN).alerts[0].rule[-1]: view.id for view in incidents.queue(ANN).views
    }
    incidents.acknowledge(by_rule["b"], ANN)
    incidents.snooze(by_rule["a"], ANN, soon(), "Later.")
    assert [view.id for view in incidents.queue(ANN).views] == [by_rule[name] for name in "cdba"]


def test_steps_are_in_the_audit_log_without_words_or_names(database):
    staff(ANN, TOM)
    number = one()
    incidents.assign(number, ANN, "tom")
    incidents.comment(number, TOM, "A secret remark.")
    incidents.resolve(number, TOM, "Done by hand.")
    with UnitOfWork() as work:
        rows = work.session.execute(
            text("SELECT action, entry FROM audit_log WHERE object_kind = 'incident' ORDER BY seq")
        ).all()
    assert [row[0] for row in rows] == [
        "incident.opened", "incident.assigned", "incident.comment", "incident.resolved",
    ]  # fmt: skip
    assert not any("tom" in row[1] or "secret" in row[1] or "hand" in row[1] for row in rows)
