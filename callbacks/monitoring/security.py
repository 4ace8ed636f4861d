"""Monitoring > Security: figures, the map of sign-ins, what is unusual, sessions, rights, weaknesses, secrets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dash import Input, State, dcc, html, set_props
from dash.development.base_component import Component

from components import controls as inputs
from components.chart import chart_card
from components.charts.sign_ins import tries_figure, week_figure
from components.kpi import kpi_row, kpi_tile
from components.page import PAGE_CLOCKS, body_id, section
from components.page import grid as card_grid
from components.states import notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.compliance.overview_metrics import SCORE
from portal.domain.monitoring import security_metrics as metrics
from portal.services import clocks as clock_service
from portal.services.compliance import overview
from portal.services.monitoring import security
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback
from portal.web.views import body, grid

PAGE = GridQuery(limit=15)
PERIODS = (("1", "1 day"), ("7", "7 days"), ("30", "30 days"))
LATE_HOURS = 26.0  # the log is verified every night


class Ids(StrEnum):
    """The body, its grids, and the form that ends a session."""

    BODY = "monitoring-security"
    HOURS = "monitoring-security-hours"
    WEEK = "monitoring-security-week"
    UNUSUAL = "monitoring-security-unusual"
    BLOCKED = "monitoring-security-blocked"
    SESSIONS = "monitoring-security-sessions"
    RIGHTS = "monitoring-security-rights"
    DENIED = "monitoring-security-denied"
    WEAK = "monitoring-security-weak"
    VIOLATIONS = "monitoring-security-violations"
    SECRETS = "monitoring-security-secrets"
    END_WHICH = "monitoring-security-end-which"
    END = "monitoring-security-end"
    END_SAID = "monitoring-security-end-said"


@dataclass(frozen=True, slots=True)
class View:
    """The first state of the page."""

    clocks: Clocks
    days: str
    content: list[Component]


def _days(filters: Mapping[str, Any]) -> str:
    asked = str(filters.get("days") or "7")
    return asked if asked in security.SPANS else "7"


def view(query: Mapping[str, str]) -> View:
    """Return the page for its address; what it does not know it ignores."""
    clocks, actor = clock_service.resolve(query), current_actor()
    return View(clocks, _days(query), draw(query, clocks, actor))


def controls(seen: View) -> list[Component]:
    """Return the inputs of the page."""
    return [inputs.choice(Ids.BODY, "days", "Period", PERIODS, seen.days)]


@body(Ids.BODY, permission=Permission.SECURITY_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the whole page below the inputs."""
    days = _days(filters)
    found = security.figures(clocks, actor)
    return [
        *_warnings(found),
        _tiles(found, clocks, actor),
        *_sign_ins(days, clocks, actor),
        *_people(days, clocks, actor),
        *_weaknesses(days, found, clocks, actor),
    ]


def _warnings(found: security.Figures) -> list[Component]:
    if found.audit_whole is False:
        words = "The newest verification found that the audit log is not whole. See Compliance > Audit."
        return [notice(words, kind="bad")]
    return []


def _tiles(found: security.Figures, clocks: Clocks, actor: Actor) -> Component:
    age = found.values[metrics.AUDIT_AGE]
    late = "Nobody has verified it yet" if age is None else "Verify it now" if age > LATE_HOURS else ""
    weak = found.values[metrics.VULNERABILITIES]
    tiles = [
        kpi_tile("Failed sign-ins, 24 h", found.shown(metrics.FAILED)),
        kpi_tile("Lock-outs, 24 h", found.shown(metrics.LOCKED)),
        kpi_tile("Unusual sign-ins, 7 days", found.shown(metrics.UNUSUAL)),
        kpi_tile("Denials, 24 h", found.shown(metrics.DENIED)),
        kpi_tile("Open sessions", found.shown(metrics.SESSIONS)),
        kpi_tile(
            "Known vulnerabilities",
            found.shown(metrics.VULNERABILITIES),
            alert="Update them" if weak else "",
            stale="The result is old" if found.is_result_old else "",
        ),
        kpi_tile("Policy violations, 7 days", found.shown(metrics.VIOLATIONS)),
        kpi_tile("Audit log verified", found.shown(metrics.AUDIT_AGE), detail="ago", alert=late),
        kpi_tile("Oldest secret", found.shown(metrics.SECRET_AGE)),
    ]
    if actor.can(Permission.COMPLIANCE_READ):
        score = overview.overview(overview.SPANS[0], clocks, actor).tiles()[SCORE]
        tiles.append(kpi_tile("Compliance score", score, detail="of 100"))
    return kpi_row(tiles)


