"""What is wrong by itself, and what only follows from it."""

from datetime import UTC, datetime

from portal.domain.monitoring.health import Reading, State
from portal.domain.monitoring.root_cause import fold

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
NEEDS = {
    "web": ("cache", "database", "disk"), "worker": ("cache", "database"), "monitor": ("database",),
    "database": ("disk",), "feed.prices": ("database",),
}  # fmt: skip


def folded(**states: State) -> dict[str, list[str]]:
    readings = [Reading(name.replace("__", "."), state, "Because.", NOON) for name, state in states.items()]
    return {
        cause.reading.service: [one.service for one in cause.followers] for cause in fold(readings, NEEDS)
    }


def test_without_a_cause_everything_stands_by_itself():
    assert folded(web=State.GOOD, worker=State.UNKNOWN) == {"web": [], "worker": []}


def test_what_cannot_be_judged_follows_what_it_needs():
    found = folded(database=State.BAD, worker=State.UNKNOWN, feed__prices=State.UNKNOWN, cache=State.GOOD)
    assert found == {"database": ["worker", "feed.prices"], "cache": []}


def test_trouble_follows_but_what_is_bad_is_told_by_itself():
    found = folded(cache=State.BAD, web=State.WARNING, worker=State.BAD)
    assert found == {"cache": ["web"], "worker": []}


def test_the_deepest_cause_leads():
    found = folded(disk=State.BAD, database=State.BAD, worker=State.UNKNOWN)
    assert found == {"disk": ["worker"], "database": []}


def test_what_is_well_never_follows():
    assert folded(database=State.BAD, web=State.GOOD) == {"database": [], "web": []}


def test_bad_services_that_need_each_other_lead_all_the_same():
    readings = [Reading(name, state, "", NOON) for name, state in
                (("a", State.BAD), ("b", State.BAD), ("c", State.UNKNOWN))]  # fmt: skip
    found = fold(readings, {"a": ["b"], "b": ["a"], "c": ["a"]})
    assert [(one.reading.service, len(one.followers)) for one in found] == [("a", 1), ("b", 0)]
