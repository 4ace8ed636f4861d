"""Compliance > KYC: who we may trade with, whose name is on a list, and how both were decided."""

from callbacks.compliance.kyc import actions, grids, hit_actions, list_actions
from callbacks.compliance.kyc.ids import Ids
from callbacks.compliance.kyc.page import View, draw, view

__all__ = ["Ids", "View", "actions", "draw", "grids", "hit_actions", "list_actions", "view"]
