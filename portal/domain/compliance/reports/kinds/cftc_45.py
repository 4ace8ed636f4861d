"""CFTC Part 45: swaps with a US person, or over a US venue, to a swap data repository; creation data."""

from collections.abc import Mapping

from portal.domain.compliance.identifiers import is_emir_uti
from portal.domain.compliance.places import DCM
from portal.domain.compliance.reports.flat import CURRENCY, DAY, FLAG, MOMENT, NUMBER, TEXT, may, must, one_of
from portal.domain.compliance.reports.layout import Gather, Layout, Media, Problem, register
from portal.domain.compliance.reports.source import Source
from portal.domain.compliance.reports.trade_codes import code_problems, day_text, text
from portal.domain.compliance.reports.values import written

_SWAPS = frozenset({"swap", "forward_financial", "option", "asian", "spread_option"})
_ACTIONS = {"new": ("NEWT", "TRAD"), "amended": ("MODI", "TRAD"), "cancelled": ("EROR", "")}
_OPTIONS = {True: "CALL", False: "PUTO", None: "OTHR"}


def scope(source: Source) -> str:
    """Return why a trade is no swap data under Part 45, "" when it is."""
    if source.kind not in _SWAPS or source.party.kind == "exchange":
        return "no swap: physical, a future, or cleared at an exchange"
    if source.party.text("us_person") != "True" and source.mic not in DCM:
        return "neither a US person nor a US venue"
    return ""


def build(source: Source) -> dict[str, str]:
    """Return the cells of a swap."""
    action, event = _ACTIONS[source.event]
    price, notional = source.money[0], source.notional[0]
    premium = None if source.premium is None else abs(source.premium) * source.total
    is_option = source.kind in ("option", "asian", "spread_option")
    seller = source.side < 0
    return {
        "counterparty_1": source.own.lei_code,
        "counterparty_2": source.party.lei_code,
        "counterparty_2_identifier_source": "LEID" if source.party.lei_code else "",
        "counterparty_1_financial_entity": _financial(source.own.text("class")),
        "counterparty_2_financial_entity": _financial(source.party.text("class")),
        "buyer_identifier": source.party.lei_code if seller else source.own.lei_code,
        "seller_identifier": source.own.lei_code if seller else source.party.lei_code,
        "submitter_identifier": source.own.lei_code,
        "uti": source.uti.get("EMIR", ""),
        "asset_class": "COMM",
        "underlier": source.curve,
        "action_type": action,
        "event_type": event,
        "event_timestamp": written(source.recorded_at or source.executed_at),
        "execution_timestamp": written(source.executed_at),
        "effective_date": day_text(source.delivery_start),
        "expiration_date": day_text(source.expiry or source.last_day),
        "platform_identifier": source.mic or "XXXX",
        "cleared": "N",
        "notional_amount": text(notional, 2),
        "notional_currency": source.currency,
        "notional_quantity": text(source.quantity),
        "notional_quantity_unit": source.quantity_unit,
        "total_notional_quantity": text(source.total),
        "price": "" if is_option else text(price),
        "price_currency": "" if is_option else source.currency,
        "price_unit": source.unit,
        "option_type": _OPTIONS[source.is_call] if is_option else "",
        "option_style": "EURO" if is_option else "",
        "strike_price": text(source.strike) if is_option else "",
        "option_premium_amount": text(premium, 2) if is_option else "",
        "option_premium_currency": source.currency if is_option and premium is not None else "",
        "package_indicator": "false",
        "block_trade_election": "true" if source.fact("block") is True else "false",
    }


def _financial(party_class: str) -> str:
    return "true" if party_class in ("FC", "SD", "MSP") else "false"


def check(cells: Mapping[str, str]) -> list[Problem]:
    """Return wrong check digits, an unknown venue, and a UTI that is none."""
    found = code_problems(
        cells, {"counterparty_1": "1", "counterparty_2": "2"}, {"platform_identifier": "18"}
    )
    uti = cells.get("uti", "")
    if uti and not is_emir_uti(uti):
        sentence = "Field 9: the UTI does not begin with an LEI, or is not 20 to 52 letters and digits."
        found.append(Problem("9", "uti", "uti", sentence))
    return found


