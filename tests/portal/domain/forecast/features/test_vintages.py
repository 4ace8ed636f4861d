"""Values as they were known at a moment: newest version by then, newest day by then, and imports of history."""

import numpy as np

from portal.domain.forecast.features.base import Versions
from portal.domain.forecast.features.vintages import in_time, known_of, newest_by


def versions(*rows):
    at, recorded, value = zip(*rows, strict=True)
    return Versions(np.array(at, "M8[s]"), np.array(recorded, "M8[us]"), np.array(value, dtype=float))


def moments(*texts):
    return np.array(texts, "M8[s]")


FORECAST = versions(
    ("2026-05-02T00:00", "2026-05-01T09:00", 1.0),
    ("2026-05-02T00:00", "2026-05-03T10:00", 2.0),
    ("2026-05-03T00:00", "2026-05-02T09:00:00.5", 3.0),
)


def test_the_newest_version_by_then_counts():
    slot = moments("2026-05-02T00:00").repeat(4)
    gate = moments("2026-05-01T08:59:59", "2026-05-01T09:00", "2026-05-03T09:59", "2026-05-04T00:00")
    np.testing.assert_array_equal(known_of(FORECAST, slot, gate), [np.nan, 1.0, 1.0, 2.0])


def test_half_a_second_later_is_later():
    slot = moments("2026-05-03T00:00").repeat(2)
    found = known_of(FORECAST, slot, moments("2026-05-02T09:00:00", "2026-05-02T09:00:01"))
    np.testing.assert_array_equal(found, [np.nan, 3.0])


def test_a_slot_without_rows_is_not_known():
    at = moments("2026-05-01T00:00", "2026-05-02T12:00", "2026-06-01T00:00")
    assert np.isnan(known_of(FORECAST, at, moments("2027-01-01").repeat(3))).all()
    empty = Versions(np.zeros(0, "M8[s]"), np.zeros(0, "M8[us]"), np.zeros(0))
    assert np.isnan(known_of(empty, at, at)).all()
    assert np.isnan(newest_by(empty, at)).all()


SETTLES = versions(
    ("2026-05-01", "2026-05-01T18:30", 10.0),
    ("2026-05-04", "2026-05-04T18:30", 11.0),
    ("2026-05-04", "2026-05-05T10:15", 11.5),
    ("2026-05-05", "2026-05-05T18:30", 12.0),
    ("2026-05-01", "2026-05-06T00:00", 99.0),
)


def test_the_newest_day_by_then_counts_in_its_newest_version_by_then():
    gate = moments(
        "2026-05-01T18:29", "2026-05-01T18:30", "2026-05-04T18:30", "2026-05-05T12:00", "2026-05-05T20:00",
        "2026-05-07T00:00",
    )  # fmt: skip
    np.testing.assert_array_equal(newest_by(SETTLES, gate), [np.nan, 10.0, 11.0, 11.5, 12.0, 12.0])


def test_an_import_of_history_counts_as_known_at_its_usual_time():
    later = Versions(SETTLES.at, np.full(5, np.datetime64("2026-08-01T00:00", "us")), SETTLES.value)
    found, moved = in_time(later, np.add(later.at, np.timedelta64(24, "h")))
    assert moved == 3
    assert newest_by(found, moments("2026-05-05T00:00"))[0] == 11.0
    kept, none = in_time(SETTLES, np.add(SETTLES.at, np.timedelta64(24, "h")))
    assert none == 0
    np.testing.assert_array_equal(kept.recorded, SETTLES.recorded)


def test_any_order_gives_the_same():
    order = np.array([3, 1, 4, 0, 2])
    mixed = Versions(SETTLES.at[order], SETTLES.recorded[order], SETTLES.value[order])
    gate = np.arange(np.datetime64("2026-05-01T00:00:00"), np.datetime64("2026-05-08T00:00:00"), 3600)
    np.testing.assert_array_equal(newest_by(mixed, gate), newest_by(SETTLES, gate))
    slots = SETTLES.at[np.arange(len(gate)) % 5]
    np.testing.assert_array_equal(known_of(mixed, slots, gate), known_of(SETTLES, slots, gate))
