"""European, Asian and spread options of a book at once.

API: ``fill_options(rows, parts, greeks=True)``.

An option is worth its model value until it expires and its payoff at the final settlement afterwards, discounted until
it is paid; an option on an average has expired when its month is over. The premium counts as realised from the trade
date on. Volatilities are those of the option's own month and strike (a spread's: of both legs at the money).
"""

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import BoolArray1D, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.portfolio.legs import positions_in
from portal.domain.portfolio.option_terms import (
    OptionTerms,
    SpreadTerms,
    asian_terms,
    european_terms,
    exchange,
    fixings_to_come,
    is_call,
    premium,
    spread_terms,
)
from portal.domain.portfolio.options import asian, european, spread
from portal.domain.portfolio.trade import Kind
from portal.domain.portfolio.valued_rows import Lack, Parts, Rows
from portal.domain.portfolio.volatility_marks import as_model, volatility

OLD_CORRELATION_DAYS = 45  # calendar days; correlations are estimated by the month, not quoted by the day
_GREEKS = ("delta", "gamma", "vega", "theta", "rho")


def fill_options(rows: Rows, parts: Parts, *, greeks: bool = True) -> None:
    """Value the legs of options.

    Parameters
    ----------
    rows : Rows
        Legs and market.
    parts : Parts
        Filled in at the legs of options, with sensitivities if ``greeks``.
    greeks : bool, default True
        False leaves the sensitivities at 0 and takes half the time.
    """
    first = ~rows.legs.second
    european_rows = np.flatnonzero((rows.kind == Kind.OPTION) & first)
    asian_rows = np.flatnonzero((rows.kind == Kind.ASIAN) & first)
    spread_rows = np.flatnonzero((rows.kind == Kind.SPREAD_OPTION) & first)
    if len(european_rows):
        _europeans(rows, parts, european_rows, greeks)
    if len(asian_rows):
        _asians(rows, parts, asian_rows, greeks)
    if len(spread_rows):
        _spreads(rows, parts, spread_rows, greeks)


def _settle(
    rows: Rows,
    parts: Parts,
    at: IntArray1D,
    gap: FloatArray1D,
    volume: FloatArray1D,
    event: NDArray[np.datetime64],
) -> None:
    """Book the payoff of options that have ended: ``gap`` is what a call pays above its strike."""
    rate, years, factor = rows.discount(at, event)
    payoff = np.maximum(np.where(is_call(rows, at), gap, -gap), 0.0)
    value = volume * payoff * factor
    parts.realised[at] += value
    parts.theta[at] = np.where(years > 0.0, rate, 0.0) * value
    parts.rho[at] = -years * value


def _vol(
    rows: Rows, parts: Parts, terms: OptionTerms, marked: IntArray1D, strike: FloatArray1D
) -> FloatArray1D:
    """Volatility in the model of the options, on the marks of the legs ``marked``; what lacks is noted."""
    at, forward = terms.at, rows.forward(marked)
    cell = rows.legs.curve[marked], rows.legs.month[marked]
    vol, quoted_normal = volatility(rows.market, *cell, forward, strike, terms.years)
    found = as_model(vol, quoted_normal, terms.normal, forward, terms.years, terms.shift)
    parts.lack(at, Lack.VOLATILITY, ~np.isfinite(found) & np.isfinite(forward))
    parts.lack(at, Lack.FRESH_VOLATILITY, _is_old(rows)[cell[0]])
    return found


def _is_old(rows: Rows) -> BoolArray1D:
    """Which curves have a surface that is more than one business day old, shape (c,)."""
    old = np.zeros(len(rows.market.curves.id), dtype=np.bool_)
    for at, key in enumerate(rows.market.curves.id.tolist()):
        surface = rows.market.vols.get(key)
        old[at] = surface is not None and bool(np.busday_count(surface.day, rows.market.as_of) > 1)
    return old


