"""Monitoring > Alerts and deliveries: what needs somebody, what is over, and which messages told whom."""

from callbacks.monitoring.alerts import deliveries
from callbacks.monitoring.alerts.ids import Ids
from callbacks.monitoring.alerts.page import BUSY_MILLISECONDS, View, draw, load_cleared, view

__all__ = ["BUSY_MILLISECONDS", "Ids", "View", "deliveries", "draw", "load_cleared", "view"]
