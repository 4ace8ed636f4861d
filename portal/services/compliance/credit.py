"""Use of the credit limits of counterparties: open volumes at the curves of the day, a share of which could be lost.

API: ``uses(work, clocks) -> Credit``. A limit is the fact ``credit_limit_eur`` of a party; without one nothing is
known. Clearing houses take margin instead, so they have no limit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from data.queries import credit as queries
from data.queries import mark_rows, marks, trade_facts
from data.queries.curve_terms import curve_terms
from data.session import UnitOfWork
from portal.core.clock import Clocks
from portal.domain.compliance.exposure import Exposure
from portal.domain.compliance.parameters import Parameters, shipped
from portal.domain.portfolio.market import CurveTerms
from portal.domain.portfolio.terms import TradeVersion
from portal.services.portfolio import ledger

REPORTING = "EUR"
ADD_ON = "GL-LM-01.exposure_add_on"


@dataclass(frozen=True, slots=True)
class Credit:
    """Exposures by counterparty, and the worth of one unit of each curve in euro."""

    exposures: Mapping[int, Exposure] = field(default_factory=dict)
    unit_worth: Mapping[int, float] = field(default_factory=dict)
    curves: CurveTerms | None = None

    def worth_of(self, versions: Sequence[TradeVersion]) -> list[dict[int, float]]:
        """Return the worth of what each trade would deliver by curve, in euro; empty where a curve has no price."""
        found: list[dict[int, float]] = [{} for _ in versions]
        if self.curves is None or not versions:
            return found
        entries = ledger.entries_of(versions, self.curves)
        for at, curve, volume in zip(
            entries.at.tolist(), entries.curve_id.tolist(), entries.volume.tolist(), strict=True
        ):
            unit = self.unit_worth.get(curve)
            if unit is not None:
                found[at][curve] = found[at].get(curve, 0.0) + volume * unit
        return found


def uses(
    work: UnitOfWork,
    clocks: Clocks,
    parameters: Parameters | None = None,
    *,
    limits: Mapping[int, float] | None = None,
) -> Credit:
    """Return what of every credit limit is used under ``clocks``; ``limits`` stand in their place if given."""
    limits = _limits(work, clocks) if limits is None else limits
    if not limits:
        return Credit()
    session = work.session
    curves = curve_terms(session)
    worth = _unit_worth(work, clocks, curves)
    add_on = float((parameters or shipped()).in_force(ADD_ON, clocks.as_of).value)
    volumes = queries.open_volumes(session, clocks=clocks)
    exposures = {
        party: Exposure(
            limit, add_on,
            {curve: volume * worth[curve] for curve, volume in volumes.get(party, {}).items() if curve in worth},
        )
        for party, limit in limits.items()
    }  # fmt: skip
    return Credit(exposures, worth, curves)


def _limits(work: UnitOfWork, clocks: Clocks) -> dict[int, float]:
    """Return the limit of each party that has one, in the edition of its facts that holds on the day."""
    known = trade_facts.party_facts(work.session, clocks=clocks)
    found = {}
    for party in trade_facts.parties(work.session):
        editions = [facts for day, facts in known.get(party.code, []) if day <= clocks.as_of]
        if editions and editions[-1].get("credit_limit_eur") is not None:
            found[party.id] = float(editions[-1]["credit_limit_eur"])
    return found


def _unit_worth(work: UnitOfWork, clocks: Clocks, curves: CurveTerms) -> dict[int, float]:
    """Return what one unit of volume of each curve is worth in euro; curves without price or rate are left out."""
    levels = queries.levels(work.session, clocks=clocks, curves=curves.id.tolist())
    pairs = mark_rows.fx_rates(work.session, clocks, sorted(set(curves.currency)), REPORTING)
    fx = marks.exchange(pairs, REPORTING)
    found = {}
    for place, curve in enumerate(curves.id.tolist()):
        rate = fx.get(curves.currency[place])
        if curve in levels and rate is not None:
            found[curve] = levels[curve] * float(curves.money[place]) * rate
    return found


def limit_for(use: float, share: float) -> float:
    """Return a round limit of which ``use`` is about ``share``, as the demo desk sets them."""
    if use <= 0.0:
        return 1e6
    size = 10.0 ** np.floor(np.log10(use / share) - 1.0)
    return float(np.ceil(use / share / size) * size)
