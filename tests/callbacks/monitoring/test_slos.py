"""Monitoring > SLOs: honest without data and with a short history; every figure opens to the same value."""

from datetime import UTC, datetime, timedelta

import pytest
from dash.development.base_component import Component
from plotly.graph_objects import Figure

from callbacks.monitoring import slos
from components.charts.slo import budget_figure, burn_figure
from data.session import UnitOfWork
from data.writes import samples as sample_writes
from data.writes import states as state_writes
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.services import clocks as clock_service
from portal.services import passports
from portal.services.monitoring import objective_terms, slo_view

OLIVER = Actor(1, "oliver", "Oliver", frozenset({Role.OPERATIONS}), frozenset())
TRADER = Actor(2, "tina", "Tina", frozenset({Role.TRADER}), frozenset())
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def requests(module_database) -> None:
    """Ten requests a minute over five hours; in the last one half of them fail."""
    with UnitOfWork(write=True) as work:
        rows = []
        for at in range(301):
            moment, late = NOW - timedelta(minutes=300 - at), max(0, at - 240)
            for outcome, count in (("ok", 10.0 * (at - late) + 5.0 * late), ("server", 5.0 * late)):
                rows.append(
                    ("web", "enerscope_requests_total", f"kind=page,outcome={outcome}", moment, count)
                )
        sample_writes.append(work.session, rows)


def clocks() -> Clocks:
    return clock_service.resolve({})


def words(parts: list[Component]) -> str:
    return str(parts)


def availability() -> slo_view.Standing:
    [one] = slo_view.standings(OLIVER, NOW, ["availability"])
    return one


def test_figures_by_hand(requests):
    one = availability()
    # 3,000 requests of which 300 failed: the budget is 15 of them
    assert one.attained() == pytest.approx(0.9)
    assert one.left() == pytest.approx(1 - 300 / 15)
    assert one.burn("1h") == pytest.approx(0.5 / 0.005)
    assert one.burn("5m") == pytest.approx(0.5 / 0.005)
    assert one.burn("3d") == pytest.approx(0.1 / 0.005)
    assert one.lasts_hours() == 0.0
    assert one.history() == "Only 5 h of the 30 days are known so far; the figures are about these."
    assert slo_view.state_of(one) == "missed"


def test_every_figure_opens_to_the_same_value(requests):
    table = slo_view.table([availability()], GridQuery())
    [row] = table.rows
    opened = 0
    for column, value in zip(table.columns, row, strict=True):
        if column.metric is None:
            continue
        params = {**table.extra["params"]["availability"], **dict(column.params)}
        found = passports.open_passport(column.metric, params, clocks(), OLIVER)
        assert found.evaluation.value == pytest.approx(value)
        assert found.evaluation.inputs.rows
        opened += 1
    assert opened == 6


def test_how_the_budget_was_spent_ends_at_the_figure(requests):
    one = availability()
    ends, _, lost, left = slo_view.spent(one)
    assert left[-1] == pytest.approx(one.left())
    assert lost.sum() == 300
    assert len(slo_view.spent_table(one).rows) == len(ends)
    assert (left[1:] <= left[:-1]).all(), "a budget is only spent"


def test_figures_validate(requests):
    one = availability()
    ends, _, lost, left = slo_view.spent(one)
    Figure(budget_figure(ends, left, lost))
    looks, rates = slo_view.burns(OLIVER, "availability", NOW)
    Figure(burn_figure(looks, rates, [14.4, 6.0, 1.0]))
    assert len(slo_view.burn_table(looks, rates).rows) == len(looks)
    assert burn_figure([], {}, [1.0])["data"] == []
    assert budget_figure([], left[:0], lost[:0])["data"] == []


def test_without_anything_measured_the_page_says_so(database):
    shown = words(slos.draw({"objective": "availability"}, clocks(), OLIVER))
    assert "Nothing has been measured yet." in shown
    assert "No events yet" in shown


def test_it_takes_the_right_to_read(database):
    with pytest.raises(NotPermitted):
        slos.draw({}, clocks(), TRADER)


def test_jobs_and_states_count_too(database):
    with UnitOfWork() as work:
        found = {one.objective.code: one for one in slo_view.read(work, NOW)}
    assert {"availability", "up", "latency", "jobs", "database", "cache"} <= set(found)
    assert all(one.attained() is None for one in found.values())


def test_the_first_look_at_a_service_stands_for_its_minute(database):
    with UnitOfWork(write=True) as work:
        state_writes.append(work.session, service="cache", at=NOW, state="good", reason="", facts={})
    [cache] = slo_view.standings(OLIVER, NOW, ["cache"])
    assert (cache.attained(), cache.known_seconds) == (1.0, 60.0)
    assert cache.history().startswith("Only 1 min of the 30 days")


def test_only_who_may_write_gets_the_forms_and_versions_are_shown(database):
    auditor = Actor(3, "audrey", "Audrey", frozenset({Role.AUDITOR}), frozenset())
    shown = words(slos.draw({"objective": "latency"}, clocks(), OLIVER))
    assert "Change what is promised" in shown
    assert "Promise that another service works" in shown
    assert "95 % of requests answered within 1 s in any 30 days." in shown
    read = words(slos.draw({"objective": "latency"}, clocks(), auditor))
    assert "Change what is promised" not in read
    assert "Promise that another service works" not in read
    objective_terms.change("latency", {"enabled": False}, OLIVER, based_on=0)
    read = words(slos.draw({"objective": "latency"}, clocks(), auditor))
    assert "Version 1" in read
    assert "It is off: no alert rule watches it." in read


def test_hours_without_any_web_server_are_no_kept_promise(database):
    """Up for six hours, then down for two: no request arrives that could fail, and yet the promise is broken."""
    with UnitOfWork(write=True) as work:
        for hours, state in ((8, "good"), (2, "bad")):
            state_writes.append(
                work.session, service="web", at=NOW - timedelta(hours=hours), state=state, reason="", facts={}
            )
        counts = [
            (
                "web",
                "enerscope_requests_total",
                "kind=page,outcome=ok",
                NOW - timedelta(minutes=480 - at),
                10.0 * at,
            )
            for at in range(360)
        ]
        sample_writes.append(work.session, counts)
    up, answers = slo_view.standings(OLIVER, NOW, ["up", "availability"])[::-1]
    assert answers.attained() == 1.0
    assert up.attained() == pytest.approx(0.75, abs=0.01)
    assert (slo_view.state_of(answers), slo_view.state_of(up)) == ("kept", "missed")
    shown = words(slos.draw({"objective": "availability"}, clocks(), OLIVER))
    assert "It is about requests that arrived" in shown
    assert "It is about requests that arrived" not in words(slos.draw({"objective": "up"}, clocks(), OLIVER))
