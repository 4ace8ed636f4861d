"""One content has one spelling."""

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest

from portal.core import canonical


def spelled(value: object) -> str:
    return canonical.encode(canonical.plain(value)).decode()


def test_spelling():
    value = {"b": [1, 1.0, 0.1 + 0.2, -0.0, 1e-7, True, None], "a": "Zürich – 3 €"}
    assert spelled(value) == '{"a":"Zürich – 3 €","b":[1,1.0,0.30000000000000004,-0.0,1e-07,true,null]}'


def test_floats_read_back_to_the_same_bits():
    values = [*np.random.default_rng(1).normal(0, 1e6, 500).tolist(), 5e-324, 1.7976931348623157e308]
    assert canonical.decode(canonical.encode(values)) == values
    assert spelled(np.float64(2.5)) == "2.5"


def test_no_number_that_is_not_finite():
    assert spelled([float("nan"), float("inf")]) == "[null,null]"
    with pytest.raises(ValueError):
        canonical.encode(float("nan"))


def test_times_are_utc_with_microseconds():
    cet = datetime(2024, 7, 1, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=2)))
    assert spelled([date(2024, 7, 1), cet]) == '["2024-07-01","2024-06-30T23:02:03.000004Z"]'
    assert spelled(datetime(2024, 1, 1, tzinfo=UTC)) == '"2024-01-01T00:00:00.000000Z"'


def test_what_has_no_canonical_form_is_refused():
    with pytest.raises(TypeError, match="set has no canonical form"):
        canonical.plain({1})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"a":1,"a":2}', "given twice"),
        (b"[NaN]", "not a number"),
        (b"[-Infinity]", "not a number"),
        (b"[1e999]", "too large"),
        (b'{"a":', "Expecting value"),
        (b"\xff\xfe", "can't decode"),
        (b"[" * 100_000, "nested too deeply"),
        (b"1" * 5000, "Exceeds the limit"),
    ],
)
def test_ambiguous_or_broken_text_is_refused(content, words):
    with pytest.raises(ValueError, match=words):
        canonical.decode(content)


def test_reformatted_text_has_the_same_digest():
    value = {"b": [1.5, "x"], "a": None}
    pretty = b'\xef\xbb\xbf{\n  "b": [1.50, "\\u0078"],\r\n  "a": null\n}\n'
    assert canonical.digest(canonical.decode(pretty)) == canonical.digest(value)
