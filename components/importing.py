"""The parts of the import page: where a file is dropped, how it would be read, and what became of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.attributes import attributes
from components.states import notice

Row = Sequence[str]
AS_FOUND = "as found"
"""Value of a choice that answers nothing."""
KINDS = [
    ("prices", "Prices"),
    ("curves", "Forward curves"),
    ("fx", "Exchange rates"),
    ("weather", "Weather"),
    ("power", "Load, wind and solar"),
    ("trades", "Trades"),
]
_TEXTS = [
    ("instrument", "Instrument", "BRENT", "Series of every row, when no column names it"),
    ("unit", "Unit", "USD/bbl", "When the file does not say it"),
    ("timezone", "Time zone", "Europe/Berlin", "Of local times, and of new series' delivery days"),
    ("column", "Columns", "price=SpotPriceEUR", "Which column plays which role; several apart by commas"),
    ("encoding", "Encoding", "cp1252", "When the letters look wrong"),
    ("sheet", "Sheet", "Prices", "Of a workbook with several"),
    ("base", "Base currency", "EUR", "Of exchange rates, when the file does not name it"),
    ("source", "Source", "platts", "When no column names it"),
]
_CHOICES = [
    (
        "date_order",
        "Date order",
        [(AS_FOUND, "as found"), ("dmy", "day, month"), ("mdy", "month, day"), ("ymd", "year, month, day")],
    ),
    ("decimal", "Decimal mark", [(AS_FOUND, "as found"), (".", "point"), (",", "comma")]),
    (
        "delimiter",
        "Delimiter",
        [(AS_FOUND, "as found"), (",", "comma"), (";", "semicolon"), ("tab", "tab"), ("|", "bar")],
    ),
]


def drop_zone(upload: str, *, limit_mb: int) -> dcc.Upload:
    """Return the area on which a file is dropped, or which is pressed to choose one."""
    return dcc.Upload(
        id=upload,
        children=html.Div(
            [
                html.Strong("Drop a file here"),
                html.Span(" or "),
                html.Span("choose one", className="es-drop-link"),
                html.P(
                    f"CSV, TSV, XLSX, Parquet or JSON, gzipped or not, up to {limit_mb} MB.",
                    className="es-note",
                ),
            ]
        ),
        max_size=limit_mb * 2**20,
        multiple=False,
        className="es-drop",
        className_active="es-drop es-drop-active",
        className_reject="es-drop es-drop-reject",
    )


def answer_form(kind_id: str, answer_id: Any, switches_id: str, *, kind: str = "prices") -> html.Div:
    """Return the inputs that answer what a file leaves open; ``answer_id`` makes the id of one by its name.

    ``kind`` is the kind of data chosen at first; one that is not offered counts as prices.
    """
    first_kind = kind if kind in dict(KINDS) else "prices"
    kinds = _labelled(
        "Kind of data", dbc.Select(id=kind_id, value=first_kind, size="sm", options=_options(KINDS))
    )
    texts = [
        _labelled(
            label,
            dbc.Input(id=answer_id(name), placeholder=example, size="sm", type="text", debounce=0.6),
            hint,
        )
        for name, label, example, hint in _TEXTS
    ]
    choices = [
        _labelled(label, dbc.Select(id=answer_id(name), value=AS_FOUND, size="sm", options=_options(options)))
        for name, label, options in _CHOICES
    ]
    switches = dbc.Checklist(
        id=switches_id,
        value=[],
        options=[
            {"value": "keep_good", "label": "Store the good rows of a file that has bad ones"},
            {"value": "dry_run", "label": "Only check, store nothing"},
        ],
    )
    first, rest = texts[:3], texts[3:]
    more = html.Details(
        [html.Summary("More answers"), html.Div([*rest, *choices], className="es-answers")],
        className="es-more-answers",
    )
    return html.Div([html.Div([kinds, *first], className="es-answers"), more, switches])


def _options(pairs: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in pairs]


def _labelled(label: str, control: Component, hint: str = "") -> html.Label:
    return html.Label(
        [html.Span(label, className="es-label"), control], className="es-control", title=hint or label
    )


def preview_card(
    name: str,
    size: int,
    facts: Sequence[tuple[str, str]],
    heading: Row,
    rows: Sequence[Row],
    *,
    refusal: str,
    notes: Sequence[str],
) -> html.Div:
    """Return how a file would be read: what was found out, its first rows, and what it leaves open."""
    told: list[Component] = (
        [notice(refusal, kind="warn")] if refusal else [notice("The file can be read as it stands.")]
    )
    found = [part for label, value in facts for part in (html.Dt(label), html.Dd(value))]
    return html.Div(
        [
            html.H3(f"{name} · {_size(size)}", className="es-preview-name"),
            *told,
            *[html.P(note, className="es-note") for note in notes],
            html.Dl(found, className="es-facts"),
            _table(heading, rows) if rows else None,
        ],
        className="es-preview",
    )


def _table(heading: Row, rows: Sequence[Row], *, longest: int | None = 80) -> html.Div:
    """Return a table; cells of a file are cut after ``longest`` characters, sentences are not."""
    head = [html.Thead(html.Tr([html.Th(text, scope="col") for text in heading]))] if heading else []
    body = html.Tbody([html.Tr([html.Td(cell[:longest]) for cell in row]) for row in rows])
    caption = html.Caption("First rows of the file, as read", className="visually-hidden")
    return html.Div(
        html.Table([caption, *head, body], className="es-table es-preview-table"),
        className="es-table-scroll",
        tabIndex="0",
        role="region",
        **attributes({"aria-label": "First rows of the file"}),
    )


def _size(size: int) -> str:
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{max(1, size // 1024)} kB"


def report_card(
    summary: str,
    *,
    refused: bool,
    figures: Mapping[str, str],
    problems: Sequence[Mapping[str, Any]],
    more: int,
) -> html.Div:
    """Return what became of a file: one sentence, its figures, and its problems."""
    rows = [(str(item["line"] or ""), item["column"], item["message"], item["code"]) for item in problems]
    parts: list[Any] = [
        notice(summary, kind="warn" if refused else "info"),
        html.Dl(
            [part for label, value in figures.items() for part in (html.Dt(label), html.Dd(value))],
            className="es-facts",
        ),
    ]
    if rows:
        heads = ("Line", "Column", "What is wrong, or was decided", "Code")
        parts.append(_table(heads, rows, longest=None))
    if more:
        parts.append(html.P(f"{more:,} more are listed under Market > Data quality.", className="es-note"))
    return html.Div(parts, className="es-report", role="status")


def progress_line(bar: str, words: str, cancel: str) -> html.Div:
    """Return the bar of a running import, its words, and the button that stops it."""
    return html.Div(
        [
            dbc.Progress(id=bar, value=0, max=100, style={"height": "8px"}),
            html.Div(
                [
                    html.Span("", id=words, role="status"),
                    html.Button(
                        "Stop", id=cancel, type="button", className="btn btn-sm btn-outline-secondary"
                    ),
                ],
                className="es-progress-words",
            ),
        ],
        className="es-progress",
    )
