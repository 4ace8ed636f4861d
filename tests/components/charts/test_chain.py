"""The picture of the end-of-day chain: valid, one bar a step, links to jobs, the band of the pack."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from plotly.graph_objects import Figure

from components.charts.chain import Bar, chain_figure

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


RISK = Bar(
    "Risk", "done", at(0), at(30), critical=True, is_work=True, usual_begin=at(0), usual_end=at(25), usual_low=at(20),
    usual_high=at(33), job=12, simulated=False,
)  # fmt: skip
CHECK = replace(RISK, title="Check", critical=False, state="expected", job=None, simulated=True)
PRICES = Bar(
    "Prices", "done", at(-30), at(-30), critical=False, is_work=False, usual_begin=at(-30), usual_end=at(-30),
    usual_low=None, usual_high=None, job=None, simulated=False,
)  # fmt: skip


def drawn(*bars: Bar, **more: datetime | None) -> dict:
    asked = {"low": None, "high": None, "eta": None, "now": None} | more
    return chain_figure(bars, **asked)


def test_each_step_is_drawn_once_beside_its_norm():
    found = drawn(PRICES, RISK, CHECK, low=at(30), high=at(40), eta=at(35), now=at(10))
    Figure(found)
    names = {trace["name"]: list(trace["y"]) for trace in found["data"]}
    assert names["Usual run"] == ["Risk", "Check"]
    assert names["Run on the critical path"] == ["Risk"]
    assert names["Expected"] == ["Check"]
    assert names["Arrived or complete"] == ["Prices"]
    assert found["layout"]["yaxis"]["categoryarray"] == ["Check", "Risk", "Prices"]
    band, eta, now = found["layout"]["shapes"]
    assert (band["x0"], band["x1"]) == ("2026-11-20T12:30:00", "2026-11-20T12:40:00")
    assert (eta["x0"], now["x0"]) == ("2026-11-20T12:35:00", "2026-11-20T12:10:00")


def test_a_bar_leads_to_its_job():
    (link,) = drawn(RISK, CHECK)["layout"]["annotations"]
    assert link["text"] == '<a href="/monitoring/jobs?job=12" target="_self">job 12</a>'


def test_what_never_came_is_a_row_without_a_bar_and_a_complete_pack_has_no_band():
    found = drawn(RISK, replace(CHECK, state="missing"), low=at(30), high=at(30), eta=at(30))
    assert "Expected" not in {trace["name"] for trace in found["data"]}
    assert "Check" in found["layout"]["yaxis"]["categoryarray"]
    assert [shape["type"] for shape in found["layout"]["shapes"]] == ["line"]


def test_nothing_to_draw():
    assert drawn()["data"] == []
