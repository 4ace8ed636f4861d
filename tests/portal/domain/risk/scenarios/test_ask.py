"""An ask that makes no sense is refused with a sentence."""

import pytest

from portal.domain.market.errors import BadParameter
from portal.domain.risk.scenarios.ask import CovarianceKind, Method, Sampling, ScenarioAsk
from portal.domain.risk.scenarios.proxies import Missing


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"method": "magic"}, "The method of scenarios is one of historical, .*, not 'magic'"),
        ({"sampling": "halton"}, "The sampling of scenarios is one of random, antithetic, sobol"),
        ({"window": 10}, "The window is 20 to 5,000 days, not 10"),
        ({"horizon_days": 0}, "The horizon days is 1 to 250 business days, not 0"),
        ({"correlation_days": 6}, "The correlation days is 1 to 5 days, not 6"),
        ({"scenarios": 1_000_000}, "not 1000000"),
        ({"seed": -1}, "The seed is 0 to"),
        ({"decay": 0.0}, "decay of a day lies above 0"),
        ({"dof": 2.0}, "variance only above 2 degrees of freedom, not 2.0"),
        ({"variance_kept": 0.0}, "share of variance kept"),
        ({"jump_threshold": 0.5}, "more than 1 standard deviation"),
        ({"caps": (1.5, 4.0)}, "cut around 1"),
    ],
)
def test_bad_parameters_are_refused(given, words):
    with pytest.raises(BadParameter, match=words):
        ScenarioAsk(**given)


def test_words_become_members_and_an_ask_can_be_a_key():
    ask = ScenarioAsk(method="monte_carlo_t", covariance="ewma", sampling="sobol", missing="drop")
    assert (ask.method, ask.covariance) == (Method.MONTE_CARLO_T, CovarianceKind.EWMA)
    assert (ask.sampling, ask.missing) == (Sampling.SOBOL, Missing.DROP)
    assert ask == ScenarioAsk(
        Method.MONTE_CARLO_T, covariance=CovarianceKind.EWMA, sampling=Sampling.SOBOL, missing=Missing.DROP
    )
    assert len({ask, ScenarioAsk()}) == 2
    assert ask.method.simulates
    assert not Method.HISTORICAL.simulates
