"""The body of Compliance > KYC: all counterparties, one of them, or one hit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from callbacks.compliance.kyc import cards
from callbacks.compliance.kyc.hit import one_hit
from callbacks.compliance.kyc.ids import Ids
from callbacks.compliance.kyc.one import one_party
from components.states import empty, notice
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.compliance import kyc_files, screening_hits
from portal.services.compliance import kyc_tables as tables
from portal.web.actor import current_actor
from portal.web.views import body

EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first."""

    clocks: Clocks
    party: str
    parties: list[tuple[str, str]]
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor, clocks = current_actor(), clock_service.resolve(query)
    known = [
        (item.row.code, f"{item.row.code}: {item.row.name}") for item in kyc_files.parties(clocks, actor)
    ]
    asked = {name: str(query.get(name) or "") for name in ("party", "hit")}
    options = [(EVERYBODY, "All counterparties"), *sorted(known)]
    party = asked["party"] if asked["party"] in dict(options) else EVERYBODY
    return View(clocks, party, options, draw(asked, clocks, actor))


@body(Ids.BODY, permission=Permission.COMPLIANCE_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return all counterparties, or the one or the hit that is asked for."""
    asked = {name: str(filters.get(name) or "") for name in ("party", "hit")}
    state = dcc.Store(id=Ids.STATE, data={**asked, "clocks": clocks.query()})
    try:
        if asked["hit"]:
            return [state, *_hit(asked["hit"], clocks, actor)]
        if asked["party"] not in ("", EVERYBODY):
            return [state, *one_party(kyc_files.party_file(asked["party"], clocks, actor), clocks, actor)]
    except NotFound as refusal:
        return [state, empty("Not here", f"{refusal.message} Choose one from the list.")]
    found = tables.desk(clocks, actor)
    may = clocks.live and actor.can(Permission.COMPLIANCE_DECIDE)
    parts = [cards.tiles(found), cards.hits(found), cards.parties(found), cards.lists(found, may_import=may)]
    if may:
        parts += [html.Div(id=Ids.SAID, role="status"), cards.register_form()]
    return [state, *parts]


def _hit(asked: str, clocks: Clocks, actor: Actor) -> list[Component]:
    if not asked.isdecimal() or len(asked) > 15:
        raise NotFound(f"There is no hit '{asked[:40]}'.")
    return one_hit(screening_hits.hit(int(asked), clocks, actor), clocks, actor)


def again(said: str, state: Mapping[str, Any], actor: Actor) -> list[Component]:
    """Return the body anew, under a sentence about what was done."""
    pair = state.get("clocks")
    clocks = clock_service.resolve(pair if isinstance(pair, Mapping) else {})
    return [notice(said), *draw(state, clocks, actor)]
