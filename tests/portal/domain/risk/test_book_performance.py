"""Performance of books from daily results: by hand, laws, and what does not exist."""

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter, InsufficientHistory
from portal.domain.risk.book_performance import book_performance

PNL = np.array([10.0, -4.0, 6.0, -12.0, 3.0, 9.0])


def test_by_hand():
    found = book_performance(PNL, 1000.0)
    assert found.result == pytest.approx(12.0)
    assert (found.max_drawdown, found.drawdown_now, found.peak, found.trough) == (12.0, 0.0, 3, 4)
    assert found.sharpe == pytest.approx(PNL.mean() / PNL.std(ddof=1) * np.sqrt(252))
    assert found.sortino == pytest.approx(
        PNL.mean() / np.sqrt(np.mean(np.minimum(PNL, 0) ** 2)) * np.sqrt(252)
    )
    assert found.volatility == pytest.approx(PNL.std(ddof=1) * np.sqrt(252))
    assert found.annual_return == pytest.approx(2.0 * 252 / 1000)
    assert (found.best_day, found.worst_day, found.hit_rate) == (10.0, -12.0, pytest.approx(4 / 6))
    assert found.profit_factor == pytest.approx(28 / 16)


def test_ratios_do_not_depend_on_the_capital():
    small, large = book_performance(PNL, 100.0), book_performance(PNL, 1e9)
    assert small.sharpe == pytest.approx(large.sharpe)
    assert small.sortino == pytest.approx(large.sortino)
    assert small.chance == pytest.approx(large.chance)


def test_more_days_say_more():
    days = np.random.default_rng(3).normal(1, 10, 500)
    short, long = book_performance(days[:60], 1e4), book_performance(np.tile(days[:60], 8), 1e4)
    assert long.sharpe_error < short.sharpe_error
    assert abs(long.chance - 0.5) > abs(short.chance - 0.5)


def test_what_does_not_exist_is_none():
    flat = book_performance([0.0, 0.0, 0.0], 10.0)
    assert (flat.sharpe, flat.sharpe_error, flat.chance, flat.sortino, flat.profit_factor) == (None,) * 5
    assert book_performance([1.0, 2.0, 1.5], 10.0).sortino is None


def test_refusals():
    with pytest.raises(BadParameter, match="capital above zero"):
        book_performance(PNL, 0.0)
    with pytest.raises(BadParameter, match="more than all"):
        book_performance(PNL, 5.0)
    with pytest.raises(InsufficientHistory):
        book_performance([1.0], 5.0)
