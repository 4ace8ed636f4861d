"""The compliance calendar: entered once, moved by compliance only, late by derivation, closed by a report."""

from datetime import UTC, date, datetime, timedelta

import pytest

from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.domain.compliance.obligations import Status, Step
from portal.services.compliance import demo_calendar, obligations
from portal.services.compliance.obligations import NewObligation

DAY = date(2026, 6, 8)


def person(name, role):
    return Actor(7, name, name.capitalize(), frozenset({role}))


OFFICER, AUDITOR = person("officer", Role.COMPLIANCE_OFFICER), person("auditor", Role.AUDITOR)
TRADER = person("trader", Role.TRADER)


def clocks(**before):
    return Clocks(DAY, clock.now() + timedelta(seconds=1) - timedelta(**before))


def new(key="EU-RM-20|2026-06-08", due=timedelta(days=1), **more):
    given = {
        "rule": "EU-RM-20", "regime": "EU-REMIT", "title": "Report of a standard contract", "subject": "deals",
        "event_on": DAY, "due_at": clock.now() + due, "report_kind": "remit-t1", **more,
    }  # fmt: skip
    return NewObligation(key, **given)


def entered(*items):
    with UnitOfWork(write=True) as work:
        return obligations.ensure(work, list(items))


def seen(number, actor=AUDITOR):
    return next(view for view in obligations.listed(clocks(), actor) if view.row.id == number)


def test_one_key_is_one_obligation(database):
    first = entered(new(), new("x" * 100))
    assert entered(new(), new("x" * 100)) == first
    assert len(obligations.listed(clocks(), AUDITOR)) == 2


def test_late_is_derived(database):
    (number,) = entered(new(due=-timedelta(minutes=1))).values()
    assert seen(number).status is Status.LATE
    assert seen(number).left < timedelta()


def test_only_compliance_moves_it_and_everybody_of_compliance_reads_it(database):
    (number,) = entered(new()).values()
    with pytest.raises(NotPermitted):
        obligations.listed(clocks(), TRADER)
    with pytest.raises(NotPermitted):
        obligations.take_step(number, Step.OWNED, AUDITOR)
    obligations.take_step(number, Step.OWNED, OFFICER)
    assert seen(number).standing.owner == "officer"
    assert seen(number).steps == ()
    with pytest.raises(DomainError, match="Say why"):
        obligations.take_step(number, Step.SKIPPED, OFFICER)
    with pytest.raises(DomainError, match="Say what"):
        obligations.take_step(number, Step.DONE, OFFICER, " ")
    obligations.take_step(number, Step.DONE, OFFICER, "Sent by post.")
    with pytest.raises(Conflict):
        obligations.take_step(number, Step.DONE, OFFICER, "Again.")
    assert seen(number).status is Status.DONE
    obligations.take_step(number, Step.REOPENED, OFFICER, "It came back.")
    assert seen(number).status is Status.OPEN
    with pytest.raises(NotFound):
        obligations.take_step(10**9, Step.OWNED, OFFICER)


def test_a_released_report_closes_what_it_is_about(database):
    made = entered(new(), new("other day", event_on=date(2026, 6, 9)), new("other kind", report_kind="emir"))
    with UnitOfWork(write=True) as work:
        closed = obligations.fulfil(
            work, report_kind="remit-t1", first=DAY, last=DAY, report_id=5, actor=OFFICER
        )
    assert closed == 1
    done = [view for view in obligations.listed(clocks(), AUDITOR) if not view.is_open]
    assert [view.row.id for view in done] == [made["EU-RM-20|2026-06-08"]]
    assert done[0].standing.closed.report_id == 5


def test_the_past_is_as_it_was(database):
    (number,) = entered(new()).values()
    assert obligations.listed(clocks(hours=1), AUDITOR) == ()
    assert seen(number).is_open


def test_standing_duties_are_entered_once(database):
    with UnitOfWork(write=True) as work:
        first = obligations.ensure_standing(work, DAY)
    with UnitOfWork(write=True) as work:
        again = obligations.ensure_standing(work, DAY)
    assert first == again == len(obligations.listed(clocks(), AUDITOR)) > 250
    quarter = next(v for v in obligations.listed(clocks(), AUDITOR) if v.row.subject == "2026-Q3")
    assert quarter.row.due_at == datetime(
        2026, 11, 3, 4, 59, 59, tzinfo=UTC
    )  # the end of the day in New York


def test_findings_of_a_day_are_one_filing(database):
    with UnitOfWork(write=True) as work:
        _records(work, 3)
        assert obligations.ensure_filings(work) == 1
    (view,) = obligations.listed(clocks(), AUDITOR)
    assert view.row.report_kind == "remit-t2"
    assert "Table 2" in view.row.title


def test_the_demo_has_filed_what_is_old(database):
    with UnitOfWork(write=True) as work:
        _records(work, 1)
    demo_calendar.load(DAY, lambda _said: None)
    found = obligations.listed(clocks(), AUDITOR)
    assert [view.status for view in found if view.row.rule == "EU-RM-21"] == [Status.DONE]
    assert not [view for view in found if view.is_late and view.row.rule == "EU-RM-21"]


def _records(work, number):
    """Store findings of one rule of one day."""
    from data.models.compliance import ComplianceRecord, ComplianceRun

    at = datetime(2026, 6, 8, 20, tzinfo=UTC)
    run = ComplianceRun(
        kind="nightly", as_of=DAY, known_at=at, rules_sha256="r", parameters_sha256="p", subjects=number, counts={},
        seconds=1.0, run_by="system",
    )  # fmt: skip
    work.session.add(run)
    work.session.flush()
    for count in range(number):
        work.session.add(
            ComplianceRecord(
                run_id=run.id,
                fingerprint=f"f{count}",
                rule="EU-RM-21",
                rule_version=1,
                regime="EU-REMIT",
                action="report",
                subject_kind="trade",
                subject=str(count),
                as_of=DAY,
                due_at=datetime(2026, 6, 22, 21, 59, 59, tzinfo=UTC),
                message="Report it.",
                inputs={},
                values={"table": 2},
                parameters={},
                recorded_by="system",
            )
        )
    work.session.flush()
