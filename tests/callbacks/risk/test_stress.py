"""The page of stress: its cards, what it says, the rows behind them, and the form of an own scenario."""

from datetime import UTC, datetime

import pytest

from callbacks.risk import stress
from callbacks.risk.stress import Ids, grids
from callbacks.risk.stress.asking import read
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.table import GridQuery
from portal.domain.risk.stress.text import read_shock
from tests.helpers.layout import components, text_of
from tests.helpers.trades import add_desk
from tests.helpers.valued_desk import DAY, add_valued_desk

CLOCKS = Clocks(DAY, datetime(2099, 1, 1, tzinfo=UTC), live=False)


@pytest.fixture(scope="module")
def desk(module_database: str) -> None:
    add_valued_desk()


def test_the_page_shows_matrix_cards_and_what_is_left_out(desk):
    tree = stress.draw({"scenario": "COLD_OUTAGE_SPIKE", "portfolio": "all", "split": "kind"}, CLOCKS, SYSTEM)
    said = text_of(tree)
    for words in (
        "Profit or loss by scenario and portfolio", "Cold snap, outage and gas spike", "By kind", "Layer on layer",
        "Largest losses", "Largest gains", "Shocks, in their order", "Left unshocked", "What would break us",
        "Edit a copy of it",
    ):  # fmt: skip
        assert words in said
    assert "NaN" not in said
    assert "Keep your own scenario" not in said  # nothing is typed
    graphs = [part.id["grid"] for part in components(tree) if type(part).__name__ == "Graph"]
    assert graphs == [Ids.MATRIX, Ids.NODES, Ids.PARTS, Ids.LAYERS]


def test_typed_shocks_come_first_with_the_form_to_keep_them(desk):
    asked = {"scenario": "auto", "shocks": "price TTF -30%", "loss": "1k", "portfolio": "GAS_EU"}
    said = text_of(stress.draw(asked, CLOCKS, SYSTEM))
    assert "Keep your own scenario" in said
    assert "Your own, times" in said
    assert "by full revaluation" in said
    rows = grids.matrix_rows(GridQuery(), asked, CLOCKS, SYSTEM)
    assert rows.column("title")[0] == "Your own"
    trials = grids.trial_rows(GridQuery(), asked, CLOCKS, SYSTEM)
    assert max(loss for loss in trials.column("loss") if loss is not None) >= 1000.0


def test_mistakes_are_said_and_the_page_still_opens(desk):
    said = text_of(stress.draw({"shocks": "price NOWHERE +5%", "loss": "much"}, CLOCKS, SYSTEM))
    assert "no curve, zone or commodity 'NOWHERE'" in said
    assert "'much' is not a loss" in said
    assert "the worst one is shown" in text_of(stress.draw({"scenario": "ELSEWHERE"}, CLOCKS, SYSTEM))
    assert "no portfolio 'MOON'" in text_of(stress.draw({"portfolio": "MOON"}, CLOCKS, SYSTEM))
    with pytest.raises(DomainError, match="State the loss"):
        grids.trial_rows(GridQuery(), {}, CLOCKS, SYSTEM)


def test_every_grid_has_rows(desk):
    asked = {"scenario": "GAS_SPIKE", "split": "curve"}
    for name in ("matrix_rows", "node_rows", "part_rows", "layer_rows", "shock_rows", "unshocked_rows"):
        assert getattr(grids, name)(GridQuery(), asked, CLOCKS, SYSTEM).rows, name
    shown = grids.best_rows(GridQuery(), asked, CLOCKS, SYSTEM)
    assert 0 < len(shown.rows) <= grids.MOST_TRADES
    assert len(grids.worst_rows(GridQuery(limit=None), asked, CLOCKS, SYSTEM).rows) >= 1


def test_inputs_are_read_with_suspicion():
    asking = read({"split": "moon", "layers": "A, B,,C", "scenario": "auto", "loss": " 2.5m "})
    assert (asking.split, asking.ask.layers, asking.ask.scenario, asking.loss_eur()) == (
        "commodity",
        ("A", "B", "C"),
        "",
        2.5e6,
    )
    assert read({"loss": "2,500,000 EUR"}).loss_eur() == 2.5e6
    assert read({"layers": ["A"]}).ask.layers == ("A",)
    for bad in ("-5m", "0", "nan", "1e400"):
        with pytest.raises(DomainError):
            read({"loss": bad}).loss_eur()


def test_fields_of_the_form_read_as_a_shock():
    row = stress.row_of("price", "TTF, NBP", "+25%", "winter 0-6")
    assert row == "price TTF,NBP +25% winter months 0-6"
    assert read_shock(row).last == 6
    assert read_shock(stress.row_of("correlation", "TTF:NBP", "1 by 50%", "")).size == 0.5
    assert stress.row_of("rate", "", "+50bp", "") == "rate all +50bp"


def test_a_desk_without_trades_says_so(database):
    add_desk()
    assert "nothing to stress" in text_of(stress.draw({}, CLOCKS, SYSTEM))
