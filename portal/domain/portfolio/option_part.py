"""European, Asian and spread options of a book at once.

API: ``fill_options(rows, parts, greeks=True)``.

An option is worth its model value until it expires and its payoff at the final settlement afterwards, discounted until
it is paid; an option on an average has expired when its month is over. The premium counts as realised from the trade
date on. Volatilities are those of the option's own month and strike (a spread's: of both legs at the money).
"""

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import BoolArray1D, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.portfolio.discounting import years_to
from portal.domain.portfolio.options import asian, european, spread
from portal.domain.portfolio.trade import Kind, VolModel
from portal.domain.portfolio.valued_rows import Lack, Parts, Rows
from portal.domain.portfolio.volatility_marks import as_model, volatility

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


def _premium(rows: Rows, at: IntArray1D, volume: FloatArray1D) -> FloatArray1D:
    """What the premium has brought by now: paid by the buyer on the trade date."""
    paid = rows.book.trade_date[rows.legs.trade[at]] <= np.datetime64(rows.market.as_of, "D")
    return np.where(paid, -volume * rows.term("premium", at), 0.0)


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
    payoff = np.maximum(np.where(_is_call(rows, at), gap, -gap), 0.0)
    value = volume * payoff * factor
    parts.realised[at] += value
    parts.theta[at] = np.where(years > 0.0, rate, 0.0) * value
    parts.rho[at] = -years * value


def _is_call(rows: Rows, at: IntArray1D) -> BoolArray1D:
    call: BoolArray1D = rows.book.is_call[rows.legs.trade[at]]
    return call


def _model(rows: Rows, at: IntArray1D) -> tuple[BoolArray1D, FloatArray1D]:
    """Whether the model is normal, and the shift of a shifted lognormal one."""
    model = rows.book.vol_model[rows.legs.trade[at]]
    shift = np.where(model == VolModel.SHIFTED, rows.term("shift", at), 0.0)
    return model == VolModel.BACHELIER, shift


def _vol(
    rows: Rows, parts: Parts, at: IntArray1D, marked: IntArray1D, strike: FloatArray1D, years: FloatArray1D
) -> FloatArray1D:
    """Volatility in the model of the trades of ``at``, on the marks of the legs ``marked``; what lacks is noted."""
    forward = rows.forward(marked)
    vol, quoted_normal = volatility(
        rows.market, rows.legs.curve[marked], rows.legs.month[marked], forward, strike, years
    )
    normal, shift = _model(rows, at)
    found = as_model(vol, quoted_normal, normal, forward, years, shift)
    parts.lack(at, Lack.VOLATILITY, ~np.isfinite(found) & np.isfinite(forward))
    parts.lack(at, Lack.FRESH_VOLATILITY, _is_old(rows)[rows.legs.curve[marked]])
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
    parts.realised[at] = _premium(rows, at, volume)
    over = rows.expired(at)
    ended = at[over]
    expiry = rows.book.expiry[rows.legs.trade[at]]
    final = rows.final(ended)
    _settle(rows, parts, ended, final - rows.term("strike", ended), volume[over], expiry[over])
    parts.rest_on(rows, ended[~np.isfinite(final)])
    _live_europeans(rows, parts, at[~over], volume[~over], greeks)


def _live_europeans(rows: Rows, parts: Parts, at: IntArray1D, volume: FloatArray1D, greeks: bool) -> None:
    expiry = rows.book.expiry[rows.legs.trade[at]]
    years = years_to(expiry, rows.market.as_of)
    forward, strike = rows.forward(at), rows.term("strike", at)
    vol = _vol(rows, parts, at, at, strike, years)
    rate, pay, _ = rows.discount(at, expiry)
    normal, shift = _model(rows, at)
    call = _is_call(rows, at)
    for chosen in (True, False):
        of = np.flatnonzero(normal == chosen)
        if not len(of):
            continue
        terms = [array[of] for array in (forward, strike, years, vol, rate, call)]
        if greeks:
            found = (
                european.bachelier(*terms, pay_years=pay[of])
                if chosen
                else european.black76(*terms, pay_years=pay[of], shift=shift[of])
            )
            parts.unrealised[at[of]] = volume[of] * found.value
            for name in _GREEKS:
                getattr(parts, name)[at[of]] = volume[of] * getattr(found, name)
        else:
            parts.unrealised[at[of]] = volume[of] * (
                european.bachelier_price(*terms, pay_years=pay[of])
                if chosen
                else european.black76_price(*terms, pay_years=pay[of], shift=shift[of])
            )
    parts.rest_on(rows, at)


