"""The templates of packs, and how one is found."""

import pytest

from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.services.packs.templates import ADJUSTMENTS, TEMPLATES, TILES, template


def test_there_is_a_pack_for_each_of_six_readers() -> None:
    """Each says for whom it is."""
    assert list(TEMPLATES) == ["morning", "risk", "portfolio", "compliance", "operations", "board"]
    for code, made in TEMPLATES.items():
        assert template(code) is made
        assert made.what.startswith("For ")
        assert all(pick.address.startswith("/") for pick in made.picks)


def test_any_page_is_a_pack_of_its_own() -> None:
    """All of it, for who may export."""
    made = template("page:risk-overview")
    assert (made.title, made.permission) == ("Risk overview", Permission.EXPORT)
    assert [(pick.body, pick.only) for pick in made.picks] == [("risk-overview", ())]


def test_a_result_never_stands_without_what_was_put_beside_it() -> None:
    """The card of adjustments is picked with the tiles of value and P&L; a pack of before is of another version."""
    results = {
        code: pick.only
        for code, made in TEMPLATES.items()
        for pick in made.picks
        if pick.body == "portfolio-valuation"
    }
    assert list(results) == ["morning", "portfolio", "board"]
    assert all(only[:2] == (TILES, ADJUSTMENTS) for only in results.values())
    assert [TEMPLATES[code].version for code in results] == ["3", "3", "2"]


@pytest.mark.parametrize("code", ["gone", "page:", ""])
def test_an_unknown_pack_is_refused(code: str) -> None:
    """With the packs that there are."""
    with pytest.raises(NotFound, match="morning"):
        template(code)
