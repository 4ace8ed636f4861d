"""The correlation page's body."""

import numpy as np
import pytest

from callbacks.market import correlation as page
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.core.table import GridQuery
from tests.helpers.layout import components, text_of
from tests.helpers.market import add_instrument, evening

DAYS = np.busday_offset("2023-03-01", range(300), roll="forward").astype(object).tolist()
CLOCKS = Clocks(DAYS[-1], evening(DAYS[-1]), live=False)
FILTERS = {
    "instrument": "BRENT",
    "set": ["TTF", "TWIN"],
    "period": "1y",
    "step": "1",
    "window": "20",
    "matrix": "sample",
}


@pytest.fixture(scope="module")
def desk(module_database: str) -> str:
    steps = np.random.default_rng(8).normal(0.0, 0.02, (300, 2))
    brent, ttf = 80.0 * np.exp(np.cumsum(steps, axis=0)).T
    for code, prices in (("BRENT", brent), ("TTF", ttf), ("TWIN", brent)):
        add_instrument(code, list(zip(DAYS, prices.tolist(), strict=True)))
    return module_database


def test_body_shows_tiles_warning_matrix_and_lines(desk):
    drawn = page.draw(FILTERS, CLOCKS, SYSTEM)
    said = text_of(drawn)
    for part in ("Common returns", "Closest pair", "move almost together", "Correlation of 3 instruments"):
        assert part in said
    grids = {item.id["grid"] for item in components(drawn) if isinstance(getattr(item, "id", None), dict)}
    assert grids == {page.Ids.PAIRS, page.Ids.ROLLING}


def test_shrinkage_is_named(desk):
    assert "Ledoit-Wolf" in text_of(page.draw({**FILTERS, "matrix": "shrunk"}, CLOCKS, SYSTEM))


def test_set_may_come_as_text(desk):
    assert "Correlation of 2 instruments" in text_of(page.draw({**FILTERS, "set": "TTF"}, CLOCKS, SYSTEM))


def test_one_instrument_is_refused_in_a_sentence(desk):
    assert "at least two instruments" in text_of(page.draw({**FILTERS, "set": []}, CLOCKS, SYSTEM))


@pytest.mark.parametrize("load", [page.load_pairs, page.load_rolling])
def test_grids_have_rows(desk, load):
    assert load(GridQuery(), {**FILTERS, "set": "TTF,TWIN"}, CLOCKS, SYSTEM).rows
