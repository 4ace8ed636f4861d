"""What figures may ask of a drawing: kinds of traces, shapes, words; and the sentence where files cannot draw one."""

import re

import numpy as np
import pytest
from lxml import etree

from components.charts.theme import figure, typed
from portal.core.errors import DomainError
from portal.services.packs.drawing import svg

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*traces, width=510.0, height=None, **layout):
    return etree.fromstring(svg(figure(traces, **layout), width=width, height=height))


def texts(picture):
    return ["".join(text.itertext()) for text in picture.iter(f"{SVG}text")]


def colours(picture, number, part):
    groups = [
        one
        for one in picture.iter(f"{SVG}g")
        if re.fullmatch(rf"trace-{number}-{part}(-\d+)?", one.get("id") or "")
    ]
    return " ".join(
        node.get("style") or "" for group in groups for node in group.iter() if isinstance(node.tag, str)
    )


def test_a_kind_that_files_do_not_draw_says_so():
    with pytest.raises(DomainError, match="kind “sankey”: read its table"):
        svg({"data": [{"type": "sankey"}], "layout": {}}, width=510)


@pytest.mark.parametrize(
    ("more", "layout"),
    [
        ({"stackgroup": "one"}, {}), ({"line": {"shape": "spline"}}, {}), ({"fill": "tonext"}, {}),
        ({"mode": "markers", "marker": {"symbol": "y-up"}}, {}), ({"line": {"color": "no colour"}}, {}),
        ({"type": "bar"}, {"barnorm": "percent"}), ({"type": "heatmap", "z": [[1]], "coloraxis": "coloraxis"}, {}),
        ({}, {"shapes": [{"type": "path", "x0": 0, "x1": 1, "y0": 0, "y1": 1}]}),
    ],
)  # fmt: skip
def test_a_feature_that_would_be_drawn_wrongly_is_refused(more, layout):
    trace = {"type": "scatter", "mode": "lines", "x": [0, 1, 2], "y": [1, 2, 3], **more}
    with pytest.raises(DomainError):
        drawn(trace, **layout)


def test_a_figure_without_traces_is_refused():
    with pytest.raises(DomainError, match="nothing to draw"):
        drawn()


def test_what_is_no_figure_costs_no_pack():
    broken = {"type": "bar", "x": ["a"], "y": {"dtype": "nothing", "bdata": "AAAA"}}
    with pytest.raises(DomainError, match="cannot be drawn in a file"):
        drawn(broken)


def test_the_sheet_has_the_size_that_is_asked_for():
    picture = drawn({"type": "bar", "x": ["a"], "y": [1]}, width=300.0, height=120.0)
    assert (picture.get("width"), picture.get("height")) == ("300pt", "120pt")


def test_rows_keep_their_height_and_lines_become_lower_on_narrow_paper():
    names = [f"limit {n}" for n in range(20)]
    rows = drawn(
        {"type": "bar", "orientation": "h", "x": [1] * 20, "y": names},
        width=241.0,
        height=None,
        yaxis={"type": "category"},
    )
    line = drawn({"type": "scatter", "x": [1, 2], "y": [1, 2]}, width=241.0)
    assert float(line.get("height")[:-2]) < 0.8 * 241
    assert float(rows.get("height")[:-2]) > float(line.get("height")[:-2])


def test_numbers_may_be_lists_typed_arrays_or_arrays():
    values = [1.0, 2.5, 4.0]
    ways = [values, typed(values), np.array(values)]
    pictures = {
        svg({"data": [{"type": "bar", "x": ["a", "b", "c"], "y": way}], "layout": {}}, width=300)
        for way in ways
    }
    assert len(pictures) == 1


def test_stacked_bars_lie_on_each_other_and_relative_ones_below_zero():
    bars = [
        {"type": "bar", "name": n, "x": ["a"], "y": [y]}
        for n, y in (("up", 2.0), ("more", 3.0), ("down", -4.0))
    ]
    stacked = texts(drawn(*bars[:2], barmode="stack", height=340))
    assert "5.0" in stacked
    assert "5.5" not in stacked
    relative = texts(drawn(*bars, barmode="relative", height=340))
    assert {"−4", "4"} <= set(relative)
    assert "6" not in relative


def test_colours_dashes_and_fills_are_those_of_the_figure():
    line = {"color": "#d1762b", "dash": "dash", "width": 2}
    picture = drawn(
        {"type": "scatter", "mode": "lines", "x": [1, 2], "y": [1, 2], "line": line, "fill": "tozeroy",
         "fillcolor": "rgba(31,119,180,0.25)"}
    )  # fmt: skip
    assert "stroke: #d1762b" in colours(picture, 0, "line")
    assert "stroke-dasharray: 5.58,5.58" in colours(picture, 0, "line")
    assert "#1f77b4" in colours(picture, 0, "area")
    assert "opacity: 0.25" in colours(picture, 0, "area")


