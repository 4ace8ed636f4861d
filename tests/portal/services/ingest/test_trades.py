"""Files of trades: taken in once, refused row by row with a sentence, repaired like prices."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from data.session import UnitOfWork
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks, now
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.services import ingest
from portal.services.ingest import ImportOptions, ImportReport, import_file, preview_file
from portal.services.market import quality, quality_passports
from tests.helpers import trades as desk
from tests.helpers.files import one, rows, take

ROW: dict[str, Any] = {
    "external_id": "D-1", "trade_date": "2026-03-02", "book": "GAS_EU", "counterparty": "NORDWIND", "trader": "Mara",
    "kind": "forward_financial", "curve": "TTF", "side": "buy", "quantity": "10", "unit": "MW", "price": "31.5",
    "product": "2026-Q3", "option": "", "strike": "", "premium": "", "vol_model": "", "expiry": "", "profile": "",
    "curve2": "", "ratio2": "", "details": "", "price_unit": "",
}  # fmt: skip
OPTION = {
    "kind": "option", "price": "", "strike": "35", "premium": "1.2", "option": "call", "vol_model": "black76",
    "expiry": "2026-06-25", "unit": "MWh", "quantity": "1000",
}  # fmt: skip


def text(*changes: dict[str, Any], names: list[str] | None = None) -> str:
    """Return a file of one trade for each set of changes."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, names or list(ROW), lineterminator="\n")
    writer.writeheader()
    for place, change in enumerate(changes, start=1):
        writer.writerow({**ROW, "external_id": f"D-{place}", **change})
    return stream.getvalue()


def actor(role: Role, *books: str) -> Actor:
    return Actor(1, role.value, role.label, frozenset({role}), frozenset(books))


@pytest.fixture(autouse=True)
def market(database: str) -> None:
    """Curves, books, counterparties and a level of gas."""
    desk.add_desk()
    desk.add_level("TTF", date(2026, 3, 2), 30.0)


def take_trades(folder: Path, *changes: dict[str, Any], **options: Any) -> ImportReport:
    return take(folder, text(*changes), "trades", **options)


def test_good_rows_become_versions_and_positions(tmp_path: Path) -> None:
    report = take_trades(
        tmp_path,
        {},
        OPTION,
        {"kind": "Swap", "curve": "brent", "unit": "lots", "quantity": "25", "price": "71", "product": "Cal-27"},
        {"kind": "future", "curve": "EUA", "unit": "lots", "quantity": "2", "price": "71", "product": "2026-12",
         "expiry": "2026-12-14", "side": "S"},
    )  # fmt: skip
    assert (report.status, report.rows_accepted, report.rows_stored) == ("stored", 4, 4)
    assert report.instruments == ("BRENT", "EUA", "TTF")
    assert rows(
        "SELECT external_id, kind, side, quantity, quantity_unit, delivery_end::text FROM trades ORDER BY 1"
    ) == [
        ("D-1", "forward_financial", 1, 10.0, "MW", "2026-10-01"),
        ("D-2", "option", 1, 1000.0, "MWh", "2026-10-01"),
        ("D-3", "swap", 1, 25_000.0, "bbl", "2028-01-01"),
        ("D-4", "future", -1, 2_000.0, "t", "2027-01-01"),
    ]
    assert rows("SELECT recorded_by, batch_id, effective_on::text FROM trades LIMIT 1") == [
        ("system", report.batch_id, "2026-03-02")
    ]
    assert one("SELECT sum(volume) FROM portfolio_positions WHERE kind = 'swap'") == 300_000.0


def test_same_file_again_changes_nothing(tmp_path: Path) -> None:
    take_trades(tmp_path, {}, OPTION)
    again = take_trades(tmp_path, {}, OPTION)
    assert (again.status, again.exit_status, again.rows_accepted, again.rows_stored) == ("unchanged", 0, 2, 0)
    assert one("SELECT count(*) FROM trades") == 2


