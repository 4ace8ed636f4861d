"""The parts of Monitoring > Health: what is wrong first, with its reason, since when, and what it touches."""

from collections.abc import Sequence
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from components.attributes import attributes
from components.states import badge
from portal.core import format as text

WORDS = {"good": "well", "warning": "in trouble", "bad": "down", "unknown": "not known"}
TONES = {"good": "good", "warning": "warn", "bad": "bad", "unknown": "neutral"}
_UNITS = (("share", 100, 1, "%"), ("bytes", 1e-6, 1, "MB"), ("seconds", 1, 3, "s"), ("hours", 1, 1, "h"))
MINUTE, HOUR, DAY = 60, 3600, 86_400


def for_how_long(since: datetime, now: datetime) -> str:
    """Return how long something lasts: under a minute, 4 min, 2 h 5 min, 3 days."""
    seconds = max(0, int((now - since).total_seconds()))
    if seconds < MINUTE:
        return "under a minute"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min"
    if seconds < 2 * DAY:
        return f"{seconds // HOUR} h {seconds % HOUR // MINUTE} min"
    return f"{seconds // DAY} days"


def since_words(since: datetime, now: datetime, *, is_recorded: bool) -> str:
    """Return since when, to the second of today, and for how long; ``is_recorded`` False says that it may be longer."""
    form = "%H:%M:%S" if since.date() == now.date() else "%Y-%m-%d %H:%M"
    known = "since" if is_recorded else "seen since"
    return f"{known} {since.strftime(form)} UTC, {for_how_long(since, now)}"


def sentence(words: str) -> str:
    """Return ``words`` with a capital letter at the beginning."""
    return words[:1].upper() + words[1:]


def light(state: str) -> html.Span:
    """Return the traffic light of a state: a colour, a shape and, for readers of the screen, the word."""
    return html.Span(
        className=f"es-light es-light-{state}",
        role="img",
        title=WORDS[state],
        **attributes({"aria-label": WORDS[state]}),
    )


def verdict(state: str, sentence: str, looked: Component) -> html.Div:
    """Return the first line of the page: how it stands, in one sentence."""
    return html.Div(
        [light(state), html.P(sentence, className="es-health-sentence"), looked],
        className=f"es-health-verdict es-health-{state}",
        role="status",
    )


def trouble_card(
    code: str, *, title: str, state: str, reason: str, since: str, pages: Sequence[tuple[str, str]],
    jobs: Sequence[str], followers: Sequence[str], owner: str, facts: Sequence[tuple[str, str]], link: str,
) -> html.Article:  # fmt: skip
    """Return the card of one trouble; ``pages`` are words and addresses ("" for none) of what it touches."""
    return html.Article(
        [
            html.Div(
                [
                    light(state),
                    html.Span(title, className="es-health-title"),
                    badge(WORDS[state], TONES[state]),
                ],
                className="es-health-head",
            ),
            html.H3(reason),
            html.P(since, className="es-health-since"),
            _touches(pages, jobs),
            html.P(
                [html.Span("Not known because of it: ", className="es-label"), ", ".join(followers)],
                className="es-health-followers",
            )
            if followers
            else None,
            _details(code, owner, facts, link),
        ],
        className=f"es-health-card es-health-{state}",
        **attributes({"data-service": code, "data-state": state}),
    )


def _touches(pages: Sequence[tuple[str, str]], jobs: Sequence[str]) -> Component | None:
    if not pages and not jobs:
        return None
    parts: list[Component | str] = [html.Span("Touches: ", className="es-label")]
    for words, address in pages:
        parts += [dcc.Link(words, href=address) if address else words, ", "]
    if jobs:
        parts += [f"{len(jobs)} kind{'s' if len(jobs) > 1 else ''} of jobs", ", "]
    return html.P(parts[:-1], className="es-health-touches")


def _details(code: str, owner: str, facts: Sequence[tuple[str, str]], link: str) -> html.Details:
    rows = [("Service", code), ("Answers for it", owner), *facts]
    lines: list[Component] = []
    for name, value in rows:
        lines += [html.Dt(name), html.Dd(value)]
    return html.Details(
        [
            html.Summary("Details"),
            html.Dl(lines, className="es-facts"),
            dcc.Link("Open its page", href=link) if link else None,
        ],
        className="es-health-details",
    )


def well_row(code: str, *, title: str, reason: str, since: str) -> html.Tr:
    """Return the line of a service that is well."""
    return html.Tr(
        [
            html.Td([light("good"), html.Span(title, className="es-health-title")]),
            html.Td(reason),
            html.Td(since, className="es-health-since"),
        ],
        **attributes({"data-service": code, "data-state": "good"}),
    )


def well_table(rows: Sequence[Component]) -> html.Table:
    """Return the services that are well, one line each."""
    head = html.Thead(html.Tr([html.Th("Service"), html.Th("Found"), html.Th("Since")]))
    return html.Table([head, html.Tbody(list(rows))], className="es-health-well")


def looked_words(moment: datetime) -> str:
    """Return when everything was looked at."""
    return f"Looked at {moment:%H:%M:%S} UTC"


def fact_words(name: str, value: object) -> tuple[str, str]:
    """Return a fact of a reading as people read it: ``free_share`` 0.04 as free, 4.0 %."""
    words = name.replace("_", " ").strip().capitalize()
    if isinstance(value, bool):
        return words, "yes" if value else "no"
    if isinstance(value, (int, float)):
        for end, unit in (("share", "%"), ("bytes", "MB"), ("seconds", "s"), ("hours", "h")):
            if name.endswith(end):
                scaled = value * 100 if end == "share" else value / 1e6 if end == "bytes" else value
                return words.removesuffix(
                    f" {end}"
                ), f"{text.number(float(scaled), 1 if end != 'seconds' else 3)} {unit}"
        return words, text.number(float(value), 0 if float(value).is_integer() else 3)
    return words, text.NO_DATA if value is None else str(value)
