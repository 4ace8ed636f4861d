"""Trades with parties as reports want them, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from portal.domain.compliance.reports.source import Party, Source

OWN = Party("SELF", "Own desk", facts={"acer_code": "A0000111A.NL", "lei": "5493001KJTIIGC8Y1R12"})
OTHER = Party(
    "NORDWIND",
    "Nordwind",
    "utility",
    "DE",
    facts={"acer_code": "B0000222B.DE", "lei": "5493001KJTIIGC8Y1R12"},
)


def source(**changes: Any) -> Source:
    """Return a physical gas forward of 10 MW at the TTF in August 2026, changed as asked."""
    base = Source(
        trade_id=17, external_id="E-17", event="new", kind="forward_physical", side=1, quantity=10.0,
        quantity_unit="MW", price=31.1, strike=None, premium=None, is_call=None, profile="base",
        trade_date=date(2026, 6, 8), delivery_start=date(2026, 8, 1), delivery_end=date(2026, 9, 1), expiry=None,
        curve="TTF", commodity="gas", unit="EUR/MWh", currency="EUR", total=7440.0, total_unit="MWh", hours=744.0,
        book="GAS_EU", trader="Tomas Berg", party=OTHER, own=OWN,
        facts={"executed_at": datetime(2026, 6, 8, 9, 12, 33, tzinfo=UTC)}, uti={"ACER": "x" * 42 + "001"},
    )  # fmt: skip
    return replace(base, **changes)