def test_other_terms_of_a_known_trade_are_refused(tmp_path: Path) -> None:
    take_trades(tmp_path, {})
    report = take_trades(tmp_path, {"price": "32"}, {}, keep_good=True)
    assert (report.status, report.rows_accepted, report.rows_quarantined) == ("stored", 1, 1)
    assert "is known with other terms (price)" in report.problems[0].message
    assert "propose an amendment" in report.problems[0].message
    assert report.problems[0].code == "known-trade"
    assert rows("SELECT price FROM trades WHERE external_id = 'D-1'") == [(31.5,)]


def test_a_trader_nobody_named_is_no_change(tmp_path: Path) -> None:
    names = [name for name in ROW if name != "trader"]
    content = "\n".join(
        ",".join(part for place, part in enumerate(line.split(",")) if place != list(ROW).index("trader"))
        for line in text({}).splitlines()
    )
    assert content.startswith("external_id,trade_date,book,counterparty,kind")
    assert names
    take_trades(tmp_path, {})
    assert take(tmp_path, content + "\n", "trades").status == "unchanged"


def test_all_or_nothing(tmp_path: Path) -> None:
    report = take_trades(tmp_path, {}, {"quantity": "0"})
    assert (report.status, report.exit_status, report.rows_quarantined) == ("refused", 1, 1)
    assert one("SELECT count(*) FROM trades") == 0
    assert one("SELECT count(*) FROM quarantined_rows") == 1
    dry = take_trades(tmp_path, {}, dry_run=True)
    assert (dry.rows_accepted, one("SELECT count(*) FROM trades")) == (1, 0)


@pytest.mark.parametrize(
    ("change", "column", "code", "says"),
    [
        ({"curve": "TFF"}, "curve", "unknown-curve", "Did you mean TTF?"),
        ({"unit": "furlong"}, "unit", "unknown-unit", "not known. Write the quantity in MWh or MW or lots"),
        ({"unit": "t"}, "unit", "unknown-unit", "does not fit TTF"),
        ({"curve": "NBP", "unit": "lots"}, "unit", "unknown-unit", "contract size of NBP is not known"),
        ({"counterparty": "NORDWIMD"}, "counterparty", "unknown-counterparty", "Did you mean NORDWIND?"),
        ({"book": "NOPE"}, "book", "unknown-book", "Your books are: GAS_EU, OIL, POWER_DE"),
        ({"book": "GAS"}, "book", "unknown-book", "no book 'GAS'"),
        ({"kind": "forward"}, "kind", "unknown-kind", "is no kind of trade"),
        ({"side": "up"}, "side", "side", "Write buy or sell"),
        ({"product": "2026-02"}, "product", "unknown-or-past", "before the trade date"),
        ({"product": "someday"}, "product", "unknown-product", "is not a delivery period"),
        ({"product": ""}, "product", "no-delivery", "does not say when it is delivered"),
        ({"quantity": "0"}, "quantity", "quantity", "not above zero"),
        ({"quantity": "-5"}, "quantity", "quantity", "side sell"),
        ({"quantity": "9e9"}, "quantity", "absurd-quantity", "Check its unit"),
        ({"quantity": "ten"}, "quantity", "not-a-number", "'ten'"),
        ({"quantity": ""}, "quantity", "no-quantity", "Fill it in"),
        ({"price": "3150"}, "price", "absurd-price", "far from the market, which is at 30"),
        ({"price": ""}, "price", "no-price", "Fill in 'price'"),
        ({"price_unit": "GBp/therm"}, "price_unit", "unit-mismatch", "quoted in EUR/MWh"),
        ({**OPTION, "strike": ""}, "strike", "no-strike", "An option needs its strike"),
        ({**OPTION, "option": "straddle"}, "option", "option", "Write call or put"),
        ({**OPTION, "expiry": "2026-02-01"}, "expiry", "expiry-past", "before its trade date"),
        ({**OPTION, "expiry": "2026-02-30"}, "expiry", "not-a-date", "is no day"),
        ({"trade_date": "2126-03-02"}, "trade_date", "future-date", "lies ahead"),
        ({"kind": "storage", "unit": "MWh", "quantity": "1", "price": "", "premium": "0"}, "details", "no-detail",
         "needs 'capacity'"),
        ({"details": "{oops"}, "details", "details", "no JSON object"),
        ({"details": "[1]"}, "details", "details", "no JSON object"),
        ({**OPTION, "kind": "spread_option", "curve2": ""}, "curve2", "no-curve2", "second curve"),
        ({**OPTION, "kind": "spread_option", "curve2": "BRENT"}, "curve2", "currency-mismatch", "one currency"),
        ({"profile": "peak"}, "profile", "profile", "Only power"),
        ({"external_id": ""}, "external_id", "no-external-id", "Fill it in"),
    ],
)  # fmt: skip
def test_each_bad_row_says_what_to_do(
    tmp_path: Path, change: dict[str, Any], column: str, code: str, says: str
) -> None:
    report = take_trades(tmp_path, {"external_id": "G-1"}, change, keep_good=True)
    assert (report.rows_accepted, report.rows_quarantined) == (1, 1)
    problem = report.problems[0]
    assert problem.line == 3
    assert says in problem.message
    if code != "unknown-or-past":
        assert (problem.column, problem.code) == (column, code)


