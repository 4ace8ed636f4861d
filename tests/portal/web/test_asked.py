"""What a browser may have changed on the way back: refused with a sentence, never an incident, never a leak."""

import json
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from dash import Dash

from portal.core.errors import DomainError
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.services import clocks
from portal.web import asked
from portal.web.views import GRIDS
from tests.helpers.market import add_curve, add_instrument
from tests.helpers.visitor import Visitor, add_user

DAYS = [date(2024, 1, 1) + timedelta(days=n) for n in range(80)]


@pytest.fixture(scope="module")
def trader(module_database: str, portal_app: Dash) -> Visitor:
    add_instrument("GAS", [(day, 20.0 + n % 5) for n, day in enumerate(DAYS)], unit="EUR/MWh")
    add_user("trader", Role.TRADER)
    visitor = Visitor(portal_app)
    assert visitor.sign_in("trader").status_code == 303
    return visitor


HOSTILE_PARAMS: list[Any] = [
    {},
    {"instrument": "GAS", "period": "forever", "window": "20"},
    {"instrument": "GAS", "window": "-1", "step": "1e9", "years": "x", "method": "x"},
    {"instrument": ["GAS"], "set": [["GAS"], 7], "window": "²", "step": None, "z": "nan"},
    {"code": {"a": 1}, "codes": 7, "first": "yesterday"},
    {"code": "GAS\0", "instrument": "GAS\0", "formula": "GAS\0", "curve": "TTF\0"},
    {"curve": "TTF", "view": "x", "near": "0000-01", "far": "M999", "range": "x"},
    {"formula": "(" * 400, "range": "x", "window": 10**30},
    {"formula": "GAS/0", "range": "1y", "window": "250"},
    {"metric": 7, "params": []},
    {"metric": "market.last", "params": {"instrument": {"a": ["b"]}}},
]
HOSTILE_QUERIES: list[Any] = [
    {"sort": "no_such_column"},
    {"sort": ["day"]},
    {"sort": "spark"},
    {"text": {"a": 1}},
    {"text": "\0"},
    {"text": "\\"},
    {"params": [1, 2]},
    {"params": "GAS"},
    {"offset": -5, "limit": -1},
]


def test_no_grid_answers_a_hostile_link_with_an_incident(trader: Visitor):
    wrong = []
    for name in GRIDS:
        for asks in [*HOSTILE_QUERIES, *({"params": params} for params in HOSTILE_PARAMS)]:
            for kind in ("csv", "xlsx") if asks == {"text": "\\"} else ("csv",):
                answer = trader.get(f"/export/{name}.{kind}?" + urlencode({"q": json.dumps(asks)}))
                if answer.status_code >= 500:
                    wrong.append((name, kind, asks))
    assert wrong == []


@pytest.mark.parametrize(
    "query",
    [
        "q=[",
        "q=" + "[" * 100_000,
        "q=" + "9" * 10_000,
        "q={%22params%22:{%22window%22:NaN}}",
        "as_of=9999-12-31",
        "as_of=0001-01-01",
        "as_of=x",
        "known_at=0001-01-01T00:00:00%2B14:00",
        "known_at=9999-12-31T23:59:59-14:00",
    ],
)
def test_a_damaged_link_is_a_sentence(trader: Visitor, query: str):
    answer = trader.get(f"/export/market-watchlist.csv?{query}")
    assert answer.status_code == 422, answer.get_data(as_text=True)
    assert len(answer.json["detail"].split()) > 5


GRID = {"grid": "market-watchlist"}


def _sorted(trader: Visitor, state: Any) -> Any:
    output = next(name for name in trader.app.callback_map if '"type":"grid-state"' in name)
    values = {
        '{"grid":["MATCH"],"type":"grid-state"}.data': state,
        '{"column":["ALL"],"grid":["MATCH"],"type":"grid-sort"}.n_clicks': 1,
    }
    return trader.ask(output, values=values, match=GRID | {"column": "code"})


@pytest.mark.parametrize(
    "state",
    [
        None,
        7,
        {},
        {"query": {"sort": "code", "nonsense": 1}},
        {"query": {"offset": -5, "limit": 10**12}, "params": {}, "clocks": {}},
        {"query": {}, "params": 7, "clocks": {}},
        {"query": {}, "params": {}, "clocks": {"as_of": 5, "known_at": []}},
    ],
)
def test_a_changed_state_of_a_grid_is_refused_without_an_incident(trader: Visitor, state: Any, caplog):
    answer = _sorted(trader, state)
    assert answer.status_code in (200, 204)
    assert "incident" not in caplog.text
    assert "Traceback" not in answer.get_data(as_text=True)


def test_what_a_page_offers_is_read():
    given = {"sort": "day", "descending": True, "text": "gas", "offset": 100, "limit": 100}
    assert asked.read_query(given) == GridQuery("day", True, "gas", 100, 100)
    assert asked.read_filters({"set": ["A", "B"], "z": 8, "far": None}) == {
        "set": ["A", "B"],
        "z": 8,
        "far": None,
    }
    assert asked.whole({"window": "60"}, "window", 20, low=2, high=1000) == 60
    assert asked.whole({}, "window", 20, low=2, high=1000) == 20
    assert asked.day({"first": "2024-02-29"}, "first") == date(2024, 2, 29)
    assert asked.day({}, "first") is None
    with pytest.raises(DomainError, match="does not say 'code'"):
        asked.read_filters({})["code"]


def test_the_newest_day_is_that_of_any_price(trader: Visitor):
    assert clocks.latest_day() == DAYS[-1]
    add_curve("TTF", {DAYS[-1] + timedelta(days=3): [("2024-05", 10.0)]})
    assert clocks.latest_day() == DAYS[-1] + timedelta(days=3)
