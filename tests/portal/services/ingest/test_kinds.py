"""Curves, exchange rates, weather and power: what each kind needs, stores and refuses."""

import pytest

from tests.helpers.files import codes, one, rows, take

pytestmark = pytest.mark.usefixtures("database")


def points(code):
    return rows(
        "SELECT trade_date::text, delivery::text, tenor, value FROM curve_points p JOIN curves c ON c.id = p.curve_id "
        "WHERE c.code = :code ORDER BY p.recorded_at, 1, 2",
        code=code,
    )


@pytest.mark.parametrize(
    "months",
    [
        ("2024-03", "2024-04"), ("Mar-24", "Apr-24"), ("H24", "J24"), ("CLH24", "CLJ24"), ("2024-03-01", "2024-04-01"),
        ("Mar 2024", "April 2024"),
    ],
)  # fmt: skip
def test_delivery_months_in_every_spelling(tmp_path, months):
    content = "trade_date,curve,delivery,settle,unit\n" + "".join(
        f"2024-01-02,XX,{m},{70 + i},USD/bbl\n" for i, m in enumerate(months)
    )
    report = take(tmp_path, content, "curves")
    assert report.exit_status == 0, report.problems
    assert points("XX") == [("2024-01-02", "2024-03-01", 1, 70.0), ("2024-01-02", "2024-04-01", 2, 71.0)]


@pytest.mark.parametrize("month", ["2024-03-15", "Q1-24", "H4", "soon", ""])
def test_what_is_no_delivery_month_is_quarantined(tmp_path, month):
    report = take(
        tmp_path, f"trade_date,curve,delivery,settle,unit\n2024-01-02,XX,{month},70,USD/bbl\n", "curves"
    )
    assert codes(report) == ["delivery"]


def test_tenors_by_built_in_rules_keep_the_expiring_contract_on_its_last_day(tmp_path):
    head = "trade_date,instrument,tenor,price,unit\n"
    content = (
        head
        + "2020-04-20,CL,1,-37.63,USD/bbl\n2020-04-21,CL,1,10.01,USD/bbl\n2020-04-22,CL,1,13.78,USD/bbl\n"
    )
    report = take(tmp_path, content, "curves")
    assert codes(report) == ["tenors"]
    assert [(day, delivery) for day, delivery, _, _ in points("CL")] == [
        ("2020-04-20", "2020-05-01"), ("2020-04-21", "2020-05-01"), ("2020-04-22", "2020-06-01"),
    ]  # fmt: skip


def test_tenors_of_unknown_curves_need_a_calendar(tmp_path):
    content = (
        "trade_date,instrument,tenor,price,unit\n2024-01-02,ZZ,1,70,USD/bbl\n2024-01-02,ZZ,2,71,USD/bbl\n"
    )
    report = take(tmp_path, content, "curves")
    assert codes(report) == ["no-calendar"]
    assert "--calendar" in report.problems[0].message
    calendar = tmp_path / "calendar.csv"
    calendar.write_text("root,last_trade,year,month\nAB,2024-01-20,2024,2\nAB,2024-02-20,2024,3\n")
    assert take(tmp_path, content, "curves", calendar=calendar, roots={"ZZ": "AB"}).exit_status == 0
    assert [delivery for _, delivery, _, _ in points("ZZ")] == ["2024-02-01", "2024-03-01"]
    calendar.write_text("root,last_trade,year,month\nAB,2024-01-20,2024,2\nAB,2024-02-20,2024,2\n")
    assert codes(take(tmp_path, content, "curves", calendar=calendar, roots={"ZZ": "AB"})) == ["calendar"]


@pytest.mark.parametrize("tenor", ["0", "-1", "1.5", "x", ""])
def test_what_is_no_tenor_is_quarantined(tmp_path, tenor):
    report = take(
        tmp_path, f"trade_date,instrument,tenor,price,unit\n2024-01-02,CL,{tenor},70,USD/bbl\n", "curves"
    )
    assert "tenor" in codes(report)


def test_corrected_node_is_a_new_version_with_its_tenor(tmp_path):
    head = "trade_date,curve,delivery,settle,unit\n"
    take(tmp_path, head + "".join(f"2024-01-02,XX,2024-0{m},{m},USD/bbl\n" for m in (3, 4, 5)), "curves")
    report = take(tmp_path, head + "2024-01-02,XX,2024-04,44,USD/bbl\n", "curves")
    assert report.rows_stored == 1
    assert points("XX")[-1] == ("2024-01-02", "2024-04-01", 2, 44.0)


def test_exchange_rates_long_pair_and_wide(tmp_path):
    take(tmp_path, "date,base,quote,rate\n2024-01-02,EUR,USD,1.0956\n", "fx")
    assert take(tmp_path, "date,pair,close\n2024-01-02,EUR/USD,1.0956\n", "fx").status == "unchanged"
    wide = "Date,USD,JPY,CHF\n2024-01-02,1.0956,155.68,0.9305\n2024-01-03,1.0919,N/A,0.9328\n"
    assert codes(take(tmp_path, wide, "fx")) == ["no-base"]
    report = take(tmp_path, wide, "fx", base="EUR")
    assert (report.exit_status, report.instruments) == (0, ("EURCHF", "EURJPY", "EURUSD"))
    assert one("SELECT count(*) FROM fx_rates") == 5


