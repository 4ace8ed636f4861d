"""Under pinned clocks a pack reads the same, whatever is recorded later; without pins it has the correction."""

from datetime import timedelta

from portal.core import clock
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.services.packs import composing
from tests.helpers.valued_desk import DAY, add_valued_desk, run


def test_a_pack_is_the_same_after_later_corrections(module_database: str) -> None:
    """Every mark of the day is recorded anew, a tenth higher."""
    add_valued_desk()
    pinned = Clocks(DAY, clock.now(), live=False)
    before = composing.compose("board", {}, pinned, SYSTEM)

    run(
        "INSERT INTO curve_points (curve_id, trade_date, delivery, recorded_at, tenor, value, status, batch_id) "
        "SELECT curve_id, trade_date, delivery, clock_timestamp(), tenor, value * 1.1, status, 0 FROM curve_points "
        "WHERE trade_date = :day",
        day=DAY,
    )
    assert composing.compose("board", {}, pinned, SYSTEM) == before
    after = composing.compose("board", {}, Clocks(DAY, clock.now() + timedelta(seconds=1)), SYSTEM)
    assert after.chapters[0] != before.chapters[0]
