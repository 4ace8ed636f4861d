"""Markets under shocks: each kind by hand, order of layers, what is refused, and prices below zero."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter, SeriesHasNaN
from portal.domain.portfolio.book import empty_book
from portal.domain.portfolio.trade import Kind, VolModel
from portal.domain.portfolio.valuation import value_book
from portal.domain.risk.stress.apply import book_for, stressed
from portal.domain.risk.stress.catalogue import built_in, from_text
from portal.domain.risk.stress.events import EVENTS, measured
from portal.domain.risk.stress.impact import impact, layer_steps
from portal.domain.risk.stress.shocks import Factor, Layer, Measure, Shock
from portal.domain.risk.stress.unshocked import unshocked
from tests.helpers.books import book_of, flat_rates, flat_vol, market_of, option, terms_of

DAY = date(2026, 9, 15)
CURVES = terms_of(
    {"code": "TTF"},
    {"code": "BRENT", "commodity": "crude", "currency": "USD", "unit": "USD/bbl"},
    {"code": "POWER_DE_LU", "commodity": "power", "peak": 3},
    {"code": "POWER_DE_LU_PEAK", "commodity": "power"},
    {"code": "WTI", "commodity": "crude", "currency": "USD", "unit": "USD/bbl"},
)
TTF, BRENT, BASE, PEAK, WTI = range(5)
PRICES = np.array([[30.0] * 14, [70.0] * 14, [80.0] * 14, [95.0] * 14, [65.0] * 14])


def market(price=PRICES, **parts):
    vols = {1: flat_vol(0.5, DAY), 3: flat_vol(30.0, DAY, is_normal=True), 5: flat_vol(0.4, DAY)}
    usual = {"vols": vols, "correlations": {(1, 3): 0.6}, "rates": flat_rates(0.02, DAY, "EUR", "USD")}
    return market_of(DAY, CURVES, "2026-08", price, **{**usual, **parts})


def layers(text):
    return from_text("OWN", "Own", text, {}).layers


def prices(text, curve=TTF, price=PRICES):
    return stressed(market(price), layers(text)).marks.price[curve]


def test_a_level_moves_months_to_come_and_the_month_in_delivery():
    found = prices("price TTF +10%")
    assert found[0] == 30.0  # August is over
    np.testing.assert_allclose(found[1:], 33.0)
    np.testing.assert_allclose(prices("price TTF +4 months 1-2")[:5], [30, 34, 34, 34, 30])
    np.testing.assert_allclose(prices("price TTF +4 months 2-2")[:5], [30, 30, 30, 34, 30])


def test_scopes_name_curves_zones_commodities_and_groups():
    moved = stressed(market(), layers("price DE_LU +10%\nprice oil -10%")).marks.price[:, 5]
    np.testing.assert_allclose(moved, [30.0, 63.0, 88.0, 104.5, 58.5])
    np.testing.assert_allclose(
        stressed(market(), layers("price TTF,WTI +1")).marks.price[:, 5], [31, 70, 80, 95, 66]
    )


def test_sizes_by_month_lie_on_lines():
    found = prices("price TTF 1:+30%,4:+0%")
    np.testing.assert_allclose(found[1:7], [39, 39, 36, 33, 30, 30])


def test_a_slope_turns_around_the_middle():
    found = prices("slope TTF +10% months 1-11")
    np.testing.assert_allclose(found[[1, 2, 7, 12, 13]], [31.5, 31.5, 30.0, 28.5, 28.5])


def test_a_season_parts_winter_from_summer():
    found = prices("season TTF +10%")
    months = (np.arange(14) + 7) % 12 + 1
    winter = np.isin(months, (10, 11, 12, 1, 2, 3))
    np.testing.assert_allclose(found[1:], np.where(winter, 31.5, 28.5)[1:])
    only = prices("price TTF +10% winter")
    np.testing.assert_allclose(only[1:], np.where(winter, 33.0, 30.0)[1:])


def test_a_percentage_of_a_price_below_zero_still_lifts_it():
    below = PRICES.copy()
    below[BASE] = -20.0
    assert prices("price POWER_DE_LU +50%", BASE, below)[5] == pytest.approx(-10.0)


def test_volatilities_rates_currencies_and_correlations():
    after = stressed(
        market(),
        layers(
            "vol TTF +20%\nvol power +5pt\nfx USD -10%\nrate EUR +100bp\ncorrelation TTF:power to 1 by 50%"
        ),
    )
    assert after.vols[1].vol[0, 1] == pytest.approx(0.6)
    assert after.vols[3].vol[0, 1] == pytest.approx(35.0)
    assert after.vols[5].vol[0, 1] == 0.4
    assert after.fx == pytest.approx({"EUR": 1.0, "USD": 0.81, "GBP": 1.2})
    assert (after.rates["EUR"].rate[0], after.rates["USD"].rate[0]) == pytest.approx((0.03, 0.02))
    assert after.correlations[(1, 3)] == pytest.approx(0.8)
    floored = stressed(market(), layers("vol TTF -80% floor 25"))
    assert floored.vols[1].vol[0, 1] == pytest.approx(0.25)


def test_layers_apply_one_after_the_other():
    text = "# One\nprice TTF +10%\n# Two\nprice TTF +5"
    np.testing.assert_allclose(prices(text)[5], 38.0)
    np.testing.assert_allclose(prices("# One\nprice TTF +5\n# Two\nprice TTF +10%")[5], 38.5)
    before = market()
    stressed(before, layers(text))
    np.testing.assert_allclose(before.marks.price, PRICES)  # today's market stays


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("price NOWHERE +5%", "no curve, zone or commodity 'NOWHERE'"),
        ("price TTF -110%", "TTF for 2026-09 from 30.00 to -3.00 EUR/MWh"),
        ("price BRENT -80", "BRENT cannot trade at zero or below"),
        ("vol TTF -60pt", "a volatility of TTF to zero or below"),
        ("fx CHF +5%", "no rate of 'CHF'"),
        ("rate CHF +5bp", "no rate of 'CHF'"),
        ("correlation TTF:BRENT to 1 by 50%", "No correlation of TTF with BRENT is marked"),
    ],
)
def test_what_the_market_cannot_be_is_refused_with_a_sentence(text, said):
    with pytest.raises(BadParameter) as caught:
        stressed(market(), layers(text))
    assert said in caught.value.message


def test_a_result_that_is_not_a_number_is_refused():
    huge = Layer("x", (Shock(Factor.PRICE, "TTF", 1e308), Shock(Factor.PRICE, "TTF", 1e308)))
    with pytest.raises(SeriesHasNaN, match="no price of TTF"), np.errstate(over="ignore"):
        stressed(market(), (huge,))


def test_the_library_passes_over_what_a_market_does_not_have():
    for scenario in built_in({}).values():
        after = stressed(market(), scenario.layers)
        assert np.isfinite(after.marks.price).all()


def test_the_profit_of_a_forward_is_its_volume_times_the_move_and_the_currency():
    book = book_of(
        {"curve": 2, "quantity": 100.0, "price": 60.0, "delivery_start": date(2026, 11, 1),
         "delivery_end": date(2026, 12, 1)},
        {"curve": 9, "event": 2, "delivery_start": date(2026, 11, 1), "delivery_end": date(2026, 12, 1)},
    ).take(np.array([0]))  # fmt: skip
    flat = market(rates=flat_rates(0.0, DAY, "EUR", "USD"))
    found = impact(book, value_book(book, flat), flat, layers("price BRENT +10%\nfx USD -10%"))
    assert found.pnl[0] == pytest.approx(100.0 * 17.0 * 0.81 - 100.0 * 10.0 * 0.9)
    assert found.loss == pytest.approx(-found.pnl[0])
    steps = layer_steps(book, value_book(book, flat), flat, layers("# A\nprice BRENT +10%\n# B\nfx USD -10%"))
    assert steps.sum() == pytest.approx(found.pnl[0])
    assert steps[0, 0] == pytest.approx(100.0 * 7.0 * 0.9)


def test_options_are_revalued_not_approximated():
    book = book_of(
        option(curve=1, strike=30.0, delivery_start=date(2026, 10, 1), delivery_end=date(2026, 11, 1))
    )
    today = value_book(book, market())
    up, down = (impact(book, today, market(), layers(f"price TTF {move}")).pnl[0] for move in ("+10", "-10"))
    assert up + down > 1.0  # convexity
    shocked = stressed(market(), layers("price TTF +10"))
    assert up == pytest.approx(value_book(book, shocked).total_eur[0] - today.total_eur[0])


def test_an_empty_book_has_no_loss():
    book = empty_book()
    found = impact(book, value_book(book, market()), market(), layers("price all -50%"))
    assert (len(found.pnl), found.loss) == (0, 0.0)
    assert unshocked(book, value_book(book, market()), market(), found.market) == ()


def test_wti_may_fall_below_zero_and_its_options_turn_to_bachelier():
    month = {"delivery_start": date(2026, 10, 1), "delivery_end": date(2026, 11, 1)}
    later = {
        "delivery_start": date(2027, 3, 1),
        "delivery_end": date(2027, 4, 1),
        "expiry": date(2027, 2, 20),
    }
    book = book_of(
        option(curve=5, strike=60.0, is_call=False, **month),
        option(curve=5, strike=60.0, **{**option(), **later}),
        {"kind": Kind.FUTURE, "curve": 5, "price": 60.0, "expiry": date(2026, 9, 22), **month},
    )
    flat = market()
    found = impact(book, value_book(book, flat), flat, layers("price WTI -102 months 0-1"))
    assert found.market.vols[5].is_normal
    assert not found.lost.any()
    assert found.pnl[2] == pytest.approx(-102.0 * 0.9)
    assert found.pnl[0] == pytest.approx(
        (60.0 + 37.0) * 0.9, rel=0.03
    )  # the put is worth what it is in the money by
    assert (
        found.pnl[1] == pytest.approx(0.0, abs=0.02)
    )  # a month that did not fall keeps its lognormal volatility, but for the time of the one that it is read from
    turned = book_for(book, flat, found.market)
    assert turned.vol_model.tolist()[:2] == [VolModel.BACHELIER, VolModel.BLACK76]
    assert book_for(book, flat, flat) is book


def test_what_is_left_unshocked_is_listed_with_its_money():
    month = {"delivery_start": date(2026, 10, 1), "delivery_end": date(2026, 11, 1)}
    book = book_of(
        {"curve": 1, "quantity": 100.0, "price": 20.0, **month},
        {"curve": 2, "quantity": 10.0, "price": 60.0, **month},
        option(curve=1, strike=30.0, quantity=5.0, **month),
        {"kind": Kind.STORAGE, "curve": 1, "premium": 0.0, "quantity": 0.0, **month, "event": 2},
    ).take(np.array([0, 1, 2]))
    flat = market(rates=flat_rates(0.0, DAY, "EUR", "USD"))
    today = value_book(book, flat)
    found = impact(book, today, flat, layers("price TTF +10%"))
    left = {(one.kind, one.name): one for one in unshocked(book, today, flat, found.market)}
    assert left["price", "BRENT"].money_eur == pytest.approx(10.0 * 70.0 * 0.9)
    assert left["volatility", "TTF"].trades == (3,)
    assert left["volatility", "TTF"].money_eur == pytest.approx(150.0)
    assert left["exchange rate", "USD"].money_eur == pytest.approx(100.0 * 0.9)
    assert ("zero rate", "EUR") in left
    assert ("price", "TTF") not in left
    money = [one.money_eur for one in unshocked(book, today, flat, found.market)]
    assert money == sorted(money, reverse=True)
    everything = stressed(flat, layers("price all +1%\nvol all +1%\nfx all +1%\nrate all +1bp"))
    assert unshocked(book, today, flat, everything) == ()


def test_moves_are_measured_delivery_by_delivery():
    months = np.array(["2022-03", "2022-04", "2022-05"], "M8[M]")
    start = date(2022, 2, 23)
    found = measured(
        "TTF", (months, np.array([80.0, 60.0, 50.0])), (months[1:], np.array([90.0, 60.0])), start
    )
    assert found is not None
    assert found.nodes == ((2, 0.5), (3, 0.2))
    assert found.measure is Measure.RELATIVE
    below = measured("WTI", (months[:1], np.array([18.0])), (months[:1], np.array([-37.0])), start)
    assert below is not None
    assert (below.measure, below.nodes) == (Measure.ABSOLUTE, ((1, -55.0),))
    assert measured("TTF", (months[:1], np.array([1.0])), (months[1:], np.array([1.0, 1.0])), start) is None
    assert replace(found, scope="NBP").name == "price NBP"


def test_no_event_skips_a_month_of_a_curve_that_it_moves():
    for event in EVENTS:
        after = stressed(market(), event.layers).marks.price
        for row in range(len(PRICES)):
            moved = after[row, 1:4] != PRICES[row, 1:4]  # the month in delivery and the next two
            assert moved.all() or not moved.any(), (event.code, CURVES.code[row])


def test_no_shock_is_no_profit():
    book = book_of(
        option(curve=1, strike=30.0, delivery_start=date(2026, 10, 1), delivery_end=date(2026, 11, 1)),
        {"curve": 3, "quantity": 7.0, "price": 60.0, "delivery_end": date(2027, 2, 1)},
    )
    found = impact(book, value_book(book, market()), market(), layers("price all +0%\nvol all +0%"))
    assert found.pnl.tolist() == [0.0, 0.0]
