"""The bench of the rolling evaluation runs, and two processes answer as one."""

from tests.bench import forecast


def test_a_quick_run_gives_its_figures():
    found = forecast.measure(rounds=1, quick=True, only="rolling")
    assert [figure.unit for figure in found] == ["s", "1", "1", "/s"]
    assert "0 failures" in found[0].name
    assert 0.0 < found[1].value < 1.3
