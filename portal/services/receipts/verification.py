"""Check a receipt: is the file as it was issued, does its value follow from its rows, does a database still say so.

A digest proves that nobody changed the file by accident; whoever changes it on purpose can write new digests. So the
value is also computed again, from the rows in the file and, where a database can be reached, from its rows under the
receipt's clocks.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from math import isclose
from pathlib import Path
from typing import Any

from data.session import UnitOfWork
from portal import VERSION as CODE_VERSION
from portal.core import canonical
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, EnerscopeError, NotFound, UpstreamError
from portal.core.passport import Evaluation, Outcome
from portal.services import evaluation, passports, runtime
from portal.services.receipts import packs
from portal.services.receipts.document import SCHEMA, VERSION, field_digests, rows_field
from portal.services.receipts.verdict import Status, Verdict

AREAS = passports.AREAS  # their evaluators are what receipts are computed again with
LARGEST = 64 * 1024 * 1024
LONGEST_IMPORT = timedelta(hours=1)
SHAPE: Mapping[str, tuple[type, ...]] = {
    "schema": (str,),
    "version": (int,),
    "metric": (dict,),
    "subject": (str,),
    "params": (dict,),
    "clocks": (dict,),
    "value": (float, int, type(None)),
    "unit": (str,),
    "note": (str,),
    "steps": (list,),
    "rows": (dict,),
    "sources": (list,),
    "simulated": (bool,),
    "code_version": (str,),
    "issued_at": (str,),
    "actor": (dict,),
    "digests": (dict,),
    "sha256": (str,),
}


def verify(path: Path | str, *, actor: Actor = SYSTEM) -> Verdict:
    """Check the receipt in the file ``path``, or that of a pack; against the connected database too, when there is one.

    Nothing is raised for a bad file: the verdict says what is wrong with it.
    """
    try:
        content = _content(Path(path))
        if packs.is_pack(content):
            return packs.verify(Path(path).name, content)
        document = _document(Path(path).name, content)
    except ValueError as problem:
        return Verdict(Status.UNREADABLE, (str(problem),))
    verdict = _check_digests(document)
    if verdict.status is Status.VALID:
        verdict = _check_rows(document, verdict)
    if verdict.status is Status.VALID:
        verdict = _check_database(document, verdict, actor)
    return verdict


def _content(path: Path) -> bytes:
    """Return what the file ``path`` holds; a ValueError says why it cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as problem:
        raise ValueError(f"The file '{path}' cannot be read: {problem.strerror or problem}.") from None
    if len(content) > LARGEST:
        raise ValueError(f"'{path.name}' is larger than {LARGEST // 2**20} MB, which no receipt is.")
    return content


def _document(name: str, content: bytes) -> dict[str, Any]:
    """Return the receipt that ``content`` is; a ValueError says why it cannot be read as one."""
    try:
        document = canonical.decode(content)
        canonical.encode(document)
    except ValueError as problem:
        raise ValueError(
            f"'{name}' is not a whole JSON file ({problem}). It may have been cut off or damaged on its way: "
            "download it again."
        ) from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ValueError(f"'{name}' is not a receipt of Enerscope: its schema is not '{SCHEMA}'.")
    if document.get("version") != VERSION or isinstance(document.get("version"), bool):
        raise ValueError(
            f"'{name}' says that it is a receipt of version {document.get('version')!r}, and this release reads "
            f"version {VERSION}. Check it with the release that issued it, or download it again."
        )
    _require_shape(name, document)
    return document


def _require_shape(name: str, document: Mapping[str, Any]) -> None:
    for field, kinds in SHAPE.items():
        if field not in document:
            raise ValueError(f"'{name}' is incomplete: the field '{field}' is missing.")
        value = document[field]
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise ValueError(f"The field '{field}' of '{name}' does not hold what a receipt has there.")
    rows = document["rows"]
    wanted = {"columns": list, "count": int, "sha256": str}
    if any(not isinstance(rows.get(key), kind) for key, kind in wanted.items()) or "list" not in rows:
        raise ValueError(f"The field 'rows' of '{name}' does not hold what a receipt has there.")


def _start(document: Mapping[str, Any]) -> Verdict:
    return Verdict(
        Status.VALID,
        (),
        metric=str(document["metric"].get("id", "")),
        value=document["value"],
        sha256=document["sha256"],
    )


