"""A list that is dropped on Compliance > KYC becomes a job."""

import base64
import binascii
from datetime import date
from typing import Any

from dash import Input, Output, State, dcc, html, no_update

from callbacks.compliance.kyc.ids import Ids
from components.states import notice
from portal.core.errors import DomainError, EnerscopeError
from portal.core.permissions import Permission
from portal.services.compliance import list_jobs
from portal.web.actor import current_actor
from portal.web.guard import guarded_callback


@guarded_callback(
    Output(Ids.LIST_SAID, "children"),
    Input(Ids.LIST_FILE, "contents"),
    State(Ids.LIST_FILE, "filename"),
    State(Ids.LIST_CODE, "value"),
    State(Ids.LIST_DAY, "value"),
    permission=Permission.COMPLIANCE_DECIDE,
    prevent_initial_call=True,
)
def receive(contents: str | None, name: str | None, code: str | None, day: str | None) -> Any:
    """Keep the dropped list and ask for its import."""
    if not contents:
        return no_update
    try:
        listed_on = date.fromisoformat(day) if day else None
        content = base64.b64decode(contents.partition(",")[2], validate=True)
        job = list_jobs.ask_import(
            content, name or "list", current_actor(), code=str(code or ""), listed_on=listed_on
        )
    except (binascii.Error, ValueError):
        return notice("The file or the day did not arrive whole. Drop it again.", kind="warn")
    except (DomainError, EnerscopeError) as refusal:
        return notice(refusal.message, kind="warn")
    link = dcc.Link(f"job {job}", href=f"/monitoring/jobs?job={job}", className="es-link")
    return html.P(["The import is ", link, "; load this page again when it is done."], className="es-note")
