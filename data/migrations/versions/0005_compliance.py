"""Compliance: rules, records, cases, onboarding, reports, privacy, and the audit log.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OLD_ROLES = (
    "'administrator', 'auditor', 'compliance_officer', 'executive', 'operations', 'risk_officer', 'trader'"
)
NEW_ROLES = (
    "'administrator', 'auditor', 'compliance_head', 'compliance_officer', 'executive', 'operations', "
    "'risk_officer', 'trader'"
)
APPEND_ONLY = (
    """
    CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'The audit log is append-only: % is refused.', TG_OP USING ERRCODE = 'insufficient_privilege';
    END
    $$
    """,
    """
    CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()
    """,
    """
    CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()
    """,
    """
    CREATE TRIGGER audit_checkpoints_append_only BEFORE UPDATE OR DELETE ON audit_checkpoints
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()
    """,
    """
    CREATE TRIGGER audit_checkpoints_no_truncate BEFORE TRUNCATE ON audit_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()
    """,
)
"""Whoever owns the table could drop these: ``enerscope db protect`` gives the log to an owner of its own."""


def upgrade() -> None:
    """Make the tables of compliance, and protect the audit log."""
    op.drop_constraint(op.f("ck_user_roles_role"), "user_roles", type_="check")
    op.create_check_constraint(op.f("ck_user_roles_role"), "user_roles", f"role IN ({NEW_ROLES})")
    op.create_table(
        "audit_checkpoints",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_checkpoints")),
    )
    op.create_table(
        "audit_log",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_ref", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("object_kind", sa.String(length=64), nullable=False),
        sa.Column("object_ref", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_log")),
    )
    op.create_index("ix_audit_log_action_at", "audit_log", ["action", "at"], unique=False)
    op.create_index("ix_audit_log_actor_ref", "audit_log", ["actor_ref"], unique=False)
    op.create_index("ix_audit_log_at", "audit_log", ["at"], unique=False)
    op.create_table(
        "audit_people",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_audit_people")),
        sa.UniqueConstraint("username", name=op.f("uq_audit_people_username")),
    )
    op.create_table(
        "beneficial_owners",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("counterparty_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("owner_of", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=64), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("pct", sa.Double(), nullable=False),
        sa.Column("has_control", sa.Boolean(), nullable=False),
        sa.Column("is_pep", sa.Boolean(), nullable=False),
        sa.Column("is_official", sa.Boolean(), nullable=False),
        sa.Column("identified", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_beneficial_owners")),
    )
    op.create_index(
        op.f("ix_beneficial_owners_counterparty_id"), "beneficial_owners", ["counterparty_id"], unique=False
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("trade_id", sa.BigInteger(), nullable=True),
        sa.Column("record_id", sa.BigInteger(), nullable=True),
        sa.Column("hit_id", sa.BigInteger(), nullable=True),
        sa.Column("severity", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=True),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column(
            "opened_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "severity IN ('low', 'medium', 'high', 'critical')", name=op.f("ck_cases_severity")
        ),
        sa.CheckConstraint("state IN ('open', 'proposed', 'closed')", name=op.f("ck_cases_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    op.create_index("ix_cases_state_due_at", "cases", ["state", "due_at"], unique=False)
    op.create_index("uq_cases_key", "cases", ["key"], unique=True)
    op.create_table(
        "compliance_rules",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("version", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("declaration", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("code", "version", "sha256", name=op.f("pk_compliance_rules")),
    )
    op.create_table(
        "compliance_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("rules_sha256", sa.String(length=64), nullable=False),
        sa.Column("parameters_sha256", sa.String(length=64), nullable=False),
        sa.Column("subjects", sa.BigInteger(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("run_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind IN ('pre-trade', 'booking', 'nightly', 'on-demand')", name=op.f("ck_compliance_runs_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compliance_runs")),
    )
    op.create_index("ix_compliance_runs_as_of", "compliance_runs", ["as_of"], unique=False)
    op.create_index("ix_compliance_runs_recorded_at", "compliance_runs", ["recorded_at"], unique=False)
    op.create_table(
        "file_numbers",
        sa.Column("series", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("series", "number", name=op.f("pk_file_numbers")),
    )
    op.create_table(
        "inside_information",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("delivery_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivery_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel", sa.String(length=64), nullable=True),
        sa.Column("delay_reason", sa.Text(), nullable=True),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mw", sa.Double(), nullable=False),
        sa.Column("planned", sa.Boolean(), nullable=False),
        sa.Column("lost_mwh", sa.Double(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("holders", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inside_information")),
    )
    op.create_index("ix_inside_information_known_from", "inside_information", ["known_from"], unique=False)
    op.create_table(
        "installation_years",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scheme", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=64), nullable=False),
        sa.Column("activity", sa.String(length=64), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.CheckConstraint("scheme IN ('EU', 'UK')", name=op.f("ck_installation_years_scheme")),
        sa.PrimaryKeyConstraint("code", "year", "recorded_at", name=op.f("pk_installation_years")),
    )
    op.create_table(
        "kyc_cases",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("counterparty_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kyc_cases")),
    )
    op.create_index(op.f("ix_kyc_cases_counterparty_id"), "kyc_cases", ["counterparty_id"], unique=False)
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("record_class", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    op.create_table(
        "obligations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("regime", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("report_kind", sa.String(length=64), nullable=True),
        sa.Column("event_on", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_confirmed", sa.Boolean(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligations")),
    )
    op.create_index("ix_obligations_due_at", "obligations", ["due_at"], unique=False)
    op.create_index("uq_obligations_key", "obligations", ["key"], unique=True)
    op.create_table(
        "order_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("order_ref", sa.String(length=64), nullable=True),
        sa.Column("trader", sa.Text(), nullable=True),
        sa.Column("account", sa.String(length=64), nullable=True),
        sa.Column("beneficial_owner", sa.String(length=64), nullable=True),
        sa.Column("counterparty_code", sa.String(length=64), nullable=True),
        sa.Column("trade_id", sa.BigInteger(), nullable=True),
        sa.Column("curve_id", sa.BigInteger(), nullable=False),
        sa.Column("contract", sa.String(length=64), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("side", sa.SmallInteger(), nullable=True),
        sa.Column("price", sa.Double(), nullable=True),
        sa.Column("quantity", sa.Double(), nullable=True),
        sa.Column("best_bid", sa.Double(), nullable=True),
        sa.Column("best_offer", sa.Double(), nullable=True),
        sa.Column("depth", sa.Double(), nullable=True),
        sa.Column("venue", sa.String(length=64), nullable=False),
        sa.Column("is_algo", sa.Boolean(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "event IN ('new', 'amend', 'cancel', 'fill', 'reject', 'quote')",
            name=op.f("ck_order_events_event"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_events")),
    )
    op.create_index("ix_order_events_at", "order_events", ["at"], unique=False)
    op.create_index("ix_order_events_order_ref", "order_events", ["order_ref"], unique=False)
    op.create_index("ix_order_events_trader_at", "order_events", ["trader", "at"], unique=False)
    op.create_table(
        "parameter_proposals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("trust", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("replay", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parameter_proposals")),
    )
    op.create_index("ix_parameter_proposals_code", "parameter_proposals", ["code"], unique=False)
    op.create_table(
        "party_facts",
        sa.Column("party", sa.String(length=64), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("party", "effective_on", "recorded_at", name=op.f("pk_party_facts")),
    )
    op.create_table(
        "privacy_requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("subject_ref", sa.String(length=64), nullable=False),
        sa.Column("subject_kind", sa.String(length=64), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("kind IN ('access', 'erasure')", name=op.f("ck_privacy_requests_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_requests")),
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("template_version", sa.String(length=64), nullable=False),
        sa.Column("schema_note", sa.Text(), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("parameters_sha256", sa.String(length=64), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("replaces", sa.BigInteger(), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
    )
    op.create_index("ix_reports_kind_recorded_at", "reports", ["kind", "recorded_at"], unique=False)
    op.create_index("uq_reports_file_name", "reports", ["file_name"], unique=True)
    op.create_table(
        "screening_lists",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_lists")),
    )
    op.create_index(
        "ix_screening_lists_code_listed_at", "screening_lists", ["code", "listed_at"], unique=False
    )
    op.create_table(
        "trade_facts",
        sa.Column("trade_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("trade_id", "recorded_at", name=op.f("pk_trade_facts")),
    )
    op.create_table(
        "training_records",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("course", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_records")),
    )
    op.create_table(
        "transaction_identifiers",
        sa.Column("uti", sa.String(length=64), nullable=False),
        sa.Column("scheme", sa.String(length=64), nullable=False),
        sa.Column("trade_id", sa.BigInteger(), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("stem", sa.String(length=64), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("uti", name=op.f("pk_transaction_identifiers")),
    )
    op.create_index(
        op.f("ix_transaction_identifiers_trade_id"), "transaction_identifiers", ["trade_id"], unique=False
    )
    op.create_table(
        "case_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "step IN ('opened', 'assigned', 'severity', 'comment', 'evidence', 'linked', 'proposed', 'approved', "
            "'returned', 'reopened')",
            name=op.f("ck_case_events_step"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_events_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_events")),
    )
    op.create_index(op.f("ix_case_events_case_id"), "case_events", ["case_id"], unique=False)
    op.create_table(
        "compliance_records",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("rule_version", sa.SmallInteger(), nullable=False),
        sa.Column("regime", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject_kind", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("trade_id", sa.BigInteger(), nullable=True),
        sa.Column("trade_version", sa.SmallInteger(), nullable=True),
        sa.Column("portfolio_id", sa.BigInteger(), nullable=True),
        sa.Column("counterparty_id", sa.BigInteger(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("measured", sa.Double(), nullable=True),
        sa.Column("limit", sa.Double(), nullable=True),
        sa.Column("unit", sa.String(length=64), nullable=True),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "action IN ('block', 'flag', 'report', 'gap')", name=op.f("ck_compliance_records_action")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["compliance_runs.id"], name=op.f("fk_compliance_records_run_id_compliance_runs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compliance_records")),
    )
    op.create_index("ix_compliance_records_as_of", "compliance_records", ["as_of"], unique=False)
    op.create_index(
        "ix_compliance_records_rule_recorded_at", "compliance_records", ["rule", "recorded_at"], unique=False
    )
    op.create_index(op.f("ix_compliance_records_run_id"), "compliance_records", ["run_id"], unique=False)
    op.create_index("ix_compliance_records_trade_id", "compliance_records", ["trade_id"], unique=False)
    op.create_index("uq_compliance_records_fingerprint", "compliance_records", ["fingerprint"], unique=True)
    op.create_table(
        "kyc_documents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["kyc_cases.id"], name=op.f("fk_kyc_documents_case_id_kyc_cases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kyc_documents")),
    )
    op.create_index(op.f("ix_kyc_documents_case_id"), "kyc_documents", ["case_id"], unique=False)
    op.create_table(
        "kyc_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "step IN ('registered', 'facts', 'document', 'owner', 'screened', 'submitted', "
            "'approved', 'rejected', 'suspended', 'reopened', 'training', 'comment')",
            name=op.f("ck_kyc_events_step"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["kyc_cases.id"], name=op.f("fk_kyc_events_case_id_kyc_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kyc_events")),
    )
    op.create_index(op.f("ix_kyc_events_case_id"), "kyc_events", ["case_id"], unique=False)
    op.create_table(
        "obligation_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("obligation_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "step IN ('owned', 'done', 'skipped', 'reopened')", name=op.f("ck_obligation_events_step")
        ),
        sa.ForeignKeyConstraint(
            ["obligation_id"], ["obligations.id"], name=op.f("fk_obligation_events_obligation_id_obligations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligation_events")),
    )
    op.create_index(
        op.f("ix_obligation_events_obligation_id"), "obligation_events", ["obligation_id"], unique=False
    )
    op.create_table(
        "parameter_decisions",
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
            "decision IN ('approved', 'rejected', 'withdrawn')", name=op.f("ck_parameter_decisions_decision")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["parameter_proposals.id"],
            name=op.f("fk_parameter_decisions_proposal_id_parameter_proposals"),
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_parameter_decisions")),
    )
    op.create_table(
        "privacy_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["privacy_requests.id"],
            name=op.f("fk_privacy_events_request_id_privacy_requests"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_events")),
    )
    op.create_index(op.f("ix_privacy_events_request_id"), "privacy_events", ["request_id"], unique=False)
    op.create_table(
        "report_decisions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("decision", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "decision IN ('released', 'rejected', 'submitted', 'accepted', 'refused')",
            name=op.f("ck_report_decisions_decision"),
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_report_decisions_report_id_reports")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_decisions")),
    )
    op.create_index(op.f("ix_report_decisions_report_id"), "report_decisions", ["report_id"], unique=False)
    op.create_table(
        "report_rows",
        sa.Column("report_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("trade_id", sa.BigInteger(), nullable=True),
        sa.Column("cells", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("status IN ('accepted', 'rejected')", name=op.f("ck_report_rows_status")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_report_rows_report_id_reports")),
        sa.PrimaryKeyConstraint("report_id", "seq", name=op.f("pk_report_rows")),
    )
    op.create_index("ix_report_rows_subject", "report_rows", ["subject"], unique=False)
    op.create_table(
        "screening_entries",
        sa.Column("list_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("country", sa.String(length=64), nullable=True),
        sa.Column("birth_year", sa.BigInteger(), nullable=True),
        sa.Column("imo", sa.String(length=64), nullable=True),
        sa.Column("program", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["screening_lists.id"], name=op.f("fk_screening_entries_list_id_screening_lists")
        ),
        sa.PrimaryKeyConstraint("list_id", "entry", name=op.f("pk_screening_entries")),
    )
    op.create_table(
        "screening_hits",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("counterparty_id", sa.BigInteger(), nullable=False),
        sa.Column("party", sa.String(length=64), nullable=False),
        sa.Column("list_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.String(length=64), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["list_id"], ["screening_lists.id"], name=op.f("fk_screening_hits_list_id_screening_lists")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_hits")),
    )
    op.create_index(
        op.f("ix_screening_hits_counterparty_id"), "screening_hits", ["counterparty_id"], unique=False
    )
    op.create_index("uq_screening_hits_fingerprint", "screening_hits", ["fingerprint"], unique=True)
    op.create_table(
        "surveillance_hits",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("detector", sa.String(length=64), nullable=False),
        sa.Column("detector_version", sa.SmallInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("contract", sa.String(length=64), nullable=False),
        sa.Column("portfolio_id", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["compliance_runs.id"], name=op.f("fk_surveillance_hits_run_id_compliance_runs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surveillance_hits")),
    )
    op.create_index(
        "ix_surveillance_hits_detector_started_at",
        "surveillance_hits",
        ["detector", "started_at"],
        unique=False,
    )
    op.create_index(op.f("ix_surveillance_hits_run_id"), "surveillance_hits", ["run_id"], unique=False)
    op.create_index("uq_surveillance_hits_fingerprint", "surveillance_hits", ["fingerprint"], unique=True)
    op.create_table(
        "screening_decisions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("hit_id", sa.BigInteger(), nullable=False),
        sa.Column("decision", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "decision IN ('proposed-clear', 'cleared', 'confirmed', 'returned')",
            name=op.f("ck_screening_decisions_decision"),
        ),
        sa.ForeignKeyConstraint(
            ["hit_id"], ["screening_hits.id"], name=op.f("fk_screening_decisions_hit_id_screening_hits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_decisions")),
    )
    op.create_index(op.f("ix_screening_decisions_hit_id"), "screening_decisions", ["hit_id"], unique=False)
    for statement in APPEND_ONLY:
        op.execute(statement)


def downgrade() -> None:
    """Drop them again."""
    op.drop_index(op.f("ix_screening_decisions_hit_id"), table_name="screening_decisions")
    op.drop_table("screening_decisions")
    op.drop_index("uq_surveillance_hits_fingerprint", table_name="surveillance_hits")
    op.drop_index(op.f("ix_surveillance_hits_run_id"), table_name="surveillance_hits")
    op.drop_index("ix_surveillance_hits_detector_started_at", table_name="surveillance_hits")
    op.drop_table("surveillance_hits")
    op.drop_index("uq_screening_hits_fingerprint", table_name="screening_hits")
    op.drop_index(op.f("ix_screening_hits_counterparty_id"), table_name="screening_hits")
    op.drop_table("screening_hits")
    op.drop_table("screening_entries")
    op.drop_index("ix_report_rows_subject", table_name="report_rows")
    op.drop_table("report_rows")
    op.drop_index(op.f("ix_report_decisions_report_id"), table_name="report_decisions")
    op.drop_table("report_decisions")
    op.drop_index(op.f("ix_privacy_events_request_id"), table_name="privacy_events")
    op.drop_table("privacy_events")
    op.drop_table("parameter_decisions")
    op.drop_index(op.f("ix_obligation_events_obligation_id"), table_name="obligation_events")
    op.drop_table("obligation_events")
    op.drop_index(op.f("ix_kyc_events_case_id"), table_name="kyc_events")
    op.drop_table("kyc_events")
    op.drop_index(op.f("ix_kyc_documents_case_id"), table_name="kyc_documents")
    op.drop_table("kyc_documents")
    op.drop_index("uq_compliance_records_fingerprint", table_name="compliance_records")
    op.drop_index("ix_compliance_records_trade_id", table_name="compliance_records")
    op.drop_index(op.f("ix_compliance_records_run_id"), table_name="compliance_records")
    op.drop_index("ix_compliance_records_rule_recorded_at", table_name="compliance_records")
    op.drop_index("ix_compliance_records_as_of", table_name="compliance_records")
    op.drop_table("compliance_records")
    op.drop_index(op.f("ix_case_events_case_id"), table_name="case_events")
    op.drop_table("case_events")
    op.drop_index(op.f("ix_transaction_identifiers_trade_id"), table_name="transaction_identifiers")
    op.drop_table("transaction_identifiers")
    op.drop_table("training_records")
    op.drop_table("trade_facts")
    op.drop_index("ix_screening_lists_code_listed_at", table_name="screening_lists")
    op.drop_table("screening_lists")
    op.drop_index("uq_reports_file_name", table_name="reports")
    op.drop_index("ix_reports_kind_recorded_at", table_name="reports")
    op.drop_table("reports")
    op.drop_table("privacy_requests")
    op.drop_table("party_facts")
    op.drop_index("ix_parameter_proposals_code", table_name="parameter_proposals")
    op.drop_table("parameter_proposals")
    op.drop_index("ix_order_events_trader_at", table_name="order_events")
    op.drop_index("ix_order_events_order_ref", table_name="order_events")
    op.drop_index("ix_order_events_at", table_name="order_events")
    op.drop_table("order_events")
    op.drop_index("uq_obligations_key", table_name="obligations")
    op.drop_index("ix_obligations_due_at", table_name="obligations")
    op.drop_table("obligations")
    op.drop_table("legal_holds")
    op.drop_index(op.f("ix_kyc_cases_counterparty_id"), table_name="kyc_cases")
    op.drop_table("kyc_cases")
    op.drop_table("installation_years")
    op.drop_index("ix_inside_information_known_from", table_name="inside_information")
    op.drop_table("inside_information")
    op.drop_table("file_numbers")
    op.drop_index("ix_compliance_runs_recorded_at", table_name="compliance_runs")
    op.drop_index("ix_compliance_runs_as_of", table_name="compliance_runs")
    op.drop_table("compliance_runs")
    op.drop_table("compliance_rules")
    op.drop_index("uq_cases_key", table_name="cases")
    op.drop_index("ix_cases_state_due_at", table_name="cases")
    op.drop_table("cases")
    op.drop_index(op.f("ix_beneficial_owners_counterparty_id"), table_name="beneficial_owners")
    op.drop_table("beneficial_owners")
    op.drop_table("audit_people")
    op.drop_index("ix_audit_log_at", table_name="audit_log")
    op.drop_index("ix_audit_log_actor_ref", table_name="audit_log")
    op.drop_index("ix_audit_log_action_at", table_name="audit_log")
    op.drop_table("audit_log")
    op.drop_table("audit_checkpoints")
    op.execute("DROP FUNCTION refuse_audit_change()")
    op.execute("DELETE FROM user_roles WHERE role = 'compliance_head'")
    op.drop_constraint(op.f("ck_user_roles_role"), "user_roles", type_="check")
    op.create_check_constraint(op.f("ck_user_roles_role"), "user_roles", f"role IN ({OLD_ROLES})")
