"""One portfolio on one day: the figures as signed and as found now, the signatures, and the adjustments beside them."""

from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from callbacks.overview.sign_off.cards import TONES
from callbacks.overview.sign_off.ids import EVERY, Ids, decide_id, step_id, words_id
from components.number import passport_button, shown, tone
from components.page import section
from components.states import badge, notice
from components.table import data_grid
from portal.core import format as text
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Metric, Shown, metric
from portal.core.permissions import Permission
from portal.core.table import GridQuery
from portal.domain.signoff import metrics
from portal.domain.signoff.adjusting import Decision
from portal.domain.signoff.frozen import Compared, Figure
from portal.domain.signoff.steps import ORDER, Step, current, steps_open
from portal.services.signoff import adjustments as adjustment_service
from portal.services.signoff import tables
from portal.services.signoff.adjustments import Adjustment
from portal.services.signoff.signing import Signed, is_intact
from portal.services.signoff.standing import STATES

LABELS = {
    Step.PREPARED: "Prepare: freeze these figures",
    Step.REVIEWED: "Sign as reviewed",
    Step.APPROVED: "Approve",
    Step.REOPENED: "Reopen",
}


def one_day(found: Signed, clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the page of a portfolio's day."""
    beside = adjustment_service.listed(clocks, actor, portfolio=found.portfolio, first=found.day)
    parts = [
        _head(found, clocks, actor),
        _figures(found),
        _beside(found, beside, clocks, actor),
        _history(found),
    ]
    return [part for part in parts if part is not None]


def _head(found: Signed, clocks: Clocks, actor: Actor) -> Component:
    marks = [badge(STATES[found.round.state], TONES[found.round.state])]
    if found.simulated:
        marks.append(badge("simulated", "sim"))
    if found.altered:
        marks.append(badge("altered", "bad"))
    if found.differs and not found.is_altered_now:
        marks.append(badge("differs now", "warn"))
    heading = html.Div(
        [html.H2(f"{found.portfolio} on {found.day:%A %d %B %Y}"), *marks], className="es-version-head"
    )
    back = dcc.Link("All portfolios", href=tables.address(EVERY, clocks), className="es-link")
    return html.Section(
        [heading, *_sentences(found), _signatures(found), *_acting(found, clocks, actor), html.P(back)],
        className="es-section es-full es-sign-head",
    )


def _sentences(found: Signed) -> list[Component]:
    first = found.signature
    if found.is_altered_now:
        return [_told_of_altered("The stored figures are not those that were signed")]
    # What was altered before it was reopened stays in sight, and takes nothing from what is signed since.
    before = [_told_of_altered("Figures stored before it was reopened are not those that were signed")]
    parts: list[Component] = before if found.altered else []
    if first is None:
        again = "It was reopened and must be prepared anew. " if found.steps else ""
        return [*parts, html.P(f"{again}Nobody has signed these figures yet: they are as known now.")]
    said = f"Signed for the figures as known at {text.moment(first.known_at)}."
    if not found.differs:
        return [*parts, html.P(f"{said} They would be found the same now.")]
    return [
        *parts,
        html.P(said),
        notice(
            "Something recorded since has changed figures of this day. What was signed stays as it is; below are "
            "both and their difference.",
            kind="warn",
        ),
    ]


def _told_of_altered(what: str) -> Component:
    words = f"{what}: their digest says otherwise. Tell the auditor; the audit log holds the digest of each signature."
    return notice(words, kind="warn")


def _signatures(found: Signed) -> Component:
    taken = {row.step: row for row in current(found.steps)}
    items = []
    for step in ORDER:
        row = taken.get(step.value)
        who = f"{row.by}, {text.moment(row.recorded_at)}" if row else "not yet"
        mark = badge(step.value, "good" if row else "neutral")
        note = html.P(html.Q(row.note), className="es-version-reason") if row and row.note else None
        items.append(html.Li([mark, html.Span(who), note], className="es-sign-done" if row else ""))
    return html.Ol(items, className="es-sign-steps")


def _acting(found: Signed, clocks: Clocks, actor: Actor) -> list[Component]:
    """Note and buttons; only the steps that are the reader's, and none in a view of the past."""
    mine = steps_open(found.round, actor) if clocks.live else ()
    if not mine:
        return [html.Div(id=Ids.SAID, role="status"), _why_not(found, clocks, actor)]
    needed = "needed to reopen" if Step.REOPENED in mine else "if there is something to say"
    note = dbc.Input(id=Ids.NOTE, size="sm", maxLength=1000, placeholder=f"Note ({needed})")
    buttons = [
        html.Button(
            LABELS[step], id=step_id(step.value), type="button",
            className="btn btn-sm " + ("btn-outline-secondary" if step is Step.REOPENED else "btn-primary"),
        )
        for step in mine
    ]  # fmt: skip
    return [
        html.Div(
            [
                html.Label([html.Span("Note", className="es-label"), note], className="es-control es-control-wide"),
                html.Div(buttons, className="es-repair-buttons"),
            ],
            className="es-decision",
        ),
        html.Div(id=Ids.SAID, role="status"),
    ]  # fmt: skip


def _why_not(found: Signed, clocks: Clocks, actor: Actor) -> Component:
    if not clocks.live:
        return html.P("You look at what was known earlier; sign in the live view.", className="es-note")
    if found.round.is_approved:
        return html.P("All three have signed.", className="es-note")
    if actor.username in found.round.by:
        return html.P("You have signed; the next step is for somebody else.", className="es-note")
    return html.P("The next step is for people with another role.", className="es-note")


def _figures(found: Signed) -> Component:
    first = found.signature
    heads = ["Figure", "As signed", "Now", "Difference"] if first else ["Figure", "Now"]
    head = html.Tr(
        [html.Th(name, scope="col", className="es-right" if at else "") for at, name in enumerate(heads)]
    )
    rows = [html.Tr(_row(one, first.id if first else None)) for one in found.figures]
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="es-table es-sign-figures")
    digest = (
        html.P(["SHA-256 of what was signed: ", html.Code(first.digest)], className="es-note es-digest")
        if first
        else None
    )
    return section(
        "What the signatures stand for",
        [html.Div(table, className="es-table-scroll", tabIndex=0), *([digest] if digest else [])],
        note="Of the portfolio with all below it. A click on a figure opens its rows; adjustments are not within them.",
    )


