"""What a rule would have done: figures, a chart of what it read, and the times at which it fired."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dash.development.base_component import Component

from callbacks.monitoring.rules.ids import ALL, Ids
from components.chart import chart_card
from components.charts.rule_replay import Line, replay_figure
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import empty, notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table, sort_rows
from portal.domain.monitoring import slo_metrics as metrics
from portal.domain.monitoring.rule_judging import Verdict
from portal.services.monitoring import alert_rule_passports, alert_rules, rule_tables
from portal.services.monitoring.rule_catalogue import Rule
from portal.services.monitoring.rule_replay import DAYS, USUAL_DAYS, Course, Replay
from portal.web.views import grid

MOST_LINES = 4
HOUR = 3_600.0


def days_of(filters: Mapping[str, Any]) -> int:
    """Return over how many days is replayed."""
    asked = str(filters.get("days") or USUAL_DAYS)
    return int(asked) if asked.isdecimal() and int(asked) in DAYS else USUAL_DAYS


def found(one: Rule, tried: Replay, clocks: Clocks) -> list[Component]:
    """Return how often a rule would have fired, what it read, and when it fired."""
    if not tried.courses:
        advice = (
            "There are no samples of it in the store. Choose another service, metric or label, or wait until it is "
            "measured: a rule may be saved before that."
        )
        return [section("Replay", [empty("Nothing to replay", advice)])]
    days = round((tried.until - tried.since).total_seconds() / 86_400)
    params: dict[str, str | int | float | None] = {
        "draft": alert_rule_passports.write_draft(one),
        "days": days,
        "until": tried.until.isoformat(),
    }
    tiles = kpi_row(
        [
            kpi_tile("Would have fired", Shown(metrics.REPLAY_TIMES, tried.count, "times", params)),
            kpi_tile("For altogether", Shown(metrics.REPLAY_HOURS, tried.seconds / HOUR, "h", params)),
        ]
    )
    parts: list[Component] = [
        section("Replay", [*_history(tried), tiles], note=_note(tried)),
        _chart(tried, params, clocks),
    ]
    if tried.count:
        rows = sort_rows(alert_rule_passports.episode_rows(tried), ALL)
        listed = data_grid(
            Ids.EPISODES,
            rows,
            clocks=clocks.query(),
            params=params,
            query=ALL,
            caption="Times it would have fired",
        )
        parts.append(section("When", [listed]))
    return parts


def _note(tried: Replay) -> str:
    looks = "15 seconds" if tried.step_seconds < 60 else f"{tried.step_seconds / 60:g} min"
    words = " ".join(part for part in (f"One look every {looks}.", tried.note) if part)
    return words + (f" {tried.left_out} more series are judged but not replayed." if tried.left_out else "")


def _history(tried: Replay) -> list[Component]:
    """Say it where the samples begin later than the replay."""
    if tried.first is None or tried.first <= tried.since + timedelta(minutes=10):
        return []
    return [
        notice(
            f"Samples begin {tried.first:%Y-%m-%d %H:%M} UTC: before that nobody knows what it would have done."
        )
    ]


def _chart(tried: Replay, params: Mapping[str, Any], clocks: Clocks) -> Component:
    drawn = _drawn(tried)
    fired = [
        (_at(one.begin), tried.until if one.end is None else _at(one.end))
        for course in drawn
        for one in course.episodes
    ]
    terms, metric = tried.read.terms, tried.read.rule.metric
    drawn = [_from_first(course) for course in drawn]
    lines = [Line(course.subject.text, course.verdict.moments, course.verdict.value) for course in drawn]
    first, band = drawn[0].verdict, None
    if len(drawn) == 1 and first.low is not None and first.high is not None:
        band = (first.moments, first.low, first.high)
    if terms.kind == "anomaly" and band is None:
        lines = [
            Line(course.subject.text, course.verdict.moments, course.verdict.reading) for course in drawn
        ]
    percent = terms.kind == "threshold" and metric.endswith("_ratio") and terms.reading == "value"
    picture = replay_figure(
        lines, fired, level=terms.level, clear_level=terms.clear_level, falling=terms.falling,
        title=_axis(tried, has_band=band is not None), percent=percent, band=band,
    )  # fmt: skip
    shown = (
        "" if len(drawn) == len(tried.courses) else f" {len(drawn)} of {len(tried.courses)} series are drawn."
    )
    return chart_card(
        "What it read", picture, grid=Ids.READINGS, clocks=clocks.query(), params=params,
        note=f"Dashed: the level; dotted: where it is over; shaded: it fires.{shown}"
        if band is None
        else "Grey: what is usual for the time; shaded: it fires.",
        advice="Nothing was measured in this time.",
    )  # fmt: skip


def _from_first(course: Course) -> Course:
    """Return what was read from the first look on at which something was known."""
    known = (course.verdict.value == course.verdict.value).nonzero()[0]
    begin = max(0, int(known[0]) - 1) if len(known) else 0
    one = course.verdict
    low, high = (None if edge is None else edge[begin:] for edge in (one.low, one.high))
    cut = Verdict(one.moments[begin:], one.reading[begin:], one.fires[begin:], one.value[begin:], low, high)
    return replace(course, verdict=cut)


def _drawn(tried: Replay) -> list[Course]:
    """Return the series that are drawn: those that fired longest first."""
    return sorted(tried.courses, key=lambda one: -sum(1 for at in one.verdict.fires.tolist() if at))[
        :MOST_LINES
    ]


def _axis(tried: Replay, *, has_band: bool) -> str:
    terms, metric = tried.read.terms, tried.read.rule.metric
    if terms.kind == "burn-rate":
        return "× the level of the alert"
    if terms.kind == "absence":
        return "age of the newest sample, s"
    if terms.kind == "anomaly" and not has_band:
        return "robust standard deviations"
    if terms.reading == "rate":
        return f"{metric}, per second"
    return f"{metric}, %" if metric.endswith("_ratio") and terms.kind == "threshold" else metric


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _again(filters: Mapping[str, Any], actor: Actor) -> Replay:
    try:
        until = datetime.fromisoformat(str(filters.get("until")))
    except ValueError:
        raise DomainError("The end of the history cannot be read. Open the page again.") from None
    one = alert_rule_passports.draft(str(filters.get("draft")), actor)
    return alert_rules.try_out(one, actor, days=days_of(filters), until=until)


@grid(Ids.READINGS, title="What a rule read", permission=Permission.MONITORING_READ)
def load_readings(query: GridQuery, filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> Table:
    """Return the readings that are drawn."""
    tried = _again(filters, actor)
    return sort_rows(rule_tables.reading_table(replace(tried, courses=tuple(_drawn(tried)))), query)


@grid(Ids.EPISODES, title="Times a rule would have fired", permission=Permission.MONITORING_READ)
def load_episodes(query: GridQuery, filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> Table:
    """Return when a rule would have fired."""
    return sort_rows(alert_rule_passports.episode_rows(_again(filters, actor)), query)
