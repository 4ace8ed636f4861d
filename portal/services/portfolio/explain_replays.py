"""Figures of P&L explain computed from the rows of a receipt alone."""

from collections.abc import Mapping, Sequence
from math import fsum
from typing import Any

import numpy as np

from portal.core.clock import Clocks
from portal.core.metrics import Params
from portal.core.passport import Outcome
from portal.domain.portfolio.explain import LINE_OF
from portal.domain.portfolio.explain_terms import unexplained_share
from portal.domain.portfolio.shapley import order_band
from portal.services.evaluation import Replay
from portal.services.portfolio.explain_rows import KEYS

SUM_ROUNDING = 1e-9  # relative; the page adds the same figures in another order
Records = Sequence[Mapping[str, Any]]


def replay_sum(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    """Return the sum of what the trades count; one without a value is left out."""
    return Outcome(fsum(float(record["part"]) for record in records if record["part"] is not None), "EUR")


def replay_share(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    """Return the unexplained share from one row for each cause."""
    lines = np.array([float(record["line"]) for record in records])
    left = fsum(lines.tolist()) - fsum(float(record["terms"]) for record in records)
    return Outcome(unexplained_share(left, lines), "fraction")


def replay_band(*, at: int) -> Replay:
    """Return what computes the least (0) or most (1) of a line in any order from the values of all sets of causes."""

    def band(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        worth = {int(record["set"]): float(record["value"]) for record in records}
        fixed = worth.pop(-1)
        values = np.array([worth[mask] for mask in sorted(worth)])
        key = str(params.get("line"))
        causes = [cause for cause, line in LINE_OF.items() if KEYS[line] == key]
        if key not in KEYS.values():
            return Outcome(fixed + float(values[-1] - values[0]), "EUR")
        return Outcome(fixed + fsum(float(order_band(values)[at][cause]) for cause in causes), "EUR")

    return band
