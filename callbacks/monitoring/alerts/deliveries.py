"""The messages of Monitoring > Alerts and deliveries: figures, those that were given up, one with its attempts, all."""

from collections.abc import Mapping
from typing import Any

from dash.development.base_component import Component

from callbacks.monitoring.alerts.ids import Ids
from components.deliveries import dead_card, message_card
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import empty, notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.monitoring import delivery_metrics as metrics
from portal.services.monitoring import delivery_tables as tables
from portal.web.views import grid

PAGE = GridQuery(limit=25)


def sections(clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the figures of messages, those that were given up, and the list."""
    rows = tables.table(PAGE, actor)
    whose = "Yours and those of others" if actor.can(Permission.MONITORING_READ) else "Yours"
    if not rows.total:
        told = empty(
            "No message yet",
            "Whoever wants to be told adds a channel under Monitoring > Notifications: e-mail, Telegram, WhatsApp, "
            "SMS, Slack, Teams or a webhook.",
        )
        return [section("Deliveries", [told])]
    dead = tables.given_up(actor)
    found: list[Component] = [_tiles(actor)]
    found += [
        dead_card(
            one.id, subject=one.subject, to=one.to, error=one.error, attempts=one.attempt,
            written_at=one.written_at, may_retry=one.may_retry, link=f"{tables.PATH}?message={one.id}",
        )
        for one in dead
    ]  # fmt: skip
    found.append(
        data_grid(Ids.DELIVERIES, rows, clocks=clocks.query(), query=PAGE, caption="Messages to people")
    )
    return [
        section(
            "Deliveries", found, note=f"{whose}. A message that does not arrive is tried again by itself."
        )
    ]


def opened(number: str, actor: Actor) -> list[Component]:
    """Return one message with its attempts; a sentence when there is none to be seen."""
    if not number:
        return []
    try:
        found = tables.one(int(number) if number.isdecimal() else 0, actor)
    except NotFound as problem:
        return [notice(problem.message, kind="warn")]
    card = message_card(
        found.id, subject=found.subject, text_of=found.text, to=found.to, words=found.words, state=found.state,
        error=found.error, attempt=found.attempt, most_attempts=found.most_attempts, written_at=found.written_at,
        not_before=found.not_before, sent_at=found.sent_at, attachment=found.attachment,
        may_retry=found.may_retry, attempts=[(one.attempt, one.outcome, one.error, one.at) for one in found.attempts],
    )  # fmt: skip
    return [section(f"Message {found.id}", [card])]


def _tiles(actor: Actor) -> Component:
    found = tables.figures(actor)
    params = {"moment": found.moment.isoformat()}
    lost = "Put the cause right and send them again" if found.given_up else ""
    return kpi_row(
        [
            kpi_tile("Under way", Shown(metrics.UNDER_WAY, found.under_way, "messages", params)),
            kpi_tile("Given up", Shown(metrics.GIVEN_UP, found.given_up, "messages", params), alert=lost),
            kpi_tile("Arrived, last 24 h", Shown(metrics.ARRIVED, found.arrived, "messages", params)),
            kpi_tile("At the first attempt", Shown(metrics.FIRST_TIME, found.first_time, "", params)),
            kpi_tile("Time to arrive", Shown(metrics.SECONDS, found.seconds, "s", params)),
        ]
    )


@grid(Ids.DELIVERIES, title="Messages to people", permission=Permission.SIGNED_IN)
def load(query: GridQuery, _filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> Table:
    """Return the messages that the reader sees, as sorted, filtered and paged."""
    return tables.table(query, actor)
