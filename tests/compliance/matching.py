"""What it means that an answer matches what a case expects, as the file of public cases defines it."""

from collections.abc import Mapping
from typing import Any

TOLERANCE = 0.01


def differences(expected: Mapping[str, Any], answer: Mapping[str, Any]) -> list[str]:
    """Return what does not match, in words; [] when all does."""
    found: list[str] = []
    if answer["decision"] != expected["decision"]:
        found.append(f"decision is {answer['decision']}, not {expected['decision']}")
    fires = list(answer["fires"])
    wanted = expected.get("fires", ())
    found += [
        f"{want} did not fire; fired: {fires}"
        for want in wanted
        if not any(all(_same(have.get(key), value) for key, value in want.items()) for have in fires)
    ]
    allowed = {(want["rule"], want["action"]) for want in wanted}
    found += [
        f"{have['rule']} fires as {have['action']}: {have['message']}"
        for have in fires
        if have["rule"] in expected.get("not_fires", ())
        or (have["action"] in ("block", "flag") and (have["rule"], have["action"]) not in allowed)
    ]
    found += [
        f"{code} was evaluated"
        for code in expected.get("not_evaluated", ())
        if code not in answer["not_evaluated"]
    ]
    found += [
        f"{key} is {answer['values'].get(key)}, not {value}"
        for key, value in expected.get("values", {}).items()
        if not _same(answer["values"].get(key), value)
    ]
    return found


def _same(have: Any, want: Any) -> bool:
    if isinstance(want, bool) or isinstance(have, bool):
        return have is want
    if isinstance(want, (int, float)) and isinstance(have, (int, float)):
        return abs(have - want) <= TOLERANCE
    if isinstance(want, list) and isinstance(have, list):
        return sorted(map(str, have)) == sorted(map(str, want))
    return bool(have == want)