def test_delivery_days(tmp_path: Path) -> None:
    head = "external_id,trade_date,book,counterparty,kind,curve,side,quantity,unit,price,delivery_start,"
    row = "D-1,2026-03-02,GAS_EU,NORDWIND,swap,TTF,buy,5,MW,31,2026-07-01,"
    bad = take(tmp_path, f"{head}delivery_end\n{row}2026-07-31\n", "trades")
    assert "last day of a month" in bad.problems[0].message
    take(tmp_path, f"{head}delivery_last\n{row}2026-07-31\n", "trades")
    assert one("SELECT delivery_end::text FROM trades") == "2026-08-01"


def test_one_trade_stated_twice(tmp_path: Path) -> None:
    same = take_trades(tmp_path, {"external_id": "D-1"}, {"external_id": "D-1"})
    assert (same.rows_stored, same.rows_duplicate) == (1, 1)
    other = take_trades(
        tmp_path, {"external_id": "D-7"}, {"external_id": "D-7", "price": "30"}, {}, keep_good=True
    )
    assert [problem.code for problem in other.problems] == ["contradiction", "contradiction"]
    assert "Lines 2, 3 state the trade D-7 in different ways" in other.problems[0].message


def test_whole_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert take(tmp_path, "a,b\n1,2\n", "trades").problems[0].code == "no-heading"
    missing = take(tmp_path, text({}).replace("counterparty", "partner"), "trades")
    assert missing.problems[0].code == "missing-column"
    assert "counterparty" in missing.problems[0].message
    stated = take(
        tmp_path, text({}).replace("counterparty", "partner"), "trades", columns={"counterparty": "partner"}
    )
    assert stated.status == "stored"
    unclear = take_trades(tmp_path, {"quantity": "1,234", "price": "31"})
    assert unclear.problems[0].code == "ambiguous-decimal"
    days = take_trades(tmp_path, {"trade_date": "03/02/2026"})
    assert days.problems[0].code == "ambiguous-date"


def test_decimal_commas_and_german_days(tmp_path: Path) -> None:
    content = (
        text({"price": "31,50", "trade_date": "02.03.2026"}).replace('"31,50"', "31.50").replace(",", ";")
    )
    report = take(tmp_path, content.replace("31.50", "31,50"), "trades")
    assert report.status == "stored", report.problems
    assert rows("SELECT price, trade_date::text FROM trades") == [(31.5, "2026-03-02")]