def _row(one: Compared, number: int | None) -> list[Component]:
    found = one.any
    name = [html.Span(found.title), html.Div(found.note, className="es-note") if found.note else None]
    cells: list[Component] = [html.Th(name, scope="row")]
    if number is not None:
        cells.append(_cell(_signed(one, number), one.then))
    cells.append(_cell(_now(one.now), one.now))
    if number is not None:
        cells.append(_cell(_difference(one, number), one.any if one.differs else None))
    return cells


def _cell(figure: Component | str, of: Figure | None) -> Component:
    unit = "" if of is None or of.is_share or of.value is None else of.unit
    return html.Td(
        [figure, html.Span(f" {unit}", className="es-unit") if unit else None], className="es-right"
    )


def _now(figure: Figure | None) -> Component | str:
    if figure is None:
        return "not any more"
    return shown(Shown(metric(figure.metric), figure.value, figure.unit, figure.params, figure.note))


def _signed(one: Compared, number: int) -> Component | str:
    if one.then is None:
        return "not signed"
    if one.then.value is None:
        return html.Span("no data", className="es-empty-number", title=one.then.note)
    which = metrics.SIGNED_SHARE if one.then.is_share else metrics.SIGNED
    written = text.figure_text(metric(one.then.metric), one.then.value, one.then.unit)
    return passport_button(which, written, {"sign_off": number, "figure": one.then.key})


def _difference(one: Compared, number: int) -> Component | str:
    if not one.differs:
        return html.Span("none", className="es-note")
    if one.difference is None:
        return "found since" if one.now and one.now.value is not None else "no value now"
    which = metrics.DIFFERENCE_SHARE if one.any.is_share else metrics.DIFFERENCE
    written = _signed_text(metric(one.any.metric), one.difference, one.any.unit)
    of = metric(one.any.metric)
    colour = tone(one.difference, signed=of.signed and of.coloured)
    return passport_button(which, written, {"sign_off": number, "figure": one.any.key}, class_name=colour)


def _signed_text(of: Metric, value: float, unit: str) -> str:
    written = text.figure_text(of, value, unit)
    return f"+{written}" if value > 0 and not written.startswith("+") else written


