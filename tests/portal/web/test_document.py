"""The document around the app: few files, each kept by the browser, and the small plotly.js."""

import re

import pytest
from dash import Dash
from plotly.offline import get_plotlyjs_version

from components.charts.theme import TRACES, figure
from portal.core.permissions import Role
from portal.web.document import chart_library
from tests.helpers.visitor import Visitor, add_user


@pytest.fixture(scope="module")
def ann(portal_app: Dash, module_database: str) -> Visitor:
    add_user("ann", Role.TRADER)
    visitor = Visitor(portal_app)
    visitor.sign_in("ann")
    return visitor


def addresses(page: str) -> list[str]:
    return re.findall(r'<(?:script src|link rel="stylesheet" href)="([^"]+)"', page)


def test_document_names_one_script_and_one_style_sheet(ann: Visitor) -> None:
    found = addresses(ann.get("/").text)
    assert [address.rpartition(".")[2] for address in found] == ["css", "js"]


def test_joined_files_hold_everything_and_may_be_kept(ann: Visitor) -> None:
    style, script = (ann.get(address) for address in addresses(ann.get("/").text))
    assert "--bs-body-color" in style.text
    assert ".es-page" in style.text
    for part in ("DashRenderer", "dash_html_components", "dash_core_components", "enerscope", "ReactDOM"):
        assert part in script.text, part
    for answer in (style, script):
        assert "immutable" in answer.headers["Cache-Control"]


def test_joined_files_are_for_those_who_are_signed_in(portal_app: Dash, ann: Visitor) -> None:
    for address in addresses(ann.get("/").text):
        answer = Visitor(portal_app).get(address)
        assert answer.status_code == 401
        assert "immutable" not in answer.headers["Cache-Control"]


def test_unknown_joined_file_is_not_found(ann: Visitor) -> None:
    answer = ann.get("/assets/all-0123456789abcdef.css")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers["Cache-Control"]


def test_chart_library_has_the_version_and_the_traces_that_figures_may_use(ann: Visitor) -> None:
    page = ann.get("/").text
    (address,) = re.findall(r'data-plotly="([^"]+)"', page)
    first = ann.get(address).text[:300]
    made = re.match(r"/\* plotly\.js v([\d.]+) \(custom: ([a-z0-9 ]+)\)", first)
    if not made:
        pytest.skip("the small chart library was not built (make charts needs npm); the whole one is served")
    assert made[1] == get_plotlyjs_version()
    assert set(made[2].split()) == TRACES


def test_the_graph_of_services_is_not_paid_for_by_other_pages(ann: Visitor) -> None:
    page = ann.get("/").text
    (address,) = re.findall(r'data-topology="([^"]+)"', page)
    (script,) = (ann.get(found).text for found in addresses(page) if found.endswith(".js"))
    library = ann.get(address)
    assert "window.dash_cytoscape=" in library.text
    assert "immutable" in library.headers["Cache-Control"] or "max-age" in library.headers["Cache-Control"]
    assert library.text[-200:] not in script
    assert "enerscope_services" in script


def test_whole_chart_library_takes_the_place_of_a_missing_bundle(ann: Visitor, tmp_path) -> None:
    answer = ann.get(chart_library(tmp_path))
    assert "plotly.js v" in answer.text[:100]
    assert len(answer.data) > 4_000_000


def test_figure_refuses_what_the_bundle_cannot_draw() -> None:
    with pytest.raises(ValueError, match="make charts"):
        figure([{"type": "sankey"}])
