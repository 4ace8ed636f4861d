"""The grid that is typed in the dialog of a training."""

import pytest

from portal.core.errors import DomainError
from portal.domain.forecast.base import model
from portal.domain.forecast.sweep import combinations
from portal.services.forecast import run_plan


def test_the_example_beside_the_input_can_be_tried() -> None:
    grid = run_plan.read_grid(run_plan.EXAMPLE)
    assert {code: len(combinations(model(code), values)) for code, values in grid.items()} == {
        "gradient_boosting": 2,
        "theta": 2,
    }


def test_what_cannot_be_read_is_answered_with_the_example() -> None:
    with pytest.raises(DomainError, match=r"theta\.window=364,728"):
        run_plan.read_grid("theta window 364")
