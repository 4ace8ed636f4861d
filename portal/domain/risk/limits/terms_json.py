"""Terms of a limit as JSON and back, as they are stored and as people exchange them.

API: ``terms_to_json(terms)``, ``terms_from_json(stored)``.
"""

from collections.abc import Mapping
from typing import Any

from portal.domain.market.errors import BadParameter
from portal.domain.risk.limits.limit import AllOf, AnyOf, Basis, Comparison, Condition, Metric, Terms

_METRIC = ("measure", "node", "level", "horizon_days", "method", "basis")


def terms_to_json(terms: Terms) -> dict[str, Any]:
    """Terms as plain values.

    Parameters
    ----------
    terms : Condition, AllOf or AnyOf
        The tree.

    Returns
    -------
    dict
        ``{"all": [...]}``, ``{"any": [...]}`` or the fields of a condition.
    """
    if isinstance(terms, AllOf):
        return {"all": [terms_to_json(part) for part in terms.parts]}
    if isinstance(terms, AnyOf):
        return {"any": [terms_to_json(part) for part in terms.parts]}
    metric = {name: getattr(terms.metric, name) for name in _METRIC}
    return {
        **{name: value for name, value in metric.items() if value is not None},
        "hard": terms.hard,
        "soft": terms.soft,
        "unit": terms.unit,
        "comparison": terms.comparison.value,
    }


def terms_from_json(stored: Mapping[str, Any]) -> Terms:
    """Terms from plain values.

    Parameters
    ----------
    stored : mapping
        As `terms_to_json` makes it.

    Returns
    -------
    Condition, AllOf or AnyOf
        The tree.

    Raises
    ------
    BadParameter
        A field is missing, unknown or of the wrong kind, or the condition makes no sense.
    """
    if "all" in stored or "any" in stored:
        word = "all" if "all" in stored else "any"
        if len(stored) != 1 or not isinstance(stored[word], list | tuple):
            raise BadParameter(
                f"'{word}' of a limit must hold a list of conditions and stand alone.",
                name=word,
                value=stored,
            )
        parts = tuple(terms_from_json(part) for part in stored[word])
        return AllOf(parts) if word == "all" else AnyOf(parts)
    unknown = sorted(set(stored) - {*_METRIC, "hard", "soft", "unit", "comparison"})
    missing = sorted({"measure", "hard", "soft"} - set(stored))
    if unknown or missing:
        said = f"lacks {', '.join(missing)}" if missing else f"has unknown fields {', '.join(unknown)}"
        raise BadParameter(f"A condition of a limit {said}.", name="terms", value=dict(stored))
    try:
        return _condition(stored)
    except (TypeError, ValueError) as wrong:
        raise BadParameter(
            f"A condition of a limit cannot be read: {wrong}.", name="terms", value=dict(stored)
        ) from wrong


def _condition(stored: Mapping[str, Any]) -> Condition:
    level, horizon = stored.get("level"), stored.get("horizon_days")
    metric = Metric(
        measure=str(stored["measure"]),
        node=stored.get("node"),
        level=None if level is None else float(level),
        horizon_days=None if horizon is None else int(horizon),
        method=stored.get("method"),
        basis=Basis(stored.get("basis", Basis.VALUE)),
    )
    return Condition(
        metric,
        hard=float(stored["hard"]),
        soft=float(stored["soft"]),
        unit=str(stored.get("unit", "EUR")),
        comparison=Comparison(stored.get("comparison", Comparison.AT_MOST)),
    )
