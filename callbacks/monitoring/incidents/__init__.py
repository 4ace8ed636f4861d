"""Monitoring > Incidents: what somebody has to deal with, who has it, and what happened to it."""

from callbacks.monitoring.incidents import actions, grids
from callbacks.monitoring.incidents.ids import Ids
from callbacks.monitoring.incidents.page import View, draw, view

__all__ = ["Ids", "View", "actions", "draw", "grids", "view"]
