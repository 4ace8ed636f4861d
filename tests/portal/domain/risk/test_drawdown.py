"""Drawdowns of paths."""

import numpy as np

from portal.domain.risk.drawdown import Stretch, falls, relative_falls, running, worst_fall, worst_stretch
from portal.domain.risk.measures.max_drawdown import max_drawdown


def test_the_worst_stretch_names_its_days():
    path = running(np.array([3.0, -1.0, -2.0, 1.0, 4.0, -2.0]))
    assert worst_stretch(falls(path)) == Stretch(3.0, 1, 3, 5)
    assert worst_fall(path) == 3.0
    assert worst_stretch(falls(running(np.array([-1.0, -2.0])))) == Stretch(3.0, 0, 2, None)


def test_a_path_that_never_fell_has_no_stretch():
    assert worst_stretch(falls(running(np.array([1.0, 2.0])))) == Stretch(0.0, 0, 0, None)


def test_the_measure_in_eur_and_the_relative_one_agree_on_one_unit_of_capital():
    returns = np.array([0.001, -0.002, 0.0005, -0.001])
    relative = -relative_falls(np.concatenate([[1.0], np.cumprod(1.0 + returns)])).min()
    assert abs(float(max_drawdown(returns)) - relative) < 1e-5
