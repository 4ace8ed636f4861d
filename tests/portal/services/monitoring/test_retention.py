"""Retention: what is old goes, what anything stands on stays, and what is gone is said where it would be shown."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.core.config import settings
from portal.core.errors import NotFound
from portal.core.permissions import Permission, Role
from portal.core.table import GridQuery
from portal.services import jobs
from portal.services.monitoring import retention
from portal.services.risk import overview, runs
from portal.services.risk.ask import RiskAsk
from tests.helpers import job_kinds
from tests.helpers.job_kinds import somebody
from tests.helpers.risk import add_run
from tests.helpers.trades import add_desk

ANN = somebody("ann", Role.OPERATIONS)


@pytest.fixture(autouse=True)
def _kinds(database: str) -> None:
    job_kinds.register()


def execute(statement: str, **values: object) -> None:
    with UnitOfWork(write=True) as work:
        work.session.execute(text(statement), values)


def count(table: str) -> int:
    with UnitOfWork() as work:
        return int(work.session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)  # noqa: S608


def aged(job_id: int, days: int) -> int:
    execute(
        "UPDATE jobs SET finished_at = now() - :days * interval '1 day' WHERE id = :id", id=job_id, days=days
    )
    return job_id


def done(days: int, **params: object) -> int:
    job_id = jobs.submit("test-steps", params, SYSTEM)
    jobs.run(job_id)
    return aged(job_id, days)


def retain(**params: object) -> jobs.JobView:
    job_id = jobs.submit("platform.retention", params, SYSTEM)
    assert jobs.run(job_id) == "done", jobs.job(job_id, SYSTEM).error
    return jobs.job(job_id, SYSTEM)


def log_of(job: jobs.JobView) -> str:
    return " | ".join(line.message for line in jobs.job_log(job.id, SYSTEM))


def left() -> set[int]:
    return {one.id for one in jobs.jobs(SYSTEM, GridQuery(), everybody=True)[0] if one.kind == "test-steps"}


def test_old_jobs_go_with_their_log_unless_something_names_them():
    old, young = done(181), done(179)
    failed = done(400, end="refused")
    waits = jobs.submit("test-steps", {"steps": 7}, SYSTEM)
    named, scheduled = done(400), done(400, steps=4)
    add_desk()
    run_id, _ = add_run()
    execute("UPDATE risk_runs SET job_id = :job WHERE id = :id", job=named, id=run_id)
    execute(
        "INSERT INTO schedules (code, kind, params, cron, timezone, enabled, last_job_id, changed_by) "
        "VALUES ('x', 'test-steps', '{}', '0 0 * * *', 'UTC', true, :job, '')",
        job=scheduled,
    )
    lines = count("job_events")
    found = retain()
    assert left() == {young, waits, named, scheduled}
    assert found.result["jobs"] == 2
    assert "Removed 2 finished jobs older than 180 days" in log_of(found)
    assert count("job_events") < lines
    with pytest.raises(NotFound):
        jobs.job(old, SYSTEM)
    assert failed not in left()
    assert "Nothing is old enough" in log_of(retain())


def test_a_dry_run_says_the_same_and_removes_nothing():
    old = done(200)
    found = retain(dry_run=True)
    assert "Would remove 1 finished jobs older than 180 days" in log_of(found)
    assert old in left()


def test_many_jobs_go_in_several_transactions(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for steps in range(1, 6):
        done(200, steps=steps)
    retain()
    assert left() == set()


def old_run(as_of: date, days: int, method: str = "historical") -> int:
    run_id, _ = add_run(method=method, as_of=as_of)
    moment = clock.now() - timedelta(days=days)
    execute("UPDATE risk_runs SET recorded_at = :at WHERE id = :id", at=moment, id=run_id)
    return run_id


def test_scenarios_of_old_runs_go_and_their_figures_stay():
    add_desk()
    first, again, end = (old_run(date(2026, 3, day), 120) for day in (2, 30, 31))
    last = old_run(date(2026, 3, 31), 119)
    other = old_run(date(2026, 3, 2), 120, "parametric")
    breached = old_run(date(2026, 3, 3), 120)
    young = old_run(date(2026, 3, 4), 89)
    execute(
        "INSERT INTO limit_events (limit_code, limit_id, portfolio_id, run_id, as_of, event, tier, used, note, "
        "written_by) VALUES ('L', 1, 1, :run, '2026-03-03', 'opened', 'hard', 1.2, '', 'system')",
        run=breached,
    )
    figures = count("risk_metrics")
    found = retain()
    assert found.result["runs"] == [first, again, end]
    assert f"{first} (historical, 2026-03-02)" in log_of(found)
    assert count("risk_metrics") == figures
    for kept in (last, other, breached, young):
        assert runs.load(kept, SYSTEM).row.id == kept
    with pytest.raises(
        NotFound, match=rf"scenarios of risk run {first} \(historical, as of 2026-03-02\) have been"
    ):
        runs.load(first, SYSTEM)
    assert retain().result["runs"] == []


def test_the_overview_of_a_run_that_was_pruned_still_has_its_figures():
    add_desk()
    first = old_run(date(2026, 3, 2), 120)
    old_run(date(2026, 3, 31), 120)
    retain()
    seen = overview.overview(RiskAsk(), Clocks(date(2026, 3, 2), clock.now()), SYSTEM)
    assert seen is not None
    assert seen.runs["historical"].id == first
    assert seen.figure("historical", "var", 0.975) is not None


def test_who_asks_again_for_a_pruned_run_gets_a_new_one():
    add_desk()
    asked = jobs.submit("test-sum", {"steps": 2}, ANN_RISK)
    jobs.run(asked)
    assert jobs.submit("test-sum", {"steps": 2}, ANN_RISK) == asked, "a done run is shared"
    first = old_run(date(2026, 3, 2), 120)
    old_run(date(2026, 3, 31), 120)
    execute("UPDATE risk_runs SET job_id = :job WHERE id = :id", job=asked, id=first)
    retain()
    assert jobs.submit("test-sum", {"steps": 2}, ANN_RISK) != asked


ANN_RISK = somebody("ann", Role.RISK_OFFICER)


def test_nothing_goes_where_the_settings_keep_everything(monkeypatch: pytest.MonkeyPatch):
    add_desk()
    old = done(4000)
    old_run(date(2026, 3, 2), 4000)
    old_run(date(2026, 3, 31), 4000)
    forever = settings().model_copy(
        update={"keep_jobs_days": 0, "keep_scenarios_days": 0, "keep_trials_days": 0}
    )
    monkeypatch.setattr(retention, "settings", lambda: forever)
    assert "Nothing is old enough" in log_of(retain())
    assert old in left()
    assert retention.plan().runs == ()


TRIAL = """
INSERT INTO experiments (target, model, params, sweep, trial, status, as_of, known_at, recorded_at, train_first,
    train_last, splits, origins, metrics, facts, data_hash, feature_set, feature_version, code_version, fingerprint,
    simulated, seconds, run_by)
