"""The demo's cases: some of each kind are decided by two people, some wait, and loading again changes nothing."""

from collections import Counter
from datetime import date

from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.services import access
from portal.services.compliance import cases, demo_cases

DAY = date(2026, 5, 8)


def opened(count: int) -> None:
    wanted = [
        cases.NewCase(f"k{number}", "rule", "EU-RM-20", "Late", "trade", f"T-{number}", "low")
        for number in range(count)
    ]
    with UnitOfWork(write=True) as work:
        cases.open_cases(work, wanted)


def states() -> Counter[str]:
    return Counter(view.standing.state.value for view in cases.cases(Clocks(DAY, clock.now()), SYSTEM))


def test_some_are_decided_some_wait_and_some_nobody_has_seen(database):
    access.ensure_demo_users()
    opened(demo_cases.MOST + 6)
    demo_cases.load(DAY, lambda _: None)
    first = states()
    assert first == {"closed": 6, "proposed": 6, "open": 18}
    demo_cases.load(DAY, lambda _: None)
    assert states()["closed"] >= first["closed"]


def test_a_desk_without_the_demos_people_is_left_alone(database):
    opened(5)
    demo_cases.load(DAY, lambda _: None)
    assert states() == {"open": 5}
