"""What a page shows when there is nothing to show, too little right, or a fault."""

from dash import html


def empty(title: str, advice: str) -> html.Div:
    """Return the card for "no rows": what is missing and what to do about it."""
    return html.Div([html.H3(title), html.P(advice)], className="es-state es-state-empty")


def error(message: str, *, incident: str | None = None, title: str = "This could not be shown") -> html.Div:
    """Return the error card; ``incident`` is the id under which the details were logged."""
    return html.Div(
        [
            html.H3(title),
            html.P(message),
            html.P(["Incident ", html.Code(incident)]) if incident else None,
        ],
        className="es-state es-state-error",
        role="alert",
    )


def notice(message: str, *, kind: str = "info") -> html.Div:
    """Return a line of advice above a group; ``kind`` is ``info``, ``warn`` or ``bad``."""
    return html.Div(message, className=f"es-notice es-notice-{kind}", role="note")


def badge(text: str, kind: str = "neutral", *, title: str = "") -> html.Span:
    """Return a small label such as ``simulated`` or ``late``; ``kind`` picks the colour, never the only meaning."""
    return html.Span(text, className=f"es-badge es-badge-{kind}", title=title or text)
