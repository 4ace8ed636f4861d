"""The cause tree on screen: nodes that open to the next, the first ones drawn with the page."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dash import MATCH, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from callbacks.overview.home.ids import cause_id
from components.markup import Markup, to_html
from components.number import shown
from components.page import PAGE_CLOCKS
from components.states import notice
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, EnerscopeError
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.domain.overview import metrics
from portal.services import clocks as clock_service
from portal.services.overview.causes import Branch, Part, children
from portal.services.portfolio.explain import Explained, explain
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback

OPEN_DEPTH = 2  # levels of the largest part that stand open at first


def tree(seen: Explained, since: str) -> html.Div:
    """Return the tree from its groups on; the largest part stands open, so that the main cause is read at once."""
    root = Branch(since)
    return html.Div(_nodes(seen, children(seen, root), opened=OPEN_DEPTH), className="es-causes")


def _nodes(seen: Explained, parts: Sequence[Part], *, opened: int) -> list[Component]:
    """Return nodes side by side; of the first ``opened`` levels the children of the largest are drawn with it."""
    most = max((abs(part.worth) for part in parts), default=0.0)
    made: list[Component] = []
    for part in parts:
        stands_open = opened > 0 and part.opens and abs(part.worth) == most
        below = _nodes(seen, children(seen, part.branch), opened=opened - 1) if stands_open else []
        made.append(_node(part, most, below) if part.opens else _leaf(part, most))
    return made


def _node(part: Part, most: float, below: list[Component]) -> html.Details:
    path = part.branch.path()
    return html.Details(
        [
            html.Summary(
                Markup(_row(part, most), element="span", className="es-cause-row"),
                id=cause_id("cause", path),
                n_clicks=len(below) and 1,
            ),
            html.Div(below, id=cause_id("cause-below", path), className="es-cause-below"),
        ],
        open=bool(below),
        className="es-cause",
    )


def _leaf(part: Part, most: float) -> html.Div:
    """A trade: its amount, and the ways to its page and to its own explanation."""
    links = [dcc.Link(text, href=address, className="es-link") for text, address in part.links]
    row = Markup(_row(part, most), element="span", className="es-cause-row")
    return html.Div([row, html.Div(links, className="es-cause-links")], className="es-cause es-cause-leaf")


def _row(part: Part, most: float) -> str:
    """Return name, detail, amount and bar of a node as HTML; the sign is in the amount, the bar only shows its size."""
    twentieths = round(20.0 * abs(part.worth) / most) if most else 0
    amount = Shown(metrics.CAUSE, part.worth, "EUR", {"path": part.branch.path()})
    direction = "down" if part.worth < 0 else "up"
    return to_html(
        [
            html.Span(
                [part.label, html.Span(part.detail, className="es-cause-detail") if part.detail else None],
                className="es-cause-name",
            ),
            html.Span([shown(amount), html.Span("EUR", className="es-unit")], className="es-cause-worth"),
            html.Span(
                html.Span("", className=f"es-cause-fill es-cause-{twentieths} {direction}"),
                className="es-cause-bar",
            ),
        ]
    )


@guarded_callback(
    Output({"type": "cause-below", "path": MATCH}, "children"),
    Input({"type": "cause", "path": MATCH}, "n_clicks"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.PORTFOLIO_READ,
    prevent_initial_call=True,
)
def open_node(clicks: int | None, pair: Mapping[str, str]) -> Any:
    """Return the nodes below the one that was opened; what is already there stays."""
    if clicks != 1:
        return no_update
    clocks = clock_service.resolve(read_filters(pair or {}))
    return below(str(ctx.outputs_list["id"]["path"]), clocks, current_actor())


def below(path: str, clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the nodes right below the one at ``path``, or the sentence that says why there are none."""
    try:
        branch = Branch.of(path)
        seen = explain(clocks, actor, _day(branch.since))
        parts = children(seen, branch)
    except EnerscopeError as refusal:
        return [notice(refusal.message, kind="warn")]
    return _nodes(seen, parts, opened=0) or [notice("There is nothing below: what is left is dust.")]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DomainError("This node has no day that it starts from. Reload the page.") from None
