"""Large trader positions: one row a contract, month and class, with the level and whether it is reached.

Two layouts: the fields of Part 17, Appendix C that a position can fill, and the screen of our own against limits.
"""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from portal.domain.compliance.reports.layout import Field, Gather, Layout, Media, register
from portal.domain.compliance.reports.tree import Simple
from portal.domain.compliance.reports.values import written

PRODUCT_TYPE = {"FUTURE": "FUT", "OPTION": "OPT"}
_NUMBER = Simple("decimal", base="decimal")
_DAY = Simple("day", base="date")
_COUNT = Simple("count", base="integer")
_FLAG = Simple("flag", base="boolean")


class _Account(Protocol):
    book: str
    long: float
    short: float


class Position(Protocol):
    """What one row is made of; lots. ``level``, ``limit`` and ``accountability`` None where none is in force."""

    as_of: date
    contract: str
    month: date
    instrument_class: str
    accounts: Sequence[_Account]
    gross_long: float
    gross_short: float
    net: float
    all_months_net: float
    last_trading_day: date
    days_left: int
    is_spot: bool
    market: str
    firm: str
    firm_lei: str
    level: float | None
    limit: float | None
    accountability: float | None
    trust: str


def is_reportable(source: Position) -> bool:
    """Tell whether a side is at the reporting level or above (17 CFR 15.00(p))."""
    return source.level is not None and max(source.gross_long, source.gross_short) >= source.level


def part_17_scope(source: Position) -> str:
    """Return why a position is not in the large trader file, "" when it is."""
    return "" if is_reportable(source) else "below the reporting level on both sides"


def scope(_source: Position) -> str:
    """Every position belongs in the screen."""
    return ""


def build_part_17(source: Position) -> dict[str, str]:
    """Return the cells of one position as Part 17 asks for it."""
    return {
        "MsgType": "UL",
        "RptID": f"{source.contract}-{source.month:%Y%m}-{source.instrument_class}-{source.as_of:%Y%m%d}",
        "RecordType": "New",
        "RptDt": written(source.as_of),
        "ReportingFirmID": source.firm,
        "SpecialAccountControllerLEI": source.firm_lei,
        "AccountID": source.firm,
        "Exchange": source.market,
        "CommodityClearingCode": source.contract,
        "ProductType": PRODUCT_TYPE[source.instrument_class],
        "Ticker": source.contract,
        "MaturityMonthYear": source.month.strftime("%Y%m"),
        "Long": written(source.gross_long),
        "Short": written(source.gross_short),
        "Accounts": " ".join(account.book for account in source.accounts),
    }


def build_screen(source: Position) -> dict[str, str]:
    """Return the cells of one position against its levels."""
    used = max(source.gross_long, source.gross_short)
    tested, kind = (source.limit, "limit") if source.is_spot else (source.accountability, "accountability")
    return {
        "as_of": written(source.as_of),
        "firm": source.firm,
        "market": source.market,
        "contract": source.contract,
        "month": source.month.strftime("%Y-%m"),
        "instrument_class": source.instrument_class,
        "accounts": " ".join(account.book for account in source.accounts),
        "gross_long": written(source.gross_long),
        "gross_short": written(source.gross_short),
        "net": written(source.net),
        "all_months_net": written(source.all_months_net),
        "reporting_level": _text(source.level),
        "reportable": "true" if is_reportable(source) else "false",
        "reportable_side": _side(source),
        "last_trading_day": written(source.last_trading_day),
        "business_days_left": str(source.days_left),
        "spot_month": "true" if source.is_spot else "false",
        "tested_against": kind if tested is not None else "",
        "level": _text(tested),
        "use_percent": "" if not tested else written(round(100 * abs(source.net) / tested, 2)),
        "excess": "" if tested is None else written(max(abs(source.net) - tested, 0.0)),
        "level_trust": source.trust,
        "gross_largest": written(used),
    }


def _side(source: Position) -> str:
    if source.level is None:
        return ""
    long, short = source.gross_long >= source.level, source.gross_short >= source.level
    return "BOTH" if long and short else "LONG" if long else "SHORT" if short else ""


def _text(value: float | None) -> str:
    return "" if value is None else written(float(value))


