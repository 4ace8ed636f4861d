"""Compliance > Surveillance: what it shows to whom, figures with passports, thresholds that are tried and proposed."""

from typing import Any

import pytest

from callbacks.compliance import surveillance as page
from callbacks.compliance.surveillance import grids, tuning
from data.queries import parameters as parameter_queries
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery, Table
from portal.services import evaluation, passports
from portal.services.compliance import surveillance, surveillance_tuning
from portal.services.compliance import surveillance_page as service
from portal.services.compliance import surveillance_tables as tables
from portal.services.compliance.surveillance_page import SurveillanceAsk
from tests.helpers.layout import text_of
from tests.helpers.orders import LAST, add_orders


def person(name: str, role: Role) -> Actor:
    return Actor(7, name, name.capitalize(), frozenset({role}))


OFFICER, AUDITOR, TRADER = (
    person("olga", Role.COMPLIANCE_OFFICER), person("ada", Role.AUDITOR), person("tim", Role.TRADER),
)  # fmt: skip
EVERY = GridQuery(limit=None)


@pytest.fixture(scope="module")
def desk(module_database: str) -> Clocks:
    add_orders()
    surveillance.run(Clocks(LAST, clock.now()), days=60)
    return Clocks(LAST, clock.now())


def drawn(actor: Actor, clocks: Clocks, **filters: str) -> str:
    return "".join(text_of(part) for part in page.draw(filters, clocks, actor))


def test_hits_detectors_and_thresholds_are_shown(desk: Clocks) -> None:
    text = drawn(AUDITOR, desk, days="90")
    assert "Marking the close" in text
    assert "Choose a detector above" in text
    chosen = drawn(OFFICER, desk, days="90", detector="US-MM-03")
    assert "Thresholds: Spoofing" in chosen
    assert "Patterns a day" in chosen
    assert "What was seen" in chosen


def test_one_hit_shows_its_evidence(desk: Clocks) -> None:
    rows = {row.detector: row for row in surveillance.hits(desk, OFFICER, days=90)}
    for code, row in rows.items():
        text = drawn(OFFICER, desk, hit=str(row.id))
        assert row.message in text, code
        assert all(test in text for test in row.evidence["tests"])
        assert f"Case {row.case_id}" in text
    assert "No such hit" in drawn(OFFICER, desk, hit="999999")
    assert "No such hit" in drawn(OFFICER, desk, hit="<b>")


def test_without_orders_the_page_says_so(database: str) -> None:
    text = drawn(OFFICER, Clocks(LAST, clock.now()))
    assert "No orders are known in these days" in text


def test_a_trader_sees_nothing(desk: Clocks) -> None:
    with pytest.raises(NotPermitted):
        page.draw({}, desk, TRADER)
    with pytest.raises(NotPermitted):
        grids.hit_rows(EVERY, {}, desk, TRADER)


def _cells(table: Table) -> list[tuple[str, dict[str, Any], float]]:
    found = []
    for at, column in enumerate(table.columns):
        for row in table.rows:
            if column.metric and row[at] is not None:
                params = {**table.extra["params"][str(row[0])], **dict(column.params)}
                found.append((column.metric, params, float(str(row[at]))))
    return found


def test_every_figure_opens_to_the_same_value(desk: Clocks) -> None:
    found = service.page(SurveillanceAsk(90), desk, OFFICER)
    hit = found.hits[0]
    detail = service.detail(str(hit.id), desk, OFFICER)
    replayed = surveillance.replay("US-MM-03", {"US-MM-03.repeats": 2.0}, desk, OFFICER)
    shown = [
        tables.events_shown(found),
        *(item for row in found.hits for _, item in tables.measured_shown(row)),
        *(
            item
            for _, item in tables.replay_figures(
                replayed, surveillance_tuning.draft_text({"US-MM-03.repeats": 2.0})
            )
        ),
    ]
    figures = [(item.metric.id, dict(item.params), item.value) for item in shown]
    for table in (
        tables.detector_table(EVERY, found),
        tables.hit_table(EVERY, found),
        tables.event_table(EVERY, detail),
    ):
        figures += _cells(table)
    assert len(figures) > 100
    for metric, params, value in figures[:60] + figures[-60:]:
        opened = passports.open_passport(metric, params, desk, OFFICER).evaluation
        assert opened.value == pytest.approx(value), (metric, params)
        again = evaluation.evaluator(metric).replay
        assert again is not None
        assert (
            again(opened.inputs.records(), evaluation.clean_params(metric, params), desk).value
            == opened.value
        )


def test_a_draft_is_proposed_with_its_replay(desk: Clocks) -> None:
    draft = surveillance_tuning.read_values("US-MM-03", {"US-MM-03.repeats": "2", "US-MM-03.cancel_s": "5"})
    clocks = Clocks(LAST, clock.now(), live=True)
    text = "".join(
        text_of(part)
        for part in tuning.tried(
            surveillance.replay("US-MM-03", draft, clocks, OFFICER), draft, may_propose=True
        )
    )
    assert "would be added" in text
    assert "Propose these thresholds" in text
    (number,) = surveillance_tuning.propose("US-MM-03", draft, "Ask earlier.", LAST, clocks, OFFICER)
    with UnitOfWork() as work:
        (row,) = parameter_queries.proposals(work.session, known_at=clock.now())
    assert (row.id, row.code, row.value, row.decision) == (number, "US-MM-03.repeats", {"value": 2.0}, None)
    assert row.replay["counts"] == [
        {"rule": "US-MM-03", "action": "flag", "now": 3, "then": 4, "new": 1, "gone": 0}
    ]


def test_a_draft_that_makes_no_sense_is_refused(desk: Clocks) -> None:
    clocks = Clocks(LAST, clock.now(), live=True)
    with pytest.raises(DomainError, match="is no number"):
        surveillance_tuning.read_values("US-MM-03", {"US-MM-03.repeats": "often"})
    with pytest.raises(DomainError, match="in force already"):
        surveillance_tuning.propose("SV-PX", {"SV-PX.band": 0.02}, "No change at all.", LAST, clocks, OFFICER)
    with pytest.raises(DomainError, match="Say why"):
        surveillance_tuning.propose("SV-PX", {"SV-PX.band": 0.01}, "", LAST, clocks, OFFICER)
    with pytest.raises(NotPermitted):
        surveillance_tuning.propose("SV-PX", {"SV-PX.band": 0.01}, "A good reason.", LAST, clocks, AUDITOR)
    past = Clocks(LAST, clock.now(), live=False)
    with pytest.raises(DomainError, match="shows the past"):
        surveillance_tuning.propose("SV-PX", {"SV-PX.band": 0.01}, "A good reason.", LAST, past, OFFICER)
