"""Limits on positions, drawdowns, concentration and stress losses: their value today, their history, and refusals."""

from datetime import date, timedelta

import numpy as np
import pytest

from data.session import UnitOfWork
from data.writes import book_values as writes
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks, now
from portal.core.errors import DomainError
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.domain.risk.limits.limit import Basis, conditions
from portal.domain.risk.limits.terms_json import terms_from_json
from portal.services import evaluation, passports
from portal.services.portfolio.position_ask import Ask
from portal.services.portfolio.position_cells import cell_view
from portal.services.risk import limit_proposals, limit_tables, stress
from portal.services.risk.concentrations import concentration_of
from portal.services.risk.cuts import Figure
from portal.services.risk.limit_measures import words
from portal.services.risk.limit_proposals import Draft
from portal.services.risk.limit_trials import draft_text
from tests.helpers.risk import add_valued_run
from tests.helpers.trades import BOOKS, ids
from tests.helpers.valued_desk import BEFORE, DAY, add_valued_desk

RISK = Actor(7, "risk", "Risk", frozenset({Role.RISK_OFFICER}), frozenset(code for code, _ in BOOKS))


@pytest.fixture(scope="module")
def desk(module_database):
    add_valued_desk()
    clocks = Clocks(DAY, now() + timedelta(hours=1))
    values = [0.0, 50.0, 20.0, 90.0, 40.0, 60.0]
    rows = [
        {
            "portfolio_id": ids("portfolios")["GAS_EU"], "as_of": DAY - timedelta(days=len(values) - 1 - at),
            "recorded_at": now(), "currency": "EUR", "unrealised": value, "realised": 0.0, "trades": 1, "missing": 0,
        }
        for at, value in enumerate(values)
    ]  # fmt: skip
    with UnitOfWork(write=True) as work:
        writes.append(work.session, rows)
    add_valued_run(clocks)
    return clocks


def trial(desk, measure, hard=1e6, node="DESK", unit="EUR", **more):
    level = {"level": 0.975} if measure.startswith("concentration") else {}
    terms = {"measure": measure, "hard": hard, "soft": 0.8 * hard, "unit": unit, **level, **more}
    return limit_proposals.trial(Draft("A_LIMIT", "Title", node, terms, DAY, reason="Why."), desk, RISK)


def test_a_net_position_is_the_one_of_the_page_of_positions(desk):
    found = trial(desk, "position:gas:open", 1000.0, "GAS", "MWh", basis="abs_net")
    ask = Ask(rows="commodity", unit="MWh", portfolio="GAS", commodity="gas")
    page = cell_view(ask, "*", "*", GridQuery(), desk, RISK)
    assert found.standing.judgement.deciding.value == pytest.approx(abs(page.long + page.short), rel=1e-12)
    assert found.standing.judgement.deciding.value > 0
    assert found.standing.reading.as_of == DAY


def test_the_replay_of_a_position_says_what_was_held_on_each_day(desk):
    found = trial(desk, "position:TTF:2026-08", 100.0, "GAS", "MWh", basis="abs_net")
    (key,) = found.past.values
    held = dict(zip(found.past.day.tolist(), found.past.values[key].tolist(), strict=True))
    assert held[date(2026, 2, 27)] == 0.0  # nothing was bought yet
    assert held[BEFORE] > held[DAY] > 0.0  # one trade was cancelled on the day
    assert date(2026, 5, 1) not in held
    assert found.result.breaches > 0


def test_a_drawdown_is_that_of_the_stored_closes(desk):
    found = trial(desk, "max_drawdown", 100.0)
    assert found.standing.judgement.deciding.value == pytest.approx(50.0)
    (values,) = found.past.values.values()
    assert values.tolist() == [0.0, 30.0, 30.0, 50.0, 50.0]


def test_concentration_is_stored_with_a_run(desk):
    run = add_valued_run(desk)
    for by in ("trade", "curve", "counterparty"):
        found = trial(desk, f"concentration_{by}", 0.9, unit="")
        assert found.standing.judgement.deciding.value == pytest.approx(
            concentration_of(Figure(run, "DESK"), by), rel=1e-12
        )
    with pytest.raises(DomainError, match="never bind"):
        trial(desk, "concentration_trade", 2.0, unit="")


