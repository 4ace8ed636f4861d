"""Results of a moment ago: made once, the least used forgotten, a failure not kept."""

import pytest

from portal.services.recent import Recent


def test_same_key_is_made_once_and_the_least_recently_used_is_forgotten():
    made: list[str] = []
    recent: Recent[str, str] = Recent(2)

    def ask(key: str) -> str:
        return recent.get(key, lambda: made.append(key) or key.upper())

    assert [ask("a"), ask("b"), ask("a"), ask("c"), ask("a"), ask("b")] == ["A", "B", "A", "C", "A", "B"]
    assert made == ["a", "b", "c", "b"]


def test_a_failure_is_not_kept():
    recent: Recent[str, int] = Recent(2)
    with pytest.raises(ZeroDivisionError):
        recent.get("a", lambda: 1 // 0)
    assert recent.get("a", lambda: 7) == 7


def test_nothing_is_a_result_too():
    recent: Recent[str, None] = Recent(2)
    recent.get("a", lambda: None)
    recent.get("a", lambda: pytest.fail("made twice"))
