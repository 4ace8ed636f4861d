"""What can be pinned to a board: a metric with its parameters, or a card of a page with its inputs; never a value."""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.core.actor import Actor
from portal.core.errors import DomainError
from portal.services import evaluation, passports  # noqa: F401  (passports registers the evaluators)

METRIC, CARD = "metric", "card"
TITLE_LIMIT = 120  # characters
PARAMS_LIMIT = 8000  # characters of JSON
TILES = "tiles"
_CARD = re.compile(r"[a-z0-9_-]{1,80}(/[a-z0-9_-]{1,120}){1,2}")
_CLOCKS = frozenset({"as_of", "known_at"})


@dataclass(frozen=True, slots=True)
class Pin:
    """Something to look at again. ``ref`` is the id of a metric, or body and card as ``risk/risk-trend``.

    A tile of a page is its card ``tiles`` and the slug of its title: ``risk/tiles/exceptions``. ``id`` is 0 for a pin
    that is declared in code.
    """

    kind: str
    ref: str
    title: str
    params: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0

    @property
    def body(self) -> str:
        """Return the body of the page that draws a card."""
        return self.ref.partition("/")[0]

    @property
    def card(self) -> str:
        """Return the key of a card within its body."""
        return self.ref.split("/")[1]

    @property
    def tile(self) -> str:
        """Return the slug of the title of a tile; empty for a card as a whole."""
        return self.ref.split("/")[2] if self.ref.count("/") == 2 else ""


def clean_title(given: object, what: str) -> str:
    """Return a title on one line, without characters that are not seen or that turn the writing around.

    Raises
    ------
    DomainError
        Nothing is left, or it is too long.
    """
    shown = "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in str(given or ""))
    title = " ".join(shown.split())
    if not title:
        raise DomainError(f"The {what} has no title. Type one.")
    if len(title) > TITLE_LIMIT:
        raise DomainError(f"The title of the {what} has {len(title)} characters. Use {TITLE_LIMIT} or fewer.")
    return title


def checked(pin: Pin, actor: Actor) -> Pin:
    """Return ``pin`` as it may be stored: with a clean title and only parameters that it knows.

    The clocks are left out, since those of a board are its own. Whether a card exists is known to the pages alone.

    Raises
    ------
    DomainError, NotFound, NotPermitted
        It cannot be pinned, there is no such metric, or the actor may not see it.
    """
    title = clean_title(pin.title, "pin")
    if pin.kind == METRIC:
        actor.require(evaluation.evaluator(pin.ref).permission)
        params: Mapping[str, Any] = evaluation.clean_params(pin.ref, pin.params)
    elif pin.kind == CARD and _CARD.fullmatch(pin.ref) and (not pin.tile or pin.card == TILES):
        params = {name: value for name, value in pin.params.items() if name not in _CLOCKS}
    else:
        raise DomainError(
            "What the browser sent is nothing that can be pinned. Reload the page and pin it again."
        )
    if len(json.dumps(params)) > PARAMS_LIMIT:
        raise DomainError("The inputs of this card are too long to be pinned. Choose fewer of them.")
    return Pin(pin.kind, pin.ref, title, dict(params))