def _asians(rows: Rows, parts: Parts, at: IntArray1D, greeks: bool) -> None:
    volume = rows.legs.volume[at]
    parts.realised[at] = _premium(rows, at, volume)
    left = _fixings_to_come(rows, at)
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
    cell = rows.legs.curve[at], rows.legs.month[at]
    total, count = rows.market.fixings.total[cell], rows.market.fixings.count[cell]
    forward, strike, last = rows.forward(at), rows.term("strike", at), np.nanmax(left, axis=1)
    _, shift = _model(rows, at)
    normal = np.zeros(len(at), dtype=np.bool_)  # the average is taken as lognormal, shifted where asked
    vol, quoted_normal = volatility(rows.market, *cell, forward, strike, last)
    vol = as_model(vol, quoted_normal, normal, forward, last, shift)
    parts.lack(at, Lack.VOLATILITY, ~np.isfinite(vol) & np.isfinite(forward))
    parts.lack(at, Lack.FRESH_VOLATILITY, _is_old(rows)[cell[0]])
    rate, pay, _ = rows.discount(at, rows.month_end(at))
    terms = (forward + shift, strike + shift, left, vol, rate, _is_call(rows, at))
    past = {"past_sum": total + shift * count, "past_count": count, "pay_years": pay}
    if greeks:
        found = asian.turnbull_wakeman(*terms, **past)
        parts.unrealised[at] = volume * found.value
        for name in _GREEKS:
            getattr(parts, name)[at] = volume * getattr(found, name)
    else:
        parts.unrealised[at] = volume * asian.turnbull_wakeman_price(*terms, **past)
    parts.rest_on(rows, at)


def _fixings_to_come(rows: Rows, at: IntArray1D) -> FloatArray2D:
    """Years to the fixings after the valuation day, shape (k, 31), NaN where a month has fewer."""
    months = rows.market.marks.months[rows.legs.month[at]]
    first = months.astype("datetime64[D]")
    every_day = (
        rows.market.fixings.expected[rows.legs.curve[at], rows.legs.month[at]] > 23.5
    )  # no 24 weekdays
    days = first[:, None] + np.arange(31)
    kept = (days < (months + 1).astype("datetime64[D]")[:, None]) & (
        days > np.datetime64(rows.market.as_of, "D")
    )
    kept &= every_day[:, None] | np.is_busday(days)
    return np.where(kept, years_to(np.asarray(days, "M8[D]"), rows.market.as_of), np.nan)


def _spreads(rows: Rows, parts: Parts, at: IntArray1D, greeks: bool) -> None:
    second = np.flatnonzero(
        (rows.kind == Kind.SPREAD_OPTION) & rows.legs.second
    )  # in the order of the first legs
    ratio1, ratio2 = rows.term("ratio1", at), rows.term("ratio2", at) * _exchange(rows, at, second)
    volume = rows.legs.volume[at] / ratio1
    parts.realised[at] = _premium(rows, at, volume)
    over = rows.expired(at)
    ended, other = at[over], second[over]
    expiry = rows.book.expiry[rows.legs.trade[at]]
    gap = ratio1[over] * rows.final(ended) - ratio2[over] * rows.final(other) - rows.term("strike", ended)
    _settle(rows, parts, ended, gap, volume[over], expiry[over])
    for leg in (ended, other):
        parts.rest_on(rows, leg[~np.isfinite(rows.final(leg))])
    alive = ~over
    if alive.any():
        ratios = ratio1[alive], ratio2[alive]
        _live_spreads(rows, parts, at[alive], second[alive], volume[alive], ratios, greeks)


