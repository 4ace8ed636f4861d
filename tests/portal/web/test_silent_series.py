"""Every page part under clocks before, at and long after the data: prices that stopped are no incident."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from dash import Dash

from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.core.errors import EnerscopeError
from portal.core.table import GridQuery
from portal.web.asked import Asked
from portal.web.views import BODIES, GRIDS
from tests.helpers.market import add_curve, add_instrument

KNOWN = datetime(2099, 1, 1, tzinfo=UTC)
OLD = [date(2023, 1, 2) + timedelta(days=n) for n in range(60)]
NEW = [date(2023, 9, 4) + timedelta(days=n) for n in range(60)]
BELOW = [date(2023, 9, 4) + timedelta(days=n) for n in range(60)]
CLOCKS = [
    date(2022, 1, 1),
    OLD[0],
    OLD[1],
    OLD[-1],
    NEW[0],
    NEW[-1],
    NEW[-1] + timedelta(days=40),
    date(2026, 1, 1),
]
BASE = {
    "instrument": "NEW",
    "set": ["OLD", "BELOW"],
    "curve": "TTF",
    "near": "M1",
    "far": "M2",
    "view": "month",
}
ASKED: list[dict[str, Any]] = [
    {**BASE, "code": "NEW", "range": "1y", "compare": ["OLD"], "codes": "NEW,OLD", "formula": "NEW - OLD"},
    {**BASE, "code": "OLD", "range": "3m", "compare": ["NEW"], "codes": "OLD", "formula": "NEW - TTF.M1"},
    {**BASE, "code": "BELOW", "range": "max", "compare": ["NEW"], "codes": "BELOW", "formula": "BELOW*2"},
    {
        **BASE,
        "code": "BELOW",
        "range": "1m",
        "compare": ["NEW"],
        "instrument": "BELOW",
        "codes": "",
        "formula": "1/BELOW",
    },
]


@pytest.fixture(scope="module")
def desk(module_database: str, portal_app: Dash) -> None:
    add_instrument("OLD", [(day, 20.0 + n % 5) for n, day in enumerate(OLD)], unit="EUR/MWh")
    add_instrument("NEW", [(day, 30.0 + n % 7) for n, day in enumerate(NEW)], unit="EUR/MWh")
    add_instrument("BELOW", [(day, 5.0 - n % 11) for n, day in enumerate(BELOW)], unit="EUR/MWh")
    add_curve("TTF", {day: [("2023-10", 10.0), ("2023-11", 11.0)] for day in NEW[:5]})


def _parameters(asked: dict[str, Any], *, body: bool) -> Asked:
    joined = (
        asked if body else {**asked, "compare": ",".join(asked["compare"]), "set": ",".join(asked["set"])}
    )
    common = {
        "period": "1y",
        "window": "20",
        "returns": "auto",
        "years": "10",
        "method": "classical",
        "kind": "custom",
    }
    return Asked(
        {
            **common,
            "step": "1",
            "matrix": "sample",
            "z": "8",
            "commodity": "all",
            "scale": "log",
            "study": "both",
        }
        | joined
    )


@pytest.mark.parametrize("as_of", CLOCKS, ids=str)
def test_no_part_of_a_page_fails_on_prices_that_stopped(desk: None, as_of: date):
    clocks, wrong = Clocks(as_of, KNOWN, live=False), []
    for asked in ASKED:
        for name, body in BODIES.items():
            try:
                body.draw(_parameters(asked, body=True), clocks, SYSTEM)
            except EnerscopeError:
                continue
            except Exception as problem:
                wrong.append((name, asked["code"], repr(problem)))
        for name, grid in GRIDS.items():
            params = _parameters(asked, body=False)
            if name == "passport-rows":
                params = Asked({"metric": "market.last", "params": {"instrument": asked["code"]}})
            try:
                grid.load(GridQuery(), params, clocks, SYSTEM)
            except EnerscopeError:
                continue
            except Exception as problem:
                wrong.append((name, asked["code"], repr(problem)))
    assert wrong == []
