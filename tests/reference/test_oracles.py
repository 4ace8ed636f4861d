"""Every reference case that is found, through the adapter; what is not covered is skipped by name, never passed."""

import importlib.util
import os
from pathlib import Path
from typing import Any

import pytest

from tests.reference.adapter import evaluate

SHARED = Path(os.environ.get("ENERSCOPE_SHARED") or Path(__file__).resolve().parents[2].parent / "shared")
ORACLES = SHARED / "oracles"


def _oracle_io() -> Any:
    """The reader that comes with the cases, or None when they are not there."""
    path = ORACLES / "oracle_io.py"
    if not path.is_file():
        return None
    spec = importlib.util.spec_from_file_location("oracle_io", path)
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


oracle_io = _oracle_io()
CASES = [] if oracle_io is None else [pytest.param(c, id=f"{c['topic']}/{c['id']}") for c in oracle_io.load()]


@pytest.mark.skipif(
    oracle_io is None, reason=f"the reference cases are not at {ORACLES.name}; set ENERSCOPE_SHARED"
)
def test_cases_are_there():
    assert CASES


@pytest.mark.parametrize("case", CASES)
def test_reference_case(case):
    inputs = oracle_io.resolve(case["inputs"])
    try:
        got = evaluate(case["topic"], inputs)
    except LookupError as missing:
        pytest.skip(f"not covered: {case['topic']}/{case['id']}: {missing}")
    assert oracle_io.check(case, got) == []


def test_an_unknown_model_is_a_lookup_error():
    with pytest.raises(LookupError, match="no model 'tea leaves'"):
        evaluate("garch_vol", {"model": "tea leaves"})
