"""The limits of the demo desk: most within, one near, one broken, one waiting for its second pair of eyes."""

from datetime import date, timedelta
from typing import Any

import numpy as np

from data.queries import portfolios as portfolio_queries
from data.session import UnitOfWork
from data.writes import limits as writes
from portal.core import clock
from portal.core.clock import Clocks
from portal.domain.risk.limits.approval import SIX_EYES, Decision
from portal.domain.risk.limits.limit import Limit
from portal.domain.risk.limits.terms_json import terms_from_json
from portal.services.risk.limit_breaches import check_limits
from portal.services.risk.limit_values import judge_in

PROPOSER, APPROVERS = "risk", ("executive", "compliance")
_ES: dict[str, Any] = {"measure": "expected_shortfall", "level": 0.975, "method": "historical"}
_VAR: dict[str, Any] = {"measure": "var", "level": 0.99, "method": "historical"}
_NET: dict[str, Any] = {"measure": "position:gas:month", "basis": "abs_net", "unit": "MWh"}
_NAMES: dict[str, Any] = {
    "measure": "concentration_counterparty",
    "level": 0.975,
    "method": "historical",
    "unit": "",
}
_WANTED: tuple[tuple[str, str, str, tuple[dict[str, Any], ...], float], ...] = (
    ("DESK_ES", "Expected shortfall of the desk", "DESK", (_ES,), 0.72),
    ("DESK_VAR", "Value at risk of the desk, or its volatility", "DESK", (_VAR, {"measure": "volatility"}), 0.6),
    ("OIL_ES", "Expected shortfall of oil", "OIL", (_ES,), 0.66),
    ("GAS_ES", "Expected shortfall of gas", "GAS", (_ES,), 0.91),
    ("POWER_ES", "Expected shortfall of power", "POWER", (_ES,), 1.08),
    ("CARBON_ES", "Expected shortfall of carbon", "CARBON", (_ES,), 0.47),
    ("GAS_NET", "Net gas of a delivery month", "GAS", (_NET,), 0.77),
    ("DESK_ONE_NAME", "Concentration by counterparty", "DESK", (_NAMES,), 0.55),
)  # fmt: skip
"""Code, title, portfolio, metrics (joined by 'or') and the share of the limit that is to be used today."""


def seed_limits(last: date) -> int:
    """Store the demo's limits from the newest figures, judge them, and return how many there are.

    A limit is set so that today's use is what the demo wants to show; without figures nothing is stored.
    """
    clocks = Clocks(last, clock.now() + timedelta(hours=1))
    began = last - timedelta(days=365)
    with UnitOfWork(write=True) as work:
        nodes = {node.code: node.id for node in portfolio_queries.tree(work.session)}
        made = 0
        for code, title, node, metrics, use in _WANTED:
            terms = _terms(work, clocks, node, metrics, use) if node in nodes else None
            if terms is None:
                continue
            limit_id = _add(
                work, code=code, title=title, portfolio_id=nodes[node], terms=terms, effective_from=began,
                reason="Set with the budget of the year.",
            )  # fmt: skip
            for name in APPROVERS:
                writes.add_decision(
                    work.session,
                    limit_id=limit_id,
                    decided_by=name,
                    decision=Decision.APPROVED.value,
                    note="",
                )
            made += 1
        waiting = _terms(work, clocks, "OIL", (_ES,), 0.85) if "OIL" in nodes else None
        if waiting is not None:
            _add(
                work, code="OIL_ES", title="Expected shortfall of oil", portfolio_id=nodes["OIL"], terms=waiting,
                effective_from=last, reason="Oil uses two thirds of its limit; power may need the room.",
            )  # fmt: skip
    check_limits(Clocks(last, clock.now()))
    return made


def _add(work: UnitOfWork, **terms: Any) -> int:
    return writes.add_limit(
        work.session, effective_to=None, approvals_needed=SIX_EYES, proposed_by=PROPOSER, **terms
    )


def _terms(
    work: UnitOfWork, clocks: Clocks, node: str, metrics: tuple[dict[str, Any], ...], use: float
) -> dict[str, Any] | None:
    parts = []
    for metric in metrics:
        probe = Limit(
            "PROBE", "Probe", node, terms_from_json({**metric, "hard": 1.0, "soft": 1.0}), clocks.as_of
        )
        (standing,) = judge_in(work, clocks, [probe])
        value = standing.judgement.deciding.value
        if not np.isfinite(value) or value <= 0.0:
            return None
        hard = _tidy(value / use)
        parts.append({"unit": "EUR", **metric, "hard": hard, "soft": 0.8 * hard})
    return parts[0] if len(parts) == 1 else {"any": parts}


def _tidy(amount: float) -> float:
    """Round to three figures, as people set limits."""
    return float(f"{amount:.3g}")
