"""Until when records are kept: the latest of all duties, open while a contract runs."""

from datetime import date

import pytest

from portal.domain.compliance.parameters import shipped
from portal.domain.compliance.retention import DUTIES, PARAMETER, retention

CREATED, ENDED = date(2024, 1, 10), date(2025, 6, 30)
YEARS = shipped().in_force(PARAMETER, CREATED).value


def test_every_duty_has_its_years():
    assert {duty.years for duty in DUTIES.values()} == set(YEARS)


def test_the_latest_end_governs():
    found = retention(["EMIR", "CFTC_SWAP", "MIFID_7"], CREATED, ENDED, YEARS)
    assert (found.end, found.governing, found.is_open) == (date(2031, 1, 10), "MIFID_7", False)


@pytest.mark.parametrize(("code", "end"), [("EMIR", date(2030, 6, 30)), ("MIFID", date(2029, 1, 10))])
def test_a_duty_counts_from_its_own_day(code, end):
    assert retention([code], CREATED, ENDED, YEARS).end == end


def test_the_record_may_go_on_the_day_of_its_end():
    found = retention(["MIFID"], CREATED, None, YEARS)
    assert found.keeps(date(2029, 1, 9))
    assert not found.keeps(date(2029, 1, 10))


@pytest.mark.parametrize("code", ["EMIR", "CFTC_SWAP", "CDD", "SOMETHING_NEW"])
def test_nothing_goes_while_a_contract_runs_or_a_duty_is_unknown(code):
    assert retention([code], date(1990, 1, 1), None, YEARS).keeps(date(2026, 1, 1))


def test_without_a_duty_nothing_is_kept():
    assert not retention([], CREATED, None, YEARS).keeps(CREATED)
