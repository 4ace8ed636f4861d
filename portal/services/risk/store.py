"""Runs of risk in the database: written once with all their arrays, read back exactly as they were."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.queries import risk as queries
from data.queries.risk import RunRow
from data.session import UnitOfWork
from data.writes import risk as writes
from portal.core.arrays import DateArray1D, FloatArray1D, IntArray1D
from portal.core.errors import NotFound
from portal.domain.risk.revaluation.outcome import Outcome
from portal.domain.risk.scenarios.factors import FactorSet, ScenarioSet, Shock

_OUTCOME = (
    "trade_id", "portfolio", "value", "row", "column", "exposure", "rest_row", "rest", "moves",
)  # fmt: skip
_FACTORS = ("kind", "curve", "tenor", "level", "shift")
_TERMS = ("trade_kind", "trade_curve", "trade_month", "counterparty")


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class TradeTerms:
    """What the trades of a run are told apart by, in arrays of shape (n,) in the order of the outcome.

    ``trade_kind`` holds members of ``Kind``, ``trade_curve`` and ``counterparty`` database ids, ``trade_month`` the
    first delivery month.
    """

    trade_kind: NDArray[np.int8]
    trade_curve: IntArray1D
    trade_month: DateArray1D
    counterparty: IntArray1D


@dataclass(frozen=True, eq=False)
class StoredRun:
    """A run as stored, of all books. ``label`` and ``weight`` are those of its scenarios."""

    row: RunRow
    factors: FactorSet
    label: tuple[str, ...]
    weight: FloatArray1D
    outcome: Outcome
    terms: TradeTerms


def save(
    work: UnitOfWork, scenarios: ScenarioSet, outcome: Outcome, terms: TradeTerms, row: Mapping[str, Any]
) -> int:
    """Store a run with its arrays, and return its id; ``row`` holds the columns of ``risk_runs``."""
    run_id = writes.insert_run(work.session, **row)
    factors = scenarios.factors
    texts = {
        "as_of": factors.as_of.isoformat(),
        "currency": list(factors.currency),
        "label": list(factors.label),
        "unit": list(factors.unit),
        "shock": [str(item) for item in factors.shock],
        "scenarios": list(scenarios.label),
    }
    arrays: dict[str, NDArray[Any]] = {
        "texts": np.frombuffer(json.dumps(texts).encode(), np.uint8),
        "weight": scenarios.weight,
        **{f"outcome_{name}": getattr(outcome, name) for name in _OUTCOME},
        **{f"factor_{name}": getattr(factors, name) for name in _FACTORS},
        **{name: getattr(terms, name) for name in _TERMS},
    }
    writes.insert_arrays(work.session, run_id, arrays)
    return run_id


def load(work: UnitOfWork, row: RunRow) -> StoredRun:
    """Return a run with its arrays.

    Raises
    ------
    NotFound
        Retention has removed its arrays; the sentence says what is left.
    """
    found = queries.arrays_of(work.session, row.id)
    if not found:
        raise NotFound(
            f"The scenarios of risk run {row.id} ({row.method}, as of {row.as_of}) have been removed by retention. Its "
            "figures are kept, and shown in the history of Risk > Overview. Choose a newer run or the last one of a "
            f"month, or start a run as of {row.as_of} again.",
            run=row.id,
        )
    texts = json.loads(bytes(found["texts"]))
    factors = FactorSet(
        as_of=row.as_of,
        currency=tuple(texts["currency"]),
        label=tuple(texts["label"]),
        unit=tuple(texts["unit"]),
        shock=tuple(Shock(item) for item in texts["shock"]),
        **{name: found[f"factor_{name}"] for name in _FACTORS},
    )
    outcome = Outcome(**{name: found[f"outcome_{name}"] for name in _OUTCOME})
    terms = TradeTerms(**{name: found[name] for name in _TERMS})
    return StoredRun(row, factors, tuple(texts["scenarios"]), found["weight"], outcome, terms)
