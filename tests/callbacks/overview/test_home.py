"""The overview as it is drawn: which groups each role gets, what opens, and refusals as sentences."""

import json
import re
from html import unescape

import pytest
from plotly.utils import PlotlyJSONEncoder

from callbacks.overview import home as page
from callbacks.overview.home import said
from callbacks.overview.home.tree import below
from data.queries import risk as risk_queries
from data.session import UnitOfWork
from data.writes import limits as writes
from portal.core.actor import Actor
from portal.core.clock import Clocks, now
from portal.core.permissions import Role
from portal.domain.overview.amounts import short_money
from portal.services.overview import looks
from portal.services.overview.causes import Branch
from portal.services.overview.home import read_home
from portal.services.signoff import adjustments
from tests.helpers.risk import DAY as RUN_DAY
from tests.helpers.risk import add_run
from tests.helpers.trades import add_desk, ids
from tests.portal.services.portfolio.test_explain import BEFORE, DAY, desk  # noqa: F401  # a fixture

BOOKS = frozenset({"POWER_DE"})


def actor(role):
    return Actor(3, "somebody", "S", frozenset({role}), BOOKS)


def written(parts):
    return unescape(json.dumps(parts, cls=PlotlyJSONEncoder, ensure_ascii=False))


@pytest.fixture
def clocks(desk):  # noqa: F811
    return Clocks(DAY, now())


def test_groups_follow_the_rights_of_the_reader(clocks):
    seen = {
        role: written(page.draw({}, clocks, actor(role))) for role in (Role.EXECUTIVE, Role.ADMINISTRATOR)
    }
    assert "P&L today" in seen[Role.EXECUTIVE]
    assert "P&L on the day" in seen[Role.EXECUTIVE]
    assert "Compliance score" in seen[Role.EXECUTIVE]
    assert "home-cases" not in seen[Role.EXECUTIVE]  # how many there are, none of them
    assert "P&L" not in seen[Role.ADMINISTRATOR]


def test_a_node_opens_to_the_next_and_a_wrong_one_says_so(clocks):
    found = written(below(Branch(BEFORE.isoformat(), group="market").path(), clocks, actor(Role.EXECUTIVE)))
    assert "data-passport" in found
    assert "no node of the cause tree" in written(below("nonsense", clocks, actor(Role.EXECUTIVE)))
    assert "no day" in written(below("soon|market||||||", clocks, actor(Role.EXECUTIVE)))


def test_adjustments_stand_beside_the_figures_and_are_in_none(clocks, monkeypatch):
    monkeypatch.setattr("portal.services.signoff.adjustments.clock_service.latest_day", lambda: DAY)
    before = written(page.draw({}, clocks, actor(Role.EXECUTIVE)))
    assert "A late fee." not in before
    adjustments.propose(
        "POWER_DE", DAY, "portfolio.dtd", "-1,250.50", "A late fee.", actor(Role.RISK_OFFICER)
    )
    after = written(page.draw({}, Clocks(DAY, now()), actor(Role.EXECUTIVE)))
    assert "A late fee." in after
    figures = re.compile(r"P&L (?:today|this month|this year).{0,600}?es-num[^>]*>([^<]+)<")
    assert len(figures.findall(before)) >= 3
    assert figures.findall(after)[:3] == figures.findall(before)[:3]


def test_a_visit_to_another_day_is_neither_kept_nor_compared(clocks, monkeypatch):
    kept = []
    earlier = looks.Look(clocks.known_at, Clocks(BEFORE, clocks.known_at, live=False), {})
    monkeypatch.setattr(page, "current_actor", lambda: actor(Role.EXECUTIVE))
    monkeypatch.setattr(looks, "remember", lambda home, _actor: kept.append(home.clocks.as_of))
    monkeypatch.setattr(looks, "before", lambda _actor: earlier)
    for query in ({"as_of": BEFORE.isoformat()}, {}):
        page.view(query)
    assert kept == [DAY]
    assert "Since you last looked" in written(page.draw({}, clocks, actor(Role.EXECUTIVE)))
    other = written(page.draw({}, Clocks(BEFORE, now()), actor(Role.EXECUTIVE)))
    assert "ince you last looked" not in other


ES, VAR = "expected_shortfall", "var"
BOSS = Actor(
    4,
    "boss",
    "B",
    frozenset({Role.EXECUTIVE}),
    frozenset({"DESK", "GAS", "GAS_EU", "POWER", "POWER_DE", "OIL"}),
)


