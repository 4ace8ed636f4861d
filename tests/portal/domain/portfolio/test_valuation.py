"""The value of a book: by hand for each kind, greeks by bumping, and one bad trade that leaves the others alone."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from portal.core.errors import DomainError
from portal.domain.market.business_days import business_days
from portal.domain.market.holidays import desk_holidays
from portal.domain.portfolio.aligning import align
from portal.domain.portfolio.book import empty_book
from portal.domain.portfolio.market import MISSING, ROLLED, STALE, VolSurface
from portal.domain.portfolio.options.european import black76
from portal.domain.portfolio.rollup import PERIODS, gaps, period_start
from portal.domain.portfolio.trade import Kind, VolModel
from portal.domain.portfolio.valuation import Lack, expiries_of, value_book
from portal.domain.portfolio.volatility_marks import points_of
from tests.helpers.books import book_of, flat_rates, flat_vol, market_of, option, terms_of

DAY = date(2026, 9, 15)
GAS = terms_of({})
OCT_DEC = {"delivery_start": date(2026, 10, 1), "delivery_end": date(2027, 1, 1)}
STORAGE = {
    "capacity": 100.0, "injection_rate": 50.0, "withdrawal_rate": 50.0, "injection_cost": 0.1, "withdrawal_cost": 0.1,
    "injection_loss": 0.0, "start_volume": 50.0, "end_volume": 0.0, "kappa": 2.0, "sigma": 0.6,
}  # fmt: skip
SWING = {"rights": 2, "min_rights": 0, "cooldown": 0, "kappa": 2.0, "sigma": 0.6}


def market(prices=(30.0, 32.0, 34.0), day=DAY, curves=GAS, **parts):
    return market_of(day, curves, "2026-10", [prices] if np.ndim(prices) == 1 else prices, **parts)


def test_a_forward_is_marked_and_discounted_to_its_payment():
    book = book_of({"quantity": 100.0, "price": 31.0, "pay_days": 20, **OCT_DEC})
    found = value_book(book, market(rates=flat_rates(0.05, DAY)))
    days = np.array(
        [(date(2026, 10, 31) - DAY).days, (date(2026, 11, 30) - DAY).days, (date(2026, 12, 31) - DAY).days]
    )
    years = (days + 20) / 365.0
    flows = 100.0 * np.array([-1.0, 1.0, 3.0]) * np.exp(-0.05 * years)
    assert found.unrealised[0] == pytest.approx(flows.sum(), rel=1e-14)
    assert found.realised[0] == 0.0
    np.testing.assert_allclose(found.legs.delta, 100.0 * np.exp(-0.05 * years))
    assert found.theta[0] == pytest.approx(0.05 * flows.sum())
    assert found.rho[0] == pytest.approx(-(years * flows).sum())
    assert found.notional_eur[0] == pytest.approx(9300.0)


def test_fixings_move_money_from_unrealised_to_realised():
    book = book_of({"quantity": 100.0, "price": 31.0, "side": -1.0})
    half = market((30.0,), date(2026, 10, 15), fixings={(0, 0): (11 * 29.0, 11)})
    found = value_book(book, half)
    assert half.fixings.expected[0, 0] == 22
    assert found.realised[0] == pytest.approx(-100.0 * 0.5 * (29.0 - 31.0))
    assert found.unrealised[0] == pytest.approx(-100.0 * 0.5 * (30.0 - 31.0))
    assert found.legs.delta[0] == pytest.approx(-50.0)
    over = value_book(book, market((np.nan,), date(2026, 11, 3), fixings={(0, 0): (20 * 29.0, 20)}))
    assert over.realised[0] == pytest.approx(200.0)  # 20 of 22 found: their mean
    assert over.unrealised[0] == 0.0
    assert over.status[0] == 0


def test_fixed_money_is_discounted_until_it_is_paid():
    book = book_of({"quantity": 100.0, "price": 31.0, "pay_days": 30})
    fixed = {(0, 0): (22 * 41.0, 22)}
    day = date(2026, 11, 5)
    found = value_book(book, market((np.nan,), day, fixings=fixed, rates=flat_rates(0.1, day)))
    assert found.realised[0] == pytest.approx(1000.0 * np.exp(-0.1 * 25 / 365.0))
    later = date(2026, 12, 15)
    paid = value_book(book, market((np.nan,), later, fixings=fixed, rates=flat_rates(0.1, later)))
    assert paid.realised[0] == pytest.approx(1000.0)


def test_a_future_is_not_discounted_and_settles_at_its_expiry():
    terms = {"kind": Kind.FUTURE, "price": 28.0, "quantity": 10.0, "expiry": date(2026, 9, 29)}
    book = book_of(terms)
    alive = value_book(book, market(rates=flat_rates(0.1, DAY)))
    assert (alive.unrealised[0], alive.realised[0]) == (20.0, 0.0)
    key = tuple(expiries_of(book)[0].tolist())
    over = value_book(book, market((99.0,), date(2026, 9, 29), final={key: 30.5}))
    assert (over.unrealised[0], over.realised[0]) == (0.0, 25.0)
    assert over.legs.delta[0] == 0.0
    without = value_book(book, market((31.0,), date(2026, 10, 5)))  # no settlement: the last mark
    assert without.realised[0] == 30.0


def test_pence_are_pounds_and_pounds_are_euros():
    nbp = terms_of({"unit": "GBp/therm", "currency": "GBP", "money": 0.01, "timezone": "Europe/London"})
    book = book_of({"quantity": 1000.0, "price": 70.0})
    found = value_book(book, market((75.0,), curves=nbp))
    assert found.total[0] == pytest.approx(50.0)
    assert found.currency == ("GBP",)
    assert found.total_eur[0] == pytest.approx(60.0)
    assert found.legs.delta[0] == pytest.approx(1000.0)  # a volume, whatever the money


def test_an_option_is_worth_its_model_value_less_the_premium():
    book = book_of(option(strike=31.0, premium=1.5, quantity=100.0, side=-1.0, pay_days=2))
    found = value_book(book, market((30.0,), vols={1: flat_vol(0.6, DAY)}, rates=flat_rates(0.03, DAY)))
    greeks = black76(30.0, 31.0, 13 / 365.0, 0.6, 0.03, True, pay_years=15 / 365.0)
    assert found.unrealised[0] == pytest.approx(-100.0 * greeks.value[0], rel=1e-13)
    assert found.realised[0] == 150.0
    for name in ("gamma", "vega", "theta", "rho"):
        assert getattr(found, name)[0] == pytest.approx(-100.0 * getattr(greeks, name)[0], rel=1e-12)
    assert found.legs.delta[0] == pytest.approx(-100.0 * greeks.delta[0])
    key = tuple(expiries_of(book)[0].tolist())
    day = date(2026, 9, 30)
    over = value_book(book, market((29.0,), day, final={key: 33.0}))
    assert over.realised[0] == pytest.approx(150.0 - 200.0)
    assert over.unrealised[0] == 0.0


def test_the_strike_stays_where_it_is_on_the_smile():
    smile = VolSurface(
        np.array(["2026-10"], "M8[M]"), np.array([-1.0, 0.0, 1.0]), np.array([[0.7, 0.5, 0.8]]), False, DAY
    )
    root = np.sqrt(13 / 365.0)
    book = book_of(
        *(option(strike=30.0 * np.exp(0.5 * root * at), quantity=1.0) for at in (-3.0, -1.0, 0.0, 0.5, 4.0))
    )
    found = value_book(book, market((30.0,), vols={1: smile}))
    vols = [0.7, 0.7, 0.5, 0.65, 0.8]
    expected = black76(30.0, book.strike, 13 / 365.0, np.array(vols), 0.0, True)
    np.testing.assert_allclose(found.unrealised, expected.value, rtol=1e-12)


def test_models_that_differ_from_the_quote_keep_the_price_at_the_money():
    book = book_of(
        option(strike=30.0), option(strike=30.0, vol_model=VolModel.BACHELIER),
        option(strike=30.0, vol_model=VolModel.SHIFTED, shift=20.0),
    )  # fmt: skip
    for surface in (flat_vol(0.6, DAY), flat_vol(18.0, DAY, is_normal=True)):
        found = value_book(book, market((30.0,), vols={1: surface}))
        np.testing.assert_allclose(found.unrealised, found.unrealised[0], rtol=1e-9)


def test_a_normal_volatility_values_negative_prices():
    book = book_of(option(strike=-5.0, vol_model=VolModel.BACHELIER), option(strike=-5.0))
    found = value_book(book, market((-2.0,), vols={1: flat_vol(20.0, DAY, is_normal=True)}))
    assert found.unrealised[0] > 3.0
    assert found.lacks[1] & Lack.VOLATILITY
    assert np.isnan(found.total[1])


def test_an_option_on_the_average_fixes_day_by_day():
    asian = option(kind=Kind.ASIAN, expiry=None, strike=30.0, quantity=10.0)
    book = book_of(asian)
    vols = {1: flat_vol(0.5, DAY)}
    before = value_book(book, market((30.0,), vols=vols))
    european = value_book(book_of(option(strike=30.0, quantity=10.0)), market((30.0,), vols=vols))
    assert before.unrealised[0] > european.unrealised[0]  # it lasts longer
    inside = market((30.0,), date(2026, 10, 15), fixings={(0, 0): (11 * 40.0, 11)}, vols=vols)
    fixed = value_book(book, inside)
    assert fixed.unrealised[0] == pytest.approx(
        50.0, rel=1e-6
    )  # average 35 at the least likely to fall below 30
    assert fixed.legs.delta[0] == pytest.approx(5.0, rel=1e-3)
    over = value_book(
        book, market((np.nan,), date(2026, 11, 2), fixings={(0, 0): (22 * 36.0, 22)}, vols=vols)
    )
    assert (over.unrealised[0], over.realised[0]) == (0.0, pytest.approx(60.0))


def test_a_point_of_volatility_is_that_of_the_model_which_values():
    book = book_of(
        option(), option(vol_model=VolModel.BACHELIER), option(kind=Kind.ASIAN, vol_model=VolModel.BACHELIER)
    )
    assert points_of(book).tolist() == [0.01, 1.0, 0.01]


def spread_book(**terms):
    return book_of(
        option(kind=Kind.SPREAD_OPTION, curve=1, curve2=2, strike=5.0, quantity=1000.0, ratio2=2.0, **terms)
    )


def spread_market(price1=80.0, price2=30.0, day=DAY, **parts):
    curves = terms_of({"commodity": "power", "timezone": "Europe/Berlin"}, {})
    vols = {1: flat_vol(0.5, day), 2: flat_vol(0.4, day)}
    parts = {"vols": vols, "correlations": {(1, 2): 0.6}, **parts}
    return market_of(day, curves, "2026-10", [[price1], [price2]], rates=flat_rates(0.04, day), **parts)


@pytest.mark.parametrize(("age", "old"), [(45, False), (46, True)])
def test_an_old_correlation_is_listed_with_the_money_that_rests_on_it(age, old):
    day = {(1, 2): DAY - timedelta(days=age)}
    book, market = spread_book(), spread_market(correlation_days=day)
    found = value_book(book, market)
    assert found.total_eur[0] == value_book(book, spread_market()).total_eur[0]
    assert bool(found.lacks[0] & Lack.FRESH_CORRELATION) is old
    listed = {gap.what: gap for gap in gaps(book, market, found)}
    assert ("stale correlation" in listed) is old
    if old:
        assert listed["stale correlation"].valued
        assert listed["stale correlation"].notional_eur == pytest.approx(found.notional_eur[0])


@pytest.mark.parametrize("model", [VolModel.BLACK76, VolModel.BACHELIER])
def test_greeks_of_a_spread_option_are_those_of_bumping(model):
    book = spread_book(vol_model=model)
    found = value_book(book, spread_market())
    h = 1e-3

    def value(a, b):
        return value_book(book, spread_market(80.0 + a, 30.0 + b), greeks=False).total[0]

    if model is VolModel.BLACK76:  # a normal volatility that is read off a lognormal one moves with the price
        delta = [(value(h, 0) - value(-h, 0)) / (2 * h), (value(0, h) - value(0, -h)) / (2 * h)]
        np.testing.assert_allclose(found.legs.delta, delta, rtol=1e-6)
        cross = (value(h, h) - value(h, -h) - value(-h, h) + value(-h, -h)) / (4 * h * h)
        assert found.cross_gamma[0] == pytest.approx(cross, rel=1e-3)
        gamma1 = (value(h, 0) - 2 * value(0, 0) + value(-h, 0)) / h**2
        assert found.legs.gamma[0] == pytest.approx(gamma1, rel=1e-3)
    assert found.legs.delta[0] > 0.0 > found.legs.delta[1]
    assert found.total[0] == pytest.approx(value(0, 0), rel=1e-12)
    assert found.vega[0] > 0.0


def test_a_spread_option_in_two_currencies_uses_the_exchange_rate():
    curves = terms_of({}, {"currency": "USD", "unit": "USD/MWh"})
    parts = {"vols": {1: flat_vol(0.5, DAY), 2: flat_vol(0.4, DAY)}, "correlations": {(1, 2): 0.6}}
    book = book_of(option(kind=Kind.SPREAD_OPTION, curve2=2, strike=0.0))
    dollars = value_book(book, market_of(DAY, curves, "2026-10", [[50.0], [60.0]], **parts))
    euros = value_book(book, market_of(DAY, terms_of({}, {}), "2026-10", [[50.0], [54.0]], **parts))
    assert dollars.total[0] == pytest.approx(euros.total[0])
    key = [tuple(row) for row in expiries_of(book).tolist()]
    over = market_of(
        date(2026, 9, 29),
        curves,
        "2026-10",
        [[1.0], [1.0]],
        final=dict(zip(key, (70.0, 50.0), strict=True)),
        **parts,
    )
    assert value_book(book, over).realised[0] == pytest.approx(70.0 - 45.0)


def test_storage_and_swing_have_deltas_by_month():
    book = book_of(
        {"kind": Kind.STORAGE, "details": STORAGE, "premium": 10.0, "quantity": 2.0, **OCT_DEC},
        {
            "kind": Kind.SWING, "details": SWING, "premium": 0.5, "strike": 30.0, "is_call": True, "quantity": 20.0,
            **OCT_DEC,
        },
    )  # fmt: skip
    found = value_book(book, market())
    assert found.realised.tolist() == [-20.0, -20.0]
    assert found.unrealised[0] > 2.0 * 50.0 * 33.0  # what is inside is sold at the best price
    assert found.unrealised[1] > 20.0 * (34.0 + 32.0 - 60.0)
    assert found.legs.delta.reshape(2, 3)[1].sum() <= 40.0
    bumped = value_book(book, market((30.0, 32.0, 34.01)), greeks=False)
    slope = (bumped.unrealised - found.unrealised) / 0.01
    np.testing.assert_allclose(slope, found.legs.delta.reshape(2, 3)[:, 2], rtol=2e-2)
    assert (found.vega > 0.0).all()
    assert (found.theta < 0.0).all()


def test_what_was_nominated_and_exercised_settles_on_its_month():
    storage = {**STORAGE, "nominated": {"2026-10": 50.0}}
    swing = {**SWING, "exercised": {"2026-10": 1.0}}
    book = book_of(
        {"kind": Kind.STORAGE, "details": storage, "premium": 0.0, "delivery_end": date(2026, 12, 1)},
        {
            "kind": Kind.SWING, "details": swing, "premium": 0.0, "strike": 30.0, "is_call": True, "quantity": 20.0,
            "delivery_end": date(2026, 12, 1),
        },
    )  # fmt: skip
    day = date(2026, 10, 31)
    found = value_book(book, market((40.0, 30.0), day, fixings={(0, 0): (21 * 36.0, 21)}))
    assert found.realised[0] == pytest.approx(50.0 * 36.0 - 50.0 * 0.1)
    assert found.unrealised[0] == pytest.approx(0.0, abs=1e-9)  # empty, and one month left
    assert found.realised[1] == pytest.approx(20.0 * 6.0)
    assert found.unrealised[1] > 0.0


def test_the_cost_of_a_nomination_is_realised_as_its_price_is():
    details = {**STORAGE, "start_volume": 50.0, "nominated": {"2026-10": 50.0}}
    swing = {**SWING, "rights": 1, "exercised": {"2026-10": 1.0}}
    book = book_of(
        {"kind": Kind.STORAGE, "details": details, "premium": 0.0},
        {
            "kind": Kind.SWING,
            "details": swing,
            "premium": 0.0,
            "strike": 30.0,
            "is_call": True,
            "quantity": 20.0,
        },
    )
    found = value_book(book, market((40.0,), date(2026, 10, 1)))
    assert found.realised.tolist() == [0.0, 0.0]  # nothing has been fixed yet
    assert found.unrealised == pytest.approx([50.0 * 39.9, 20.0 * 10.0])
    found = value_book(book, market((40.0,), date(2026, 10, 15), fixings={(0, 0): (11 * 36.0, 11)}))
    assert found.realised == pytest.approx([25.0 * 35.9, 10.0 * 6.0])  # half of its 22 days
    assert found.unrealised == pytest.approx([25.0 * 39.9, 10.0 * 10.0])


@pytest.mark.parametrize("nominated", [[1.0], {"2026-10": "much"}, {"2026-10": float("inf")}])
def test_details_that_nobody_can_read_cost_one_trade_its_value_alone(nominated):
    swing = {**SWING, "exercised": nominated}
    book = book_of(
        {"quantity": 10.0, "price": 29.0},
        {"kind": Kind.SWING, "details": swing, "premium": 0.0, "strike": 30.0, "is_call": True, **OCT_DEC},
    )
    found = value_book(book, market(day=date(2026, 10, 5)))
    assert found.is_missing.tolist() == [False, True]


def test_one_bad_trade_leaves_the_others_alone_and_is_listed():
    good = {"quantity": 10.0, "price": 29.0}
    book = book_of(
        good,
        {**good, **OCT_DEC},  # December was never quoted
        option(strike=30.0),  # no surface
        {**good, "price": np.nan},  # a term is missing
        {**good, "is_capacity": True, "curve": 2},  # MW of carbon
        {**good, "curve": 3},  # no exchange rate
        {"kind": Kind.STORAGE, "details": {"capacity": 10.0}, "premium": 0.0},
        option(kind=Kind.SPREAD_OPTION, curve2=2, strike=1.0),
    )
    curves = terms_of({}, {"commodity": "carbon", "mwh": np.nan}, {"currency": "JPY"})
    found = value_book(book, market([[30.0, 31.0, np.nan]] * 3, curves=curves))
    assert found.total_eur[0] == 10.0
    assert found.is_missing.tolist() == [False] + [True] * 7
    wanted = [Lack.MARK, Lack.VOLATILITY, Lack.TERMS, Lack.TERMS, Lack.FX, Lack.TERMS, Lack.CORRELATION]
    for lacks, lack in zip(found.lacks[1:].tolist(), wanted, strict=True):
        assert Lack(lacks) & lack
    assert found.status[1] == MISSING
    assert found.notional_eur[1] == pytest.approx(870.0)
    assert found.total[5] == 10.0  # known in yen


def test_marks_that_are_stale_value_and_are_listed():
    aged = market((30.0,))
    aged = replace(aged, marks=replace(aged.marks, status=np.full((1, 1), STALE, np.int8)))
    found = value_book(book_of({"price": 29.0}), aged)
    assert found.total[0] == 1.0
    assert found.status[0] == STALE
    assert found.lacks[0] == Lack.FRESH_MARK


def test_a_cancelled_trade_is_worth_nothing_even_without_marks():
    book = book_of({"price": 29.0, "event": 2, "delivery_end": date(2027, 2, 1)}, {"price": 29.0})
    found = value_book(book, market_of(DAY, GAS, "2026-10", [[30.0, np.nan, np.nan, np.nan]]))
    assert found.total.tolist() == [0.0, 1.0]
    assert found.lacks.tolist() == [0, 0]
    assert found.legs.delta[0] == 0.0


def test_a_cancelled_trade_needs_no_mark():
    book = book_of({"price": 29.0, "event": 2, **OCT_DEC})
    here = market((30.0, np.nan, np.nan))
    assert gaps(book, here, value_book(book, here)) == ()


def test_values_without_sensitivities_are_the_same():
    book = book_of(
        option(strike=31.0),
        option(strike=29.0, vol_model=VolModel.BACHELIER),
        option(kind=Kind.ASIAN, expiry=None, strike=30.0),
    )
    held = market((30.0,), vols={1: flat_vol(0.6, DAY)}, rates=flat_rates(0.02, DAY))
    np.testing.assert_allclose(
        value_book(book, held).total, value_book(book, held, greeks=False).total, rtol=1e-12
    )


def test_an_empty_book_is_worth_nothing():
    found = value_book(empty_book(), market())
    assert found.total_eur.shape == (0,)


def test_aligned_markets_can_be_mixed():
    book = book_of(
        {"price": 29.0, "delivery_start": date(2026, 9, 1)},
        {"kind": Kind.FUTURE, "price": 28.0, "expiry": date(2026, 9, 29)},
    )
    before = market_of(date(2026, 9, 25), GAS, "2026-09", [[27.0, 30.0]], fixings={(0, 0): (18 * 26.0, 18)})
    key = (
        1,
        int(np.datetime64("2026-10", "M").astype(np.int64)),
        int(np.datetime64("2026-09-29").astype(np.int64)),
    )
    after = market_of(date(2026, 9, 30), terms_of({}, {}), "2026-10", [[31.0], [1.0]], final={key: 30.5})
    one, two = align(before, after)
    assert one.marks.price.shape == two.marks.price.shape == (2, 2)
    assert two.marks.price[0, 0] == 27.0
    assert two.marks.status[0, 0] == ROLLED
    assert one.fixings.final[key] == 30.0  # the settlement of tomorrow, at today's mark
    for as_of in (one.as_of, two.as_of):
        for marks in (one.marks, two.marks):
            for fixings in (one.fixings, two.fixings):
                mixed = replace(one, as_of=as_of, marks=marks, fixings=fixings)
                assert np.isfinite(value_book(book, mixed).total).all()
    np.testing.assert_allclose(value_book(book, one).total, value_book(book, before).total)


@pytest.mark.parametrize(
    ("day", "period", "start"),
    [
        ("2026-11-23", "dtd", "2026-11-20"),  # a Monday after a weekend of two days
        ("2026-11-22", "dtd", "2026-11-20"),
        ("2026-12-28", "dtd", "2026-12-24"),
        ("2027-01-04", "dtd", "2026-12-31"),
        ("2026-05-04", "dtd", "2026-04-30"),
        ("2026-04-07", "dtd", "2026-04-02"),
        ("2026-04-06", "dtd", "2026-04-02"),  # Easter Monday itself
        ("2026-04-03", "dtd", "2026-04-02"),
        ("2024-04-10", "mtd", "2024-03-28"),  # March ended with Good Friday and a weekend
        ("2026-05-20", "mtd", "2026-04-30"),
        ("2027-01-01", "mtd", "2026-12-31"),
        ("2026-06-15", "ytd", "2025-12-31"),
        ("2022-06-15", "ytd", "2021-12-31"),
        ("2023-06-15", "ytd", "2022-12-30"),
    ],
)
def test_a_period_counts_from_the_last_day_that_the_desk_worked(day, period, start):
    assert period_start(date.fromisoformat(day), period) == date.fromisoformat(start)


def test_the_profits_of_all_business_days_leave_out_no_day_and_count_none_twice():
    first, end = date(2015, 1, 1), date(2032, 1, 1)
    days = business_days(first, end, desk_holidays(first, end)).tolist()
    assert [period_start(day, "dtd") for day in days[1:]] == days[:-1]
    for before, day in pairwise(days):
        if before.year < day.year:
            assert {period_start(day, period) for period in PERIODS} == {before}
        if before.month != day.month:
            assert period_start(day, "mtd") == before


def test_a_period_that_is_none_is_refused():
    with pytest.raises(DomainError, match=r"no period 'qtd'\. Choose one of dtd, mtd, ytd"):
        period_start(date(2026, 11, 20), "qtd")