def _europeans(rows: Rows, parts: Parts, at: IntArray1D, greeks: bool) -> None:
    volume = rows.legs.volume[at]
    parts.realised[at] = premium(rows, at, volume)
    over = rows.expired(at)
    ended = at[over]
    expiry = rows.book.expiry[rows.legs.trade[at]]
    final = rows.final(ended)
    _settle(rows, parts, ended, final - rows.term("strike", ended), volume[over], expiry[over])
    parts.rest_on(rows, ended[~np.isfinite(final)])
    _live_europeans(rows, parts, at[~over], volume[~over], greeks)


def _live_europeans(rows: Rows, parts: Parts, at: IntArray1D, volume: FloatArray1D, greeks: bool) -> None:
    every = european_terms(rows, at, volume)
    forwards, vols = rows.forward(at), _vol(rows, parts, every, at, every.strike)
    for chosen in (True, False):
        of = np.flatnonzero(every.normal == chosen)
        if not len(of):
            continue
        terms, forward, vol = every.take(of), forwards[of], vols[of]
        if not greeks:
            parts.unrealised[terms.at] = _discounted(terms, terms.undiscounted(forward, vol))
            continue
        inputs = forward, terms.strike, terms.years, vol, terms.rate, terms.call
        found = (
            european.bachelier(*inputs, pay_years=terms.pay)
            if chosen
            else european.black76(*inputs, pay_years=terms.pay, shift=terms.shift)
        )
        parts.unrealised[terms.at] = terms.volume * found.value
        for name in _GREEKS:
            getattr(parts, name)[terms.at] = terms.volume * getattr(found, name)
    parts.rest_on(rows, at)


def _discounted(terms: OptionTerms, price: FloatArray1D) -> FloatArray1D:
    value: FloatArray1D = terms.volume * (np.exp(-terms.rate * terms.pay) * price)
    return value


def _asians(rows: Rows, parts: Parts, at: IntArray1D, greeks: bool) -> None:
    volume = rows.legs.volume[at]
    parts.realised[at] = premium(rows, at, volume)
    left = fixings_to_come(rows, at)
    over = ~np.isfinite(left).any(axis=1)
    ended, alive = at[over], at[~over]
    _, mean, rests = rows.fixed(ended)
    _settle(rows, parts, ended, mean - rows.term("strike", ended), volume[over], rows.month_end(ended))
    parts.rest_on(rows, ended[rests])
    if len(alive):
        _live_asians(rows, parts, alive, volume[~over], left[~over], greeks)


def _live_asians(
    rows: Rows, parts: Parts, at: IntArray1D, volume: FloatArray1D, left: FloatArray2D, greeks: bool
) -> None:
    terms = asian_terms(rows, at, volume, left)
    forward, vol = rows.forward(at), _vol(rows, parts, terms, at, terms.strike)
    if greeks:
        found = asian.turnbull_wakeman(
            forward + terms.shift, terms.strike + terms.shift, left, vol, terms.rate, terms.call,
            past_sum=terms.past_sum + terms.shift * terms.past_count, past_count=terms.past_count, pay_years=terms.pay,
        )  # fmt: skip
        parts.unrealised[at] = volume * found.value
        for name in _GREEKS:
            getattr(parts, name)[at] = volume * getattr(found, name)
    else:
        parts.unrealised[at] = _discounted(terms, terms.undiscounted(forward, vol))
    parts.rest_on(rows, at)


def _spreads(rows: Rows, parts: Parts, at: IntArray1D, greeks: bool) -> None:
    second = np.flatnonzero(
        (rows.kind == Kind.SPREAD_OPTION) & rows.legs.second
    )  # in the order of the first legs
    ratio1, ratio2 = rows.term("ratio1", at), rows.term("ratio2", at) * exchange(rows, at, second)
    volume = rows.legs.volume[at] / ratio1
    parts.realised[at] = premium(rows, at, volume)
    over = rows.expired(at)
    ended, other = at[over], second[over]
    expiry = rows.book.expiry[rows.legs.trade[at]]
    gap = ratio1[over] * rows.final(ended) - ratio2[over] * rows.final(other) - rows.term("strike", ended)
    _settle(rows, parts, ended, gap, volume[over], expiry[over])
    for leg in (ended, other):
        parts.rest_on(rows, leg[~np.isfinite(rows.final(leg))])
    alive = ~over
    if alive.any():
        _live_spreads(rows, parts, spread_terms(rows, at[alive], second[alive], volume[alive]), greeks)


