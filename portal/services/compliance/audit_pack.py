"""The files of an audit pack: sections read from the audit log and the rulebook, as PDF, XLSX and JSON, with the proof.

API: ``pack(work, clocks, start, report) -> list of Packed``, ``archive(files) -> bytes``.

Sections of decisions, overrides, people, changes and incidents are entries of the log itself, so that each of their
lines is covered by the proof beside them.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from data.queries import access as access_queries
from data.queries import audit as queries
from data.queries.audit import EntryRow, Search
from data.session import UnitOfWork
from portal.core import canonical
from portal.core.clock import Clocks
from portal.core.config import settings
from portal.core.errors import Conflict
from portal.domain.compliance.audit_chain import Judgement, judge
from portal.domain.compliance.base import all_rules
from portal.services.audit import checkpoints, keys
from portal.services.compliance import parameters

Report = Callable[[float, str], None]
Sheet = tuple[tuple[str, ...], list[tuple[Any, ...]]]
DECISIONS = ("case", "report", "parameter", "limit", "trade", "model", "kyc", "screening", "proposal")
PEOPLE = ("user", "password")

_ENTRY_COLUMNS = ("entry", "at", "who", "what happened", "to what", "which", "outcome", "detail")
_MOST_IN_PDF = 40
_DIGITS = 64  # of a digest in one line
_EPOCH = (2000, 1, 1, 0, 0, 0)  # in the archive: the same content gives the same file

TEMPLATE = """
#let d = json(bytes(sys.inputs.data))
#set document(title: d.title)
#set page(paper: "a4", margin: 18mm, numbering: "1 / 1")
#set text(size: 9pt)
#show heading: set block(above: 1.4em, below: 0.7em)
= #d.title
#d.lead
== Proof of the log
#let cell(value) = if value.contains(" ") { text(value) } else { raw(value) }
#table(columns: (auto, 1fr), stroke: 0.4pt + gray,
  ..d.proof.map(p => (text(p.at(0)), cell(p.at(1)))).flatten())
