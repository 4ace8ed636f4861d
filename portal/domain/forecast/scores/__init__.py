"""The scores of forecasts, one a file. A module put into this folder registers itself: nothing is listed anywhere else.

API: ``SCORES`` (code to ``Score``), ``all_scores()``, ``score_of(code)`` and ``scores_of(evaluation)``.
"""

from importlib import import_module
from pkgutil import iter_modules

from portal.domain.forecast.scoring import SCORES, Score, all_scores, score_of, scores_of

__all__ = ["SCORES", "Score", "all_scores", "score_of", "scores_of"]

for _found in sorted(module.name for module in iter_modules(__path__)):
    import_module(f"{__name__}.{_found}")
