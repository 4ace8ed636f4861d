"""A proposed limit over history."""

from datetime import date

import numpy as np
import pytest

from portal.domain.market.errors import InsufficientHistory, LengthMismatch
from portal.domain.risk.limits.limit import Condition, Metric
from portal.domain.risk.limits.replay import Spell, replay
from portal.domain.risk.limits.use import Status

VAR = Metric("var", level=0.99)
LIMIT = Condition(VAR, 100.0, 80.0)
DAYS = np.arange("2026-05-04", "2026-05-14", dtype="datetime64[D]")


def test_by_hand():
    values = [50, 85, 120, 130, 90, np.nan, 101, 50, 100, 20]
    found = replay(LIMIT, {VAR.key: values}, DAYS)
    assert (found.warnings, found.breaches, found.without_data) == (3, 3, 1)
    assert found.longest_breach == Spell(date(2026, 5, 6), date(2026, 5, 7), 2)
    assert found.longest_warning == Spell(date(2026, 5, 5), date(2026, 5, 8), 4)
    assert (found.first_breach, found.last_breach) == (date(2026, 5, 6), date(2026, 5, 10))
    assert (found.worst_use, found.worst_day) == (1.3, date(2026, 5, 7))
    assert found.status[5] == Status.NO_DATA
    assert found.sentences == (
        "The limit would have been broken on 3 days of 9 (33.3 %), first on 2026-05-06 and last on 2026-05-10.",
        "The longest breach would have lasted 2 days, from 2026-05-06 to 2026-05-07.",
        "It would have warned on another 3 days.",
        "At most 130.0 % of it would have been used, on 2026-05-07.",
        "1 day could not be judged for lack of data.",
    )


def test_a_limit_that_never_mattered():
    found = replay(LIMIT, {VAR.key: np.full(10, 10.0)}, DAYS)
    assert found.sentences == (
        "The limit would not have been broken on any of 10 days.",
        "At most 10.0 % of it would have been used, on 2026-05-04.",
    )
    assert (found.longest_breach, found.longest_warning, found.first_breach) == (None, None, None)


def test_without_any_data():
    found = replay(LIMIT, {VAR.key: np.full(10, np.nan)}, DAYS)
    assert found.sentences == ("None of the 10 days has the data to judge this limit.",)
    assert found.worst_day is None


def test_a_zero_limit_is_used_without_end():
    found = replay(Condition(VAR, 0.0, 0.0), {VAR.key: np.ones(10)}, DAYS)
    assert (found.breaches, found.worst_use) == (10, np.inf)


def test_refusals():
    with pytest.raises(InsufficientHistory, match="no history to replay"):
        replay(LIMIT, {VAR.key: []}, DAYS[:0])
    with pytest.raises(LengthMismatch, match="days and values"):
        replay(LIMIT, {VAR.key: [1.0]}, DAYS)
