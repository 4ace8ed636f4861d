"""Compliance > Overview: empty, with a run, records, cases and obligations; every figure opens; who may look."""

from datetime import UTC, date, datetime, timedelta

import pytest

from callbacks.compliance import overview as page
from callbacks.compliance.overview import grids
from data.models.compliance import ComplianceRecord, ComplianceRun
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.services import evaluation, passports
from portal.services.compliance import cases, obligations
from portal.services.compliance import overview as service
from portal.services.compliance.obligations import NewObligation
from tests.helpers.layout import text_of

DAY = date(2026, 6, 8)
OFFICER = Actor(7, "olga", "Olga", frozenset({Role.COMPLIANCE_OFFICER}))
AUDITOR = Actor(8, "axel", "Axel", frozenset({Role.AUDITOR}))
TRADER = Actor(9, "tom", "Tom", frozenset({Role.TRADER}))
COUNTS = {
    "GL-FF-01": {"evaluated": 90, "fired": 2, "data_gap": 10},
    "EU-RM-07": {"evaluated": 50, "fired": 1, "data_gap": 0},
    "EU-RM-20": {"evaluated": 40, "fired": 40, "data_gap": 0},
}


def now():
    return Clocks(DAY, clock.now() + timedelta(seconds=1), live=True)


@pytest.fixture
def filled(database):
    with UnitOfWork(write=True) as work:
        run = ComplianceRun(
            kind="nightly", as_of=DAY, known_at=datetime(2026, 6, 8, 20, tzinfo=UTC), rules_sha256="r",
            parameters_sha256="p", subjects=100, counts=COUNTS, seconds=1.0, run_by="system",
        )  # fmt: skip
        work.session.add(run)
        work.session.flush()
        for number, (regime, action) in enumerate(
            (("GLOBAL", "block"), ("EU-REMIT", "flag"), ("EU-REMIT", "flag"), ("EU-REMIT", "report"))
        ):
            record = ComplianceRecord(
                run_id=run.id, fingerprint=f"f{number}", rule="GL-FF-01", rule_version=1, regime=regime, action=action,
                subject_kind="trade", subject=str(number), as_of=DAY - timedelta(days=number % 2), message="Look.",
                inputs={}, values={}, parameters={}, recorded_by="system",
            )  # fmt: skip
            work.session.add(record)
        for key, action in (("a", "block"), ("b", "flag")):
            cases.open_case(
                work, key=key, kind="rule", rule="GL-FF-01", title="The price is far off.", subject_kind="trade",
                subject="1", severity="high", body={"action": action},
            )  # fmt: skip
        at = clock.now()
        obligations.ensure(
            work,
            [
                NewObligation(
                    f"k{days}", "EU-RM-20", "EU-REMIT", f"Report {days}", "deals", DAY, at + timedelta(days=days)
                )
                for days in (-2, 3, 90)
            ],
        )  # fmt: skip


def test_an_empty_desk(database):
    said = text_of(page.draw({}, now(), OFFICER))
    assert "No run yet" in said
    assert "No open case" in said


def test_the_page_shows_what_there_is(filled):
    said = text_of(page.draw({}, now(), OFFICER))
    assert "Report -2" in said
    assert "Report 3" in said
    assert "The price is far off." in said
    assert "Report 90" not in text_of(page.draw({"state": "late"}, now(), AUDITOR))
    assert "Take over" not in text_of(page.draw({}, now(), AUDITOR))
    assert "Take over" in said


def test_the_score_follows_from_its_parts(filled):
    found = service.overview(90, now(), AUDITOR)
    assert [(part.open, part.evaluated) for part in found.parts] == [(1, 90), (1, 50), (1, 1)]
    score = found.tiles()[service.metrics.SCORE].value
    assert score == pytest.approx(100 * (1 - (5 + 2 + 3) / (450 + 100 + 3)))


def test_every_figure_opens_and_follows_from_its_rows(filled):
    clocks = now()
    found = service.overview(90, clocks, AUDITOR)
    shown = [(item.metric.id, item.value, item.params) for item in found.tiles().values()]
    for load in (
        grids.deadline_rows,
        grids.part_rows,
        grids.day_rows,
        grids.regime_rows,
        grids.coverage_rows,
    ):
        table = load(GridQuery(), {"state": "all"}, clocks, AUDITOR)
        for row in table.records():
            params = table.extra["params"][str(row[table.columns[0].key])]
            shown += [
                (column.metric, row[column.key], {**params, **dict(column.params)})
                for column in table.columns
                if column.metric
            ]
    assert len(shown) > 15
    for metric, value, params in shown:
        passport = passports.open_passport(metric, params, clocks, AUDITOR)
        assert passport.evaluation.value == pytest.approx(value), metric
        again = evaluation.EVALUATORS[metric].replay(
            passport.evaluation.inputs.records(), passport.params, clocks
        )
        assert again.value == passport.evaluation.value


def test_only_compliance_sees_it(filled):
    with pytest.raises(NotPermitted):
        page.draw({}, now(), TRADER)
    with pytest.raises(NotPermitted):
        grids.deadline_rows(GridQuery(), {}, now(), TRADER)
