"""Detectors of surveillance: patterns in orders, fills and quotes, each with the events and figures that show it.

API: ``all_detectors()``, ``Detector``, ``Hit``, ``Tape``, ``detect``.
"""

from portal.domain.compliance.detectors.registry import Detector, Threshold, all_detectors, detect
from portal.domain.compliance.detectors.tape import Hit, InsideEntry, Tape

__all__ = ["Detector", "Hit", "InsideEntry", "Tape", "Threshold", "all_detectors", "detect"]
