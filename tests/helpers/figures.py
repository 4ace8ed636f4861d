"""A figure of every builder in ``components/charts``, with data as the desk has them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from components.charts import (
    accuracy,
    audit,
    backtest,
    chain,
    compliance_checks,
    compliance_overview,
    correlation,
    curve,
    curve_build,
    earnings,
    feed_arrivals,
    forecast_fan,
    forecast_models,
    limits,
    orders,
    pnl_waterfall,
    portfolio_value,
    position_bars,
    position_heatmap,
    price,
    quality,
    risk_distribution,
    risk_drill,
    risk_overview,
    risk_sizing,
    rule_replay,
    samples,
    seasonality,
    sign_ins,
    slo,
    spread,
    stress,
    usage,
    volatility,
    what_if,
)
from portal.domain.market.volatility import volatility_cone

Figure = dict[str, Any]

RANDOM = np.random.default_rng(7)
COUNT = 120
DATES = [date(2026, 6, 1) + timedelta(days=n) for n in range(COUNT)]
DAYS = [day.isoformat() for day in DATES]
HOURS = [datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(48)]
WALK = 40.0 + np.cumsum(RANDOM.normal(0.0, 0.6, COUNT))
PNL = RANDOM.normal(0.0, 2e6, COUNT)
VAR = np.full(COUNT, 3.4e6) + np.linspace(0, 8e5, COUNT)
MONTHS = [f"{month}-{year}" for year in (27, 28) for month in seasonality.MONTHS]
BOOKS = ["OIL_CRUDE", "GAS_EU", "POWER_DE", "CARBON_EUA"]
PARTS = ["New deals", "Price", "Volatility", "Time", "Exchange rates"]
MOVES = np.array([1.1e5, -9.2e6, 1.4e5, -8e4, 2.3e5])


def _chain() -> Figure:
    noon = datetime(2026, 11, 20, 18, tzinfo=UTC)

    def at(minutes: float) -> datetime:
        return noon + timedelta(minutes=minutes)

    risk = chain.Bar(
        "Nightly risk run", "done", at(0), at(30), critical=True, is_work=True, usual_begin=at(0), usual_end=at(25),
        usual_low=at(20), usual_high=at(38), job=12, simulated=False,
    )  # fmt: skip
    rules = replace(risk, title="Rules over the book", begin=at(32), end=at(45), critical=False, job=None)
    waiting = replace(rules, title="Compliance calendar", begin=at(60), end=at(70), state="expected")
    prices = replace(
        risk,
        title="Daily prices",
        begin=at(-30),
        end=at(-30),
        is_work=False,
        usual_low=None,
        usual_high=None,
        job=None,
    )
    bars = [prices, risk, rules, waiting]
    return chain.chain_figure(bars, low=at(40), high=at(70), eta=at(55), now=at(35))


def _event(second: int, what: str, **more: object) -> dict[str, object]:
    base: dict[str, object] = {
        "at": f"2026-06-08T09:47:{second:02d}.000000", "what": what, "order": None, "side": None, "price": None,
        "quantity": None, "bid": None, "offer": None, "is_evidence": False, "trader": "Tess",
    }  # fmt: skip
    return base | more


def _orders() -> Figure:
    own = {"quantity": 300.0, "is_evidence": True}
    events = [
        _event(0, "quote", bid=72.39, offer=72.41),
        _event(1, "new", order="A", side=1, price=72.39, **own),
        _event(2, "new", order="B", side=-1, price=72.42, quantity=25.0),
        _event(3, "fill", order="B", side=-1, price=72.42, **own),
        _event(4, "cancel", order="A", side=1, price=72.39, **own),
        _event(9, "quote", bid=72.38, offer=72.40),
    ]
    return orders.order_figure(events, "USD/bbl")


def _curve() -> Figure:
    first = [f"2027-{month:02d}-01" for month in range(1, 13)]
    after = [*first[1:], "2028-01-01"]
    line = curve.Line("2026-11-20", first, after, [30.0 + 0.3 * n for n in range(12)])
    status = ["quoted"] * 6 + ["interpolated"] * 3 + ["rolled"] * 2 + ["proxied"]
    earlier = replace(line, name="2026-10-20", price=[29.0] * 12)
    return curve.curve_figure(line, status, [earlier], unit="EUR/MWh", steps=False)


def _replay() -> Figure:
    last = {
        "day": DAYS[-1],
        "x": ["2026-10-01", "2026-11-01", "2026-12-01"],
        "y": WALK[-3:],
    }
    low, high = float(WALK.min()), float(WALK.max())
    return curve.replay_figure(DAYS, WALK, last, unit="EUR/MWh", low=low, high=high, until="2026-12-01")


def _build() -> Figure:
    bars = [
        curve_build.Bar("Jan-27", "month", "2027-01-01", "2027-01-16", "2027-01-31", 41.0, 0.1),
        curve_build.Bar("Q1-27", "quarter", "2027-01-01", "2027-02-14", "2027-03-31", 40.4, 0.3),
    ]
    days = [(date(2027, 1, 1) + timedelta(days=n)).isoformat() for n in range(90)]
    return curve_build.build_figure(
        days, (41.0 + np.sin(np.arange(90.0) / 20)).tolist(), bars, unit="EUR/MWh"
    )


def _fan() -> Figure:
    middle = np.linspace(40.0, 44.0, 20)
    bands = {share: (middle - 3 * share, middle + 3 * share) for share in (0.5, 0.8, 0.95)}
    actual = np.where(np.arange(20) < 6, middle + 1.0, np.nan)
    return forecast_fan.fan_figure(
        (DAYS[:100], WALK[:100]), DAYS[100:], middle, bands, naive=middle - 2.0, actual=actual, unit="EUR/MWh",
        hourly=False,
    )  # fmt: skip


def _arrivals() -> Figure:
    outcomes = ["in time", "in time", "late", "missing", "waiting"]
    minutes = [-4.0, 3.0, 75.0, None, None]
    found = [
        feed_arrivals.Arrival(day, late, 1200, outcome)
        for day, late, outcome in zip(DATES[:5], minutes, outcomes, strict=True)
    ]
    return feed_arrivals.arrivals_figure(found, grace_minutes=30.0)


def _heat() -> Figure:
    lines = [
        position_heatmap.HeatLine(
            f"{book} · gas", RANDOM.normal(0, 900, 24), RANDOM.uniform(0, 1.3, 24), 1000.0, "MWh", [""] * 24
        )
        for book in BOOKS
    ]
    return position_heatmap.heatmap_figure(MONTHS, lines)


def _price(**more: Any) -> Figure:
    asked: dict[str, Any] = {"candles": True, "averages": (20,), "bands": True} | more
    return price.price_figure(
        DATES, open_=WALK - 0.2, high=WALK + 0.7, low=WALK - 0.8, settle=WALK, volume=np.abs(PNL) / 1e3, unit="EUR/MWh",
        **asked,
    )  # fmt: skip


def _rule() -> Figure:
    moments = np.array([moment.timestamp() for moment in HOURS])
    reading = np.abs(np.sin(np.arange(48.0) / 7.0))
    return rule_replay.replay_figure(
        [rule_replay.Line("web", moments, reading)], [(HOURS[9], HOURS[12])], level=0.8, clear_level=0.6, falling=False,
        title="error rate, %", percent=True,
    )  # fmt: skip


def _years() -> np.ndarray:
    return 30.0 + np.cumsum(RANDOM.normal(0, 0.4, (3, 366)), axis=1)


def _bands() -> np.ndarray:
    return np.vstack([WALK + shift for shift in (-3.0, -1.0, 0.0, 1.0, 3.0)])


EXAMPLES: dict[str, Callable[[], Figure]] = {
    "accuracy.profile_figure": lambda: accuracy.profile_figure(
        [str(n) for n in range(1, 13)],
        {"Drift": [1.0 + 0.1 * n for n in range(12)], "Seasonal naive": [1.2, None, *[1.6] * 10]},
        baseline="Seasonal naive", x_title="Days ahead", y_title="MAE, EUR/MWh",
    ),
    "accuracy.calibration_figure": lambda: accuracy.calibration_figure(
        np.array([0.1, 0.5, 0.9]), np.array([0.3, 0.5, 0.9]), np.array([0.05, 0.4, 0.8]), np.array([0.2, 0.6, 0.95])
    ),
    "accuracy.pit_figure": lambda: accuracy.pit_figure(np.linspace(0.05, 0.15, 10)),
    "audit.entries_figure": lambda: audit.entries_figure(DATES[:20], list(range(1, 21)), [n % 3 for n in range(20)]),
    "backtest.history_figure": lambda: backtest.history_figure(
        DAYS, PNL, VAR, 1.2 * VAR, -PNL > VAR, ["/a"] * COUNT, chosen=DAYS[3]
    ),
    "backtest.cumulative_figure": lambda: backtest.cumulative_figure(
        DAYS, {"Historical": np.arange(COUNT) // 30.0, "Parametric": np.arange(COUNT) // 40.0}, np.arange(COUNT) / 25.0,
        np.arange(COUNT) / 20.0, np.arange(COUNT) / 12.0,
    ),
    "chain.chain_figure": _chain,
    "compliance_checks.findings_figure": lambda: compliance_checks.findings_figure(
        DATES[:6], {"block": [1, 0, 2, 5, 0, 1], "flag": [0, 3, 0, 0, 1, 1]}, {"block": "Blocks", "flag": "Flags"}
    ),
    "compliance_overview.day_figure": lambda: compliance_overview.day_figure(
        DAYS[:5], {"block": [1, 2, 0, 4, 1], "flag": [0, 1, 1, 0, 2], "gap": [0, 0, 0, 1, 0]}
    ),
    "compliance_overview.regime_figure": lambda: compliance_overview.regime_figure(
        ["GLOBAL", "EU-REMIT", "US-CFTC"], {"block": [4, 1, 0], "flag": [2, 0, 1], "gap": [0, 0, 1]}
    ),
    "correlation.matrix_figure": lambda: correlation.matrix_figure(
        ["BRENT", "WTI", "TTF", "EUA"], np.where(np.eye(4) > 0, 1.0, RANDOM.uniform(-1, 1, (4, 4)))
    ),
    "correlation.rolling_figure": lambda: correlation.rolling_figure(
        DATES, {"WTI": np.tanh(WALK - 40), "TTF": np.sin(np.arange(COUNT) / 30)}, against="BRENT"
    ),
    "curve.curve_figure": _curve,
    "curve.replay_figure": _replay,
    "curve.spread_map_figure": lambda: curve.spread_map_figure(
        ["2027-01", "2027-02", "2027-Q1"], np.array([[np.nan, 1.0, -2.0], [np.nan, np.nan, 0.5], [np.nan] * 3]),
        unit="EUR/MWh",
    ),
    "curve.product_figure": lambda: curve.product_figure(DAYS, WALK, name="Jan-27", unit="EUR/MWh", zero=False),
    "curve_build.build_figure": _build,
    "curve_build.residual_figure": lambda: curve_build.residual_figure(
        ["Jan-27", "Feb-27", "Q1-27"], [0.1, -0.1, 0.02], [None, 0.5, -0.2], unit="EUR/MWh"
    ),
    "curve_build.history_figure": lambda: curve_build.history_figure(
        DAYS[:9], list(np.linspace(0.1, 0.3, 9)), list(np.linspace(0.5, 0.2, 9)), unit="EUR/MWh"
    ),
    "earnings.at_risk_figure": lambda: earnings.at_risk_figure(
        ["2026-12", "2027-01", "2027-02"], {"Cash flow": np.array([7e6, 5e6, 16e6]), "Earnings": np.array([3e7] * 3)}
    ),
    "earnings.result_figure": lambda: earnings.result_figure(
        DAYS, np.cumsum(PNL), np.maximum.accumulate(np.cumsum(PNL)) - np.cumsum(PNL)
    ),
    "feed_arrivals.arrivals_figure": _arrivals,
    "forecast_fan.fan_figure": _fan,
    "forecast_fan.past_figure": lambda: forecast_fan.past_figure(
        DAYS, WALK, WALK + 0.2, (WALK - 1.0, WALK + np.where(np.arange(COUNT) == 5, -0.5, 1.0)), naive=WALK - 1.0,
        unit="EUR/MWh",
    ),
    "forecast_fan.driver_figure": lambda: forecast_fan.driver_figure(["residual load", "gas", "wind"], [0.6, 0.3, 0.1]),
    "forecast_models.step_figure": lambda: forecast_models.step_figure(
        list(range(1, 25)), [("LEAR", np.linspace(1, 3, 24))], np.linspace(2, 4, 24), unit="EUR/MWh"
    ),
    "limits.use_figure": lambda: limits.use_figure(
        ["Desk VaR", "Gas ES", "Front month", "Power"], [0.45, 0.93, 1.2, None],
        ["within limit", "near limit", "over limit", "no value"],
    ),
    "limits.history_figure": lambda: limits.history_figure(DAYS, np.linspace(0.5, 1.2, COUNT), soft=0.8),
    "orders.order_figure": _orders,
    "pnl_waterfall.waterfall_figure": lambda: pnl_waterfall.waterfall_figure(
        PARTS, MOVES, low=MOVES - 3e5, high=MOVES + 3e5
    ),
    "portfolio_value.history_figure": lambda: portfolio_value.history_figure(
        DAYS, {book: np.cumsum(RANDOM.normal(0, 1e5, COUNT)) for book in BOOKS}
    ),
    "portfolio_value.split_figure": lambda: portfolio_value.split_figure(
        ["crude", "gas", "power"], [2e6, -3e6, 4e6], [1e6, 5e6, -2e6]
    ),
    "position_bars.bars_figure": lambda: position_bars.bars_figure(
        MONTHS[:12], RANDOM.uniform(0, 90, 12), -RANDOM.uniform(0, 70, 12), unit="MWh"
    ),
    "position_heatmap.heatmap_figure": _heat,
    "price.price_figure": _price,
    "price.normalised_figure": lambda: price.normalised_figure([("BRENT", DATES, WALK), ("WTI", DATES, WALK + 3.0)]),
    "price.absolute_figure": lambda: price.absolute_figure([("Spark", DATES, WALK - 40.0)], "EUR/MWh"),
    "quality.coverage_figure": lambda: quality.coverage_figure(
        ["TTF", "NBP", "PEG", "EUA"], [f"2026-{m:02d}" for m in range(1, 11)], RANDOM.uniform(0.6, 1.0, (4, 10))
    ),
    "risk_distribution.histogram_figure": lambda: risk_distribution.histogram_figure(
        np.linspace(-1e7, 1e7, 31), np.full(30, 1 / 30), var=6e6, es=8e6
    ),
    "risk_distribution.scenario_figure": lambda: risk_distribution.scenario_figure(PARTS, MOVES),
    "risk_drill.component_figure": lambda: risk_drill.component_figure(["GASOIL", "BRENT", "JKM"], MOVES[:3]),
    "risk_drill.heat_figure": lambda: risk_drill.heat_figure(
        ["CARBON", "GAS", "OIL"], ["BRENT", "TTF", "EUA", "JKM"], RANDOM.normal(0, 2e6, (3, 4))
    ),
    "risk_overview.trend_figure": lambda: risk_overview.trend_figure(DAYS, PNL, VAR, 1.2 * VAR, -PNL > VAR),
    "risk_overview.method_figure": lambda: risk_overview.method_figure(
        ["Historical", "Parametric", "Monte Carlo, Student-t copula"], [11e6, 10e6, 12e6], [8e6, None, 11e6],
        [15e6, None, 13e6],
    ),
    "risk_sizing.share_figure": lambda: risk_sizing.share_figure(
        ["BRENT", "WTI"], np.array([0.6, 0.4]), np.array([0.7, 0.3])
    ),
    "rule_replay.replay_figure": _rule,
    "samples.samples_figure": lambda: samples.samples_figure(
        {"state=idle": (HOURS, list(range(48))), "": (HOURS[:1], [4.0])}, name="pg_connections", unit="number"
    ),
    "seasonality.month_figure": lambda: seasonality.month_figure(
        np.linspace(-0.1, 0.1, 12), np.linspace(-0.2, 0.0, 12), np.linspace(0.0, 0.2, 12), unit="% of trend",
        relative=True,
    ),
    "seasonality.overlay_figure": lambda: seasonality.overlay_figure([2024, 2025, 2026], _years(), unit="EUR/MWh"),
    "seasonality.parts_figure": lambda: seasonality.parts_figure(
        [f"{2024 + n // 12}-{n % 12 + 1:02d}" for n in range(30)], WALK[:30], WALK[30:60], np.sin(np.arange(30.0)) / 10,
        RANDOM.normal(0, 0.05, 30), unit="EUR/MWh", relative=True,
    ),
    "sign_ins.tries_figure": lambda: sign_ins.tries_figure(HOURS, [3] * 48, [1] * 48, [0] * 47 + [2]),
    "sign_ins.week_figure": lambda: sign_ins.week_figure(HOURS, [n % 9 for n in range(48)]),
    "slo.budget_figure": lambda: slo.budget_figure(HOURS, np.linspace(1.0, 0.4, 48), np.arange(48) % 5 * 1.0),
    "slo.burn_figure": lambda: slo.burn_figure(
        HOURS, {"1 h": np.abs(np.sin(np.arange(48.0))), "6 h": np.full(48, 0.6)}, [1.0, 6.0]
    ),
    "spread.history_figure": lambda: spread.history_figure(
        DAYS, WALK, _bands(), (WALK - WALK.mean()) / WALK.std(), unit="EUR/MWh", window=60
    ),
    "spread.distribution_figure": lambda: spread.distribution_figure(
        WALK, latest=float(WALK[-1]), mean=float(WALK.mean()), percentile=0.4, unit="EUR/MWh"
    ),
    "spread.legs_figure": lambda: spread.legs_figure(["RBOB", "WTI"], [85.0, -70.0], 15.0, unit="USD/bbl"),
    "spread.years_figure": lambda: spread.years_figure([2024, 2025, 2026], _years(), unit="EUR/MWh"),
    "stress.matrix_figure": lambda: stress.matrix_figure(
        ["Oil 2008", "Winter storm Uri 2021", "Cold snap, outage and gas spike"], ["DESK", "GAS", "OIL"],
        RANDOM.normal(0, 3e7, (3, 3)),
    ),
    "stress.bars_figure": lambda: stress.bars_figure(["DESK", "GAS", "OIL"], np.array([-9e6, 3e6, -12e6]), total=True),
    "usage.usage_figure": lambda: usage.usage_figure(DATES[:14], list(range(14)), [3] * 14),
    "volatility.volatility_figure": lambda: volatility.volatility_figure(
        DATES, [("realised", np.abs(np.sin(WALK)) / 3), ("EWMA", np.full(COUNT, 0.3))], unit="% a year", relative=True,
        level=("long run", 0.28),
    ),
    "volatility.cone_figure": lambda: volatility.cone_figure(
        volatility_cone(RANDOM.normal(0, 0.02, 600)), unit="% a year", relative=True
    ),
    "volatility.term_figure": lambda: volatility.term_figure(
        [1, 2, 5, 10, 21, 63, 126, 252], np.linspace(0.5, 0.3, 8), next_day=0.5, long_run=0.3, unit="% a year",
        relative=True,
    ),
    "what_if.delta_change": lambda: what_if.delta_change(["TTF Jan-27", "TTF Feb-27"], [1e3, 2e3], [3e3, 4e3]),
}  # fmt: skip
"""By ``module.function``."""
