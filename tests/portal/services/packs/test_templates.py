"""The templates of packs, and how one is found."""

import pytest

from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.services.packs.templates import TEMPLATES, template


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


@pytest.mark.parametrize("code", ["gone", "page:", ""])
def test_an_unknown_pack_is_refused(code: str) -> None:
    """With the packs that there are."""
    with pytest.raises(NotFound, match="morning"):
        template(code)
