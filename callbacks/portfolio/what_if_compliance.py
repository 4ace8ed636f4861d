"""What the rules would say of the deals of a what-if: one verdict a line, in the rules' own sentences."""

from dash import html
from dash.development.base_component import Component

from components.page import section
from components.states import badge
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.domain.compliance.base import REGIMES
from portal.services.compliance import pretrade
from portal.services.compliance.pretrade import Said
from portal.services.portfolio.what_if import Answer

WORDS = {"block": "would be refused", "flag": "would be looked at", "allow": "allowed"}
TONES = {"block": "bad", "flag": "warn", "allow": "good", "data gap": "neutral", "report": "info"}
NOTE = "All rules of the regimes that apply, as a trade entered now. Nothing is recorded."


def compliance_card(answer: Answer, clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the card; none where no line adds a trade."""
    said = pretrade.check(answer, clocks, actor)
    if not said:
        return []
    return [section("Compliance before the trade", [html.Ul([_line(item) for item in said], className="es-versions")],
                    note=NOTE)]  # fmt: skip


def _line(item: Said) -> Component:
    found = [
        html.Li([badge(action, TONES[action]), " ", html.Strong(code), f" {sentence}"])
        for action, code, sentence in item.findings
    ]
    mark = badge(WORDS[item.decision], TONES[item.decision])
    falls = ", ".join(REGIMES[code] for code in item.regimes)
    return html.Li(
        [
            html.Div([html.Strong(item.text), mark], className="es-version-head"),
            html.Ul(found, className="es-list")
            if found
            else html.P("No rule says anything.", className="es-note"),
            html.P(f"Falls under: {falls}.", className="es-note"),
        ],
        className="es-version",
    )
