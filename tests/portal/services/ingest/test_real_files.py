"""Every real file of the shared developer data is taken in whole, or refused for the reason that is known."""

import csv
import os
from pathlib import Path

import pytest

from portal.core.actor import SYSTEM
from portal.services.ingest import ImportOptions, import_file
from tests.helpers.files import codes, one, prices

SHARED = Path(os.environ.get("ENERSCOPE_SHARED", Path(__file__).parents[4] / "../shared")) / "data"

pytestmark = [
    pytest.mark.skipif(not SHARED.is_dir(), reason=f"the shared developer data is not at {SHARED}"),
    pytest.mark.usefixtures("database"),
]


def take(name, kind="prices", **options):
    return import_file(kind, SHARED / name, ImportOptions(**options), actor=SYSTEM)


def test_daily_prices():
    report = take("prices_daily.csv")
    assert (report.rows_read, report.rows_accepted, report.rows_stored) == (83_758,) * 3
    assert (report.first, report.last, len(report.instruments), report.problems) == (
        "1986-01-02",
        "2024-12-31",
        11,
        (),
    )
    assert dict(prices("WTI_CUSHING_SPOT"))["2020-04-20"] == -36.98
    assert one("SELECT unit FROM instruments WHERE code = 'NZU_SPOT'") == "NZD/tCO2e"
    assert take("prices_daily.csv").status == "unchanged"


def test_monthly_prices():
    report = take("prices_monthly.csv")
    assert (report.rows_accepted, report.problems) == (6_054, ())
    assert one("SELECT count(*) FROM instruments WHERE granularity = 'monthly'") == 14


def test_hourly_power():
    report = take("power_hourly.csv.gz")
    assert (report.rows_read, report.rows_accepted, report.rows_empty) == (131_546, 124_970, 6_576)
    assert report.instruments == ("POWER_DE_LU", "POWER_DK1", "POWER_ES", "POWER_FR", "POWER_NL")
    assert sorted(set(codes(report))) == ["empty-value", "unused-column"]
    assert one("SELECT min(value) FROM price_ticks") == -440.10
    assert one("SELECT max(value) FROM price_ticks") == 2096.81
    assert one("SELECT timezone FROM instruments WHERE code = 'POWER_ES'") == "Europe/Madrid"
    assert one("SELECT count(*) FROM price_rollup WHERE n = 23") > 0
    assert one("SELECT count(*) FROM price_rollup WHERE n = 25") > 0


def test_quarter_hours_with_the_day_of_25_hours():
    report = take("power_15min.csv.gz")
    assert (report.rows_accepted, report.problems) == (8_648, ())
    assert one("SELECT n FROM price_rollup WHERE day = '2025-10-26'") == 100
    assert one("SELECT granularity FROM instruments") == "quarter-hourly"


def test_years_of_24_hours_on_every_day_are_refused():
    report = take("power_hourly_local.csv.gz")
    assert (report.exit_status, report.rows_read, report.rows_quarantined) == (1, 163_008, 38)
    assert {code for code in codes(report) if code != "unused-column"} == {"skipped-time", "ambiguous-time"}
    assert one("SELECT count(*) FROM price_ticks") == 0


def test_load_wind_and_solar():
    report = take("power_hourly.csv.gz", "power", unit="MW")
    assert (report.rows_read, report.rows_accepted) == (131_546, 57_698)
    assert one("SELECT max(load_mw) FROM power_system WHERE zone = 'DE_LU'") == 76_400.22
    assert codes(take("power_hourly.csv.gz", "power")) == ["no-unit"]


def test_exchange_rates():
    report = take("fx_daily.csv", "fx")
    assert (report.rows_accepted, len(report.instruments), report.problems) == (125_402, 20, ())
    assert take("fixtures/ecb_exr_usd.csv", "fx").rows_accepted == 20
    assert one("SELECT count(*) FROM fx_rates WHERE quote = 'USD' AND day = '2024-12-02'") == 1


def test_weather():
    report = take("weather_daily.csv", "weather")
    assert (report.rows_read, report.rows_accepted, report.rows_stored) == (40_909, 40_909, 253_556)
    assert take("weather_hourly.csv.gz", "weather").rows_accepted == 26_254