#for s in d.sections [
  == #s.title
  #if s.rows.len() == 0 [Nothing in this period.] else [
    #table(columns: s.columns.len(), stroke: 0.4pt + gray, inset: 3pt,
      table.header(..s.columns.map(c => strong(text(size: 7pt, c)))),
      ..s.rows.flatten().map(c => text(size: 6.5pt, c)))
    #if s.more > 0 [And #s.more more rows in the workbook.]
  ]
]
"""


@dataclass(frozen=True, slots=True)
class Packed:
    """One file of the archive."""

    name: str
    title: str
    rows: int
    content: bytes

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content)

    @property
    def sha256(self) -> str:
        """Digest of the content."""
        return hashlib.sha256(self.content).hexdigest()


def pack(work: UnitOfWork, clocks: Clocks, start: date, report: Report) -> list[Packed]:
    """Return the files of the pack for the days from ``start`` to ``clocks.as_of``.

    Raises
    ------
    Conflict
        The log is not whole: the pack is not released (GL-AU-01).
    """
    report(0.1, "Verifying the audit log")
    with closing(queries.stream(work.session)) as rows:
        found = judge(rows, checkpoints.trusted_heads(settings()))
    if not found.is_whole:
        raise Conflict(
            f"The audit pack is not released, because the audit log is not whole (GL-AU-01). {found.sentence} "
            "Open an incident and compare the log with its signed checkpoints."
        )
    report(0.4, "Reading what was decided, changed and refused")
    sections = _sections(work, clocks, start)
    head = checkpoints.sign(settings(), entries=found.entries, digest=found.hash, root=found.root)
    proof = _proof(found, head)
    report(0.6, "Writing the workbook and the PDF")
    title = f"Audit pack {start} to {clocks.as_of}"
    count = sum(len(rows) for _, rows in sections.values())
    key = keys.public_pem(keys.signing_key(settings()).public_key())
    return [
        Packed("audit-pack.pdf", "To read", count, _pdf(title, sections, proof)),
        Packed("audit-pack.xlsx", "To work with", count, _xlsx(sections, proof)),
        Packed("audit-pack.json", "For programs", count, _json(title, sections, proof)),
        Packed("checkpoint.json", "Signed end of the audit log", 1, canonical.encode(head.to_json()) + b"\n"),
        Packed("public-key.pem", "Key that signed it", 1, key),
    ]


def _sections(work: UnitOfWork, clocks: Clocks, start: date) -> dict[str, Sheet]:
    since = datetime.combine(start, time.min, UTC)
    until = min(datetime.combine(clocks.as_of, time.max, UTC), clocks.known_at)
    entries, _ = queries.found_entries(work.session, Search(until, since), descending=False)

    def of(*groups: str) -> Sheet:
        return _ENTRY_COLUMNS, [_line(row) for row in entries if row.action.split(".")[0] in groups]

    refused = [_line(row) for row in entries if row.outcome != "done"]
    overridden = [_line(row) for row in entries if "overrid" in row.action]
    changed = [
        _line(row) for row in entries if row.action.endswith(("-changed", ".changed", ".created", ".moved"))
    ]
    return {
        "Decisions": of(*DECISIONS),
        "Overrides": (_ENTRY_COLUMNS, overridden),
        "Changes": (_ENTRY_COLUMNS, changed),
        "Access": of(*PEOPLE, "login", "access"),
        "Incidents and refusals": (_ENTRY_COLUMNS, refused),
        "Users and roles": _people(work),
        "Rules": _rules(),
        "Parameters": _parameters(work, clocks),
    }


def _line(row: EntryRow) -> tuple[Any, ...]:
    detail = json.loads(row.entry).get("detail") or {}
    return (
        row.seq, canonical.moment(row.at), row.actor_ref, row.action, row.object_kind, row.object_ref, row.outcome,
        canonical.encode(detail).decode("utf-8"),
    )  # fmt: skip


def _people(work: UnitOfWork) -> Sheet:
    """Return pseudonyms with their roles: the pack leaves the house, and names do not have to."""
    refs = {name: ref for ref, name in queries.people(work.session).items()}
    rows = [
        (
            refs.get(user.username, "not in the log"),
            ", ".join(sorted(user.roles)),
            "yes" if user.is_active else "no",
        )
        for user in access_queries.list_users(work.session)
    ]
    return ("who", "roles", "active"), rows


def _rules() -> Sheet:
    rows = [(rule.code, rule.version, rule.title, rule.law, str(rule.trust)) for rule in all_rules().values()]
    return ("rule", "version", "title", "source", "trust"), rows


def _parameters(work: UnitOfWork, clocks: Clocks) -> Sheet:
    rows = [
        (item.code, item.title, canonical.encode(canonical.plain(item.value)).decode("utf-8"), item.unit,
         str(item.valid_from or ""), str(item.valid_to or ""), item.source, item.trust)
        for items in parameters.in_force(work, clocks).by_code.values()
        for item in items
    ]  # fmt: skip
    return ("parameter", "title", "value", "unit", "from", "to", "source", "trust"), rows


def _proof(found: Judgement, head: checkpoints.Checkpoint) -> list[tuple[str, str]]:
    return [
        ("Entries", str(found.entries)),
        ("Last hash", found.hash.hex()),
        ("Merkle root", found.root.hex()),
        ("Signature (Ed25519)", head.signature.hex()),
        ("Key", head.key_id),
        ("Verdict", found.sentence),
    ]


def _json(title: str, sections: Mapping[str, Sheet], proof: Sequence[tuple[str, str]]) -> bytes:
    return canonical.encode(
        {
            "title": title,
            "proof": dict(proof),
            "sections": {
                name: [dict(zip(columns, canonical.plain(list(row)), strict=True)) for row in rows]
                for name, (columns, rows) in sections.items()
            },
        }
    )


def _xlsx(sections: Mapping[str, Sheet], proof: Sequence[tuple[str, str]]) -> bytes:
    import xlsxwriter

    target = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, plain) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001  (Excel knows no zone)
        bold = book.add_format({"bold": True})
        for name, (columns, rows) in {"Proof": (("what", "value"), list(proof)), **sections}.items():
            sheet = book.add_worksheet(name[:31])
            sheet.write_row(0, 0, columns, bold)
            sheet.freeze_panes(1, 0)
            for at, row in enumerate(rows, start=1):
                sheet.write_row(at, 0, row)
    return target.getvalue()


def _pdf(title: str, sections: Mapping[str, Sheet], proof: Sequence[tuple[str, str]]) -> bytes:
    import typst

    shown = [
        {
            "title": name,
            "columns": list(columns),
            "rows": [[str(cell)[:160] for cell in row] for row in rows[:_MOST_IN_PDF]],
            "more": max(0, len(rows) - _MOST_IN_PDF),
        }
        for name, (columns, rows) in sections.items()
    ]
    lead = "People are shown by pseudonym. Decisions, changes, access and incidents are entries of the log."
    data = {
        "title": title,
        "lead": lead,
        "proof": [[name, _broken(value)] for name, value in proof],
        "sections": shown,
    }
    return bytes(typst.compile(TEMPLATE.encode("utf-8"), format="pdf", sys_inputs={"data": json.dumps(data)}))


def _broken(value: str) -> str:
    """Return a long digest in lines that fit the page; sentences break by themselves."""
    if " " in value:
        return value
    return "\n".join(value[at : at + _DIGITS] for at in range(0, len(value), _DIGITS))


def archive(files: Sequence[Packed]) -> bytes:
    """Return the files in one ZIP, with a list of their digests."""
    target = io.BytesIO()
    listed = "".join(f"{item.sha256}  {item.name}\n" for item in files)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in [
            *((item.name, item.content) for item in files),
            ("SHA256SUMS", listed.encode()),
        ]:
            bundle.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()
