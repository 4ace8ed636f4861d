"""The data-quality page's body, on a desk and on an empty database."""

from datetime import timedelta

import numpy as np
import pytest

from callbacks.market import quality as page
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.core.table import GridQuery
from tests.helpers.layout import components, text_of
from tests.helpers.market import add_instrument, evening

DAYS = np.busday_offset("2023-03-01", range(200), roll="forward").astype(object).tolist()
CLOCKS = Clocks(DAYS[-1], evening(DAYS[-1]), live=False)
FILTERS = {"period": "1y", "commodity": "all", "z": "8"}


@pytest.fixture(scope="module")
def desk(module_database: str) -> str:
    prices = 50.0 * np.exp(np.cumsum(np.random.default_rng(1).normal(0.0, 0.01, 200)))
    prices[120] *= 2.0
    rows = list(zip(DAYS, prices.tolist(), strict=True))
    add_instrument("BRENT", rows[:50] + rows[53:])
    return module_database


def test_body_shows_tiles_feeds_coverage_and_findings(desk):
    drawn = page.draw(FILTERS, CLOCKS, SYSTEM)
    said = text_of(drawn)
    for part in (
        "Late feeds",
        "Missing days",
        "Spikes",
        "Standing prices",
        "In quarantine",
        "Coverage",
        "bad tick",
    ):
        assert part in said
    grids = {item.id["grid"] for item in components(drawn) if isinstance(getattr(item, "id", None), dict)}
    assert grids >= {page.Ids.FEEDS, page.Ids.COVERAGE, page.Ids.GAPS, page.Ids.SPIKES}
    assert "None in this period." in said  # of standing prices


def test_empty_database_says_what_to_do(database):
    said = text_of(page.draw(FILTERS, Clocks(DAYS[-1], evening(DAYS[-1]) + timedelta(days=1)), SYSTEM))
    assert "No instruments yet" in said


@pytest.mark.parametrize(
    "load",
    [page.load_feeds, page.load_coverage, page.load_gaps, page.load_spikes, page.load_still, page.load_bars],
)
def test_grids_answer(desk, load):
    table = load(GridQuery(), FILTERS, CLOCKS, SYSTEM)
    assert len(table.rows) == (0 if load in (page.load_still, page.load_bars) else 1)
