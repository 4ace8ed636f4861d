"""Compliance > Rules: the catalogue of rules, their examples, and the parameters that two people may change."""

from callbacks.compliance.rules import actions, grids
from callbacks.compliance.rules.ids import Ids
from callbacks.compliance.rules.page import View, draw, view

__all__ = ["Ids", "View", "actions", "draw", "grids", "view"]
