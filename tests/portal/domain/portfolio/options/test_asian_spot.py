"""Averages of a spot: the continuous ones as limits of discrete ones, QuantLib, and the edges."""

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813 - its own name for itself

from portal.domain.portfolio.options.asian import curran
from portal.domain.portfolio.options.asian_spot import (
    continuous_arithmetic,
    geometric_continuous,
    geometric_discrete,
    levy,
)
from portal.domain.portfolio.options.european import generalised_black_scholes

SPOTS = np.array([80.0, 100.0, 125.0])


def test_many_fixings_tend_to_the_continuous_average():
    times = (np.arange(2000) + 0.5) / 2000
    discrete = geometric_discrete(SPOTS, 100.0, times, 0.3, 0.05, True, dividend_yield=0.02, pay_years=1.0)
    continuous = geometric_continuous(SPOTS, 100.0, 1.0, 0.3, 0.05, True, dividend_yield=0.02)
    assert discrete == pytest.approx(continuous, rel=1e-4)
    times = (np.arange(200) + 0.5) / 200
    fixed = curran(SPOTS, 100.0, times, 0.3, 0.05, True, pay_years=1.0)  # the spot is a futures price
    assert fixed == pytest.approx(
        continuous_arithmetic(SPOTS, 100.0, 1.0, 0.3, 0.05, True, dividend_yield=0.05), abs=1e-3
    )


def test_the_averages_are_ordered():
    terms = (SPOTS, 100.0, 1.0, 0.4, 0.05, True)
    geometric, arithmetic = geometric_continuous(*terms), continuous_arithmetic(*terms)
    european = generalised_black_scholes(*terms).value
    assert (geometric < arithmetic).all()
    assert (arithmetic < european).all()
    assert levy(*terms) == pytest.approx(arithmetic, rel=0.03)  # an approximation


def test_put_call_parity_of_the_arithmetic_average():
    mean = SPOTS * np.expm1(0.05) / 0.05
    for function in (continuous_arithmetic, levy):
        call, put = (function(SPOTS, 100.0, 1.0, 0.4, 0.05, side) for side in (True, False))
        assert call - put == pytest.approx(np.exp(-0.05) * (mean - 100.0), abs=1e-9)


def test_continuous_geometric_equals_quantlib():
    today = ql.Date(15, 1, 2026)
    ql.Settings.instance().evaluationDate = today
    count = ql.Actual365Fixed()
    curves = [ql.YieldTermStructureHandle(ql.FlatForward(today, rate, count)) for rate in (0.02, 0.05)]
    surface = ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), 0.3, count))
    for spot in SPOTS.tolist():
        process = ql.BlackScholesMertonProcess(ql.QuoteHandle(ql.SimpleQuote(spot)), *curves, surface)
        option = ql.ContinuousAveragingAsianOption(
            ql.Average.Geometric,
            ql.PlainVanillaPayoff(ql.Option.Put, 100.0),
            ql.EuropeanExercise(today + 365),
        )
        option.setPricingEngine(ql.AnalyticContinuousGeometricAveragePriceAsianEngine(process))
        ours = geometric_continuous(spot, 100.0, 1.0, 0.3, 0.05, False, dividend_yield=0.02)
        assert ours[0] == pytest.approx(option.NPV(), rel=1e-9)


def test_levy_without_carry_is_the_limit_of_a_small_one():
    flat, small = (
        levy(SPOTS, 100.0, 1.0, 0.4, 0.05, True, dividend_yield=0.05 + move) for move in (0.0, 1e-9)
    )
    assert flat == pytest.approx(small, rel=1e-7)
    certain = levy(SPOTS, 100.0, 0.0, 0.4, 0.05, True, elapsed_years=1.0, current_average=107.0)
    assert certain == pytest.approx([7.0, 7.0, 7.0])


def test_edges_are_finite_and_bad_elements_nan():
    got = continuous_arithmetic([100.0, 100.0, -1.0, 100.0], [90.0, -5.0, 90.0, 90.0], [0.0, 1.0, 1.0, 1.0],
                                [0.3, 0.3, 0.3, 0.0], 0.0, True)  # fmt: skip
    assert got[[0, 1, 3]] == pytest.approx([10.0, 105.0, 10.0])
    assert np.isnan(got[2])