def test_formats_of_ticks():
    x = {"type": "scatter", "mode": "lines", "x": ["2026-01-01", "2026-12-31"], "y": [0.0, 0.4]}
    found = texts(drawn(x, xaxis={"type": "date", "tickformat": "%b %y"}, yaxis={"tickformat": "+.0%"}))
    assert {"+10%", "+40%"} <= set(found)
    assert any(re.fullmatch(r"[A-Z][a-z]{2} 26", text) for text in found)
    found = texts(drawn({"type": "scatter", "mode": "lines", "x": [0, 1], "y": [0, -2.4e6]}))
    assert "−2.0M" in found or "−2M" in found


def test_ticks_may_be_given_and_an_axis_may_be_logarithmic():
    trace = {"type": "scatter", "mode": "lines", "x": [1, 252], "y": [1, 2]}
    found = texts(
        drawn(trace, xaxis={"type": "log", "tickvals": [1, 10, 252], "ticktext": ["day", "weeks", "year"]})
    )
    assert {"day", "weeks", "year"} <= set(found)
    assert "100" in texts(drawn(trace, xaxis={"type": "log"}))


def test_the_first_row_of_a_reversed_axis_is_on_top():
    picture = drawn(
        {"type": "heatmap", "x": ["a", "b"], "y": ["first", "second"], "z": [[1, 2], [3, 4]]},
        yaxis={"type": "category", "autorange": "reversed"},
    )
    place = {"".join(text.itertext()): float(text.get("y")) for text in picture.iter(f"{SVG}text")}
    assert place["first"] < place["second"]


def test_numbers_in_cells_that_would_be_unreadable_are_left_out():
    wide = {"type": "heatmap", "z": np.ones((2, 60)), "texttemplate": "%{z:.2f}", "showscale": False}
    assert "1.00" not in texts(drawn(wide, width=241.0))
    few = {"type": "heatmap", "z": np.ones((2, 4)), "texttemplate": "%{z:.2f}", "showscale": False}
    assert texts(drawn(few)).count("1.00") == 8


def test_a_second_axis_stands_on_the_right():
    picture = drawn(
        {"type": "scatter", "mode": "lines", "x": [1, 2], "y": [1, 2]},
        {"type": "bar", "x": [1, 2], "y": [500, 900], "yaxis": "y2"},
        y_title="left", yaxis2={"overlaying": "y", "side": "right", "title": {"text": "right"}},
    )  # fmt: skip
    place = {"".join(text.itertext()): float(text.get("x")) for text in picture.iter(f"{SVG}text")}
    assert place["left"] < 40
    assert place["right"] > 470


def test_whiskers_and_shapes_and_arrows():
    picture = drawn(
        {"type": "bar", "x": ["a", "b"], "y": [2, 3], "error_y": {"type": "constant", "value": 0.5}},
        shapes=[
            {"type": "rect", "x0": -0.5, "x1": 0.5, "y0": 0, "y1": 1, "yref": "paper", "fillcolor": "#c2502f"},
            {"type": "circle", "x0": 0, "x1": 1, "y0": 1, "y1": 2},
        ],
        annotations=[{"x": "b", "y": 3, "text": "<b>peak</b><br>of the year"}],
    )  # fmt: skip
    assert colours(picture, 0, "whiskers")
    assert {"peak", "of the year"} <= set(texts(picture))


def test_boxes_violins_histograms_contours_and_candles_are_drawn():
    values = np.random.default_rng(1).normal(size=200)
    for trace, part in (
        ({"type": "box", "name": "Brent", "y": values}, "body"),
        ({"type": "violin", "name": "Brent", "y": values}, "body"),
        ({"type": "box", "name": "Brent", "x": values, "orientation": "h"}, "body"),
        ({"type": "histogram", "x": values}, "bars"),
        ({"type": "contour", "z": np.outer(np.arange(5.0), np.arange(4.0))}, "levels"),
        (
            {"type": "candlestick", "x": ["2026-01-01", "2026-01-02"], "open": [1, 2], "high": [3, 3], "low": [0, 1],
             "close": [2, 1]},
            "bodies",
        ),
    ):  # fmt: skip
        picture = drawn(trace)
        assert colours(picture, 0, part), trace["type"]
        if trace["type"] in ("box", "violin"):
            assert "Brent" in texts(picture)


def test_text_of_users_is_text():
    picture = drawn({"type": "bar", "x": ["$a_b$ & <script>", "c"], "y": [1, 2]}, xaxis={"type": "category"})
    assert any("$a_b$" in text for text in texts(picture))
