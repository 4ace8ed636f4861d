"""Every trap of docs/importing.md has the outcome that is stated there."""

import json
from datetime import timedelta

import pytest

from portal.core import clock
from tests.helpers.files import codes, one, prices, rows, take, ticks

pytestmark = pytest.mark.usefixtures("database")

HEAD = "date,instrument,price,unit\n"


def test_plain_file_is_taken_in_and_reported(tmp_path):
    report = take(tmp_path, HEAD + "2024-01-02,BRENT,75.5,USD/bbl\n2024-01-03,BRENT,76,USD/bbl\n")
    assert report.to_json() == {
        "rows_read": 2, "rows_accepted": 2, "rows_quarantined": 0, "rows_duplicate": 0, "first": "2024-01-02",
        "last": "2024-01-03", "instruments": ["BRENT"], "problems": [],
    }  # fmt: skip
    assert report.exit_status == 0
    assert prices("BRENT") == [("2024-01-02", 75.5), ("2024-01-03", 76.0)]
    assert rows("SELECT unit, currency, granularity, source_code FROM instruments") == [
        ("USD/bbl", "USD", "daily", "import")
    ]


def test_same_file_again_changes_nothing(tmp_path):
    content = HEAD + "2024-01-02,BRENT,75.5,USD/bbl\n"
    take(tmp_path, content)
    report = take(tmp_path, content)
    assert (report.status, report.exit_status, report.rows_stored) == ("unchanged", 0, 0)
    assert one("SELECT count(*) FROM price_bars") == 1


def test_correction_is_a_new_version_and_the_old_one_stays(tmp_path):
    take(tmp_path, HEAD + "2024-01-02,BRENT,75.5,USD/bbl\n2024-01-03,BRENT,76,USD/bbl\n")
    report = take(tmp_path, HEAD + "2024-01-02,BRENT,75.6,USD/bbl\n2024-01-03,BRENT,76,USD/bbl\n")
    assert (report.status, report.rows_stored) == ("stored", 1)
    assert prices("BRENT") == [("2024-01-02", 75.6), ("2024-01-03", 76.0)]
    assert rows("SELECT settle FROM price_bars WHERE day = '2024-01-02' ORDER BY recorded_at") == [
        (75.5,),
        (75.6,),
    ]


def test_corrected_settle_keeps_the_rest_of_the_bar(tmp_path):
    take(
        tmp_path, "date,instrument,open,high,low,close,volume,unit\n2024-01-02,WTI,70,72,69,71,1000,USD/bbl\n"
    )
    take(tmp_path, HEAD + "2024-01-02,WTI,71.5,USD/bbl\n")
    assert rows(
        "SELECT open, high, low, settle, volume FROM price_bars ORDER BY recorded_at DESC LIMIT 1"
    ) == [(70.0, 72.0, 69.0, 71.5, 1000.0)]


def test_one_bad_row_refuses_the_file_and_is_quarantined(tmp_path):
    report = take(tmp_path, HEAD + "2024-01-02,BRENT,75.5,USD/bbl\n2024-01-03,BRENT,abc,USD/bbl\n")
    assert (report.exit_status, report.rows_read, report.rows_accepted, report.rows_quarantined) == (
        1,
        2,
        0,
        1,
    )
    assert report.to_json()["problems"] == [
        {
            "line": 3,
            "column": "price",
            "code": "not-a-number",
            "message": "'abc' in column 'price' is not a number.",
        }
    ]
    assert one("SELECT count(*) FROM price_bars") == 0
    assert rows('SELECT file_name, line, "column", raw, code, state, fields FROM quarantined_rows') == [
        ("file.csv", 3, "price", "2024-01-03,BRENT,abc,USD/bbl", "not-a-number", "open",
         {"date": "2024-01-03", "instrument": "BRENT", "price": "abc", "unit": "USD/bbl"})
    ]  # fmt: skip
    assert one("SELECT status FROM import_batches") == "refused"


def test_keep_good_stores_the_rest(tmp_path):
    report = take(
        tmp_path, HEAD + "2024-01-02,BRENT,75.5,USD/bbl\n2024-01-03,BRENT,abc,USD/bbl\n", keep_good=True
    )
    assert (report.exit_status, report.rows_accepted, report.rows_quarantined) == (0, 1, 1)
    assert prices("BRENT") == [("2024-01-02", 75.5)]


