"""Counts, coverage and margins."""

from portal.domain.compliance.check_counts import coverage, margin, total


def test_coverage_is_the_share_of_questions_with_all_facts() -> None:
    assert coverage([{"evaluated": 3, "data_gap": 1}, {"evaluated": 5, "data_gap": 1}]) == 0.8
    assert coverage([]) is None


def test_a_margin_is_negative_above_the_limit() -> None:
    assert margin(6001.0, 6000.0) == -1.0
    assert margin(None, 6000.0) is None


def test_a_total_adds_up() -> None:
    assert total([1, 2, 3]) == 6.0
