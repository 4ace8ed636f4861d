"""GL-AU-01: an audit pack leaves only when the chain of the audit log is whole."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule

_START = "00" * 32


@compliance_rule(
    "GL-AU-01",
    "Audit chain is whole",
    regimes=("GLOBAL",),
    kinds=("event",),
    law="House policy",
    trust="P",
    inputs={
        "event.type": "s(audit_pack)",
        "chain.entries[].seq": "i",
        "chain.entries[].prev": "s",
        "chain.entries[].hash": "s",
        "chain.entries[].body": "s",
    },
    test="hash = SHA-256(0x00 + prev + body), prev = hash before, numbers without a gap; any break -> block",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block the pack at the first entry that does not follow from the one before."""
    broken = first_break(case["chain.entries"])
    if broken is None:
        return NOTHING
    text = (
        f"The audit chain is broken at entry {broken}. The pack is not released: open an incident and compare the log "
        "with its signed checkpoints."
    )
    return Answer((Finding(Action.BLOCK, text),), {"broken_at": broken})


def first_break(entries: Sequence[Mapping[str, Any]]) -> int | None:
    """Return the number of the first entry that is wrong, missing before it, or out of order; None without any."""
    before, number = _START, None
    for entry in entries:
        follows = number is None or entry["seq"] == number + 1
        if (
            not follows
            or entry["prev"].lower() != before
            or _hash(before, entry["body"]) != entry["hash"].lower()
        ):
            return int(entry["seq"])
        before, number = entry["hash"].lower(), entry["seq"]
    return None


def _hash(before: str, body: str) -> str:
    return sha256(b"\x00" + bytes.fromhex(before) + body.encode()).hexdigest()
