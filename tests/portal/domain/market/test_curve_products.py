"""Delivery products: keys, weights across clock changes, whole periods only, history by product."""

from datetime import date

import numpy as np
import pytest

from portal.domain.market.curve_products import (
    curve_structure,
    delivery_weights,
    parse_product,
    product_history,
    product_label,
    product_price,
)
from portal.domain.market.curves import ForwardCurve
from portal.domain.market.errors import BadParameter


def months(*text: str) -> np.ndarray:
    return np.array(text, dtype="datetime64[M]")


@pytest.mark.parametrize(
    ("key", "first", "last", "label"),
    [
        ("2027-01", "2027-01", "2027-01", "Jan-27"),
        ("2027-Q4", "2027-10", "2027-12", "Q4-27"),
        ("Sum-27", "2027-04", "2027-09", "Sum-27"),
        ("Win-27", "2027-10", "2028-03", "Win-27"),
        ("Cal-28", "2028-01", "2028-12", "Cal-28"),
    ],
)
def test_a_key_names_its_months(key, first, last, label):
    product = parse_product(key)
    assert (str(product.months[0]), str(product.months[-1]), product.label) == (first, last, label)


def test_a_rolling_key_has_a_rank_and_no_months():
    product = parse_product("M12")
    assert (product.rank, product.months, product_label("M12")) == (12, (), "M12")


@pytest.mark.parametrize("key", ["", "M0", "2027-13", "2027-Q5", "Aut-27", "Cal-2027", "1; drop"])
def test_what_is_no_product_is_refused(key):
    with pytest.raises(BadParameter, match="no delivery product"):
        parse_product(key)


def test_power_months_count_hours_across_clock_changes():
    weights = delivery_weights(months("2026-02", "2026-03", "2026-10"), "power", "Europe/Berlin")
    assert list(weights.values()) == [672.0, 743.0, 745.0]


def test_other_months_count_days():
    weights = delivery_weights(months("2026-02", "2028-02"), "gas", "Europe/Amsterdam")
    assert list(weights.values()) == [28.0, 29.0]


def test_a_quarter_is_the_mean_weighted_by_hours():
    curve = ForwardCurve(date(2025, 12, 1), months("2026-01", "2026-02", "2026-03"), [90, 80, 70], "EUR/MWh")
    weights = delivery_weights(curve.months, "power", "Europe/Berlin")
    expected = (90 * 744 + 80 * 672 + 70 * 743) / (744 + 672 + 743)
    assert product_price(curve, parse_product("2026-Q1"), weights) == pytest.approx(expected)


def test_a_period_that_lacks_a_month_has_no_price():
    curve = ForwardCurve(date(2025, 12, 1), months("2026-02", "2026-03"), [80, 70], "EUR/MWh")
    weights = delivery_weights(curve.months, "gas", "UTC")
    assert product_price(curve, parse_product("2026-Q1"), weights) is None
    assert product_price(curve, parse_product("M3"), weights) is None
    assert product_price(curve, parse_product("M2"), weights) == 70.0


def test_history_of_a_quarter_holds_only_days_with_all_its_months():
    day = np.repeat(np.array(["2025-12-01", "2025-12-02"], "M8[D]"), 3)[:5]
    month = np.tile(months("2026-01", "2026-02", "2026-03"), 2)[:5]
    price = np.array([90.0, 80.0, 70.0, 91.0, 81.0])
    tenor = np.array([1, 2, 3, 1, 2])
    weights = dict.fromkeys(months("2026-01", "2026-02", "2026-03"), 1.0)
    days, values = product_history(day, month, price, tenor, parse_product("2026-Q1"), weights)
    assert (days.astype(str).tolist(), values.tolist()) == (["2025-12-01"], [80.0])
    days, values = product_history(day, month, price, tenor, parse_product("M2"), weights)
    assert values.tolist() == [80.0, 81.0]


def test_structure_compares_the_twelfth_with_the_front():
    year = np.arange(np.datetime64("2026-01"), np.datetime64("2027-01"))
    curve = ForwardCurve(date(2025, 12, 1), year, np.linspace(100, 89, 12), "USD/bbl")
    assert curve_structure(curve) == pytest.approx(-0.11)
    assert curve_structure(curve, rank=13) is None
    assert curve_structure(ForwardCurve(date(2025, 12, 1), year, np.linspace(-1, 9, 12), "USD/bbl")) is None
