"""The demo desk in a real database: complete, marked, readable at any past moment, loaded once, removed whole."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, table, text

from data.engine import engine
from data.models.market import PriceBar
from data.queries.clocked import PRICE_DAILY, latest
from data.session import UnitOfWork
from data.writes import demo as writes
from portal.core import clock
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.core.errors import Conflict
from portal.services import access, demo

LAST = date(2026, 11, 20)
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def frozen():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: NOW)
        yield


@pytest.fixture(scope="module")
def loaded(module_database, frozen):
    said = []
    summary = demo.load(lambda share, sentence: said.append((share, sentence)), today=LAST)
    return summary, said


def scalar(statement, **values):
    with engine().connect() as connection:
        return connection.scalar(text(statement), values)


def rows_of(statement, **values):
    with engine().connect() as connection:
        return connection.execute(text(statement), values).all()


def counts(tables):
    with engine().connect() as connection:
        return {name: connection.scalar(select(func.count()).select_from(table(name))) for name in tables}


def test_load_tells_what_it_did(loaded):
    summary, said = loaded
    print(f"demo load: {summary.seconds} s, {sum(summary.rows.values())} rows")
    assert summary.fresh
    assert summary.last_day == LAST
    assert summary.to_json()["last_day"] == "2026-11-20"
    assert [share for share, _ in said] == sorted(share for share, _ in said)
    assert said[-1][0] == 1.0
    assert demo.is_loaded()
    prospect = {"counterparties": summary.rows["counterparties"] + 1}  # that compliance is onboarding
    assert counts(summary.rows) == summary.rows | prospect


def test_there_is_enough_to_look_at(loaded):
    assert scalar("SELECT count(*) FROM instruments") >= 40
    assert scalar("SELECT count(*) FROM curves") == 18
    assert scalar("SELECT count(DISTINCT trade_date) FROM curve_points") > 2500
    assert scalar("SELECT count(*) FROM price_ticks WHERE value < 0") > 500
    assert scalar("SELECT count(*) FROM price_rollup") == 6 * 730 + 1  # one delivery day was published twice
    assert scalar("SELECT max(day) FROM price_daily") == LAST
    assert scalar("SELECT count(DISTINCT (curve_id, trade_date)) FROM vol_points") > 9 * 500
    assert scalar("SELECT count(DISTINCT currency) FROM rate_points") == 3
    assert scalar("SELECT bool_and(curve_id < curve2_id) FROM correlation_marks")
    assert scalar("SELECT count(DISTINCT trade_date) FROM product_quotes") == 60


def test_everything_generated_is_marked(loaded):
    real = rows_of("SELECT code FROM instruments WHERE NOT simulated")
    assert real == [("WTI_SPOT_EIA",)]
    wrong = """SELECT count(*) FROM instruments i JOIN data_sources s ON s.code = i.source_code
               WHERE i.simulated <> s.simulated"""
    assert scalar(wrong) == 0
    assert scalar("SELECT bool_and(simulated) FROM curves")
    assert rows_of("SELECT code FROM data_sources WHERE NOT simulated ORDER BY code") == [
        ("arch-eia",),
        ("ecb",),
    ]
    assert scalar("SELECT max(day) FROM fx_rates WHERE source_code = 'ecb'") == date(2026, 10, 30)
    assert scalar("SELECT min(day) FROM fx_rates WHERE source_code = 'demo'") == date(2026, 11, 2)
    for name in ("weather_observations", "power_system"):
        with engine().connect() as connection:
            assert connection.execute(text(f"SELECT DISTINCT source_code FROM {name}")).all() == [("demo",)]  # noqa: S608


def test_nothing_was_recorded_in_the_future_or_before_its_day(loaded):
    assert scalar("SELECT max(recorded_at) FROM price_bars") <= NOW
    assert scalar("SELECT max(recorded_at) FROM price_ticks") <= NOW
    assert scalar("SELECT count(*) FROM curve_points WHERE recorded_at < trade_date") == 0
    assert scalar("SELECT count(*) FROM vol_points WHERE recorded_at < trade_date") == 0
    assert scalar("SELECT max(recorded_at) FROM rate_points") <= NOW
    assert scalar("SELECT count(*) FROM price_ticks WHERE recorded_at > ts + interval '2 days'") == 0


def settle_of_ttf(day, known_at):
    clocks = Clocks(as_of=day, known_at=known_at, live=False)
    code = text("price_bars.instrument_id = (SELECT id FROM instruments WHERE code = 'TTF')")
    query = latest(
        PriceBar.__table__, clocks, key=("instrument_id", "day"), day="day", where=[code, PriceBar.day == day]
    )
    with engine().connect() as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else row.settle


def test_the_second_clock_sees_what_was_known(loaded):
    [(day, factor)] = [
        (date.fromisoformat(wrong["day"]), wrong["first_version"])
        for wrong in scalar("SELECT report FROM import_batches")["corrections"]
        if (wrong["kind"], wrong["code"]) == ("daily", "TTF")
    ]
    evening = datetime(day.year, day.month, day.day, 20, tzinfo=UTC)
    assert settle_of_ttf(day, evening - timedelta(hours=4)) is None
    first, final = settle_of_ttf(day, evening), settle_of_ttf(day, evening + timedelta(hours=24))
    assert first == pytest.approx(final * factor, abs=0.002)
    assert settle_of_ttf(day, NOW) == final


def test_a_corrected_delivery_day_is_whole_in_both_versions(loaded):
    versions = rows_of(
        """SELECT t.recorded_at, count(*), max(value) FROM price_ticks t JOIN instruments i ON i.id = t.instrument_id
           WHERE i.code = 'POWER_DE_LU' AND day = (
               SELECT day FROM price_rollup GROUP BY instrument_id, day HAVING count(*) > 1)
           GROUP BY t.recorded_at ORDER BY t.recorded_at"""
    )
    assert [count for _, count, _ in versions] == [24, 24]
    clocks = Clocks(as_of=LAST, known_at=NOW, live=True)
    query = latest(PRICE_DAILY, clocks, key=("instrument_id", "day"), day="day").subquery()
    with engine().connect() as connection:
        doubled = connection.execute(
            select(query.c.instrument_id, query.c.day)
            .group_by(query.c.instrument_id, query.c.day)
            .having(func.count() > 1)
        ).all()
    assert doubled == []


def test_accounts_and_books(loaded):
    users = {row.username: row for row in access.list_users(SYSTEM)}
    assert set(users) == {username for username, _, _ in access.DEMO_ACCOUNTS}
    assert all(row.is_demo for row in users.values())
    assert rows_of("SELECT code FROM portfolios WHERE parent_id IS NULL") == [("DESK",)]
    seen = """SELECT p.code FROM user_portfolios up JOIN users u ON u.id = up.user_id
              JOIN portfolios p ON p.id = up.portfolio_id WHERE u.username = :name ORDER BY 1"""
    assert rows_of(seen, name="trader") == [("GAS",), ("POWER",)]
    assert rows_of(seen, name="risk") == [("DESK",)]


NEWEST = "(SELECT DISTINCT ON (trade_id) * FROM trades ORDER BY trade_id, version DESC)"
LIVE = f"SELECT * FROM {NEWEST} t WHERE t.event IN ('new', 'amended')"  # noqa: S608


def test_the_desk_trades(loaded):
    live = rows_of(LIVE)
    assert len(live) >= 5_000
    assert len({row.kind for row in live}) == 9
    assert scalar("SELECT count(DISTINCT trade_id) FROM trades") > 9_000
    assert scalar("SELECT count(*) FROM counterparties WHERE simulated") == 13  # one is a prospect
    assert scalar("SELECT max(recorded_at) FROM trades") <= NOW
    assert scalar("SELECT min(trade_date) FROM trades") < date(2024, 12, 1)
    wrong = """SELECT count(*) FROM trades a JOIN trades b ON b.trade_id = a.trade_id AND b.version = a.version + 1
               WHERE b.recorded_at <= a.recorded_at OR b.effective_on < a.effective_on"""
    assert scalar(wrong) == 0
    lost = "SELECT count(*) FROM trades WHERE curve_id NOT IN (SELECT id FROM curves)"
    assert scalar(lost) == 0


def test_books_form_a_tree_of_three_levels(loaded):
    levels = rows_of(
        """WITH RECURSIVE tree AS (
               SELECT id, 1 AS level FROM portfolios WHERE parent_id IS NULL
               UNION ALL SELECT p.id, t.level + 1 FROM portfolios p JOIN tree t ON p.parent_id = t.id)
           SELECT level, count(*) FROM tree GROUP BY level ORDER BY level"""
    )
    assert levels == [(1, 1), (2, 4), (3, 9)]
    assert len({row.portfolio_id for row in rows_of(LIVE)}) == 9
    seen = f"""SELECT p.code, count(*) FROM {NEWEST} t JOIN portfolios p ON p.id = t.portfolio_id
               JOIN portfolios area ON area.id = p.parent_id JOIN user_portfolios up ON up.portfolio_id = area.id
               JOIN users u ON u.id = up.user_id WHERE u.username = 'trader' GROUP BY p.code ORDER BY p.code"""  # noqa: S608
    books = dict(rows_of(seen))
    assert list(books) == ["GAS_EU", "GAS_LNG", "POWER_DE", "POWER_FR", "POWER_SPREADS"]
    assert min(books.values()) > 300


def test_the_ledger_is_what_the_newest_versions_hold(loaded):
    doubled = """SELECT count(*) FROM (SELECT trade_id, curve_id, month, sum(volume) AS net FROM portfolio_positions
                 WHERE trade_id IN (SELECT trade_id FROM trades WHERE event = 'cancelled')
                 GROUP BY trade_id, curve_id, month) s WHERE abs(net) > 1e-6"""
    assert scalar(doubled) == 0


def test_limits_are_near_and_beyond(loaded):
    used = rows_of(
        """SELECT l.portfolio_id, l.commodity, max(abs(m.net)) / max(l.limit_mwh) FROM (
               SELECT p.portfolio_id, c.commodity, p.month, sum(coalesce(p.volume_mwh, p.volume)) AS net
               FROM portfolio_positions p JOIN curves c ON c.id = p.curve_id
               WHERE NOT p.is_optional AND p.month >= DATE '2026-11-01' GROUP BY 1, 2, 3) m
           JOIN position_limits l USING (portfolio_id, commodity) GROUP BY 1, 2"""
    )
    shares = [share for _, _, share in used]
    assert len(shares) > 12
    assert 1 <= sum(share > 1.0 for share in shares) <= 3
    assert sum(0.6 < share <= 1.0 for share in shares) >= 4
    assert sum(share < 0.6 for share in shares) >= 4


def test_changes_wait_for_a_second_person(loaded):
    waiting = """SELECT p.proposed_by, count(*) FROM trade_proposals p
                 LEFT JOIN trade_decisions d ON d.proposal_id = p.id WHERE d.proposal_id IS NULL
                 GROUP BY 1 ORDER BY 1"""
    assert rows_of(waiting) == [("operations", 5), ("trader", 3)]
    same = """SELECT count(*) FROM trade_decisions d JOIN trade_proposals p ON p.id = d.proposal_id
              WHERE d.decision = 'approved' AND d.decided_by = p.proposed_by"""
    assert scalar(same) == 0
    unproposed = """SELECT count(*) FROM trades t WHERE t.event IN ('amended', 'cancelled') AND NOT EXISTS (
        SELECT FROM trade_proposals p JOIN trade_decisions d ON d.proposal_id = p.id AND d.decision = 'approved'
        WHERE p.trade_id = t.trade_id AND p.base_version = t.version - 1 AND p.event = t.event)"""
    assert scalar(unproposed) == 0


def test_books_have_a_history_of_values(loaded):
    days = rows_of("SELECT as_of, count(*) FROM book_values GROUP BY as_of ORDER BY as_of")
    assert len(days) > 510  # every trading day
    assert days[0].as_of == date(2024, 11, 20)
    assert [day.as_of for day in days][-3:] == [date(2026, 11, 18), date(2026, 11, 19), LAST]
    assert days[-1].count == 9
    assert scalar("SELECT max(recorded_at) FROM book_values") == NOW
    last = "SELECT sum(trades), sum(missing), sum(unrealised + realised) FROM book_values WHERE as_of = :day"
    [(trades, missing, value)] = rows_of(last, day=LAST)
    assert trades > 11_000
    assert 3 <= missing <= 6
    assert abs(value) < 500e6


def test_second_load_changes_nothing(loaded):
    before = counts(loaded[0].rows)
    again = demo.load(today=date(2026, 12, 1))
    assert not again.fresh
    assert again.rows == loaded[0].rows
    assert before == counts(loaded[0].rows)
    assert scalar("SELECT count(*) FROM import_batches") == 1


def test_reset_loads_anew_and_keeps_what_is_yours(loaded):
    with engine().begin() as connection:
        connection.execute(
            text(
                "INSERT INTO data_sources (code, name, licence, address, simulated, sla_hours) "
                "VALUES ('import', 'Files of users', '', '', false, 24)"
            )
        )
        batch = connection.scalar(
            text(
                "INSERT INTO import_batches (kind, source_code, file_name, sha256, options, status, actor, rows_read, "
                "rows_accepted, rows_quarantined, rows_duplicate, report) "
                "VALUES ('prices', 'import', 'mine.csv', 'x', '{}', 'stored', 'me', 1, 1, 0, 0, '{}') RETURNING id"
            )
        )
        connection.execute(text(
            "INSERT INTO price_bars (instrument_id, day, settle, batch_id) "
            "SELECT id, DATE '2026-11-22', 1.0, :batch FROM instruments WHERE code = 'TTF'"
        ), {"batch": batch})  # fmt: skip
    summary = demo.reset(today=date(2026, 11, 13))
    assert summary.fresh
    assert summary.last_day == date(2026, 11, 13)
    assert scalar("SELECT count(*) FROM import_batches WHERE kind = 'demo'") == 1
    assert scalar("SELECT count(*) FROM price_bars WHERE batch_id = :batch", batch=batch) == 1
    assert scalar("SELECT count(*) FROM price_rollup") == 6 * 730 + 1
    assert scalar("SELECT max(trade_date) FROM curve_points") == date(2026, 11, 13)
    assert len(access.list_users(SYSTEM)) == len(access.DEMO_ACCOUNTS)


PORTFOLIO_TABLES = (
    "trades", "trade_proposals", "trade_decisions", "portfolio_positions", "position_limits", "book_values",
    "counterparties", "vol_points", "rate_points", "correlation_marks", "product_quotes", "curve_fits",
)  # fmt: skip


def test_removal_leaves_what_is_yours_alone(loaded):
    with engine().begin() as connection:
        connection.execute(text(
            "INSERT INTO trades (trade_id, version, effective_on, event, external_id, kind, portfolio_id, "
            "counterparty_id, curve_id, side, quantity, quantity_unit, price, trade_date, delivery_start, "
            "delivery_end, details, trader, recorded_by) SELECT nextval('trade_ids'), 1, DATE '2026-11-12', 'new', "
            "'MINE-1', 'forward_financial', p.id, c.id, v.id, 1, 5, 'MW', 30.0, DATE '2026-11-12', DATE '2027-01-01', "
            "DATE '2027-02-01', '{}', 'me', 'me' FROM portfolios p, counterparties c, curves v "
            "WHERE p.code = 'GAS_EU' AND c.code = 'ANYBANK' AND v.code = 'TTF'"
        ))  # fmt: skip
    with UnitOfWork(write=True) as work:
        writes.remove(work.session)
    left = {name: count for name, count in counts(PORTFOLIO_TABLES).items() if count}
    assert left.pop("trades") == 1
    assert rows_of("SELECT code FROM counterparties") == [("ANYBANK",)]
    assert left.pop("counterparties") == 1
    assert left == {}
    assert rows_of("SELECT code FROM curves") == [("TTF",)]
    assert scalar("SELECT count(*) FROM portfolios") == 14


def test_own_instruments_are_not_overwritten(database, frozen):
    with engine().begin() as connection:
        connection.execute(
            text(
                "INSERT INTO data_sources (code, name, licence, address, simulated, sla_hours) "
                "VALUES ('import', 'Files of users', '', '', false, 24)"
            )
        )
        connection.execute(text(
            "INSERT INTO instruments (code, name, commodity, unit, currency, timezone, granularity, source_code, "
            "simulated) VALUES ('BRENT', 'Mine', 'crude', 'USD/bbl', 'USD', 'UTC', 'daily', 'import', false)"
        ))  # fmt: skip
    with pytest.raises(Conflict, match="BRENT"):
        demo.load(today=LAST)
    assert not demo.is_loaded()
    assert scalar("SELECT count(*) FROM import_batches") == 0
