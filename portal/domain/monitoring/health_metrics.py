"""The metrics of Monitoring > Health: how many services stand how."""

from portal.core.metrics import Metric, register

_FORMULA = "count of services whose newest change up to t is to this state"
_FUNCTION = "portal.domain.monitoring.health.count_in"


def _count(code: str, title: str, words: str) -> Metric:
    return register(
        Metric(
            f"monitoring.services_{code}", title, "services",
            f"How many services {words}, as the monitor has recorded it up to the moment of the count.",
            _FORMULA, _FUNCTION, decimals=0,
        )
    )  # fmt: skip


BAD = _count("bad", "Down", "do not work")
WARNING = _count("warning", "In trouble", "are in trouble but work")
UNKNOWN = _count("unknown", "Not known", "cannot be judged")
GOOD = _count("good", "Well", "are well")
BY_STATE = {"bad": BAD, "warning": WARNING, "unknown": UNKNOWN, "good": GOOD}