def _beside(found: Signed, listed: Sequence[Adjustment], clocks: Clocks, actor: Actor) -> Component:
    parts: list[Component | None] = [html.Div(id=Ids.DECIDED, role="status")]
    if listed:
        parts += [
            *_totals(found),
            data_grid(
                Ids.ADJUSTMENTS, tables.adjustment_table(GridQuery(), listed, clocks), clocks=clocks.query(),
                params={"portfolio": found.portfolio, "day": "1"}, searchable=False, caption="Adjustments",
            ),
        ]  # fmt: skip
    else:
        parts.append(notice("There is no adjustment beside the figures of this day."))
    if found.signature is not None and found.beside != found.beside_now:
        parts.append(notice("Adjustments have been approved since it was signed.", kind="warn"))
    parts += [_decision(one) for one in listed if one.options]
    if actor.can(Permission.ADJUST_PROPOSE) and clocks.live:
        parts.append(_form(found))
    return section(
        "Adjustments beside the figures",
        [part for part in parts if part is not None],
        note=tables.BESIDE,
    )


def _totals(found: Signed) -> list[Component]:
    """Return what is approved beside each figure; amounts beside different figures are never added up."""
    totals = adjustment_service.totals(found.beside_now)
    if not totals:
        return [html.P("None of them is approved.")]
    items = []
    for one in totals:
        params = {"portfolio": found.portfolio, "metric": one.metric}
        tile = Shown(metrics.ADJUSTED, float(one.amount), metrics.ADJUSTED.unit, params)
        items.append(html.Li([f"Beside {one.title}: ", shown(tile), html.Span(" EUR", className="es-unit")]))
    return [html.P("Approved, all together:"), html.Ul(items)]


def _decision(one: Adjustment) -> Component:
    looks = {Decision.APPROVED: "btn-primary", Decision.REJECTED: "btn-outline-danger"}
    names = {Decision.APPROVED: "Approve", Decision.REJECTED: "Reject", Decision.WITHDRAWN: "Withdraw"}
    note = dbc.Input(
        id=words_id(one.row.id), size="sm", maxLength=1000, placeholder="Note (needed to reject)"
    )
    buttons = [
        html.Button(
            names[option], id=decide_id(one.row.id, option.value), type="button",
            className=f"btn btn-sm {looks.get(option, 'btn-outline-secondary')}",
        )
        for option in one.options
    ]  # fmt: skip
    row = one.row
    amount = text.number(float(row.amount), signed=True)
    words = (
        f"Adjustment {row.id}: {amount} {row.currency} beside {one.metric_title.lower()} of {row.portfolio}"
    )
    return html.Div(
        [
            html.P(words),
            html.Label([html.Span("Note", className="visually-hidden"), note]),
            html.Div(buttons, className="es-repair-buttons"),
        ],
        className="es-decision es-limit-item",
    )


def _form(found: Signed) -> Component:
    options = [{"value": key, "label": title} for key, title in adjustment_service.METRICS.items()]
    fields = [
        _labelled("Beside", dbc.Select(id=Ids.METRIC, size="sm", value=next(iter(adjustment_service.METRICS)),
                                       options=options)),
        _labelled("Amount, EUR", dbc.Input(id=Ids.AMOUNT, size="sm", value="", maxLength=40,
                                           placeholder="such as -125,000.00")),
    ]  # fmt: skip
    reason = dbc.Textarea(
        id=Ids.REASON, size="sm", rows=2, maxLength=1000, placeholder="Why? The second person decides by it."
    )
    return html.Details(
        [
            html.Summary("Propose an adjustment"),
            html.Div(fields, className="es-repair-cells"),
            html.Div(_labelled("Reason", reason), className="es-change-why"),
            html.Div(
                html.Button("Propose it", id=Ids.PROPOSE, type="button", className="btn btn-sm btn-primary"),
                className="es-repair-buttons",
            ),
            html.Div(id=Ids.PROPOSED, role="status"),
        ],
        className="es-change-form",
        title=f"Beside a figure of {found.portfolio}",
    )


def _labelled(label: str, control: Component) -> html.Label:
    return html.Label(
        [html.Span(label, className="es-label"), control], className="es-control es-control-wide"
    )


def _history(found: Signed) -> Component | None:
    if not found.steps:
        return None
    items = [
        html.Li(
            [
                html.Div(
                    [html.Strong(row.step.capitalize()), badge("altered", "bad") if not is_intact(row) else None],
                    className="es-version-head",
                ),
                html.P(f"{text.moment(row.recorded_at)} by {row.by}, figures as known at {text.moment(row.known_at)}",
                       className="es-note"),
                html.P(html.Q(row.note), className="es-version-reason") if row.note else None,
                html.P(html.Code(row.digest), className="es-note es-digest"),
            ],
            className="es-version",
        )
        for row in reversed(found.steps)
    ]  # fmt: skip
    note = "The newest first. Nothing is deleted or changed; the audit log holds each digest too."
    return section("What happened", [html.Ol(items, className="es-versions", reversed=True)], note=note)
