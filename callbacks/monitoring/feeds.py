"""Monitoring > Feeds: every source against what is agreed, one feed with its terms, and the end-of-day chain."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from dash.development.base_component import Component

from callbacks.monitoring.feed_terms import one_feed
from components import controls as inputs
from components.chart import chart_card
from components.charts.chain import Bar, chain_figure
from components.feeds import time_tile
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import empty, notice
from components.table import data_grid
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table, sort_rows
from portal.domain.monitoring import feed_metrics as metrics
from portal.domain.monitoring.chain import LEAST_DAYS, NORM_DAYS
from portal.services import clocks as clock_service
from portal.services.monitoring import chain as chains
from portal.services.monitoring import feed_tables, feeds
from portal.services.monitoring.chain import Chain
from portal.services.monitoring.chain_steps import PACK
from portal.services.monitoring.feeds import Feed
from portal.web.actor import current_actor
from portal.web.views import body, grid

SHOWN = GridQuery(limit=None)
ALL = "all"
MOST_WORDS = 5  # feeds whose trouble is told above the table
SPANS = (("evening", "Around the pack"), ("day", "Whole day"))
BEFORE_MINUTES, AFTER_MINUTES, TOLERANCE = 330.0, 90.0, 5.0  # of the picture; lateness that is told in words


class Ids(StrEnum):
    """The body and its grids; the rows behind the picture of one feed are those of ``DELIVERIES``."""

    BODY = "monitoring-feeds"
    LIST = "monitoring-feeds-list"
    CHAIN = "monitoring-feeds-chain"


@dataclass(frozen=True, slots=True)
class View:
    """The first state of the page."""

    clocks: Clocks
    filters: Mapping[str, Any]
    names: list[tuple[str, str]]
    day: date
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page for its address; what is not one of the choices is ignored."""
    clocks, actor = clock_service.resolve(query), current_actor()
    moment = moment_of(clocks)
    found = feeds.feeds(actor, moment)
    names = [(one.code, one.terms.title) for one in sorted(found, key=lambda one: one.terms.title)]
    asked = {
        "feed": query.get("feed", "") if query.get("feed") in dict(names) else ALL,
        "day": query.get("day", ""), "span": query.get("span", "") or SPANS[0][0],
    }  # fmt: skip
    shown = chains.chain(actor, day_of(asked), moment)
    content = draw(asked, clocks, actor)
    return View(clocks, asked, names, shown.day, content)


def controls(seen: View) -> list[Component]:
    """Return the inputs: one feed, the day of the chain, and how much of it is drawn."""
    span = seen.filters["span"] if seen.filters["span"] in dict(SPANS) else SPANS[0][0]
    return [
        inputs.select(Ids.BODY, "feed", "Feed", [(ALL, "All"), *seen.names], str(seen.filters["feed"])),
        inputs.day(Ids.BODY, "day", "Day of the chain", f"{seen.day}"),
        inputs.choice(Ids.BODY, "span", "Chain", SPANS, span),
    ]


def moment_of(clocks: Clocks) -> datetime:
    """Return the moment at which feeds are judged: now, unless the view is pinned to an earlier one."""
    return clock.now() if clocks.live else clocks.known_at


def day_of(filters: Mapping[str, Any]) -> date | None:
    """Return the day that was asked for; None for the newest, also where the text is no day."""
    try:
        return date.fromisoformat(str(filters.get("day") or ""))
    except ValueError:
        return None


