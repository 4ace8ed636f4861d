"""Positions as a measure of limits: what is asked, and what is held on each day."""

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter
from portal.domain.risk.limits.limit import Basis, Condition, Metric
from portal.domain.risk.limits.position import PositionTerms, Steps, held, position_measure, read_position
from portal.domain.risk.limits.use import Status, judge, judge_days

DAYS = np.array(["2026-05-04", "2026-05-05", "2026-06-01", "2026-07-01", "2026-08-03"], "M8[D]")
STEPS = Steps(
    np.array(["2020-01-02", "2026-05-05", "2026-05-05", "2026-06-01"], "M8[D]"),
    np.array(["2026-06", "2026-07", "2026-07", "2027-01"], "M8[M]"),
    np.array([1, 1, 2, 2]),
    np.array([100.0, -30.0, 10.0, -500.0]),
)


@pytest.mark.parametrize(
    ("delivery", "net", "gross"),
    [
        ("open", [100.0, 80.0, -420.0, -520.0, -500.0], [100.0, 140.0, 640.0, 540.0, 500.0]),
        ("month", [100.0, 100.0, -500.0, -500.0, -500.0], [100.0, 100.0, 500.0, 500.0, 500.0]),
        ("2026-07", [0.0, -20.0, -20.0, -20.0, 0.0], [0.0, 40.0, 40.0, 40.0, 0.0]),
        ("2027", [0.0, 0.0, -500.0, -500.0, -500.0], [0.0, 0.0, 500.0, 500.0, 500.0]),
        ("2030", [0.0] * 5, [0.0] * 5),
    ],
)
def test_by_hand(delivery, net, gross):
    terms = PositionTerms("gas", delivery)
    assert held(STEPS, DAYS, terms, Basis.ABS_NET).tolist() == net
    assert held(STEPS, DAYS, terms, Basis.GROSS).tolist() == gross


def test_nothing_is_held_without_a_step():
    nothing = Steps(np.array([], "M8[D]"), np.array([], "M8[M]"), np.array([], np.int64), np.array([]))
    for delivery in ("open", "month", "2027"):
        assert held(nothing, DAYS, PositionTerms("gas", delivery), Basis.GROSS).tolist() == [0.0] * 5


def test_what_is_asked_is_read_back():
    assert read_position(position_measure("POWER_DE", "2027-12")) == PositionTerms("POWER_DE", "2027-12")
    for wrong in ("position:gas:2027-13", "position:gas:soon", "position::open", "var", "position:gas"):
        with pytest.raises(BadParameter):
            read_position(wrong)


def test_a_day_has_one_net_position_or_many():
    metric = Metric("position:gas:open", basis=Basis.ABS_NET)
    limit = Condition(metric, 100.0, 80.0, "MWh")
    judged = judge_days(limit, {metric.key: [-90.0, 50.0, np.nan, 120.0]})
    assert judged.status.tolist() == [Status.WARNING, Status.OK, Status.NO_DATA, Status.BREACH]
    assert judge(limit, {metric.key: -90.0}).deciding.value == 90.0
    assert judge(limit, {metric.key: [-90.0, 30.0]}).deciding.value == 60.0


def test_a_judgement_is_read_by_people():
    for measure, basis, said in (
        ("position:gas:month", Basis.GROSS, "gross position in gas, largest delivery month"),
        ("position:TTF:2027", Basis.ABS_NET, "net position in TTF, delivery 2027"),
        ("stress:GAS_SPIKE", Basis.LOSS, "loss in stress scenario GAS_SPIKE"),
    ):
        assert Metric(measure, basis=basis).words == said
