"""Small, exact markets for tests: instruments and prices whose every row the test knows."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time

from sqlalchemy import text

from data.session import UnitOfWork

Row = tuple[date, float] | tuple[date, float, datetime]


def evening(day: date) -> datetime:
    """The moment at which a settlement of ``day`` is usually recorded."""
    return datetime.combine(day, time(18, 30), UTC)


def add_source(code: str = "test", *, simulated: bool = False, sla_hours: float = 24.0) -> str:
    """Add a data source unless it is there; return its code."""
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text(
                "INSERT INTO data_sources (code, name, licence, address, simulated, sla_hours) "
                "VALUES (:code, :name, 'public domain', '', :simulated, :sla) ON CONFLICT DO NOTHING"
            ),
            {"code": code, "name": f"Source {code}", "simulated": simulated, "sla": sla_hours},
        )
    return code


def add_instrument(
    code: str,
    rows: Sequence[Row],
    *,
    unit: str = "USD/bbl",
    commodity: str = "crude",
    name: str | None = None,
    source: str = "test",
    simulated: bool = False,
) -> int:
    """Add an instrument with daily settles; a row is (day, settle) or (day, settle, recorded_at). Return its id."""
    add_source(source)
    with UnitOfWork(write=True) as work:
        key = work.session.scalar(
            text(
                "INSERT INTO instruments "
                "(code, name, commodity, unit, currency, timezone, granularity, source_code, simulated) "
                "VALUES (:code, :name, :commodity, :unit, :currency, 'UTC', 'daily', :source, :simulated) RETURNING id"
            ),
            {
                "code": code,
                "name": name or code.title(),
                "commodity": commodity,
                "unit": unit,
                "currency": unit.partition("/")[0],
                "source": source,
                "simulated": simulated,
            },
        )
        if rows:
            work.session.execute(
                text(
                    "INSERT INTO price_bars (instrument_id, day, recorded_at, settle, batch_id) "
                    "VALUES (:id, :day, :recorded_at, :settle, 0)"
                ),
                [
                    {
                        "id": key,
                        "day": row[0],
                        "settle": row[1],
                        "recorded_at": row[2] if len(row) == 3 else evening(row[0]),
                    }
                    for row in rows
                ],
            )
    return int(key or 0)


def add_curve(
    code: str,
    days: Mapping[date, Sequence[tuple[str, float] | tuple[str, float, str]]],
    *,
    unit: str = "EUR/MWh",
    commodity: str = "gas",
    timezone: str = "Europe/Amsterdam",
    source: str = "test",
) -> int:
    """Add a curve; ``days`` maps a trade day to (month as 2027-01, price) or (month, price, status). Return its id."""
    add_source(source)
    with UnitOfWork(write=True) as work:
        key = work.session.scalar(
            text(
                "INSERT INTO curves (code, name, commodity, unit, currency, timezone, source_code, simulated) "
                "VALUES (:code, :name, :commodity, :unit, :currency, :timezone, :source, false) RETURNING id"
            ),
            {
                "code": code,
                "name": f"{code}, forward curve",
                "commodity": commodity,
                "unit": unit,
                "currency": unit.partition("/")[0],
                "timezone": timezone,
                "source": source,
            },
        )
    for day, nodes in days.items():
        add_curve_day(int(key or 0), day, nodes)
    return int(key or 0)


def add_curve_day(
    curve: int,
    day: date,
    nodes: Sequence[tuple[str, float] | tuple[str, float, str]],
    recorded_at: datetime | None = None,
) -> None:
    """Record the nodes of one trade day of a curve, by default that evening."""
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text(
                "INSERT INTO curve_points "
                "(curve_id, trade_date, delivery, recorded_at, tenor, value, status, batch_id) "
                "VALUES (:curve, :day, :delivery, :recorded_at, :tenor, :value, :status, 0)"
            ),
            [
                {
                    "curve": curve,
                    "day": day,
                    "delivery": date.fromisoformat(f"{node[0]}-01"),
                    "recorded_at": recorded_at or evening(day),
                    "tenor": rank,
                    "value": node[1],
                    "status": node[2] if len(node) == 3 else "quoted",
                }
                for rank, node in enumerate(nodes, start=1)
            ],
        )


def add_rates(base: str, quote: str, rates: Mapping[date, float], *, source: str = "test") -> None:
    """Record exchange rates, units of ``quote`` for one ``base``, each on the evening of its day."""
    add_source(source)
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text(
                "INSERT INTO fx_rates (base, quote, day, recorded_at, rate, source_code, batch_id) "
                "VALUES (:base, :quote, :day, :recorded_at, :rate, :source, 0)"
            ),
            [
                {
                    "base": base,
                    "quote": quote,
                    "day": day,
                    "rate": rate,
                    "recorded_at": evening(day),
                    "source": source,
                }
                for day, rate in rates.items()
            ],
        )
