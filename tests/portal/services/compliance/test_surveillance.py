"""Surveillance over a month of orders with planted patterns and look-alikes."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.domain.compliance.detectors import all_detectors
from portal.domain.compliance.parameters import shipped
from portal.services.compliance import cases, surveillance
from tests.helpers.orders import LAST, add_orders

PLANTED = {
    "US-MM-01": 4,
    "US-MM-02": 3,
    "US-MM-03": 3,
    "US-MM-04": 2,
    "US-MM-05": 2,
    "SV-PX": 3,
    "SV-CO": 2,
    "EU-RM-01": 2,
}
"""Patterns that the demo plants, by detector; look-alikes beside them must stay unseen."""
OFFICER = Actor(5, "olga", "Olga Officer", frozenset({Role.COMPLIANCE_OFFICER}))
TRADER = Actor(7, "tess", "Tess Trader", frozenset({Role.TRADER}))


@pytest.fixture(scope="module")
def desk(module_database: str) -> surveillance.Looked:
    assert add_orders() > 10_000
    return surveillance.run(_clocks(), days=60)


def _clocks() -> Clocks:
    return Clocks(LAST, clock.now())


def test_every_planted_pattern_is_seen_and_nothing_else(desk: surveillance.Looked) -> None:
    rows = surveillance.hits(_clocks(), OFFICER, days=60)
    assert Counter(row.detector for row in rows) == PLANTED
    assert desk.seen == desk.new == sum(PLANTED.values())
    assert all(row.simulated and row.evidence["events"] and row.evidence["tests"] for row in rows)


def test_each_hit_has_one_case(desk: surveillance.Looked) -> None:
    rows = surveillance.hits(_clocks(), OFFICER, days=60)
    assert all(row.case_id is not None and row.case_state == "open" for row in rows)
    assert len({row.case_id for row in rows}) == len(rows)


def test_a_hit_of_screening_with_the_same_number_is_another_matter(desk: surveillance.Looked) -> None:
    rows = surveillance.hits(_clocks(), OFFICER, days=60)
    with UnitOfWork(write=True) as work:
        cases.open_case(
            work, key="screening-1", kind="screening", rule="GL-SN-01", title="A name", subject_kind="party",
            subject="X", severity="high", hit_id=rows[0].id,
        )  # fmt: skip
    assert [row.case_id for row in surveillance.hits(_clocks(), OFFICER, days=60)] == [
        row.case_id for row in rows
    ]


def test_a_second_look_stores_nothing(desk: surveillance.Looked) -> None:
    again = surveillance.run(_clocks(), days=60)
    assert (again.seen, again.new) == (desk.seen, 0)


def test_what_was_not_recorded_yet_is_not_looked_at(desk: surveillance.Looked) -> None:
    early = datetime(2026, 5, 20, 12, tzinfo=UTC)
    before = surveillance.run(Clocks(LAST, early), days=60)
    assert before.events < desk.events
    assert before.seen < desk.seen


def test_replay_says_what_other_thresholds_change(desk: surveillance.Looked) -> None:
    softer = surveillance.replay("US-MM-03", {"US-MM-03.repeats": 2}, _clocks(), OFFICER)
    assert (len(softer.now), len(softer.then), len(softer.new), len(softer.gone)) == (3, 4, 1, 0)
    harder = surveillance.replay("US-MM-03", {"US-MM-03.cancel_s": 1}, _clocks(), OFFICER)
    assert (len(harder.then), len(harder.new), len(harder.gone)) == (2, 0, 1)
    same = surveillance.replay("SV-PX", {}, _clocks(), OFFICER)
    assert same.now == same.then
    assert not same.new
    assert not same.gone


def test_replay_refuses_what_makes_no_sense(desk: surveillance.Looked) -> None:
    with pytest.raises(DomainError, match="must lie between"):
        surveillance.replay("US-MM-03", {"US-MM-03.cancel_share": 1.5}, _clocks(), OFFICER)
    with pytest.raises(DomainError, match="no threshold of"):
        surveillance.replay("US-MM-03", {"SV-PX.band": 0.1}, _clocks(), OFFICER)
    with pytest.raises(NotFound):
        surveillance.replay("US-XX-01", {}, _clocks(), OFFICER)


def test_only_compliance_sees_hits(desk: surveillance.Looked) -> None:
    with pytest.raises(NotPermitted):
        surveillance.hits(_clocks(), TRADER, days=60)
    with pytest.raises(NotPermitted):
        surveillance.replay("SV-PX", {}, _clocks(), TRADER)


def test_every_threshold_is_a_parameter_of_its_own() -> None:
    limits = surveillance.thresholds_in_force(LAST, shipped())
    assert set(limits) == {t.parameter for d in all_detectors().values() for t in d.thresholds}
