"""Names as screening compares them."""

import pytest

from portal.domain.compliance.names import best_likeness, likeness, normalised, sound_agreement


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("QESHM-STAR PETROCHEM", "petrochem qeshm star"),
        ("Qeshm Star Petrochem FZE", "petrochem qeshm star"),
        ("Société Générale S.A.", "generale societe"),
        ("Åland Ødegård A/S", "aland odegard"),
        ("Müller & Söhne GmbH & Co. KG", "muller sohne"),
        ("Strauß Energie", "energie strauss"),
        ("O'Neill (Trading) Ltd.", "oneill trading"),
        ("Polska Energia Sp. z o.o.", "energia polska"),
        ("Data/Source Inc.", "data source"),
        ("AS", "as"),
        ("--", ""),
    ],
)
def test_a_name_is_normalised(name: str, expected: str) -> None:
    assert normalised(name) == expected


def test_names_that_sound_alike_agree() -> None:
    alike = likeness("Smyth Philips", "Phillips Smith Ltd")
    assert alike.sound == 100.0
    assert alike.spelling < 100.0
    assert alike.score == 100.0


def test_names_that_differ_score_low() -> None:
    assert likeness("Orchard Bay Storage", "Qeshm Star Petrochem").score < 85


def test_a_slip_of_the_pen_is_near() -> None:
    assert 95 <= likeness("Baltic Wind Trading", "Baltic Wing Trading").spelling < 100
    assert 85 <= likeness("Alpha Energy Trading", "Alpine Energy Trading").score < 95


def test_a_name_without_letters_is_like_nothing() -> None:
    assert likeness("--", "--").score == 0.0


def test_each_word_agrees_once() -> None:
    assert sound_agreement(("A", "A"), ("A",)) == 0.5
    assert sound_agreement((), ("A",)) == 0.0


def test_the_best_of_several_names_is_found() -> None:
    found = best_likeness("North Star", ["South Moon", "Star, North"])
    assert found is not None
    assert (found[0], found[1].score) == ("Star, North", 100.0)
    assert best_likeness("North Star", []) is None
