"""What proves the whole log: the last verification, signed checkpoints, the public key, and exports."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from dash import html
from dash.development.base_component import Component

from components.job import job_panel
from components.page import body_id, section
from components.states import notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table, sort_rows
from portal.services.compliance import audit_files, audit_log
from portal.web import job_forms
from portal.web.views import body, grid

PAGE = GridQuery(limit=10)


class Ids(StrEnum):
    """The two bodies and the grid."""

    SIGN = "compliance-audit-checkpoints"
    SIGNED = "compliance-audit-signed"
    EXPORT = "compliance-audit-export"


def verify_panel(name: str, actor: Actor) -> Component:
    """Return the button that verifies the log, and follows that."""
    return job_panel(
        name, label="Verify the log", shown=job_forms.active_job(name, actor),
        hint="Reads every entry from the first, and compares with every signed checkpoint",
    )  # fmt: skip


def verdict(actor: Actor) -> Component:
    """Return what the last verification found."""
    found = audit_log.verified(actor)
    if found.whole is None or found.at is None:
        return notice(
            "The log has not been verified yet. Press the button above; it takes seconds.", kind="warn"
        )
    when = f"Verified {found.at:%Y-%m-%d %H:%M} UTC: "
    return notice(when + found.sentence, kind="info" if found.whole else "danger")


def parts(clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the sections of checkpoints and exports, each with its button."""
    return [
        html.Div(
            [
                html.Div(draw({}, clocks, actor), id=body_id(name), className="es-body"),
                job_panel(
                    name, label=label, shown=job_forms.active_job(name, actor), hint=hint,
                ),
            ],
            className="es-audit-proof",
        )
        for name, label, hint, draw in (
            (Ids.SIGN, "Sign a checkpoint now", "Verifies the log and signs its end", draw_checkpoints),
            (Ids.EXPORT, "Export the log", "Writes all entries with a signed heading", draw_exports),
        )
    ]  # fmt: skip


@job_forms.job_form(Ids.SIGN, kind=audit_files.CHECKPOINT)
def sign_params(_filters: Mapping[str, Any], _clocks: Clocks, _actor: Actor) -> Mapping[str, Any]:
    """Return the parameters of a checkpoint: it takes none."""
    return {}


@job_forms.job_form(Ids.EXPORT, kind=audit_files.EXPORT)
def export_params(_filters: Mapping[str, Any], _clocks: Clocks, _actor: Actor) -> Mapping[str, Any]:
    """Return the parameters of an export: it takes none."""
    return {}


@body(Ids.SIGN, permission=Permission.AUDIT_READ)
def draw_checkpoints(_filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the checkpoints, and where to take the newest and the public key."""
    table = audit_log.checkpoints(clocks, actor)
    words = (
        "The portal's own database role can only add to the log."
        if audit_log.is_protected()
        else "The portal's database role owns the log: run 'enerscope db protect' once."
    )
    if not table.rows:
        return [
            section(
                "Checkpoints", [notice("None has been signed yet; one is made every night at 00:05 UTC.")]
            )
        ]
    newest = str(table.rows[0][table.index("href")])
    links = html.P(
        [
            html.A("Newest checkpoint (JSON)", href=newest, download="", className="es-link"),
            " ",
            html.A("Public key (PEM)", href="/export/audit/public-key.pem", download="", className="es-link"),
        ]
    )
    shown = sort_rows(table, PAGE)
    rows = data_grid(Ids.SIGNED, shown, clocks=clocks.query(), query=PAGE, caption="Signed checkpoints")
    return [
        section(
            "Checkpoints", [links, rows],
            note=f"{words} Keep checkpoints and key where the portal cannot reach them; 'enerscope verify audit' "
            "compares the log with them on any machine.",
        )
    ]  # fmt: skip


@grid(Ids.SIGNED, title="Checkpoints of the audit log", permission=Permission.AUDIT_READ)
def load_checkpoints(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the checkpoints, as sorted and paged."""
    return sort_rows(audit_log.checkpoints(clocks, actor), query)


@body(Ids.EXPORT, permission=Permission.AUDIT_READ)
def draw_exports(_filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the exports that are kept."""
    names = audit_files.exports(actor)
    found: Component = (
        html.Ul(
            [
                html.Li(html.A(name, href=f"/export/audit/{name}", download="", className="es-link"))
                for name in names
            ]
        )
        if names
        else notice("No export is kept. One is JSON lines, compressed, headed by a signed checkpoint.")
    )
    return [section("Exports", [found], note="Taking one is itself noted. The newest five are kept.")]


def _file(name: str) -> html.A:
    return html.A(name, href=f"/export/audit/{name}", download="", className="es-link")
