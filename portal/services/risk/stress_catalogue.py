"""The scenarios that somebody may run: those that come with the portal, and those that were saved."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from data.queries import fx as fx_queries
from data.queries import stress as queries
from data.queries.mark_rows import Nodes
from data.queries.stress import ScenarioRow
from data.session import UnitOfWork
from data.writes import stress as writes
from portal.core.actor import Actor
from portal.core.arrays import DateArray1D, FloatArray1D
from portal.core.clock import Clocks
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.portfolio.market import CurveTerms, Market
from portal.domain.risk.stress.apply import stressed
from portal.domain.risk.stress.catalogue import built_in, from_text
from portal.domain.risk.stress.events import EVENTS, Event, measured
from portal.domain.risk.stress.records import from_record, to_record
from portal.domain.risk.stress.shocks import Factor, Scenario, Shock
from portal.domain.risk.stress.text import write
from portal.services import audit
from portal.services.portfolio.valuation import valued_in
from portal.services.recent import Recent

LOOK_BACK = 4  # days before the day of an event in which its newest quotes may lie
LONGEST_TITLE, LONGEST_NARRATIVE = 80, 400
OWN = "OWN"
"""Code of the scenario that is typed on the page."""

_Moves = Mapping[str, tuple[Shock, ...]]
_Curve = tuple[DateArray1D, FloatArray1D]
_moves: Recent[tuple[object, ...], _Moves] = Recent(6)


@dataclass(frozen=True, slots=True)
class Entry:
    """A scenario with who wrote it; ``version`` is 0 for one that comes with the portal."""

    scenario: Scenario
    version: int = 0
    written_by: str = ""
    recorded_at: datetime | None = None

    @property
    def is_saved(self) -> bool:
        """Whether somebody saved it."""
        return self.version > 0


def entries_in(work: UnitOfWork, clocks: Clocks, market: Market) -> dict[str, Entry]:
    """Return the scenarios by code: saved ones, then events, then hypothetical ones; retired ones are left out."""
    saved = {
        row.code: Entry(_scenario(row), row.version, row.written_by, row.recorded_at)
        for row in queries.newest_scenarios(work.session, clocks=clocks)
        if not row.retired
    }
    known = built_in(event_moves(work, clocks, market.curves, market.reporting))
    return saved | {code: Entry(scenario) for code, scenario in known.items()}


def _scenario(row: ScenarioRow) -> Scenario:
    source = f"version {row.version} by {row.written_by}, {row.recorded_at:%Y-%m-%d %H:%M} UTC"
    return Scenario(row.code, row.title, row.kind, row.narrative, from_record(row.shocks), source)


def event_moves(work: UnitOfWork, clocks: Clocks, curves: CurveTerms, reporting: str) -> _Moves:
    """Return the moves of the events that the stored curves cover, by code of the event."""
    asked = tuple(event for event in EVENTS if not event.spot and event.end <= clocks.as_of)
    database = str(work.session.get_bind().engine.url)
    moment = clocks.known_at.replace(second=0, microsecond=0) if clocks.live else clocks.known_at
    key = (
        database,
        moment,
        clocks.as_of,
        curves.code,
        reporting,
    )  # a late quote of years ago shows a minute later
    return _moves.get(key, lambda: _event_moves(work, clocks, curves, reporting, asked))


def _event_moves(
    work: UnitOfWork, clocks: Clocks, curves: CurveTerms, reporting: str, asked: Sequence[Event]
) -> _Moves:
    ends = [day for event in asked for day in (event.start, event.end)]
    days = sorted({day - timedelta(days=back) for day in ends for back in range(LOOK_BACK + 1)})
    nodes = queries.nodes_on(work.session, clocks=clocks, curve_ids=curves.id.tolist(), days=days)
    currencies = sorted(set(curves.currency) | {reporting})
    rates = fx_queries.rate_series(work.session, clocks=clocks, currencies=currencies)
    found = {}
    for event in asked:
        before, after = (_curves_on(nodes, day) for day in (event.start, event.end))
        shocks = [
            measured(code, before[number], after[number], event.start)
            for code, number in zip(curves.code, curves.id.tolist(), strict=True)
            if number in before and number in after
        ]
        prices = tuple(shock for shock in shocks if shock is not None)
        if prices:
            found[event.code] = (*prices, *_fx_moves(rates, reporting, event))
    return found


def _curves_on(nodes: Nodes, day: date) -> dict[int, _Curve]:
    """Return months and prices of each curve on its newest day up to ``day``."""
    last, first = np.datetime64(day, "D"), np.datetime64(day - timedelta(days=LOOK_BACK), "D")
    near = slice(*np.searchsorted(nodes.day, [first, last + 1]).tolist())
    found = {}
    for number in np.unique(nodes.curve_id[near]).tolist():
        rows = np.flatnonzero(nodes.curve_id[near] == number) + near.start
        rows = rows[nodes.day[rows] == nodes.day[rows].max()]
        found[number] = (nodes.month[rows], nodes.price[rows])
    return found


def _fx_moves(
    rates: Mapping[tuple[str, str], tuple[DateArray1D, FloatArray1D]], reporting: str, event: Event
) -> list[Shock]:
    """Return the moves of currencies whose rate against the reporting one is stored for both days."""
    moves = []
    for (base, quote), (days, values) in sorted(rates.items()):
        ends = [_last_rate(days, values, day) for day in (event.start, event.end)]
        if reporting not in (base, quote) or None in ends:
            continue
        old, new = (float(one) for one in ends if one is not None)
        move = old / new - 1.0 if base == reporting else new / old - 1.0
        moves.append(Shock(Factor.FX, quote if base == reporting else base, round(move, 6)))
    return moves


def _last_rate(days: DateArray1D, values: FloatArray1D, day: date) -> float | None:
    at = int(np.searchsorted(days, np.datetime64(day, "D"), side="right")) - 1
    recent = at >= 0 and days[at] >= np.datetime64(day - timedelta(days=LOOK_BACK), "D")
    return float(values[at]) if recent and values[at] > 0.0 else None


def own(text: str, layers: Sequence[str], known: Mapping[str, Entry]) -> Scenario | None:
    """Return the scenario that is typed on the page, laid over scenarios of the library; None when there is nothing.

    Raises
    ------
    DomainError
        A line cannot be read, or names a scenario that is not known.
    """
    lines = "\n".join([*(f"use {code}" for code in layers), text]).strip()
    if not lines:
        return None
    scenarios = {code: entry.scenario for code, entry in known.items()}
    return from_text(OWN, "Your own", lines, scenarios, narrative="As typed on this page; not saved.")


def as_text(scenario: Scenario) -> str:
    """Return a scenario as the lines that read as it."""
    parts = []
    for layer in scenario.layers:
        parts += [f"# {layer.title}", *(write(shock) for shock in layer.shocks)]
    return "\n".join(parts)


def code_of(title: str) -> str:
    """Return the code of a title: its letters and digits in capitals."""
    return re.sub(r"[^A-Z0-9]+", "_", title.upper()).strip("_")[:40]


def save(
    title: str, narrative: str, text: str, layers: Sequence[str], clocks: Clocks, actor: Actor
) -> tuple[str, int]:
    """Store a scenario under its title, as the next version where there is one; return code and version.

    Raises
    ------
    NotPermitted
        The actor may not run risk.
    DomainError
        There is no title or no shock, or a shock cannot be applied to the market.
    Conflict
        A scenario of this title comes with the portal.
    """
    actor.require(Permission.RISK_RUN)
    name, story = title.strip(), narrative.strip()
    code = code_of(name)
    if not code or len(name) > LONGEST_TITLE:
        raise DomainError(
            f"Give the scenario a title of up to {LONGEST_TITLE} characters, with letters or digits."
        )
    if len(story) > LONGEST_NARRATIVE:
        raise DomainError(f"Keep what happens in the scenario to {LONGEST_NARRATIVE} characters.")
    with UnitOfWork(write=True) as work:
        market = valued_in(work, clocks, actor).market
        known = entries_in(work, clocks, market)
        if code == OWN or (code in known and not known[code].is_saved):
            raise Conflict(
                f"'{name}' comes with the portal and cannot be changed. Choose another title.", code=code
            )
        scenario = own(text, layers, known)
        if scenario is None:
            raise DomainError(
                "The scenario has no shock. Type one, such as 'price gas +25%', or choose layers."
            )
        stressed(market, scenario.layers)
        version = writes.add_version(
            work.session, code=code, kind="hypothetical", title=name, narrative=story,
            shocks=to_record(scenario.layers), retired=False, written_by=actor.username,
        )  # fmt: skip
        audit.note(work, actor, "scenario.saved", "scenario", code, {"version": version})
    return code, version


def retire(code: str, actor: Actor) -> int:
    """Take a saved scenario out of the list, as a version of its own; return its number.

    Raises
    ------
    NotPermitted
        The actor may not run risk.
    NotFound
        There is no saved scenario of this code, or it is retired already.
    """
    actor.require(Permission.RISK_RUN)
    with UnitOfWork(write=True) as work:
        row = queries.newest_version(work.session, code)
        if row is None or row.retired:
            raise NotFound(
                f"There is no saved scenario '{code[:60]}'. Choose one that somebody saved.", code=code
            )
        audit.note(work, actor, "scenario.retired", "scenario", code)
        return writes.add_version(
            work.session, code=code, kind=row.kind, title=row.title, narrative=row.narrative, shocks=row.shocks,
            retired=True, written_by=actor.username,
        )  # fmt: skip
