"""A few deals without a mark, so that the list of missing marks has something to say; see ``docs/demo.md``."""

from datetime import UTC, date, datetime, time

import numpy as np

from data.demo.board import Board
from data.demo.calendar import day_after
from data.demo.deal_history import Fate
from data.demo.deal_terms import Ids
from portal.domain.portfolio.terms import Terms

STRUCK_AT = time(11, 20)
DAYS_AGO = 30  # trading days before the last
FAR_YEARS = 4  # the calendar year so far ahead is beyond the 36 months of every curve
FAR_MONTHS = 22  # beyond the 18 months of the volatilities, within the curve


def _far_year(last: date) -> tuple[date, date]:
    return date(last.year + FAR_YEARS, 1, 1), date(last.year + FAR_YEARS + 1, 1, 1)


def odd_deals(board: Board, ids: Ids) -> list[Fate]:
    """Return three forwards beyond the end of their curves, and two options beyond the volatilities."""
    days: list[date] = board.days.astype(object).tolist()
    row = len(days) - DAYS_AGO
    start, end = _far_year(days[-1])
    far = [("POWER_DE", "POWER_DE_LU", "MUSTERSTADT", "Katrin Vogel", 5.0, 74.5, -1),
           ("POWER_FR", "POWER_FR", "EXEMPLE", "Margaux Petit", 3.0, 58.0, -1),
           ("GAS_EU", "TTF", "UNICORN", "Ingrid Solheim", 4.0, 24.2, -1)]  # fmt: skip
    deals = [
        Terms(
            external_id="", kind="forward_physical", portfolio_id=ids.books[book], curve_id=ids.curves[curve],
            counterparty_id=ids.parties[party], side=side, quantity=size, quantity_unit="MW", price=price,
            trade_date=days[row], delivery_start=start, delivery_end=end, pay_days=20, trader=trader,
        )
        for book, curve, party, trader, size, price, side in far
    ]  # fmt: skip
    deals += [_option(board, ids, days, row, "NBP", 7, "therm", 300_000.0, 2.5)]
    deals += [_option(board, ids, days, row, "TTF", FAR_MONTHS, "MW", 10.0, 1.0)]
    struck = datetime.combine(days[row], STRUCK_AT, UTC)
    return [Fate(terms, struck, row, day_after(terms.delivery_end, 1)) for terms in deals]


def _option(
    board: Board,
    ids: Ids,
    days: list[date],
    row: int,
    code: str,
    ahead: int,
    unit: str,
    size: float,
    step: float,
) -> Terms:
    """Return a call at the money on the month ``ahead`` of the first listed one."""
    month = np.datetime64(int(board.listed[code][row]) + ahead, "M")
    forward = float(board.one(code, row, np.array([month]))[0])
    begin = month.astype("datetime64[D]")
    return Terms(
        external_id="", kind="option", portfolio_id=ids.books["GAS_EU"], curve_id=ids.curves[code],
        counterparty_id=ids.parties["ANYBANK"], side=1, quantity=size, quantity_unit=unit,
        strike=round(forward / step) * step, premium=round(0.12 * forward, 2), is_call=True, vol_model="black76",
        trade_date=days[row], delivery_start=begin.astype(object),
        delivery_end=(month + 1).astype("datetime64[D]").astype(object),
        expiry=day_after(begin.astype(object), -5), pay_days=1, trader="Tomas Berg",
    )  # fmt: skip