VALUES (:target, 'ets', '{}', 's', 1, 'finished', '2026-01-01', now(), now() - interval '181 days', '2025-01-01',
    '2026-01-01', '{}', 1, '{}', '{}', 'h', '', 1, '1', 'f', false, 1, 'ann') RETURNING id
"""


def test_arrays_of_trials_go_unless_a_version_stands_on_them():
    ids = []
    for target in ("settle.TTF", "settle.BRENT"):
        with UnitOfWork(write=True) as work:
            trial = work.session.scalar(
                text(TRIAL),
                {"target": target},
            )
            work.session.execute(
                text(
                    "INSERT INTO experiment_arrays (experiment_id, name, dtype, shape, data) "
                    "VALUES (:id, 'mean', '<f8', '[1]', 'abc')"
                ),
                {"id": trial},
            )
        ids.append(trial)
    execute("INSERT INTO forecast_models (id, target, model) VALUES (1, 'settle.BRENT', 'ets')")
    execute(
        "INSERT INTO model_versions (model_id, version, experiment_id, params, registered_by) "
        "VALUES (1, 1, :trial, '{}', 'ann')",
        trial=ids[1],
    )
    found = retain()
    assert found.result["trials"] == [ids[0]]
    assert f"{ids[0]} (ets of settle.TTF)" in log_of(found)
    assert (count("experiment_arrays"), count("experiments")) == (1, 2)


def test_violations_that_nobody_reports_any_more_go():
    for key, kind, days in (("a", "csp", 91), ("b", "csp", 89), ("c", "sign-in", 400)):
        execute(
            "INSERT INTO security_events (key, kind, at, last_at, severity, message, facts, count) VALUES "
            "(:key, :kind, now() - interval '1 year', now() - :days * interval '1 day', 'warning', '', '{}', 1)",
            key=key, kind=kind, days=days,
        )  # fmt: skip
    assert "Would remove 1 violations last reported more than 90 days ago." in log_of(retain(dry_run=True))
    assert count("security_events") == 3
    assert retain().result["reports"] == 1
    with UnitOfWork() as work:
        left = work.session.scalars(text("SELECT key FROM security_events ORDER BY key")).all()
    assert left == ["b", "c"]


def test_it_is_declared_for_every_night_and_for_those_who_manage_jobs():
    declared = jobs.all_schedules()["platform.retention"]
    assert (declared.cron, declared.kind) == ("40 2 * * *", "platform.retention")
    assert retention.RETENTION.permission is Permission.JOBS_MANAGE
