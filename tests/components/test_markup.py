"""Parts that are ready HTML: nothing gets out of its place, and nothing that a callback needs gets in."""

import pytest
from dash import dcc, html

from components.markup import Markup, tag, to_html
from components.table import grid_rows
from portal.core.table import Column, GridQuery, Table
from tests.helpers.layout import components, text_of

HOSTILE = "\"><script>alert('x')</script>&amp;"


@pytest.mark.parametrize(
    "tree",
    [
        HOSTILE,
        html.Span(HOSTILE),
        html.Span("a", title=HOSTILE),
        html.Button("a", **{"data-passport": HOSTILE}),
    ],
)
def test_text_and_attributes_are_escaped(tree):
    written = to_html(tree)
    assert "<script" not in written
    assert "'" not in written


def test_cells_of_a_table_are_escaped_and_read_back_as_they_were():
    table = Table(
        (Column("code", "Code", link="href"), Column("href", "", hidden=True)), [(HOSTILE, "/a?b=1&c=2")]
    )
    drawn = grid_rows("demo", table, clocks={}, params={}, query=GridQuery())
    (rows,) = [c for c in components(drawn) if isinstance(c, Markup)]
    assert "<script" not in rows.html
    (link,) = [c for c in components(rows) if isinstance(c, html.A)]
    assert (link.children, link.href) == (HOSTILE, "/a?b=1&c=2")
    assert HOSTILE in text_of(drawn)


def test_props_get_the_names_and_values_of_html():
    made = html.Img(src="data:,", alt="a line", width=96, className="es-spark", hidden=False, draggable=None)
    assert to_html(made) == '<img alt="a line" class="es-spark" src="data:," width="96">'
    assert (
        tag("td", "1", {"className": None, "colSpan": 2, "hidden": True})
        == '<td colspan="2" hidden="">1</td>'
    )
    assert (
        to_html(dcc.Link("TTF", href="/market/instrument/TTF")) == '<a href="/market/instrument/TTF">TTF</a>'
    )
    assert to_html(["a", None, 1.5]) == "a1.5"


def test_what_a_callback_would_need_is_refused():
    with pytest.raises(ValueError, match="no callback can reach it"):
        to_html(html.Span("a", id="here"))
    with pytest.raises(ValueError, match="no plain HTML"):
        to_html(dcc.Graph())
