"""CFTC Part 43: publicly reportable swaps for real-time publication, without the names of the parties."""

from collections.abc import Mapping
from dataclasses import replace

from portal.domain.compliance.reports.flat import CURRENCY, MOMENT, NUMBER, TEXT, may, must
from portal.domain.compliance.reports.kinds import cftc_45
from portal.domain.compliance.reports.layout import Field, Gather, Layout, Media, Problem, register
from portal.domain.compliance.reports.source import Source
from portal.domain.compliance.reports.trade_codes import code_problems
from portal.domain.compliance.reports.values import written

_SAME = (
    "asset_class", "underlier", "action_type", "event_type", "event_timestamp", "execution_timestamp", "effective_date",
    "expiration_date", "platform_identifier", "cleared", "notional_quantity_unit", "price", "price_currency",
    "price_unit", "option_type", "option_style", "strike_price", "option_premium_amount", "option_premium_currency",
    "package_indicator", "block_trade_election",
)  # fmt: skip
_STEPS = ((1_000, 5), (10_000, 100), (100_000, 1_000), (1_000_000, 10_000), (10_000_000, 100_000))
_LARGEST = 1_000_000


def scope(source: Source) -> str:
    """Return why a trade is not published, "" when it is."""
    reason = cftc_45.scope(source)
    if reason:
        return reason
    return "" if source.fact("publicly_reportable") is True else "not publicly reportable"


def rounded(quantity: float) -> float:
    """Return a quantity as it is published: to a step that grows with it (17 CFR 43.4, steps unverified)."""
    step = next((step for limit, step in _STEPS if abs(quantity) < limit), _LARGEST)
    return float(round(quantity / step) * step) or float(step)


def build(source: Source) -> dict[str, str]:
    """Return the cells of a swap: those of Part 45 without the parties, quantities rounded."""
    cells = cftc_45.build(source)
    submitted = source.fact("publicly_submitted_at")
    return {name: cells[name] for name in _SAME} | {
        "dissemination_identifier": cells["uti"][20:],
        "notional_quantity": written(rounded(source.quantity)),
        "total_notional_quantity": written(rounded(source.total)),
        "notional_currency": source.currency,
        "submitted_at": "" if submitted is None else str(submitted),
    }


def check(cells: Mapping[str, str]) -> list[Problem]:
    """Return an unknown venue."""
    return code_problems(cells, {}, {"platform_identifier": "10"})


_OF_45 = {item.path: item for item in cftc_45.FIELDS}


def _same(number: str, path: str) -> Field:
    return replace(_OF_45[path], number=number)


FIELDS = (
    must(
        "1",
        "dissemination_identifier",
        "Dissemination identifier",
        "transaction_identifiers",
        TEXT,
        "UTI without LEI",
    ),
    *(_same(str(at), name) for at, name in enumerate(_SAME, start=2)),
    must(
        "23", "notional_quantity", "Notional quantity", "trades.quantity", NUMBER, "rounded, steps unverified"
    ),
    must("24", "total_notional_quantity", "Total notional quantity", "trades.quantity", NUMBER, "rounded"),
    must("25", "notional_currency", "Notional currency", "curves.currency", CURRENCY),
    may("26", "submitted_at", "Submitted for publication", "trade_facts: publicly_submitted_at", MOMENT),
)

LAYOUT = register(
    Layout(
        kind="cftc-43",
        title="CFTC Part 43 real-time publication",
        regime="US-CFTC",
        law="17 CFR 43.3, 43.4 and Appendix A",
        rule="US-SW-02",
        version="Part 43 v2.0 extract",
        media=Media.CSV,
        fields=FIELDS,
        gather=Gather.TRADES,
        scope=scope,
        build=build,
        check=check,
        trust="S",
        note="The field list is not complete, and the rounding of quantities is to be confirmed. Caps on large "
        "notionals are applied by the repository.",
        deadline="As soon as technologically practicable; 15 minutes for blocks on a facility",
        scheme="EMIR",
    )
)
