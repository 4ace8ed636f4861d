"""One hit: what was seen, which tests were met, the timeline of orders, and the events."""

from dash import dcc, html
from dash.development.base_component import Component

from callbacks.compliance.surveillance.ids import Ids
from components.chart import chart_card
from components.charts.orders import order_figure
from components.kpi import kpi_row, kpi_tile
from components.number import shown
from components.page import section
from components.states import badge
from components.table import data_grid
from components.trade import facts
from portal.core.clock import Clocks
from portal.core.format import moment
from portal.core.metrics import Shown
from portal.core.table import GridQuery
from portal.domain.compliance import surveillance_metrics as metrics
from portal.domain.compliance.detectors import all_detectors
from portal.services.compliance import surveillance_tables as tables
from portal.services.compliance.case_tables import address_of as case_address
from portal.services.compliance.surveillance_page import HitDetail, SurveillanceAsk
from portal.services.compliance.surveillance_timeline import as_events, close_up

TONES = {"undecided": "warn", "confirmed": "bad", "false positive": "neutral", "accepted": "good"}
PAGE = GridQuery(limit=50)


def one_hit(found: HitDetail, ask: SurveillanceAsk, clocks: Clocks) -> list[Component | None]:
    """Return the parts of the page for one hit."""
    row, params = found.row, ask.params()
    near = close_up(found)
    return [
        _summary(found, clocks),
        chart_card(
            f"Close-up in {row.contract}, {row.started_at:%Y-%m-%d}",
            order_figure(near, found.unit, keep=f"near{row.id}"),
            grid=Ids.CLOSE_UP, clocks=clocks.query(), params=params, simulated=row.simulated,
            note="The densest part of the evidence. Lines run from the entry of an order to its end; times are UTC.",
        ) if near else None,
        chart_card(
            f"Orders in {row.contract}, {row.started_at:%Y-%m-%d}",
            order_figure(as_events(found), found.unit, keep=f"hit{row.id}"),
            grid=Ids.TIMELINE, clocks=clocks.query(), params=params, simulated=row.simulated,
            note="The evidence is drawn strongly, everything else in the contract faintly.",
            source="Orders, fills and quotes as the venue sent them",
        ),
        section(
            "Events",
            [
                data_grid(
                    Ids.EVENTS, tables.event_table(PAGE, found), clocks=clocks.query(), params=params, query=PAGE,
                    caption="Events around the hit",
                )
            ],
            note="Everything in this contract around the hit, in the order of time. Prices in "
            f"{found.unit or 'the unit of the contract'}.",
        ),
    ]  # fmt: skip


def _summary(found: HitDetail, clocks: Clocks) -> Component:
    row = found.row
    detector, state = all_detectors()[row.detector], tables.state_of(row, clocks)
    case: Component | str = "none"
    if row.case_id is not None:
        case = dcc.Link(f"Case {row.case_id}", href=case_address(row.case_id, clocks))
    score = Shown(metrics.SCORE, row.score, "tests", {"hit": row.id})
    return section(
        f"{detector.title}: {row.subject}",
        [
            html.P([row.message, " ", badge(state, TONES[state])]),
            facts(
                [
                    ("From", moment(row.started_at)),
                    ("To", moment(row.ended_at)),
                    ("Rule", f"{row.detector}, version {row.detector_version}"),
                    ("Law", detector.law),
                    ("Case", case),
                    ("Tests met", shown(score)),
                ]
            ),
            html.Ul([html.Li(test) for test in row.evidence["tests"]], className="es-note"),
            _measured(found),
            html.P(
                dcc.Link("All hits", href=f"{tables.PATH}?{_query(clocks)}"),
                className="es-note",
            ),
        ],
    )


def _query(clocks: Clocks) -> str:
    return "&".join(f"{name}={value}" for name, value in clocks.query().items())


def _measured(found: HitDetail) -> Component:
    """What the detector measured, each figure with its passport."""
    return kpi_row([kpi_tile(title, item) for title, item in tables.measured_shown(found.row)])
