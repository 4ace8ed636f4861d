"""The public cases, through the adapter."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.compliance.adapter import evaluate
from tests.compliance.matching import differences

FILE = (
    Path(os.environ.get("ENERSCOPE_SHARED", Path(__file__).parents[3] / "shared"))
    / "compliance"
    / "cases_public.json"
)


def _cases() -> list[Any]:
    if not FILE.is_file():
        return [
            pytest.param(
                {}, id="none", marks=pytest.mark.skip(reason="The public cases are not on this machine.")
            )
        ]
    return [pytest.param(case, id=case["id"]) for case in json.loads(FILE.read_text("utf-8"))["cases"]]


@pytest.mark.parametrize("case", _cases())
def test_case(case: dict[str, Any]) -> None:
    assert differences(case["expected"], evaluate(case)) == []