def test_dry_run_tells_the_same_and_stores_nothing(tmp_path):
    content = HEAD + "2024-01-02,BRENT,75.5,USD/bbl\n2024-01-03,BRENT,abc,USD/bbl\n"
    dry = take(tmp_path, content, dry_run=True)
    for table in ("import_batches", "quarantined_rows", "price_bars", "instruments"):
        assert one(f"SELECT count(*) FROM {table}") == 0  # noqa: S608  (a constant)
    assert dry.to_json() == take(tmp_path, content).to_json()


def test_empty_price_is_counted_not_refused(tmp_path):
    report = take(
        tmp_path,
        HEAD + "2024-01-02,X,1,USD/t\n2024-01-03,X,,USD/t\n2024-01-04,X,N/A,USD/t\n2024-01-05,X,.,USD/t\n",
    )
    assert (report.exit_status, report.rows_read, report.rows_accepted, report.rows_empty) == (0, 4, 1, 3)
    assert codes(report) == ["empty-value"]


def test_nan_is_missing_and_infinite_is_refused(tmp_path):
    assert take(tmp_path, HEAD + "2024-01-02,X,1,USD/t\n2024-01-03,X,NaN,USD/t\n").rows_empty == 1
    report = take(tmp_path, HEAD + "2024-01-02,X,1,USD/t\n2024-01-03,X,inf,USD/t\n")
    assert (report.exit_status, codes(report)) == (1, ["not-finite"])


def test_negative_prices_are_prices(tmp_path):
    assert take(tmp_path, HEAD + "2020-04-20,WTI,-36.98,USD/bbl\n").exit_status == 0
    assert prices("WTI") == [("2020-04-20", -36.98)]


def test_equal_duplicates_collapse(tmp_path):
    report = take(tmp_path, HEAD + "2024-01-02,X,1,USD/t\n2024-01-02,X,1.0,USD/t\n2024-01-03,X,2,USD/t\n")
    assert (report.exit_status, report.rows_accepted, report.rows_duplicate, codes(report)) == (0, 2, 1, [])
    assert prices("X") == [("2024-01-02", 1.0), ("2024-01-03", 2.0)]


def test_contradicting_duplicates_are_both_quarantined(tmp_path):
    content = HEAD + "2024-01-02,X,1,USD/t\n2024-01-03,X,5,USD/t\n2024-01-02,X,2,USD/t\n"
    report = take(tmp_path, content)
    assert (report.exit_status, report.rows_quarantined, codes(report)) == (1, 2, ["contradiction"] * 2)
    assert [problem.line for problem in report.problems] == [2, 4]
    kept = take(tmp_path, content, keep_good=True)
    assert (kept.exit_status, kept.rows_accepted) == (0, 1)
    assert prices("X") == [("2024-01-03", 5.0)]


def test_future_days_are_quarantined_and_tomorrow_is_not(tmp_path, monkeypatch):
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)  # midnight may be near
    today = now.date()
    good = take(tmp_path, HEAD + f"{today + timedelta(days=1)},X,1,USD/t\n")
    assert good.exit_status == 0
    report = take(tmp_path, HEAD + f"{today + timedelta(days=2)},X,1,USD/t\n")
    assert (report.exit_status, codes(report)) == (1, ["future-date"])


def test_day_ahead_hours_may_lie_two_days_ahead(tmp_path):
    ahead = clock.now().replace(minute=0, second=0, microsecond=0)
    head = "ts_utc,zone,price (EUR/MWh)\n"
    # two hours: a single row that falls on midnight is read as a day, which may be tomorrow at the latest
    hours = "".join(f"{ahead + timedelta(hours=at):%Y-%m-%dT%H:%M:%SZ},FR,1\n" for at in (46, 47))
    assert take(tmp_path, head + hours).exit_status == 0
    report = take(tmp_path, head + f"{ahead + timedelta(hours=50):%Y-%m-%dT%H:%M:%SZ},FR,1\n")
    assert codes(report) == ["future-date"]


def test_days_before_1900_are_quarantined(tmp_path):
    assert codes(take(tmp_path, HEAD + "1899-12-31,X,1,USD/t\n")) == ["too-old"]


