"""What flexible contracts have in common: the answer, the prices they are valued on, and why a contract is refused."""
# ruff: noqa: N818 - the name says what happened; its branch already ends in Error

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from portal.core.arrays import BoolArray1D, FloatArray, FloatArray1D, FloatArray2D, FloatLike1D
from portal.core.errors import DomainError
from portal.domain.market.errors import BadParameter, LengthMismatch, NonPositivePrices


class InfeasibleContract(DomainError):
    """No sequence of decisions fulfils the contract; ``subject`` holds what is asked and what can be reached."""

    code: ClassVar[str] = "infeasible-contract"


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class FlexValue:
    """What a flexible contract is worth today, and what it holds of every period's forward.

    Attributes
    ----------
    value : float
        Discounted value under the optimal decisions, in money.
    intrinsic : float
        Value of the best plan that is fixed today on the forward curve; never above ``value`` but for rounding.
    delta : ndarray of shape (m,)
        Derivative of ``value`` by the forward of each period, discounting included: a volume.
    vega : float
        Derivative of ``value`` by ``sigma`` (per 1.00).
    lower, upper : float
        Bounds of the value. The grid engines have no sampling error: both are ``value``.
    standard_error : float
        Of ``lower``, from sampling; 0 on a grid.
    schedule : ndarray of shape (m,)
        Expected volume by period that the contract brings to the market: withdrawn or received positive, bought for
        injection negative.
    """

    value: float
    intrinsic: float
    delta: FloatArray1D
    vega: float
    lower: float
    upper: float
    standard_error: float
    schedule: FloatArray1D


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Prices:
    """Checked prices of the periods of a contract, each array of shape (m,)."""

    forward: FloatArray1D
    times_years: FloatArray1D
    discount: FloatArray1D

    def __len__(self) -> int:
        return len(self.forward)


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Curves:
    """Checked prices of a contract's periods in many scenarios.

    Attributes
    ----------
    forward, discount : ndarray of shape (s, m)
        Forward price and discount factor by scenario and period.
    times_years : ndarray of shape (m,)
        Decision times, the same in all scenarios.
    """

    forward: FloatArray2D
    times_years: FloatArray1D
    discount: FloatArray2D

    def __len__(self) -> int:
        return len(self.forward)

    @classmethod
    def of(cls, prices: Prices) -> "Curves":
        """One scenario.

        Parameters
        ----------
        prices : Prices
            Its curve.

        Returns
        -------
        Curves
            With ``s`` = 1.
        """
        return cls(prices.forward[None, :], prices.times_years, prices.discount[None, :])

    def take(self, at: slice | BoolArray1D) -> "Curves":
        """Some of the scenarios.

        Parameters
        ----------
        at : slice or ndarray of bool
            Which.

        Returns
        -------
        Curves
            Only these.
        """
        return Curves(self.forward[at], self.times_years, self.discount[at])


def check_curves(
    forward: FloatArray2D, times_years: FloatLike1D, discount: FloatArray, what: str
) -> tuple[Curves, BoolArray1D]:
    """Check the curves of many scenarios.

    Parameters
    ----------
    forward : ndarray of shape (s, m)
        Forward prices by scenario and period.
    times_years : array_like of shape (m,)
        As for ``check_prices``.
    discount : ndarray of shape (m,) or (s, m)
        Discount factors of all scenarios, or of each.
    what : str
        Subject of the messages.

    Returns
    -------
    tuple of Curves and ndarray of bool
        The scenarios that can be valued, and which of the ``s`` they are: those whose forwards and discount factors are
        all positive numbers.

    Raises
    ------
    LengthMismatch
        The arrays do not fit together, or there is no period.
    BadParameter
        Times fall or are missing.
    """
    curves, factors = np.asarray(forward, dtype=np.float64), np.asarray(discount, dtype=np.float64)
    if curves.ndim != 2 or factors.shape not in {curves.shape, curves.shape[1:]}:
        raise LengthMismatch(
            f"{what} needs forwards by scenario and period, and discount factors for each period or of the same shape; "
            f"given are arrays of the shapes {curves.shape} and {factors.shape}.",
            forward=curves.size,
            discount=factors.size,
        )
    ones = np.ones(curves.shape[1])
    times = check_prices(ones, times_years, ones, what).times_years
    factors = np.broadcast_to(factors, curves.shape)
    usable = np.isfinite(curves) & (curves > 0.0) & np.isfinite(factors) & (factors > 0.0)
    fine = np.asarray(usable.all(axis=1))
    return Curves(curves, times, factors).take(fine), fine