@pytest.fixture
def figures(database):
    """A desk with one run and no limit: its VaR and expected shortfall, EUR, by measure and level."""
    add_desk()
    run, _ = add_run()
    with UnitOfWork() as work:
        rows = risk_queries.metrics_of(
            work.session, clocks=Clocks(RUN_DAY, now()), portfolios=[ids("portfolios")["DESK"]], run_id=run
        )
    return {(row.measure, row.level): row.value for row in rows}


def condition(hard, measure, level, **more):
    return {"measure": measure, "level": level, "hard": hard, "soft": 0.8 * hard, **more}


def hold(terms, code="A_LIMIT"):
    """Put a limit on the desk in force."""
    with UnitOfWork(write=True) as work:
        number = writes.add_limit(
            work.session, code=code, title="A limit", portfolio_id=ids("portfolios")["DESK"], terms=terms,
            effective_from=RUN_DAY, effective_to=None, reason="A reason.", approvals_needed=1, proposed_by="risk",
        )  # fmt: skip
        writes.add_decision(work.session, limit_id=number, decided_by="boss", decision="approved", note="")


def tiles():
    """The words below the tiles of VaR and ES, each by the title of its tile."""
    drawn = written(page.draw({}, Clocks(RUN_DAY, now()), BOSS))
    found = re.findall(
        r'es-kpi-title">((?:VaR|ES) [^<]+)<.*?es-kpi-detail[^>]*>([^<]+)<', drawn.replace('\\"', '"')
    )
    return dict(found)


def risk_said():
    return said.risk(read_home("dtd", Clocks(RUN_DAY, now()), BOSS))


def test_one_trade_without_a_value_is_said_in_the_singular(clocks):
    assert "1 trade without a value on one of the days is in no sum." in written(page.draw({}, clocks, BOSS))


def test_a_limit_on_the_level_that_is_shown_is_that_of_the_tile(figures):
    hard = figures[VAR, 0.975] / 0.6
    hold(condition(hard, VAR, 0.975, method="historical", horizon_days=1, node="DESK"))
    hold(condition(figures[VAR, 0.99] / 0.9, VAR, 0.99), "NEARER")
    assert tiles() == {
        "VaR 97.5 %, 1 day": f"60 % of {short_money(hard)} limit",
        "ES 97.5 %, 1 day": "no limit of its own",
    }


def test_a_limit_on_another_level_says_its_own(figures):
    hard = figures[VAR, 0.99] / 0.95
    hold(condition(hard, VAR, 0.99))
    assert tiles()["VaR 97.5 %, 1 day"] == f"VaR 99 % uses 95 % of its limit of {short_money(hard)}"
    assert risk_said().endswith(f"VaR 99 % uses 95 % of its limit of {short_money(hard)}, within it.")


def test_a_broken_limit_on_another_level_says_its_own(figures):
    hard = figures[ES, 0.99] / 1.2
    hold(condition(hard, ES, 0.99))
    assert tiles()["ES 97.5 %, 1 day"] == f"ES 99 % is over its limit: 120 % of {short_money(hard)}"
    assert risk_said().endswith(
        f"ES 99 % uses 120 % of its limit of {short_money(hard)}, more than it allows."
    )


def test_a_condition_that_breaks_a_compound_limit_by_itself_is_a_limit_of_the_tile(figures):
    hard = figures[VAR, 0.99] / 0.6
    volatility = {"measure": "volatility", "hard": 1e-3, "soft": 1e-3}
    hold({"any": [condition(hard, VAR, 0.99), volatility]})
    assert tiles()["VaR 97.5 %, 1 day"] == f"VaR 99 % uses 60 % of its limit of {short_money(hard)}"


@pytest.mark.parametrize(
    "terms",
    [
        condition(1.0, VAR, 0.975, method="parametric"),
        condition(1.0, VAR, 0.975, horizon_days=10),
        condition(1.0, VAR, 0.975, node="GAS"),
        {"all": [condition(1.0, VAR, 0.975), {"measure": "volatility", "hard": 1e12, "soft": 1e12}]},
    ],
)
def test_a_limit_on_something_else_is_none_of_the_tile(figures, terms):
    hold(terms)
    assert set(tiles().values()) == {"no limit of its own"}
