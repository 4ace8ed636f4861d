"""The route that writes any page to a file as it is on screen: same inputs and clocks, all rows, the reader's right."""

import logging
import re
from threading import BoundedSemaphore

from flask import Blueprint, Response, request

from portal.core.document import Document
from portal.core.errors import Conflict
from portal.core.permissions import Permission
from portal.services import audit
from portal.services.packs import composing, formats, sealing
from portal.services.packs.templates import PAGE
from portal.web.actor import current_actor
from portal.web.policy import needs
from portal.web.screen_of import screen_of

log = logging.getLogger(__name__)
PATIENCE = 60.0  # seconds that a file waits for its turn
_TURN = BoundedSemaphore(1)  # a large PDF takes a gigabyte while it is set
blueprint = Blueprint("page_exports", __name__)


@blueprint.get("/export/page.<kind>")
@needs(Permission.EXPORT)
def export_page(kind: str) -> Response:
    """Send the page at ``address`` as PDF, XLSX, CSV or JSON."""
    actor = current_actor()
    format_ = formats.known(kind)
    screen = screen_of(request.args.get("address", ""), actor)
    document = composing.compose(PAGE + screen.body, screen.params(), screen.clocks, actor)
    content = _write(document, kind)
    digest = sealing.digest(document)
    audit.note_now(
        actor, "export.made", "page", screen.path,
        {"format": kind, "clocks": screen.clocks.label(), "body": screen.body, "sha256": digest},
    )  # fmt: skip
    log.info("export page %s as %s user=%s bytes=%d", screen.body, kind, actor.username, len(content))
    response = Response(content, mimetype=format_.media_type)
    name = re.sub(r"[^a-z0-9]+", "-", screen.title.lower()).strip("-") or "page"
    file_name = f"enerscope-{name}-{screen.clocks.as_of}.{format_.extension}"
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    response.headers["X-Receipt-SHA256"] = digest
    return response


def _write(document: Document, kind: str) -> bytes:
    """Return the file; one is written at a time, so that many readers do not take the memory of the portal."""
    if not _TURN.acquire(timeout=PATIENCE):
        raise Conflict("Other files are being written just now. Try again in a minute, or export fewer rows.")
    try:
        return formats.write(document, kind)
    finally:
        _TURN.release()