def test_missing_unit_is_refused_with_what_to_say(tmp_path):
    report = take(tmp_path, "date,instrument,price\n2024-01-02,X,1\n")
    assert (report.exit_status, codes(report)) == (1, ["no-unit"])
    assert "--unit" in report.problems[0].message
    assert take(tmp_path, "date,instrument,price\n2024-01-02,X,1\n", unit="USD/t").exit_status == 0


def test_mixed_units_of_a_new_series_set_all_its_rows_aside(tmp_path):
    content = HEAD + "2024-01-02,X,1,USD/bbl\n2024-01-03,X,42,USD/gal\n2024-01-02,Y,7,EUR/t\n"
    report = take(tmp_path, content)
    assert (report.exit_status, report.rows_quarantined, codes(report)) == (1, 2, ["mixed-units"] * 2)
    assert "USD/bbl on line 2" in report.problems[0].message
    assert "USD/gal on line 3" in report.problems[0].message
    assert take(tmp_path, content, keep_good=True).rows_accepted == 1
    assert rows("SELECT code FROM instruments WHERE id IN (SELECT instrument_id FROM price_bars)") == [("Y",)]


def test_other_unit_than_stored_is_quarantined_never_converted(tmp_path):
    take(tmp_path, HEAD + "2024-01-02,X,1,USD/bbl\n")
    report = take(tmp_path, HEAD + "2024-01-03,X,1,USD/bbl\n2024-01-04,X,42,USD/gal\n")
    assert (report.exit_status, codes(report)) == (1, ["unit-mismatch"])
    assert "stored in USD/bbl" in report.problems[0].message


def test_pence_are_not_pounds(tmp_path):
    take(tmp_path, HEAD + "2024-01-02,NBP,80,GBp/therm\n")
    assert codes(take(tmp_path, HEAD + "2024-01-03,NBP,0.8,GBP/therm\n")) == ["unit-mismatch"]


def test_unit_spelling_does_not_matter(tmp_path):
    take(tmp_path, HEAD + "2024-01-02,X,1,USD/bbl\n")
    assert take(tmp_path, HEAD + "2024-01-03,X,1,usd / BBL\n").exit_status == 0


def test_footers_are_passed_over_and_told(tmp_path):
    report = take(
        tmp_path, HEAD + "2024-01-02,X,1,USD/t\n2024-01-03,X,3,USD/t\nTotal,,4,\n\nSource: the exchange\n"
    )
    assert (report.exit_status, report.rows_read, report.rows_accepted) == (0, 2, 2)
    assert codes(report) == ["footer"]
    assert prices("X") == [("2024-01-02", 1.0), ("2024-01-03", 3.0)]


def test_text_in_the_middle_is_no_footer(tmp_path):
    report = take(tmp_path, HEAD + "2024-01-02,X,1,USD/t\nTotal,,4,\n2024-01-03,X,3,USD/t\n")
    assert (report.exit_status, codes(report)) == (1, ["not-a-date"])


def test_titles_above_the_heading_and_units_below_it(tmp_path):
    content = "Prices of the desk\nPrinted on,2024-02-01\n\ndate,BRENT,TTF\n,USD/bbl,EUR/MWh\n2024-01-02,75.5,30.25\n"
    report = take(tmp_path, content)
    assert report.exit_status == 0, report.problems
    assert rows("SELECT code, unit FROM instruments ORDER BY 1") == [("BRENT", "USD/bbl"), ("TTF", "EUR/MWh")]
    assert codes(report) == ["preamble"]


def test_repeated_heading_is_passed_over(tmp_path):
    report = take(tmp_path, HEAD + "2024-01-02,X,1,USD/t\n" + HEAD + "2024-01-03,X,2,USD/t\n")
    assert (report.exit_status, report.rows_read, codes(report)) == (0, 2, ["repeated-heading"])


def test_short_heading_is_refused(tmp_path):
    report = take(tmp_path, "date,BRENT,WTI\n2024-01-02,1,2,3\n2024-01-03,1,2,3\n", unit="USD/bbl")
    assert codes(report) == ["short-heading"]
    assert "3 names" in report.problems[0].message
    assert "4 columns" in report.problems[0].message


def test_single_row_with_too_many_cells_is_quarantined(tmp_path):
    report = take(tmp_path, HEAD + "2024-01-02,X,1,USD/t\n2024-01-03,X,1,2,USD/t\n2024-01-04,X,1,USD/t\n")
    assert [(p.line, p.code) for p in report.problems] == [(3, "cell-count")]


