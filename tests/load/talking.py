"""What a browser sends to Dash: the page router's question, and those of the inputs that it finds on the page."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

ROUTER = "_pages_content.children"


def router_of(dependencies: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the callback that draws pages, out of ``/_dash-dependencies``."""
    return next(entry for entry in dependencies if ROUTER in entry["output"])


def redraw_of(dependencies: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the callback that draws the body of a page anew."""
    wanted = '{"body":["MATCH"],"type":"body"}.children'
    return next(entry for entry in dependencies if entry["output"] == wanted)


def ask_router(entry: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Return the question for the page at ``path``."""
    names = entry["output"].strip(".").split("...")
    values = {"pathname": path, "search": ""}
    inputs = [{**one, "value": values.get(one["property"])} for one in entry["inputs"]]
    return {
        "output": entry["output"],
        "outputs": [{"id": name.rpartition(".")[0], "property": name.rpartition(".")[2]} for name in names],
        "inputs": inputs,
        "changedPropIds": [f"{inputs[0]['id']}.{inputs[0]['property']}"],
        "state": [{**one, "value": None} for one in entry["state"]],
    }


def filters_in(answer: Any) -> dict[str, list[dict[str, Any]]]:
    """Return the inputs on a page by the name of their body, as ``{"id", "value"}``."""
    found: dict[str, list[dict[str, Any]]] = {}
    for props in _walk(answer):
        name = props.get("id")
        if isinstance(name, dict) and name.get("type") == "filter" and "body" in name:
            found.setdefault(name["body"], []).append({"id": name, "value": props.get("value")})
    return found


def _walk(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        props = value.get("props")
        if isinstance(props, dict):
            yield props
        for one in value.values():
            yield from _walk(one)
    elif isinstance(value, list):
        for one in value:
            yield from _walk(one)


def ask_redraw(entry: Mapping[str, Any], body: str, filters: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the question that the browser asks when somebody touches one of the inputs of ``body``."""
    values = [{**one, "property": "value"} for one in filters]
    ids = [{"id": one["id"], "property": "id", "value": one["id"]} for one in filters]
    clocks = entry["state"][1]
    touched = json.dumps(random.choice(filters)["id"], sort_keys=True, separators=(",", ":"))
    return {
        "output": entry["output"],
        "outputs": {"id": {"body": body, "type": "body"}, "property": "children"},
        "inputs": [values],
        "changedPropIds": [f"{touched}.value"],
        "state": [ids, {**clocks, "value": {}}],
    }
