"""The plant: against all possible schedules, against what its terms promise, and what it refuses."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter, LengthMismatch
from portal.domain.portfolio.flexible.plant import Plant, plant_value

PLANT = Plant(8.0, 40.0, 3, 2, 0.5, start_fuel=5.0, start_fixed=100.0, fuel_cost_addon=1.0)
HOURS = 11


def _prices(seed):
    rng = np.random.default_rng(seed)
    return rng.normal(45.0, 25.0, HOURS), rng.normal(20.0, 2.0, HOURS)


def _runs(states):
    """Lengths of runs as (state, first hour, length)."""
    start = 0
    for state, group in itertools.groupby(states):
        length = len(list(group))
        yield state, start, length
        start += length


def _best_of_all(power, fuel, *, running_before):
    """Profit of the best of all 2^11 schedules that keep the minimum times."""
    margin = power - (fuel + 1.0) / 0.5
    hourly = np.where(margin > 0, 40.0, 8.0) * margin
    start = 100.0 + 5.0 * (fuel + 1.0)
    best = -np.inf
    for states in itertools.product((0, 1), repeat=HOURS):
        profit, fine = float(np.dot(states, hourly)), True
        for state, first, length in _runs(states):
            event = first > 0 or (running_before is not None and state != running_before)
            fine &= not event or first + length == HOURS or length >= (3 if state else 2)
            profit -= start[first] if event and state else 0.0
        best = max(best, profit) if fine else best
    return best


@pytest.mark.parametrize("running_before", [None, False, True])
@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_best_of_all_schedules(seed, running_before):
    power, fuel = _prices(seed)
    found = plant_value(PLANT, power, fuel, running_before=running_before)
    assert found.value == pytest.approx(_best_of_all(power, fuel, running_before=running_before), abs=1e-6)


def test_the_dispatch_earns_the_value_and_keeps_its_limits():
    power, fuel = _prices(7)
    found = plant_value(PLANT, power, fuel, running_before=False)
    on = found.power > 0
    assert np.all((found.power[on] >= 8.0) & (found.power[on] <= 40.0))
    earned = found.power @ (power - (fuel + 1.0) / 0.5) - found.starts @ (100.0 + 5.0 * (fuel + 1.0))
    assert earned == pytest.approx(found.value)


def test_an_hour_alone():
    assert plant_value(PLANT, [100.0], [20.0]).value == pytest.approx(40.0 * 58.0)
    assert plant_value(PLANT, [100.0], [20.0], running_before=False).value == pytest.approx(
        40.0 * 58.0 - 205.0
    )
    assert plant_value(PLANT, [10.0], [20.0]).value == 0.0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"efficiency": 0.0}, "efficiency of the plant must be a number above 0"),
        ({"p_max": 0.0}, "largest power"),
        ({"p_min": 41.0}, "least power"),
        ({"min_up_hours": -1}, "min up hours"),
        ({"start_fixed": float("nan")}, "start fixed"),
    ],
)
def test_plants_that_make_no_sense_are_refused(changes, message):
    with pytest.raises(BadParameter, match=message):
        plant_value(replace(PLANT, **changes), *_prices(0))


def test_prices_that_do_not_fit_are_refused():
    with pytest.raises(LengthMismatch, match="given are 2 and 1"):
        plant_value(PLANT, [40.0, 41.0], [20.0])
    with pytest.raises(BadParameter, match="no price in hour 2 of 2"):
        plant_value(PLANT, [40.0, float("nan")], [20.0, 20.0])