def _sign_ins(days: str, clocks: Clocks, actor: Actor) -> list[Component]:
    hours = security.hours(days, clocks, actor)
    columns: list[list[Any]] = [[row[at] for row in hours.rows] for at in range(4)]
    total = [sum(parts) for parts in zip(*columns[1:], strict=True)]
    more: dict[str, Any] = {"clocks": clocks.query(), "params": {"days": days}, "width": "half"}
    more["advice"] = "Nobody tried to sign in in this period."
    by_hour, by_week = tries_figure(*columns), week_figure(columns[0], total)
    cards = [
        chart_card("Sign-ins by hour", by_hour, grid=Ids.HOURS, **more),
        chart_card("When people sign in", by_week, grid=Ids.WEEK, **more),
    ]
    unusual = _listed(
        Ids.UNUSUAL, security.unusual_table(PAGE, days, clocks, actor), clocks, days,
        "Nothing unusual", "No rule pointed at a sign-in of this period.",
    )  # fmt: skip
    return [card_grid(cards), section("Unusual sign-ins", [unusual])]


def _people(days: str, clocks: Clocks, actor: Actor) -> list[Component]:
    sessions = [
        _listed(
            Ids.SESSIONS,
            security.sessions_table(PAGE, clocks, actor),
            clocks,
            days,
            "Nobody is signed in",
            "",
        )
    ]
    if actor.can(Permission.USERS_MANAGE):
        sessions.insert(0, _end_form())
    blocked = _noted(Ids.BLOCKED, days, clocks, actor, "Nobody was locked out")
    rights = _noted(Ids.RIGHTS, days, clocks, actor, "No right was changed")
    denied = _noted(Ids.DENIED, days, clocks, actor, "Nothing was refused")
    return [
        section("Open sessions", sessions),
        section("Lock-outs", [blocked]),
        section("Changes of rights", [rights]),
        section("Denials", [denied]),
    ]


def _weaknesses(days: str, found: security.Figures, clocks: Clocks, actor: Actor) -> list[Component]:
    violations = _listed(
        Ids.VIOLATIONS, security.violations_table(PAGE, days, clocks, actor), clocks, days, "No violation",
        "No browser told of anything that the content security policy kept out.",
    )  # fmt: skip
    secrets = _listed(Ids.SECRETS, security.secrets_table(PAGE, clocks, actor), clocks, days, "No secret", "")
    return [
        section("Vulnerabilities of packages", _packages(days, found, clocks, actor)),
        section("Violations of the content security policy", [violations]),
        section("Secrets", [secrets], note="How old they are, never what they are."),
    ]


