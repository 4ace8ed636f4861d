"""Quoted products for tests, row by row."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import text

from data.session import UnitOfWork
from tests.helpers.market import evening


def add_quotes(
    curve: int, day: date, prices: Mapping[str, float], recorded_at: datetime | None = None
) -> None:
    """Record the price of each product of a curve on a day, by default that evening."""
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text(
                "INSERT INTO product_quotes (curve_id, trade_date, product, recorded_at, value, batch_id) "
                "VALUES (:curve, :day, :product, :recorded_at, :value, 0)"
            ),
            [
                {"curve": curve, "day": day, "product": product, "value": value,
                 "recorded_at": recorded_at or evening(day)}
                for product, value in prices.items()
            ],
        )  # fmt: skip
