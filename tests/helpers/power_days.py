"""Made-up day-ahead prices with known drivers, for tests of models that learn from features."""

import numpy as np

from portal.domain.forecast.base import Task

START = np.datetime64("2024-01-01T00:00:00", "s")  # a Monday


def power_task(
    days: int = 120,
    *,
    seed: int = 5,
    ahead: int = 1,
    lead: int = 0,
    level: float = 50.0,
    features: bool = True,
) -> tuple[Task, np.ndarray]:
    """Return a task on hourly prices that follow load less wind, and what happens after its history."""
    rng = np.random.default_rng(seed)
    n, horizon = days * 24, ahead * 24
    hour = np.arange(n + horizon) % 24
    weekend = (np.arange(n + horizon) // 24) % 7 >= 5
    load = 50.0 + 10.0 * np.sin(2 * np.pi * (hour - 8) / 24) - 8.0 * weekend + _slow(rng, n + horizon)
    wind = np.abs(12.0 + 3.0 * _slow(rng, n + horizon))
    price = level + 1.2 * (load - 50.0) - 1.5 * (wind - 12.0) + rng.normal(0.0, 1.5, n + horizon)
    task = Task(
        y=price[:n],
        stamp=START + np.arange(n + horizon) * np.timedelta64(3600, "s"),
        horizon=horizon,
        per_day=24,
        periods=(24, 168),
        names=("load_fc", "wind_fc") if features else (),
        features=np.column_stack([load, wind]) if features else np.empty((0, 0)),
        lead=lead,
    )
    return task, price[n:]


def _slow(rng: np.random.Generator, count: int) -> np.ndarray:
    steps = rng.normal(0.0, 2.0, count // 24 + 1)
    return np.repeat(steps, 24)[:count] + rng.normal(0.0, 0.5, count)