def _say(verdict: Verdict, *sentences: str, **changes: Any) -> Verdict:
    return replace(verdict, sentences=(*verdict.sentences, *sentences), **changes)


def _check_digests(document: Mapping[str, Any]) -> Verdict:
    verdict = _start(document)
    body = {name: value for name, value in document.items() if name != "sha256"}
    computed = canonical.digest(body)
    extra = sorted(set(document) - set(SHAPE))
    if computed == document["sha256"] and not extra:
        return _say(verdict, f"The file is as it was issued: its SHA-256 is {computed}.")
    fields = field_digests(document)
    stated = document["digests"]
    changed = [name for name in SHAPE if name in fields and stated.get(name) != fields[name]]
    sentences = [f"The file was altered: its SHA-256 is {computed}, and it states {document['sha256']}."]
    if extra:
        sentences.append(f"It has a field that no receipt has: {', '.join(extra)}.")
    sentences += [_about_changed(name, document) for name in changed]
    if not changed and not extra:
        sentences.append(
            "Every field agrees with its own digest, so the stated SHA-256 or the list of digests was altered."
        )
    altered = (*changed, *extra) or ("sha256",)
    return _say(verdict, *sentences, status=Status.ALTERED, altered=altered)


def _about_changed(name: str, document: Mapping[str, Any]) -> str:
    sentence = f"The field '{name}' does not agree with its digest."
    if name not in ("value", "rows", "params", "clocks"):
        return sentence
    outcome = _replayed(document)
    if outcome is None or _same(document, outcome.value):
        return sentence
    return (
        f"{sentence} Computed from the rows in the file the value is {_text(outcome)}, "
        f"and it states {document['value']!r}."
    )


def _clocks(document: Mapping[str, Any]) -> Clocks:
    """Return the receipt's clocks; ValueError when they cannot be read."""
    pair = document["clocks"]
    known_at = datetime.fromisoformat(str(pair.get("known_at")))
    if known_at.tzinfo is None:
        raise ValueError("known_at has no time zone")
    return Clocks(date.fromisoformat(str(pair.get("as_of"))), known_at, live=False)


def _replayed(document: Mapping[str, Any]) -> Outcome | None:
    """Return the value computed from the rows in the file; None when that cannot be done."""
    found = evaluation.EVALUATORS.get(str(document["metric"].get("id")))
    rows = document["rows"]
    if found is None or found.replay is None or rows["list"] is None:
        return None
    try:
        records = [dict(zip(rows["columns"], row, strict=True)) for row in rows["list"]]
        params = evaluation.clean_params(found.metric_id, document["params"])
        return found.replay(records, params, _clocks(document))
    except (ValueError, TypeError, KeyError, AttributeError, DomainError):
        return None  # the rows do not hold together any more, which the digests have told already


def _same(document: Mapping[str, Any], value: float | None) -> bool:
    """Tell whether ``value`` is the stated one, within what another machine may make of the metric."""
    stated = document["value"]
    if value is None or stated is None:
        return value is stated
    found = evaluation.EVALUATORS.get(str(document["metric"].get("id")))
    return value == stated or isclose(value, stated, rel_tol=found.tolerance if found else 0.0)


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _text(outcome: Outcome) -> str:
    return "no value" if outcome.value is None else f"{outcome.value!r} {outcome.unit}".strip()


def _check_rows(document: Mapping[str, Any], verdict: Verdict) -> Verdict:
    """Check that the rows agree with their digest, and that the value follows from them."""
    rows = document["rows"]
    if rows["list"] is None:
        return _say(
            verdict,
            f"It holds the digest of its {rows['count']} rows, not the rows: only a database can compute it again.",
        )
    if rows["sha256"] != canonical.digest([rows["columns"], rows["list"]]) or rows["count"] != len(
        rows["list"]
    ):
        return _say(
            verdict,
            "The rows do not agree with their own digest or number: the receipt was put together anew.",
            status=Status.ALTERED,
            altered=("rows",),
        )
    outcome = _replayed(document)
    if outcome is None:
        return _say(verdict, "This release cannot compute the value from the rows in the file.")
    same_unit = outcome.unit == document["unit"] or not rows["list"]  # without rows the unit is not known
    if not _same(document, outcome.value) or not same_unit:
        stated = f"{document['value']!r} {document['unit']}".strip()
        return _say(
            verdict,
            f"The value does not follow from the rows in the file: computed again it is {_text(outcome)}, and the "
            f"receipt states {stated}. Its digests agree, so somebody put it together anew.",
            status=Status.ALTERED,
            altered=("value",),
            recomputed=outcome.value,
            checked="file",
        )
    return _say(
        verdict,
        f"Computed again from the {_rows(rows['count'])} in the file the value is {_text(outcome)}, as stated.",
        recomputed=outcome.value,
        checked="file",
    )


