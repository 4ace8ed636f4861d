"""Compliance > Cases: what it shows to whom, its figures with passports, its forms by right, and the past."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from callbacks.compliance import cases as page
from callbacks.compliance.cases import grids
from components.table import data_grid
from data.session import UnitOfWork
from data.writes import compliance_records as records
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.domain.compliance import case_metrics as metrics
from portal.services import evaluation, passports
from portal.services.compliance import case_tables as tables
from portal.services.compliance import cases
from tests.helpers.layout import text_of


def person(name: str, role: Role) -> Actor:
    return Actor(7, name, name.capitalize(), frozenset({role}))


OFFICER, HEAD = person("olga", Role.COMPLIANCE_OFFICER), person("hans", Role.COMPLIANCE_HEAD)
AUDITOR, TRADER = person("ada", Role.AUDITOR), person("tim", Role.TRADER)


def opened(key: str, severity: str = "high", **more: Any) -> int:
    given = {
        "kind": "rule", "rule": "GL-FF-01", "title": f"Finding {key}", "subject_kind": "trade", "subject": "T-17",
        "trade_id": 17, "body": {"price": {"order": 8.0, "reference": 80.0}}, **more,
    }  # fmt: skip
    with UnitOfWork(write=True) as work:
        return cases.open_case(work, key=key, severity=severity, **given)


@pytest.fixture
def queue(database: str) -> dict[str, int]:
    """An open, a proposed and a decided case, and one about a person."""
    made = {
        "open": opened("a", "critical"), "proposed": opened("b"), "closed": opened("c", "low"),
        "person": opened("d", "medium", kind="screening", subject_kind="person", subject="Max Muster",
                         title="Max Muster is on a list"),
    }  # fmt: skip
    for name in ("proposed", "closed"):
        cases.propose(made[name], OFFICER, "confirmed", f"Because of {name}.")
    cases.approve(made["closed"], HEAD, "Agreed.")
    return made


def now() -> Clocks:
    return Clocks(datetime(2026, 5, 8).date(), clock.now() + timedelta(seconds=1))


def drawn(actor: Actor, clocks: Clocks | None = None, **filters: str) -> str:
    return text_of(page.draw(filters, clocks or now(), actor))


def test_the_queue_shows_the_undecided_by_their_deadline(queue):
    said = drawn(OFFICER)
    assert said.index("Finding a") < said.index("Finding b")
    assert "Finding c" not in said
    assert "Open a case by hand" in said


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"state": "all"}, {"open", "proposed", "closed", "person"}),
        ({"state": "closed"}, {"closed"}),
        ({"state": "proposed"}, {"proposed"}),
        ({"state": "late"}, set()),
        ({"severity": "critical"}, {"open"}),
        ({"kind": "screening"}, {"person"}),
        ({"owner": "nobody"}, {"open", "proposed", "person"}),
        ({"owner": "me"}, set()),
    ],
)
def test_the_inputs_choose_cases(queue, filters, names):
    table = grids.queue_rows(GridQuery(), filters, now(), OFFICER)
    assert set(table.column("case")) == {str(queue[name]) for name in names}


def test_severity_is_sorted_by_hurry(queue):
    query = GridQuery("severity", True)
    table = grids.queue_rows(query, {"state": "all"}, now(), OFFICER)
    assert table.column("severity") == ["critical", "high", "medium", "low"]
    assert data_grid("compliance-cases-queue", table, clocks={}) is not None


def test_a_case_shows_its_evidence_its_trade_and_its_history(queue):
    cases.add_evidence(queue["open"], OFFICER, "The broker's message.", "msg-77")
    cases.link(queue["open"], OFFICER, "report", "12", "Filed with it.")
    said = drawn(OFFICER, case=str(queue["open"]))
    for words in (
        "price.order",
        "8.0",
        "msg-77",
        "The broker's message.",
        "Filed with it.",
        "Opened",
        "Propose the",
    ):
        assert words in said, words
    assert "Approve" not in said


def test_only_a_second_person_sees_the_buttons_of_approval(queue):
    number = str(queue["proposed"])
    assert "Return" in drawn(HEAD, case=number)
    own = drawn(OFFICER, case=number)
    assert "Return" not in own
    assert "A second person who may approve" in own
    assert "Because of proposed." in own


def test_an_auditor_reads_and_changes_nothing(queue):
    said = drawn(AUDITOR, case=str(queue["open"]))
    assert "Finding a" in said
    for words in ("Propose the decision", "Comment", "Give it to the owner"):
        assert words not in said
    assert "Open a case by hand" not in drawn(AUDITOR)


def test_who_a_case_is_about_is_hidden_without_the_right(queue):
    assert "Max Muster" in drawn(OFFICER, state="all")
    said = drawn(AUDITOR, state="all") + drawn(AUDITOR, case=str(queue["person"]))
    assert "Max Muster" not in said
    assert "hidden" in said


def test_others_see_nothing(queue):
    for ask in (lambda: drawn(TRADER), lambda: drawn(TRADER, case="1")):
        with pytest.raises(NotPermitted):
            ask()
    with pytest.raises(NotPermitted):
        grids.queue_rows(GridQuery(), {}, now(), TRADER)
    with pytest.raises(NotPermitted):
        cases.open_by_hand(TRADER, "A doubt", "T-1", "low", "")


def test_the_past_shows_no_buttons(queue):
    past = Clocks(now().as_of, clock.now(), live=False)
    cases.propose(queue["open"], OFFICER, "accepted", "Too late to see.")
    said = drawn(HEAD, past, case=str(queue["open"]))
    assert "Too late to see." not in said
    assert "Approve" not in said
    assert "Comment" not in said


@pytest.mark.parametrize("asked", ["999", "x", "9" * 30])
def test_a_case_that_is_not_there(queue, asked):
    assert "No such case" in drawn(OFFICER, case=asked)


def test_an_empty_database_says_how_cases_open(database):
    assert "No case yet" in drawn(OFFICER)


def test_a_case_is_opened_by_hand(database):
    number = cases.open_by_hand(OFFICER, "A complaint", "Broker X", "low", "He called.")
    said = drawn(AUDITOR, case=str(number))
    assert "He called." in said
    assert "by olga" in said


def test_every_figure_is_computed_again_from_its_rows(queue):
    clocks = now()
    found = tables.queue(clocks, OFFICER)
    wanted = {
        metrics.OPEN: 3.0, metrics.WAITING: 1.0, metrics.LATE: 0.0, metrics.DECIDED: 1.0, metrics.IN_TIME: 1.0,
    }  # fmt: skip
    shown = {metric: found.figure(metric) for metric in wanted}
    shown[metrics.HOURS_LEFT] = tables.hours_left(found.views[0], found.moment)
    assert {metric: shown[metric].value for metric in wanted} == wanted
    for metric, item in shown.items():
        seen = passports.open_passport(metric.id, item.params, clocks, AUDITOR).evaluation
        assert seen.value == item.value, metric.id
        rows = [
            {key: str(cell) if isinstance(cell, datetime) else cell for key, cell in row.items()}
            for row in seen.inputs.records()
        ]
        replay: Any = evaluation.evaluator(metric.id).replay
        assert replay(rows, evaluation.clean_params(metric.id, item.params), clocks).value == item.value, (
            metric.id
        )
    with pytest.raises(NotPermitted):
        passports.open_passport(metrics.OPEN.id, {}, clocks, TRADER)


def test_a_case_shows_what_the_rule_found_with_its_margin(database):
    found = (
        "f" * 64, "GL-LM-01", 1, "GLOBAL", "block", "trade", "17", 17, 1, None, None, datetime(2026, 5, 8).date(), None,
        "The trade takes the use of the limit to 103.0 %.", 103.0, 100.0, "%", '{"credit.used": 98}', "{}",
        '{"GL-LM-01.block_pct": {"value": 100}}', "system",
    )  # fmt: skip
    with UnitOfWork(write=True) as work:
        run = records.add_run(
            work.session, kind="nightly", as_of=datetime(2026, 5, 8).date(), known_at=clock.now(), job_id=None,
            rules_sha256="", parameters_sha256="", subjects=1, counts={}, seconds=0.1, run_by="system",
        )  # fmt: skip
        (record,) = records.add_records(work.session, [(run, *found)]).values()
    said = drawn(AUDITOR, case=str(opened("a", record_id=record)))
    for words in (
        "use of the limit to 103.0 %",
        "Margin to the threshold",
        "−3.00",
        "credit.used",
        "block_pct",
    ):
        assert words in said, words