def _packages(days: str, found: security.Figures, clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the findings of pip-audit under how old its result is and how much it could not look at."""
    if found.result_at is None:
        return [notice(found.advice)]
    said = f"Result of {found.result_at:%Y-%m-%d}."
    none = "pip-audit looked at every installed package and found none."
    if found.skipped:
        packages = "1 package" if found.skipped == 1 else f"{found.skipped} packages"
        said = f"Result of {found.result_at:%Y-%m-%d}; {packages} could not be looked at."
        none = "pip-audit found none in the packages that it could look at."
    if found.is_result_old:
        said += (
            f" It is {(found.moment - found.result_at).days} days old, so what became known since is not in it. "
            "See why the nightly pip-audit did not write the file, and run it again."
        )
    table = security.vulnerabilities_table(PAGE, actor)
    return [
        notice(said, kind="warn" if found.is_result_old else "info"),
        _listed(Ids.WEAK, table, clocks, days, "No known vulnerability", none),
    ]


def _listed(grid_name: Ids, table: Table, clocks: Clocks, days: str, nothing: str, advice: str) -> Component:
    if not table.rows:
        return notice(f"{nothing}. {advice}".strip())
    return data_grid(
        grid_name, table, clocks=clocks.query(), params={"days": days}, query=PAGE, caption=TITLES[grid_name]
    )


def _noted(grid_name: Ids, days: str, clocks: Clocks, actor: Actor, nothing: str) -> Component:
    table = security.noted_table(PAGE, ACTIONS[grid_name], days, clocks, actor)
    return _listed(grid_name, table, clocks, days, nothing, "")


def _end_form() -> Component:
    return html.Div(
        [
            html.Label(
                [
                    html.Span("End a session (name in its first column)", className="es-label"),
                    dcc.Input(
                        id=Ids.END_WHICH, type="text", maxLength=20, placeholder="such as 5850803d968c",
                        className="form-control form-control-sm",
                    ),
                ],
                className="es-control",
            ),
            html.Button(
                "End it now", id=Ids.END, type="button", className="btn btn-sm btn-outline-danger", n_clicks=0
            ),
            html.Div(id=Ids.END_SAID, role="status"),
        ],
        className="es-save",
    )  # fmt: skip


ACTIONS: Mapping[Ids, tuple[str, ...]] = {
    Ids.BLOCKED: ("login.blocked",),
    Ids.RIGHTS: security.RIGHTS,
    Ids.DENIED: ("access.denied",),
}


@guarded_callback(
    Input(Ids.END, "n_clicks"),
    State(Ids.END_WHICH, "value"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.USERS_MANAGE,
    prevent_initial_call=True,
)
def end_session(clicks: int | None, which: str | None, pair: dict[str, str]) -> None:
    """End a session of somebody, and draw the page anew."""
    if not clicks:
        return
    actor = current_actor()
    try:
        words = f"The session of {security.end_session(str(which or ''), actor)} has ended."
        clocks = clock_service.resolve(read_filters(pair or {}))
        set_props(body_id(Ids.BODY), {"children": draw({}, clocks, actor)})
        set_props(Ids.END_SAID, {"children": notice(words)})
    except NotFound as problem:
        set_props(Ids.END_SAID, {"children": notice(problem.message, kind="warn")})


Load = Callable[[GridQuery, Mapping[str, Any], Clocks, Actor], Table]


def _load(table: Callable[[GridQuery, str, Clocks, Actor], Table]) -> Load:
    def load(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
        return table(query, _days(filters), clocks, actor)

    return load


def _load_noted(name: Ids) -> Load:
    return _load(
        lambda query, days, clocks, actor: security.noted_table(query, ACTIONS[name], days, clocks, actor)
    )


def _sessions(query: GridQuery, _days: str, clocks: Clocks, actor: Actor) -> Table:
    return security.sessions_table(query, clocks, actor)


def _weak(query: GridQuery, _days: str, _clocks: Clocks, actor: Actor) -> Table:
    return security.vulnerabilities_table(query, actor)


def _secrets(query: GridQuery, _days: str, clocks: Clocks, actor: Actor) -> Table:
    return security.secrets_table(query, clocks, actor)


TITLES: Mapping[Ids, str] = {
    Ids.HOURS: "Sign-ins by hour",
    Ids.WEEK: "Sign-ins by hour of the week",
    Ids.UNUSUAL: "Unusual sign-ins",
    Ids.SESSIONS: "Open sessions",
    Ids.BLOCKED: "Lock-outs",
    Ids.RIGHTS: "Changes of rights",
    Ids.DENIED: "Denials",
    Ids.WEAK: "Vulnerabilities",
    Ids.VIOLATIONS: "Policy violations",
    Ids.SECRETS: "Secrets",
}
_ROWS: Mapping[Ids, Load] = {
    Ids.HOURS: _load(security.hours_table),
    Ids.WEEK: _load(security.hours_table),
    Ids.UNUSUAL: _load(security.unusual_table),
    Ids.SESSIONS: _load(_sessions),
    Ids.BLOCKED: _load_noted(Ids.BLOCKED),
    Ids.RIGHTS: _load_noted(Ids.RIGHTS),
    Ids.DENIED: _load_noted(Ids.DENIED),
    Ids.WEAK: _load(_weak),
    Ids.VIOLATIONS: _load(security.violations_table),
    Ids.SECRETS: _load(_secrets),
}
for _name, _read in _ROWS.items():
    grid(_name, title=TITLES[_name], permission=Permission.SECURITY_READ)(_read)