def _exchange(rows: Rows, at: IntArray1D, second: IntArray1D) -> FloatArray1D:
    """Money of the first leg's price unit for one of the second's: 1 within one currency."""
    fx = np.array([rows.market.fx.get(currency, np.nan) for currency in rows.market.curves.currency])
    worth = fx * rows.market.curves.money
    one, two = rows.legs.curve[at], rows.legs.curve[second]
    same = np.array(rows.market.curves.currency)[one] == np.array(rows.market.curves.currency)[two]
    money = rows.market.curves.money
    return np.where(same, money[two] / money[one], worth[two] / worth[one])


def _correlation(rows: Rows, one: IntArray1D, two: IntArray1D) -> FloatArray1D:
    """Correlation of the marks of both legs; 1 within one curve, NaN where none is marked."""
    ids = rows.market.curves.id
    found = np.full((len(ids), len(ids)), np.nan)
    np.fill_diagonal(found, 1.0)
    place = {key: at for at, key in enumerate(ids.tolist())}
    for (first, second), value in rows.market.correlations.items():
        if first in place and second in place:
            found[place[first], place[second]] = found[place[second], place[first]] = value
    chosen: FloatArray1D = found[one, two]
    return chosen


def _live_spreads(
    rows: Rows,
    parts: Parts,
    at: IntArray1D,
    second: IntArray1D,
    volume: FloatArray1D,
    ratios: tuple[FloatArray1D, FloatArray1D],
    greeks: bool,
) -> None:
    expiry = rows.book.expiry[rows.legs.trade[at]]
    years = years_to(expiry, rows.market.as_of)
    at_money = np.full(len(at), np.nan)
    vols = [_vol(rows, parts, at, leg, at_money, years) for leg in (at, second)]
    rate, pay, _ = rows.discount(at, expiry)
    rho = _correlation(rows, rows.legs.curve[at], rows.legs.curve[second])
    parts.lack(at, Lack.CORRELATION, np.isnan(rho))
    parts.lack(at, Lack.FX, np.isnan(ratios[1]))
    normal, _ = _model(rows, at)
    forwards = ratios[0] * rows.forward(at), ratios[1] * rows.forward(second)
    strike, call = rows.term("strike", at), _is_call(rows, at)
    for chosen in (True, False):
        of = np.flatnonzero(normal == chosen)
        if not len(of):
            continue
        scale = [
            ratio[of] if chosen else 1.0 for ratio in ratios
        ]  # a normal volatility is in units of the price
        terms = [array[of] for array in (*forwards, strike, years)] + [
            vols[0][of] * scale[0],
            vols[1][of] * scale[1],
            rho[of],
            rate[of],
            call[of],
        ]
        if not greeks and not chosen:
            parts.unrealised[at[of]] = volume[of] * spread.spread_exact(*terms, pay_years=pay[of])
            continue
        found = (spread.bachelier_spread_greeks if chosen else spread.spread_greeks)(
            *terms, pay_years=pay[of]
        )
        parts.unrealised[at[of]] = volume[of] * found.value
        if greeks:
            kept = ratios[0][of], ratios[1][of]
            _spread_greeks(rows, parts, (at[of], second[of]), volume[of], kept, found, scale)
    parts.rest_on(rows, at)
    parts.rest_on(rows, second)


def _spread_greeks(
    rows: Rows,
    parts: Parts,
    legs: tuple[IntArray1D, IntArray1D],
    volume: FloatArray1D,
    ratios: tuple[FloatArray1D, FloatArray1D],
    found: spread.SpreadGreeks,
    scale: list[FloatArray1D | float],
) -> None:
    """Sensitivities by leg: deltas and gammas in the volume unit of each leg's own curve."""
    one, two = legs
    native2 = rows.term("ratio2", one)  # without the exchange of money: a volume
    parts.delta[one] = volume * ratios[0] * found.delta1
    parts.delta[two] = volume * native2 * found.delta2
    parts.gamma[one] = volume * ratios[0] ** 2 * found.gamma1
    parts.gamma[two] = volume * native2 * ratios[1] * found.gamma2
    parts.cross[one] = volume * ratios[0] * ratios[1] * found.cross_gamma
    parts.vega[one] = volume * (found.vega1 * scale[0] + found.vega2 * scale[1])
    parts.theta[one] = volume * found.theta
    parts.rho[one] = volume * found.rho
