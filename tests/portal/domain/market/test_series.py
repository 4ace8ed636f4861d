"""The checks that all market calculations share."""

import numpy as np
import pytest

from portal.domain.market.errors import InsufficientHistory, LengthMismatch, SeriesHasNaN
from portal.domain.market.series import (
    as_vector,
    label,
    require_complete,
    require_length,
    require_same_length,
)

DAYS = np.array(["2026-01-05", "2026-01-06"], dtype="datetime64[D]")


def test_none_means_missing():
    assert np.isnan(as_vector([None, 1.0])[0])


def test_tables_are_no_series():
    with pytest.raises(
        LengthMismatch, match=r"The prices must be one row of numbers, but it has shape \(2, 2\)."
    ):
        as_vector(np.ones((2, 2)), "prices")


def test_labels():
    assert label(1, DAYS) == "2026-01-06"
    assert label(1, None) == "observation 2"


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_missing_and_infinite_values_are_named(bad):
    with pytest.raises(
        SeriesHasNaN, match="series of prices has 1 missing or infinite values, the first at 2026-01-06"
    ) as got:
        require_complete(np.array([1.0, bad]), "prices", DAYS)
    assert got.value.subject["position"] == 1


def test_lengths():
    require_length(np.ones(2), 2, "A test")
    with pytest.raises(
        InsufficientHistory, match="A test needs at least 3 observations, but there are 2"
    ) as got:
        require_length(np.ones(2), 3, "A test")
    assert (got.value.subject["have"], got.value.subject["need"]) == (2, 3)
    with pytest.raises(LengthMismatch, match="one has 2 entries and the other 3"):
        require_same_length(np.ones(2), np.ones(3), "prices and dates")
