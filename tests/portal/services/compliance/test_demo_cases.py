"""The demo's cases: some of each kind are decided by two people, some wait, and loading again changes nothing."""

from collections import Counter
from datetime import date

from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.core.permissions import Role
from portal.services.access import users
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
    opened(demo_cases.MOST + 6)
    demo_cases.load(DAY, lambda _: None)
    first = states()
    assert first == {"closed": 6, "proposed": 6, "open": 18}
    demo_cases.load(DAY, lambda _: None)
    assert states()["closed"] >= first["closed"]


def test_a_desk_with_people_of_its_own_is_left_alone(database):
    users.create_user("olga", "Olga", "a long enough word 1", frozenset({Role.COMPLIANCE_OFFICER}))
    opened(5)
    demo_cases.load(DAY, lambda _: None)
    assert states() == {"open": 5}
