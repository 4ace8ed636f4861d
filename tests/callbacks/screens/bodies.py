"""The inputs of those bodies that show nothing without one, and which of them are no function of their clocks."""

from typing import Any

INPUTS: dict[str, dict[str, Any]] = {
    "forecast": {"target": "power.DE_LU", "back": "short"},
    "market-curves": {"curve": "TTF"},
    "market-instrument": {
        "code": "TTF", "range": "1y", "style": "line", "study": "none", "scale": "linear", "compare": [],
    },
    "market-seasonality": {"instrument": "TTF"},
    "monitoring-service": {"service": "database"},
    "portfolio-trade": {"id": "1"},
}  # fmt: skip

OF_THE_MOMENT = {
    "monitoring-alerts": "alerts that stand now, with their ages",
    "monitoring-database": "connections, locks and sizes of the database now",
    "monitoring-health": "services are looked at when the page is drawn",
    "monitoring-incidents": "incidents that stand now, with their ages",
    "monitoring-jobs": "jobs under way now",
    "monitoring-rule": "replays the rule up to now",
    "monitoring-rules": "rules that fire now",
    "monitoring-security": "sign-ins, sessions and denials of the last hours",
    "monitoring-service": "samples of the last hours",
    "monitoring-services": "services are looked at when the page is drawn",
    "monitoring-slos": "objectives over the days that end now",
    "monitoring-usage": "visits of the last days",
}
"""What a running portal says about itself: it is read when it is asked, whatever the clocks of the page."""
