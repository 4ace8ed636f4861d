"""What an unknown address shows."""

import dash
from dash import dcc, html

from portal.core.permissions import Permission


def layout(**_query: str) -> html.Div:
    """Return a sentence and the way back."""
    return html.Div(
        [
            html.H3("There is no such page"),
            html.P(
                ["The address may be from an older version. Go to ", dcc.Link("the overview", href="/"), "."]
            ),
        ],
        className="es-state",
    )


dash.register_page(
    __name__,
    path="/not-found",
    name="Not found",
    title="Not found · Enerscope",
    area="overview",
    order=99,
    nav=False,
    permission=Permission.SIGNED_IN,
    layout=layout,
)