def test_impossible_exchange_rates_are_quarantined(tmp_path):
    content = "date,base,quote,rate\n2024-01-02,EUR,USD,0\n2024-01-03,EUR,EUR,1\n2024-01-04,EUR,DOLLAR,1\n"
    assert codes(take(tmp_path, content, "fx")) == ["not-positive", "currency", "currency"]


def test_weather_wide_and_long(tmp_path):
    take(tmp_path, "station,date,tavg_c,wind_ms\nA,2024-01-02,4.5,3\nA,2024-01-03,,4\n", "weather")
    assert rows("SELECT variable, ts::date::text, value FROM weather_observations ORDER BY 1, 2") == [
        ("tavg_c", "2024-01-02", 4.5), ("wind_ms", "2024-01-02", 3.0), ("wind_ms", "2024-01-03", 4.0),
    ]  # fmt: skip
    long = "station,date,variable,value\nA,2024-01-02,tavg_c,4.5\n"
    assert take(tmp_path, long, "weather").status == "unchanged"
    assert codes(take(tmp_path, "station,date,temperature\nA,2024-01-02,4.5\n", "weather")) == ["no-unit"]


def test_power_columns_are_stored_together(tmp_path):
    content = "zone,ts_utc,load (MW),wind (MW),price\n"
    content += "FR,2024-01-02T00:00:00Z,50000,4000,30\nFR,2024-01-02T01:00:00Z,,4100,31\n"
    report = take(tmp_path, content, "power")
    assert (report.exit_status, report.rows_accepted) == (0, 2)
    take(tmp_path, "zone,ts_utc,load (MW)\nFR,2024-01-02T01:00:00Z,50500\n", "power")
    assert rows("SELECT load_mw, wind_mw, solar_mw FROM power_system ORDER BY ts, recorded_at") == [
        (50000.0, 4000.0, None), (None, 4100.0, None), (50500.0, 4100.0, None),
    ]  # fmt: skip


def test_days_for_a_series_of_hours_are_refused(tmp_path):
    take(tmp_path, "ts_utc,instrument,price,unit\n2024-01-02T01:00:00Z,X,1,EUR/MWh\n")
    assert codes(take(tmp_path, "date,instrument,price,unit\n2024-01-02,X,1,EUR/MWh\n")) == ["granularity"]


def test_day_known_by_quarter_hours_and_given_by_hours_is_replaced_whole(tmp_path):
    head = "ts_utc,instrument,price,unit\n"
    take(
        tmp_path,
        head
        + "".join(
            f"2024-01-02T{h:02d}:{m:02d}:00Z,X,{h},EUR/MWh\n" for h in range(24) for m in (0, 15, 30, 45)
        ),
    )
    report = take(
        tmp_path, head + "".join(f"2024-01-02T{h:02d}:00:00Z,X,{h + 1},EUR/MWh\n" for h in range(24))
    )
    assert report.rows_stored == 24
    assert rows("SELECT n FROM price_rollup ORDER BY recorded_at") == [(96,), (24,)]


def test_two_price_columns_are_refused_until_one_is_named(tmp_path):
    content = "HourUTC,PriceArea,SpotPriceDKK,SpotPriceEUR\n2024-01-02T00:00:00,DK1,300,40.5\n"
    assert codes(take(tmp_path, content, unit="EUR/MWh")) == ["ambiguous-column"]
    assert take(tmp_path, content, unit="EUR/MWh", columns={"price": "SpotPriceEUR"}).instruments == (
        "POWER_DK1",
    )
    assert one("SELECT value FROM price_ticks") == 40.5


def test_source_of_the_file_is_kept(tmp_path):
    take(tmp_path, "date,instrument,price,unit,source\n2024-01-02,X,1,USD/t,platts\n")
    assert one("SELECT source_code FROM instruments") == "platts"
    assert rows("SELECT code, simulated FROM data_sources ORDER BY 1") == [("platts", False)]
    assert one("SELECT source_code FROM import_batches") == "import"


def test_facts_have_their_parents(tmp_path):
    take(tmp_path, "date,instrument,price,unit\n2024-01-02,X,1,USD/t\n")
    take(tmp_path, "ts_utc,instrument,price,unit\n2024-01-02T01:00:00Z,Y,1,EUR/MWh\n")
    for table in ("price_bars", "price_ticks"):
        orphans = f"SELECT count(*) FROM {table} WHERE instrument_id NOT IN (SELECT id FROM instruments)"  # noqa: S608
        assert one(f"{orphans} OR batch_id NOT IN (SELECT id FROM import_batches)") == 0  # noqa: S608
        moments = f"SELECT count(*) FROM {table} t JOIN import_batches b ON b.id = t.batch_id"  # noqa: S608
        assert one(f"{moments} WHERE b.recorded_at <> t.recorded_at") == 0


def test_midnight_of_a_series_of_hours_is_an_hour(tmp_path):
    head = "ts_utc,instrument,price,unit\n"
    take(tmp_path, head + "2024-01-02T00:00:00Z,X,1,EUR/MWh\n2024-01-02T01:00:00Z,X,2,EUR/MWh\n")
    report = take(tmp_path, head + "2024-01-02T00:00:00Z,X,9,EUR/MWh\n")
    assert (report.status, report.rows_stored) == ("stored", 2), report.problems
