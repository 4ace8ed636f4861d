"""Reads of whole versions of trades: the newest, all of one trade, and those of given external ids."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.orm import Session

from data.models.portfolio import Trade
from portal.core.clock import Clocks
from portal.domain.portfolio.terms import TERM_FIELDS, Terms, TradeVersion

_VERSION = ("trade_id", "version", "recorded_at", "effective_on", "event", "recorded_by", "approved_by", "reason",
            "batch_id")  # fmt: skip
_COLUMNS = tuple(getattr(Trade, name) for name in (*_VERSION, *TERM_FIELDS))


def newest(session: Session, numbers: Collection[int]) -> dict[int, TradeVersion]:
    """Return the newest version of each trade that exists, by number of the trade."""
    statement = _newest().where(Trade.trade_id.in_(list(numbers)))
    return {version.trade_id or 0: version for version in _versions(session, statement)}


def by_external_id(session: Session, names: Collection[str]) -> dict[str, list[TradeVersion]]:
    """Return all versions, oldest first, of the trades that have one of the external ids, by external id."""
    wanted = bindparam(None, list(names), type_=ARRAY(Text), unique=True)
    statement = (
        select(*_COLUMNS).where(Trade.external_id == func.any(wanted)).order_by(Trade.trade_id, Trade.version)
    )
    found: dict[str, list[TradeVersion]] = {}
    for version in _versions(session, statement):
        found.setdefault(version.terms.external_id, []).append(version)
    return found


def history(
    session: Session, trade_id: int, *, portfolios: Collection[int], clocks: Clocks | None = None
) -> list[TradeVersion]:
    """Return the versions of one trade, oldest first; none if its newest version is not in ``portfolios``.

    ``portfolios`` are the ids that the reader may see. ``clocks`` None means all that is known now.
    """
    statement = select(*_COLUMNS).where(Trade.trade_id == trade_id).order_by(Trade.version)
    if clocks is not None:
        statement = statement.where(Trade.effective_on <= clocks.as_of, Trade.recorded_at <= clocks.known_at)
    found = _versions(session, statement)
    return found if found and found[-1].terms.portfolio_id in set(portfolios) else []


def _newest() -> Select[Any]:
    keys = Trade.trade_id
    return select(*_COLUMNS).ext(distinct_on(keys)).order_by(keys, Trade.version.desc())


def _versions(session: Session, statement: Select[Any]) -> list[TradeVersion]:
    return [_version(row) for row in session.execute(statement)]


def _version(row: Sequence[Any]) -> TradeVersion:
    head = dict(zip(_VERSION, row, strict=False))
    terms = Terms(**dict(zip(TERM_FIELDS, row[len(_VERSION) :], strict=True)))
    return TradeVersion(terms=terms, **head)
