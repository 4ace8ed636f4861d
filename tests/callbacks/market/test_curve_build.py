"""The curve build page's body, grids and button."""

from datetime import date

import pytest

from callbacks.market import curve_build as page
from portal.core import clock
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.core.table import GridQuery
from portal.services.market import curve_build as service
from tests.helpers.layout import components, text_of
from tests.helpers.market import add_curve, evening
from tests.helpers.quotes import add_quotes

DAY = date(2026, 11, 20)
CLOCKS = Clocks(DAY, evening(DAY), live=False)


@pytest.fixture(scope="module")
def desk(module_database: str) -> str:
    key = add_curve("TTF", {})
    add_quotes(key, DAY, {"2027-01": 41.0, "2027-02": 40.2, "2027-03": 38.5, "2027-Q1": 40.4, "Cal-28": 31.0})
    add_quotes(add_curve("BRENT", {}, unit="USD/bbl", commodity="crude"), DAY, {"2027-01": 71.0})
    return module_database


def test_body_shows_quotes_residuals_and_gaps(desk):
    drawn = page.draw({"curve": "TTF"}, CLOCKS, SYSTEM)
    said = text_of(drawn)
    for part in (
        "Largest residual",
        "Largest arbitrage gap",
        "Jan-27 + Feb-27 + Mar-27",
        "Cal-28",
        "+0.38",
        "is not stored",
    ):
        assert part in said, part
    grids = {item.id["grid"] for item in components(drawn) if isinstance(getattr(item, "id", None), dict)}
    assert grids >= {page.Ids.DAYS, page.Ids.RESIDUALS, page.Ids.PRODUCTS, page.Ids.GAPS, page.Ids.MONTHS}
    assert "bridged" in said


def test_quotes_that_cannot_contradict_each_other_say_so(desk):
    said = text_of(page.draw({"curve": "BRENT"}, CLOCKS, SYSTEM))
    assert "none can contradict another" in said
    assert "no product has quoted parts" in said


def test_a_stored_fit_is_said_and_drawn(desk):
    service.store_history(SYSTEM)
    drawn = page.draw({"curve": "TTF"}, Clocks(DAY, clock.now()), SYSTEM)
    assert "are stored since 2026-11-20 18:31 UTC" in text_of(drawn)
    grids = {item.id["grid"] for item in components(drawn) if isinstance(getattr(item, "id", None), dict)}
    assert page.Ids.HISTORY in grids


def test_nothing_to_show_gets_a_sentence(desk):
    assert "a curve 'NOPE' are quoted" in text_of(page.draw({"curve": "NOPE"}, CLOCKS, SYSTEM))
    early = Clocks(date(2026, 1, 1), evening(DAY), live=False)
    assert "No quotes of TTF" in text_of(page.draw({"curve": "TTF"}, early, SYSTEM))


@pytest.mark.parametrize(
    "load", [page.load_days, page.load_products, page.load_gaps, page.load_months, page.load_history]
)
def test_grids_have_rows(desk, load):
    service.store_history(SYSTEM)
    assert load(GridQuery(), {"curve": "TTF"}, Clocks(DAY, clock.now()), SYSTEM).rows
