"""Compliance > Checks: what each rule found, on which trade, with which inputs, by which margin."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dash.development.base_component import Component

from callbacks.compliance.checks.cards import CheckCards
from callbacks.compliance.checks.ids import Ids
from callbacks.compliance.checks.one import one_record
from components.job import job_panel
from components.states import empty
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table, sort_rows
from portal.domain.compliance.base import REGIMES
from portal.services import clocks as clock_service
from portal.services.compliance import check_tables as service
from portal.web import job_forms
from portal.web.actor import current_actor
from portal.web.views import body, grid

__all__ = ["Ids", "View", "draw", "view"]

Option = tuple[str, str]
ANY = "all"


class _Filter(StrEnum):
    RECORD = "record"
    RULE = "rule"
    ACTION = "action"
    REGIME = "regime"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first, with the choices of its inputs by value and label."""

    clocks: Clocks
    chosen: Mapping[str, str]
    choices: Mapping[str, list[Option]]
    content: list[Component]
    panel: Component | None


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    record = str(query.get("record") or "")
    choices: dict[str, list[Option]] = {
        "record": [
            (ANY, "All records"),
            *([(record, f"Record {record[:15]}")] if record not in ("", ANY) else []),
        ],
        "rule": [(ANY, "Every rule"), *((code, f"{code} {title}") for code, title in service.rule_titles())],
        "action": [*service.CHOICES.items()],
        "regime": [(ANY, "Every regime"), *REGIMES.items()],
        "days": list(service.PERIODS.items()),
    }
    usual = {"days": "90", "action": next(iter(service.CHOICES))}
    chosen = {
        name: _known(str(query.get(name) or ""), options, usual.get(name, ANY))
        for name, options in choices.items()
    }
    return View(clocks, chosen, choices, draw(chosen, clocks, actor), _panel(actor))


def _known(asked: str, options: list[Option], usual: str) -> str:
    return asked if asked in dict(options) else usual


def _panel(actor: Actor) -> Component | None:
    """Return what starts a run, for those who may."""
    if not actor.can(Permission.COMPLIANCE_DECIDE):
        return None
    return job_panel(
        Ids.BODY, label="Run all rules", shown=job_forms.active_job(Ids.BODY, actor),
        hint="Holds every trade and position against the rules as of the day of the page",
    )  # fmt: skip


@job_forms.job_form(Ids.BODY, kind="compliance.check")
def run_params(_filters: Mapping[str, Any], clocks: Clocks, _actor: Actor) -> Mapping[str, Any]:
    """Return the parameters of a run as of the day of the page."""
    return {"as_of": clocks.as_of, "kind": "on-demand"}


@body(Ids.BODY, permission=Permission.COMPLIANCE_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return figures, rules and records, or the one record that is asked for."""
    asked = {item.value: str(filters.get(item.value) or "") for item in _Filter}
    if asked["record"] not in ("", ANY):
        return _one(asked["record"], clocks, actor)
    found = service.found(asked, clocks, actor)
    cards = CheckCards(found, asked)
    if found.run is None and not found.tally:
        return [
            empty(
                "No run yet",
                "The rules have not been held against the book as of this day. A run is made every night, and "
                "'Run all rules' makes one now.",
            )
        ]
    return [cards.tiles(), cards.days(), cards.rules(), cards.records(actor)]


def _one(asked: str, clocks: Clocks, actor: Actor) -> list[Component]:
    if not asked.isdecimal() or len(asked) > 15:
        return [empty("No such record", f"There is no record '{asked[:40]}'. Choose one from the list.")]
    try:
        row = service.one(int(asked), clocks, actor)
    except NotFound as refusal:
        return [empty("No such record", f"{refusal.message} Choose one from the list.")]
    return one_record(row, clocks)


@grid(Ids.RULES, title="Checks by rule", permission=Permission.COMPLIANCE_READ)
def rule_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return one row for each rule."""
    return service.rules_table(service.found(filters, clocks, actor), query)


@grid(Ids.RECORDS, title="Records of rules", permission=Permission.COMPLIANCE_READ)
def record_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the records that the inputs ask for."""
    return service.records_table(filters, query, clocks, actor)


@grid(Ids.DAYS, title="Findings by day", permission=Permission.COMPLIANCE_READ)
def day_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the rows of the picture."""
    return sort_rows(service.day_table(service.found(filters, clocks, actor)), query)
