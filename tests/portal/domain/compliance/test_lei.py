"""Check digits of LEIs."""

import pytest

from portal.domain.compliance.lei import check_digits, problem


@pytest.mark.parametrize("lei", ["5493001KJTIIGC8Y1R12", "HWUPKR0MPOU8FGXBT394", "7LTWFZYICNSX8D621K86"])
def test_codes_of_real_firms_are_valid(lei: str) -> None:
    assert problem(lei) == ""
    assert check_digits(lei[:18]) == lei[18:]


@pytest.mark.parametrize("lei", ["", "5493001KJTIIGC8Y1R1", "5493001kjtiigc8y1r12", "5493001KJTIIGC8Y1RXX"])
def test_another_form_is_no_code(lei: str) -> None:
    assert "is no LEI" in problem(lei)


def test_two_letters_that_changed_places_are_found() -> None:
    assert "check digits" in problem("5493001JKTIIGC8Y1R12")


def test_check_digits_need_a_base() -> None:
    with pytest.raises(ValueError, match="18 capital letters"):
        check_digits("abc")
