"""Market > Import: a file is dropped, looked at, and taken in by a job of its own."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from dash import ALL, Input, Output, State, no_update
from dash.development.base_component import Component

from components.importing import AS_FOUND, preview_card, report_card
from components.page import body_id, section
from components.shell import IMPORTED
from components.states import notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.config import settings
from portal.core.errors import DomainError, EnerscopeError, NotFound
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services import clocks as clock_service
from portal.services import ingest, runtime
from portal.web import jobs
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback
from portal.web.views import body, grid

FEW = GridQuery(limit=10)
_LABELS = {
    "instrument": "Instrument",
    "unit": "Unit",
    "timezone": "Time zone",
    "date-order": "Date order",
    "decimal": "Decimal mark",
    "delimiter": "Delimiter",
    "encoding": "Encoding",
    "sheet": "Sheet",
    "base": "Base currency",
    "column": "Columns",
    "keep-good": "Store the good rows",
}
SHOWN = 50
"""Problems that the report lists; Data quality has all of them."""


class Ids(StrEnum):
    """The body, its grid, and the parts of the page."""

    BODY = "market-import"
    RECENT = "market-import-recent"
    UPLOAD = "market-import-upload"
    STAGED = "market-import-staged"
    KIND = "market-import-kind"
    SWITCHES = "market-import-switches"
    PREVIEW = "market-import-preview"
    START = "market-import-start"
    STOP = "market-import-stop"
    PROGRESS = "market-import-progress"
    BAR = "market-import-bar"
    WORDS = "market-import-words"
    REPORT = "market-import-report"


ANSWER = "market-import-answer"
ANSWERS = (
    "instrument", "unit", "timezone", "encoding", "sheet", "base", "source", "date_order", "decimal", "delimiter",
)  # fmt: skip
"""What the form may answer; nothing else that a browser sends is passed on."""


def answer_id(name: str) -> dict[str, str]:
    """Return the id of the input for the answer ``name``."""
    return {"type": ANSWER, "name": name}


def upload_limit() -> int:
    """Return the largest file that the page takes, in megabytes."""
    return settings().upload_mb


def view(query: Mapping[str, str]) -> tuple[Clocks, list[Component]]:
    """Return the clocks of the page and its list of past imports."""
    clocks = clock_service.resolve(query)
    jobs.warm_up()
    return clocks, draw({}, clocks, current_actor())


@body(Ids.BODY, permission=Permission.DATA_IMPORT)
def draw(_filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the past imports."""
    table = ingest.recent_imports(FEW, actor, clocks.known_at)
    if not table.rows:
        return [section("Recent imports", [notice("No file was imported yet.")])]
    shown = data_grid(
        Ids.RECENT, table, clocks=clocks.query(), query=FEW, caption="Files that were imported, or refused"
    )
    return [section("Recent imports", [shown])]


