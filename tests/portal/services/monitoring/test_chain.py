"""The end-of-day chain on a real database: deliveries and jobs of real days, simulated ones of a demo desk."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.core.actor import Actor
from portal.core.errors import NotPermitted
from portal.core.permissions import Role
from portal.services.monitoring import chain, feed_tables
from portal.services.monitoring.chain_days import minutes_of, workdays_before
from portal.services.monitoring.chain_steps import PACK, STEPS
from tests.helpers.feeds import add_feed, add_job, deliver, make_demo, workdays

FRIDAY = date(2026, 11, 20)
DAYS = workdays(FRIDAY, 26)
OLIVER = Actor(1, "oliver", "Oliver Operations", frozenset({Role.OPERATIONS}))
TRACY = Actor(3, "tracy", "Tracy Trader", frozenset({Role.TRADER}))
JOBS = {"risk.nightly": (1155, 20), "compliance.check": (1170, 5), "compliance.surveillance": (1185, 4),
        "forecast.nightly": (1180, 12)}  # fmt: skip


def at(day: date, minutes: float) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes)


def run_night(day: date, *, longer: float = 0.0, leave_out: str = "") -> dict[str, int]:
    """Run the jobs of a night; risk takes ``longer``."""
    found = {}
    for kind, (due, minutes) in JOBS.items():
        if kind != leave_out:
            extra = longer if kind == "risk.nightly" else 0.0
            found[kind] = add_job(
                kind, at(day, due), began=at(day, due + 0.5), ended=at(day, due + 0.5 + minutes + extra)
            )
    return found


@pytest.fixture
def desk(database: str) -> str:
    """A desk of one source whose nights were run for five weeks, but for the last day."""
    add_feed("exchange", DAYS)
    for day in DAYS[:-1]:
        run_night(day)
    return database


def test_a_night_as_it_was_with_its_path_and_jobs(desk):
    jobs = run_night(FRIDAY, longer=30)
    found = chain.chain(OLIVER, FRIDAY, at(FRIDAY, 1439))
    assert found.is_complete
    assert (found.history, found.simulated) == (20, False)
    assert found.eta() == found.eta("low") == found.eta("high") == pytest.approx(1205.5)
    assert found.path == ("risk.nightly", PACK)
    # Usually forecasts are last: 19:40:30 and 12 minutes.
    assert found.usual[PACK].end.median == pytest.approx(1192.5)
    assert found.later() == pytest.approx(13.0)
    assert found.room["forecast.nightly"] == pytest.approx(13.0)
    rows = {row["step"]: row for row in feed_tables.chain_table(found).records()}
    assert rows["Nightly risk run"]["link"] == f"/monitoring/jobs?job={jobs['risk.nightly']}"
    assert rows["Nightly risk run"]["critical"] == "critical"
    assert rows["Daily prices"]["end"] == at(FRIDAY, 1110)


def test_the_evening_under_way_is_played_on_from_now(desk):
    add_job("risk.nightly", at(FRIDAY, 1155), began=at(FRIDAY, 1156), state="running")
    found = chain.chain(OLIVER, FRIDAY, at(FRIDAY, 1175))
    assert not found.is_complete
    assert feed_tables.state_of(found, "risk.nightly") == "running"
    assert feed_tables.state_of(found, "forecast.nightly") == "expected"
    assert found.eta() == pytest.approx(1192.5)
    assert found.eta("low") == pytest.approx(1192.5)  # every night took the same
    late = chain.chain(OLIVER, FRIDAY, at(FRIDAY, 1195))  # risk still runs, forecasts have not begun
    assert late.eta() == pytest.approx(1207.0)


def test_what_happened_later_is_not_known_earlier(desk):
    run_night(FRIDAY)
    found = chain.chain(OLIVER, FRIDAY, at(FRIDAY, 1160))
    assert feed_tables.state_of(found, "risk.nightly") == "running"
    assert found.outlook["forecast.nightly"].state == "waiting"


def test_a_failed_job_has_to_run_again_and_a_day_that_is_over_is_given_up(desk):
    add_job("risk.nightly", at(FRIDAY, 1155), began=at(FRIDAY, 1156), ended=at(FRIDAY, 1157), state="failed")
    run_night(FRIDAY, leave_out="risk.nightly")
    found = chain.chain(OLIVER, FRIDAY, at(FRIDAY, 1210))
    assert feed_tables.state_of(found, "risk.nightly") == "failed"
    assert found.eta() == pytest.approx(1230.0)  # twenty minutes from now
    over = chain.chain(OLIVER, FRIDAY, at(FRIDAY, 5 * 1440))
    assert over.given_up
    assert over.eta() is None
    assert over.later() is None
    repeated = add_job("risk.nightly", at(FRIDAY, 1300), began=at(FRIDAY, 1300), ended=at(FRIDAY, 1310))
    again = chain.chain(OLIVER, FRIDAY, at(FRIDAY, 1400))
    assert again.eta() == pytest.approx(1310.0)
    assert feed_tables.link_of(again, "risk.nightly").endswith(f"={repeated}")


def test_a_run_that_was_repeated_on_inputs_that_came_late_counts(database):
    instrument = add_feed("exchange", DAYS[:-1])
    for day in DAYS[:-1]:
        run_night(day)
    deliver(instrument, FRIDAY, at(FRIDAY, 1260), source="exchange")
    run_night(FRIDAY)
    early = chain.chain(OLIVER, FRIDAY, at(FRIDAY, 1300))
    assert feed_tables.state_of(early, "risk.nightly") == "outdated"
    assert feed_tables.state_of(early, "compliance.check") == "outdated"
    jobs = {
        kind: add_job(kind, at(FRIDAY, 1320), began=at(FRIDAY, 1320), ended=at(FRIDAY, 1350))
        for kind in ("risk.nightly", "compliance.check")
    }
    add_job("risk.nightly", at(FRIDAY, 1360), began=at(FRIDAY, 1360), ended=at(FRIDAY, 1370))
    under_way = chain.chain(OLIVER, FRIDAY, at(FRIDAY, 1330))
    assert feed_tables.state_of(under_way, "risk.nightly") == "running"
    again = chain.chain(OLIVER, FRIDAY, at(FRIDAY, 1400))
    assert {row.step: row.job for row in again.rows if row.step in jobs} == jobs
    assert again.is_complete
    assert again.eta() == pytest.approx(1350.0)


def test_a_feed_that_was_late_before_is_named_and_not_waited_for(desk):
    add_feed("slow", DAYS[:-3])
    run_night(FRIDAY)
    found = chain.chain(OLIVER, FRIDAY, at(FRIDAY, 1439))
    assert found.is_complete
    (row,) = [row for row in found.rows if row.step == "feed.prices"]
    assert row.note == "Not waited for, since it was late before: Daily prices, slow."


def test_nights_of_the_demo_desk_are_made_up_and_marked_real_ones_are_not(database):
    add_feed("desk", DAYS, simulated=True)
    make_demo(FRIDAY, loaded_at=at(FRIDAY, 3000))
    now = at(FRIDAY, 4000)
    found = chain.chain(OLIVER, None, now)
    assert (found.day, found.is_complete, found.simulated) == (FRIDAY, True, True)
    assert found.eta() == chain.chain(OLIVER, FRIDAY, now).eta()
    assert {row.origin for row in found.rows} == {"simulated"}
    job = add_job("risk.nightly", at(FRIDAY, 1155), began=at(FRIDAY, 1155), ended=at(FRIDAY, 1156))
    mixed = {row.step: row for row in chain.chain(OLIVER, FRIDAY, now).rows}
    assert (mixed["risk.nightly"].origin, mixed["risk.nightly"].job) == ("job", job)
    assert mixed["compliance.check"].origin == "simulated"


def test_an_empty_database_has_a_chain_without_feeds_and_no_history(database):
    found = chain.chain(OLIVER, FRIDAY, at(FRIDAY, 600))
    assert found.history == 0
    assert found.eta("low") is None
    assert {row.origin for row in found.rows} == {"job"}


def test_only_those_who_read_monitoring(database):
    with pytest.raises(NotPermitted):
        chain.chain(TRACY, FRIDAY, at(FRIDAY, 600))


def test_days_before_skip_weekends_and_days_off():
    assert workdays_before(date(2026, 4, 8), 3) == [date(2026, 4, 1), date(2026, 4, 2), date(2026, 4, 7)]
    assert minutes_of(at(FRIDAY, 1500), FRIDAY) == 1500


def test_every_declared_step_reads_steps_above_it_and_names_a_schedule_that_is_there():
    from portal.services.jobs import all_schedules

    known: set[str] = set()
    for step in STEPS:
        assert set(step.after) <= known, step.code
        known.add(step.code)
        if step.kind == "job":
            assert step.subject in all_schedules()
            assert step.demo_minutes > 0
