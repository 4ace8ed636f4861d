"""A bidding zone with hourly prices, and forecasts of it as they are stored, for tests."""

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from sqlalchemy import text

from data import timeseries
from data.session import UnitOfWork
from data.writes import forecast as writes
from portal.domain.forecast.base import LEVELS
from portal.domain.forecast.local_days import hours_of_days
from portal.domain.forecast.quantiles import normal_quantiles
from tests.helpers.market import add_source

FIRST, LAST = date(2026, 8, 24), date(2026, 10, 26)  # over the end of summer time
BERLIN = "Europe/Berlin"


def add_zone(zone: str = "DE_LU", *, last: date = LAST) -> int:
    """Add an hourly price of a zone: a daily and weekly pattern with noise, recorded at noon of the day before."""
    source = add_source(simulated=True)
    at, slot = hours_of_days(FIRST, last, BERLIN)
    rng = np.random.default_rng(3)
    price = 60 + 20 * np.sin(2 * np.pi * (slot % 24) / 24) + 5 * (slot // 24 % 7) + rng.normal(0, 4, len(at))
    moments = at.astype(object).tolist()
    with UnitOfWork(write=True) as work:
        connection = work.session.connection()
        begin, end = (moment.replace(tzinfo=UTC) for moment in (moments[0], moments[-1]))
        timeseries.ensure_partitions(connection, begin, end)
        key = connection.scalar(
            text(
                "INSERT INTO instruments (code, name, commodity, unit, currency, timezone, granularity, zone, "
                "source_code, simulated) VALUES (:code, 'Power of a zone', 'power', 'EUR/MWh', 'EUR', :clock, "
                "'hourly', :zone, :source, true) RETURNING id"
            ),
            {"code": f"POWER_{zone}", "clock": BERLIN, "zone": zone, "source": source},
        )
        day = np.datetime64(FIRST) + slot // 24
        connection.execute(
            text(
                "INSERT INTO price_ticks (instrument_id, ts, recorded_at, day, value, volume, batch_id) "
                "VALUES (:key, :ts, :recorded, :day, :value, 1, 1)"
            ),
            [
                {
                    "key": key,
                    "ts": moment.replace(tzinfo=UTC),
                    "recorded": datetime.combine(on - timedelta(days=1), time(11, 45), UTC),
                    "day": on,
                    "value": round(float(value), 2),
                }
                for moment, on, value in zip(moments, day.astype(object).tolist(), price, strict=True)
            ],
        )
        timeseries.roll_up(connection, 1)
    return int(key)


def add_served(
    as_of: date, *, target: str = "power.DE_LU", level: float = 70.0, reason: str = "", paths: bool = True
) -> tuple[int, int]:
    """Store a forecast of the day after ``as_of`` and the naive beside it; return both runs."""
    day = as_of + timedelta(days=1)
    at, slot = hours_of_days(day, day, BERLIN)
    mean = level + 15 * np.sin(2 * np.pi * (slot % 24) / 24)
    facts = {
        "model": {"drivers": {"residual_fc": 0.6, "gas": -0.1}}, "train_first": "2026-08-24",
        "train_last": f"{as_of}", "sentences": ["3 hours without a value (0.1 %) were filled."],
    }  # fmt: skip
    moment = datetime.combine(as_of, time(10), UTC)
    common = {
        "job_id": None, "target": target, "version_id": None, "fallback_for": None, "origin": moment, "as_of": as_of,
        "known_at": moment, "recorded_at": moment, "levels": list(LEVELS), "unit": "EUR/MWh", "data_hash": "d",
        "code_version": "1", "simulated": True,
    }  # fmt: skip
    with UnitOfWork(write=True) as work:
        ids = []
        for role, model, shift in (("served", "lear", 0.0), ("baseline", "seasonal_naive", 9.0)):
            quantiles = normal_quantiles(mean + shift, np.full(len(at), 8.0))
            values = [
                {
                    "step": n + 1, "ts": moments.replace(tzinfo=UTC), "day": day, "mean": float(mean[n] + shift),
                    "quantiles": quantiles[n].tolist(),
                }
                for n, moments in enumerate(at.astype(object).tolist())
            ]  # fmt: skip
            told = facts if role == "served" else {}
            said = reason if role == "served" else ""
            ids.append(
                writes.insert_served(
                    work.session, values, **common, model=model, role=role, reason=said, facts=told
                )
            )
        if paths:
            rng = np.random.default_rng(9)
            drawn = mean + rng.normal(0.0, 8.0, (200, 1)) + rng.normal(0.0, 2.0, (200, len(at)))
            writes.insert_paths(work.session, ids[0], drawn)
    return ids[0], ids[1]
