"""Market > Import: drop a file, see how it would be read, answer what it leaves open, and take it in."""

import dash
from dash import dcc, html

from callbacks.market.import_ import Ids, answer_id, upload_limit, view
from components.importing import answer_form, drop_zone, progress_line
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; nothing of it is in the address, since a file is not."""
    clocks, recent = view(query)
    desk = html.Section(
        [
            drop_zone(Ids.UPLOAD, limit_mb=upload_limit()),
            answer_form(Ids.KIND, answer_id, Ids.SWITCHES, kind=query.get("kind", "prices")),
            html.Div(id=Ids.PREVIEW, role="status"),
            html.Div(
                html.Button(
                    "Import", id=Ids.START, type="button", disabled=True, className="btn btn-sm btn-primary"
                ),
                className="es-repair-buttons",
            ),
            html.Div(progress_line(Ids.BAR, Ids.WORDS, Ids.STOP), id=Ids.PROGRESS, hidden=True),
            html.Div(id=Ids.REPORT),
            dcc.Store(id=Ids.STAGED),
        ],
        className="es-section es-full es-import",
    )
    frame = page_frame(
        "Import",
        trail="Market",
        lead="A file is taken in as a whole or not at all. What it leaves open is asked, never guessed.",
        body=Ids.BODY,
        clocks=clocks,
        controls=[],
        content=recent,
    )
    frame.children.insert(2, desk)
    return frame


dash.register_page(
    __name__,
    path="/market/import",
    name="Import",
    title="Import · Enerscope",
    area="market",
    order=60,
    permission=Permission.DATA_IMPORT,
    layout=layout,
)