def test_workbook(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(ROW))
    sheet.append([*{**ROW, "trade_date": date(2026, 3, 2), "quantity": 10, "price": 31.5}.values()])
    book.save(tmp_path / "trades.xlsx")
    report = import_file("trades", tmp_path / "trades.xlsx", ImportOptions(), actor=SYSTEM)
    assert report.status == "stored", report.problems
    assert rows("SELECT trade_date::text, quantity FROM trades") == [("2026-03-02", 10.0)]


def test_preview(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text({}))
    seen = preview_file("trades", path, ImportOptions(), actor=SYSTEM)
    assert seen.problem is None
    assert dict(seen.facts)["Layout"] == "one row for each trade"
    assert seen.rows[0][0] == "D-1"


def test_storage_with_details(tmp_path: Path) -> None:
    details = (
        '{"capacity": 1000000, "injection_rate": 100000, "withdrawal_rate": 200000, "injection_cost": 0.1, '
        '"withdrawal_cost": 0.1, "injection_loss": 0.01, "start_volume": 0, "end_volume": 0, "kappa": 2, "sigma": 0.6}'
    )
    report = take_trades(
        tmp_path,
        {
            "kind": "storage",
            "unit": "MWh",
            "quantity": "1",
            "price": "",
            "premium": "0.5",
            "details": details,
        },
    )
    assert report.status == "stored", report.problems
    assert one("SELECT details->>'sigma' FROM trades") == "0.6"


def test_only_own_books_and_rights(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text({}, {"book": "OIL"}))
    trader = actor(Role.TRADER, "GAS", "GAS_EU")
    report = import_file("trades", path, ImportOptions(keep_good=True), actor=trader)
    assert (report.rows_stored, report.rows_quarantined) == (1, 1)
    assert "Your books are: GAS_EU." in report.problems[0].message
    with pytest.raises(NotPermitted):
        import_file("trades", path, ImportOptions(), actor=actor(Role.RISK_OFFICER, "GAS_EU"))
    with pytest.raises(NotPermitted):
        import_file("trades", path, ImportOptions(), actor=actor(Role.EXECUTIVE))


def test_known_trade_of_another_book_is_not_described(tmp_path: Path) -> None:
    take_trades(tmp_path, {"book": "OIL"})
    path = tmp_path / "t.csv"
    path.write_text(text({}))
    report = import_file("trades", path, ImportOptions(), actor=actor(Role.TRADER, "GAS_EU"))
    assert report.problems[0].message == (
        "The external id D-1 belongs to another trade. Give this one an id of its own."
    )


def test_repair(tmp_path: Path) -> None:
    take_trades(tmp_path, {}, {"curve": "TFF"}, keep_good=True)
    ((row,),) = rows("SELECT id FROM quarantined_rows")
    with pytest.raises(DomainError, match=r"still refused.*TTG"):
        ingest.repair_row(row, {"curve": "TTG"}, SYSTEM)
    report = ingest.repair_row(row, {"curve": "TTF"}, SYSTEM)
    assert (report.status, report.rows_stored) == ("stored", 1)
    assert one("SELECT count(*) FROM trades") == 2


EVERY_NODE = ("DESK", "GAS", "POWER", "GAS_EU", "POWER_DE", "OIL")


def imported(folder: Path, name: str, by: Actor, *changes: dict[str, Any]) -> None:
    path = folder / name
    path.write_text(text(*changes))
    import_file("trades", path, ImportOptions(keep_good=True), actor=by)


