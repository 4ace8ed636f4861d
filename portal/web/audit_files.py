"""The route of files of the audit log: checkpoints, the public key, exports."""

from flask import Blueprint, Response

from portal.core.permissions import Permission
from portal.services.compliance import audit_files
from portal.web.actor import current_actor
from portal.web.policy import needs

blueprint = Blueprint("audit_files", __name__)


@blueprint.get("/export/audit/<name>")
@needs(Permission.AUDIT_READ)
def send(name: str) -> Response:
    """Send a file of the audit log."""
    found = audit_files.take(name, current_actor())
    response = Response(found.content, mimetype=found.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    return response
