"""The picture of Compliance > Checks."""

from datetime import date

import plotly.graph_objects as go

from components.charts.compliance_checks import findings_figure

TITLES = {"block": "Blocks", "flag": "Flags"}


def test_bars_are_stacked_by_day_and_empty_actions_are_left_out() -> None:
    drawn = findings_figure([date(2026, 6, 8), date(2026, 6, 9)], {"block": [1, 0], "flag": [0, 0]}, TITLES)
    assert [trace["name"] for trace in drawn["data"]] == ["Blocks"]
    assert go.Figure(drawn).layout.barmode == "stack"


def test_nothing_is_drawn_of_nothing() -> None:
    assert findings_figure([], {"block": []}, TITLES)["data"] == []
