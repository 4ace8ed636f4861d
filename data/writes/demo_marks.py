"""The marks of the demo desk into their tables: volatilities, zero rates, correlations, product quotes."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from data.demo.copying import Copy
from data.demo.marks import Marks
from data.demo.rates import TENORS
from data.demo.vols import NODES

Moments = NDArray[np.datetime64]
Recorded = Callable[[NDArray[np.datetime64], str], Moments]

VOL_COLUMNS = ("curve_id", "trade_date", "delivery", "moneyness", "recorded_at", "vol", "model", "batch_id")
RATE_COLUMNS = ("currency", "day", "tenor_months", "recorded_at", "rate", "batch_id")
CORRELATION_COLUMNS = ("curve_id", "curve2_id", "day", "recorded_at", "value", "batch_id")
QUOTE_COLUMNS = ("curve_id", "trade_date", "product", "recorded_at", "value", "batch_id")
MARK_TABLES = ("vol_points", "rate_points", "correlation_marks", "product_quotes")


class MarkLoader:
    """Copies :class:`Marks` over one connection, within its transaction; a method for each table.

    ``recorded`` tells when rows of days were recorded, by the kind of fact.
    """

    def __init__(
        self,
        connection: Connection,
        marks: Marks,
        *,
        batch_id: int,
        curves: dict[str, int],
        recorded: Recorded,
    ) -> None:
        self._connection = connection
        self._marks = marks
        self._batch = batch_id
        self._curves = curves
        self._recorded = recorded

    def parts(self) -> tuple[tuple[float, str, Callable[[], int]], ...]:
        """Return the share of progress, the sentence and the work of each table, in the order of their names."""
        return (
            (0.88, "Storing volatilities", self._vol_points),
            (0.91, "Storing zero rates", self._rate_points),
            (0.915, "Storing correlations", self._correlation_marks),
            (0.92, "Storing product quotes", self._product_quotes),
        )

    def _vol_points(self) -> int:
        with Copy(self._connection, "vol_points", VOL_COLUMNS) as copy:
            for code, history in self._marks.vols.items():
                days, months, nodes = history.vol.shape
                recorded = self._recorded(history.days, "marks")
                copy.add(
                    curve_id=self._curves[code],
                    trade_date=np.repeat(history.days, months * nodes),
                    delivery=np.repeat(history.delivery.astype("datetime64[D]").ravel(), nodes),
                    moneyness=np.tile(NODES, days * months),
                    recorded_at=np.repeat(recorded, months * nodes),
                    vol=history.vol.ravel(),
                    model=history.model,
                    batch_id=self._batch,
                )
        return copy.rows

    def _rate_points(self) -> int:
        days = self._marks.days
        recorded = self._recorded(days, "rates")
        with Copy(self._connection, "rate_points", RATE_COLUMNS) as copy:
            for currency, rates in self._marks.rates.items():
                copy.add(
                    currency=currency,
                    day=np.repeat(days, len(TENORS)),
                    tenor_months=np.tile(np.array(TENORS, dtype=np.int16), len(days)),
                    recorded_at=np.repeat(recorded, len(TENORS)),
                    rate=rates.ravel(),
                    batch_id=self._batch,
                )
        return copy.rows

    def _correlation_marks(self) -> int:
        with Copy(self._connection, "correlation_marks", CORRELATION_COLUMNS) as copy:
            for marks in self._marks.correlations:
                first, second = sorted((self._curves[marks.code], self._curves[marks.other]))
                copy.add(
                    curve_id=first,
                    curve2_id=second,
                    day=marks.days,
                    recorded_at=self._recorded(marks.days, "marks"),
                    value=marks.value,
                    batch_id=self._batch,
                )
        return copy.rows

    def _product_quotes(self) -> int:
        with Copy(self._connection, "product_quotes", QUOTE_COLUMNS) as copy:
            for quotes in self._marks.quotes:
                copy.add(
                    curve_id=self._curves[quotes.code],
                    trade_date=quotes.days,
                    product=quotes.product,
                    recorded_at=self._recorded(quotes.days, "settle"),
                    value=quotes.value,
                    batch_id=self._batch,
                )
        return copy.rows
