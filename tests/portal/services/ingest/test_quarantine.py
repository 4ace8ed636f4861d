"""Refused rows: listed, searched, repaired, dismissed, and only by those who may."""

import threading

import pytest

from portal.core.actor import SYSTEM, Actor
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.services import ingest
from tests.helpers.files import one, prices, rows, take

pytestmark = pytest.mark.usefixtures("database")

HEAD = "date,instrument,price,unit\n"


def actor(role):
    return Actor(user_id=1, username=role.value, name=role.label, roles=frozenset({role}))


@pytest.fixture
def refused(tmp_path):
    """Import a file with two bad rows; return their ids, first line first."""
    take(tmp_path, HEAD + "2024-01-02,X,1,USD/t\n2024-01-03,X,1O,USD/t\n2024-02-30,X,3,USD/t\n")
    return [number for (number,) in rows("SELECT id FROM quarantined_rows ORDER BY line")]


def test_table_is_newest_first_and_can_be_searched_and_sorted(refused):
    table = ingest.quarantine_table(GridQuery(), SYSTEM)
    assert (table.total, table.column("line")) == (2, [4, 3])
    assert ingest.quarantine_table(GridQuery(text="1O"), SYSTEM).column("line") == [3]
    assert ingest.quarantine_table(GridQuery(text="100%_"), SYSTEM).total == 0
    assert ingest.quarantine_table(GridQuery(sort="line", limit=1), SYSTEM).column("line") == [3]


def test_repaired_row_is_taken_in_and_marked(refused):
    report = ingest.repair_row(refused[0], {"price": "10"}, SYSTEM)
    assert (report.status, report.rows_accepted) == ("stored", 1)
    assert prices("X") == [("2024-01-03", 10.0)]
    assert ingest.quarantine_table(GridQuery(), SYSTEM).column("line") == [4]
    assert rows("SELECT state, state_by FROM quarantined_rows WHERE id = :id", id=refused[0]) == [
        ("repaired", "system")
    ]
    with pytest.raises(Conflict, match="repaired before"):
        ingest.repair_row(refused[0], {"price": "10"}, SYSTEM)


def test_row_that_is_still_bad_stays(refused):
    with pytest.raises(DomainError, match=r"still refused.*'ten'"):
        ingest.repair_row(refused[0], {"price": "ten"}, SYSTEM)
    assert ingest.quarantine_table(GridQuery(), SYSTEM).total == 2
    assert one("SELECT count(*) FROM import_batches") == 1


def test_unknown_column_or_row(refused):
    with pytest.raises(DomainError, match="no column 'cost'"):
        ingest.repair_row(refused[0], {"cost": "1"}, SYSTEM)
    with pytest.raises(NotFound):
        ingest.repair_row(0, {}, SYSTEM)


def test_dismissed_row_leaves_the_list_but_stays_on_record(refused):
    ingest.dismiss_row(refused[1], SYSTEM)
    assert ingest.quarantine_table(GridQuery(), SYSTEM).total == 1
    assert ingest.quarantine_table(GridQuery(), SYSTEM, state="dismissed").total == 1


def test_row_is_repaired_as_its_file_was_read(tmp_path):
    content = (
        "Tag;BRENT (USD/bbl);TTF (EUR/MWh)\n".replace("Tag", "Datum")
        + "31.01.2024;1.075,5;30,25\n01.02.2024;1.076,5;x\n"
    )
    report = take(tmp_path, content, keep_good=True)
    assert report.rows_accepted == 1
    ((row,),) = rows("SELECT id FROM quarantined_rows")
    ingest.repair_row(row, {"TTF (EUR/MWh)": "31,5"}, SYSTEM)
    assert prices("BRENT") == [("2024-01-31", 1075.5), ("2024-02-01", 1076.5)]
    assert prices("TTF") == [("2024-01-31", 30.25), ("2024-02-01", 31.5)]


def test_row_is_repaired_with_the_options_of_its_import(tmp_path):
    content = "day,value\n02/01/2024,1\n03/01/2024,oops\n"
    take(tmp_path, content, date_order="dmy", instrument="GAS", unit="GBp/therm", keep_good=True)
    ((row,),) = rows("SELECT id FROM quarantined_rows")
    ingest.repair_row(row, {"value": "2"}, SYSTEM)
    assert prices("GAS") == [("2024-01-02", 1.0), ("2024-01-03", 2.0)]


@pytest.mark.parametrize("role", [Role.EXECUTIVE, Role.AUDITOR, Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR])
def test_readers_may_neither_import_nor_repair(refused, tmp_path, role):
    with pytest.raises(NotPermitted):
        ingest.import_file("prices", tmp_path / "file.csv", actor=actor(role))
    with pytest.raises(NotPermitted):
        ingest.repair_row(refused[0], {"price": "1"}, actor(role))
    with pytest.raises(NotPermitted):
        ingest.dismiss_row(refused[0], actor(role))


def test_traders_import_and_operations_repair(refused, tmp_path):
    assert ingest.import_file("prices", tmp_path / "file.csv", actor=actor(Role.TRADER)).status == "refused"
    with pytest.raises(NotPermitted):
        ingest.repair_row(refused[0], {"price": "1"}, actor(Role.TRADER))
    assert ingest.repair_row(refused[0], {"price": "1"}, actor(Role.OPERATIONS)).status == "stored"


def test_recent_imports(refused, tmp_path):
    take(tmp_path, HEAD + "2024-01-02,X,1,USD/t\n", name="second.csv")
    table = ingest.recent_imports(GridQuery(), SYSTEM)
    assert table.column("file") == ["second.csv", "file.csv"]
    assert table.column("status") == ["stored", "refused"]
    assert ingest.recent_imports(GridQuery(text="second"), SYSTEM).total == 1


def test_same_file_imported_by_four_at_once_is_stored_once(tmp_path):
    path = tmp_path / "same.csv"
    path.write_text(
        HEAD + "".join(f"{year}-06-01,X{i},{i},USD/t\n" for i in range(20) for year in range(1950, 2020))
    )
    reports = []

    def work():
        reports.append(ingest.import_file("prices", path, actor=SYSTEM))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(report.status for report in reports) == ["stored", "unchanged", "unchanged", "unchanged"]
    assert one("SELECT count(*) FROM price_bars") == 1400
    assert one("SELECT count(*) FROM instruments") == 20
