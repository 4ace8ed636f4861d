"""Compliance > Rules: the catalogue, one rule, one parameter, its form by right, and figures with passports."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from callbacks.compliance import rules as page
from callbacks.compliance.rules import grids
from callbacks.compliance.rules.form import read_form, replayed
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.domain.compliance import rule_metrics as metrics
from portal.domain.compliance.base import all_rules
from portal.services import evaluation, passports
from portal.services.compliance import catalogue
from portal.services.compliance import parameter_changes as changes
from portal.services.compliance.parameter_changes import Decision, Draft, draft_text
from tests.helpers.layout import text_of

DAY = date(2026, 6, 8)
CAP = "GL-SN-04.crude_cap_usd_per_bbl.EU"
DRAFT = Draft(CAP, 60, date(2026, 2, 1), None, "20th package", "S", "The Council raised the cap again.")


def person(name: str, role: Role) -> Actor:
    return Actor(7, name, name.capitalize(), frozenset({role}))


OFFICER, HEAD = person("olga", Role.COMPLIANCE_OFFICER), person("hans", Role.COMPLIANCE_HEAD)
AUDITOR, TRADER = person("ada", Role.AUDITOR), person("tim", Role.TRADER)


def now() -> Clocks:
    return Clocks(DAY, clock.now() + timedelta(seconds=1))


def drawn(actor: Actor, clocks: Clocks | None = None, **filters: str) -> str:
    return text_of(page.draw(filters, clocks or now(), actor))


def test_the_catalogue_lists_rules_and_parameters(database: str) -> None:
    said = drawn(AUDITOR)
    assert "Rules" in said
    assert "Values to be confirmed" in said
    assert CAP in said
    rows = grids.rule_rows(GridQuery(limit=None), {}, now(), AUDITOR).records()
    assert {row["code"] for row in rows} == set(all_rules())
    some = grids.rule_rows(GridQuery(limit=None), {"regime": "SHARIAH"}, now(), AUDITOR).records()
    assert {str(row["code"])[:2] for row in some} == {"SH"}
    values = grids.value_rows(GridQuery(limit=None), {"trust": "U"}, now(), AUDITOR).records()
    assert {row["trust"] for row in values} == {"to be confirmed"}


def test_one_rule_shows_its_examples_as_they_are_answered_now(database: str) -> None:
    said = drawn(AUDITOR, rule="GL-SN-04")
    assert "Test: " in said
    rows = grids.example_rows(GridQuery(limit=None), {"rule": "GL-SN-04"}, now(), AUDITOR).records()
    assert {row["met"] for row in rows} == {"as expected"}
    inputs = grids.input_rows(GridQuery(limit=None), {"rule": "GL-SN-04"}, now(), AUDITOR).records()
    assert {"trade.cn", "trade.lifting_date"} <= {row["path"] for row in inputs}
    changes.decide(changes.propose(DRAFT, now(), OFFICER), Decision.APPROVED, "", HEAD)
    again = grids.example_rows(GridQuery(limit=None), {"rule": "GL-SN-04"}, now(), AUDITOR).records()
    assert "otherwise" in {row["met"] for row in again}
    assert "Some examples are answered otherwise" in drawn(AUDITOR, rule="GL-SN-04")


def test_only_officers_see_the_form_and_nobody_in_the_past(database: str) -> None:
    asked = {"rule": f"parameter:{CAP}"}
    assert "Propose another value" in drawn(OFFICER, **asked)
    assert "Propose another value" not in drawn(AUDITOR, **asked)
    assert "Propose another value" not in drawn(OFFICER, replace(now(), live=False), **asked)
    assert "44.1" in drawn(AUDITOR, **asked)


def test_a_proposal_waits_with_its_replay_and_buttons_by_right(database: str) -> None:
    changes.propose(DRAFT, now(), OFFICER)
    for actor, hidden in ((HEAD, False), (OFFICER, True), (AUDITOR, True)):
        parts = page.draw({"rule": f"parameter:{CAP}"}, now(), actor)
        assert "Proposed values that wait" in text_of(parts)
        assert _hidden(parts, "Approve") is hidden
    assert "You proposed it" in drawn(OFFICER)
    rows = grids.proposal_rows(GridQuery(), {"parameter": CAP}, now(), AUDITOR).records()
    assert [(row["value"], row["standing"]) for row in rows] == [("60", "waits")]
    changes.decide(int(str(rows[0]["number"])), Decision.APPROVED, "", HEAD)
    history = grids.history_rows(GridQuery(), {"parameter": CAP}, now(), AUDITOR).records()
    assert (history[0]["value"], history[0]["standing"], history[0]["by"]) == ("60", "in force", "olga")


def _hidden(parts: Any, label: str) -> bool:
    for part in parts if isinstance(parts, (list, tuple)) else [parts]:
        children = getattr(part, "children", None)
        if children == label:
            return bool(part.hidden)
        if children is not None and not isinstance(children, str):
            try:
                return _hidden(children, label)
            except LookupError:
                continue
    raise LookupError(label)


def test_a_form_is_read_replayed_and_proposed_as_it_stands(database: str) -> None:
    fields = {"value": "60", "from": "2026-02-01", "until": "", "source": "20th package", "trust": "S",
              "reason": "The Council raised the cap again."}  # fmt: skip
    draft = read_form(CAP, fields)
    assert draft == DRAFT
    assert changes.read_draft_text(draft_text(draft)) == draft
    said = text_of(replayed(draft, changes.trial(draft, now(), OFFICER), now()))
    assert "Propose it" in said
    assert "GL-SN-04" in said
    rows = grids.draft_rows(GridQuery(), {"draft": draft_text(draft)}, now(), OFFICER)
    assert rows.columns[1].title == "Rule"
    with pytest.raises(DomainError, match="no day"):
        read_form(CAP, {**fields, "from": "soon"})
    with pytest.raises(DomainError, match="cannot be read"):
        changes.read_draft_text("{}")


def test_what_does_not_exist_is_said(database: str) -> None:
    assert "There is no rule XX-1" in drawn(AUDITOR, rule="XX-1")
    assert "There is no parameter XX" in drawn(AUDITOR, rule="parameter:XX")


def test_others_see_nothing(database: str) -> None:
    with pytest.raises(NotPermitted):
        page.draw({}, now(), TRADER)
    with pytest.raises(NotPermitted):
        grids.rule_rows(GridQuery(), {}, now(), TRADER)


def test_every_figure_has_a_passport_that_can_be_replayed(database: str) -> None:
    number = changes.propose(DRAFT, now(), OFFICER)
    clocks = now()
    book = catalogue.catalogue(clocks, AUDITOR)
    asked: list[tuple[str, dict[str, Any], float]] = [
        (metrics.RULES.id, {}, float(len(all_rules()))),
        (metrics.RULES.id, {"regime": "SHARIAH"}, 12.0),
        (metrics.UNCONFIRMED.id, {}, float(sum(item.trust == "U" for item in book.values()))),
        (metrics.WAITING.id, {}, 1.0),
        (metrics.RECORDS.id, {"rule": "GL-SN-04"}, 0.0),
        (metrics.EXAMPLES_MET.id, {"rule": "GL-SN-04"}, 1.0),
        (metrics.PARAMETER.id, {"parameter": CAP}, 44.1),
        (metrics.PARAMETER.id, {"parameter": "GY-PS-01.Stabroek2016", "part": "cost_cap"}, 0.75),
        (metrics.REPLAY.id, {"proposal": number, "which": "then"}, 0.0),
        (metrics.REPLAY.id, {"draft": draft_text(DRAFT), "which": "new"}, 0.0),
    ]
    for metric, params, value in asked:
        found = passports.open_passport(metric, params, clocks, AUDITOR).evaluation
        assert found.value == pytest.approx(value), metric
        again = evaluation.evaluator(metric).replay
        assert again is not None
        cleaned = evaluation.clean_params(metric, params)
        assert again(found.inputs.records(), cleaned, clocks).value == pytest.approx(value), metric
