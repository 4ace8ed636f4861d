"""Monitoring > Alert rules: the list, the form that is replayed as it changes, and what is refused."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from plotly.graph_objects import Figure

from callbacks.monitoring.rules import form
from callbacks.monitoring.rules.replay import load_episodes, load_readings
from callbacks.monitoring.rules.view import draw_list, draw_rule
from components.charts.rule_replay import MOST_POINTS, Line, replay_figure, thinned
from data.session import UnitOfWork
from data.writes import samples as sample_writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.services import clocks as clock_service
from portal.services import passports
from portal.services.monitoring import alert_rule_passports, alert_rules
from portal.services.monitoring.rule_catalogue import DECLARED

OLIVER = Actor(1, "oliver", "Oliver", frozenset({Role.OPERATIONS}), frozenset())
AUDREY = Actor(2, "audrey", "Audrey", frozenset({Role.AUDITOR}), frozenset())
MEMORY = next(one for one in DECLARED if one.code == "memory-short")


@pytest.fixture
def memory(module_database) -> None:
    """Memory that was short for twenty minutes, two hours ago."""
    now = clock.now()
    with UnitOfWork(write=True) as work:
        rows = [
            (
                "disk",
                "host_memory_used_ratio",
                "",
                now - timedelta(minutes=at),
                0.97 if 120 <= at < 140 else 0.5,
            )
            for at in range(240)
        ]
        sample_writes.append(work.session, rows)


def given(**more: str) -> dict[str, str]:
    return {**form.values_of(MEMORY), "base": MEMORY.code, "days": "1", **more}


BYTES = replace(
    form.NEW["threshold"],
    code="bytes",
    terms={
        "level": 1073741824,
        "clear_level": 1073741823.25,
        "for_seconds": 1234567,
        "keep_seconds": 1234567,
    },
)


@pytest.mark.parametrize(
    "one", [*DECLARED, *form.NEW.values(), BYTES], ids=lambda one: f"{one.kind} {one.code}"
)
def test_a_form_says_what_its_rule_says(one):
    said = form.said(form.values_of(one), one)
    assert said.read() == one.read()
    assert replace(said, terms={}) == replace(one, terms={})


def test_a_change_is_replayed_at_once(memory):
    clocks = clock_service.resolve({})
    shown = str(draw_rule(given(), clocks, OLIVER))
    assert "host_memory_used_ratio > 95.0 % for 5 min" in shown
    assert "Times it would have fired" in shown
    assert "Samples begin" in shown
    assert "Times it would have fired" not in str(draw_rule(given(level="0.99"), clocks, OLIVER))


def test_what_makes_no_sense_is_said_in_place(memory):
    clocks = clock_service.resolve({})
    assert "would be over at 0.99, where it still fires" in str(
        draw_rule(given(clear_level="0.99"), clocks, OLIVER)
    )
    assert "is no number" in str(draw_rule(given(level="lots"), clocks, OLIVER))
    assert "Nothing to replay" in str(draw_rule(given(series="disk nothing_like_it"), clocks, OLIVER))
    assert "There is no alert rule" in str(draw_rule(given(base="gone"), clocks, OLIVER))


def test_the_figures_of_a_replay_open_to_the_same_values(memory):
    until = clock.now()
    tried = alert_rules.try_out(MEMORY, AUDREY, days=1, until=until)
    params = {"draft": alert_rule_passports.write_draft(MEMORY), "days": 1, "until": until.isoformat()}
    clocks = clock_service.resolve({})
    times = passports.open_passport("monitoring.rule_times", params, clocks, AUDREY).evaluation
    hours = passports.open_passport("monitoring.rule_hours", params, clocks, AUDREY).evaluation
    assert times.value == tried.count == 1
    assert hours.value == pytest.approx(tried.seconds / 3600)
    assert len(load_episodes(GridQuery(), params, clocks, AUDREY).rows) == 1
    assert load_readings(GridQuery(), params, clocks, AUDREY).total > 200


def test_the_list_shows_every_rule_and_only_writers_get_buttons(module_database):
    clocks = clock_service.resolve({})
    shown = str(draw_list({}, clocks, AUDREY))
    assert "rule=new" not in shown
    assert "rule=new" in str(draw_list({}, clocks, OLIVER))


def test_the_counts_open_to_the_same_values(module_database):
    from portal.services.monitoring import rule_tables

    found = rule_tables.counts(AUDREY)
    clocks, params = clock_service.resolve({}), {"moment": found.moment.isoformat()}
    for metric, value in (("monitoring.rules_on", found.on), ("monitoring.rules_firing", found.firing)):
        assert passports.open_passport(metric, params, clocks, AUDREY).evaluation.value == value


def test_the_picture_validates_and_loses_no_peak():
    moments, reading = np.arange(20_000.0), np.zeros(20_000)
    reading[12_345] = 7.0
    reading[:500] = np.nan
    assert len(thinned(moments, reading, falling=False)[1]) <= MOST_POINTS + 1
    assert np.nanmax(thinned(moments, reading, falling=False)[1]) == 7.0
    now = clock.now()
    made = replay_figure(
        [Line("disk", moments, reading)], [(now, now)], level=5.0, clear_level=4.0, falling=False, title="%",
        band=(moments, reading - 1, reading + 1),
    )  # fmt: skip
    Figure(made)
    Figure(
        replay_figure(
            [Line("disk", moments, reading)], [], level=5.0, clear_level=4.0, falling=True, title="%"
        )
    )
    assert replay_figure([], [], level=1, clear_level=1, falling=False, title="")["data"] == []
