"""How each figure of Market > Spreads is computed again, from prices, nodes and rates read with their provenance.

The value is always computed from the rows of the passport alone, by the functions of the page, so that a receipt
repeats it. Rows that decide nothing (days before the look-back) are left out.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Table
from portal.domain.market import metrics
from portal.domain.market import spread_metrics as own
from portal.domain.market.curve_products import parse_product, product_history
from portal.domain.market.spread_legs import RATE_CARRY_DAYS, Leg, LegKind, LegPrices, read_leg
from portal.domain.market.spreads import SpreadFormula, formula_instruments, parse_formula
from portal.services.evaluation import evaluates
from portal.services.market.spread_legs import Catalogue, catalogue, rate_prices
from portal.services.market.spread_rows import COLUMNS, Row, cells, read_rows, row_of
from portal.services.market.spread_tables import leg_labels
from portal.services.market.spreads import Study, build_study, first_day, resolved

FORMULA = Parameter("formula", "Spread formula")
RANGE = Parameter("range", "Range", default="1y")
WINDOW = Parameter("window", "Values in the look-back", "integer", default=250, low=2, high=5000)
POSITION = Parameter("position", "Place of the leg, 0 for the sum", "integer", default=0, low=0, high=200)
NO_DAY = "There is no day in the range on which all legs have a price."
Reading = Callable[[Study, Params], Outcome]


def _register(metric: Metric, read: Reading, parameters: Sequence[Parameter], keep: int | None) -> None:
    """Register ``read`` of the study as the evaluator of ``metric``; ``keep`` is how many days decide it."""
    asked = (FORMULA, *parameters, RANGE)

    def compute(rows: Sequence[Row], params: Params) -> Outcome:
        try:
            formula, legs = _from_rows(str(params["formula"]), rows)
        except DomainError:
            return Outcome(None, "", note=NO_DAY)
        study = build_study(formula, legs, window=int(params.get("window") or 2))
        return read(study, params) if study.standing else Outcome(None, "", note=NO_DAY)

    def replay(records: Sequence[Mapping[str, Any]], params: Params, _clocks: Clocks) -> Outcome:
        return compute([row_of(record) for record in records], params)

    @evaluates(metric.id, permission=Permission.MARKET_READ, parameters=asked, replay=replay)
    def run(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
        known = catalogue(work)
        formula, legs = resolved(str(params["formula"]), known)
        window = int(params.get("window") or 250)
        rows = read_rows(work, legs, known, clocks, first_day(clocks, str(params["range"]), window))
        days = int(params["window"] or 2) if keep is None else keep
        rows = _deciding(formula.text, rows, days)
        return _evaluation(legs, known, rows, compute(rows, params), clocks)


def _deciding(text: str, rows: list[Row], days: int) -> list[Row]:
    """Return the rows of the last ``days`` common days, and the rates that were carried into them."""
    try:
        formula, legs = _from_rows(text, rows)
    except DomainError:
        return []
    common = set(build_study(formula, legs, window=2).day[-days:].tolist())
    if not common:
        return []
    start, end = min(common) - timedelta(days=RATE_CARRY_DAYS), max(common)
    return [
        row for row in rows if row.day in common or (row.kind is LegKind.RATE and start <= row.day <= end)
    ]


def _from_rows(text: str, rows: Sequence[Row]) -> tuple[SpreadFormula, list[LegPrices]]:
    """Return the formula and its legs as the rows alone tell them."""
    named = {kind: {row.name: row.unit for row in rows if row.kind is kind} for kind in LegKind}
    legs, units = [], {}
    for code in formula_instruments(text):
        leg = read_leg(code, named[LegKind.INSTRUMENT], named[LegKind.FORWARD])
        if leg is None:
            raise DomainError(f"There is no price of {code}.", leg=code)
        prices = _leg_prices(leg, rows, named[leg.kind])
        units[code] = prices.unit
        legs.append(prices)
    return parse_formula(text, units), legs


def _leg_prices(leg: Leg, rows: Sequence[Row], units: Mapping[str, str]) -> LegPrices:
    if leg.kind is LegKind.RATE:
        return rate_prices(leg, {name_pair(name): _series(rows, name) for name in units})
    if leg.kind is LegKind.INSTRUMENT:
        return LegPrices(leg, units[leg.source], *_series(rows, leg.source, LegKind.INSTRUMENT))
    nodes = [row for row in rows if row.kind is LegKind.FORWARD and row.name == leg.source]
    months = np.array([row.month for row in nodes], dtype="datetime64[M]")
    day, price = product_history(
        np.array([row.day for row in nodes], dtype="datetime64[D]"),
        months,
        np.array([row.value for row in nodes], dtype=np.float64),
        np.array([row.tenor for row in nodes], dtype=np.int64),
        parse_product(leg.part),
        {month: float(row.weight or 0.0) for month, row in zip(months, nodes, strict=True)},
    )
    return LegPrices(leg, units[leg.source], day, price)


def name_pair(name: str) -> tuple[str, str]:
    """Return base and quote of a published pair such as ``EUR/USD``."""
    base, _, quote = name.partition("/")
    return base, quote


def _series(rows: Sequence[Row], name: str, kind: LegKind = LegKind.RATE) -> tuple[Any, Any]:
    found = [row for row in rows if row.kind is kind and row.name == name]
    return (
        np.array([row.day for row in found], dtype="datetime64[D]"),
        np.array([row.value for row in found], dtype=np.float64),
    )


def _evaluation(
    legs: Sequence[Leg], known: Catalogue, rows: Sequence[Row], outcome: Outcome, clocks: Clocks
) -> Evaluation:
    owners = [row for leg in legs if (row := known.row(leg)) is not None]
    newest = max((row.day for row in rows if row.kind is not LegKind.RATE), default=None)
    sla = min((row.sla_hours for row in owners), default=24.0)
    late = newest is not None and int(np.busday_count(newest, clocks.as_of)) * 24 > sla
    return Evaluation(
        subject=", ".join(leg.code for leg in legs),
        value=outcome.value,
        unit=outcome.unit,
        inputs=Table(COLUMNS, [cells(row) for row in rows], simulated=any(row.simulated for row in owners)),
        steps=outcome.steps,
        sources=tuple(dict.fromkeys(row.source for row in rows)),
        newest=newest,
        recorded_at=max((row.recorded_at for row in rows), default=None),
        late=f"the newest day with all prices is {newest}" if late else "",
        note=outcome.note,
    )


def _value(study: Study, _params: Params) -> Outcome:
    steps = (
        *_day(study),
        *(Step(code, float(prices[-1]), study.units[code]) for code, prices in study.prices.items()),
        *(Step("Read as", reading) for reading in study.formula.readings),
    )
    return Outcome(float(study.value[-1]), study.unit, steps)


def _change(study: Study, _params: Params) -> Outcome:
    at = study.standing
    if at is None or at.change is None:
        return Outcome(None, study.unit, _day(study), "There is no earlier value in the range.")
    before = Step(f"Spread on {study.day[-2]}", float(study.value[-2]), study.unit)
    return Outcome(at.change, study.unit, (*_day(study), Step("Spread", at.latest, study.unit), before))


def _mean(study: Study, _params: Params) -> Outcome:
    return Outcome(study.standing.mean if study.standing else None, study.unit, _standing(study))


def _zscore(study: Study, _params: Params) -> Outcome:
    score = study.standing.zscore if study.standing else None
    note = "" if score is not None else "The spread does not move in the look-back, so it has no z-score."
    return Outcome(score, "sd", _standing(study), note)


def _percentile(study: Study, _params: Params) -> Outcome:
    return Outcome(study.standing.percentile if study.standing else None, "fraction", _standing(study))


def _contribution(study: Study, params: Params) -> Outcome:
    position = int(params["position"] or 0)
    if position == 0:
        return _value(study, params)
    if study.problem or position > len(study.parts):
        return Outcome(None, study.unit, _day(study), study.problem or f"There is no leg {position}.")
    part = study.parts[position - 1]
    label = leg_labels(study.parts)[position - 1]
    unit = study.units.get(part.leg, "")
    steps = (
        Step(f"Price of {label}", part.price, unit),
        *(Step("Factor", step) for step in part.steps),
        Step("Factor in all", part.factor, f"{study.unit} by {unit}" if unit else ""),
    )
    return Outcome(part.value, study.unit, (*_day(study), *steps))


def _day(study: Study) -> tuple[Step, ...]:
    return (Step("Day", f"{study.day[-1]}"),) if study.day.size else ()


def _standing(study: Study) -> tuple[Step, ...]:
    at = study.standing
    if at is None:
        return ()
    return (
        *_day(study),
        Step("Spread", at.latest, study.unit),
        Step("Values in the look-back (n)", float(at.n)),
        Step("Mean", at.mean, study.unit),
        Step("Standard deviation", at.deviation, study.unit),
    )


_register(metrics.SPREAD, _value, (), 1)
_register(own.SPREAD_CHANGE, _change, (), 2)
_register(own.SPREAD_CONTRIBUTION, _contribution, (POSITION,), 1)
_register(own.SPREAD_MEAN, _mean, (WINDOW,), None)
_register(own.SPREAD_ZSCORE, _zscore, (WINDOW,), None)
_register(own.SPREAD_PERCENTILE, _percentile, (WINDOW,), None)
