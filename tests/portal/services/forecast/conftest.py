"""Small models that tests of forecasts train and serve, gone after each test."""

import pytest

from portal.domain.forecast.base import MODELS
from tests.helpers.forecasts import small_models


@pytest.fixture(autouse=True)
def models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register the small models for one test."""
    for code, model in small_models().items():
        monkeypatch.setitem(MODELS, code, model)