def check_prices(forward: FloatLike1D, times_years: FloatLike1D, discount: FloatLike1D, what: str) -> Prices:
    """Check the curve under a contract.

    Parameters
    ----------
    forward : array_like of shape (m,)
        Forward price of each period, positive: the factor is lognormal.
    times_years : array_like of shape (m,)
        Time to the decision on each period, act/365F, not falling; at or below zero the price is known.
    discount : array_like of shape (m,)
        Discount factor to the payment of each period.
    what : str
        Subject of the messages, for instance "Storage".

    Returns
    -------
    Prices
        The same numbers as float64 arrays.

    Raises
    ------
    LengthMismatch
        The arrays differ in length, or are empty.
    NonPositivePrices
        A forward is zero, negative or missing.
    BadParameter
        Times fall or are missing, or a discount factor is not positive.
    """
    curve, times, factors = (np.asarray(a, dtype=np.float64) for a in (forward, times_years, discount))
    if curve.ndim != 1 or not curve.shape == times.shape == factors.shape or not curve.size:
        raise LengthMismatch(
            f"{what} needs one forward, one time and one discount factor for each period; given are "
            f"{curve.size}, {times.size} and {factors.size}.",
            forward=curve.size,
            times_years=times.size,
            discount=factors.size,
        )
    bad = np.flatnonzero(~(np.isfinite(curve) & (curve > 0.0)))
    if bad.size:
        raise NonPositivePrices(
            f"{what} is valued on a lognormal factor, which needs positive forwards: that of period {bad[0] + 1} of "
            f"{len(curve)} is {curve[bad[0]]:g}. Complete the curve, or value the contract on another one.",
            position=int(bad[0]),
            price=float(curve[bad[0]]),
        )
    if not np.all(np.isfinite(times)) or np.any(np.diff(times) < 0.0):
        raise BadParameter(
            f"The decision times of {what.lower()} must be numbers in rising order; sort the periods by delivery.",
            name="times_years",
            value=times.tolist(),
        )
    if not np.all(np.isfinite(factors) & (factors > 0.0)):
        raise BadParameter(
            f"Every discount factor of {what.lower()} must be a positive number; check the rate curve.",
            name="discount",
            value=factors.tolist(),
        )
    return Prices(curve, times, factors)


def check_amount(
    value: float, name: str, what: str, *, positive: bool = False, below: float = np.inf
) -> float:
    """Check one number of a contract.

    Parameters
    ----------
    value : float
        The number.
    name : str
        The argument it came in.
    what : str
        Its name in the message, for instance "capacity of the storage".
    positive : bool, default False
        Whether zero is refused.
    below : float, optional
        The number must be below this.

    Returns
    -------
    float
        The number.

    Raises
    ------
    BadParameter
        Not a number, negative, zero where it must be positive, or too large.
    """
    number = float(value)
    fine = np.isfinite(number) and (number > 0.0 if positive else number >= 0.0) and number < below
    if not fine:
        limits = "above 0" if positive else "at least 0"
        limits += f" and below {below:g}" if np.isfinite(below) else ""
        raise BadParameter(f"The {what} must be a number {limits}, not {number:g}.", name=name, value=number)
    return number


def check_rates(values: FloatLike1D | float, periods: int, name: str, what: str) -> FloatArray1D:
    """Check the limits of a contract by period.

    Parameters
    ----------
    values : float or array_like of shape (m,)
        One number for all periods, or one for each.
    periods : int
        Number of periods.
    name, what : str
        The argument, and its name in the message.

    Returns
    -------
    ndarray of shape (m,)
        One number for each period.

    Raises
    ------
    LengthMismatch
        Neither one number nor one for each period.
    BadParameter
        A number is negative or missing.
    """
    rates = np.asarray(values, dtype=np.float64)
    if rates.ndim > 1 or rates.size not in {1, periods}:
        raise LengthMismatch(
            f"The {what} must be one number, or one for each of the {periods} periods, not {rates.size}.",
            given=rates.size,
            periods=periods,
        )
    rates = np.broadcast_to(rates.ravel(), (periods,)).astype(np.float64)
    for rate in rates:
        check_amount(rate, name, what)
    return rates
