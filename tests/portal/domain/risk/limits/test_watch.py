"""From judgements to events: every day of a story, twice."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.risk.limits.breach import Event, State, Step, read
from portal.domain.risk.limits.limit import Condition, Metric, Tier
from portal.domain.risk.limits.use import Status, judge
from portal.domain.risk.limits.watch import watch

VAR = Metric("var", level=0.99)
LIMIT = Condition(VAR, 100.0, 80.0)
START = datetime(2026, 5, 4, 18, tzinfo=UTC)


def story(values: list[float | None]) -> list[Event]:
    """Events of a limit watched twice a day."""
    events: list[Event] = []
    for day, value in enumerate(values):
        for hour in (0, 1):
            breach = read(events) if events else None
            at = START + timedelta(days=day, hours=hour)
            event = watch(breach, judge(LIMIT, {VAR.key: value}), at=at, owner="tina")
            assert hour == 0 or event is None
            if event is not None:
                events.append(event)
    return events


@pytest.mark.parametrize(
    ("values", "steps"),
    [
        ([50, 60], []),
        ([None, 50], []),
        ([85, 85, 50], [Step.OPENED, Step.EASED]),
        ([85, 120, 50], [Step.OPENED, Step.WORSENED, Step.EASED]),
        ([120, 90, 50], [Step.OPENED, Step.EASED]),
        ([120, 125, 140], [Step.OPENED, Step.WORSENED]),
        ([120, None, 120], [Step.OPENED]),
        ([120, 50, 120], [Step.OPENED, Step.EASED, Step.WORSENED]),
        ([85, 50, 85], [Step.OPENED, Step.EASED, Step.WORSENED]),
    ],
)
def test_steps(values, steps):
    assert [event.step for event in story(values)] == steps


def test_what_is_opened_says_why_and_until_when():
    (event,) = story([120])
    assert (event.tier, event.owner) == (Tier.HARD, "tina")
    assert event.used == pytest.approx(1.2)
    assert event.note == "Var 99 % is 120 EUR against a limit of 100 EUR: 20 EUR beyond it."
    assert event.due == datetime(2026, 5, 5, 18, tzinfo=UTC)


def test_after_a_closed_breach_a_new_one_is_opened():
    closed = read(story([120]))
    closed = type(closed)(**{**vars(closed), "state": State.CLOSED})
    assert watch(closed, judge(LIMIT, {VAR.key: 90.0}), at=START + timedelta(days=9)).step is Step.OPENED
    assert watch(closed, judge(LIMIT, {VAR.key: 9.0}), at=START + timedelta(days=9)) is None


@given(st.lists(st.none() | st.floats(0.0, 300.0), max_size=12))
def test_the_breach_says_what_the_last_known_value_says(values):
    events = story(values)
    known = [judge(LIMIT, {VAR.key: value}).status for value in values if value is not None]
    worst = max(known, default=Status.OK)
    assert bool(events) == (worst > Status.OK)
    if not events:
        return
    found = read(events)
    assert found.tier is (Tier.HARD if worst is Status.BREACH else Tier.SOFT)
    inside = known[-1] is Status.OK or (known[-1] is Status.WARNING and found.tier is Tier.HARD)
    assert found.is_over == inside
