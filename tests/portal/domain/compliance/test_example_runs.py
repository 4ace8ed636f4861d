"""Examples are asked of the engine, and what differs is said."""

from datetime import date

import pytest

from portal.domain.compliance.base import all_rules
from portal.domain.compliance.example_runs import run
from portal.domain.compliance.parameters import Parameter, shipped


@pytest.mark.parametrize("code", ["GL-MC-01", "EU-ET-02", "SH-10", "EU-EM-01"])
def test_shipped_parameters_meet_the_examples(code):
    runs = run(code, shipped())
    assert runs
    assert all(item.is_met for item in runs)
    assert {item.kind for item in runs} >= {"pass", "breach", "boundary", "missing"}


def test_a_change_is_seen_by_the_examples():
    change = Parameter("EU-ET-02.warning_days", "", "days", 30, date(2026, 1, 1), None, "house", "P")
    by_title = {item.title: item for item in run("EU-ET-02", shipped().with_changes([change]))}
    item = by_title["Sixty days are left"]
    assert not item.is_met
    assert "EU-ET-02 does not fire as flag" in item.differences
    assert item.expected.startswith("flag: ")
    assert item.answered.startswith("allow: ")


def test_parameters_that_rules_read_are_shipped():
    codes = list(shipped().by_code)
    for rule in all_rules().values():
        for name in rule.parameters:
            assert any(code == name or (name.endswith(".") and code.startswith(name)) for code in codes), (
                rule.code,
                name,
            )
