"""The rows behind Compliance > Rules."""

from collections.abc import Mapping
from typing import Any

from callbacks.compliance.rules.form import replay_rows
from callbacks.compliance.rules.ids import Ids
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.compliance.base import REGIMES, Trust
from portal.services.compliance import catalogue as service
from portal.services.compliance import rule_tables as tables
from portal.services.compliance.catalogue import EVERY
from portal.services.compliance.parameter_changes import read_draft_text, trial
from portal.web.views import grid

Filters = Mapping[str, Any]


def _regime(filters: Filters) -> str:
    asked = str(filters.get("regime") or EVERY)
    return asked if asked in REGIMES else EVERY


def _trust(filters: Filters) -> str:
    asked = str(filters.get("trust") or EVERY)
    return asked if asked in set(Trust) else EVERY


def _rule(filters: Filters, clocks: Clocks, actor: Actor) -> service.OneRule:
    return service.one_rule(str(filters.get("rule") or ""), clocks, actor)


def _parameter(filters: Filters, clocks: Clocks, actor: Actor) -> service.OneParameter:
    return service.one_parameter(str(filters.get("parameter") or ""), clocks, actor)


@grid(Ids.RULES, title="Rules", permission=Permission.COMPLIANCE_READ)
def rule_rows(query: GridQuery, filters: Filters, clocks: Clocks, actor: Actor) -> Table:
    """Return the rules of a regime."""
    return tables.rule_table(query, service.catalogue(clocks, actor), _regime(filters), _trust(filters))


@grid(Ids.VALUES, title="Parameters in force", permission=Permission.COMPLIANCE_READ)
def value_rows(query: GridQuery, filters: Filters, clocks: Clocks, actor: Actor) -> Table:
    """Return the parameters in force on the day of the view."""
    return tables.value_table(query, clocks, service.catalogue(clocks, actor).values(trust=_trust(filters)))


@grid(Ids.OF_RULE, title="Parameters of a rule", permission=Permission.COMPLIANCE_READ)
def rule_value_rows(query: GridQuery, filters: Filters, clocks: Clocks, actor: Actor) -> Table:
    """Return the parameters that a rule reads."""
    return tables.value_table(query, clocks, _rule(filters, clocks, actor).values)


@grid(Ids.INPUTS, title="Facts of a rule", permission=Permission.COMPLIANCE_READ)
def input_rows(query: GridQuery, filters: Filters, clocks: Clocks, actor: Actor) -> Table:
    """Return what a rule must be told."""
    return tables.input_table(query, _rule(filters, clocks, actor).rule)


@grid(Ids.EXAMPLES, title="Examples of a rule", permission=Permission.COMPLIANCE_READ)
def example_rows(query: GridQuery, filters: Filters, clocks: Clocks, actor: Actor) -> Table:
    """Return the examples of a rule with the engine's answers."""
    return tables.example_table(query, _rule(filters, clocks, actor))


@grid(Ids.HISTORY, title="History of a parameter", permission=Permission.COMPLIANCE_READ)
def history_rows(query: GridQuery, filters: Filters, clocks: Clocks, actor: Actor) -> Table:
    """Return all values of a parameter."""
    return tables.history_table(query, _parameter(filters, clocks, actor))


@grid(Ids.PROPOSALS, title="Proposed values of a parameter", permission=Permission.COMPLIANCE_READ)
def proposal_rows(query: GridQuery, filters: Filters, clocks: Clocks, actor: Actor) -> Table:
    """Return what was proposed for a parameter."""
    return tables.proposal_table(query, _parameter(filters, clocks, actor))


@grid(Ids.REPLAY, title="Replay of a changed value", permission=Permission.COMPLIANCE_DECIDE)
def draft_rows(query: GridQuery, filters: Filters, clocks: Clocks, actor: Actor) -> Table:
    """Return what a change would have done, by rule and action."""
    text = str(filters.get("draft") or "")
    return replay_rows(query, trial(read_draft_text(text), clocks, actor), text)
