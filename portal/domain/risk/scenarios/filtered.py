"""Filtered historical simulation: past moves at the volatility that is forecast for tomorrow.

API: ``filter_moves(moves, rule) -> Filtered``, with ``Ewma`` or ``Garch``; ``scaled`` for volatilities made elsewhere.

Each move is divided by the volatility forecast before its day and multiplied by tomorrow's. All factors keep their
dates, so that what moved together still does; days before the forecasts can be trusted are dropped. The ratio of the
two volatilities is capped, because a calm day of years ago may not become a crash, and every cap is counted and
reported.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import BoolArray2D, FloatArray1D, FloatArray2D
from portal.domain.market import garch
from portal.domain.market.errors import BadParameter, FitFailed, InsufficientHistory, LengthMismatch
from portal.domain.market.volatility import RISKMETRICS_LAMBDA
from portal.domain.risk.errors import EmptyPortfolio
from portal.domain.risk.inputs import require_finite

CAPS = (0.25, 4.0)
BURN = 100


@dataclass(frozen=True)
class Ewma:
    """Exponentially weighted variance, seeded with the mean square of the first ``burn`` moves.

    Attributes
    ----------
    lam : float
        Decay of one day.
    burn : int
        Moves that seed the recursion and are then dropped.
    """

    lam: float = RISKMETRICS_LAMBDA
    burn: int = BURN


@dataclass(frozen=True)
class Garch:
    """GARCH(1,1) with mean zero, fitted to each factor.

    Attributes
    ----------
    dist : str
        normal or t.
    burn : int
        First moves to drop; the fit's own start needs none.
    """

    dist: str = "normal"
    burn: int = 0


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Filtered:
    """Filtered moves of k factors.

    Attributes
    ----------
    moves : ndarray of shape (m, k)
        Scenarios in the unit of the moves, oldest first.
    kept : int
        Position of the first move that was kept; those before are the burn-in.
    next_volatility : ndarray of shape (k,)
        Forecast for tomorrow, in the unit of the moves.
    ratios : ndarray of shape (m, k)
        Tomorrow's volatility over that of the day, after the cap.
    capped : ndarray of shape (m, k), bool
        Where the ratio was cut.
    caps : tuple of float, or None
        Lowest and highest ratio.
    fits : tuple
        Fits of GARCH models, one a factor (None where it never moves); empty for EWMA.
    """

    moves: FloatArray2D
    kept: int
    next_volatility: FloatArray1D
    ratios: FloatArray2D
    capped: BoolArray2D
    caps: tuple[float, float] | None
    fits: tuple[garch.GarchFit | None, ...] = ()

    @property
    def capped_share(self) -> float:
        """Share of all ratios that were cut."""
        return float(self.capped.mean())

    def note(self, names: Sequence[str]) -> str:
        """Return a sentence on the cap for the reader of a run; empty when nothing was cut.

        Parameters
        ----------
        names : sequence of str
            Names of the factors.

        Returns
        -------
        str
            Counts, and the factor with most cuts.
        """
        count = int(self.capped.sum())
        if self.caps is None or not count:
            return ""
        most = int(self.capped.sum(axis=0).argmax())
        return (
            f"{count} of {self.capped.size} ratios of volatility were cut to {self.caps[0]:g} to {self.caps[1]:g}, "
            f"most for {names[most]} ({int(self.capped[:, most].sum())})."
        )


def filter_moves(
    moves: ArrayLike,
    rule: Ewma | Garch | None = None,
    *,
    caps: tuple[float, float] | None = CAPS,
    names: Sequence[str] | None = None,
) -> Filtered:
    """Return past moves scaled to tomorrow's volatility.

    Parameters
    ----------
    moves : array_like of shape (s,) or (s, k)
        Moves of the same days for each factor, oldest first, in one unit a factor (absolute or relative).
    rule : Ewma or Garch, optional
        How volatility is forecast; EWMA with 0.94 by default.
    caps : tuple of float, or None
        Lowest and highest ratio of tomorrow's volatility to that of the day.
    names : sequence of str, optional
        Names of the factors, for messages.

    Returns
    -------
    Filtered
        Scenarios, ratios and what was cut.

    Raises
    ------
    InsufficientHistory
        Not more moves than the burn-in, or fewer than a GARCH fit needs.
    SeriesHasNaN
        A move is missing; names its factor.
    BadParameter
        Caps not around 1, a decay outside of [0, 1), or days without volatility of a factor that moves.
    FitFailed
        A GARCH model found no estimate; names the factor.
    EmptyPortfolio
        No factor.

    References
    ----------
    Barone-Adesi, Giannopoulos and Vosper (1999), "VaR without correlations for portfolios of derivative securities",
    J. Futures Markets 19. Hull and White (1998), "Incorporating volatility updating into the historical simulation
    method for value-at-risk", J. Risk 1.
    """
    table = _table(moves, names)
    rule = rule or Ewma()
    if len(table) <= rule.burn:
        raise InsufficientHistory(
            f"Filtering drops the first {rule.burn} moves as burn-in, but there are only {len(table)}; choose a longer "
            "window.",
            have=len(table),
            need=rule.burn + 1,
        )
    if isinstance(rule, Ewma):
        return scaled(table, _ewma_volatilities(table, rule), burn=rule.burn, caps=caps, names=names)
    fits = tuple(
        _garch_fit(column, rule, _name(at, names)) if column.any() else None
        for at, column in enumerate(table.T)
    )
    path = np.zeros((len(table) + 1, table.shape[1]))
    for at, fit in enumerate(fits):
        if fit is not None:
            path[:, at] = np.sqrt(np.append(fit.conditional_variance, fit.variance_forecast[0]))
    return scaled(table, path, burn=rule.burn, caps=caps, names=names, fits=fits)


def scaled(
    moves: ArrayLike,
    volatilities: ArrayLike,
    *,
    burn: int = 0,
    caps: tuple[float, float] | None = CAPS,
    names: Sequence[str] | None = None,
    fits: tuple[garch.GarchFit | None, ...] = (),
) -> Filtered:
    """Return moves times tomorrow's volatility over that of their day.

    Parameters
    ----------
    moves : array_like of shape (s, k)
        Moves, oldest first.
    volatilities : array_like of shape (s + 1, k)
        Row t is the forecast made before day t; the last row is tomorrow's.
    burn : int, default 0
        First moves to drop.
    caps : tuple of float, or None
        Lowest and highest ratio.
    names : sequence of str, optional
        Names of the factors, for messages.
    fits : tuple of GarchFit
        Fits behind the volatilities, passed on.

    Returns
    -------
    Filtered
        Scenarios, ratios and what was cut.

    Raises
    ------
    LengthMismatch
        Not one volatility a move and one for tomorrow.
    BadParameter
        Caps not around 1, or a volatility of zero for a factor that moves.
    SeriesHasNaN
        A move is missing.
    """
    table, path = _table(moves, names), np.asarray(volatilities, dtype=np.float64)
    if path.shape != (len(table) + 1, table.shape[1]):
        raise LengthMismatch(
            f"{len(table)} moves of {table.shape[1]} factors need volatilities of shape "
            f"({len(table) + 1}, {table.shape[1]}), not {path.shape}.",
            first=table.shape,
            second=path.shape,
        )
    if caps is not None and not 0.0 < caps[0] <= 1.0 <= caps[1]:
        raise BadParameter(
            f"The ratio of volatilities is cut around 1, such as 0.25 to 4, not {caps[0]:g} to {caps[1]:g}.",
            name="caps",
            value=caps,
        )
    still = ~table.any(axis=0)  # never moved: scaled by anything it stays 0
    dead = np.flatnonzero(~(path[burn:] > 0.0).all(axis=0) & ~still)
    if dead.size:
        raise BadParameter(
            f"{_name(int(dead[0]), names)} has days without any volatility, so its moves cannot be filtered; leave it "
            "out or take its plain history.",
            name="volatilities",
            value=0.0,
        )
    raw = np.where(still, 1.0, path[-1]) / np.where(still, 1.0, path[burn:-1])
    ratios = raw if caps is None else np.clip(raw, *caps)
    return Filtered(table[burn:] * ratios, burn, path[-1], ratios, ratios != raw, caps, fits)


def _table(moves: ArrayLike, names: Sequence[str] | None) -> FloatArray2D:
    table = np.asarray(moves, dtype=np.float64)
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2:
        raise LengthMismatch(
            f"Moves are a table of days and factors, not shape {table.shape}.", shape=table.shape
        )
    if table.shape[1] == 0:
        raise EmptyPortfolio("There is no risk factor to filter.", what="risk factor")
    require_finite(table, names, "move")
    return table


def _ewma_volatilities(table: FloatArray2D, rule: Ewma) -> FloatArray2D:
    if rule.burn < 1:
        raise BadParameter(
            f"An EWMA needs at least 1 move to start from, not {rule.burn}.", name="burn", value=rule.burn
        )
    if not 0.0 <= rule.lam < 1.0:
        raise BadParameter(
            f"The decay of an EWMA lies in [0, 1), such as 0.94; {rule.lam:g} does not.",
            name="lam",
            value=rule.lam,
        )
    squares = table**2
    seed = squares[: rule.burn].mean(axis=0)
    # the recursion of `volatility.ewma_variance`, for all factors at once
    from scipy.signal import lfilter  # a second to import: not before the first run

    later, _ = lfilter([1.0 - rule.lam], [1.0, -rule.lam], squares, axis=0, zi=rule.lam * seed[None, :])
    path: FloatArray2D = np.sqrt(np.vstack([seed, later]))
    return path


def _garch_fit(column: FloatArray1D, rule: Garch, name: str) -> garch.GarchFit:
    """Fit one factor, naming it in refusals."""
    try:
        return garch.fit_garch(
            column, garch.GarchSpec(mean="Zero", dist=rule.dist), horizon=1, engine=garch.Engine.OWN
        )
    except (FitFailed, BadParameter) as error:
        raise type(error)(f"{name}: {error.message}", **{**error.subject, "factor": name}) from error


def _name(at: int, names: Sequence[str] | None) -> str:
    return f"Factor {at + 1}" if names is None else names[at]
