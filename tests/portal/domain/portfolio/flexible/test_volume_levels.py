"""The volumes of a storage: complete where they can be, and enough where they cannot."""

import numpy as np
import pytest

from portal.domain.portfolio.flexible.facility import build_facility
from portal.domain.portfolio.flexible.storage import storage_value
from portal.domain.portfolio.flexible.volume_levels import volume_levels


def _facility(periods, rise, fall, loss=0.0, start=10.0, end=10.0):
    return build_facility(
        periods,
        capacity=100.0,
        injection_rate=rise,
        withdrawal_rate=fall,
        injection_cost=0.2,
        withdrawal_cost=0.1,
        injection_loss=loss,
        start_volume=start,
        end_volume=end,
    )


def test_multiples_of_one_unit_are_the_lattice():
    levels = volume_levels(_facility(12, 20.0, 30.0))
    assert levels[0].tolist() == [10.0]
    assert levels[6] == pytest.approx(np.arange(0.0, 101.0, 10.0))
    assert all(np.all(np.diff(each) > 0) for each in levels)


def test_ranges_lead_from_the_start_to_the_end():
    facility = _facility(4, 20.0, 30.0, start=50.0, end=80.0)
    assert facility.low.tolist() == [50.0, 20.0, 40.0, 60.0, 80.0]
    assert facility.high.tolist() == [50.0, 70.0, 90.0, 100.0, 100.0]
    assert [(each[0], each[-1]) for each in volume_levels(facility)] == list(
        zip(facility.low, facility.high, strict=True)
    )


def test_straight_corners_are_kept_beyond_the_count():
    levels = volume_levels(_facility(52, 4.1, 7.3, loss=0.01), 5)
    assert max(len(each) for each in levels) > 30
    before_end = levels[-3]  # two withdrawals above the end volume, and two injections below the capacity
    for corner in (10.0 + 14.6, 100.0 - 8.2 * 0.99):
        assert np.abs(before_end - corner).min() < 1e-9


def test_levels_are_kept_for_the_next_scenario():
    assert volume_levels(_facility(12, 20.0, 30.0)) is volume_levels(_facility(12, 20.0, 30.0))


@pytest.mark.parametrize("seed", range(9))
def test_awkward_contracts_are_within_a_tenth_of_a_percent(seed):
    """Rates that share no unit, over 12 or 24 months or 52 weeks: against twice the nodes and ten times the levels."""
    rng = np.random.default_rng(seed)
    periods, step = ((12, 1 / 12), (24, 1 / 12), (52, 1 / 52))[seed % 3]
    times = step * np.arange(1, periods + 1)
    share = 12 * step
    curve = (
        25.0 * (1.0 + rng.uniform(0.05, 0.25) * np.cos(2 * np.pi * times + rng.uniform(0, 6))),
        times,
        np.exp(-times / 33),
    )
    contract = {
        "capacity": 100.0,
        "injection_rate": share * rng.uniform(12.0, 25.0),
        "withdrawal_rate": share * rng.uniform(15.0, 40.0),
        "injection_cost": 0.2,
        "withdrawal_cost": 0.1,
        "injection_loss": 0.01,
        "start_volume": 10.0,
        "end_volume": 10.0,
        "kappa": rng.uniform(0.5, 4.0),
        "sigma": rng.uniform(0.4, 0.9),
    }
    found, fine = storage_value(*curve, **contract), storage_value(*curve, **contract, nodes=121, levels=401)
    assert found.value == pytest.approx(fine.value, rel=1e-3)
    assert found.delta == pytest.approx(fine.delta, abs=0.03 * contract["withdrawal_rate"])
    assert found.vega == pytest.approx(fine.vega, rel=5e-3)
