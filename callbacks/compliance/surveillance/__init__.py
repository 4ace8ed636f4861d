"""Compliance > Surveillance: patterns in orders with the events that show them, and thresholds with their replay."""

from callbacks.compliance.surveillance import grids, tuning
from callbacks.compliance.surveillance.ids import Ids
from callbacks.compliance.surveillance.page import DETECTORS, View, draw, view
from portal.services.compliance.surveillance_page import SPANS

__all__ = ["DETECTORS", "SPANS", "Ids", "View", "draw", "grids", "tuning", "view"]