_LEDGER = "portfolio_positions of exchange futures and options"
PART_17 = (
    Field("2", "MsgType", "Message type", "constant", "always UL", required=True),
    Field("6", "RptID", "Report ID", "contract, month, class, day", required=True),
    Field("7", "RecordType", "Record type (action)", "constant", "New", required=True),
    Field("8", "RptDt", "Report date", "day of the report", type=_DAY, required=True),
    Field(
        "9", "ReportingFirmID", "Reporting firm ID", "party_facts of SELF: acer_code or code", required=True
    ),
    Field("10", "SpecialAccountControllerLEI", "Controller LEI", "party_facts of SELF: lei", required=True),
    Field("11", "AccountID", "Account ID", "own firm", "books are added up", required=True),
    Field("12", "Exchange", "Exchange", "place of the curve", "MIC, to be confirmed", required=True),
    Field("13", "CommodityClearingCode", "Commodity clearing code", "place of the curve", required=True),
    Field(
        "14",
        "ProductType",
        "Product type",
        "trades.kind",
        "FUT or OPT",
        Simple("p", enum=("FUT", "OPT")),
        True,
    ),
    Field("15", "Ticker", "Ticker", "place of the curve", required=True),
    Field("16", "MaturityMonthYear", "Maturity month and year", "delivery month", "YYYYMM", required=True),
    Field("L", "Long", "Long", _LEDGER, "lots of the books that are long", _NUMBER, True),
    Field("S", "Short", "Short", _LEDGER, "lots of the books that are short", _NUMBER, True),
    Field("A", "Accounts", "Books", "portfolios.code", "those with a position"),
)
SCREEN = (
    Field("1", "as_of", "As of", "clock of the report", type=_DAY, required=True),
    Field("2", "firm", "Firm", "party_facts of SELF", required=True),
    Field("3", "market", "Market", "place of the curve", "MIC"),
    Field("4", "contract", "Contract", "place of the curve", required=True),
    Field("5", "month", "Delivery month", "delivery month", required=True),
    Field("6", "instrument_class", "Class", "trades.kind", "FUTURE or OPTION", required=True),
    Field("7", "accounts", "Books", "portfolios.code"),
    Field("8", "gross_long", "Gross long", _LEDGER, "lots of the books that are long", _NUMBER, True),
    Field("9", "gross_short", "Gross short", _LEDGER, "lots of the books that are short", _NUMBER, True),
    Field("10", "net", "Net", "fields 8 and 9", "8 - 9", _NUMBER, True),
    Field("11", "all_months_net", "Net of all months", _LEDGER, "of the class", _NUMBER),
    Field("12", "reporting_level", "Reporting level", "parameter US-LT-01", "17 CFR 15.03(b)", _NUMBER),
    Field("13", "reportable", "At the level or above", "fields 8, 9, 12", "8 >= 12 or 9 >= 12", _FLAG),
    Field("14", "reportable_side", "Side at the level", "fields 8, 9, 12"),
    Field("15", "last_trading_day", "Last trading day", "contract and month", type=_DAY),
    Field("16", "business_days_left", "Business days left", "fields 1 and 15", type=_COUNT),
    Field("17", "spot_month", "Spot month", "field 16", "0 to 3 days left", _FLAG),
    Field(
        "18",
        "tested_against",
        "Tested against",
        "field 17",
        "spot: federal limit; else exchange accountability",
    ),
    Field("19", "level", "Level", "parameters US-PL-01, US-PL-03", "lots", _NUMBER),
    Field("20", "use_percent", "Use", "fields 10 and 19", "100 x |10| / 19", _NUMBER),
    Field("21", "excess", "Excess", "fields 10 and 19", "max(|10| - 19, 0), lots", _NUMBER),
    Field("22", "level_trust", "How well the level is known", "parameters", "V, S, U (to be confirmed) or P"),
    Field("23", "gross_largest", "Larger side", "fields 8 and 9", "lots", _NUMBER),
)

LARGE_TRADER = register(
    Layout(
        kind="cftc-17",
        title="Large trader positions (Part 17)",
        regime="US-CFTC",
        law="17 CFR 17.00, 15.03(b); 89 FR 47439, Appendix C",
        rule="US-LT-01",
        version="Appendix C, 2026-06-03",
        media=Media.CSV,
        fields=PART_17,
        gather=Gather.POSITIONS,
        scope=part_17_scope,
        build=build_part_17,
        trust="S",
        note="The carrying broker files Part 17; this is the firm's own view of it, in the fields of Appendix C that a "
        "position can fill. The FIXML form is not made.",
        deadline="Daily; the notice of a special account on the next business day",
        valid_from=date(2026, 6, 3),
    )
)
LIMITS = register(
    Layout(
        kind="position-limits",
        title="Position limits and accountability",
        regime="US-CFTC",
        law="17 CFR 150.2; NYMEX Rule 560; a layout of our own",
        rule="US-PL-01",
        version="house 1",
        media=Media.CSV,
        fields=SCREEN,
        gather=Gather.POSITIONS,
        scope=scope,
        build=build_screen,
        trust="P",
        note="A house layout. Options count by their notional, not by their delta. Levels of the spot month are to be "
        "confirmed against Appendix E of Part 150.",
        deadline="Daily (house policy)",
    )
)
