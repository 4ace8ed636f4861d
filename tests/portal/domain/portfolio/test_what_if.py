"""The figures of a what-if in money that people compare."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from portal.domain.portfolio.trade import VolModel
from portal.domain.portfolio.valuation import value_book
from portal.domain.portfolio.what_if import effect
from tests.helpers.books import book_of, flat_vol, market_of, option, terms_of

DAY = date(2026, 9, 15)


@pytest.mark.parametrize(("model", "level", "point"), [("BLACK76", 0.5, 0.01), ("BACHELIER", 15.0, 1.0)])
def test_vega_is_for_a_point_of_the_volatility_that_is_quoted(model, level, point):
    """One point is 0.01 of a lognormal volatility and one price unit of a normal one, as on the valuation page."""

    def market(vol):
        surface = replace(flat_vol(vol, DAY), is_normal=model == "BACHELIER")
        return market_of(DAY, terms_of({}), "2026-10", [[30.0]], vols={1: surface})

    book = book_of(option(strike=31.0, quantity=1000.0, vol_model=VolModel[model]))
    here = market(level)
    up, down = (value_book(book, market(level + move * point)).total_eur for move in (0.01, -0.01))
    found = effect(book, value_book(book, here), here)
    np.testing.assert_allclose(found.vega, (up - down) / 0.02, rtol=1e-4)
