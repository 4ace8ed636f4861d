"""Rules of other systems beside ours."""

import numpy as np
import pytest

from portal.domain.market.errors import InsufficientHistory, LengthMismatch
from portal.domain.risk.quantile_rules import QuantileRule, mean_beyond, quantile_loss
from portal.domain.risk.tail import tail_of

PNL = np.random.default_rng(1).normal(size=500)


def test_ours_is_the_var_and_hulls_is_one_rank_further_out():
    assert quantile_loss(PNL, 0.99) == tail_of(PNL, 0.99).var == -np.sort(PNL)[5]
    assert quantile_loss(PNL, 0.99, QuantileRule.RANK) == -np.sort(PNL)[4]


@pytest.mark.parametrize("rule", QuantileRule)
def test_every_rule_lies_between_the_neighbours(rule):
    found = quantile_loss(PNL, 0.985, rule)
    worst = -np.sort(PNL)
    assert worst[9] <= found <= worst[6]


def test_what_does_not_exist_is_refused():
    with pytest.raises(InsufficientHistory, match="no loss of rank"):
        quantile_loss(PNL[:50], 0.99, QuantileRule.RANK)
    with pytest.raises(InsufficientHistory, match="No scenario loses more"):
        mean_beyond(PNL, 100.0)
    with pytest.raises(LengthMismatch, match="add them up first"):
        quantile_loss(np.ones((5, 2)), 0.5)