def test_same_column_name_twice_is_refused(tmp_path):
    assert codes(take(tmp_path, "date,OIL,OIL\n2024-01-02,1,2\n", unit="USD/bbl")) == ["twin-columns"]


def test_no_heading_is_refused(tmp_path):
    assert codes(take(tmp_path, "2024-01-02,X,1\n2024-01-03,X,2\n", unit="USD/bbl")) == ["no-heading"]


def test_nul_bytes_are_quarantined(tmp_path):
    report = take(tmp_path, HEAD + "2024-01-02,X,1,USD/t\n2024-01-03,X,2\x00,USD/t\n")
    assert (report.exit_status, codes(report), report.problems[0].line) == (1, ["nul-byte"], 3)
    assert one("SELECT raw FROM quarantined_rows") == "2024-01-03,X,2\\x00,USD/t"


def test_truncated_gzip_is_refused(tmp_path):
    import gzip

    whole = gzip.compress((HEAD + "".join(f"2024-01-{d:02d},X,{d},USD/t\n" for d in range(1, 29))).encode())
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    from portal.core.actor import SYSTEM
    from portal.services.ingest import import_file

    report = import_file("prices", path, actor=SYSTEM)
    assert (report.exit_status, codes(report)) == (1, ["truncated-gzip"])
    assert one("SELECT count(*) FROM price_bars") == 0


def test_gzip_is_read_whatever_the_name(tmp_path):
    assert take(tmp_path, HEAD + "2024-01-02,X,1,USD/t\n", name="prices.csv.gz").exit_status == 0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252", "latin-1", "utf-32"])
def test_encodings_are_found(tmp_path, encoding):
    content = "date,instrument,price,unit,note\n2024-01-02,X,1,EUR/MWh,Größe\n2024-01-03,X,2,EUR/MWh,plain\n"
    report = take(tmp_path, content.encode(encoding))
    assert report.exit_status == 0, report.problems
    assert prices("X") == [("2024-01-02", 1.0), ("2024-01-03", 2.0)]
    assert ("encoding" in codes(report)) == (encoding in ("cp1252", "latin-1"))


def test_mixed_encodings_are_refused(tmp_path):
    lines = [
        HEAD.encode(),
        "2024-01-02,Zürich,1,EUR/MWh\n".encode(),
        "2024-01-03,Zürich,1,EUR/MWh\n".encode("cp1252"),
    ]
    report = take(tmp_path, b"".join(lines))
    assert codes(report) == ["mixed-encoding"]
    assert report.problems[0].line == 3


def test_foreign_encoding_is_refused_and_can_be_named(tmp_path):
    content = (HEAD + "2024-01-02,Цена газа,1,EUR/MWh\n").encode("cp1251")
    assert codes(take(tmp_path, content)) == ["encoding"]
    assert take(tmp_path, content, encoding="cp1251", instrument=None).instruments != ()


