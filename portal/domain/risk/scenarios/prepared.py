"""The window of history that all methods start from: shock types settled, gaps filled or dropped, everything counted.

API: ``prepare(history, factors, ask, ...) -> Prepared``.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from portal.core.arrays import DateArray1D, FloatArray2D
from portal.domain.market.errors import InsufficientHistory, LengthMismatch
from portal.domain.risk.scenarios.ask import ScenarioAsk
from portal.domain.risk.scenarios.factors import FactorSet, Shock
from portal.domain.risk.scenarios.history import LACKING_SHARE, FactorHistory
from portal.domain.risk.scenarios.native import native_moves, shocks_of_history
from portal.domain.risk.scenarios.proxies import Completed, complete_moves

_NAMED = 12  # factors that facts and notes name at most


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Prepared:
    """Complete moves of one day each, oldest first.

    Attributes
    ----------
    factors : FactorSet
        With the shock types that the history allows.
    day : ndarray of shape (n,), datetime64[D]
        Days of the moves.
    native : ndarray of shape (n, k)
        Differences, or logarithms of ratios; no NaN.
    facts : mapping
        Counts for the reader, plain JSON values.
    notes : tuple of str
        The same as sentences.
    """

    factors: FactorSet
    day: DateArray1D
    native: FloatArray2D
    facts: Mapping[str, Any]
    notes: tuple[str, ...]


def prepare(
    history: FactorHistory,
    factors: FactorSet,
    ask: ScenarioAsk,
    *,
    forced: Collection[int] = (),
    extra: int = 0,
) -> Prepared:
    """Take the newest days of a history and make them complete.

    Parameters
    ----------
    history : FactorHistory
        Moves of the factors.
    factors : FactorSet
        The same factors with today's levels.
    ask : ScenarioAsk
        Window and treatment of missing days.
    forced : collection of int
        Ids of curves whose shock type a user chose.
    extra : int, default 0
        Days before the window that a filter needs to start; fewer where the history begins later.

    Returns
    -------
    Prepared
        Moves with facts and notes.

    Raises
    ------
    InsufficientHistory
        The history is shorter than the window, or a factor has too few moves in it; names the factor.
    LengthMismatch
        The history is of other factors.
    NonPositivePrices, BadParameter
        As said by :mod:`portal.domain.risk.scenarios.native`.
    """
    if history.factors.label != factors.label:
        raise LengthMismatch(
            "The history is not of these factors, or in another order; load it for the factors of today's market.",
            first=len(history.factors), second=len(factors),
        )  # fmt: skip
    if not len(factors):
        raise InsufficientHistory("There are no risk factors: no curve has a price of today.", have=0, need=1)
    window = history.last(max(ask.window, min(ask.window + extra, len(history))))
    settled = shocks_of_history(factors, window, forced=forced)
    native = native_moves(window, settled)
    done = complete_moves(native, settled, window.day, missing=ask.missing, seed=ask.seed)
    return Prepared(
        settled,
        window.day[done.kept],
        done.moves,
        _facts(window, settled, done),
        _notes(window, settled, done),
    )


def _facts(window: FactorHistory, factors: FactorSet, done: Completed) -> dict[str, Any]:
    filled = done.proxied + done.drawn
    most = np.argsort(-filled, kind="stable")[:_NAMED]
    days = window.day[done.kept]
    return {
        "window_first": str(days[0]),
        "window_last": str(days[-1]),
        "days": len(days),
        "factors": len(factors),
        "cells": int(done.moves.size),
        "proxied_cells": int(done.proxied.sum()),
        "drawn_cells": int(done.drawn.sum()),
        "proxied_share": float(filled.sum() / done.moves.size),
        "most_proxied": {factors.label[at]: int(filled[at]) for at in most.tolist() if filled[at]},
        "spanning_cells": int((window.span[done.kept] > 1).sum()),
        "dropped_days": [str(day) for day in window.dropped],
        "incomplete_days_dropped": len(window) - len(done.kept),
        "absolute_factors": sum(shock is Shock.ABSOLUTE for shock in factors.shock),
    }


def _notes(window: FactorHistory, factors: FactorSet, done: Completed) -> tuple[str, ...]:
    notes: list[str] = []
    if len(window.dropped):
        named = ", ".join(str(day) for day in window.dropped[:_NAMED])
        more = f" and {len(window.dropped) - _NAMED} more" if len(window.dropped) > _NAMED else ""
        one = len(window.dropped) == 1
        notes.append(
            f"{len(window.dropped)} {'day lacks' if one else 'days lack'} more than {LACKING_SHARE:.0%} of the factors "
            f"and {'is' if one else 'are'} dropped ({named}{more}); the next move runs from the day before."
        )
    if len(done.kept) < len(window):
        count = len(window) - len(done.kept)
        words = (
            "day on which some factor has no move is"
            if count == 1
            else "days on which some factor has no move are"
        )
        notes.append(f"{count:,} {words} dropped, as asked.")
    filled = done.proxied + done.drawn
    if filled.any():
        most = int(np.argmax(filled))
        notes.append(
            f"{int(filled.sum()):,} of {done.moves.size:,} moves ({filled.sum() / done.moves.size:.2%}) are missing "
            f"and filled: {int(done.proxied.sum()):,} by regression on a proxy, {int(done.drawn.sum()):,} drawn from "
            f"the factor's own moves; most for {factors.label[most]} ({int(filled[most]):,})."
        )
    spanning = int((window.span[done.kept] > 1).sum())
    if spanning:
        notes.append(
            f"{spanning:,} moves run over several days and are divided by the square root of their number."
        )
    return tuple(notes)
