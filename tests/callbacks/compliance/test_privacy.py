"""Compliance > Privacy: what it shows to whom, its figures with passports, and its buttons by right."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from callbacks.compliance import privacy as page
from callbacks.compliance.privacy import actions, grids
from data.session import UnitOfWork
from data.writes import access as access_writes
from data.writes import parties as party_writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.metrics import Shown
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.domain.compliance import privacy_metrics as metrics
from portal.services import evaluation, passports
from portal.services.compliance import privacy
from portal.services.compliance import privacy_tables as tables
from tests.helpers.layout import text_of


def person(name: str, role: Role) -> Actor:
    return Actor(7, name, name.capitalize(), frozenset({role}))


OFFICER, HEAD = person("olga", Role.COMPLIANCE_OFFICER), person("hans", Role.COMPLIANCE_HEAD)
AUDITOR, TRADER = person("ada", Role.AUDITOR), person("tim", Role.TRADER)


def now() -> Clocks:
    return Clocks(clock.now().date(), clock.now() + timedelta(seconds=1))


def drawn(actor: Actor, clocks: Clocks | None = None, **filters: str) -> str:
    return text_of(page.draw(filters, clocks or now(), actor))


@pytest.fixture
def anna(database: str) -> None:
    """Store a user with an account, an attempt to log in, and a fresh training."""
    at = clock.now()
    with UnitOfWork(write=True) as work:
        access_writes.insert_user(
            work.session, username="anna.muster", name="Anna Muster", password_hash="x", is_demo=False
        )
        access_writes.insert_attempt(
            work.session, username="anna.muster", address="192.0.2.1", at=at, succeeded=True
        )
        party_writes.add_training(
            work.session, username="anna.muster", course="MAR", version="1", recorded_at=at
        )


def entered(kind: str = "erasure") -> str:
    said = {
        "kind": kind, "who": "user", "subject": "anna.muster", "received": f"{clock.now():%Y-%m-%d}",
        "note": "By letter",
    }  # fmt: skip
    words = actions.take("receive", 0, said, OFFICER)
    return words.split()[1]


def test_an_empty_database_says_what_to_do(database):
    said = drawn(OFFICER)
    for words in (
        "No request yet",
        "Enter a request",
        "No hold was set",
        "Beneficial owners",
        "MiFID II Art. 16(7)",
    ):
        assert words in said, words


def test_a_request_goes_from_its_entry_to_the_erasure(anna):
    number = entered()
    assert "decision waits" not in drawn(OFFICER)
    said = drawn(OFFICER, request=number)
    for words in (
        "GL-GD-01",
        "Propose the erasure",
        "By letter",
        "kept",
        "erased",
        "Download all",
        "Training",
    ):
        assert words in said, words
    actions.take("propose", int(number), {"reason": "Passport seen."}, OFFICER)
    own = drawn(OFFICER, request=number)
    assert "Approve and erase" not in own
    assert "A second person" in own
    assert "Approve and erase" in drawn(HEAD, request=number)
    told = actions.take("approve", int(number), {}, HEAD)
    assert "restricted" in told
    after = drawn(HEAD, request=number)
    for words in (
        "What was done",
        "Training: restricted until",
        "Login attempts: rows deleted",
        "was erased",
    ):
        assert words in after, words
    assert "Anna" not in after


def test_an_access_is_extended_and_answered(anna):
    number = int(entered("access"))
    assert "two months" in actions.take("extend", number, {"reason": "Many records."}, OFFICER)
    assert "extended" in drawn(OFFICER, request=str(number))
    privacy.export(number, OFFICER)
    actions.take("answer", number, {}, OFFICER)
    said = drawn(OFFICER, request=str(number))
    assert "Export taken" in said
    assert "The person has the export" not in said


def test_holds_are_set_and_released(anna):
    assert "in force" in actions.take("hold", 0, {"class": "all", "reason": "Court file 12"}, OFFICER)
    said = drawn(OFFICER)
    assert "Court file 12" in said
    assert "Release hold 1" in said
    actions.take("release", 1, {}, HEAD)
    assert "Release hold 1" not in drawn(OFFICER)


def test_others_see_nothing(anna):
    number = entered()
    for actor in (AUDITOR, TRADER):
        for filters in ({}, {"request": number}):
            with pytest.raises(NotPermitted):
                drawn(actor, **filters)
        for rows in (grids.request_rows, grids.record_rows, grids.hold_rows, grids.inventory_rows):
            with pytest.raises(NotPermitted):
                rows(GridQuery(), {"request": number}, now(), actor)


def test_the_past_shows_no_buttons(anna):
    number = entered()
    past = Clocks(now().as_of, clock.now(), live=False)
    said = drawn(OFFICER, past) + drawn(OFFICER, past, request=number)
    for words in ("Enter a request", "Set a legal hold", "Propose the erasure"):
        assert words not in said


@pytest.mark.parametrize("asked", ["999", "x", "9" * 30])
def test_a_request_that_is_not_there(anna, asked):
    assert "No such request" in drawn(OFFICER, request=asked)
    with pytest.raises(NotFound):
        grids.inventory_rows(GridQuery(), {"request": asked}, now(), OFFICER)


def test_what_cannot_be_is_said(anna):
    with pytest.raises(DomainError, match="is no day"):
        actions.take("receive", 0, {"kind": "access", "received": "soon"}, OFFICER)
    with pytest.raises(DomainError, match="not known"):
        actions.take("burn", 1, {}, OFFICER)


def test_every_figure_is_computed_again_from_its_rows(anna):
    number, clocks = int(entered()), now()
    found = tables.overview(clocks, OFFICER)
    figures = [
        found.figure(metric) for metric in (metrics.OPEN, metrics.WAITING, metrics.LATE, metrics.HOLDS)
    ]
    assert [item.value for item in figures] == [1.0, 0.0, 0.0, 0.0]
    figures.append(tables.days_left(found.requests[0], clocks.known_at))
    records = grids.record_rows(GridQuery(), {}, clocks, OFFICER)
    held = grids.inventory_rows(GridQuery(), {"request": str(number)}, clocks, OFFICER)
    for table, column, metric in (
        (records, "rows", metrics.ROWS), (records, "age", metrics.OLDEST), (held, "rows", metrics.PERSON_ROWS),
    ):  # fmt: skip
        names: Any = table.extra["params"]
        for title, value in zip(table.column("class"), table.column(column), strict=True):
            assert value is None or isinstance(value, (int, float))
            figures.append(Shown(metric, value, metric.unit, names[title]))
    assert sum(item.value or 0 for item in figures if item.metric is metrics.PERSON_ROWS) == 4
    for item in figures:
        seen = passports.open_passport(item.metric.id, item.params, clocks, HEAD).evaluation
        assert seen.value == item.value, (item.metric.id, item.params)
        rows = [
            {key: str(cell) if isinstance(cell, datetime) else cell for key, cell in row.items()}
            for row in seen.inputs.records()
        ]
        replay: Any = evaluation.evaluator(item.metric.id).replay
        again = replay(rows, evaluation.clean_params(item.metric.id, item.params), clocks)
        assert again.value == item.value, item.metric.id
    with pytest.raises(NotPermitted):
        passports.open_passport(metrics.OPEN.id, {}, clocks, AUDITOR)
