"""Names of the parts of Compliance > Surveillance."""

from enum import StrEnum

THRESHOLD = "surveillance-threshold"


class Ids(StrEnum):
    """The body, its grids, and the parts of the form of thresholds."""

    BODY = "compliance-surveillance"
    HITS = "compliance-surveillance-hits"
    DETECTORS = "compliance-surveillance-detectors"
    EVENTS = "compliance-surveillance-events"
    CLOSE_UP = "compliance-surveillance-close-up"
    TIMELINE = "compliance-surveillance-timeline"
    DETECTOR = "compliance-surveillance-detector"
    TRY = "compliance-surveillance-try"
    TRIED = "compliance-surveillance-tried"
    DRAFT = "compliance-surveillance-draft"
    REASON = "compliance-surveillance-reason"
    PROPOSE = "compliance-surveillance-propose"
    PROPOSED = "compliance-surveillance-proposed"


def threshold_id(parameter: str) -> dict[str, str]:
    """Return the id of the input of a threshold; dots of its code are kept out of ids."""
    return {"type": THRESHOLD, "parameter": parameter.replace(".", "|")}


def parameter_of(item: dict[str, str]) -> str:
    """Return the parameter of an input."""
    return str(item["parameter"]).replace("|", ".")
