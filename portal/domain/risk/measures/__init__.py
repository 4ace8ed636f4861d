"""The risk measures, one a file. A module put into this folder registers itself: nothing is listed anywhere else.

API: ``MEASURES`` (code to `RiskMeasure`) and ``measure(code)``.
"""

from importlib import import_module
from pkgutil import iter_modules

from portal.domain.risk.base import MEASURES, RiskMeasure, measure

__all__ = ["MEASURES", "RiskMeasure", "measure"]

for _found in sorted(module.name for module in iter_modules(__path__)):
    import_module(f"{__name__}.{_found}")