def _old_correlation(rows: Rows, at: IntArray1D, second: IntArray1D) -> BoolArray1D:
    """Whether the correlation of both legs was marked long ago."""
    market = rows.market
    old = np.zeros((len(market.curves.id),) * 2, dtype=np.bool_)
    for pair, day in market.correlation_days.items():
        places = positions_in(market.curves.id, np.array(pair))
        if (places >= 0).all() and (market.as_of - day).days > OLD_CORRELATION_DAYS:
            old[places, places[::-1]] = True
    return np.asarray(old[rows.legs.curve[at], rows.legs.curve[second]])


def _live_spreads(rows: Rows, parts: Parts, every: SpreadTerms, greeks: bool) -> None:
    at, second = every.at, every.second
    at_money = np.full(len(at), np.nan)
    vols = [_vol(rows, parts, every, leg, at_money) for leg in (at, second)]
    money = exchange(rows, at, second)
    parts.lack(at, Lack.CORRELATION, np.isnan(every.correlation))
    parts.lack(at, Lack.FRESH_CORRELATION, _old_correlation(rows, at, second))
    parts.lack(at, Lack.FX, np.isnan(every.ratio2 * money))
    for chosen in (True, False):
        of = np.flatnonzero(every.normal == chosen)
        if not len(of):
            continue
        terms, used = every.take(of), (vols[0][of], vols[1][of])
        forwards = rows.forward(terms.at), rows.forward(terms.second)
        if greeks:
            _spread_greeks(parts, terms, forwards, used, money[of])
        else:
            price = terms.undiscounted_spread(forwards, used, money[of])
            parts.unrealised[terms.at] = _discounted(terms, price)
    parts.rest_on(rows, at)
    parts.rest_on(rows, second)


def _spread_greeks(
    parts: Parts,
    terms: SpreadTerms,
    forwards: tuple[FloatArray1D, FloatArray1D],
    vols: tuple[FloatArray1D, FloatArray1D],
    money: FloatArray1D,
) -> None:
    """Value, and sensitivities by leg: deltas and gammas in the volume unit of each leg's own curve."""
    one, two, volume = terms.at, terms.second, terms.volume
    ratio1, ratio2 = terms.ratio1, terms.ratio2 * money
    normal = bool(terms.normal[0])
    scale = (ratio1, ratio2) if normal else (1.0, 1.0)  # a normal volatility is in units of the price
    found = (spread.bachelier_spread_greeks if normal else spread.spread_greeks)(
        ratio1 * forwards[0], ratio2 * forwards[1], terms.strike, terms.years, vols[0] * scale[0], vols[1] * scale[1],
        terms.correlation, terms.rate, terms.call, pay_years=terms.pay,
    )  # fmt: skip
    parts.unrealised[one] = volume * found.value
    parts.delta[one] = volume * ratio1 * found.delta1
    parts.delta[two] = volume * terms.ratio2 * found.delta2  # without the exchange of money: a volume
    parts.gamma[one] = volume * ratio1**2 * found.gamma1
    parts.gamma[two] = volume * terms.ratio2 * ratio2 * found.gamma2
    parts.cross[one] = volume * ratio1 * ratio2 * found.cross_gamma
    parts.vega[one] = volume * (found.vega1 * scale[0] + found.vega2 * scale[1])
    parts.theta[one] = volume * found.theta
    parts.rho[one] = volume * found.rho
