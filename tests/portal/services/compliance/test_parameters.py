"""Parameters in force: shipped ones, and over them what was approved, as known at a moment."""

from datetime import date, timedelta

from data.session import UnitOfWork
from data.writes import parameters as writes
from portal.core.clock import Clocks, now
from portal.domain.compliance.parameters import shipped
from portal.services.compliance import parameters

DAY = date(2026, 6, 8)
CODE = "EU-ET-02.warning_days"


def store(value=30, valid_from=date(2026, 6, 1), decision="approved", at=None):
    at = at or now()
    with UnitOfWork(write=True) as work:
        number = writes.propose(
            work.session, code=CODE, value={"value": value}, valid_from=valid_from, valid_to=None,
            source="house", trust="P", reason="Less noise.", replay={}, proposed_by="officer",
            recorded_at=at - timedelta(minutes=1),
        )  # fmt: skip
        if decision:
            writes.decide(
                work.session, proposal_id=number, decision=decision, decided_by="head", note="", recorded_at=at
            )  # fmt: skip
    return number


def test_an_approved_change_counts_from_its_day_and_from_when_it_was_known(database):
    at = now() - timedelta(hours=1)
    store(at=at)
    with UnitOfWork() as work:
        known = parameters.in_force(work, Clocks(DAY, now()))
        before = parameters.in_force(work, Clocks(DAY, at - timedelta(seconds=1)))
    changed = known.in_force(CODE, DAY)
    assert (changed.value, changed.changed_by, changed.unit) == (30, "officer", "days")
    assert known.in_force(CODE, date(2026, 5, 31)).value == 60
    assert before.in_force(CODE, DAY).value == 60


def test_what_nobody_approved_does_not_count(database):
    store(decision=None)
    store(20, decision="rejected")
    with UnitOfWork() as work:
        assert parameters.in_force(work, Clocks(DAY, now())) is shipped()
