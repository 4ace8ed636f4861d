"""Storage and swing contracts as a book states them, ready for their engines; what was computed is remembered.

API: ``StorageTerms``, ``SwingTerms`` with ``whole`` (value and sensitivities), ``worth`` (the value alone, in half the
time) and ``scenarios`` (the values on many curves); ``forget()``.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from portal.core.arrays import FloatArray, FloatArray1D, FloatArray2D
from portal.domain.portfolio.flexible.facility import Facility, build_facility
from portal.domain.portfolio.flexible.storage import storage_value, storage_values
from portal.domain.portfolio.flexible.swing import swing_value, swing_values
from portal.domain.portfolio.flexible.swing_contract import check_swing
from portal.domain.portfolio.flexible.terms import FlexValue

RESULTS_KEPT = 8192

_Prices = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]  # forward, times, discount


@dataclass(frozen=True)
class StorageTerms:
    """What is left of a storage contract: its facility, and the volume inside before the first free month.

    Attributes
    ----------
    capacity, injection_rate, withdrawal_rate : float
        Volumes, the rates by month.
    injection_cost, withdrawal_cost : float
        Money per unit.
    injection_loss : float
        Share of what is bought.
    start_volume, end_volume : float
        Volume inside before the first month and after the last.
    kappa, sigma : float
        Mean reversion per year and annual volatility of the log spot.
    """

    capacity: float
    injection_rate: float
    withdrawal_rate: float
    injection_cost: float
    withdrawal_cost: float
    injection_loss: float
    start_volume: float
    end_volume: float
    kappa: float
    sigma: float

    def facility(self, periods: int) -> Facility:
        """The contract over so many months.

        Parameters
        ----------
        periods : int
            Months that are free.

        Returns
        -------
        Facility
            Checked.
        """
        terms = {name: value for name, value in vars(self).items() if name not in ("kappa", "sigma")}
        return build_facility(periods, **terms)

    def whole(self, forward: FloatArray1D, times: FloatArray1D, discount: FloatArray1D) -> FlexValue:
        """Value and sensitivities.

        Parameters
        ----------
        forward, times, discount : ndarray of shape (m,)
            As for ``storage_value``.

        Returns
        -------
        FlexValue
            Remembered by what went in.
        """
        return _storage(self, _key(forward, times, discount))

    def worth(self, forward: FloatArray1D, times: FloatArray1D, discount: FloatArray1D) -> float:
        """Value alone.

        Parameters
        ----------
        forward, times, discount : ndarray of shape (m,)
            As for ``storage_value``.

        Returns
        -------
        float
            Remembered by what went in.
        """
        return _worth(self, _key(forward, times, discount))

    def scenarios(self, forward: FloatArray2D, times: FloatArray1D, discount: FloatArray) -> FloatArray1D:
        """Values on many curves.

        Parameters
        ----------
        forward, times, discount
            As for ``storage_values``.

        Returns
        -------
        ndarray of shape (s,)
            Not remembered; NaN where a price is not positive.
        """
        facility = self.facility(len(times))
        return storage_values(facility, forward, times, discount, kappa=self.kappa, sigma=self.sigma)


@dataclass(frozen=True)
class SwingTerms:
    """What is left of a swing contract.

    Attributes
    ----------
    strike : float
        Price per unit.
    rights, min_rights : int
        Most and least rights to use.
    unit_volume : float
        Volume of one right.
    cooldown : int
        Months blocked after each right.
    is_call : bool
        Whether a right receives its volume.
    kappa, sigma : float
        Mean reversion per year and annual volatility of the log spot.
    """

    strike: float
    rights: int
    unit_volume: float
    cooldown: int
    min_rights: int
    is_call: bool
    kappa: float
    sigma: float

    def whole(self, forward: FloatArray1D, times: FloatArray1D, discount: FloatArray1D) -> FlexValue:
        """Value and sensitivities; nothing when no right is left.

        Parameters
        ----------
        forward, times, discount : ndarray of shape (m,)
            As for ``swing_value``.

        Returns
        -------
        FlexValue
            Remembered by what went in.
        """
        if self.rights <= 0:
            none = np.zeros(len(forward))
            return FlexValue(0.0, 0.0, none, 0.0, 0.0, 0.0, 0.0, none)
        return _swing(self, _key(forward, times, discount))

    def worth(self, forward: FloatArray1D, times: FloatArray1D, discount: FloatArray1D) -> float:
        """Value alone.

        Parameters
        ----------
        forward, times, discount : ndarray of shape (m,)
            As for ``swing_value``.

        Returns
        -------
        float
            Remembered by what went in.
        """
        return _worth(self, _key(forward, times, discount)) if self.rights > 0 else 0.0

    def scenarios(self, forward: FloatArray2D, times: FloatArray1D, discount: FloatArray) -> FloatArray1D:
        """Values on many curves.

        Parameters
        ----------
        forward, times, discount
            As for ``swing_values``.

        Returns
        -------
        ndarray of shape (s,)
            Not remembered; NaN where a price is not positive.
        """
        if self.rights <= 0:
            return np.zeros(len(forward))
        terms = {name: value for name, value in vars(self).items() if name not in ("kappa", "sigma")}
        contract = check_swing(len(times), **terms)
        return swing_values(contract, forward, times, discount, kappa=self.kappa, sigma=self.sigma)


def forget() -> None:
    """Forget all results, so that a benchmark measures the engines."""
    for kept in (_storage, _swing, _worth):
        kept.cache_clear()


def _key(forward: FloatArray1D, times: FloatArray1D, discount: FloatArray1D) -> _Prices:
    return tuple(forward.tolist()), tuple(times.tolist()), tuple(discount.tolist())


@lru_cache(maxsize=RESULTS_KEPT)
def _storage(terms: StorageTerms, prices: _Prices) -> FlexValue:
    return storage_value(*prices, **vars(terms))


@lru_cache(maxsize=RESULTS_KEPT)
def _swing(terms: SwingTerms, prices: _Prices) -> FlexValue:
    return swing_value(*prices, **vars(terms))


@lru_cache(maxsize=RESULTS_KEPT)
def _worth(terms: StorageTerms | SwingTerms, prices: _Prices) -> float:
    forward, times, discount = (np.array(one) for one in prices)
    value = float(terms.scenarios(forward[None, :], times, discount)[0])
    if not np.isfinite(value):  # the engine of a single curve says which price it cannot take
        return terms.whole(forward, times, discount).value
    return value
