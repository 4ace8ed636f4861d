"""Closed forms of GARCH: hand-computed values, and the corners at and above unit persistence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.market.errors import BadParameter
from portal.domain.market.garch_forecast import (
    half_life,
    long_run_variance,
    mean_reverting_variance,
    persistence,
    update_garch_variance,
    variance_term_structure,
)


def test_updates_by_hand():
    update = {"omega": 0.1, "alpha": 0.2, "beta": 0.5}
    assert update_garch_variance(2.0, 3.0, **update) == pytest.approx(0.1 + 0.2 * 9.0 + 1.0)
    assert update_garch_variance(2.0, -3.0, gamma=0.1, **update) == pytest.approx(0.1 + 0.3 * 9.0 + 1.0)
    assert persistence(0.2, 0.5, 0.1) == pytest.approx(0.75)


def test_levels_and_half_lives():
    assert long_run_variance(0.02, 0.98) == pytest.approx(1.0)
    assert half_life(0.5) == pytest.approx(1.0)
    assert long_run_variance(0.02, 1.0) is None
    assert half_life(1.0) is None
    assert half_life(0.0) is None


def test_unit_persistence_grows_in_a_straight_line():
    structure = variance_term_structure(2.0, [1, 4], omega=0.5, alpha=0.1, beta=0.9)
    assert structure.variance_at_h == pytest.approx([2.0, 3.5])
    assert structure.half_life_days is None
    assert structure.long_run_variance is None


def test_at_the_long_run_level_square_root_of_time_is_right():
    structure = variance_term_structure(1.0, [1, 10, 250], omega=0.02, alpha=0.08, beta=0.9)
    assert structure.sqrt_time_ratio == pytest.approx([1.0, 1.0, 1.0])


@given(
    st.floats(0.01, 100.0), st.floats(1e-4, 1.0), st.floats(0.0, 0.3), st.floats(0.0, 0.69), st.integers(1, 200)
)  # fmt: skip
def test_recursion_equals_the_closed_form(start, omega, alpha, beta, h):
    kept = persistence(alpha, beta)
    structure = variance_term_structure(start, [h], omega=omega, alpha=alpha, beta=beta)
    level = long_run_variance(omega, kept)
    assert structure.variance_at_h[0] == pytest.approx(level + kept ** (h - 1) * (start - level), rel=1e-9)
    total = h * level + (start - level) * (1 - kept**h) / (1 - kept)
    assert structure.cumulative_variance[0] == pytest.approx(total, rel=1e-8)
    assert mean_reverting_variance(start, long_run=level, kept=kept, days=[h - 1])[0] == pytest.approx(
        structure.variance_at_h[0], rel=1e-9
    )


def test_refusals():
    with pytest.raises(BadParameter, match="must be positive"):
        variance_term_structure(0.0, [1], omega=0.1, alpha=0.1, beta=0.1)
    with pytest.raises(BadParameter, match="1 day or more, not -3"):
        variance_term_structure(1.0, [1, -3], omega=0.1, alpha=0.1, beta=0.1)
    assert np.isfinite(
        variance_term_structure(1.0, [], omega=0.1, alpha=0.1, beta=0.1).cumulative_variance
    ).all()
