"""A day whose numbers are late: the pack waits, then comes on time with each gap named and bounded."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.core.clock import Clocks
from portal.core.permissions import Role
from portal.services.monitoring import sending
from portal.services.packs import readiness, rounds
from portal.services.packs.schedules import Terms
from tests.helpers import packs
from tests.helpers.feeds import add_feed, add_job, workdays
from tests.helpers.packs import add_value, person, store
from tests.portal.services.monitoring.delivery_desk import mail_of

FRIDAY = date(2026, 11, 20)
DUE = datetime(2026, 11, 23, 5, 45, tzinfo=UTC)
DAYS = workdays(FRIDAY, 26)
JOBS = {
    "risk.nightly": 1155,
    "compliance.check": 1170,
    "compliance.surveillance": 1185,
    "forecast.nightly": 1180,
}
TERMS = Terms("morning", "Morning pack", "portfolio", ("ann", "ben"), formats=("json",), wait_minutes=15)


def at(minutes: float) -> datetime:
    return datetime(FRIDAY.year, FRIDAY.month, FRIDAY.day, tzinfo=UTC) + timedelta(minutes=minutes)


def run_night(*, leave_out: str = "") -> None:
    for kind, due in JOBS.items():
        if kind != leave_out:
            add_job(kind, at(due), began=at(due + 0.5), ended=at(due + 5))


@pytest.fixture
def desk(small_packs):
    """Two readers on a desk whose prices of Friday have come; its nightly jobs have not run."""
    add_feed("exchange", DAYS)
    for number, day in enumerate(DAYS[:-1]):
        add_value("GAS", day, 1000.0 + (400.0 if number == 9 else 0.0))
        add_value("POWER", day, 500.0 + 90.0 * (number % 2))
    person("ann", Role.RISK_OFFICER, "GAS", "POWER")
    person("ben", Role.TRADER, "POWER")
    store(TERMS, DUE - timedelta(hours=1))


@pytest.mark.usefixtures("desk")
def test_late_numbers_make_a_partial_pack_on_time_with_named_and_bounded_gaps():
    run_night(leave_out="risk.nightly")
    assert rounds.make_due(DUE) == []
    assert rounds.make_due(DUE + timedelta(minutes=14)) == []
    assert len(rounds.make_due(DUE + timedelta(minutes=15))) == 2
    assert packs.run_all() == ["done", "done"]
    for row in packs.packs():
        assert (row.state, row.known_at) == ("partial", DUE + timedelta(minutes=15))
        (gap,) = row.gaps["of"]
        assert gap["what"] == "Nightly risk run of 2026-11-20"
        assert gap["why"] == "Had not begun by 2026-11-23 06:00 UTC, due 2026-11-20 19:15 UTC."
        assert gap["bound"] == readiness.UNKNOWN, "no risk was ever measured, so nobody can say"


@pytest.mark.usefixtures("desk")
def test_numbers_that_come_in_time_make_a_complete_pack():
    run_night(leave_out="risk.nightly")
    assert rounds.make_due(DUE + timedelta(minutes=1)) == []
    begun = DUE + timedelta(minutes=3)
    add_job("risk.nightly", begun, began=begun, ended=begun + timedelta(minutes=2))
    look = DUE + timedelta(minutes=6)
    asked = rounds.make_due(look)
    assert len(asked) == 2
    packs.run_all()
    assert {(row.state, row.known_at) for row in packs.packs()} == {("complete", look)}


@pytest.mark.usefixtures("small_packs")
def test_prices_that_are_late_are_bounded_by_the_reader_s_own_books():
    add_feed("exchange", DAYS[:-1])
    for number, day in enumerate(DAYS[:-1]):
        add_value("GAS", day, 1000.0 + (400.0 if number == 9 else 0.0))
        add_value("POWER", day, 500.0 + 90.0 * (number % 2))
    clocks = Clocks(FRIDAY, DUE)
    both = readiness.gaps(clocks, person("ann", Role.RISK_OFFICER, "GAS", "POWER"))
    one = readiness.gaps(clocks, person("ben", Role.TRADER, "POWER"))
    prices = [next(gap for gap in gaps if gap.what == "Daily prices of 2026-11-20") for gaps in (both, one)]
    assert prices[0].why == "Had not come by 2026-11-23 05:45 UTC, due 2026-11-20 18:30 UTC."
    assert prices[0].bound.startswith(
        "At most 490 EUR, if the day is no larger than the largest of the last 24"
    )
    assert prices[1].bound.startswith("At most 90 EUR, ")
    assert prices[1].bound.endswith("the value of your books was 500 EUR on 2026-11-19.")
    assert {gap.bound for gap in both if gap.what.startswith("Rules")} == {readiness.UNKNOWN}


@pytest.mark.usefixtures("desk", "sends")
def test_a_scheduled_pack_arrives_by_mail_with_its_file(mails):
    from portal.services.packs.jobs import reader_named

    run_night()
    mail_of(reader_named("ann"))
    rounds.make_due(DUE)
    packs.run_all()
    while sending.send_next():
        pass
    (message,) = mails.kept
    assert mails.recipients == ["ann@example.com"]
    assert message["Subject"] == "Morning pack, 2026-11-20"
    (file,) = [part for part in message.walk() if part.get_filename()]
    (row,) = [row for row in packs.packs() if row.reader == "ann"]
    assert file.get_filename() == "enerscope-morning-2026-11-20-20261123T0545Z-ann.json"
    assert file.get_payload(decode=True) == packs.content(row.id, "json")
    said = next(part for part in message.walk() if part.get_content_type() == "text/plain").get_payload(
        decode=True
    )
    assert b"It is complete." in said
