"""Monitoring > Feeds: nothing yet, feeds and chain with figures that open, one feed, the form, and who may look."""

from datetime import UTC, date, datetime, timedelta

import pytest

from callbacks.monitoring import feed_terms as part
from callbacks.monitoring import feeds as page
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.domain.monitoring import feed_metrics as metrics
from portal.services import evaluation, passports
from portal.services.monitoring.chain_steps import PACK
from tests.helpers.feeds import add_feed, make_demo, workdays
from tests.helpers.layout import text_of

FRIDAY = date(2026, 11, 20)
DAYS = workdays(FRIDAY, 26)
OPS = Actor(1, "ops", "Ops", frozenset({Role.OPERATIONS}))
AUDREY = Actor(2, "audrey", "Audrey", frozenset({Role.AUDITOR}))
TRADER = Actor(3, "tom", "Tom", frozenset({Role.TRADER}))
LATER = datetime(2026, 11, 22, 4, tzinfo=UTC)
PINNED = Clocks(FRIDAY, LATER, live=False)
ALL = GridQuery(limit=None)


@pytest.fixture(scope="module")
def desk(module_database: str) -> str:
    """A demo desk of two sources, one of which stopped early."""
    add_feed("desk", DAYS, simulated=True)
    add_feed("slow", DAYS[:-3], simulated=True)
    make_demo(FRIDAY, loaded_at=LATER - timedelta(hours=1))
    return module_database


def test_nothing_yet(database):
    now = Clocks(FRIDAY, datetime.now(UTC))
    assert "No feed yet" in text_of(page.draw({}, now, OPS))


def test_the_page_says_what_is_late_what_is_simulated_and_when_the_pack_was_complete(desk):
    said = text_of(page.draw({}, PINNED, OPS))
    assert "Feeds late" in said
    assert "Daily prices, slow: The delivery for 2026-11-18 and 2 later has not come" in said
    assert "2 feeds belong to the demo desk, which ends on 2026-11-20" in said
    assert "Morning pack complete" in said
    assert "End-of-day chain of 2026-11-20" in said
    assert "made up" in said


def test_one_feed_shows_its_terms_and_only_operations_get_the_form(desk):
    said = text_of(page.draw({"feed": "slow.prices"}, PINNED, AUDREY))
    assert "Monday to Friday at 18:30 (UTC)" in said
    assert "When its deliveries came" in said
    assert "Change what is agreed" not in said
    live = Clocks(FRIDAY, datetime.now(UTC))
    assert "Change what is agreed" in text_of(page.draw({"feed": "slow.prices"}, live, OPS))
    assert "Change what is agreed" not in text_of(page.draw({"feed": "slow.prices"}, live, AUDREY))
    assert "There is no feed 'nobody" in text_of(page.draw({"feed": "nobody.prices"}, PINNED, OPS))


def test_an_evening_under_way_has_a_band(desk):
    evening = Clocks(FRIDAY, datetime(2026, 11, 20, 19, 20, tzinfo=UTC), live=False)
    said = text_of(page.draw({"day": "2026-11-20"}, evening, OPS))
    assert "Morning pack expected" in said
    assert "90 % between 19:" in said
    assert "The morning pack waits for" in said
    whole = text_of(page.draw({"day": "2026-11-20", "span": "day"}, evening, OPS))
    assert "Not drawn" not in whole


def test_every_figure_of_the_tables_opens_and_follows_from_its_rows(desk):
    tables = [page.load_list(ALL, {}, PINNED, OPS), page.load_chain(ALL, {}, PINNED, OPS)]
    compared = 0
    for table in tables:
        for record in table.records():
            params = table.extra["params"][record[table.columns[0].key]]
            for column in table.columns:
                if column.metric and record[column.key] is not None:
                    _opens(column.metric, record[column.key], **params)
                    compared += 1
    assert compared > 30


def _opens(metric: str, value: object, **params: object) -> None:
    found = passports.open_passport(metric, params, PINNED, OPS)
    assert found.evaluation.value == pytest.approx(value), (metric, params)
    records = [
        {k: v.isoformat() if isinstance(v, (date, datetime)) else v for k, v in row.items()}
        for row in found.evaluation.inputs.records()
    ]
    replay = evaluation.EVALUATORS[metric].replay
    assert replay is not None
    again = replay(records, found.params, PINNED)
    assert again.value == pytest.approx(value)


def test_figures_of_the_tiles_open(desk):
    moment = {"moment": LATER.isoformat()}
    _opens(metrics.LATE.id, 1.0, **moment)
    _opens(metrics.WATCHED.id, 2.0, **moment)
    for bound in ("median", "low", "high"):
        at = passports.open_passport(
            metrics.ETA.id, {"day": "2026-11-20", "bound": bound, **moment}, PINNED, OPS
        )
        assert 1170 < (at.evaluation.value or 0) < 1230
        assert any(step.name == "On the clock" for step in at.evaluation.steps)
    later = passports.open_passport(
        metrics.ETA_LATER.id, {"day": "2026-11-20", "step": PACK, **moment}, PINNED, OPS
    )
    assert later.evaluation.value is not None


def test_the_rows_behind_the_picture_of_one_feed(desk):
    table = part.load_deliveries(ALL, {"feed": "slow.prices"}, PINNED, OPS)
    assert [row["outcome"] for row in table.records()][-3:] == ["missing"] * 3
    assert table.simulated


def test_who_may_not(desk):
    with pytest.raises(NotPermitted):
        page.draw({}, PINNED, TRADER)
    with pytest.raises(NotPermitted):
        page.load_list(ALL, {}, PINNED, TRADER)
    with pytest.raises(NotPermitted):
        page.load_chain(ALL, {}, PINNED, TRADER)
