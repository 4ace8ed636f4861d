"""Whole lots against deltas."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.portfolio.hedge import neutralise

SIZES = st.floats(1.0, 1e5)
DELTAS = st.floats(-1e7, 1e7)


@given(st.lists(st.tuples(DELTAS, SIZES), min_size=1, max_size=20))
def test_whole_lots_leave_at_most_half_a_lot(pairs):
    delta, lot = (np.array(values) for values in zip(*pairs, strict=True))
    found = neutralise(delta, lot)
    assert np.array_equal(found.lots, np.rint(found.lots))
    assert np.all(np.abs(found.residual) <= lot / 2 * (1 + 1e-9) + 1e-6)


def test_what_cannot_be_traded_stays():
    found = neutralise(np.array([5.0]), np.array([np.nan]))
    assert (found.lots[0], found.residual[0]) == (0.0, 5.0)
