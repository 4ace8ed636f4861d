"""The graph of services."""

import dash_cytoscape

from components.topology import (
    COLOURS,
    MOST,
    SHAPES,
    Node,
    elements,
    height,
    legend,
    positions,
    stylesheet,
    topology,
)
from portal.domain.monitoring.health import State
from tests.helpers.layout import text_of

NODES = [
    Node("disk", "Disk", "good", 0, ()),
    Node("database", "Database", "bad", 1, ("disk",)),
    Node("web", "Web server", "warning", 2, ("database", "elsewhere")),
    Node("beat", "Scheduler", "unknown", 2, ("database",)),
]


def made(chosen: str = "", reached: tuple[str, ...] = ()) -> dict[str, dict]:
    found = elements(NODES, positions(NODES), chosen, reached)
    return {item["data"]["id"]: item for item in found}


def test_every_state_has_a_shape_and_a_colour_of_its_own():
    assert set(SHAPES) == set(COLOURS) == {state.value for state in State}
    assert len(set(SHAPES.values())) == len(set(COLOURS.values())) == len(SHAPES)


def test_a_service_says_its_state_in_words_and_by_its_class():
    node = made()["database"]
    assert node["data"]["label"] == "Database\nbad"
    assert node["classes"] == "bad"


def test_edges_point_to_what_is_needed_and_leave_out_what_nobody_knows():
    edges = {item["data"]["id"] for item in made().values() if "source" in item["data"]}
    assert edges == {"database>disk", "web>database", "beat>database"}


def test_what_a_failure_reaches_stands_out():
    found = made("database", ("web",))
    assert found["database"]["classes"] == "bad chosen"
    assert found["web"]["classes"] == "warning"
    assert found["disk"]["classes"] == "good aside"
    assert found["web>database"]["classes"] == "path"
    assert found["database>disk"]["classes"] == "aside"


def test_a_choice_that_is_gone_dims_nothing():
    assert all("aside" not in item["classes"] for item in made("gone").values())


def test_what_needs_nothing_is_at_the_bottom_and_nobody_covers_another():
    places = positions(NODES)
    assert places["disk"][1] > places["database"][1] > places["web"][1] == places["beat"][1]
    assert len(set(places.values())) == len(NODES)


def test_long_rows_are_broken():
    many = [Node(f"feed.{n}", f"Feed {n}", "good", 0, ()) for n in range(2 * MOST + 1)]
    places = positions(many)
    assert len(set(places.values())) == len(many)
    assert len({y for _, y in places.values()}) == 3
    assert height(places) > height(positions(NODES[:1]))


def test_the_picture_is_hidden_from_those_who_get_the_table():
    holder = topology("graph", NODES, chosen="web")
    assert holder.to_plotly_json()["props"]["aria-hidden"] == "true"
    assert isinstance(holder.children, dash_cytoscape.Cytoscape)
    assert holder.children.id == "graph"


def test_nothing_watched_is_an_empty_picture():
    assert elements([], positions([]), "", ()) == []
    assert height({}) > 0


def test_colours_are_tokens():
    colours = [
        value
        for rule in stylesheet()
        for name, value in rule["style"].items()
        if name.endswith("color") and name != "font-family"
    ]
    assert colours
    assert all(value.startswith("var(--es-") for value in colours)


def test_the_legend_names_every_state():
    found = text_of(legend())
    assert all(state in found for state in SHAPES)
