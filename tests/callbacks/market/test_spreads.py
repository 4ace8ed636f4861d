"""The bodies of Market > Spreads: inputs by kind, what is said when it cannot be computed, grids."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from callbacks.market import spreads
from callbacks.market.spreads import inputs
from callbacks.market.spreads.ids import Ids
from callbacks.market.spreads.inputs import KINDS
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.core.table import GridQuery
from portal.domain.market.curve_products import parse_product
from portal.services.market import spreads as service
from portal.web.views import GRIDS
from tests.helpers.layout import components, text_of
from tests.helpers.market import add_curve, add_instrument, add_rates

DAYS = np.busday_offset("2026-03-02", np.arange(40)).astype(object).tolist()
CLOCKS = Clocks(DAYS[-1], datetime(2099, 1, 1, tzinfo=UTC), live=False)


@pytest.fixture(scope="module")
def desk(module_database: str) -> None:
    def rows(level):
        return [(day, level + n % 7 / 10) for n, day in enumerate(DAYS)]

    for code, unit, commodity in (
        ("WTI", "USD/bbl", "crude"),
        ("RBOB", "USD/gal", "products"),
        ("ULSD", "USD/gal", "products"),
        ("BRENT", "USD/bbl", "crude"),
        ("TTF", "EUR/MWh", "gas"),
        ("NBP", "GBp/therm", "gas"),
        ("API2", "USD/t", "coal"),
        ("EUA", "EUR/t", "carbon"),
        ("POWER_DE_LU", "EUR/MWh", "power"),
    ):
        add_instrument(code, rows({"USD/gal": 2.0}.get(unit, 70.0)), unit=unit, commodity=commodity)
    add_curve("TTF", {day: [("2026-06", 30.0), ("2026-07", 29.0)] for day in DAYS})
    for quote, rate in (("USD", 1.1), ("GBP", 0.86)):
        add_rates("EUR", quote, dict.fromkeys(DAYS, rate))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_inputs_and_a_spread(desk, kind):
    tree = spreads.draw({"kind": kind, "range": "6m", "window": "20"}, CLOCKS, SYSTEM)
    names = {
        part.id["name"]
        for part in components(tree)
        if isinstance(getattr(part, "id", None), dict) and part.id.get("type") == "filter"
    }
    assert {"kind", "range", "window"} <= names
    text = text_of(tree)
    assert "The result is in" in text
    assert "Percentile rank" in text
    graphs = [part.id["grid"] for part in components(tree) if type(part).__name__ == "Graph"]
    assert graphs == [Ids.HISTORY, Ids.DISTRIBUTION, Ids.BRIDGE, Ids.YEARS]


def test_every_grid_answers(desk):
    params = {"formula": "RBOB*42 - WTI", "range": "1y", "window": 20}
    for name in (Ids.HISTORY, Ids.DISTRIBUTION, Ids.LEGS, Ids.BRIDGE, Ids.YEARS):
        assert GRIDS[name].load(GridQuery(limit=None), params, CLOCKS, SYSTEM).rows, name


def test_a_refusal_is_a_sentence_in_the_page(desk):
    filters = {"kind": "spark", "efficiency": "half"}
    assert "'half' is no number" in text_of(spreads.draw_spread(filters, CLOCKS, SYSTEM))
    filters = {"kind": "custom", "formula": "ULSD - BRENT"}
    text = text_of(spreads.draw(filters, CLOCKS, SYSTEM))
    assert "This spread cannot be computed" in text
    assert "ULSD * 42[gal/bbl] - BRENT" in text
    early = Clocks(date(2020, 1, 1), CLOCKS.known_at, live=False)
    assert "never have a price on the same day" in text_of(
        spreads.draw_spread({"kind": "crack"}, early, SYSTEM)
    )


def test_an_empty_database_says_what_to_do(database):
    assert "No instruments" in text_of(spreads.draw({}, CLOCKS, SYSTEM))


def test_url_is_read_with_care(desk):
    known = service.all_legs(SYSTEM)
    asked = inputs.read({"kind": "nope", "range": "9y", "window": "7", "crude": "BRENT"}, known)
    assert (asked.kind, asked.span, asked.window, asked.values["crude"]) == ("crack", "3y", 250, "BRENT")
    assert asked.formula(known) == "RBOB * 42.0[gal/bbl] - BRENT"


@pytest.mark.parametrize("day", [date(2026, 1, 15), date(2026, 3, 31), date(2026, 9, 30), date(2026, 12, 31)])
def test_deliveries_begin_after_the_day(day):
    for key, _ in inputs.deliveries(day):
        product = parse_product(key)
        assert product.rank or product.months[0] > np.datetime64(day, "M"), key
