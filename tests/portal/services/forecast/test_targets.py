"""The list of what can be forecast: from the instruments, zones and curves there are."""

from collections import Counter

import pytest

from data.queries import forecast_inputs
from data.session import UnitOfWork
from portal.core.actor import SYSTEM
from portal.domain.forecast.features import FEATURE_SETS
from portal.domain.forecast.targets import TargetKind
from portal.services.forecast.targets import targets


def test_an_empty_database_has_nothing_to_forecast(database):
    assert targets() == ()


def test_the_demo_desk_has_all_kinds(demo_database):
    found = targets(SYSTEM)
    assert len({target.code for target in found}) == len(found)
    count = Counter(target.kind for target in found)
    assert (
        count[TargetKind.POWER]
        == count[TargetKind.LOAD]
        == count[TargetKind.WIND]
        == count[TargetKind.SOLAR]
        == 6
    )
    assert count[TargetKind.SETTLE] >= 30
    assert count[TargetKind.SPREAD] == 8
    assert count[TargetKind.VOLATILITY] >= 12
    assert all(target.simulated for target in found)
    assert {target.feature_set for target in found} == set(FEATURE_SETS)


def test_grids_of_the_kinds(demo_database):
    by_code = {target.code: target for target in targets()}
    power, load = by_code["power.DE_LU"], by_code["load.DE_LU"]
    assert (power.horizon, power.lead, power.gate, power.positive) == (24, 0, "12:00", False)
    assert (load.horizon, load.lead, load.unit, load.positive) == (48, 24, "MW", True)
    assert (by_code["settle.TTF"].horizon, by_code["settle.TTF"].business_days) == (20, True)
    assert by_code["volatility.TTF"].unit == "%"
    assert by_code["spread.clean_spark"].unit == "EUR/MWh"
    assert "settle.WTI_SPOT_EIA" not in by_code  # ended in 2019
    assert "volatility.POWER_DE_LU_PEAK" not in by_code  # its high and low are hours, not moves


def test_the_list_is_read_once(demo_database, monkeypatch):
    targets()
    with monkeypatch.context() as patch:
        patch.setattr(forecast_inputs, "zones", lambda _session: pytest.fail("read again"))
        assert targets()


def test_forecasts_are_recorded_before_their_gate_and_actual_values_after(demo_database):
    from sqlalchemy import text

    with UnitOfWork() as work:
        rows = work.session.execute(
            text(
                "SELECT count(*) FILTER (WHERE load_mw IS NULL), count(*) FILTER (WHERE load_mw IS NOT NULL), "
                "count(*) FILTER (WHERE load_mw IS NULL AND recorded_at > ts - interval '9 hours'), "
                "count(*) FILTER (WHERE load_fc_mw IS NULL) FROM power_system WHERE zone = 'FR'"
            )
        ).one()
    ahead, actual, too_late, without = rows
    assert ahead - actual in (23, 24, 25)  # one day more
    assert too_late == without == 0
