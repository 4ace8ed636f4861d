"""Stress over a real database: cuts that add up, versions of scenarios, rights, refusals, and passports."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks, now
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.domain.portfolio.rollup import total
from portal.domain.portfolio.valuation import value_book
from portal.domain.risk import stress_metrics as metrics
from portal.domain.risk.stress.apply import book_for
from portal.domain.risk.stress.impact import impact
from portal.services.evaluation import EVALUATORS, clean_params
from portal.services.passports import open_passport
from portal.services.portfolio.valuation import valued
from portal.services.risk import stress as service
from portal.services.risk import stress_catalogue as catalogue
from portal.services.risk import stress_tables as tables
from portal.services.risk.stress import Ask
from portal.services.risk.stress_catalogue import OWN
from tests.helpers.trades import add_desk, add_level
from tests.helpers.valued_desk import DAY, add_valued_desk


@pytest.fixture(scope="module")
def desk(module_database):
    return add_valued_desk()


def clocks(day=DAY):
    return Clocks(day, now(), live=False)


def person(*roles, codes=("GAS_EU",)):
    return Actor(7, "mara", "Mara", frozenset(roles), frozenset(codes))


def stressed(actor=SYSTEM, **ask):
    return service.stress(clocks(), actor, Ask(**ask))


def test_every_cut_of_a_scenario_adds_up_to_its_loss(desk):
    found = stressed(scenario="COLD_OUTAGE_SPIKE")
    whole = found.total("COLD_OUTAGE_SPIKE")
    assert whole != 0.0
    for by in service.SPLITS:
        assert sum(tables.parts_table(GridQuery(), found, by).column("pnl")) == pytest.approx(whole)
    nodes = dict(
        zip(
            *(tables.nodes_table(GridQuery(), found, clocks()).column(c) for c in ("portfolio", "pnl")),
            strict=True,
        )
    )
    assert nodes["DESK"] == pytest.approx(whole)
    assert sum(value for code, value in nodes.items() if code != "DESK") == pytest.approx(whole)
    layers = tables.layers_table(GridQuery(), found).column("pnl")
    assert len(layers) == 3
    assert sum(layers) == pytest.approx(whole)
    trades = [
        tables.trades_table(GridQuery(limit=None), found, best=best, most=0).column("pnl")
        for best in (False, True)
    ]
    assert sum(trades[0]) + sum(trades[1]) == pytest.approx(whole)
    assert trades[0] == sorted(trades[0])
    assert trades[1] == sorted(trades[1], reverse=True)


def test_a_price_shock_is_the_delta_of_a_forward_times_the_move(desk):
    found = stressed(shocks="price TTF +2")
    at = int(np.flatnonzero(found.found.book.trade_id == desk["FORWARD"])[0])
    delta = found.found.valuation.legs.delta[found.found.valuation.legs.trade == at].sum()
    assert found.chosen == OWN
    assert found.result.pnl[at] == pytest.approx(2.0 * delta)


def test_trades_that_a_scenario_does_not_touch_are_worth_the_same_when_valued(desk):
    found = stressed()
    shocks = ("price TTF +1%", "price POWER_DE_PEAK +5", "vol all +9%", "correlation all to 0 by 30%", "fx USD +3%",
              "rate EUR +20bp", "vol TTF +1pt", "price crude -9%", "season all +2%")  # fmt: skip
    cases = [
        *(catalogue.own(text, (), {}).layers for text in shocks),
        *(e.scenario.layers for e in found.entries.values()),
    ]
    for layers in cases:
        fast = impact(found.found.book, found.found.valuation, found.found.market, layers)
        whole = value_book(
            book_for(found.found.book, found.found.market, fast.market), fast.market, greeks=False
        )
        expected = whole.total_eur - found.found.valuation.total_eur
        np.testing.assert_allclose(fast.pnl, expected, rtol=1e-9, atol=1e-7)


def test_a_portfolio_is_part_of_the_whole_and_others_are_not_seen(desk):
    part = stressed(portfolio="GAS", scenario="GAS_SPIKE")
    assert [node.code for node in part.nodes] == ["GAS", "GAS_EU"]
    assert part.total("GAS_SPIKE") == pytest.approx(float(part.by_node["GAS_SPIKE"][
        [node.code for node in part.found.nodes].index("GAS")
    ]))  # fmt: skip
    gas = stressed(person(Role.TRADER), scenario="GAS_SPIKE")
    assert {node.code for node in gas.found.nodes} == {"GAS_EU"}
    assert gas.total("GAS_SPIKE") == pytest.approx(part.total("GAS_SPIKE"))
    with pytest.raises(NotFound, match="no portfolio 'OIL'"):
        stressed(person(Role.TRADER), portfolio="OIL")
    with pytest.raises(NotPermitted):
        stressed(person(Role.ADMINISTRATOR))


def test_without_a_choice_the_worst_scenario_is_looked_at(desk):
    found = stressed()
    assert found.total(found.chosen) == min(found.total(code) for code in found.entries)


def test_what_is_typed_is_laid_over_the_library_and_refused_with_a_sentence(desk):
    found = stressed(layers=("COLD_SNAP",), shocks="price coal +5%\nfx USD -5%")
    assert found.complaint.startswith("There is no curve, zone or commodity 'coal'")
    assert OWN not in found.entries
    laid = stressed(layers=("COLD_SNAP",), shocks="# Dollar\nfx USD -5%")
    assert laid.complaint == ""  # the library may name curves that this desk has not
    assert [layer.title for layer in laid.entry.scenario.layers] == ["Cold snap", "Dollar"]
    typed = stressed(shocks="price gas -200%")
    assert "cannot trade at zero or below" in typed.complaint
    assert stressed(shocks="nonsense").complaint.startswith("The shock 'nonsense' cannot be read")
    assert stressed(layers=("NOTHING",)).complaint.startswith("There is no scenario 'NOTHING'")


def test_an_empty_book_is_said(desk):
    with pytest.raises(DomainError, match="hold no trade on 2020-01-02"):
        service.stress(clocks(date(2020, 1, 2)), SYSTEM, Ask())


def test_a_reverse_stress_reaches_the_loss(desk):
    found = stressed(scenario=OWN, shocks="price TTF -10%", portfolio="GAS_EU")
    once = -found.total(OWN)
    assert once > 0.0
    crossing = found.reverse(2.0 * once)
    assert crossing.multiple is not None
    deeper = stressed(shocks=f"price TTF {-10.0 * crossing.multiple:.8f}%", portfolio="GAS_EU")
    assert -deeper.total(OWN) == pytest.approx(2.0 * once, rel=1e-3)
    never = found.reverse(1e9)
    assert never.multiple is None
    with pytest.raises(DomainError, match="above zero"):
        found.reverse(-1.0)


def test_events_take_stored_moves_where_curves_are_stored(module_database, desk):
    start, end = date(2022, 2, 23), date(2022, 3, 8)
    months = [date(2022, 4, 1), date(2022, 5, 1)]
    add_level("TTF", start, 80.0, months)
    add_level("TTF", end, 120.0, months)
    found = stressed()
    invasion = found.entries["INVASION_2022"].scenario
    assert invasion.source.startswith("stored curves, 2022-02-23")
    prices = [shock for shock in invasion.shocks if shock.factor == "price"]
    assert [(shock.scope, shock.nodes) for shock in prices] == [("TTF", ((2, 0.5), (3, 0.5)))]
    assert found.entries["OIL_2008"].scenario.source.startswith("published")
    earlier = Clocks(DAY, datetime(2022, 3, 1, tzinfo=UTC), live=False)
    with UnitOfWork() as work:
        market = valued(clocks(), SYSTEM).market
        assert catalogue.event_moves(work, earlier, market.curves, "EUR") == {}  # not known by then


def test_versions_are_appended_and_seen_under_both_clocks(desk):
    officer = person(Role.RISK_OFFICER, codes=("DESK", "GAS", "GAS_EU"))
    before = now()
    code, version = catalogue.save("Gas halves", "A mild winter.", "price gas -50%", (), clocks(), officer)
    assert (code, version) == ("GAS_HALVES", 1)
    first = now()
    assert catalogue.save("Gas halves", "", "price gas -40%", (), clocks(), officer) == ("GAS_HALVES", 2)
    newest = stressed().entries["GAS_HALVES"]
    assert (newest.version, newest.written_by, newest.scenario.shocks[0].size) == (2, "mara", -0.4)
    then = service.stress(Clocks(DAY, first, live=False), SYSTEM, Ask())
    assert then.entries["GAS_HALVES"].scenario.shocks[0].size == -0.5
    assert "GAS_HALVES" not in service.stress(Clocks(DAY, before, live=False), SYSTEM, Ask()).entries
    assert catalogue.retire("GAS_HALVES", officer) == 3
    assert "GAS_HALVES" not in stressed().entries
    with pytest.raises(NotFound, match="no saved scenario"):
        catalogue.retire("GAS_HALVES", officer)
    assert service.stress(Clocks(DAY, first, live=False), SYSTEM, Ask()).entries["GAS_HALVES"].version == 1


@pytest.mark.parametrize(
    ("title", "shocks", "error", "said"),
    [
        ("", "price gas +5%", DomainError, "Give the scenario a title"),
        ("???", "price gas +5%", DomainError, "Give the scenario a title"),
        ("Mine", "", DomainError, "has no shock"),
        ("Mine", "price gas +5 %%", DomainError, "cannot be read"),
        ("Mine", "price NOWHERE +5%", DomainError, "no curve, zone or commodity 'NOWHERE'"),
        ("Mine", "price gas -100%", DomainError, "cannot trade at zero or below"),
        ("Gas spike", "price gas +5%", Conflict, "comes with the portal"),
    ],
)
def test_what_cannot_be_saved_is_refused_and_nothing_is_stored(desk, title, shocks, error, said):
    officer = person(Role.RISK_OFFICER)
    with pytest.raises(error, match=said):
        catalogue.save(title, "", shocks, (), clocks(), officer)
    with UnitOfWork() as work:
        stored = work.session.scalar(
            text("SELECT count(*) FROM stress_scenarios WHERE code IN ('MINE', 'GAS_SPIKE')")
        )
    assert stored == 0


def test_only_those_who_run_risk_may_save_and_retire(desk):
    trader = person(Role.TRADER)
    with pytest.raises(NotPermitted):
        catalogue.save("Mine", "", "price gas +5%", (), clocks(), trader)
    with pytest.raises(NotPermitted):
        catalogue.retire("MINE", trader)


def test_a_scenario_reads_as_its_own_text(desk):
    for code, entry in stressed().entries.items():
        again = catalogue.own(catalogue.as_text(entry.scenario), (), {})
        assert again is not None
        assert again.shocks == entry.scenario.shocks, code


def shown():
    """Every figure of the page with the parameters that its button carries."""
    found = stressed(scenario="GAS_SPIKE", shocks="price TTF -10%\n# Dollar\nfx USD -5%")
    query = GridQuery(limit=None)
    made = [
        tables.matrix_table(query, found, clocks()),
        tables.nodes_table(query, found, clocks()),
        tables.parts_table(query, found, "curve"),
        tables.layers_table(query, found),
        tables.unshocked_table(query, found),
        tables.trades_table(query, found, best=False, most=0),
        tables.layers_table(query, stressed(scenario=OWN, shocks="price TTF -10%\n# Dollar\nfx USD -5%")),
    ]
    for table in made:
        for at, column in enumerate(table.columns):
            for row in table.rows:
                if column.metric is not None and column.metric.startswith("risk.") and row[at] is not None:
                    yield (
                        column.metric,
                        {**table.extra["params"][row[0]], **dict(column.params)},
                        float(row[at]),
                    )


def test_passports_equal_every_figure_and_replay_from_their_rows(desk):
    figures = list(shown())
    assert {metric for metric, _, _ in figures} >= {
        metrics.PNL.id, metrics.PART_PNL.id, metrics.LAYER_PNL.id, metrics.UNSHOCKED.id, metrics.TRADE_PNL.id,
    }  # fmt: skip
    for metric, params, value in figures[::3]:
        passport = open_passport(metric, params, clocks(), SYSTEM)
        assert passport.evaluation.value == pytest.approx(value, abs=1e-6), (metric, params)
        evaluator = EVALUATORS[metric]
        again = evaluator.replay(passport.evaluation.inputs.records(), clean_params(metric, params), clocks())
        assert again.value == pytest.approx(value, abs=1e-6)


def test_a_multiple_has_a_passport_of_its_trials(desk):
    asked = {"scenario": OWN, "portfolio": "GAS_EU", "shocks": "price TTF -10%"}
    found = stressed(**asked)
    loss = round(-1.7 * found.total(OWN), 2)
    params = {**found.ask.params(), "loss": loss}
    passport = open_passport(metrics.MULTIPLE.id, params, clocks(), SYSTEM)
    assert passport.evaluation.value == found.reverse(loss).multiple
    records = passport.evaluation.inputs.records()
    again = EVALUATORS[metrics.MULTIPLE.id].replay(
        records, clean_params(metrics.MULTIPLE.id, params), clocks()
    )
    assert again.value == passport.evaluation.value


def test_a_passport_of_what_is_not_there_says_so(desk):
    for metric, params in (
        (metrics.PNL.id, {"scenario": "NOTHING"}),
        (metrics.LAYER_PNL.id, {"scenario": "GAS_SPIKE", "layer": 9}),
        (metrics.UNSHOCKED.id, {"scenario": "GAS_SPIKE", "factor": "weather"}),
        (metrics.PART_PNL.id, {"scenario": "GAS_SPIKE", "split": "moon", "part": "x"}),
        (metrics.TRADE_PNL.id, {"scenario": "GAS_SPIKE", "trade": 999_999}),
    ):
        with pytest.raises(NotFound):
            open_passport(metric, params, clocks(), SYSTEM)
    lost = open_passport(metrics.LOST.id, {"scenario": "GAS_SPIKE"}, clocks(), SYSTEM)
    assert lost.evaluation.value == 0.0


def test_results_are_used_again_while_trades_and_market_stay(desk):
    one, other = stressed(scenario="GAS_SPIKE"), stressed(scenario="GAS_SPIKE")
    assert one.result is other.result
    assert total(one.result.pnl) == total(other.result.pnl)


def test_a_desk_without_trades_is_refused(database):
    add_desk()
    with pytest.raises(DomainError, match="nothing to stress"):
        service.stress(clocks(), SYSTEM, Ask())
