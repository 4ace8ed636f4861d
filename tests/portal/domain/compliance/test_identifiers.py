"""Identifiers of reports against published values."""

import json
import os
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from portal.domain.compliance.errors import BadIdentifierError
from portal.domain.compliance.identifiers import (
    AcerTerms,
    acer_contract_id,
    acer_hash,
    acer_stem,
    acer_uti,
    eic_error,
    emir_uti,
    is_acer_code,
    is_eic,
    is_emir_uti,
    is_lei,
    lei_error,
)

SHARED = Path(os.environ.get("ENERSCOPE_SHARED", Path(__file__).resolve().parents[5] / "shared"))
VECTORS = SHARED / "compliance" / "schemas" / "acer_uti_vectors.json"
LEI = "5493001KJTIIGC8Y1R12"
TERMS = AcerTerms(
    buyer="B0000123B.DE", seller="S0000456S.AT", contract_type="FW", commodity="EL", settlement="P",
    trade_date=date(2026, 6, 8), price=Decimal("85.50"), currency="EUR", quantity=Decimal(10), unit="MW",
    point="10YCB-GERMANY--8", delivery_start=date(2027, 1, 1), delivery_end=date(2027, 12, 31),
)  # fmt: skip


@pytest.mark.skipif(not VECTORS.exists(), reason=f"{VECTORS} is not there")
def test_all_published_vectors() -> None:
    vectors = json.loads(VECTORS.read_text())["vectors"]
    assert len(vectors) >= 30
    for vector in vectors:
        parts = (vector["concatenated"],)
        assert acer_hash(parts, vector["counter"]) == vector["expected"], vector
        assert acer_stem(parts) == vector["hash"][:42]


def test_terms_are_formatted_as_the_generator_does() -> None:
    assert acer_uti(TERMS) == "bKxW4JdWAQ9WOj19JjJaaqVC32h7AAMViZnwL3qaA7001"


def test_the_contract_id_leaves_out_price_and_quantity() -> None:
    terms = AcerTerms(
        "C0643778W.EU", "C06AG978W.EU", "FW", "EL", "P", date(2014, 11, 21), None, "", None, "",
        "10YCB-EUROPEU--4", date(2015, 1, 1), date(2015, 1, 31),
    )  # fmt: skip
    assert acer_contract_id(terms) == "qZ9uPVrjPK6Bzl2xNCUNkOn5rUXB9svJdxMjcg3hY9001"


@pytest.mark.parametrize("counter", [0, 1000])
def test_a_counter_out_of_range_is_refused(counter: int) -> None:
    with pytest.raises(BadIdentifierError, match="goes from 1 to 999"):
        acer_uti(TERMS, counter)


def test_no_price_is_refused() -> None:
    with pytest.raises(BadIdentifierError, match="needs a number"):
        acer_uti(replace(TERMS, price=None))


def test_lei_check_digits() -> None:
    assert is_lei(LEI)
    assert "remainder by 97" in lei_error("5493001KJTIIGC8Y1R13")
    assert "GLEIF" in lei_error("5493001KJTIIGC8Y1R1")
    assert not is_lei(LEI.lower())


@pytest.mark.parametrize("eic", ["21YNL----TTF---1", "10YCB-GERMANY--8"])
def test_published_eic_codes(eic: str) -> None:
    assert is_eic(eic)


def test_wrong_eic_codes() -> None:
    assert "gives" in eic_error("21YNL----TTF---2") or "give" in eic_error("21YNL----TTF---2")
    assert "not 2 digits" in eic_error("21ANL----TTF---1")


def test_emir_uti_begins_with_the_lei_and_fits_the_pattern() -> None:
    uti = emir_uti(LEI, "T-17")
    assert uti.startswith(LEI)
    assert len(uti) == 52
    assert is_emir_uti(uti, LEI)
    assert is_emir_uti(uti)
    assert uti != emir_uti(LEI, "T-18")
    assert not is_emir_uti("bKxW4JdWAQ9WOj19JjJaaqVC32h7AAMViZnwL3qaA7001")
    with pytest.raises(BadIdentifierError):
        emir_uti("5493001KJTIIGC8Y1R13", "T-17")


def test_acer_codes() -> None:
    assert is_acer_code("B0000123B.DE")
    assert not is_acer_code("B000123B.DE")
