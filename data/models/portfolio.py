"""Counterparties, trades in versions, the proposals that wait for a second person, and what is derived from them.

A trade is its versions: rows of ``trades`` with one ``trade_id``, appended and never updated. ``effective_on`` and
``recorded_at`` never go back from one version to the next, so a pair of clocks sees a prefix of the versions and the
newest of that prefix counts (``docs/decisions/0006``).
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Sequence, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Code, Day, Id, Json, Quote, Recorded, Words

TRADE_IDS = Sequence("trade_ids", metadata=Base.metadata)
"""Numbers of trades; a version keeps the number of its trade."""


class Counterparty(Base):
    """A company on the other side of a trade; ``kind`` is ``exchange`` where a clearing house stands between."""

    __tablename__ = "counterparties"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('exchange', 'utility', 'producer', 'bank', 'trader', 'industrial')", name="kind"
        ),
    )

    id: Mapped[Id]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Words]
    kind: Mapped[Code]
    country: Mapped[Code]  # ISO 3166 alpha-2
    lei: Mapped[Code | None]
    rating: Mapped[Code | None]  # as S&P writes it
    simulated: Mapped[bool]
    recorded_at: Mapped[Recorded]


class Trade(Base):
    """One version of one trade: all of its terms as they stood from ``effective_on``, known since ``recorded_at``.

    ``quantity`` is positive; ``side`` is 1 for a purchase and -1 for a sale. With ``quantity_unit`` MW it is a power
    held through the hours of ``profile``; otherwise it is a volume for each delivery month (for an option: of the
    underlying), in the volume unit of the curve. ``price``, ``strike`` and ``premium`` are in the unit of the curve.
    """

    __tablename__ = "trades"
    __table_args__ = (
        CheckConstraint("event IN ('new', 'amended', 'cancelled', 'matured')", name="event"),
        CheckConstraint(
            "kind IN ('future', 'forward_physical', 'forward_financial', 'swap', 'option', 'asian', "
            "'spread_option', 'storage', 'swing')",
            name="kind",
        ),
        CheckConstraint("side IN (-1, 1)", name="side"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("profile IN ('base', 'peak', 'offpeak', 'shaped')", name="profile"),
        CheckConstraint("vol_model IN ('black76', 'bachelier', 'shifted')", name="vol_model"),
        CheckConstraint("delivery_end > delivery_start", name="delivery"),
        Index("ix_trades_external_id", "external_id"),
        Index("ix_trades_portfolio_id", "portfolio_id"),
    )

    trade_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    recorded_at: Mapped[Recorded]
    effective_on: Mapped[Day]
    event: Mapped[Code]
    external_id: Mapped[Words]
    kind: Mapped[Code]
    portfolio_id: Mapped[int] = mapped_column(BigInteger)
    counterparty_id: Mapped[int] = mapped_column(BigInteger)
    curve_id: Mapped[int] = mapped_column(BigInteger)
    curve2_id: Mapped[int | None] = mapped_column(BigInteger)  # second leg of a spread option
    side: Mapped[int] = mapped_column(SmallInteger)
    quantity: Mapped[Quote]
    quantity_unit: Mapped[Code]
    price: Mapped[Quote | None]  # agreed price; None for options
    strike: Mapped[Quote | None]
    premium: Mapped[Quote | None]  # for each unit, paid by the buyer
    is_call: Mapped[bool | None] = mapped_column(Boolean)
    vol_model: Mapped[Code | None]
    shift: Mapped[Quote | None]  # of a shifted lognormal, in the unit of the curve
    ratio1: Mapped[Quote] = mapped_column(
        server_default="1"
    )  # multiples of the legs of a spread, such as 42 gal/bbl
    ratio2: Mapped[Quote] = mapped_column(server_default="1")
    profile: Mapped[Code] = mapped_column(server_default="base")
    trade_date: Mapped[Day]
    delivery_start: Mapped[Day]  # local days, half open
    delivery_end: Mapped[Day]
    expiry: Mapped[date | None]  # of an option or future
    pay_days: Mapped[int] = mapped_column(
        SmallInteger, server_default="0"
    )  # after the delivery month, or expiry
    details: Mapped[Json]  # shape of a profile, terms of storage and swing
    trader: Mapped[Words]
    recorded_by: Mapped[Words]
    approved_by: Mapped[Words | None]
    reason: Mapped[Words | None]
    batch_id: Mapped[int | None] = mapped_column(BigInteger)


class TradeProposal(Base):
    """A change of a trade that waits for a second person; ``terms`` holds the changed fields alone."""

    __tablename__ = "trade_proposals"
    __table_args__ = (
        CheckConstraint("event IN ('amended', 'cancelled')", name="event"),
        Index("ix_trade_proposals_trade_id", "trade_id"),
    )

    id: Mapped[Id]
    trade_id: Mapped[int] = mapped_column(BigInteger)
    base_version: Mapped[int] = mapped_column(SmallInteger)
    event: Mapped[Code]
    effective_on: Mapped[Day]
    terms: Mapped[Json]
    reason: Mapped[Words]
    proposed_by: Mapped[Words]
    proposed_at: Mapped[Recorded]


class TradeDecision(Base):
    """What was decided about a proposal, once and for all; a proposal without a row here is open."""

    __tablename__ = "trade_decisions"
    __table_args__ = (CheckConstraint("decision IN ('approved', 'rejected', 'withdrawn')", name="decision"),)

    proposal_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("trade_proposals.id"), primary_key=True, autoincrement=False
    )
    decision: Mapped[Code]
    decided_by: Mapped[Words]
    note: Mapped[Words]
    recorded_at: Mapped[Recorded]


class PositionEntry(Base):
    """The position ledger: what one version of a trade adds to, or takes from, the volume of one delivery month.

    A new version takes back the entries of the version before it and adds its own, both under its own clocks, so
    that a position is a plain sum over ``effective_on <= as_of`` and ``recorded_at <= known_at``. Derived from
    ``trades``; it can be built anew from them.
    """

    __tablename__ = "portfolio_positions"
    __table_args__ = (
        Index("ix_portfolio_positions_month", "month"),
        Index("ix_portfolio_positions_trade_id", "trade_id"),
        Index("ix_portfolio_positions_portfolio_id_month", "portfolio_id", "month"),
    )

    id: Mapped[Id]
    trade_id: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(SmallInteger)
    effective_on: Mapped[Day]
    recorded_at: Mapped[Recorded]
    portfolio_id: Mapped[int] = mapped_column(BigInteger)
    counterparty_id: Mapped[int] = mapped_column(BigInteger)
    curve_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[Code]
    is_optional: Mapped[bool]  # options, storage and swing: their volume is a notional, not an obligation
    side: Mapped[int] = mapped_column(SmallInteger)  # of the leg: what is long and what is short
    month: Mapped[Day]  # first day of the delivery month
    volume: Mapped[Quote]  # signed, in the volume unit of the curve
    volume_mwh: Mapped[Quote | None]  # the same as energy; None for tonnes of CO2


class PositionLimit(Base):
    """The largest net volume, either way, that a book may hold in a commodity for one delivery month."""

    __tablename__ = "position_limits"

    portfolio_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("portfolios.id"), primary_key=True)
    commodity: Mapped[Code] = mapped_column(primary_key=True)
    recorded_at: Mapped[Recorded] = mapped_column(primary_key=True)
    limit_mwh: Mapped[Quote]  # in MWh; for carbon in t of CO2
    set_by: Mapped[Words]


class BookValue(Base):
    """End-of-day value of one book as computed on a run; the history behind P&L charts. Append-only."""

    __tablename__ = "book_values"

    portfolio_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    as_of: Mapped[Day] = mapped_column(primary_key=True)
    recorded_at: Mapped[Recorded] = mapped_column(primary_key=True)
    currency: Mapped[Code]  # of the amounts: EUR
    unrealised: Mapped[Quote]
    realised: Mapped[Quote]  # since the first trade
    trades: Mapped[int] = mapped_column(BigInteger)
    missing: Mapped[int] = mapped_column(BigInteger)  # trades left out for want of a mark


class WhatIf(Base):
    """A saved what-if: candidate deals and changes to existing ones, as asked; it never touches the book."""

    __tablename__ = "what_ifs"

    id: Mapped[Id]
    key: Mapped[Code] = mapped_column(unique=True)  # unguessable, in the address
    title: Mapped[Words]
    as_of: Mapped[Day]
    known_at: Mapped[datetime]
    deals: Mapped[Json]
    created_by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class VolPoint(Base):
    """Implied volatility on ``trade_date`` of options on the delivery month, at a standardised moneyness.

    ``moneyness`` is the number of standard deviations that the strike lies above the forward: ln(K/F)/(v sqrt T) for
    lognormal and (K-F)/(v sqrt T) for normal volatility, v at the money.
    """

    __tablename__ = "vol_points"
    __table_args__ = (CheckConstraint("model IN ('black76', 'bachelier')", name="model"),)

    curve_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    trade_date: Mapped[Day] = mapped_column(primary_key=True)
    delivery: Mapped[Day] = mapped_column(primary_key=True)
    moneyness: Mapped[Quote] = mapped_column(primary_key=True)
    recorded_at: Mapped[Recorded] = mapped_column(primary_key=True)
    vol: Mapped[Quote]  # annual: decimal, or the unit of the curve for bachelier
    model: Mapped[Code]
    batch_id: Mapped[int] = mapped_column(BigInteger)


class RatePoint(Base):
    """Continuous zero rate of a currency on a day for a tenor in months."""

    __tablename__ = "rate_points"

    currency: Mapped[Code] = mapped_column(primary_key=True)
    day: Mapped[Day] = mapped_column(primary_key=True)
    tenor_months: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    recorded_at: Mapped[Recorded] = mapped_column(primary_key=True)
    rate: Mapped[Quote]  # decimal a year, continuous, act/365
    batch_id: Mapped[int] = mapped_column(BigInteger)


class CorrelationMark(Base):
    """Correlation of the returns of two curves that spread options are marked with; ``curve_id < curve2_id``."""

    __tablename__ = "correlation_marks"

    curve_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    curve2_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    day: Mapped[Day] = mapped_column(primary_key=True)
    recorded_at: Mapped[Recorded] = mapped_column(primary_key=True)
    value: Mapped[Quote]
    batch_id: Mapped[int] = mapped_column(BigInteger)


class ProductQuote(Base):
    """Price on ``trade_date`` of a delivery product, by its key such as ``2027-Q1`` or ``Cal-27``."""

    __tablename__ = "product_quotes"

    curve_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    trade_date: Mapped[Day] = mapped_column(primary_key=True)
    product: Mapped[Code] = mapped_column(primary_key=True)
    recorded_at: Mapped[Recorded] = mapped_column(primary_key=True)
    value: Mapped[Quote]
    batch_id: Mapped[int] = mapped_column(BigInteger)


class CurveFit(Base):
    """What a smooth curve without arbitrage says of one quoted product: its own price and the residual to the quote."""

    __tablename__ = "curve_fits"

    curve_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    trade_date: Mapped[Day] = mapped_column(primary_key=True)
    product: Mapped[Code] = mapped_column(primary_key=True)
    recorded_at: Mapped[Recorded] = mapped_column(primary_key=True)
    quoted: Mapped[Quote]
    fitted: Mapped[Quote]
    residual: Mapped[Quote]  # quoted less fitted, in the unit of the curve
    gap: Mapped[Quote]  # arbitrage between the whole and its parts that was repaired; 0 without
    quotes_known_at: Mapped[datetime]  # newest recorded_at of the quotes that went in