def test_wrongly_named_encoding_is_refused(tmp_path):
    content = (HEAD + "2024-01-02,Zürich,1,EUR/MWh\n").encode("cp1252")
    assert codes(take(tmp_path, content, encoding="utf-8")) == ["encoding"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found(tmp_path, delimiter):
    content = (HEAD + "2024-01-02,X,1.25,USD/t\n").replace(",", delimiter)
    assert take(tmp_path, content).exit_status == 0
    assert prices("X") == [("2024-01-02", 1.25)]


def test_continental_numbers(tmp_path):
    report = take(
        tmp_path, "Datum;Instrument;Price;Unit\n31.01.2024;X;1.234,56;EUR/t\n01.02.2024;X;-0,5;EUR/t\n"
    )
    assert report.exit_status == 0, report.problems
    assert prices("X") == [("2024-01-31", 1234.56), ("2024-02-01", -0.5)]


def test_ambiguous_decimal_mark_is_refused_with_both_readings(tmp_path):
    content = "date;instrument;price;unit\n2024-01-02;X;1,234;USD/t\n2024-01-03;X;2,345;USD/t\n"
    report = take(tmp_path, content)
    assert (report.exit_status, codes(report)) == (1, ["ambiguous-decimal"])
    assert "1234 " in report.problems[0].message
    assert "1.234 " in report.problems[0].message
    assert "--decimal" in report.problems[0].message
    assert take(tmp_path, content, decimal=",").exit_status == 0
    assert prices("X") == [("2024-01-02", 1.234), ("2024-01-03", 2.345)]
    take(tmp_path, content, decimal=".", instrument=None)
    assert prices("X") == [("2024-01-02", 1234.0), ("2024-01-03", 2345.0)]


def test_quoted_thousands_are_ambiguous_too(tmp_path):
    assert codes(take(tmp_path, HEAD + '2024-01-02,X,"1,234",USD/t\n')) == ["ambiguous-decimal"]


def test_one_clear_number_settles_the_mark(tmp_path):
    assert (
        take(tmp_path, HEAD + '2024-01-02,X,"1,234",USD/t\n2024-01-03,X,"1,234.5",USD/t\n').exit_status == 0
    )
    assert prices("X") == [("2024-01-02", 1234.0), ("2024-01-03", 1234.5)]


def test_two_decimal_marks_are_refused(tmp_path):
    content = "date;instrument;price;unit\n2024-01-02;X;1,5;USD/t\n2024-01-03;X;2.5;USD/t\n"
    assert codes(take(tmp_path, content)) == ["mixed-decimal"]


def test_ambiguous_date_order_is_refused_with_both_readings(tmp_path):
    content = HEAD + "01/02/2024,X,1,USD/t\n03/04/2024,X,2,USD/t\n"
    report = take(tmp_path, content)
    assert (report.exit_status, codes(report)) == (1, ["ambiguous-date"])
    for part in ("2024-02-01", "2024-01-02", "--date-order dmy", "--date-order mdy"):
        assert part in report.problems[0].message
    assert take(tmp_path, content, date_order="dmy").exit_status == 0
    assert prices("X") == [("2024-02-01", 1.0), ("2024-04-03", 2.0)]


def test_one_day_above_twelve_settles_the_order_even_far_down(tmp_path):
    content = HEAD + "".join(f"01/{1 + i % 12:02d}/{1950 + i // 12},X,{i},USD/t\n" for i in range(800))
    report = take(tmp_path, content + "25/12/2020,X,1,USD/t\n")
    assert report.exit_status == 0, report.problems[:2]
    assert prices("X")[-1] == ("2020-12-25", 1.0)
    assert prices("X")[1] == ("1950-02-01", 1.0)


def test_two_date_orders_are_refused(tmp_path):
    assert codes(take(tmp_path, HEAD + "13/01/2024,X,1,USD/t\n01/14/2024,X,1,USD/t\n")) == [
        "mixed-date-order"
    ]


def test_years_of_two_digits_are_refused_unless_the_order_is_said(tmp_path):
    content = HEAD + "31/01/24,X,1,USD/t\n"
    assert codes(take(tmp_path, content)) == ["ambiguous-date"]
    assert take(tmp_path, content, date_order="dmy").exit_status == 0
    assert prices("X") == [("2024-01-31", 1.0)]


def test_impossible_day_is_quarantined(tmp_path):
    assert codes(take(tmp_path, HEAD + "2024-02-30,X,1,USD/t\n2024-02-28,X,1,USD/t\n")) == ["no-such-date"]


def test_local_times_without_a_zone_are_refused(tmp_path):
    content = "ts,instrument,price,unit\n2024-01-02 00:00,X,1,EUR/MWh\n2024-01-02 01:00,X,2,EUR/MWh\n"
    report = take(tmp_path, content)
    assert codes(report) == ["no-timezone"]
    assert "--timezone" in report.problems[0].message
    assert take(tmp_path, content, timezone="Europe/Berlin").exit_status == 0
    assert ticks("X") == [("2024-01-01 23:00", "2024-01-02", 1.0), ("2024-01-02 00:00", "2024-01-02", 2.0)]


def test_day_of_23_hours(tmp_path):
    hours = [h for h in range(24) if h != 2]
    content = "ts,zone,price (EUR/MWh)\n" + "".join(f"2024-03-31 {h:02d}:00,DE_LU,{h}\n" for h in hours)
    assert take(tmp_path, content, timezone="Europe/Berlin").exit_status == 0
    found = ticks("POWER_DE_LU")
    assert len(found) == 23
    assert {day for _, day, _ in found} == {"2024-03-31"}
    assert found[2] == ("2024-03-31 01:00", "2024-03-31", 3.0)


def test_hour_that_no_clock_shows_is_quarantined(tmp_path):
    content = "ts,zone,price (EUR/MWh)\n2024-03-31 01:00,DE_LU,1\n2024-03-31 02:00,DE_LU,2\n2024-03-31 03:00,DE_LU,3\n"
    report = take(tmp_path, content, timezone="Europe/Berlin")
    assert [(p.line, p.code) for p in report.problems] == [(3, "skipped-time")]


@pytest.mark.parametrize("backwards", [False, True])
def test_day_of_25_hours_is_settled_by_order(tmp_path, backwards):
    hours = [*range(3), *range(2, 24)]
    lines = [f"2024-10-27 {h:02d}:00,DE_LU,{n}\n" for n, h in enumerate(hours)]
    content = "ts,zone,price (EUR/MWh)\n" + "".join(reversed(lines) if backwards else lines)
    report = take(tmp_path, content, timezone="Europe/Berlin")
    assert (report.exit_status, report.rows_accepted) == (0, 25), report.problems
    found = ticks("POWER_DE_LU")
    assert [value for _, _, value in found] == [float(n) for n in range(25)]
    assert found[0][0] == "2024-10-26 22:00"
    assert found[-1][0] == "2024-10-27 22:00"


def test_hundred_quarter_hours_are_settled_by_order(tmp_path):
    quarters = [(h, m) for h in [*range(3), *range(2, 24)] for m in (0, 15, 30, 45)]
    content = "ts,zone,price (EUR/MWh)\n" + "".join(
        f"2024-10-27 {h:02d}:{m:02d},DE_LU,{n}\n" for n, (h, m) in enumerate(quarters)
    )
    report = take(tmp_path, content, timezone="Europe/Berlin")
    assert (report.exit_status, report.rows_accepted) == (0, 100), report.problems
    assert [value for _, _, value in ticks("POWER_DE_LU")] == [float(n) for n in range(100)]
    assert one("SELECT granularity FROM instruments") == "quarter-hourly"


def test_repeated_hour_that_stands_once_is_quarantined(tmp_path):
    content = "ts,zone,price (EUR/MWh)\n" + "".join(f"2024-10-27 {h:02d}:00,DE_LU,{h}\n" for h in range(24))
    report = take(tmp_path, content, timezone="Europe/Berlin")
    assert [(p.line, p.code) for p in report.problems] == [(4, "ambiguous-time")]
    assert one("SELECT raw FROM quarantined_rows") == "2024-10-27 02:00,DE_LU,2"


def test_offsets_need_no_zone(tmp_path):
    content = (
        "ts,zone,price (EUR/MWh)\n2024-10-27T02:00:00+02:00,DE_LU,1\n2024-10-27T02:00:00+01:00,DE_LU,2\n"
    )
    assert take(tmp_path, content).exit_status == 0
    assert [ts for ts, _, _ in ticks("POWER_DE_LU")] == ["2024-10-27 00:00", "2024-10-27 01:00"]


def test_delivery_days_are_local(tmp_path):
    take(tmp_path, "ts_utc,zone,price (EUR/MWh)\n2024-01-01T22:00:00Z,FR,1\n2024-01-01T23:00:00Z,FR,2\n")
    assert [day for _, day, _ in ticks("POWER_FR")] == ["2024-01-01", "2024-01-02"]


def test_midnights_only_are_days(tmp_path):
    assert (
        take(tmp_path, HEAD + "2024-01-02T00:00:00,X,1,USD/t\n2024-01-03 00:00,X,2,USD/t\n").exit_status == 0
    )
    assert prices("X") == [("2024-01-02", 1.0), ("2024-01-03", 2.0)]


def test_day_and_time_in_two_columns(tmp_path):
    content = "date,time,zone,price (EUR/MWh)\n2024-01-02,00:00,FR,1\n2024-01-02,01:00,FR,2\n"
    assert take(tmp_path, content, timezone="Europe/Paris").exit_status == 0
    assert [ts for ts, _, _ in ticks("POWER_FR")] == ["2024-01-01 23:00", "2024-01-02 00:00"]


def test_numbered_hours_are_refused(tmp_path):
    content = "date,hour,zone,price (EUR/MWh)\n2024-01-02,1,FR,1\n2024-01-02,2,FR,2\n"
    assert codes(take(tmp_path, content, timezone="Europe/Paris")) == ["hour-numbers"]


def test_changed_hour_records_its_whole_day_again(tmp_path):
    head = "ts_utc,zone,price (EUR/MWh)\n"
    first = head + "".join(f"2024-01-0{d}T{h:02d}:00:00Z,GB,{h}\n" for d in (2, 3) for h in range(24))
    take(tmp_path, first)
    report = take(tmp_path, head + "2024-01-02T05:00:00Z,GB,99\n")
    assert (report.rows_accepted, report.rows_stored) == (1, 24)
    assert one("SELECT count(*) FROM price_rollup") == 3
    assert dict(prices("POWER_GB"))["2024-01-02"] == pytest.approx((sum(range(24)) - 5 + 99) / 24)
    assert take(tmp_path, head + "2024-01-02T05:00:00Z,GB,99\n").status == "unchanged"


def test_high_below_low_is_quarantined(tmp_path):
    report = take(tmp_path, "date,instrument,open,high,low,close,unit\n2024-01-02,X,1,2,3,2,USD/t\n")
    assert codes(report) == ["high-below-low"]


def test_wide_table(tmp_path):
    content = "date,BRENT (USD/bbl),TTF (EUR/MWh)\n2024-01-02,75.5,30\n2024-01-03,,31\n2024-01-04,76,x\n"
    report = take(tmp_path, content)
    assert next((p.line, p.column, p.code) for p in report.problems) == (4, "TTF (EUR/MWh)", "not-a-number")
    kept = take(tmp_path, content, keep_good=True)
    assert (kept.rows_read, kept.rows_accepted, kept.rows_quarantined) == (3, 2, 1)
    assert prices("TTF") == [("2024-01-02", 30.0), ("2024-01-03", 31.0)]
    assert prices("BRENT") == [("2024-01-02", 75.5)]


def test_years_down_and_months_across(tmp_path):
    content = "Year,Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec\n2022,1,2,3,4,5,6,7,8,9,10,11,12\n"
    content += "2023,13,14,,,,,,,,,,\n"
    report = take(tmp_path, content, instrument="GAS", unit="USD/MMBtu")
    assert (report.exit_status, report.rows_read, report.rows_accepted) == (0, 2, 2), report.problems
    assert prices("GAS")[0] == ("2022-01-01", 1.0)
    assert prices("GAS")[-1] == ("2023-02-01", 14.0)
    assert one("SELECT granularity FROM instruments") == "monthly"


def test_files_that_are_no_tables(tmp_path):
    assert codes(take(tmp_path, b"")) == ["empty-file"]
    assert codes(take(tmp_path, "<html><body>Please log in</body></html>")) == ["html-page"]
    assert codes(take(tmp_path, "just some words\nand some more\n")) == ["no-table"]
    assert codes(take(tmp_path, b"%PDF-1.7 ...")) == ["unknown-format"]
    assert codes(take(tmp_path, HEAD)) == ["no-rows"]
    assert codes(take(tmp_path, b"\x00" * 500)) == ["binary"]


def test_unclosed_quote(tmp_path):
    content = (
        HEAD + '2024-01-02,"X,1,USD/t\n' + "".join(f"2024-01-{d:02d},X,1,USD/t\n" for d in range(3, 28)) * 8
    )
    assert codes(take(tmp_path, content)) == ["unclosed-quote"]


def test_quotes_and_line_breaks_inside(tmp_path):
    content = 'date,instrument,price,unit,"a\nnote"\n2024-01-02,X,1,USD/t,"two\nlines"\n'
    content += '2024-01-03,X,bad,USD/t,"says ""hi"""\n'
    report = take(tmp_path, content)
    assert [(p.line, p.code) for p in report.problems if p.line][:1] == [(5, "not-a-number")]


def test_formula_without_result_is_quarantined(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["date", "instrument", "price", "unit"],
        ["2024-01-02", "X", 1.5, "USD/t"],
        ["2024-01-03", "X", "=1+1", "USD/t"],
    ):
        sheet.append(row)
    book.save(tmp_path / "f.xlsx")
    report = take(tmp_path, (tmp_path / "f.xlsx").read_bytes(), name="f.xlsx")
    assert [(p.line, p.column, p.code) for p in report.problems] == [(3, "price", "formula")]
    assert "=1+1" in report.problems[0].message


def test_formula_with_result_is_taken_and_told(tmp_path):
    import xlsxwriter

    path = tmp_path / "g.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["date", "instrument", "price", "unit"])
        sheet.write_row(1, 0, ["2024-01-02", "X"])
        sheet.write_formula(1, 2, "=1+1", None, 2)
        sheet.write(1, 3, "USD/t")
        sheet.write_row(2, 0, ["2024-01-03", "X"])
        sheet.write_formula(2, 2, "=1+2")
        sheet.write(2, 3, "USD/t")
    report = take(tmp_path, path.read_bytes(), name="g.xlsx", keep_good=True)
    assert codes(report) == ["formula", "formula-result"]
    assert prices("X") == [("2024-01-02", 2.0)]


def test_json_records_lines_and_columns(tmp_path):
    records = [{"date": f"2024-01-0{d}", "instrument": "X", "price": d / 2, "unit": "USD/t"} for d in (2, 3)]
    assert take(tmp_path, json.dumps(records), name="a.json").status == "stored"
    assert take(tmp_path, "\n".join(map(json.dumps, records)), name="b.json").status == "unchanged"
    columns = {name: [record[name] for record in records] for name in records[0]}
    assert take(tmp_path, json.dumps(columns), name="c.json").status == "unchanged"
    assert take(tmp_path, json.dumps(records)[:-20], name="d.json").problems[0].code == "broken-json"


def test_parquet(tmp_path):
    import duckdb

    path = tmp_path / "p.parquet"
    duckdb.connect().execute(
        "COPY (SELECT DATE '2024-01-02' + i::INT AS date, 'X' AS instrument, i * 1.5::DOUBLE AS price, "  # noqa: S608
        f"'USD/t' AS unit FROM range(5) r(i)) TO '{path}'"
    )
    report = take(tmp_path, path.read_bytes(), name="p.parquet")
    assert (report.exit_status, report.rows_accepted, report.first) == (0, 5, "2024-01-02")
    assert take(tmp_path, path.read_bytes()[:-40], name="q.parquet").exit_status == 1


def test_fractions_of_a_second_are_quarantined_not_cut_off(tmp_path):
    content = "ts,instrument,price,unit\n2024-01-02T00:00:00.250Z,X,1,EUR/MWh\n2024-01-02T00:00:01.000Z,X,1,EUR/MWh\n"
    assert [(p.line, p.code) for p in take(tmp_path, content).problems if p.line] == [(2, "fraction")]


def test_intervals_written_as_start_and_end(tmp_path):
    content = "MTU (CET/CEST),Day-ahead Price [EUR/MWh]\n01.01.2024 00:00 - 01.01.2024 01:00,30.5\n"
    content += "01.01.2024 01:00 - 01.01.2024 02:00,31.5\n"
    assert take(tmp_path, content, instrument="DE", timezone="Europe/Berlin").exit_status == 0
    assert ticks("DE") == [("2023-12-31 23:00", "2024-01-01", 30.5), ("2024-01-01 00:00", "2024-01-01", 31.5)]


@pytest.mark.parametrize(
    "names", [["1", "2", "3", "4"], ["Hour 1", "Hour 2", "Hour 3A", "Hour 3B"], ["M1", "M2", "M3"]]
)
def test_hours_and_tenors_across_are_no_instruments(tmp_path, names):
    content = ",".join(["date", *names]) + "\n2024-01-02" + ",30" * len(names) + "\n"
    assert codes(take(tmp_path, content, unit="EUR/MWh")) == ["numbered-columns"]


@pytest.mark.slow
def test_a_hundred_thousand_bad_rows_are_counted_and_ten_thousand_kept(tmp_path):
    content = (
        HEAD + "".join(f"2024-01-02,X{i},bad,USD/t\n" for i in range(60_000)) + "never,Y,1,USD/t\n" * 40_000
    )
    report = take(tmp_path, content)
    assert (report.rows_read, report.rows_quarantined) == (100_000, 100_000)
    assert one("SELECT count(*) FROM quarantined_rows") == 10_000
    assert len(report.problems) == 1001
    assert report.problems[-1].code == "more-rows"


def test_many_contradictions_are_counted(tmp_path):
    content = HEAD + "".join(f"{1950 + i // 12 % 70}-{1 + i % 12:02d}-01,X,{i},USD/t\n" for i in range(1680))
    report = take(tmp_path, content)
    assert (report.rows_read, report.rows_quarantined, report.rows_accepted) == (1680, 1680, 0)
    assert "Lines 2 and 842" in report.problems[0].message
