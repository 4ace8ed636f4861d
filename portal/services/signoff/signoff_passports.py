"""How the figures of sign-offs and adjustments are computed again: from what was stored, and from what is found now."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import isfinite
from typing import Any

from data.queries.sign_offs import StepRow
from data.session import UnitOfWork
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.signoff import metrics
from portal.domain.signoff.adjusting import total_approved
from portal.domain.signoff.frozen import Compared, compare, figures_of
from portal.domain.signoff.quality import stale_share
from portal.services.evaluation import evaluates
from portal.services.portfolio.valuation import valued_in
from portal.services.portfolio.valuation_passports import alive
from portal.services.risk.limit_breaches import breaches_in
from portal.services.risk.limits import versions_in
from portal.services.signoff import adjustments, signing, standing
from portal.services.signoff.figures import figures_in, is_poor, open_breaches

Records = Sequence[Mapping[str, Any]]
SIGN_OFF = Parameter("sign_off", "Signature", "integer", low=1, high=1e15)
FIGURE = Parameter("figure", "Figure")
PORTFOLIO = Parameter("portfolio", "Portfolio")
BESIDE = Parameter("metric", "Beside")
STATE = Parameter("state", "State", default="due")
ALTERED = "The stored figures are not those that were signed: their digest says otherwise."
SIDES = (
    Column("side", "Side"),
    Column("figure", "Figure"),
    Column("value", "Value", "number", decimals=6, signed=True),
    Column("unit", "Unit"),
    Column("as_of", "As of", "date"),
    Column("known_at", "Known at", "moment"),
    Column("digest", "SHA-256 of all figures"),
)


def _row_of(work: UnitOfWork, params: Params, actor: Actor) -> StepRow:
    return signing.step_in(work, int(params["sign_off"] or 0), actor)


def _subject(row: StepRow, title: str) -> str:
    return f"{title} of {row.portfolio} on {row.as_of:%Y-%m-%d}"


def _read(records: Records, side: str) -> tuple[float | None, str]:
    found = next((row for row in records if row["side"] == side), None)
    if found is None or found["value"] is None:
        return None, "" if found is None else str(found["unit"] or "")
    return float(found["value"]), str(found["unit"] or "")


def _signed_again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    value, unit = _read(records, "signed")
    return Outcome(value, unit, note="" if value is not None else "There was no such figure.")


def _difference_again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    then, unit = _read(records, "signed")
    now, _ = _read(records, "now")
    if then is None or now is None:
        return Outcome(None, unit, note="One of the two has no value.")
    return Outcome(now - then, unit)


def _signed(metric: Metric) -> None:
    @evaluates(
        metric.id, permission=Permission.PORTFOLIO_READ, parameters=(SIGN_OFF, FIGURE), replay=_signed_again
    )
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
        row = _row_of(work, params, actor)
        found = next((one for one in figures_of(row.figures) if one.key == params["figure"]), None)
        if found is None:
            raise NotFound(
                f"Nothing called '{str(params['figure'])[:40]}' was signed. Open it from the page."
            )
        cells = [("signed", found.title, found.value, found.unit, row.as_of, row.known_at, row.digest)]
        note = found.note if signing.is_intact(row) else ALTERED
        table = Table(SIDES, cells, simulated=bool(row.figures.get("simulated")))
        return Evaluation(
            _subject(row, found.title), found.value, found.unit, table, _steps(row), newest=row.as_of,
            recorded_at=row.recorded_at, note=note or ("" if found.value is not None else "There was no such figure."),
        )  # fmt: skip


def _steps(row: StepRow) -> tuple[Step, ...]:
    return (
        Step("Signed as known at", f"{row.known_at:%Y-%m-%d %H:%M:%S} UTC"),
        Step("SHA-256 of all that was signed", row.digest),
    )


def _difference(metric: Metric) -> None:
    @evaluates(
        metric.id, permission=Permission.PORTFOLIO_READ, parameters=(SIGN_OFF, FIGURE),
        replay=_difference_again,
    )  # fmt: skip
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        row = _row_of(work, params, actor)
        now = figures_in(work, signing.as_of_day(clocks, row.as_of))
        both = compare(figures_of(row.figures), now.by_node.get(row.portfolio, ()))
        found = next((one for one in both if one.any.key == params["figure"]), None)
        if found is None:
            raise NotFound(f"There is no figure '{str(params['figure'])[:40]}'. Open it from the page.")
        table = Table(SIDES, _sides(found, row, clocks), simulated=now.simulated)
        outcome = _difference_again(table.records(), params, clocks)
        return Evaluation(
            _subject(row, found.any.title), outcome.value, outcome.unit, table, _steps(row), newest=row.as_of,
            recorded_at=row.recorded_at, note=outcome.note,
        )  # fmt: skip


def _sides(found: Compared, row: StepRow, clocks: Clocks) -> list[tuple[Any, ...]]:
    sides = (("signed", found.then, row.known_at, row.digest), ("now", found.now, clocks.known_at, ""))
    return [
        (name, one.title, one.value, one.unit, row.as_of, moment, digest)
        for name, one, moment, digest in sides
        if one is not None
    ]


_signed(metrics.SIGNED)
_signed(metrics.SIGNED_SHARE)
_difference(metrics.DIFFERENCE)
_difference(metrics.DIFFERENCE_SHARE)

_BREACH_COLUMNS = (
    Column("breach", "Breach", "integer"),
    Column("limit", "Limit"),
    Column("portfolio", "Portfolio"),
    Column("state", "State"),
    Column("opened_at", "Opened", "moment"),
)


def _counted_again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return Outcome(float(len(records)), metrics.BREACHES.unit)


@evaluates(
    metrics.BREACHES.id, permission=Permission.RISK_READ, parameters=(PORTFOLIO,), replay=_counted_again
)
def breaches(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """The breaches of a portfolio and of all below it that are not closed."""
    code = str(params["portfolio"])
    codes = set(adjustments.codes_in(work, actor, code))
    versions = versions_in(
        work, clocks, SYSTEM
    )  # of these only limits that look at none but ``codes`` are kept
    found = open_breaches(breaches_in(work, clocks, SYSTEM, versions), versions, codes)
    rows = sorted((v.id, v.code, v.node.code, v.breach.state.value, v.rows[0].recorded_at) for v in found)
    return Evaluation(
        code, float(len(rows)), metrics.BREACHES.unit, Table(_BREACH_COLUMNS, rows), newest=clocks.as_of
    )


_NOTIONAL_COLUMNS = (
    Column("trade", "Trade", "integer"),
    Column("notional", "Volume in money", "number", unit="EUR"),
    Column("poor", "Stale or missing input", "integer"),
)


def _stale_again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    value = stale_share(
        [float("nan") if row["notional"] is None else float(row["notional"]) for row in records],
        [bool(row["poor"]) for row in records],
    )
    return Outcome(value, "fraction", note="" if value is not None else "The portfolio holds no volume.")


@evaluates(
    metrics.STALE_SHARE.id, permission=Permission.PORTFOLIO_READ, parameters=(PORTFOLIO,), replay=_stale_again
)
def stale(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """The share of the volume that rests on stale or missing inputs, with the trades."""
    code = str(params["portfolio"])
    found = valued_in(work, clocks, actor).narrowed(code)
    cells = zip(
        found.book.trade_id.tolist(), found.valuation.notional_eur.tolist(), is_poor(found).tolist(),
        alive(found), strict=True,
    )  # fmt: skip
    rows = [
        (trade, money if isfinite(money) else None, int(poor)) for trade, money, poor, lives in cells if lives
    ]
    table = Table(_NOTIONAL_COLUMNS, rows, simulated=found.simulated)
    outcome = _stale_again(table.records(), params, clocks)
    return Evaluation(code, outcome.value, "fraction", table, newest=found.market.as_of, note=outcome.note)


_CELL_COLUMNS = (
    Column("portfolio", "Portfolio"),
    Column("day", "Day", "date"),
    Column("state", "State", "badge"),
    Column("yours", "Waits for you", "integer"),
    Column("differs", "Differs now", "integer"),
)
COUNTS = ("due", "approved", "differs", "yours")
"""What can be counted: not yet approved, approved, signed and found differently now, waiting for the reader."""


def _states_again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    wanted = str(params["state"])
    if wanted not in COUNTS:
        raise DomainError(f"There is no state '{wanted[:20]}'. Open the figure again from the page.")
    if wanted in ("differs", "yours"):
        return Outcome(float(sum(int(row[wanted]) for row in records)), metrics.COUNTED.unit)
    done = sum(row["state"] == "approved" for row in records)
    return Outcome(float(done if wanted == "approved" else len(records) - done), metrics.COUNTED.unit)


def counted_rows(found: standing.Standing) -> list[tuple[Any, ...]]:
    """Return what is counted: the portfolios and days that are to be signed."""
    waiting = {id(one) for one in found.waiting()}
    return [
        (one.node.code, one.day, one.state, int(id(one) in waiting), int(one.differs))
        for one in found.cells
        if one.is_due
    ]


def count_of(found: standing.Standing, state: str) -> float:
    """Return how many stand as asked for."""
    records = Table(_CELL_COLUMNS, counted_rows(found)).records()
    return _states_again(records, {"state": state}, found.clocks).value or 0.0


@evaluates(
    metrics.COUNTED.id, permission=Permission.PORTFOLIO_READ, parameters=(STATE,), replay=_states_again
)
def counted(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """How many portfolios and days stand as asked for; what waits for the reader also in a view that is pinned."""
    found = standing.standing_in(work, clocks, actor, pinned_is_past=False)
    table = Table(_CELL_COLUMNS, counted_rows(found), simulated=found.simulated)
    outcome = _states_again(table.records(), params, clocks)
    span = f"{found.days[-1]:%Y-%m-%d} to {found.days[0]:%Y-%m-%d}"
    return Evaluation(
        f"Portfolios that you may see, {span}", outcome.value, outcome.unit, table, newest=clocks.as_of
    )


_ADJUSTMENT_COLUMNS = (
    Column("adjustment", "Adjustment", "integer"),
    Column("portfolio", "Portfolio"),
    Column("as_of", "Day", "date"),
    Column("metric", "Beside"),
    Column("amount", "Amount"),  # text: money to the cent
    Column("currency", "Currency"),
    Column("state", "State", "badge"),
)


def _amount_again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return Outcome(float(Decimal(str(records[0]["amount"]))), str(records[0]["currency"]))


def _adjusted_again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    value = total_approved((Decimal(str(row["amount"])), str(row["state"])) for row in records)
    return Outcome(float(value), adjustments.CURRENCY)


def _adjustment_rows(found: Sequence[adjustments.Adjustment]) -> list[tuple[Any, ...]]:
    ordered = sorted(found, key=lambda one: one.row.id)
    return [
        (one.row.id, one.row.portfolio, one.row.as_of, one.metric_title, f"{one.row.amount:.2f}", one.row.currency,
         one.state)
        for one in ordered
    ]  # fmt: skip


@evaluates(
    metrics.ADJUSTMENT.id, permission=Permission.PORTFOLIO_READ, replay=_amount_again,
    parameters=(Parameter("adjustment", "Adjustment", "integer", low=1, high=1e15),),
)  # fmt: skip
def adjustment(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """One adjustment as proposed."""
    number = int(params["adjustment"] or 0)
    one = adjustments.adjustment_in(work, number, actor, known_at=clocks.known_at)
    table = Table(_ADJUSTMENT_COLUMNS, _adjustment_rows([one]))
    outcome = _amount_again(table.records(), params, clocks)
    return Evaluation(
        f"{one.metric_title} of {one.row.portfolio} on {one.row.as_of:%Y-%m-%d}", outcome.value, outcome.unit, table,
        (Step("State", one.state),), newest=one.row.as_of, recorded_at=one.row.recorded_at,
        note="It stands beside the figure and is never added into it.",
    )  # fmt: skip


@evaluates(
    metrics.ADJUSTED.id, permission=Permission.PORTFOLIO_READ, parameters=(PORTFOLIO, BESIDE),
    replay=_adjusted_again,
)  # fmt: skip
def adjusted(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """The approved adjustments beside one figure on the valuation day, of a portfolio and all below it."""
    code, metric_id = str(params["portfolio"]), str(params["metric"])
    if metric_id not in adjustments.METRICS:
        raise DomainError(
            f"Nobody puts amounts beside '{metric_id[:40]}'. Open the figure again from the page."
        )
    found = adjustments.adjustments_in(work, clocks, actor, portfolio=code, first=clocks.as_of)
    beside = [one for one in found if one.row.metric == metric_id]
    table = Table(_ADJUSTMENT_COLUMNS, _adjustment_rows(beside))
    outcome = _adjusted_again(table.records(), params, clocks)
    subject = f"{code}, beside {adjustments.METRICS[metric_id]}"
    return Evaluation(subject, outcome.value, outcome.unit, table, newest=clocks.as_of)