def test_stress_losses_of_the_past_are_those_of_a_revaluation_on_the_day(desk):
    found = trial(desk, "stress:COLD_OUTAGE_SPIKE", node="POWER", basis="loss")
    (values,) = found.past.values.values()
    assert found.past.day.tolist()[-1] == DAY
    on_the_day = stress.stress(desk, SYSTEM, stress.Ask("POWER")).total("COLD_OUTAGE_SPIKE")
    assert values[-1] == pytest.approx(on_the_day, rel=1e-9)
    assert found.standing.judgement.deciding.value == pytest.approx(max(-on_the_day, 0.0), rel=1e-9)
    assert np.isfinite(found.result.worst_use)


def test_terms_that_nobody_measures_are_refused(desk):
    for measure, more, said in (
        ("position:moon:open", {"basis": "abs_net", "unit": "MWh"}, "no commodity or curve 'moon'"),
        ("position:gas:soon", {"basis": "abs_net", "unit": "MWh"}, "no delivery"),
        ("position:gas:open", {"basis": "abs_net"}, "is measured in MWh"),
        ("position:gas:open", {"unit": "MWh"}, "basis to 'abs_net' or 'gross'"),
        ("max_drawdown", {"level": 0.975}, "has no confidence level"),
    ):
        with pytest.raises(DomainError, match=said):
            trial(desk, measure, **more)


def test_every_kind_is_read_by_people(desk):
    for measure, more, said in (
        ("position:gas:month", {"basis": "gross"}, "Gross position in gas, largest delivery month"),
        ("position:TTF:2027", {"basis": "abs_net"}, "Net position in TTF, delivery 2027"),
        ("max_drawdown", {}, "Largest drawdown in 250 days"),
        ("concentration_curve", {"level": 0.99}, "Concentration of risk by curve 99 %, historical"),
        ("stress:GAS_SPIKE", {"basis": "loss", "node": "GAS"}, "Loss in scenario GAS_SPIKE, of GAS"),
    ):
        (one,) = conditions(terms_from_json({"measure": measure, "hard": 1.0, "soft": 0.5, **more}))
        assert words(one.metric) == said
    assert Basis.GROSS in {one.metric.basis for one in conditions(terms_from_json(
        {"measure": "position:gas:open", "hard": 1.0, "soft": 0.5, "basis": "gross"}
    ))}  # fmt: skip


@pytest.mark.parametrize(
    ("measure", "unit", "more"),
    [
        ("position:gas:open", "MWh", {"basis": "gross"}),
        ("max_drawdown", "EUR", {}),
        ("stress:GAS_SPIKE", "EUR", {"basis": "loss"}),
    ],
)
def test_the_replay_is_computed_again_from_its_rows(desk, measure, unit, more):
    terms = {"measure": measure, "hard": 1000.0, "soft": 800.0, "unit": unit, **more}
    draft = {"draft": draft_text("DESK", terms)}
    for metric, params in (
        ("risk.limit_replay_use", draft),
        ("risk.limit_replay_days", {**draft, "status": "breach"}),
    ):
        found = passports.open_passport(metric, params, desk, RISK).evaluation
        again = evaluation.evaluator(metric).replay
        known = evaluation.clean_params(metric, params)
        assert again(found.inputs.records(), known, desk).value == pytest.approx(found.value, rel=1e-12)


def test_the_table_shows_each_limit_in_its_unit(desk, monkeypatch):
    monkeypatch.setattr("portal.services.risk.limit_proposals.clock_service.latest_day", lambda: DAY)
    from portal.domain.risk.limits.approval import Decision
    from portal.services.risk import limit_page

    terms = {"measure": "position:gas:open", "hard": 5e4, "soft": 4e4, "unit": "MWh", "basis": "abs_net"}
    number = limit_proposals.propose(Draft("GAS_NET", "Net gas", "GAS", terms, DAY, reason="Why."), RISK)
    for name in ("boss", "watch"):
        who = Actor(7, name, name, frozenset({Role.EXECUTIVE}), RISK.portfolio_codes)
        limit_proposals.decide(number, Decision.APPROVED, "", who)
    table = limit_tables.limit_table(GridQuery(), limit_page.page("GAS", desk, RISK))
    assert table.column("unit") == ["MWh"]
    assert "50,000 MWh" in limit_tables.terms_words(limit_page.held("GAS_NET", desk, RISK).version)