@grid(Ids.RECENT, title="Imports", permission=Permission.DATA_IMPORT)
def load_recent(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return past imports."""
    return ingest.recent_imports(query, actor, clocks.known_at)


@guarded_callback(
    Output(Ids.STAGED, "data"),
    Output(Ids.REPORT, "children"),
    Input(Ids.UPLOAD, "contents"),
    State(Ids.UPLOAD, "filename"),
    State(Ids.STAGED, "data"),
    permission=Permission.DATA_IMPORT,
    prevent_initial_call=True,
)
def receive(contents: str | None, name: str | None, before: Mapping[str, str] | None) -> Any:
    """Keep the dropped file for this user, and let go of the one before."""
    if not contents:
        return no_update, no_update
    actor = current_actor()
    try:
        content = base64.b64decode(contents.partition(",")[2], validate=True)
        token = ingest.stage(content, name or "upload", actor)
    except (binascii.Error, DomainError) as problem:
        words = (
            problem.message
            if isinstance(problem, DomainError)
            else "The file did not arrive whole. Drop it again."
        )
        return None, notice(words, kind="warn")
    if before:
        ingest.discard(before.get("token", ""), actor)
    return {"token": token, "name": name or "upload"}, None


@guarded_callback(
    Output(Ids.PREVIEW, "children"),
    Output(Ids.START, "disabled"),
    Input(Ids.STAGED, "data"),
    Input(Ids.KIND, "value"),
    Input({"type": ANSWER, "name": ALL}, "value"),
    State({"type": ANSWER, "name": ALL}, "id"),
    permission=Permission.DATA_IMPORT,
    prevent_initial_call=True,
)
def look(
    staged: Mapping[str, str] | None, kind: str, answers: Sequence[Any], ids: Sequence[Mapping[str, str]]
) -> Any:
    """Show how the file would be read with the answers as they stand."""
    if not staged:
        return None, True
    actor = current_actor()
    try:
        options = _options(answers, ids, ())
        seen = ingest.preview_file(kind, ingest.staged_file(staged["token"], actor), options, actor=actor)
    except (DomainError, NotFound) as problem:
        return notice(problem.message, kind="warn"), True
    card = preview_card(
        staged["name"],
        seen.size,
        seen.facts,
        seen.heading,
        seen.rows,
        refusal=_in_words_of_the_form(seen.problem.message) if seen.problem else "",
        notes=[note.message for note in seen.notes],
    )
    return card, seen.problem is not None


@guarded_callback(
    Output(
        IMPORTED, "data"
    ),  # in the frame: an output in the page would veil it, and the button that stops the run
    Input(Ids.START, "n_clicks"),
    State(Ids.STAGED, "data"),
    State(Ids.KIND, "value"),
    State({"type": ANSWER, "name": ALL}, "value"),
    State({"type": ANSWER, "name": ALL}, "id"),
    State(Ids.SWITCHES, "value"),
    permission=Permission.DATA_IMPORT,
    background=True,
    prevent_initial_call=True,
    running=[
        (Output(Ids.START, "disabled"), True, False),
        (Output(Ids.PROGRESS, "hidden"), False, True),
        (Output(Ids.REPORT, "hidden"), True, False),
    ],
    cancel=[Input(Ids.STOP, "n_clicks")],
    progress=[Output(Ids.BAR, "value"), Output(Ids.WORDS, "children")],
    progress_default=(0, ""),
)
def take_in(
    set_progress: Callable[[tuple[int, str]], None],
    clicks: int | None,
    staged: Mapping[str, str] | None,
    kind: str,
    answers: Sequence[Any],
    ids: Sequence[Mapping[str, str]],
    switches: Sequence[str],
) -> Any:
    """Import the file in a process of its own; what became of it is on record even if nobody waits for the answer."""
    if not clicks or not staged:
        return no_update
    with runtime.borrowed_database(settings()):
        try:
            return _taken_in(set_progress, staged, kind, _options(answers, ids, switches))
        except EnerscopeError as problem:
            return {"refusal": problem.message}


def _taken_in(
    set_progress: Callable[[tuple[int, str]], None],
    staged: Mapping[str, str],
    kind: str,
    options: ingest.ImportOptions,
) -> dict[str, Any]:
    """Import the file; return what its report shows, and whether the staged file is gone."""
    actor = current_actor()
    report = ingest.import_file(
        kind,
        ingest.staged_file(staged["token"], actor),
        options,
        actor=actor,
        on_progress=jobs.teller(set_progress),
        file_name=staged["name"],
    )
    stays = report.status == "refused" or report.dry_run  # for another answer
    if not stays:
        ingest.discard(staged["token"], actor)
    return {"report": _report(report), "gone": not stays}


@guarded_callback(
    Output(Ids.REPORT, "children", allow_duplicate=True),
    Output(body_id(Ids.BODY), "children", allow_duplicate=True),
    Output(Ids.STAGED, "data", allow_duplicate=True),
    Input(IMPORTED, "data"),
    permission=Permission.DATA_IMPORT,
    prevent_initial_call=True,
)
def show(answer: Mapping[str, Any] | None) -> Any:
    """Show what became of an import, and the list of past ones; a page that was left finds it in the list."""
    if not answer:
        return no_update, no_update, no_update
    found = read_filters(answer)
    if "report" not in found:
        return notice(str(found["refusal"]), kind="warn"), no_update, no_update
    recent = draw({}, clock_service.resolve({}), current_actor())
    return _card(found["report"]), recent, None if found["gone"] else no_update


def _in_words_of_the_form(message: str) -> str:
    """Return a message of the readers with the inputs of the page in place of the command line's options."""
    for option, label in _LABELS.items():
        message = message.replace(f"--{option}", f"“{label}”")
    return message


def _options(
    answers: Sequence[Any], ids: Sequence[Mapping[str, str]], switches: Sequence[str]
) -> ingest.ImportOptions:
    given = {
        item["name"]: str(value).strip()
        for item, value in zip(ids, answers, strict=True)
        if value and value != AS_FOUND
    }
    texts: dict[str, Any] = {name: given.get(name) for name in ANSWERS}
    columns = _pairs(given.get("column", ""))
    return ingest.ImportOptions(
        **texts, columns=columns, keep_good="keep_good" in switches, dry_run="dry_run" in switches
    )


def _pairs(text: str) -> dict[str, str]:
    """Read ``price=Settle, time=Trade date``.

    Raises
    ------
    DomainError
        A part is no pair.
    """
    pairs = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        role, mark, name = part.partition("=")
        if not mark or not role.strip() or not name.strip():
            raise DomainError(f"'{part}' names no column. Write it as price=NAME, several apart by commas.")
        pairs[role.strip()] = name.strip()
    return pairs


def _report(report: ingest.ImportReport) -> dict[str, Any]:
    """Return what the card of a report says, as plain values."""
    counts = {
        "Rows read": report.rows_read,
        "Accepted": report.rows_accepted,
        "Quarantined": report.rows_quarantined,
        "Duplicate": report.rows_duplicate,
        "Empty": report.rows_empty,
        "Facts recorded": report.rows_stored,
    }
    figures = {label: f"{count:,}" for label, count in counts.items()}
    if report.first:
        figures["From, to"] = f"{report.first} to {report.last}"
    if report.instruments:
        names = report.instruments
        figures["Series"] = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    problems = [problem.to_json() for problem in report.problems[:SHOWN]]
    for problem in problems:
        problem["message"] = _in_words_of_the_form(problem["message"])
    return {
        "summary": _in_words_of_the_form(report.summary()),
        "refused": report.status == "refused",
        "figures": figures,
        "problems": problems,
        "more": len(report.problems) - len(problems),
    }


def _card(said: Mapping[str, Any]) -> Component:
    return report_card(
        str(said["summary"]),
        refused=bool(said["refused"]),
        figures=said["figures"],
        problems=said["problems"],
        more=int(said["more"]),
    )