def test_refused_trades_are_seen_by_their_importer_and_those_who_repair_in_their_books(
    tmp_path: Path,
) -> None:
    gas, power = {"curve": "TFF"}, {"book": "POWER_DE", "curve": "DE", "external_id": "P-1"}
    mara = Actor(1, "mara", "Mara", frozenset({Role.OPERATIONS}), frozenset({"GAS_EU", "POWER_DE"}))
    imported(tmp_path, "t.csv", mara, gas, power)
    found = dict(rows("SELECT fields ->> 'book', id FROM quarantined_rows"))

    def seen(role: Role, *books: str) -> int:
        reader = actor(role, *books)
        total = ingest.quarantine_table(GridQuery(), reader).total
        assert quality.open_quarantine(reader) == total  # the tile on the page of data quality
        with UnitOfWork() as work:
            assert (
                quality_passports.quarantined(work, {}, Clocks(date(2026, 3, 2), now()), reader).value
                == total
            )
        return total

    assert ingest.quarantine_table(GridQuery(), mara).total == 2
    assert seen(Role.RISK_OFFICER, *EVERY_NODE) == 2
    assert seen(Role.RISK_OFFICER, "GAS", "GAS_EU") == 1
    assert seen(Role.RISK_OFFICER) == 0
    assert seen(Role.TRADER, *EVERY_NODE) == 0
    assert ingest.quarantine_row(found["GAS_EU"], actor(Role.RISK_OFFICER, "GAS_EU")).column == "curve"
    for reader in (actor(Role.RISK_OFFICER, "GAS_EU"), actor(Role.TRADER, *EVERY_NODE)):
        with pytest.raises(NotFound):
            ingest.quarantine_row(found["POWER_DE"], reader)
        with pytest.raises((NotFound, NotPermitted)):
            ingest.dismiss_row(found["POWER_DE"], reader)


def test_a_refused_trade_of_an_unknown_book_is_for_those_who_see_all(tmp_path: Path) -> None:
    imported(
        tmp_path,
        "t.csv",
        Actor(1, "mara", "Mara", frozenset({Role.TRADER}), frozenset({"GAS_EU"})),
        {"book": "GUS"},
    )
    assert ingest.quarantine_table(GridQuery(), actor(Role.OPERATIONS, "GAS_EU", "OIL")).total == 0
    assert ingest.quarantine_table(GridQuery(), actor(Role.OPERATIONS, *EVERY_NODE)).total == 1


def test_who_settles_a_refused_trade_may_enter_trades(tmp_path: Path) -> None:
    take_trades(tmp_path, {"curve": "TFF"})
    ((row,),) = rows("SELECT id FROM quarantined_rows")
    with pytest.raises(NotPermitted):
        ingest.dismiss_row(row, actor(Role.RISK_OFFICER, *EVERY_NODE))
    ingest.dismiss_row(row, actor(Role.OPERATIONS, *EVERY_NODE))
    assert rows("SELECT state FROM quarantined_rows") == [("dismissed",)]


def test_the_list_of_imports_names_files_of_trades_to_those_who_see_their_books(tmp_path: Path) -> None:
    mara = Actor(1, "mara", "Mara", frozenset({Role.OPERATIONS}), frozenset({"GAS_EU", "POWER_DE"}))
    imported(tmp_path, "gas.csv", mara, {})
    imported(
        tmp_path,
        "both.csv",
        mara,
        {"external_id": "B-1"},
        {"external_id": "B-2", "book": "POWER_DE", "curve": "X"},
    )
    imported(tmp_path, "empty.csv", mara)
    take(tmp_path, "date,TTF (EUR/MWh)\n2026-03-02,30\n", "prices")

    def files(reader: Actor) -> set[str]:
        table = ingest.recent_imports(GridQuery(limit=None), reader)
        return set(table.column("file")) & {"gas.csv", "both.csv", "empty.csv"}

    every = {"gas.csv", "both.csv", "empty.csv"}
    assert files(mara) == every
    assert files(actor(Role.RISK_OFFICER, *EVERY_NODE)) == every
    assert files(actor(Role.TRADER, "GAS", "GAS_EU")) == {"gas.csv"}
    assert files(actor(Role.TRADER, "OIL")) == set()
    assert files(actor(Role.ADMINISTRATOR, *EVERY_NODE)) == set()  # reads the market, but no portfolios
    assert ingest.recent_imports(GridQuery(), actor(Role.ADMINISTRATOR)).total == 1  # the prices
    assert ingest.recent_imports(GridQuery(text="gas.csv"), actor(Role.ADMINISTRATOR)).total == 0
