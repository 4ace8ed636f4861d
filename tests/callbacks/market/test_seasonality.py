"""The seasonality page's body."""

import numpy as np
import pytest

from callbacks.market import seasonality as page
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.core.table import GridQuery
from tests.helpers.layout import components, text_of
from tests.helpers.market import add_instrument, evening

DAYS = np.busday_offset("2020-01-01", range(900), roll="forward").astype(object).tolist()
CLOCKS = Clocks(DAYS[-1], evening(DAYS[-1]), live=False)
FILTERS = {"instrument": "TTF", "years": "10", "method": "classical"}


@pytest.fixture(scope="module")
def desk(module_database: str) -> str:
    rows = [(d, 30.0 + d.month) for d in DAYS]
    add_instrument("TTF", rows, unit="EUR/MWh", commodity="gas")
    add_instrument("YOUNG", rows[-60:])
    return module_database


def test_body_shows_tiles_and_pictures(desk):
    drawn = page.draw(FILTERS, CLOCKS, SYSTEM)
    said = text_of(drawn)
    for part in (
        "Seasonal strength",
        "Dearest month",
        "December",
        "Cheapest month",
        "year over year",
        "remainder",
    ):
        assert part in said
    grids = {item.id["grid"] for item in components(drawn) if isinstance(getattr(item, "id", None), dict)}
    assert grids == set(page.Ids) - {page.Ids.BODY}


def test_young_series_and_unknown_choices_get_a_sentence(desk):
    assert "Nothing to draw" in text_of(page.draw({**FILTERS, "instrument": "YOUNG"}, CLOCKS, SYSTEM))
    assert "no instrument 'NOPE'" in text_of(page.draw({**FILTERS, "instrument": "NOPE"}, CLOCKS, SYSTEM))
    assert "No instruments yet" in text_of(page.draw({**FILTERS, "instrument": ""}, CLOCKS, SYSTEM))


@pytest.mark.parametrize("load", [page.load_months, page.load_years, page.load_parts])
def test_grids_have_rows(desk, load):
    assert load(GridQuery(), FILTERS, CLOCKS, SYSTEM).rows
