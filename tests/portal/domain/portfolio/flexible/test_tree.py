"""The binomial tree: against closed forms, the grid engine and QuantLib's American option; and what it refuses."""

import numpy as np
import pytest
from scipy.special import ndtr

from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.flexible.swing import swing_value
from portal.domain.portfolio.flexible.terms import InfeasibleContract
from portal.domain.portfolio.flexible.tree import tree_value

PUT = {"strike": 40.0, "is_call": False, "carry": 0.06}


def test_one_exercise_date_is_a_european_option():
    d = (0.06 + 0.5 * 0.2**2) / 0.2
    european = 40.0 * np.exp(-0.06) * ndtr(0.2 - d) - 40.0 * ndtr(-d)
    found = tree_value(40.0, 1.0, 0.2, 0.06, tree_steps=2000, exercise_steps=[2000], **PUT)
    assert found == pytest.approx(european, abs=1e-3)


def test_an_american_put_agrees_with_quantlib():
    ql = pytest.importorskip("QuantLib", reason="QuantLib is not installed")
    today = ql.Date(2, 1, 2026)
    ql.Settings.instance().evaluationDate = today
    count = ql.Actual365Fixed()
    process = ql.BlackScholesProcess(
        ql.QuoteHandle(ql.SimpleQuote(36.0)),
        ql.YieldTermStructureHandle(ql.FlatForward(today, 0.06, count)),
        ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), 0.2, count)),
    )
    option = ql.VanillaOption(
        ql.PlainVanillaPayoff(ql.Option.Put, 40.0), ql.AmericanExercise(today, today + 365)
    )
    option.setPricingEngine(ql.FdBlackScholesVanillaEngine(process, 400, 800))
    found = tree_value(36.0, 1.0, 0.2, 0.06, tree_steps=1000, exercise_steps=range(1001), **PUT)
    assert found == pytest.approx(option.NPV(), abs=2e-3)


@pytest.mark.parametrize(("cooldown", "least", "is_call"), [(0, 0, True), (1, 0, False), (2, 3, True)])
def test_the_grid_agrees_where_both_apply(cooldown, least, is_call):
    times = np.arange(1, 13) / 12
    terms = {"strike": 48.0, "rights": 4, "unit_volume": 2.0, "cooldown": cooldown, "min_rights": least}
    grid = swing_value(
        np.full(12, 50.0),
        times,
        np.exp(-0.04 * times),
        kappa=0.0,
        sigma=0.6,
        is_call=is_call,
        nodes=401,
        **terms,
    )
    found = tree_value(
        50.0, 1.0, 0.6, 0.04, tree_steps=1200, exercise_steps=range(100, 1201, 100), is_call=is_call, **terms
    )
    assert found == pytest.approx(grid.value, rel=2e-3)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"exercise_steps": [5, 4]}, BadParameter, "must rise and lie between 0 and the 10 steps"),
        ({"exercise_steps": [11]}, BadParameter, "must rise"),
        ({"exercise_steps": []}, BadParameter, "must rise"),
        ({"carry": 9.0}, BadParameter, "Take more steps"),
        ({"vol": 0.0}, BadParameter, "volatility of the tree"),
        ({"spot": -1.0}, BadParameter, "spot of the tree"),
        ({"min_rights": 2}, InfeasibleContract, "at most 1 can be"),
    ],
)
def test_what_makes_no_sense_is_refused(changes, error, message):
    terms = {
        "spot": 40.0,
        "years": 1.0,
        "vol": 0.2,
        "rate": 0.06,
        "tree_steps": 10,
        "exercise_steps": [5, 10],
    }
    with pytest.raises(error, match=message):
        tree_value(**{**terms, **PUT, **changes})
