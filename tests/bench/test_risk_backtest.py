"""The benchmark of rolling backtests: that everybody gives the same figures, which the times rest on."""

import numpy as np
import pytest

from tests.bench import risk, risk_backtest


def test_all_ways_give_the_same_var_and_es():
    pnl = risk_backtest._pnl(650)
    others = [risk_backtest._floor(pnl), risk_backtest._pandas(pnl), risk_backtest._loop(pnl)]
    risk_backtest._must_agree(risk_backtest._ours(pnl), others)
    alone = risk_backtest._pandas_var(pnl)
    assert alone["historical"] == pytest.approx(others[0]["historical"][0])


def test_a_difference_stops_the_benchmark():
    pnl = risk_backtest._pnl(650)
    other = risk_backtest._floor(pnl)
    other["normal"] = (other["normal"][0] * 1.01, other["normal"][1])
    with pytest.raises(SystemExit, match="method normal differ on 150 days"):
        risk_backtest._must_agree(risk_backtest._ours(pnl), [other])


def test_figures_have_their_baselines():
    figures = risk.measure(None, rounds=1, quick=True, only="backtest")
    assert [figure.against.split(":")[0] for figure in figures] == [
        "numpy floor",
        "pandas",
        "pandas",
        "Python loop",
    ]
    assert all(np.isfinite(figure.ratio) for figure in figures)
    assert figures[0].target == pytest.approx(1.3 * figures[0].baseline)
