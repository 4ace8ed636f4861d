"""Every rule has a pass, a breach, a boundary and a missing-data example, and answers them as they say."""

from typing import Any

import pytest

from portal.domain.compliance.base import all_rules
from portal.domain.compliance.examples import examples_of
from tests.compliance.adapter import evaluate
from tests.compliance.matching import differences

EXAMPLES = [
    pytest.param(code, example, id=f"{code}-{number}")
    for code in all_rules()
    for number, example in enumerate(examples_of(code))
]


@pytest.mark.parametrize(("code", "example"), EXAMPLES)
def test_example(code: str, example: dict[str, Any]) -> None:
    answer = evaluate({"as_of": "2026-06-08T12:00:00Z", **example})
    assert differences(example["expected"], answer) == [], code
    for fired in answer["fires"]:
        assert fired["message"].endswith("."), fired


@pytest.mark.parametrize("code", all_rules())
def test_every_kind_of_example(code: str) -> None:
    rule, kinds = all_rules()[code], {example["case"] for example in examples_of(code)}
    needs_input = any(group for group in rule.inputs.groups)
    wanted = (
        {"pass", "boundary"}
        | ({"breach"} if rule.actions else set())
        | ({"missing"} if needs_input else set())
    )
    assert wanted <= kinds, f"{code} has no example of {sorted(wanted - kinds)}"
