"""Which backups are kept."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.monitoring.backup_keeping import Kept, to_remove

START = datetime(2026, 1, 1, 1, 30, tzinfo=UTC)


def test_days_weeks_and_months_keep_their_newest() -> None:
    days = [START + timedelta(days=day) for day in range(100)]
    gone = set(to_remove(days, [True] * 100, Kept(days=7, weeks=5, months=3)))
    kept = [days[at].date().isoformat() for at in range(100) if at not in gone]
    assert kept == [
        "2026-02-28", "2026-03-15", "2026-03-22", "2026-03-29", "2026-03-31",
        "2026-04-04", "2026-04-05", "2026-04-06", "2026-04-07", "2026-04-08", "2026-04-09", "2026-04-10",
    ]  # fmt: skip


def test_a_bad_backup_does_not_push_a_good_one_out() -> None:
    days = [START + timedelta(days=day) for day in range(3)]
    assert to_remove(days, [True, False, False], Kept(1, 0, 0)) == [1]


@given(
    st.lists(st.tuples(st.integers(0, 5000), st.booleans()), max_size=40),
    st.integers(1, 8),
    st.integers(0, 5),
)
def test_the_newest_and_the_newest_good_one_always_stay(
    rows: list[tuple[int, bool]], days: int, more: int
) -> None:
    made = [START + timedelta(hours=hours, seconds=at) for at, (hours, _) in enumerate(rows)]
    good = [is_good for _, is_good in rows]
    gone = to_remove(made, good, Kept(days, more, more))
    assert len(set(gone)) == len(gone)
    if made:
        assert max(range(len(made)), key=made.__getitem__) not in gone
    if any(good):
        assert max((at for at in range(len(made)) if good[at]), key=made.__getitem__) not in gone
