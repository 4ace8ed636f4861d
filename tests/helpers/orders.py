"""A month of demo orders in a database without a market."""

from datetime import date, timedelta

from data.demo import order_patterns, orders
from data.session import UnitOfWork
from data.writes import demo_orders

LAST = date(2026, 6, 8)
LEVELS = {"TTF": 31.2, "POWER_DE_LU": 84.0, "BRENT": 72.4, "HENRY_HUB": 3.61, "EUA": 78.6, "NBP": 76.0}


def trading_days(last: date = LAST, count: int = 30) -> list[date]:
    """Return weekdays up to ``last``, ascending."""
    found, day = [], last
    while len(found) < count:
        if day.weekday() < 5:
            found.append(day)
        day -= timedelta(days=1)
    return found[::-1]


def add_orders(count: int = 30) -> int:
    """Store the orders of the demo desk around made-up settles and return the number of events."""
    days = trading_days(count=count)
    prices = {
        (code, day): level * (1 + 0.01 * ((number * 7) % 5 - 2))
        for code, level in LEVELS.items()
        for number, day in enumerate(days)
    }
    found = orders.books(days, {code: number for number, code in enumerate(LEVELS, 1)}, prices, 7)
    books = {(book.line.contract, book.day, book.tag): book for book in found}
    inside = order_patterns.plant(books, days)
    with UnitOfWork(write=True) as work:
        return demo_orders.store(work.session, (row for book in books.values() for row in book.rows), inside)
