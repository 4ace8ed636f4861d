"""Monitoring > Alert rules: the list and maintenance windows; one rule as a form that is replayed as it changes."""

from callbacks.monitoring.rules import actions
from callbacks.monitoring.rules.ids import Ids
from callbacks.monitoring.rules.view import View, view

__all__ = ["Ids", "View", "actions", "view"]
