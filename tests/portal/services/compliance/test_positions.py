"""Positions in listed contracts: books apart, options apart, lots, both clocks, reports and rules."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from data.writes import trade_facts as fact_writes
from portal.core.actor import Actor
from portal.core.clock import Clocks, now
from portal.core.permissions import Role
from portal.services.compliance import checks, positions, reports
from portal.services.compliance.report_making import Ask, make_report
from portal.services.compliance.rulebook import calendars

OFFICER = Actor(2, "claire", "Claire", frozenset({Role.COMPLIANCE_OFFICER}))
DAY = date(2026, 3, 17)  # three business days before CL of April stops trading, on the 20th


DESK = """
INSERT INTO data_sources (code, name, licence, address, simulated, sla_hours)
VALUES ('src', 'Source', '', '', true, 24);
INSERT INTO curves (code, name, commodity, unit, currency, timezone, source_code, simulated)
VALUES ('WTI', 'WTI', 'crude', 'USD/bbl', 'USD', 'America/New_York', 'src', true);
INSERT INTO portfolios (code, name) VALUES ('OIL_A', 'A'), ('OIL_B', 'B');
INSERT INTO counterparties (code, name, kind, country, simulated)
VALUES ('EXCH', 'Exchange', 'exchange', 'US', true), ('BANK', 'Bank', 'bank', 'US', true)
"""


@pytest.fixture
def desk(database):
    with UnitOfWork(write=True) as work:
        parties = [("SELF", date(2020, 1, 1), {"acer_code": "A0000111A.NL", "lei": "5493001KJTIIGC8Y1R12"})]
        fact_writes.add_party_facts(
            work.session, parties, by="test", recorded_at=datetime(2026, 3, 1, tzinfo=UTC)
        )
        for statement in DESK.strip().split(";\n"):
            work.session.execute(text(statement))


def hold(book, lots, *, kind="future", party="EXCH", month=date(2026, 4, 1), effective=DAY):
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text(
                "INSERT INTO portfolio_positions (trade_id, version, effective_on, portfolio_id, counterparty_id, "
                "curve_id, kind, is_optional, side, month, volume) SELECT 1, 1, :day, p.id, k.id, c.id, :kind, "
                ":option, :side, :month, :volume FROM portfolios p, counterparties k, curves c "
                "WHERE p.code = :book AND k.code = :party AND c.code = 'WTI'"
            ),
            {
                "day": effective, "kind": kind, "option": kind == "option", "side": 1 if lots > 0 else -1,
                "month": month,                "volume": 1000.0 * lots, "book": book, "party": party,
            },
        )  # fmt: skip


def held(clocks=None):
    clocks = clocks or Clocks(DAY, now())
    with UnitOfWork() as work:
        return positions.held(work, clocks, calendars(DAY)["US"])


def cells(kind):
    number = make_report(
        Ask(kind, date(2026, 6, 10), date(2026, 6, 11)), lambda _share, _words="": None, OFFICER
    )
    return list(csv.DictReader(io.StringIO(reports.download(number, OFFICER).content.decode())))


def test_books_do_not_net_and_options_stand_apart(desk):
    hold("OIL_A", 300)
    hold("OIL_A", -100)
    hold("OIL_B", -250)
    hold("OIL_B", 40, kind="option")
    hold("OIL_B", 5_000, party="BANK")  # no listed contract
    future, option = held()
    assert (future.gross_long, future.gross_short, future.net, future.instrument_class) == (
        200,
        250,
        -50,
        "FUTURE",
    )
    assert (option.gross_long, option.net, option.instrument_class) == (40, 40, "OPTION")
    assert (future.last_trading_day, future.days_left, future.is_spot) == (date(2026, 3, 20), 3, True)


def test_both_clocks(desk):
    before = now()
    hold("OIL_A", 300, effective=DAY + timedelta(days=1))
    assert held() == []
    assert held(Clocks(DAY + timedelta(days=1), before)) == []
    assert held(Clocks(DAY + timedelta(days=1), now()))[0].net == 300


def test_the_run_blocks_above_the_spot_limit_and_asks_for_the_large_trader_report(desk):
    hold("OIL_A", 6_001)
    summary = checks.run(Clocks(DAY, now()))
    with UnitOfWork() as work:
        found = work.session.execute(
            text(
                'SELECT rule, action, subject_kind, subject, measured, "limit" FROM compliance_records ORDER BY rule'
            )
        ).all()
    assert [tuple(row) for row in found] == [
        ("US-LT-01", "report", "position", "CL 2026-04 FUTURE", 6001.0, 350.0),
        ("US-PL-01", "block", "position", "CL 2026-04 FUTURE", 6001.0, 6000.0),
    ]
    assert summary.cases == 1
    assert checks.run(Clocks(DAY, now())).stored == 0, "the same finding once"


def test_reports_against_levels(desk):
    hold("OIL_A", 350, month=date(2026, 12, 1))
    hold("OIL_B", -10_500, month=date(2027, 6, 1))
    hold("OIL_B", 20, month=date(2027, 12, 1))
    screen = {row["month"]: row for row in cells("position-limits")}
    assert (screen["2026-12"]["reportable"], screen["2026-12"]["reportable_side"]) == ("true", "LONG")
    far = screen["2027-06"]
    assert (far["tested_against"], far["level"], far["excess"], far["use_percent"]) == (
        "accountability", "10000", "500", "105",
    )  # fmt: skip
    assert screen["2027-12"]["reportable"] == "false"
    filed = cells("cftc-17")
    assert [(row["MaturityMonthYear"], row["Long"], row["Short"]) for row in filed] == [
        ("202612", "350", "0"), ("202706", "0", "10500"),
    ]  # fmt: skip
