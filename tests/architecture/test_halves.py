"""The two halves of the tests are all of them, each in one; what they count is added up."""

from collections import Counter

import pytest

from tests import halves


def test_the_paths_of_the_waiting_half_are_there():
    assert [path for path in halves.WAITING if not (halves.ROOT / path).is_dir()] == []


def test_what_one_half_runs_the_other_leaves():
    waiting, others = halves.waiting(["-x"]), halves.others(["-x"])
    left = [word.removeprefix("--ignore=") for word in others if word.startswith("--ignore=")]
    assert left == [word for word in waiting if word.startswith("tests/")] == list(halves.WAITING)
    assert not [word for word in others if word.startswith("tests/")], (
        "it runs all that is left, new folders too"
    )
    assert (waiting[-1], others[-1]) == ("-x", "-x")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("==== 3 failed, 3661 passed, 29 skipped, 1515 errors in 2075.65s (0:34:35) ====", (3661, 1518, 29)),
        ("12 passed in 0.50s", (12, 0, 0)),
        ("===== no tests ran in 0.01s =====", (0, 0, 0)),
        ("nothing of the kind", (0, 0, 0)),
    ],
)
def test_the_closing_line_is_read(line: str, found: tuple[int, int, int]):
    passed, failed, skipped = found
    said = f"{passed} passed, {skipped} skipped in 1.50s"
    closing = halves.closing(halves.counts(["said before\n", line]), 1.5)
    assert closing.strip("= ") == (f"{failed} failed, {said}" if failed else said)


def test_both_are_added_up():
    both = halves.counts(["1 failed, 2 passed in 1s"]) + halves.counts(["3 passed, 1 skipped in 2.0s"])
    assert both == Counter(failed=1, passed=5, skipped=1)
    assert halves.closing(both, 3.0).strip("=") == " 1 failed, 5 passed, 1 skipped in 3.00s "
