"""Duties of the calendar over a year."""

from datetime import date

from portal.domain.compliance.parameters import shipped
from portal.domain.compliance.standing import standing
from portal.domain.compliance.working_days import WorkingDays

DAYS = dict.fromkeys(("US", "EU", "UK"), WorkingDays(holidays=frozenset({date(2026, 12, 25)})))


def duties(schemes=("EU", "UK"), first=date(2026, 6, 1), last=date(2027, 5, 31)):
    return standing(first, last, schemes, shipped(), DAYS)


def test_quarterly_reports_roll_to_the_next_working_day():
    found = {duty.subject: duty.due for duty in duties() if duty.rule == "US-FE-02"}
    assert found == {
        "2026-Q2": date(2026, 7, 31),
        "2026-Q3": date(2026, 11, 2),  # 31 October is a Saturday
        "2026-Q4": date(2027, 2, 1),  # 31 January is a Sunday
        "2027-Q1": date(2027, 4, 30),
    }


def test_each_scheme_has_its_own_dates():
    found = {duty.title: duty.due for duty in duties() if duty.regime == "EU-ETS"}
    assert found["Verified emissions report of 2026"] == date(2027, 3, 31)
    assert found["Surrender of allowances for 2025"] == date(2026, 9, 30)
    assert found["Free allocation of 2026 received"] == date(2026, 6, 30)
    british = {duty.title: duty.due for duty in duties() if duty.regime == "UK-ETS"}
    assert british["Surrender of allowances for 2026"] == date(2027, 4, 30)
    assert not [duty for duty in duties(schemes=()) if duty.regime.endswith("ETS")]


def test_positions_are_due_on_the_next_working_day():
    found = {duty.event_on: duty.due for duty in duties() if duty.rule == "EU-MI-05"}
    assert found[date(2026, 12, 24)] == date(2026, 12, 28)
    assert date(2026, 12, 25) not in found
    assert date(2026, 12, 26) not in found


def test_days_that_nobody_confirmed_say_so():
    assert {duty.rule for duty in duties() if not duty.is_confirmed} == {"EU-MI-05", "EU-RM-26", "GL-S2-03"}


def test_every_duty_has_a_key_of_its_own():
    keys = [duty.key for duty in duties(first=date(2024, 1, 1))]
    assert len(keys) == len(set(keys))
