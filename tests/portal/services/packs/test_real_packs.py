"""Packs of the real pages: own rows for each reader, and the same bytes again after later corrections."""

import io

import pypdf
import pytest

from portal.core import clock
from portal.core.clock import Clocks
from portal.core.permissions import Role
from portal.domain.signoff.adjusting import Decision
from portal.services.packs import composing, formats, history
from portal.services.packs.making import Ask, make
from portal.services.signoff import adjustments
from portal.services.signoff.tables import BESIDE
from tests.helpers import packs
from tests.helpers.packs import person
from tests.helpers.signed_desk import BOSS, RISK
from tests.helpers.valued_desk import DAY, add_valued_desk, run


def words(pack: int) -> str:
    """Return all that the PDF of a pack says."""
    pages = pypdf.PdfReader(io.BytesIO(packs.content(pack, "pdf"))).pages
    return " ".join(page.extract_text() for page in pages)


def test_two_readers_get_their_own_rows_and_the_same_bytes_after_corrections(database: str) -> None:
    """Every mark of the day is recorded anew, a tenth higher, after both packs were made."""
    add_valued_desk()
    ask = Ask("portfolio", {}, Clocks(DAY, clock.now(), live=False), tuple(sorted(formats.FORMATS)))
    ann = person("ann", Role.RISK_OFFICER, "DESK", "GAS", "GAS_EU", "OIL", "POWER", "POWER_DE")
    ben = person("ben", Role.TRADER, "OIL")
    whole, part = make(ask, ann, by="ann"), make(ask, ben, by="ben")

    assert "POWER_DE" in words(whole.id)
    assert "POWER_DE" not in words(part.id)
    assert "OIL" in words(part.id)
    run(
        "INSERT INTO curve_points (curve_id, trade_date, delivery, recorded_at, tenor, value, status, batch_id) "
        "SELECT curve_id, trade_date, delivery, clock_timestamp(), tenor, value * 1.1, status, 0 FROM curve_points "
        "WHERE trade_date = :day",
        day=DAY,
    )
    for made, reader in ((whole, ann), (part, ben)):
        assert history.compare(made.id, reader) == dict.fromkeys(sorted(formats.FORMATS), True)
        again = make(ask, reader, by=reader.username)
        for code in formats.FORMATS:
            assert packs.content(again.id, code) == packs.content(made.id, code), code
    live = make(Ask("portfolio", {}, Clocks(DAY, clock.now(), live=False), ("json",)), ann, by="ann")
    assert packs.content(live.id, "json") != packs.content(whole.id, "json")


def test_a_result_is_given_with_what_stands_beside_it_and_without_a_gap_where_nothing_does(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first chapters of the packs that give a result; the tiles stay as they are."""
    add_valued_desk()
    monkeypatch.setattr("portal.services.signoff.adjustments.clock_service.latest_day", lambda: DAY)
    empty = Clocks(DAY, clock.now(), live=False)
    number = adjustments.propose("GAS_EU", DAY, "portfolio.dtd", "-1,250.50", "A late fee.", RISK)
    adjustments.decide(number, Decision.APPROVED, "", BOSS)
    for code in ("portfolio", "board"):
        before = composing.compose(code, {}, empty, BOSS)
        after = composing.compose(code, {}, Clocks(DAY, clock.now(), live=False), BOSS)
        assert "Adjustments" not in [section.title for section in before.chapters[0].sections]
        assert after.gaps == before.gaps
        tiles, beside, *_ = after.chapters[0].sections
        assert tiles == before.chapters[0].sections[0]
        assert (beside.title, beside.note) == ("Adjustments", BESIDE)
