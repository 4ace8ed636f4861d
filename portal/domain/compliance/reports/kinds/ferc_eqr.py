"""FERC Electric Quarterly Report: wholesale sales of power in the United States; its transactions (fields 45 to 70)."""

from collections.abc import Mapping

from portal.domain.compliance.reports.flat import DAY, NUMBER, TEXT, may, must, one_of
from portal.domain.compliance.reports.layout import Gather, Layout, Media, Problem, register
from portal.domain.compliance.reports.source import Source
from portal.domain.compliance.reports.trade_codes import day_text, order_problem, text
from portal.domain.compliance.reports.values import written

_PEAKING = {"base": "FP", "peak": "P", "offpeak": "OP", "shaped": "FP"}
_ZONES = {
    "America/New_York": "EP",
    "America/Chicago": "CP",
    "America/Denver": "MP",
    "America/Los_Angeles": "PP",
}
_LONG = 366  # days from which a deal counts as long-term
_TOLERANCE = 0.01  # $ for each unit of quantity


def scope(source: Source) -> str:
    """Return why a trade is not in the report, "" when it is: only physical sales of power in the US are."""
    if source.commodity != "power" or source.place.country != "US":
        return "no power delivered in the United States"
    if source.is_derivative:
        return "a derivative, not a sale of power"
    return "" if source.side < 0 else "a purchase: the seller reports it"


def build(source: Source) -> dict[str, str]:
    """Return the cells of a sale."""
    price = source.price
    charge = None if price is None else price * source.total
    return {
        "transaction_unique_id": f"T{source.trade_id}",
        "seller_company_name": source.own.text("name") or source.own.name,
        "customer_company_name": source.party.name,
        "ferc_tariff_reference": source.own.text("ferc_tariff"),
        "contract_service_agreement_id": str(
            source.fact("agreement") or source.party.text("service_agreement")
        ),
        "transaction_id": source.external_id,
        "begin_date": day_text(source.delivery_start),
        "end_date": day_text(source.last_day),
        "trade_date": day_text(source.trade_date),
        "exchange_brokerage": source.mic,
        "type_of_rate": "Fixed" if price is not None else "Electric Index",
        "time_zone": _ZONES.get(str(source.fact("timezone") or "America/New_York"), "ES"),
        "delivery_balancing_authority": str(source.fact("balancing_authority") or source.place.zone),
        "delivery_specific_location": source.place.zone,
        "class_name": "F",
        "term_name": "LT" if (source.delivery_end - source.delivery_start).days >= _LONG else "ST",
        "increment_name": _increment(source),
        "increment_peaking_name": _PEAKING[source.profile],
        "product_name": "ENERGY",
        "transaction_quantity": text(source.total, 4),
        "price": text(price, 4),
        "rate_units": "$/MWH",
        "standardized_quantity": text(source.total, 4),
        "standardized_price": text(price, 4),
        "total_transmission_charge": "0",
        "total_transaction_charge": text(charge, 4),
    }


def _increment(source: Source) -> str:
    days = (source.delivery_end - source.delivery_start).days
    return "D" if days == 1 else "W" if days <= 7 else "M" if days <= 31 else "Y"


def check(cells: Mapping[str, str]) -> list[Problem]:
    """Return what does not add up: total = quantity x price + transmission, and the order of days."""
    found = order_problem(cells, "begin_date", "end_date", "52")
    try:
        quantity, price = float(cells["transaction_quantity"]), float(cells["price"])
        total = float(cells["total_transaction_charge"])
        transmission = float(cells.get("total_transmission_charge", "0"))
    except (KeyError, ValueError):
        return found
    if abs(total - quantity * price - transmission) > _TOLERANCE * abs(quantity):
        sentence = f"Field 70: the total of {written(total)} is not quantity x price + transmission."
        found.append(Problem("70", "total_transaction_charge", "sum", sentence))
    return found


FIELDS = (
    must("45", "transaction_unique_id", "Row id", "trades.trade_id", TEXT, "T and the number"),
    must("46", "seller_company_name", "Seller", "party_facts of SELF: name"),
    must("47", "customer_company_name", "Customer", "counterparties.name"),
    must("48", "ferc_tariff_reference", "FERC tariff reference", "party_facts of SELF: ferc_tariff"),
    must("49", "contract_service_agreement_id", "Service agreement", "party_facts: service_agreement"),
    must("50", "transaction_id", "Transaction id", "trades.external_id"),
    must("51", "begin_date", "Begin", "trades.delivery_start", DAY),
    must("52", "end_date", "End", "trades.delivery_end", DAY, "the last day itself"),
    must("53", "trade_date", "Trade date", "trades.trade_date", DAY),
    may("54", "exchange_brokerage", "Exchange or broker", "trade_facts: venue"),
    must(
        "55",
        "type_of_rate",
        "Type of rate",
        "trades.price",
        one_of("Fixed", "Formula", "Electric Index", "RTO/ISO"),
    ),
    must("56", "time_zone", "Time zone", "trade_facts: timezone", TEXT, "prevailing time of the zone"),
    must("57", "delivery_balancing_authority", "Balancing authority", "trade_facts: balancing_authority"),
    may("58", "delivery_specific_location", "Delivery location", "place of the curve"),
    must("59", "class_name", "Class", "trades", one_of("F", "NF", "UP", "N/A"), "always firm"),
    must("60", "term_name", "Term", "days of delivery", one_of("LT", "ST"), "LT from a year on"),
    must("61", "increment_name", "Increment", "days of delivery", one_of("5", "15", "H", "D", "W", "M", "Y")),
    must("62", "increment_peaking_name", "Peaking", "trades.profile", one_of("FP", "OP", "P", "N/A")),
    must("63", "product_name", "Product", "curves.commodity", TEXT, "always ENERGY"),
    must("64", "transaction_quantity", "Quantity", "trades.quantity", NUMBER, "over the whole delivery"),
    must("65", "price", "Price", "trades.price", NUMBER),
    must("66", "rate_units", "Rate units", "curves.unit", TEXT, "always $/MWH"),
    must("67", "standardized_quantity", "Standardised quantity (MWh)", "trades.quantity", NUMBER),
    must("68", "standardized_price", "Standardised price ($/MWh)", "trades.price", NUMBER),
    may("69", "total_transmission_charge", "Transmission charge", "none entered", NUMBER, "0"),
    must("70", "total_transaction_charge", "Total charge", "price x quantity", NUMBER),
)

LAYOUT = register(
    Layout(
        kind="ferc-eqr",
        title="FERC Electric Quarterly Report (transactions)",
        regime="US-FERC",
        law="18 CFR 35.10b",
        rule="US-FE-02",
        version="EQR transactions 45-70",
        media=Media.CSV,
        fields=FIELDS,
        gather=Gather.TRADES,
        scope=scope,
        build=build,
        check=check,
        trust="S",
        note="Only the transaction part; field numbers 46 and 48 were seen, the others are to be confirmed. A desk "
        "without sales of power in the United States has an empty report.",
        every="quarter",
        deadline="Last day of the month after the quarter",
    )
)
