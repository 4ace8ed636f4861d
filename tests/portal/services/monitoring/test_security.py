"""Who tried to come in, who is in, what is weak: over a real database."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from data.engine import engine
from data.session import UnitOfWork
from data.writes import access as access_writes
from portal.core import clock
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.config import Settings
from portal.core.errors import NotFound, NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.domain.monitoring import security_metrics as metrics
from portal.services import access, evaluation, passports
from portal.services.monitoring import (
    alerts,
    secret_ages,
    security,
    security_events,
    security_rows,
    security_watch,
    vulnerabilities,
)

PASSWORD = "a long enough sentence 7"
ALL = GridQuery(limit=None)


def actor_of(role, user_id=99):
    return Actor(user_id, f"the-{role.value}", "Somebody", frozenset({role}))


ADMIN, AUDITOR, TRADER = (actor_of(role) for role in (Role.ADMINISTRATOR, Role.AUDITOR, Role.TRADER))


@pytest.fixture(scope="module")
def people(module_database):
    assert passports.AREAS
    for name in ("ada", "bea"):
        access.create_user(name, name.title(), PASSWORD, frozenset({Role.TRADER}))


def now_clocks():
    moment = clock.now() + timedelta(seconds=1)
    return Clocks(moment.date(), moment)


def fail(username, address="10.0.0.9"):
    with pytest.raises(access.WrongPassword):
        access.sign_in(username, "no", address=address, agent="curl")


@pytest.fixture
def clean(people):
    with engine().begin() as connection:
        connection.execute(text("TRUNCATE login_attempts, sessions, security_events, alerts CASCADE"))


def test_the_figures_count_what_happened(clean):
    access.sign_in("ada", PASSWORD, address="10.0.0.1", agent="Firefox")
    fail("ada")
    fail("bea")
    found = security.figures(now_clocks(), ADMIN)
    assert found.values[metrics.FAILED] == 2
    assert found.values[metrics.SESSIONS] == 1
    assert found.values[metrics.VULNERABILITIES] is None
    assert "pip-audit" in found.advice


def test_every_figure_opens_to_its_rows_and_is_computed_again_from_them(clean):
    access.sign_in("ada", PASSWORD, address="10.0.0.1", agent="Firefox")
    fail("ada")
    clocks = now_clocks()
    found = security.figures(clocks, AUDITOR)
    for metric in security_rows.ROWS:
        shown = found.shown(metric)
        evaluated = evaluation.evaluate(metric.id, shown.params, clocks, AUDITOR)
        assert evaluated.value == shown.value, metric.id
        replay = evaluation.evaluator(metric.id).replay
        rows = json.loads(json.dumps(evaluated.inputs.records(), default=str))
        assert replay(rows, shown.params, clocks).value == shown.value, metric.id


def test_only_those_with_the_right_see_anything(people):
    for ask in (
        lambda: security.figures(now_clocks(), TRADER),
        lambda: security.hours("7", now_clocks(), TRADER),
        lambda: security.sessions_table(ALL, now_clocks(), TRADER),
        lambda: security.unusual_table(ALL, "7", now_clocks(), TRADER),
        lambda: security.noted_table(ALL, security.RIGHTS, "7", now_clocks(), TRADER),
        lambda: security.vulnerabilities_table(ALL, TRADER),
        lambda: security.violations_table(ALL, "7", now_clocks(), TRADER),
        lambda: security.secrets_table(ALL, now_clocks(), TRADER),
        lambda: security.end_session("000000000000", AUDITOR),
    ):
        with pytest.raises(NotPermitted):
            ask()


def test_an_auditor_reads_pseudonyms_and_half_an_address(clean):
    access.sign_in("ada", PASSWORD, address="10.20.30.40", agent="Firefox")
    plain = security.sessions_table(ALL, now_clocks(), ADMIN).records()[0]
    assert (plain["who"], plain["address"]) == ("ada", "10.20.30.40")
    hidden = security.sessions_table(ALL, now_clocks(), AUDITOR).records()[0]
    assert hidden["address"] == "10.20.x.x"
    assert "ada" not in str(hidden.values())


def test_a_session_is_ended_by_its_name_and_noted(clean):
    token = access.sign_in("ada", PASSWORD, address="10.0.0.1", agent="Firefox")
    other = access.sign_in("ada", PASSWORD, address="10.0.0.1", agent="Firefox")
    rows = security.sessions_table(ALL, now_clocks(), ADMIN).records()
    handle = rows[-1]["handle"]
    assert token[:12] != handle
    assert security.end_session(handle.upper(), ADMIN) == "ada"
    assert [access.actor_of(one) is None for one in (token, other)] == [True, False]
    with pytest.raises(NotFound, match="may have ended by itself"):
        security.end_session(handle, ADMIN)
    noted = security.noted_table(ALL, ("session.revoked",), "1", now_clocks(), ADMIN).records()
    assert noted[0]["ref"] == "ada"


@pytest.mark.parametrize("handle", ["", "%", "a", "____________", "x" * 64, "000000000000"])
def test_what_names_no_session_ends_none(clean, handle):
    token = access.sign_in("ada", PASSWORD, address="10.0.0.1", agent="Firefox")
    with pytest.raises(NotFound):
        security.end_session(handle, ADMIN)
    assert access.actor_of(token) is not None


def test_a_guessed_password_is_found_once_and_told(clean):
    for _ in range(3):
        fail("ada")
    access.sign_in("ada", PASSWORD, address="10.0.0.9", agent="curl")
    assert security_watch.look() == 1
    assert security_watch.look() == 0
    rows = security.unusual_table(ALL, "7", now_clocks(), ADMIN).records()
    assert [(row["rule"], row["severity"], row["who"]) for row in rows] == [
        ("Success after failures", "critical", "ada")
    ]
    assert "ada signed in after 3 failures" in rows[0]["words"]
    open_now = alerts.alerts(SYSTEM)
    assert [(one.rule, one.severity) for one in open_now] == [("security.sign-in", "critical")]
    assert "ada" not in open_now[0].message
    assert alerts.alerts(TRADER) == []


def test_the_alert_is_over_after_a_day(clean, monkeypatch):
    for _ in range(3):
        fail("ada")
    access.sign_in("ada", PASSWORD, address="10.0.0.9", agent="curl")
    security_watch.look()
    later = clock.now() + timedelta(hours=25)
    monkeypatch.setattr(clock, "now", lambda: later)
    security_watch.look()
    assert alerts.alerts(SYSTEM) == []


def tried(*tries: tuple[datetime, str, bool], username: str = "ada") -> None:
    """Note tries to sign in: moment, address, success."""
    with UnitOfWork(write=True) as work:
        for at, address, succeeded in tries:
            access_writes.insert_attempt(
                work.session, username=username, address=address, at=at, succeeded=succeeded
            )


def guess(at: datetime) -> None:
    """Let somebody guess a password at a moment, from the third try on."""
    failures = [(at - timedelta(seconds=second), "10.0.0.9", False) for second in (30, 20, 10)]
    tried(*failures, (at, "10.0.0.9", True))


def test_an_attack_that_goes_on_stays_open_until_a_day_after_it_was_last_seen(clean, monkeypatch):
    began = clock.now()
    for hours in (0, 20, 40, 60):
        moment = began + timedelta(hours=hours)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        guess(moment)
        assert security_watch.look() == 1
        assert len(alerts.alerts(SYSTEM)) == 1
    for hours, still in ((83, 1), (85, 0)):
        moment = began + timedelta(hours=hours)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        assert security_watch.look() == 0
        assert len(alerts.alerts(SYSTEM)) == still
    with UnitOfWork() as work:
        rows = work.session.scalar(text("SELECT count(*) FROM alerts"))
    assert rows == 1, "one attack is one alert"


def test_what_happened_while_no_monitor_ran_is_found_and_told_with_its_time(clean, monkeypatch):
    now = clock.now()
    at = now - timedelta(days=3)
    guess(at)
    guess(now - timedelta(days=8))
    monkeypatch.setattr(security_watch, "_looked_at", None)
    assert security_watch.look() == 1
    assert security_watch.look() == 0
    rows = security.unusual_table(ALL, "7", now_clocks(), ADMIN).records()
    assert [row["rule"] for row in rows] == ["Success after failures"]
    (one,) = alerts.alerts(SYSTEM)
    assert one.message.startswith(
        f"Found late: it was on {at:%Y-%m-%d at %H:%M} UTC. Somebody signed in after 3"
    )
    later = now + timedelta(hours=25)
    monkeypatch.setattr(clock, "now", lambda: later)
    security_watch.look()
    assert alerts.alerts(SYSTEM) == []


def test_a_monitor_that_looks_back_finds_what_the_days_before_each_try_say(clean, monkeypatch):
    """The office was used 87 days before the try of five days ago, though by now that is more than 90 days ago."""
    now = clock.now()
    days = ((92, "office"), (60, "home"), (5, "office"))
    tried(*((now - timedelta(days=ago), place, True) for ago, place in days))
    monkeypatch.setattr(security_watch, "_looked_at", None)
    assert security_watch.look() == 0


def test_a_look_that_was_missed_for_hours_is_made_up_for(clean, monkeypatch):
    now = clock.now()
    monkeypatch.setattr(security_watch, "_looked_at", now - timedelta(hours=5))
    guess(now - timedelta(hours=4))
    assert security_watch.look() == 1


def test_hours_without_tries_are_there_too(clean):
    access.sign_in("ada", PASSWORD, address="10.0.0.1", agent="Firefox")
    rows = security.hours("7", now_clocks(), ADMIN).rows
    assert len(rows) == 7 * 24 + 1
    assert sum(row[1] for row in rows) == 1


REPORT = {
    "document-uri": "https://desk/risk?portfolio=secret",
    "effective-directive": "script-src-elem",
    "blocked-uri": "https://evil.example/x.js?token=1",
}


def test_a_violation_is_counted_without_what_somebody_typed(clean):
    assert security_events.note_violation(REPORT)
    assert security_events.note_violation(REPORT)
    rows = security.violations_table(ALL, "7", now_clocks(), ADMIN).records()
    assert [(row["count"], row["blocked"], row["page"]) for row in rows] == [
        (2, "https://evil.example/x.js", "/risk")
    ]
    assert "secret" not in str(rows)
    assert "token" not in str(rows)


def test_strangers_cannot_fill_the_database_with_reports(clean, monkeypatch):
    monkeypatch.setattr(security_events, "MOST_AN_HOUR", 3)
    kept = [
        security_events.note_violation(REPORT | {"blocked-uri": f"https://evil{n}.example"}) for n in range(5)
    ]
    assert kept == [True, True, True, False, False]


def test_known_violations_are_counted_beyond_the_limit_and_drops_are_logged_once_an_hour(
    clean, monkeypatch, caplog
):
    monkeypatch.setattr(security_events, "MOST_AN_HOUR", 1)
    monkeypatch.setattr(security_events, "_said_at", None)
    began = clock.now()
    kept = [security_events.note_violation(one) for one in (REPORT, REPORT)]
    dropped = [
        security_events.note_violation(REPORT | {"blocked-uri": f"https://evil{n}.example"}) for n in range(5)
    ]
    assert (kept, dropped) == ([True, True], [False] * 5)
    assert [row["count"] for row in security.violations_table(ALL, "7", now_clocks(), ADMIN).records()] == [2]
    assert [record.levelname for record in caplog.records if "dropped" in record.message] == ["WARNING"]
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(minutes=59))
    security_events.note_violation(REPORT | {"blocked-uri": "https://evil6.example"})
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    "report",
    [{}, {"effective-directive": "<script>"}, {"effective-directive": 7}, {"violated-directive": ""}],
)
def test_a_report_without_a_directive_is_dropped(clean, report):
    assert not security_events.note_violation(report)


def test_a_report_with_strange_values_is_kept_harmless(clean):
    strange = {"effective-directive": "img-src", "blocked-uri": "http://[", "document-uri": ["x"] * 999}
    assert security_events.note_violation(strange)


def audit_file(tmp_path, monkeypatch, content):
    file = tmp_path / "audit.json"
    file.write_text(content)
    config = Settings(home=tmp_path, vulnerabilities_file=file)
    monkeypatch.setattr(vulnerabilities, "settings", lambda: config)


PIP_AUDIT = json.dumps(
    {
        "dependencies": [
            {"name": "flask", "version": "0.5", "vulns": [
                {"id": "PYSEC-2019-179", "fix_versions": ["1.0"], "aliases": ["CVE-2019-1010083"],
                 "description": "The Pallets Project Flask before 1.0 is affected by: unexpected memory usage."},
            ]},
            {"name": "jinja2", "version": "3.1.6", "vulns": []},
            {"name": "enerscope", "skip_reason": "Dependency not found on PyPI"},
        ],
        "fixes": [],
    }
)  # fmt: skip


def test_the_file_of_pip_audit_is_read(tmp_path, monkeypatch, people):
    audit_file(tmp_path, monkeypatch, PIP_AUDIT)
    found = vulnerabilities.newest()
    assert (found.problem, found.skipped, found.clean) == ("", 1, (("jinja2", "3.1.6"),))
    assert [(one.package, one.id, one.fixed_in) for one in found.findings] == [
        ("flask", "PYSEC-2019-179", "1.0")
    ]
    assert security.figures(now_clocks(), ADMIN).values[metrics.VULNERABILITIES] == 1


def test_the_figures_tell_how_old_a_result_is_and_what_it_left_out(tmp_path, monkeypatch, people):
    audit_file(tmp_path, monkeypatch, PIP_AUDIT)
    clocks = now_clocks()
    for days, is_old in ((6.9, False), (7.1, True)):
        made = clocks.known_at - timedelta(days=days)
        os.utime(tmp_path / "audit.json", (made.timestamp(), made.timestamp()))
        found = security.figures(clocks, ADMIN)
        assert found.result_at == pytest.approx(made, abs=timedelta(seconds=1))
        assert (found.skipped, found.is_result_old) == (1, is_old)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"dependencies": [{"version": 3}]}', "not json"])
def test_a_file_that_is_none_is_said_to_be_none(tmp_path, monkeypatch, content):
    audit_file(tmp_path, monkeypatch, content)
    assert "not what pip-audit writes" in vulnerabilities.newest().problem


def test_the_age_of_secrets_is_told_and_never_their_value(tmp_path, monkeypatch, people):
    (tmp_path / "secret_key").write_text("geheim")
    config = Settings(home=tmp_path, metrics_token="also secret")
    monkeypatch.setattr(secret_ages, "settings", lambda: config)
    later = Clocks(datetime(2030, 1, 1, tzinfo=UTC).date(), datetime(2030, 1, 1, tzinfo=UTC))
    rows = security.secrets_table(ALL, later, ADMIN).records()
    states = {row["name"]: row["state"] for row in rows}
    assert states["Signs session cookies"] == "old"
    assert states["Opens /metrics"] == "not known"
    assert "geheim" not in str(rows)
    assert "also secret" not in str(rows)


def test_every_secret_of_the_settings_is_listed_by_its_variable(tmp_path, monkeypatch, people):
    fields = {
        name: field for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)
    }
    assert len(fields) >= 11
    config = Settings(home=tmp_path, **{name: f"geheim-{name}" for name in fields})
    monkeypatch.setattr(secret_ages, "settings", lambda: config)
    rows = security.secrets_table(ALL, now_clocks(), ADMIN).records()
    assert len(rows) == len({row["name"] for row in rows}) == len(fields)
    kept = {row["kept_in"] for row in rows}
    for name in set(fields) - {"secret_key"}:  # that one may lie in a file, and is named in how to renew it
        alias = fields[name].validation_alias
        names = alias.choices if alias is not None else [f"ENERSCOPE_{name.upper()}"]
        assert f"environment, {names[0]}" in kept, f"{name} is missing in secret_ages.py"
    assert "geheim" not in str(rows)


def test_a_note_is_written_with_what_it_is_about(clean):
    with UnitOfWork(write=True) as work:
        assert security_events.note(work, "csp", "a", "Something.", severity="info")
        assert not security_events.note(work, "csp", "a", "Something.", severity="info")
