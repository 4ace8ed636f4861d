"""The one question in a corner of the frame: it takes no focus, covers no control, and is gone with one click."""

import dash_bootstrap_components as dbc
from dash import dcc, html

from components.attributes import attributes

SLOT, TICK, ASKED = "survey-slot", "survey-tick", "survey-asked"
SCORE, COMMENT, SEND, LATER, SAID = (
    "survey-score", "survey-comment", "survey-send", "survey-later", "survey-said",
)  # fmt: skip
AFTER_MILLISECONDS = 90_000
"""Nobody is asked while they have just come."""


def survey_slot() -> html.Div:
    """Return the place of the question in the frame, empty until it is time."""
    return html.Div(
        [
            dcc.Interval(id=TICK, interval=AFTER_MILLISECONDS, max_intervals=1),
            dcc.Store(id=ASKED),
            html.Div(id=SLOT, className="es-survey-slot"),
        ]
    )


def survey_card() -> html.Section:
    """Return the question."""
    scores = dbc.RadioItems(
        id=SCORE,
        options=[{"value": score, "label": f"{score}"} for score in range(1, 6)],
        value=None,
        inline=True,
        className="es-choice",
        inputClassName="btn-check",
        labelClassName="btn btn-sm es-choice-button",
        labelCheckedClassName="active",
    )
    return html.Section(
        [
            html.H2("How well does Enerscope serve you?"),
            html.Div(
                [
                    html.Span("badly", className="es-note"),
                    html.Div(
                        scores, role="group", **attributes({"aria-label": "From 1, badly, to 5, well"})
                    ),
                    html.Span("well", className="es-note"),
                ],
                className="es-survey-scores",
            ),
            html.Label(
                [
                    html.Span("A word, if you like", className="es-label"),
                    dbc.Input(id=COMMENT, type="text", size="sm", maxlength=500, value=""),
                ],
                className="es-control",
            ),
            html.Div(
                [
                    html.Button("Send", id=SEND, type="button", className="btn btn-sm btn-primary"),
                    html.Button("Not now", id=LATER, type="button", className="btn btn-sm btn-outline-secondary"),
                ],
                className="es-repair-buttons",
            ),
            html.P(
                "Asked at most once in 30 days, whatever you do now. Your user name is kept with the answer for that; "
                "shown are means over five people and more.",
                className="es-note",
            ),
            html.Div(id=SAID, role="status"),
        ],
        className="es-survey",
        **attributes({"aria-label": "A question about Enerscope"}),
    )  # fmt: skip