@pytest.mark.slow
def test_forward_curves_by_tenor():
    assert codes(take("forward_curves.csv.gz")) == ["forward-curve"]
    report = take("forward_curves.csv.gz", "curves")
    assert (report.rows_read, report.rows_accepted, report.rows_stored) == (620_058,) * 3
    assert codes(report) == ["tenors"]
    point = "SELECT value FROM curve_points p JOIN curves c ON c.id = p.curve_id WHERE c.code = :code"
    point += " AND trade_date = :day"
    assert one(f"{point} AND delivery = '2020-05-01'", code="CL", day="2020-04-20") == -37.63
    assert one(f"{point} AND tenor = 1", code="CL", day="2020-04-20") == -37.63
    assert one(f"{point} AND delivery = '2016-03-01'", code="BRN", day="2016-01-29") == one(
        f"{point} AND tenor = 1", code="BRN", day="2016-01-29"
    )


def test_curves_before_the_first_known_contract_are_refused():
    report = take("forward_curves_eia.csv.gz", "curves")
    assert (report.exit_status, set(codes(report))) == (1, {"no-contract", "more-rows", "tenors"})


def test_calendar_that_contradicts_itself_is_refused():
    """Since 2016 the reference calendar gives Brent the month before the one delivered, and some months twice."""
    calendar = SHARED / "reference/contract_calendar.csv"
    report = take("forward_curves.csv.gz", "curves", calendar=calendar, roots={"BRN": "LCO"})
    assert codes(report) == ["calendar"]
    assert "2016-02" in report.problems[0].message


def test_built_in_rules_give_the_last_trading_days_of_the_reference_calendar():
    from datetime import date, timedelta

    from data.readers.expiries import built_in_contracts

    with (SHARED / "reference/contract_calendar.csv").open(encoding="utf-8") as stream:
        listed = [row for row in csv.DictReader(stream) if "2003-03" < row["last_trade"] < "2025"]
    for root, contracts in built_in_contracts().items():
        ours = {(date(1970, 1, 1) + timedelta(days=last)).isoformat() for last, _ in contracts}
        theirs = {row["last_trade"] for row in listed if row["root"] == root}
        assert len(theirs) > 200
        assert theirs <= ours, root


def test_stocks_are_a_series_without_currency():
    report = take("eia_stocks_weekly.csv")
    assert (report.rows_accepted, set(codes(report))) == (4_773, {"no-currency"})


def test_positions_of_traders_are_no_prices():
    assert codes(take("cot_energy.csv")) == ["no-price-column"]


def test_answers_of_providers():
    eia = take("fixtures/eia_v2_petroleum_spot.json")
    assert (eia.rows_accepted, eia.instruments) == (27, ("RBRTE", "RWTC"))
    assert dict(prices("RWTC"))["2020-04-20"] == -36.98
    fred = take("fixtures/fred_DCOILWTICO.json", instrument="WTI_FRED", unit="USD/bbl")
    assert (fred.rows_read, fred.rows_accepted, fred.rows_empty) == (19, 18, 1)
    danish = take(
        "fixtures/energidataservice_elspotprices.json", columns={"price": "SpotPriceEUR"}, unit="EUR/MWh"
    )
    assert (danish.rows_accepted, danish.instruments) == (24, ("POWER_DK1",))
    smard = take("fixtures/smard_4169_DE-LU_hour_week.json", instrument="POWER_DE_LU", unit="EUR/MWh")
    assert (smard.rows_read, smard.rows_accepted) == (170, 168)
    assert take("fixtures/open_meteo_archive_wind.json", "weather", instrument="COAST").rows_accepted == 168


@pytest.mark.parametrize(
    ("name", "options", "code"),
    [
        ("eia_v2_error_no_key.json", {}, "error-answer"),
        ("energidataservice_elspotprices.json", {"unit": "EUR/MWh"}, "ambiguous-column"),
        ("entsoe_A44_DE-LU_2025-10-26.xml", {}, "unknown-format"),
        ("entsoe_ack_999_no_data.xml", {}, "unknown-format"),
        ("gleif_lei_record_fund_lapsed.json", {}, "no-records"),
    ],
)
def test_answers_that_are_no_prices_are_refused(name, options, code):
    assert codes(take(f"fixtures/{name}", **options)) == [code]
    assert one("SELECT count(*) FROM price_ticks") == 0


def test_uneven_weather_answer_is_refused():
    report = take("fixtures/open_meteo_forecast_wind.json", "weather", instrument="COAST")
    assert codes(report) == ["uneven-columns"]
