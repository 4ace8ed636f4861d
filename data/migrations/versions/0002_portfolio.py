"""Portfolio: counterparties, trades in versions, proposals, positions, limits, values, vols, rates, product quotes.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of the portfolio area."""
    op.execute(sa.schema.CreateSequence(sa.Sequence("trade_ids")))
    op.create_table(
        "book_values",
        sa.Column("portfolio_id", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("currency", sa.String(length=64), nullable=False),
        sa.Column("unrealised", sa.Double(), nullable=False),
        sa.Column("realised", sa.Double(), nullable=False),
        sa.Column("trades", sa.BigInteger(), nullable=False),
        sa.Column("missing", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("portfolio_id", "as_of", "recorded_at", name=op.f("pk_book_values")),
    )
    op.create_table(
        "correlation_marks",
        sa.Column("curve_id", sa.BigInteger(), nullable=False),
        sa.Column("curve2_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "curve_id", "curve2_id", "day", "recorded_at", name=op.f("pk_correlation_marks")
        ),
    )
    op.create_table(
        "counterparties",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=64), nullable=False),
        sa.Column("lei", sa.String(length=64), nullable=True),
        sa.Column("rating", sa.String(length=64), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind IN ('exchange', 'utility', 'producer', 'bank', 'trader', 'industrial')",
            name=op.f("ck_counterparties_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counterparties")),
        sa.UniqueConstraint("code", name=op.f("uq_counterparties_code")),
    )
    op.create_table(
        "curve_fits",
        sa.Column("curve_id", sa.BigInteger(), nullable=False),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.Column("product", sa.String(length=64), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("quoted", sa.Double(), nullable=False),
        sa.Column("fitted", sa.Double(), nullable=False),
        sa.Column("residual", sa.Double(), nullable=False),
        sa.Column("gap", sa.Double(), nullable=False),
        sa.Column("quotes_known_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "curve_id", "trade_date", "product", "recorded_at", name=op.f("pk_curve_fits")
        ),
    )
    op.create_table(
        "portfolio_positions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("trade_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("portfolio_id", sa.BigInteger(), nullable=False),
        sa.Column("counterparty_id", sa.BigInteger(), nullable=False),
        sa.Column("curve_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("is_optional", sa.Boolean(), nullable=False),
        sa.Column("side", sa.SmallInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("volume", sa.Double(), nullable=False),
        sa.Column("volume_mwh", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_positions")),
    )
    op.create_index("ix_portfolio_positions_month", "portfolio_positions", ["month"], unique=False)
    op.create_index(
        "ix_portfolio_positions_portfolio_id_month",
        "portfolio_positions",
        ["portfolio_id", "month"],
        unique=False,
    )
    op.create_index("ix_portfolio_positions_trade_id", "portfolio_positions", ["trade_id"], unique=False)
    op.create_table(
        "product_quotes",
        sa.Column("curve_id", sa.BigInteger(), nullable=False),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.Column("product", sa.String(length=64), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "curve_id", "trade_date", "product", "recorded_at", name=op.f("pk_product_quotes")
        ),
    )
    op.create_table(
        "rate_points",
        sa.Column("currency", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tenor_months", sa.SmallInteger(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("rate", sa.Double(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "currency", "day", "tenor_months", "recorded_at", name=op.f("pk_rate_points")
        ),
    )
    op.create_table(
        "trade_proposals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("trade_id", sa.BigInteger(), nullable=False),
        sa.Column("base_version", sa.SmallInteger(), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("terms", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column(
            "proposed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("event IN ('amended', 'cancelled')", name=op.f("ck_trade_proposals_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_proposals")),
    )
    op.create_index("ix_trade_proposals_trade_id", "trade_proposals", ["trade_id"], unique=False)
    op.create_table(
        "trades",
        sa.Column("trade_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger(), nullable=False),
        sa.Column("counterparty_id", sa.BigInteger(), nullable=False),
        sa.Column("curve_id", sa.BigInteger(), nullable=False),
        sa.Column("curve2_id", sa.BigInteger(), nullable=True),
        sa.Column("side", sa.SmallInteger(), nullable=False),
        sa.Column("quantity", sa.Double(), nullable=False),
        sa.Column("quantity_unit", sa.String(length=64), nullable=False),
        sa.Column("price", sa.Double(), nullable=True),
        sa.Column("strike", sa.Double(), nullable=True),
        sa.Column("premium", sa.Double(), nullable=True),
        sa.Column("is_call", sa.Boolean(), nullable=True),
        sa.Column("vol_model", sa.String(length=64), nullable=True),
        sa.Column("shift", sa.Double(), nullable=True),
        sa.Column("ratio1", sa.Double(), server_default="1", nullable=False),
        sa.Column("ratio2", sa.Double(), server_default="1", nullable=False),
        sa.Column("profile", sa.String(length=64), server_default="base", nullable=False),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.Column("delivery_start", sa.Date(), nullable=False),
        sa.Column("delivery_end", sa.Date(), nullable=False),
        sa.Column("expiry", sa.Date(), nullable=True),
        sa.Column("pay_days", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.Column("trader", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "event IN ('new', 'amended', 'cancelled', 'matured')", name=op.f("ck_trades_event")
        ),
        sa.CheckConstraint(
            "kind IN ('future', 'forward_physical', 'forward_financial', 'swap', 'option', 'asian', "
            "'spread_option', 'storage', 'swing')",
            name=op.f("ck_trades_kind"),
        ),
        sa.CheckConstraint(
            "profile IN ('base', 'peak', 'offpeak', 'shaped')", name=op.f("ck_trades_profile")
        ),
        sa.CheckConstraint(
            "vol_model IN ('black76', 'bachelier', 'shifted')", name=op.f("ck_trades_vol_model")
        ),
        sa.CheckConstraint("delivery_end > delivery_start", name=op.f("ck_trades_delivery")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_trades_quantity")),
        sa.CheckConstraint("side IN (-1, 1)", name=op.f("ck_trades_side")),
        sa.PrimaryKeyConstraint("trade_id", "version", name=op.f("pk_trades")),
    )
    op.create_index("ix_trades_external_id", "trades", ["external_id"], unique=False)
    op.create_index("ix_trades_portfolio_id", "trades", ["portfolio_id"], unique=False)
    op.create_table(
        "vol_points",
        sa.Column("curve_id", sa.BigInteger(), nullable=False),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.Column("delivery", sa.Date(), nullable=False),
        sa.Column("moneyness", sa.Double(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("vol", sa.Double(), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("model IN ('black76', 'bachelier')", name=op.f("ck_vol_points_model")),
        sa.PrimaryKeyConstraint(
            "curve_id", "trade_date", "delivery", "moneyness", "recorded_at", name=op.f("pk_vol_points")
        ),
    )
    op.create_table(
        "what_ifs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deals", postgresql.JSONB(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_what_ifs")),
        sa.UniqueConstraint("key", name=op.f("uq_what_ifs_key")),
    )
    op.create_table(
        "position_limits",
        sa.Column("portfolio_id", sa.BigInteger(), nullable=False),
        sa.Column("commodity", sa.String(length=64), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("limit_mwh", sa.Double(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["portfolio_id"], ["portfolios.id"], name=op.f("fk_position_limits_portfolio_id_portfolios")
        ),
        sa.PrimaryKeyConstraint("portfolio_id", "commodity", "recorded_at", name=op.f("pk_position_limits")),
    )
    op.create_table(
        "trade_decisions",
        sa.Column("proposal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("decision", sa.String(length=64), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "decision IN ('approved', 'rejected', 'withdrawn')", name=op.f("ck_trade_decisions_decision")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["trade_proposals.id"],
            name=op.f("fk_trade_decisions_proposal_id_trade_proposals"),
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_trade_decisions")),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("trade_decisions")
    op.drop_table("position_limits")
    op.drop_table("what_ifs")
    op.drop_table("vol_points")
    op.drop_index("ix_trades_portfolio_id", table_name="trades")
    op.drop_index("ix_trades_external_id", table_name="trades")
    op.drop_table("trades")
    op.drop_index("ix_trade_proposals_trade_id", table_name="trade_proposals")
    op.drop_table("trade_proposals")
    op.drop_table("rate_points")
    op.drop_table("product_quotes")
    op.drop_index("ix_portfolio_positions_trade_id", table_name="portfolio_positions")
    op.drop_index("ix_portfolio_positions_portfolio_id_month", table_name="portfolio_positions")
    op.drop_index("ix_portfolio_positions_month", table_name="portfolio_positions")
    op.drop_table("portfolio_positions")
    op.drop_table("curve_fits")
    op.drop_table("counterparties")
    op.drop_table("correlation_marks")
    op.drop_table("book_values")
    op.execute(sa.schema.DropSequence(sa.Sequence("trade_ids")))
