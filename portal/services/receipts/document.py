"""The receipt of a figure as canonical JSON.

Every field has its own SHA-256 under ``digests``, so that a check can name the field that was altered; ``sha256``
covers all fields and these digests. Up to :data:`ROWS_WITHIN` rows are in the receipt, of more only their number and
digest.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from portal import VERSION as CODE_VERSION
from portal.core import canonical, clock
from portal.core.actor import Actor
from portal.core.passport import Passport
from portal.core.table import Table

SCHEMA = "enerscope.receipt"
VERSION = 1
ROWS_WITHIN = 200
UNHASHED = ("digests", "sha256")


@dataclass(frozen=True, slots=True)
class Receipt:
    """The file: its name, its bytes and the digest that identifies it."""

    file_name: str
    content: bytes
    sha256: str


def issue(passport: Passport, actor: Actor) -> Receipt:
    """Return the receipt of ``passport`` for ``actor``."""
    found = passport.evaluation
    fields = {
        "schema": SCHEMA,
        "version": VERSION,
        "metric": {
            "id": passport.metric.id,
            "title": passport.metric.title,
            "formula": passport.metric.formula,
            "symbols": passport.metric.symbols,
            "computed_by": passport.metric.computed_by,
        },
        "subject": found.subject,
        "params": dict(passport.params),
        "clocks": {"as_of": passport.clocks.as_of, "known_at": passport.clocks.known_at},
        "value": found.value,
        "unit": found.unit,
        "note": found.note,
        "steps": [asdict(step) for step in found.steps],
        "rows": rows_field(found.inputs),
        "sources": [asdict(source) for source in found.sources],
        "simulated": found.simulated,
        "code_version": CODE_VERSION,
        "issued_at": clock.now(),
        "actor": {"username": actor.username, "name": actor.name},
    }
    document = sealed(canonical.plain(fields))
    stem = "-".join(
        [passport.metric.id.replace(".", "-"), f"{passport.clocks.as_of}", document["sha256"][:12]]
    )
    return Receipt(f"enerscope-receipt-{stem}.json", canonical.encode(document) + b"\n", document["sha256"])


def sealed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain ``fields`` with the digest of each and of all."""
    body = {**fields, "digests": field_digests(fields)}
    return {**body, "sha256": canonical.digest(body)}


def field_digests(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return the SHA-256 of the canonical JSON of each field."""
    return {name: canonical.digest(value) for name, value in fields.items() if name not in UNHASHED}


def rows_field(inputs: Table) -> dict[str, Any]:
    """Return the rows as their keys, number, digest and, when there are few enough, themselves."""
    columns = [column.key for column in inputs.columns]
    rows = canonical.plain([list(row) for row in inputs.rows])
    return {
        "columns": columns,
        "count": len(rows),
        "sha256": canonical.digest([columns, rows]),
        "list": rows if len(rows) <= ROWS_WITHIN else None,
    }
