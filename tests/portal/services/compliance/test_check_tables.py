"""The figures of Compliance > Checks are those of their passports; a record shows what it was found with."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from portal.core import clock
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound, NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.services import passports
from portal.services.compliance import check_tables as tables
from portal.services.compliance import checks
from tests.portal.services.compliance.test_checks import DAY, cargo

__all__ = ["cargo"]
TRADER = Actor(9, "mara", "Mara", frozenset({Role.TRADER}))
ALL: dict[str, Any] = {"action": "all", "days": "0"}


@pytest.fixture
def clocks(cargo: int) -> Clocks:
    """After one run over a desk with a Russian cargo."""
    checks.run(Clocks(DAY, clock.now()))
    return Clocks(date(2026, 12, 31), clock.now())


def test_every_figure_is_that_of_its_passport(clocks: Clocks) -> None:
    found = tables.found(ALL, clocks, SYSTEM)
    shown = [found.figure(action) for action in tables.ACTIONS] + [found.checked, found.coverage]
    for item in shown:
        assert (
            passports.open_passport(item.metric.id, item.params, clocks, SYSTEM).evaluation.value
            == item.value
        )
    assert found.figure("block").value == 1.0
    assert found.checked.value == 1.0


def test_rules_lead_to_records_and_records_to_the_trade(clocks: Clocks, cargo: int) -> None:
    rules = tables.rules_table(tables.found(ALL, clocks, SYSTEM), GridQuery()).records()
    assert rules[0]["rule"] == "GL-SN-04"
    rows = tables.records_table({"rule": "GL-SN-04", **ALL}, GridQuery(), clocks, SYSTEM).records()
    assert [(row["about"], row["margin"], row["unit"]) for row in rows] == [
        ("T-1", pytest.approx(-8.3), "USD/bbl")
    ]
    assert f"id={cargo}" in str(rows[0]["trade"])


def test_a_record_has_its_margin_with_a_passport(clocks: Clocks) -> None:
    ((number, *_),) = tables.records_table({"rule": "GL-SN-04", **ALL}, GridQuery(), clocks, SYSTEM).rows
    row = tables.one(int(str(number)), clocks, SYSTEM)
    shown = tables.margin_shown(row)
    assert shown.value == pytest.approx(44.1 - 52.4)
    found = passports.open_passport(shown.metric.id, shown.params, clocks, SYSTEM)
    assert found.evaluation.value == shown.value


def test_records_are_not_known_before_they_were_recorded(clocks: Clocks) -> None:
    before = Clocks(clocks.as_of, datetime(2025, 6, 8, tzinfo=UTC), live=False)
    assert tables.records_table(ALL, GridQuery(), before, SYSTEM).total == 0
    with pytest.raises(NotFound):
        tables.one(1, before, SYSTEM)


def test_only_compliance_reads_them(clocks: Clocks) -> None:
    with pytest.raises(NotPermitted):
        tables.found(ALL, clocks, TRADER)
    with pytest.raises(NotPermitted):
        tables.one(1, clocks, TRADER)
