"""GL-GD-04: the record of a processing of personal data has no empty field."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule

_FIELDS = {
    "controller": "controller",
    "purposes": "purposes",
    "categories": "categories of persons and data",
    "recipients": "recipients",
    "transfers": "transfers to third countries",
    "erasure_limit": "time limit of erasure",
    "security": "security measures",
}


@compliance_rule(
    "GL-GD-04",
    "Record of processing",
    regimes=("GLOBAL",),
    kinds=("event",),
    law="GDPR Art. 30(1)(a)-(g)",
    trust="V",
    inputs={"event.type": "s(art30_record)", **{f"record.{name}": "s!" for name in _FIELDS}},
    test="a field is empty -> flag",
    actions=("flag",),
)
def check(case: Case) -> Answer:
    """Flag the fields that are there and empty."""
    missing = [name for name in _FIELDS if not str(case[f"record.{name}"] or "").strip()]
    if not missing:
        return NOTHING
    words = ", ".join(_FIELDS[name] for name in missing)
    text = f"The record of processing does not say: {words}. Complete it before the processing goes on."
    finding = Finding(Action.FLAG, text, measured=float(len(missing)), limit=0.0, unit="empty fields")
    return Answer((finding,), {"missing": missing})
