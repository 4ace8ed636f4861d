"""Where an obligation stands, and what is late."""

from datetime import UTC, datetime, timedelta

from portal.domain.compliance.obligations import Happened, Status, Step, allowed, fold, status_of, timeliness

DUE = datetime(2026, 6, 16, 22, tzinfo=UTC)
SOON, LATER = DUE - timedelta(hours=1), DUE + timedelta(hours=1)


def step(name, at=SOON, by="anna"):
    return Happened(Step(name), by, at)


def test_late_is_after_the_last_second():
    nothing = fold([])
    assert status_of(nothing, DUE, SOON) is Status.OPEN
    assert status_of(nothing, DUE, DUE) is Status.OPEN
    assert status_of(nothing, DUE, LATER) is Status.LATE


def test_done_late_stays_late():
    assert status_of(fold([step("done")]), DUE, LATER) is Status.DONE
    assert status_of(fold([step("done", LATER)]), DUE, LATER) is Status.DONE_LATE
    assert status_of(fold([step("skipped", LATER)]), DUE, LATER) is Status.SKIPPED


def test_opened_again_keeps_its_owner():
    stands = fold([step("owned"), step("done"), step("reopened")])
    assert stands.is_open
    assert stands.owner == "anna"
    assert Step.DONE in allowed(stands)
    assert allowed(fold([step("done")])) == (Step.REOPENED,)


def test_timeliness_counts_what_was_due():
    assert timeliness([Status.OPEN, Status.SKIPPED]) is None
    assert timeliness([Status.DONE, Status.LATE, Status.DONE_LATE, Status.DONE, Status.OPEN]) == 0.5
