"""Samples as people read them."""

import pytest

from portal.domain.monitoring.sample_values import hit_share, newest, shown_unit


@pytest.mark.parametrize(
    ("metric", "unit", "factor"),
    [
        ("pg_database_bytes", "MB", 1e-6),
        ("host_disk_moved_bytes_total", "MB", 1e-6),
        ("pg_longest_statement_seconds", "s", 1.0),
        ("host_cpu_ratio", "%", 100.0),
        ("pg_connections", "", 1.0),
    ],
)
def test_the_end_of_a_name_says_the_unit(metric: str, unit: str, factor: float):
    assert shown_unit(metric) == (unit, pytest.approx(factor))


def test_the_newest_reading_is_the_last():
    assert newest([1.0, 2.0], 10.0) == 20.0
    assert newest([]) is None


def test_the_share_found_in_memory_counts_growth_only():
    assert hit_share([100.0, 190.0], [50.0, 60.0]) == pytest.approx(0.9)
    assert hit_share([100.0, 5.0, 45.0], [50.0, 0.0, 5.0]) == pytest.approx(0.9)


def test_nothing_read_has_no_share():
    assert hit_share([5.0, 5.0], [2.0, 2.0]) is None
    assert hit_share([5.0], [2.0]) is None
    assert hit_share([], []) is None
