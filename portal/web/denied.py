"""What somebody sees who may not: the page "not for your role", naming who can help."""

from dataclasses import dataclass
from http import HTTPStatus

from dash import dcc, html

from portal.core.actor import Actor
from portal.core.permissions import ROLE_PERMISSIONS, Permission
from portal.services import access
from portal.web.errors import Problem


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody is refused, and who can change that."""

    problem: Problem
    roles: str
    helpers: str


def refusal(actor: Actor, permission: Permission) -> Refusal:
    """Return in words what ``actor`` lacks, which roles have it, and who can hand them out."""
    holders = [role.label for role, rights in ROLE_PERMISSIONS.items() if permission in rights]
    own = ", ".join(sorted(role.label for role in actor.roles)) or "no role yet"
    names = access.administrators()
    return Refusal(
        Problem(
            "Not for your role",
            HTTPStatus.FORBIDDEN,
            "not-permitted",
            f"You are signed in as {actor.name} ({own}). This page needs the right '{permission.value}'.",
        ),
        roles=", ".join(sorted(holders)),
        helpers=", ".join(names[:3]) or "an administrator",
    )


def forbidden(actor: Actor, permission: Permission) -> html.Section:
    """Return the page that stands in for one that ``actor`` may not see."""
    why = refusal(actor, permission)
    return html.Section(
        [
            html.H1(why.problem.title),
            html.P(why.problem.detail),
            html.Dl(
                [
                    html.Dt("Roles that have it"),
                    html.Dd(why.roles or "none"),
                    html.Dt("Who can help"),
                    html.Dd(why.helpers),
                ],
                className="es-facts es-door-facts",
            ),
            dcc.Link("Go to the first page", href="/", className="btn btn-primary btn-sm"),
        ],
        className="es-state es-door",
        role="alert",
    )
