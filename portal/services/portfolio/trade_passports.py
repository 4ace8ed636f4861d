"""How each figure of Portfolio > Trades is computed again: counted from the trades behind it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from data.queries import blotter as queries
from data.queries import trade_versions
from data.queries.curve_terms import curve_rows
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, GridQuery, Table
from portal.domain.portfolio import trade_metrics as metrics
from portal.domain.portfolio.terms import Terms
from portal.domain.portfolio.trade import Kind
from portal.services.evaluation import evaluates
from portal.services.portfolio.blotter import Filter, filter_of
from portal.services.portfolio.books import visible_books
from portal.services.portfolio.wording import detail_unit

PARAMETERS = (
    Parameter("node", "Portfolio", default="all"),
    Parameter("commodity", "Commodity", default="all"),
    Parameter("kind", "Kind", default="all"),
    Parameter("counterparty", "Counterparty", default="all"),
    Parameter("status", "State", default="all"),
)
ROW_COLUMNS = (
    Column("trade", "Trade"),
    Column("number", "Number", "integer"),
    Column("version", "Version", "integer"),
    Column("state", "State"),
    Column("day", "Traded", "date"),
    Column("book", "Book"),
    Column("counterparty", "Counterparty"),
    Column("recorded_at", "Recorded", "moment"),
    Column("proposal", "Open proposal", "integer"),
)
_TAKEN = (
    "external_id",
    "trade_id",
    "version",
    "state",
    "trade_date",
    "book",
    "counterparty",
    "recorded_at",
    "proposal",
)
LIVE = ("live", "amended")


def _counts(metric: Metric, row: Mapping[str, Any]) -> bool:
    """Tell whether a trade counts for a metric."""
    if metric is metrics.LIVE_TRADES:
        return row["state"] in LIVE
    return row["proposal"] is not None if metric is metrics.WAITING_TRADES else True


def _of_trades(metric: Metric) -> None:
    """Register the count of trades as the evaluator of ``metric``."""

    def replay(records: Sequence[Mapping[str, Any]], _params: Params, _clocks: Clocks) -> Outcome:
        return Outcome(float(sum(_counts(metric, record) for record in records)), metric.unit)

    @evaluates(metric.id, permission=Permission.PORTFOLIO_READ, parameters=PARAMETERS, replay=replay)
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        given = {name: "" if value == "all" else str(value) for name, value in params.items()}
        asked = filter_of(work, Filter(**given), actor)
        query = GridQuery(sort="trade_id", limit=None)
        rows, _ = queries.blotter(work.session, query, clocks=clocks, asked=asked)
        places = [queries.COLUMNS.index(name) for name in _TAKEN]
        simulated = any(row[queries.COLUMNS.index("simulated")] for row in rows)
        table = Table(
            ROW_COLUMNS, [tuple(row[place] for place in places) for row in rows], simulated=simulated
        )
        value = sum(_counts(metric, record) for record in table.records())
        subject = f"Trades of {given['node']}" if given["node"] else "Trades of all your books"
        moments = [row[_TAKEN.index("recorded_at")] for row in table.rows]
        return Evaluation(
            subject,
            float(value),
            metric.unit,
            table,
            (Step("Trades of the filter", float(len(rows))),),
            recorded_at=max((moment for moment in moments if isinstance(moment, datetime)), default=None),
        )


for _metric in (metrics.TRADES, metrics.LIVE_TRADES, metrics.WAITING_TRADES):
    _of_trades(_metric)


TERMS = ("quantity", "price", "strike", "premium", "shift", "ratio1", "ratio2", "pay_days")
AGREED = "agreed"  # the price, or the strike of what has none
DETAIL = "details."  # with the name of one of the numbers among a trade's details
TERM_COLUMNS = (
    Column("version", "Version", "integer"),
    Column("event", "Event"),
    Column("effective_on", "In effect from", "date"),
    Column("recorded_at", "Recorded", "moment"),
    Column("recorded_by", "By"),
    Column("approved_by", "Approved by"),
    Column("value", "Term", "number", decimals=6),
    Column("unit", "Unit"),
)


def _replay_term(records: Sequence[Mapping[str, Any]], _params: Params, _clocks: Clocks) -> Outcome:
    """Return the term of the last version."""
    last = records[-1]
    return Outcome(None if last["value"] is None else float(last["value"]), str(last["unit"]))


def stated(terms: Terms, term: str, price_unit: str) -> tuple[float | None, str]:
    """Return one number of a trade's terms with its unit; None for one that it does not have, or that is no number."""
    if term not in (*TERMS, AGREED) and not term.startswith(DETAIL):
        return None, ""
    if term.startswith(DETAIL):
        found = terms.details.get(term.removeprefix(DETAIL))
        if isinstance(found, bool) or not isinstance(found, (int, float)):
            return None, ""
        return float(found), detail_unit(term.removeprefix(DETAIL), price_unit)
    if term == AGREED:
        term = "price" if terms.price is not None else "strike"
    is_whole = terms.kind == Kind.STORAGE.key  # agreed on once, for the contract
    units = {
        "quantity": "contracts" if is_whole else terms.quantity_unit,
        "premium": price_unit.partition("/")[0] if is_whole else price_unit,
        "ratio1": "",
        "ratio2": "",
        "pay_days": "days",
    }
    value = getattr(terms, term)
    return None if value is None else float(value), units.get(term, price_unit)


@evaluates(
    metrics.TERM.id,
    permission=Permission.PORTFOLIO_READ,
    parameters=(Parameter("trade", "Trade", "integer", low=0, high=1e12), Parameter("term", "Term")),
    replay=_replay_term,
)
def trade_term(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """One term of a trade, with the versions that stated it."""
    number, term = int(params["trade"] or 0), str(params["term"])
    if term not in (*TERMS, AGREED) and not term.startswith(DETAIL):
        raise DomainError(
            f"'{term[:40]}' is no number of a trade. Choose one of {', '.join(TERMS)}.", term=term
        )
    versions = trade_versions.history(
        work.session, number, portfolios=visible_books(work, actor), clocks=clocks
    )
    if not versions:
        raise NotFound(f"There is no trade {number} that you may see.", trade_id=number)
    curves = {row.id: row for row in curve_rows(work.session)}
    rows = []
    for version in versions:
        value, unit = stated(version.terms, term, curves[version.terms.curve_id].unit)
        rows.append(
            (
                version.version, str(version.event), version.effective_on, version.recorded_at,
                version.recorded_by, version.approved_by, value, unit,
            )
        )  # fmt: skip
    last = versions[-1]
    table = Table(TERM_COLUMNS, rows, simulated=curves[last.terms.curve_id].simulated)
    return Evaluation(
        f"Trade {last.terms.external_id}",
        rows[-1][-2],
        str(rows[-1][-1]),
        table,
        (Step("Version", float(last.version)),),
        recorded_at=last.recorded_at,
    )
