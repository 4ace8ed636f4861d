"""The export routes: any registered grid as CSV or XLSX, and receipts, under the rights and clocks of the reader."""

import json
import logging
from dataclasses import replace

from flask import Blueprint, Response, request

from portal.core import clock
from portal.core.canonical import digest
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.services import audit, files, passports, receipts
from portal.services import clocks as clock_service
from portal.services.compliance import privacy, reports
from portal.services.packs import history
from portal.web.actor import current_actor
from portal.web.asked import Asked, read_filters, read_query
from portal.web.policy import needs
from portal.web.views import find_grid

log = logging.getLogger(__name__)
blueprint = Blueprint("export", __name__)


@blueprint.get("/export/<name>.<kind>")
@needs(Permission.EXPORT)
def export(name: str, kind: str) -> Response:
    """Send the grid ``name`` as ``csv`` or ``xlsx``: all rows of the filter and order given in ``q``."""
    actor = current_actor()
    actor.require(Permission.EXPORT)
    grid = find_grid(name, actor)
    if kind not in ("csv", "xlsx"):
        raise NotFound(f"Tables are exported as .csv or .xlsx, not as .{kind}.", kind=kind)
    asked = _asked(request.args.get("q", "{}"))
    clocks = clock_service.resolve(request.args)
    query = replace(read_query(asked), offset=0, limit=None)
    table = grid.load(query, read_filters(asked.get("params") or {}), clocks, actor)
    audit.note_now(
        actor, "export.made", "table", name,
        {"format": kind, "rows": len(table.rows), "clocks": clocks.label(), "asked_sha256": digest(asked)},
    )  # fmt: skip
    log.info("export %s.%s rows=%d user=%s", name, kind, len(table.rows), actor.username)
    if kind == "csv":
        content, mime = files.to_csv(table), files.CSV_TYPE
    else:
        about = {
            "clocks": clocks.label(),
            "exported by": f"{actor.name} ({actor.username})",
            "exported at": f"{clock.now():%Y-%m-%d %H:%M:%S} UTC",
            "filter": json.dumps(asked, sort_keys=True),
            "note": table.note or ("simulated data" if table.simulated else ""),
        }
        content, mime = files.to_xlsx(table, title=grid.title, about=about), files.XLSX_TYPE
    response = Response(content, mimetype=mime)
    response.headers["Content-Disposition"] = f'attachment; filename="enerscope-{name}-{clocks.as_of}.{kind}"'
    return response


@blueprint.get("/export/receipt.json")
@needs(Permission.EXPORT)
def receipt() -> Response:
    """Send the receipt of one figure: ``metric``, ``params`` (JSON) and the clocks of its passport."""
    actor = current_actor()
    clocks = clock_service.resolve(request.args)
    params = _asked(request.args.get("params", "{}"))
    passport = passports.open_passport(request.args.get("metric", ""), params, clocks, actor)
    issued = receipts.issue(passport, actor)
    audit.note_now(actor, "receipt.issued", "metric", passport.metric.id, {"sha256": issued.sha256})
    log.info("receipt %s metric=%s user=%s", issued.sha256, passport.metric.id, actor.username)
    response = Response(issued.content, mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{issued.file_name}"'
    return response


@blueprint.get("/export/report/<int:number>")
@needs(Permission.EXPORT)
def report(number: int) -> Response:
    """Send the file of a report, as it was made; its right is asked for by the service."""
    file = reports.download(number, current_actor())
    response = Response(file.content, mimetype=file.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response.headers["X-Receipt-SHA256"] = file.sha256
    return response


@blueprint.get("/export/pack/<int:number>.<kind>")
@needs(Permission.EXPORT)
def pack(number: int, kind: str) -> Response:
    """Send a file of a pack, as it was made; whether it holds only what the reader may see is asked by the service."""
    file = history.download(number, kind, current_actor())
    response = Response(file.content, mimetype=file.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response.headers["X-Receipt-SHA256"] = file.sha256
    return response


@blueprint.get("/export/person/<int:number>.json")
@needs(Permission.PRIVACY_MANAGE)
def person(number: int) -> Response:
    """Send all that is held of the person of a request; that it was taken is noted by the service."""
    file = privacy.export(number, current_actor())
    response = Response(file.content, mimetype=file.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return response


@blueprint.get("/export/report-schema/<kind>.xsd")
@needs(Permission.COMPLIANCE_READ)
def report_schema(kind: str) -> Response:
    """Send the schema of our own that files of a kind are checked against."""
    content = reports.own_schema(kind, clock.now().date())
    response = Response(content, mimetype="application/xml")
    response.headers["Content-Disposition"] = f'attachment; filename="enerscope-{kind}.xsd"'
    return response


def _asked(text: str) -> Asked:
    try:
        asked = json.loads(text)
    except (ValueError, RecursionError):  # no JSON, a number of too many digits, or too deep
        asked = None
    if not isinstance(asked, dict):
        raise DomainError("The export link is damaged. Open the page again and use the link there.")
    return read_filters(asked)
