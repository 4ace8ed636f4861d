"""The passport panel and the receipt over HTTP: what they say, to whom, and what never leaves."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from dash import Dash

from callbacks import passport as panel
from components import passport as drawing
from components.markup import Markup
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.metrics import METRICS
from portal.core.passport import Step
from portal.core.permissions import Permission, Role
from portal.core.table import GridQuery
from portal.services import passports, receipts
from tests.helpers.imports import add_batch, add_prices
from tests.helpers.layout import components, read_markup, text_of
from tests.helpers.market import add_instrument, evening
from tests.helpers.visitor import Visitor, add_user

DAYS = np.busday_offset("2024-03-04", range(60), roll="forward").astype(object).tolist()
LAST_DAY = DAYS[-1]
CLOCKS = Clocks(LAST_DAY, datetime(2099, 1, 1, tzinfo=UTC), live=False)
SECRET = 73.456789
ASKED = {"metric": "market.last", "params": {"instrument": "GAS"}, "clocks": {"as_of": f"{LAST_DAY}"}}
OUTPUT = "shell-passport-body.children"


@pytest.fixture(scope="module")
def desk(module_database: str) -> str:
    """One simulated instrument whose last price, corrected by a file, is a canary."""
    prices = [50.0 + n % 7 for n in range(60)]
    key = add_instrument(
        "GAS", list(zip(DAYS, prices, strict=True)), unit="EUR/MWh", name="Gas <b>hub</b>", simulated=True
    )
    at = evening(LAST_DAY).replace(hour=21)
    add_prices(key, {LAST_DAY: SECRET}, at, add_batch(at, file_name="late fix.csv"))
    return module_database


@pytest.fixture(scope="module")
def visitors(desk: str, portal_app: Dash) -> Iterator[dict[str, Visitor]]:
    """A trader, an administrator (who may not export), somebody without a role, and a stranger."""
    add_user("trader", Role.TRADER)
    add_user("boss", Role.ADMINISTRATOR)
    add_user("nobody")
    found = {name: Visitor(portal_app) for name in ("trader", "boss", "nobody", "stranger")}
    for name in ("trader", "boss", "nobody"):
        assert found[name].sign_in(name).status_code == 303
    return found


def drawn(asked: Any = ASKED, actor: Actor = SYSTEM) -> list[Any]:
    return panel.draw(asked, actor)


def test_panel_says_everything(desk):
    said = text_of(drawn())
    for words in (
        "Latest price",
        "Gas <b>hub</b> (GAS)",
        "73.46",
        "EUR/MWh",
        f"{LAST_DAY}",
        "simulated",
        "the valuation day, recorded 2024-05-24 21:30 UTC",
        "73.456789 EUR/MWh",
        METRICS["market.last"].formula,
        METRICS["market.last"].symbols,
        "late fix.csv",
        "Source test: public domain",
        "Download receipt",
        "enerscope verify receipt FILE",
        "docs/metrics.md#market-last",
    ):
        assert words in said, words


def test_percentages_are_shown_in_percent_and_kept_as_fractions(desk):
    said = text_of(drawn({**ASKED, "metric": "market.change_pct"}))
    value = passports.open_passport("market.change_pct", ASKED["params"], CLOCKS, SYSTEM).evaluation.value
    assert f"{value * 100:+.2f} %" in said
    assert f"{value!r} fraction" in said


@pytest.mark.parametrize("metric_id", sorted(METRICS))
def test_every_metric_is_drawn_or_explained(desk, metric_id):
    params = {"instrument": "GAS", "formula": "GAS*2", "set": "GAS", "first": "GAS", "second": "GAS"}
    said = text_of(drawn({**ASKED, "metric": metric_id, "params": params}))
    assert METRICS[metric_id].formula in said or "No passport" in said


def test_a_value_that_does_not_exist_says_why(desk):
    said = text_of(drawn({**ASKED, "metric": "market.realised_vol_abs"}))
    assert "no data" in said
    assert "volatility of log returns is shown instead" in said


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (None, "does not say which metric"),
        ([], "does not say which metric"),
        ({"metric": "market.last"}, "does not say which metric"),
        ({"metric": "market.none", "params": {}}, "no metric 'market.none'"),
        ({"metric": "market.last", "params": {}}, "needs the parameter 'instrument'"),
        ({"metric": "market.last", "params": {"instrument": "NONE"}}, "no instrument 'NONE'"),
        ({**ASKED, "clocks": {"as_of": "soon"}}, "'soon' is not a date"),
        ({**ASKED, "clocks": {"known_at": "soon"}}, "'soon' is not a moment"),
    ],
)
def test_what_cannot_be_opened_is_said_in_a_sentence(desk, asked, words):
    said = text_of(drawn(asked))
    assert "No passport" in said
    assert words in said


def test_rows_are_fifty_at_most_and_the_links_hold_all_under_the_same_moment(desk):
    found = drawn({**ASKED, "metric": "market.window_vol", "params": {"instrument": "GAS"}})
    (rows,) = [part for part in components(found) if isinstance(part, Markup)]
    assert len(read_markup(rows)) == 50
    assert "of 60 rows" in text_of(found)
    links = [part.href for part in components(found) if "/export/" in str(getattr(part, "href", ""))]
    moments = {parse_qs(urlsplit(link).query)["known_at"][0] for link in links}
    assert len(links) == 3
    assert len(moments) == 1
    assert moments.pop().endswith("Z")


def test_steps_in_words():
    assert drawing.step_text(Step("x", -0.0123456789, "fraction a day")) == "−1.23456789 % a day"
    assert drawing.step_text(Step("x", 1234.5, "EUR")) == "1,234.5 EUR"
    assert drawing.step_text(Step("x", None)) == "–"
    assert drawing.step_text(Step("x", "log", "returns")) == "log returns"


def test_no_export_link_without_the_right(desk):
    admin = Actor(1, "boss", "Boss", frozenset({Role.ADMINISTRATOR}))
    assert not admin.can(Permission.EXPORT)
    said = text_of(drawn(ASKED, admin))
    assert "Download receipt" not in said
    assert "Receipts need the right to export." in said


class TestOverHttp:
    def test_reader_sees_the_panel_and_nobody_else_does(self, visitors):
        for name, status in (("trader", 200), ("boss", 200), ("nobody", 403), ("stranger", 401)):
            answer = visitors[name].ask(OUTPUT, values={"shell-passport-ask.data": ASKED})
            assert answer.status_code == status, name
            assert (b"73.456789" in answer.data) is (status == 200), name

    def test_receipt_downloads_and_verifies(self, visitors, tmp_path: Path):
        query = {"metric": "market.last", "params": json.dumps(ASKED["params"]), "as_of": f"{LAST_DAY}"}
        answer = visitors["trader"].get("/export/receipt.json", query_string=query)
        assert answer.status_code == 200
        assert answer.mimetype == "application/json"
        assert "attachment" in answer.headers["Content-Disposition"]
        path = tmp_path / "receipt.json"
        path.write_bytes(answer.data)
        verdict = receipts.verify(path)
        assert verdict.exit_status == 0, verdict
        assert json.loads(answer.data)["value"] == SECRET
        assert json.loads(answer.data)["actor"]["username"] == "trader"

    @pytest.mark.parametrize(("name", "status"), [("boss", 403), ("nobody", 403), ("stranger", 401)])
    def test_receipt_needs_the_right_to_export(self, visitors, name, status):
        query = {"metric": "market.last", "params": json.dumps(ASKED["params"])}
        answer = visitors[name].get("/export/receipt.json", query_string=query)
        assert answer.status_code == status
        assert b"73.45" not in answer.data

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ({"metric": "market.none", "params": "{}"}, 404),
            ({"metric": "market.last", "params": "{}"}, 422),
            ({"metric": "market.last", "params": "nonsense"}, 422),
            ({"metric": "market.last", "params": "[]"}, 422),
            ({"params": "{}"}, 404),
            ({"metric": "market.last", "params": '{"instrument":"GAS"}', "known_at": "soon"}, 422),
        ],
    )
    def test_bad_receipt_links_are_refused_in_sentences(self, visitors, query, status):
        answer = visitors["trader"].get("/export/receipt.json", query_string=query)
        assert answer.status_code == status
        assert answer.get_json()["detail"].endswith(".")

    def test_rows_are_exported_under_the_metrics_right(self, visitors):
        q = json.dumps({"params": {"metric": "market.change", "params": {"instrument": "GAS"}}})
        path = f"/export/passport-rows.csv?q={q}&as_of={LAST_DAY}"
        found = visitors["trader"].get(path)
        assert found.status_code == 200
        assert f"GAS,{LAST_DAY},day,73.456789,EUR/MWh" in found.get_data(as_text=True)
        assert visitors["nobody"].get(path).status_code == 403
        assert visitors["trader"].get("/export/passport-rows.csv").status_code == 422

    def test_receipt_of_an_earlier_moment_shows_what_was_known_then(self, visitors):
        query = {
            "metric": "market.last",
            "params": json.dumps(ASKED["params"]),
            "as_of": f"{LAST_DAY}",
            "known_at": evening(LAST_DAY).isoformat().replace("+00:00", "Z"),
        }
        before = json.loads(visitors["trader"].get("/export/receipt.json", query_string=query).data)
        assert before["value"] == 50.0 + 59 % 7
        assert before["clocks"]["known_at"] == f"{LAST_DAY}T18:30:00.000000Z"


def test_grid_of_rows_is_registered_and_sorts(desk):
    filters = {"metric": "market.window_vol", "params": {"instrument": "GAS"}}
    table = panel.load_rows(GridQuery(sort="value", descending=True, limit=5), filters, CLOCKS, SYSTEM)
    assert table.column("value")[0] == SECRET
    days: list[date] = panel.load_rows(GridQuery(limit=3), filters, CLOCKS, SYSTEM).column("day")
    assert days == DAYS[:-4:-1]
