"""Compliance > Privacy: requests of persons with their clock, what is held of them, what may go, and legal holds."""

from callbacks.compliance.privacy import actions, grids
from callbacks.compliance.privacy.ids import Ids
from callbacks.compliance.privacy.page import View, draw, view

__all__ = ["Ids", "View", "actions", "draw", "grids", "view"]
