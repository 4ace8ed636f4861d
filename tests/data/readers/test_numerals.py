"""Numbers in both notations: read back as written, refused when there are two readings."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.readers.numerals import BAD, EMPTY, OK, NumberEvidence, NumberFormat, parse_numbers, read_number
from data.readers.problems import Refused

POINT, COMMA = NumberFormat(".", ","), NumberFormat(",", ".")
cents = st.integers(-(10**12), 10**12)


def written(number, form, group):
    """Write hundredths with marks: 1.234,56."""
    whole, rest = divmod(abs(number), 100)
    digits = f"{whole:,}".replace(",", group)
    return ("-" if number < 0 else "") + f"{digits}{form.decimal}{rest:02d}"


@given(cents, st.sampled_from([POINT, COMMA]), st.booleans())
def test_what_was_written_is_read(number, form, grouped):
    text = written(number, form, form.thousands if grouped else "")
    assert read_number(text, form) == pytest.approx(number / 100, rel=1e-15)


@given(st.lists(cents, min_size=1, max_size=30), st.sampled_from([POINT, COMMA]))
def test_the_column_tells_its_own_marks(numbers, form):
    cells = [written(number, form, form.thousands) for number in numbers]
    evidence = NumberEvidence()
    evidence.look(cells)
    settled = evidence.settle("price", delimiter=";")
    assert settled == form
    values, state = parse_numbers(cells, settled)
    assert (state == OK).all()
    assert values.tolist() == pytest.approx([number / 100 for number in numbers])


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_shortest_text_of_any_float_is_read_exactly(numbers):
    values, state = parse_numbers([repr(number) for number in numbers], POINT)
    assert values.tolist() == numbers
    assert (state == OK).all()


@given(
    st.lists(
        st.one_of(st.text(max_size=12), st.none(), st.floats(), st.integers(), st.booleans()), max_size=20
    )
)
def test_anything_else_is_told_apart_without_error(cells):
    for form in (POINT, COMMA):
        values, state = parse_numbers(cells, form)
        assert [math.isfinite(value) for value in values.tolist()] == (state == OK).tolist()
        one_by_one = [read_number(cell, form) for cell in cells]
        assert [EMPTY if n is None else BAD if math.isnan(n) else OK for n in one_by_one] == state.tolist()


@pytest.mark.parametrize("text", ["", " ", ".", "-", "N/A", "#N/A", "NaN", "null", "n.a.", "..", ":"])
def test_texts_that_mean_not_published(text):
    assert read_number(text, POINT) is None


@pytest.mark.parametrize(
    "text",
    ["1_000", "12,5", "1,23,456", "1.2.3", "12,34.5", "1e999", "inf", "0x10", "12a", "$5", "5%", "1 23"],
)
def test_texts_that_are_no_numbers(text):
    assert math.isnan(read_number(text, POINT))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(12.5)", -12.5),
        ("−3.5", -3.5),
        ("+4", 4),
        (".5", 0.5),
        ("1 234.5", 1234.5),
        ("1'234'567", 1234567),
        ("1.5e3", 1500),
    ],
)
def test_other_ways_to_write_a_number(text, value):
    assert read_number(text, POINT) == value


@pytest.mark.parametrize(
    ("cells", "delimiter"),
    [(["1,234"], ";"), (["1,234"], ","), (["1.234"], ";"), (["12", "1,234", "999"], "\t")],
)
def test_two_readings_are_refused(cells, delimiter):
    evidence = NumberEvidence()
    evidence.look(cells)
    with pytest.raises(Refused, match="--decimal"):
        evidence.settle("price", delimiter=delimiter)


@pytest.mark.parametrize("cells", [["2.345", "2.401"], ["0.284"], ["12"]])
def test_points_in_a_file_of_commas_are_decimal(cells):
    evidence = NumberEvidence()
    evidence.look(cells)
    assert evidence.settle("price", delimiter=",") == POINT
