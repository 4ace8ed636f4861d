"""What the benchmark says: ratios, tables, JSON."""

import json

from tests.bench.importing import write_file
from tests.bench.report import Figure, Report, percentile


def report() -> Report:
    made = Report(quick=True)
    made.add(
        [
            Figure("browser", "/market/prices", "warm revisit", 0.5, "s", 1.25, "bare Dash", 1.0),
            Figure("browser", "/market/prices", "database CPU of a view", 0.0123456, "s"),
        ]
    )
    return made


def test_ratio_is_ours_over_the_baseline_and_none_without_one():
    assert [figure.ratio for figure in report().figures] == [0.4, None]


def test_json_names_machine_units_and_ratios():
    read = json.loads(report().to_json())
    assert read["machine"]["cores"] >= 1
    assert read["machine"]["packages"]["dash"]
    assert read["figures"][0] == {
        "group": "browser",
        "subject": "/market/prices",
        "name": "warm revisit",
        "value": 0.5,
        "unit": "s",
        "baseline": 1.25,
        "against": "bare Dash",
        "target": 1.0,
        "ratio": 0.4,
    }
    assert read["figures"][1]["value"] == 0.01235


def test_table_has_a_line_for_each_figure():
    lines = report().to_text().splitlines()
    assert any("warm revisit" in line and "0.4" in line and "bare Dash" in line for line in lines)


def test_percentile_interpolates():
    assert percentile([1.0, 2.0, 3.0, 4.0], 50) == 2.5


def test_generated_file_has_the_rows_that_were_asked_for(tmp_path):
    write_file(tmp_path / "prices.csv", 1600)
    lines = (tmp_path / "prices.csv").read_text().splitlines()
    assert len(lines) == 1601
    assert lines[0] == "instrument,date,unit,open,high,low,settle,volume"
    assert len(set(lines)) == 1601
