"""The volatility page's body: every part is there, and a refusal is a sentence."""

import numpy as np
import pytest

from callbacks.market import volatility as page
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.core.table import GridQuery
from tests.helpers.layout import components, text_of
from tests.helpers.market import add_instrument, evening

DAYS = np.busday_offset("2022-03-01", range(400), roll="forward").astype(object).tolist()
PRICES = 30.0 * np.exp(np.cumsum(np.random.default_rng(5).normal(0.0, 0.03, 400)))
CLOCKS = Clocks(DAYS[-1], evening(DAYS[-1]), live=False)
FILTERS = {"instrument": "TTF", "period": "1y", "window": "20", "returns": "auto"}


@pytest.fixture(scope="module")
def desk(module_database: str) -> str:
    add_instrument("TTF", list(zip(DAYS, PRICES.tolist(), strict=True)), unit="EUR/MWh", commodity="gas")
    add_instrument("YOUNG", list(zip(DAYS[-3:], [1.0, 2.0, 3.0], strict=True)))
    return module_database


def test_body_shows_tiles_pictures_and_parameters(desk):
    drawn = page.draw(FILTERS, CLOCKS, SYSTEM)
    said = text_of(drawn)
    for title in (
        "Realised, 20 days",
        "EWMA",
        "GARCH(1,1)",
        "Persistence",
        "Half-life",
        "Volatility cone",
        "√252",
    ):
        assert title in said
    grids = {item.id["grid"] for item in components(drawn) if isinstance(getattr(item, "id", None), dict)}
    assert grids == set(page.Ids) - {page.Ids.BODY}


def test_every_number_is_a_metric_with_its_parameters(desk):
    buttons = [c for c in components(page.draw(FILTERS, CLOCKS, SYSTEM)[0]) if hasattr(c, "data-passport")]
    assert len(buttons) == 6
    assert all('"instrument": "TTF"' in getattr(button, "data-passport") for button in buttons)


def test_short_series_says_why_there_is_no_fit(desk):
    said = text_of(page.draw({**FILTERS, "instrument": "YOUNG"}, CLOCKS, SYSTEM))
    assert "GARCH fit needs at least 100" in said


def test_unknown_choices_are_said_in_a_sentence(desk):
    assert "There is no instrument 'NOPE'" in text_of(
        page.draw({**FILTERS, "instrument": "NOPE"}, CLOCKS, SYSTEM)
    )
    assert "No instruments yet" in text_of(page.draw({**FILTERS, "instrument": ""}, CLOCKS, SYSTEM))


@pytest.mark.parametrize("load", [page.load_paths, page.load_cone, page.load_term, page.load_parameters])
def test_grids_have_rows(desk, load):
    assert load(GridQuery(), FILTERS, CLOCKS, SYSTEM).rows