@body(Ids.BODY, permission=Permission.MONITORING_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the figures, the feed that was chosen, all feeds, and the chain."""
    moment = moment_of(clocks)
    found = feeds.feeds(actor, moment)
    shown = chains.chain(actor, day_of(filters), moment)
    if not found:
        return [
            empty(
                "No feed yet", "A feed is here as soon as something of it was imported: see Market > Import."
            )
        ]
    parts: list[Component] = [_tiles(found, shown, moment)]
    late = [one for one in found if one.word in ("late", "incomplete")]
    parts += [notice(f"{one.terms.title}: {one.reason}", kind="warn") for one in late[:MOST_WORDS]]
    if ended := _demo_words(found):
        parts.append(notice(ended))
    code = str(filters.get("feed") or ALL)
    if code != ALL:
        parts += one_feed(code, clocks, actor, moment)
    table = feed_tables.feed_table(found, moment)
    rows = data_grid(Ids.LIST, table, clocks=clocks.query(), query=SHOWN, caption="All feeds")
    words = "A delivery counts by the day that it holds. Late ones come first."
    return [*parts, section("All feeds", [rows], note=words), *_chain_part(shown, filters, clocks)]


def _tiles(found: list[Feed], shown: Chain, moment: datetime) -> Component:
    params = {"moment": moment.isoformat()}
    watched = [one for one in found if one.terms.enabled]
    late = [one for one in watched if one.word == "late"]
    pack = params | {"day": f"{shown.day}"}
    eta, low, high = (shown.eta(bound) for bound in chains.BOUNDS)
    later = shown.later()
    alert = "Ask the source, or import the file" if late else ""
    return kpi_row(
        [
            kpi_tile("Feeds late", Shown(metrics.LATE, float(len(late)), "feeds", params), alert=alert),
            kpi_tile("Feeds watched", Shown(metrics.WATCHED, float(len(watched)), "feeds", params)),
            time_tile(
                "Morning pack complete" if shown.is_complete else "Morning pack expected",
                Shown(metrics.ETA, eta, "min", pack | {"bound": "median"}, note="It was never complete"),
                _clock(shown, eta), detail=_band_words(shown, low, high),
            ),
            kpi_tile(
                "Against the usual", Shown(metrics.ETA_LATER, later, "min", pack | {"step": PACK}),
                detail=f"Median of {shown.history} working days, to {shown.day}",
                alert="Later than usual" if later is not None and later > TOLERANCE else "",
            ),
        ]
    )  # fmt: skip


def _clock(shown: Chain, minutes: float | None) -> str:
    if minutes is None:
        return ""
    at = shown.at(minutes)
    return f"{at:%H:%M}" if at.date() == shown.day else f"{at:%H:%M} next day"


def _band_words(shown: Chain, low: float | None, high: float | None) -> str:
    if not shown.has_pack:
        return "Nothing that it waits for is known"
    if shown.given_up:
        return f"{shown.day} is over and it was never complete"
    if shown.is_complete:
        return f"{shown.day}, by the last of its inputs"
    if low is None or high is None:
        return f"{shown.day}; no band before {LEAST_DAYS} days of history"
    return f"{shown.day}, 90 % between {_clock(shown, low)} and {_clock(shown, high)}"


def _demo_words(found: list[Feed]) -> str:
    ended = [one for one in found if one.ends_on is not None and one.terms.enabled]
    if not ended:
        return ""
    return (
        f"{len(ended)} feeds belong to the demo desk, which ends on {max(one.ends_on for one in ended if one.ends_on)}."
        " They are judged up to that day and not by the wall clock, so that a desk that stands still is not called "
        "late; their age is by the wall clock. A file of your own, or a tick in what is agreed, makes a feed live."
    )


@grid(Ids.LIST, title="Feeds", permission=Permission.MONITORING_READ)
def load_list(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return all feeds, as sorted and filtered."""
    moment = moment_of(clocks)
    return sort_rows(feed_tables.feed_table(feeds.feeds(actor, moment), moment), query)


@grid(Ids.CHAIN, title="End-of-day chain", permission=Permission.MONITORING_READ)
def load_chain(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the steps of the chain of a day, as sorted and filtered."""
    found = chains.chain(actor, day_of(filters), moment_of(clocks))
    return sort_rows(feed_tables.chain_table(found), query)


def _chain_part(shown: Chain, filters: Mapping[str, Any], clocks: Clocks) -> list[Component]:
    if not shown.rows:
        return [section("End-of-day chain", [empty("No chain", "No feed and no schedule stands behind it.")])]
    span = str(filters.get("span") or "")
    params = {"day": f"{shown.day}"}
    bars, outside = _bars(shown, whole=span == "day")
    eta, low, high = (shown.eta(bound) for bound in chains.BOUNDS)
    moments = [None if minutes is None else shown.at(minutes) for minutes in (low, high, eta)]
    over = shown.moment > shown.at(2 * 1440)
    picture = chain_figure(
        bars, low=moments[0], high=moments[1], eta=moments[2],
        now=None if over or shown.is_complete else shown.moment, keep=f"{shown.day} {span}",
    )  # fmt: skip
    card = chart_card(
        f"End-of-day chain of {shown.day}", picture, grid=Ids.CHAIN, clocks=clocks.query(), params=params,
        note=_chain_words(shown, outside), source=_source_words(shown), simulated=shown.simulated,
    )  # fmt: skip
    return [card]


def _chain_words(shown: Chain, outside: list[str]) -> str:
    told = []
    if shown.path:
        names = ", then ".join(chains.title_of(code).lower() for code in shown.path[:-1])
        verb = "waited" if shown.is_complete else "waits"
        told.append(
            f"The morning pack {verb} for {names}: any minute that is lost there is lost to the pack."
        )
    told += [f"{chains.title_of(row.step)}: {row.note}" for row in shown.rows if row.note]
    again = [chains.title_of(row.step) for row in shown.rows if shown.outlook[row.step].state == "outdated"]
    if again:
        told.append(f"Ran before what it reads was in, and has to run again: {', '.join(again)}.")
    if outside:
        told.append(f"Not drawn: {', '.join(outside)}.")
    return " ".join(told)


def _source_words(shown: Chain) -> str:
    words = f"Grey: median of the last {shown.history} of {NORM_DAYS} working days, with the middle 90 % of its ends."
    if shown.simulated:
        words += " The demo desk's nights were never run: where no job has run, run times are made up and marked so."
    return words


def _bars(shown: Chain, *, whole: bool) -> tuple[list[Bar], list[str]]:
    """Return the steps that are drawn, and words for those outside of the hours around the pack."""
    centre = shown.eta("median") or max(
        (one.end.median for code, one in shown.usual.items() if code == PACK), default=None
    )
    high = shown.eta("high") or centre
    bars, outside = [], []
    for row in chains.in_drawing_order(shown):
        end = shown.outlook[row.step].end
        far = centre is not None and not centre - BEFORE_MINUTES <= end <= (high or centre) + AFTER_MINUTES
        if far and not whole:
            outside.append(f"{chains.title_of(row.step).lower()} {_clock(shown, end)}")
        else:
            bars.append(_bar(shown, row.step, row.job, simulated=row.origin == "simulated"))
    return bars, outside


def _bar(shown: Chain, step: str, job: int | None, *, simulated: bool) -> Bar:
    outlook, usual = shown.outlook[step], shown.usual.get(step)
    low, high = (usual.end.low, usual.end.high) if usual else (None, None)
    return Bar(
        chains.title_of(step), feed_tables.state_of(shown, step), shown.at(outlook.begin), shown.at(outlook.end),
        step in shown.path, feed_tables.is_work(step), shown.at(usual.begin.median) if usual else None,
        shown.at(usual.end.median) if usual else None, None if low is None else shown.at(low),
        None if high is None else shown.at(high), job, simulated,
    )  # fmt: skip