def _check_database(document: Mapping[str, Any], verdict: Verdict, actor: Actor) -> Verdict:
    try:
        with UnitOfWork():
            outdated = runtime.needs_migration()
    except UpstreamError:
        return _say(verdict, "No database could be reached, so the rows were not compared with any.")
    if outdated:
        return _say(
            verdict,
            "The database is older than this release and was not asked. Run `enerscope migrate` first.",
        )
    try:
        clocks = _clocks(document)
    except ValueError as problem:
        return _say(verdict, f"Its clocks cannot be read ({problem}).", status=Status.NOT_REPRODUCIBLE)
    try:
        found = evaluation.evaluate(verdict.metric, document["params"], clocks, actor)
    except UpstreamError:
        return _say(verdict, "The database stopped answering, so the rows were not compared with it.")
    except NotFound as problem:
        return _say(
            verdict,
            f"{problem.message} The receipt may belong to another portal, or to another release than {CODE_VERSION}.",
            status=Status.NOT_REPRODUCIBLE,
        )
    except EnerscopeError as problem:
        return _say(verdict, problem.message, status=Status.NOT_REPRODUCIBLE)
    return _compare(document, verdict, found)


def _compare(document: Mapping[str, Any], verdict: Verdict, found: Evaluation) -> Verdict:
    rows, own = document["rows"], rows_field(found.inputs)
    verdict = replace(verdict, recomputed=found.value, checked="database")
    same_value = _same(document, found.value) and found.unit == document["unit"]
    said = _text(Outcome(found.value, found.unit))
    if same_value and own["sha256"] == rows["sha256"]:
        return _say(
            verdict, f"The database has the same {_rows(own['count'])} for these clocks and gives {said}."
        )
    sentences = []
    if not same_value:
        sentences.append(
            f"The database gives {said} for these clocks, and the receipt states {document['value']!r}."
        )
    if own["sha256"] != rows["sha256"]:
        sentences.append(_about_rows(document, found))
    if document["code_version"] != CODE_VERSION:
        sentences.append(
            f"It was issued by release {document['code_version']}, and this is {CODE_VERSION}: "
            "the computation may differ."
        )
    return _say(verdict, *sentences, status=Status.NOT_REPRODUCIBLE)


def _about_rows(document: Mapping[str, Any], found: Evaluation) -> str:
    """Return a sentence on how the rows of the receipt and of the database differ."""
    rows, count = document["rows"], len(found.inputs.rows)
    if rows["list"] is None:
        return f"The receipt is about {_rows(rows['count'])} and the database has {_rows(count)}, and they differ."
    own = [canonical.plain(list(row)) for row in found.inputs.rows]
    only_receipt = [row for row in rows["list"] if row not in own]
    only_database = [row for row in own if row not in rows["list"]]
    first = (only_receipt or only_database or [[]])[0]
    shown = ", ".join(
        f"{key} {cell}" for key, cell in zip(rows["columns"], first, strict=False) if cell not in (None, "")
    )
    where = "the receipt" if only_receipt else "the database"
    return (
        f"Only in the receipt: {_rows(len(only_receipt))}; only in the database: {_rows(len(only_database))}. "
        f"The first that is only in {where}: {shown}.{_about_import(document, only_database)}"
    )


def _about_import(document: Mapping[str, Any], only_database: list[list[Any]]) -> str:
    """Return the sentence on an import that was still being stored when the receipt was issued; empty without one."""
    columns = document["rows"]["columns"]
    if "recorded_at" not in columns:
        return ""
    at = columns.index("recorded_at")
    try:
        issued = datetime.fromisoformat(document["issued_at"])
        stored = [datetime.fromisoformat(row[at]) for row in only_database]
    except (TypeError, ValueError):
        return ""
    if not any(timedelta() <= issued - moment <= LONGEST_IMPORT for moment in stored):
        return ""
    return " An import that was still being stored when the receipt was issued would explain it."
