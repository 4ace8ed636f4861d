"""Figures of the ancillary activity tests."""

from datetime import date

import pytest

from portal.domain.compliance import ancillary
from portal.domain.compliance.base import Case
from portal.domain.compliance.errors import NotAskedError
from portal.domain.compliance.parameters import shipped
from portal.domain.compliance.working_days import WorkingDays


def case(**facts):
    return Case({"ancillary": facts}, date(2026, 1, 31), shipped(), WorkingDays())


def test_capital_is_held_against_what_is_employed():
    positions = {"net_positions_eur": [400, -200], "gross_positions_eur": [400, 200]}
    assert ancillary.capital_ratio(case(**positions, assets_eur=300, current_debt_eur=100)) == pytest.approx(
        0.54
    )
    assert ancillary.capital_ratio(case(**positions, assets_eur=100, current_debt_eur=100)) is None


def test_nothing_to_divide_by_is_a_gap():
    with pytest.raises(NotAskedError, match="month-end"):
        ancillary.mean(case(month_end_net_outstanding_eur=[]))
    with pytest.raises(NotAskedError, match="no trading"):
        ancillary.trading_ratio(case(own_speculative_gross_eur=0, group_gross_eur=0))