FIELDS = (
    must("1", "counterparty_1", "Counterparty 1 (reporting)", "party_facts of SELF: lei"),
    must("2", "counterparty_2", "Counterparty 2", "party_facts: lei"),
    must(
        "3",
        "counterparty_2_identifier_source",
        "Identifier source",
        "party_facts: lei",
        one_of("LEID", "NPID"),
    ),
    must(
        "4", "counterparty_1_financial_entity", "Counterparty 1 financial", "party_facts of SELF: class", FLAG
    ),
    must("5", "counterparty_2_financial_entity", "Counterparty 2 financial", "party_facts: class", FLAG),
    must("6", "buyer_identifier", "Buyer", "trades.side", TEXT, "who buys"),
    must("7", "seller_identifier", "Seller", "trades.side", TEXT, "who sells"),
    must("8", "submitter_identifier", "Submitter", "party_facts of SELF: lei"),
    must(
        "9",
        "uti",
        "Unique transaction identifier",
        "transaction_identifiers",
        TEXT,
        "own LEI and 32 characters",
    ),
    must("10", "asset_class", "Asset class", "trades.kind", one_of("COMM"), "always COMM"),
    must("11", "underlier", "Underlier", "curves.code", TEXT, "in place of the UPI, which is not known"),
    must("12", "action_type", "Action type", "trades.event", one_of("NEWT", "MODI", "EROR", "TERM")),
    may(
        "13", "event_type", "Event type", "trades.event", one_of("TRAD", "NOVA", "ETRM"), "none for an error"
    ),
    must("14", "event_timestamp", "Event timestamp", "trades.recorded_at", MOMENT, "in UTC"),
    must("15", "execution_timestamp", "Execution timestamp", "trade_facts: executed_at", MOMENT, "in UTC"),
    must("16", "effective_date", "Effective date", "trades.delivery_start", DAY),
    must("17", "expiration_date", "Expiration date", "trades.expiry", DAY, "else the last day of delivery"),
    must("18", "platform_identifier", "Platform identifier", "trade_facts: venue", TEXT, "XXXX off facility"),
    must("19", "cleared", "Cleared", "counterparties.kind", one_of("Y", "N", "I")),
    must(
        "20", "notional_amount", "Notional amount", "price or strike x total quantity", NUMBER, "two decimals"
    ),
    must("21", "notional_currency", "Notional currency", "curves.currency", CURRENCY),
    must("22", "notional_quantity", "Notional quantity", "trades.quantity", NUMBER),
    must("23", "notional_quantity_unit", "Quantity unit", "trades.quantity_unit"),
    must(
        "24",
        "total_notional_quantity",
        "Total notional quantity",
        "trades.quantity",
        NUMBER,
        "over all months",
    ),
    may("25", "price", "Price", "trades.price", NUMBER, "not of options"),
    may("26", "price_currency", "Price currency", "curves.currency", CURRENCY),
    must("27", "price_unit", "Price unit", "curves.unit"),
    may("28", "option_type", "Option type", "trades.is_call", one_of("CALL", "PUTO", "OTHR")),
    may("29", "option_style", "Option style", "trades.kind", one_of("EURO", "AMER", "BERM")),
    may("30", "strike_price", "Strike price", "trades.strike", NUMBER),
    may("31", "option_premium_amount", "Option premium", "trades.premium", NUMBER, "x total quantity"),
    may("32", "option_premium_currency", "Premium currency", "curves.currency", CURRENCY),
    must("33", "package_indicator", "Package", "own books", FLAG, "always false"),
    must("34", "block_trade_election", "Block trade election", "trade_facts: block", FLAG),
)

LAYOUT = register(
    Layout(
        kind="cftc-45",
        title="CFTC Part 45 swap data",
        regime="US-CFTC",
        law="17 CFR 45.3, 45.4 and Appendix 1",
        rule="US-SW-01",
        version="Part 45 v2.0 extract",
        media=Media.CSV,
        fields=FIELDS,
        gather=Gather.TRADES,
        scope=scope,
        build=build,
        check=check,
        trust="S",
        note="Field names follow the index of the CFTC's Technical Specification 2.0; the list is not complete, "
        "numbers are ours, and the form is set by the repository. To be confirmed before production use.",
        deadline="Creation data: T+1 for swap dealers, T+2 for others",
        scheme="EMIR",
    )
)
