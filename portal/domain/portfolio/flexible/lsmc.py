"""Least-squares Monte Carlo for storage, swing and American options on any number of factors, between two bounds.

A policy is fitted on one set of paths and priced on fresh ones (lower bound, with its standard error); the dual of the
fitted policy gives the upper bound. For one factor the exact engines (``storage_value``, ``swing_value``) are faster
and have no noise; this is for more factors, and the check of the others.

References: Longstaff and Schwartz (2001), Valuing American options by simulation, Review of Financial Studies 14;
Boogert and de Jong (2008), Gas storage valuation using a Monte Carlo method, Journal of Derivatives 15(3); Andersen
and Broadie (2004), Primal-dual simulation algorithm for pricing multidimensional American options, Management Science
50(9).
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatLike1D
from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.flexible.contract import Contract, DecisionT
from portal.domain.portfolio.flexible.dual import dual_bound
from portal.domain.portfolio.flexible.facility import build_facility
from portal.domain.portfolio.flexible.grid import deterministic_value
from portal.domain.portfolio.flexible.paths import FactorModel, Simulator, factor_model
from portal.domain.portfolio.flexible.regression import DEGREE, fit_policy, polynomial_basis, price_policy
from portal.domain.portfolio.flexible.storage_contract import StorageContract
from portal.domain.portfolio.flexible.swing_contract import SwingContract, check_swing
from portal.domain.portfolio.flexible.terms import FlexValue, Prices, check_prices
from portal.domain.portfolio.flexible.volume_levels import LEVELS


@dataclass(frozen=True)
class Effort:
    """How much is simulated.

    Attributes
    ----------
    paths : int
        Paths to fit the policy on, and as many fresh ones to price it; even.
    bound_paths : int
        Paths of the upper bound, even; 0 leaves it out (NaN).
    branches : int
        Steps from each state of them.
    degree : int
        Degree of the regression.
    seed : int
        Of the one sequence from which all draws come.
    """

    paths: int = 20_000
    bound_paths: int = 400
    branches: int = 64
    degree: int = DEGREE
    seed: int = 20_040_901

    def check(self) -> None:
        """Refuse numbers that cannot be simulated.

        Raises
        ------
        BadParameter
            A number is odd where pairs are drawn, or too small.
        """
        for name, number, least in (
            ("paths", self.paths, 200),
            ("bound_paths", self.bound_paths, 0),
            ("branches", self.branches, 2),
        ):
            even = name == "branches" or number % 2 == 0
            if number < least or not even:
                raise BadParameter(
                    f"The number of {name.replace('_', ' ')} must be {'' if name == 'branches' else 'even and '}at "
                    f"least {least}, not {number}.",
                    name=name,
                    value=number,
                )


DEFAULT_EFFORT = Effort()


def least_squares_monte_carlo(
    contract: Contract[DecisionT], prices: Prices, model: FactorModel, effort: Effort = DEFAULT_EFFORT
) -> FlexValue:
    """Value any flexible contract by regression on simulated paths.

    Parameters
    ----------
    contract : Contract
        What can be decided, for instance a ``SwingContract``.
    prices : Prices
        Forward, decision time and discount factor of each period.
    model : FactorModel
        Factors of the log spot.
    effort : Effort, optional
        Numbers of paths, degree and seed.

    Returns
    -------
    FlexValue
        ``value`` and ``lower`` are the policy's mean on fresh paths with its ``standard_error``; ``upper`` is the
        dual bound (an estimate too); ``vega`` is by the first volatility, with the others moved in proportion.

    Raises
    ------
    BadParameter, LengthMismatch
        The effort cannot be simulated, or the contract has other periods than the curve.
    """
    effort.check()
    simulator = Simulator(model, prices)
    fit_seed, price_seed, bound_seed = np.random.SeedSequence(effort.seed).spawn(3)
    policy = fit_policy(
        contract,
        simulator.simulate(effort.paths, np.random.default_rng(fit_seed)),
        prices.discount,
        scale=prices.forward,
        basis=polynomial_basis(effort.degree, simulator.dimension),
        bounds=effort.bound_paths > 0,
    )
    found = price_policy(
        contract, policy, simulator.simulate(effort.paths, np.random.default_rng(price_seed))
    )
    upper = float("nan")
    if effort.bound_paths:
        rng = np.random.default_rng(bound_seed)
        paths = simulator.simulate(effort.bound_paths, rng)
        upper, _ = dual_bound(contract, policy, simulator, paths, rng, branches=effort.branches)
    return FlexValue(
        found.value,
        deterministic_value(contract, prices),
        found.delta,
        found.stretch / float(model.sigma[0]) if model.sigma[0] > 0.0 else 0.0,
        found.value,
        upper,
        found.standard_error,
        found.schedule,
    )


def storage_by_simulation(
    forward: FloatLike1D,
    times_years: FloatLike1D,
    discount: FloatLike1D,
    *,
    capacity: float,
    injection_rate: FloatLike1D | float,
    withdrawal_rate: FloatLike1D | float,
    injection_cost: float = 0.0,
    withdrawal_cost: float = 0.0,
    injection_loss: float = 0.0,
    start_volume: float = 0.0,
    end_volume: float = 0.0,
    model: FactorModel,
    effort: Effort = DEFAULT_EFFORT,
    levels: int = LEVELS,
) -> FlexValue:
    """Value of a storage contract by least-squares Monte Carlo.

    Parameters
    ----------
    forward, times_years, discount : array_like of shape (m,)
        As for ``storage_value``.
    capacity, injection_rate, withdrawal_rate, injection_cost, withdrawal_cost, injection_loss : float
        As for ``storage_value``.
    start_volume, end_volume : float
        As for ``storage_value``.
    model : FactorModel
        Factors of the log spot.
    effort : Effort, optional
        Numbers of paths, degree and seed.
    levels : int, default 41
        Volumes before a period up to which all corners of the value are taken (``volume_levels``).

    Returns
    -------
    FlexValue
        As ``least_squares_monte_carlo``.

    Raises
    ------
    BadParameter, LengthMismatch, NonPositivePrices, InfeasibleContract
        As ``storage_value``.

    References
    ----------
    Boogert and de Jong (2008), Gas storage valuation using a Monte Carlo method, Journal of Derivatives 15(3).
    """
    prices = check_prices(forward, times_years, discount, "Storage")
    facility = build_facility(
        len(prices),
        capacity=capacity,
        injection_rate=injection_rate,
        withdrawal_rate=withdrawal_rate,
        injection_cost=injection_cost,
        withdrawal_cost=withdrawal_cost,
        injection_loss=injection_loss,
        start_volume=start_volume,
        end_volume=end_volume,
    )
    return least_squares_monte_carlo(StorageContract(facility, levels), prices, model, effort)


def swing_by_simulation(
    forward: FloatLike1D,
    times_years: FloatLike1D,
    discount: FloatLike1D,
    *,
    strike: float,
    rights: int,
    unit_volume: float,
    cooldown: int = 0,
    min_rights: int = 0,
    is_call: bool = True,
    model: FactorModel,
    effort: Effort = DEFAULT_EFFORT,
) -> FlexValue:
    """Value of a swing contract by least-squares Monte Carlo; with one right, of a Bermudan option.

    Parameters
    ----------
    forward, times_years, discount : array_like of shape (m,)
        As for ``swing_value``.
    strike, rights, unit_volume, cooldown, min_rights, is_call : float
        As for ``swing_value``.
    model : FactorModel
        Factors of the log spot.
    effort : Effort, optional
        Numbers of paths, degree and seed.

    Returns
    -------
    FlexValue
        As ``least_squares_monte_carlo``.

    Raises
    ------
    BadParameter, LengthMismatch, NonPositivePrices, InfeasibleContract
        As ``swing_value``.

    References
    ----------
    Meinshausen and Hambly (2004), Monte Carlo methods for the valuation of multiple-exercise options, Mathematical
    Finance 14.
    """
    prices = check_prices(forward, times_years, discount, "A swing")
    terms = check_swing(
        len(prices),
        strike=strike,
        rights=rights,
        unit_volume=unit_volume,
        cooldown=cooldown,
        min_rights=min_rights,
        is_call=is_call,
    )
    return least_squares_monte_carlo(SwingContract(terms, len(prices)), prices, model, effort)


def american_by_simulation(
    spot: float,
    years: float,
    vol: float,
    rate: float,
    *,
    strike: float,
    exercises: int,
    is_call: bool = False,
    carry: float | None = None,
    effort: Effort = DEFAULT_EFFORT,
) -> FlexValue:
    """Value of an American option that can be used at evenly spaced dates, by least-squares Monte Carlo.

    Parameters
    ----------
    spot : float
        Price today, positive.
    years : float
        Time to the last exercise date, act/365F.
    vol : float
        Annual volatility, decimal.
    rate : float
        Continuous discount rate.
    strike : float
        Price per unit.
    exercises : int
        Number of exercise dates, the last at expiry; today is none.
    is_call : bool, default False
        Call or put.
    carry : float, optional
        Drift of the price: 0 for a futures price; by default ``rate``, a share without dividend.
    effort : Effort, optional
        Numbers of paths, degree and seed.

    Returns
    -------
    FlexValue
        As ``least_squares_monte_carlo``; deltas by date are with respect to the forward of the date.

    Raises
    ------
    BadParameter, NonPositivePrices
        A number is out of its range.

    References
    ----------
    Longstaff and Schwartz (2001), Valuing American options by simulation, Review of Financial Studies 14.
    """
    if exercises < 1:
        raise BadParameter(
            f"An American option needs at least 1 exercise date, not {exercises}.",
            name="exercises",
            value=exercises,
        )
    times = years * np.arange(1, exercises + 1) / exercises
    drift = rate if carry is None else carry
    return swing_by_simulation(
        spot * np.exp(drift * times),
        times,
        np.exp(-rate * times),
        strike=strike,
        rights=1,
        unit_volume=1.0,
        is_call=is_call,
        model=factor_model(0.0, vol),
        effort=effort,
    )
