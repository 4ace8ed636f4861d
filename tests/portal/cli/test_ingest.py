"""``enerscope import``: exit status, JSON and words, as a program and a person meet them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HEAD = "date,instrument,price,unit\n"
KEYS = [
    "rows_read",
    "rows_accepted",
    "rows_quarantined",
    "rows_duplicate",
    "first",
    "last",
    "instruments",
    "problems",
]


@pytest.fixture
def run(database, tmp_path):
    """Call the command line on a fresh database."""

    def call(*arguments):
        environment = {**os.environ, "DATABASE_URL": database, "ENERSCOPE_HOME": str(tmp_path / "home")}
        command = [sys.executable, "-m", "portal.cli", "import", *map(str, arguments)]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    return call


def _file(folder, content, name="a.csv"):
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def test_good_file(run, tmp_path):
    done = run("prices", _file(tmp_path, HEAD + "2024-01-02,X,1,USD/t\n"), "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert list(report) == KEYS
    assert report["instruments"] == ["X"]
    assert done.stderr == ""


def test_bad_file_is_refused(run, tmp_path):
    done = run("prices", _file(tmp_path, HEAD + "2024-01-02,X,1,USD/t\n2024-01-03,X,bad,USD/t\n"), "--json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert list(report) == KEYS
    assert (report["rows_read"], report["rows_accepted"], report["rows_quarantined"]) == (2, 0, 1)
    assert list(report["problems"][0]) == ["line", "column", "code", "message"]
    words = run("prices", tmp_path / "a.csv")
    assert words.returncode == 1
    assert "refused and nothing was stored: 1 of 2 rows are bad" in words.stderr
    assert "line 3, price: 'bad' in column 'price' is not a number. [not-a-number]" in words.stderr


def test_ambiguity_is_refused_with_the_option_that_answers_it(run, tmp_path):
    path = _file(tmp_path, HEAD + "01/02/2024,X,1,USD/t\n")
    refused = json.loads(run("prices", path, "--json").stdout)
    assert list(refused) == KEYS
    assert "--date-order" in refused["problems"][0]["message"]
    assert run("prices", path, "--date-order", "dmy", "--json").returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("prices",),
        ("prices", "no-such-file.csv"),
        ("prices", "."),
        ("weights", "a.csv"),
        ("prices", "FILE", "--timezone", "Mars/Olympus"),
        ("prices", "FILE", "--decimal", "x"),
        ("prices", "FILE", "--date-order", "ydm"),
        ("prices", "FILE", "--column", "price"),
        ("prices", "FILE", "--no-such-option"),
    ],
)
def test_wrong_usage(run, tmp_path, arguments):
    path = _file(tmp_path, HEAD + "2024-01-02,X,1,USD/t\n")
    done = run(*(path if argument == "FILE" else argument for argument in arguments))
    assert done.returncode == 2, done.stderr
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_several_files_are_judged_one_by_one(run, tmp_path):
    good = _file(tmp_path, HEAD + "2024-01-02,X,1,USD/t\n", "good.csv")
    bad = _file(tmp_path, HEAD + "2024-01-02,Y,1,USD/t\n2024-01-03,Y,bad,USD/t\n", "bad.csv")
    done = run("prices", good, bad, "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert list(report) == [*KEYS, "files"]
    assert (report["rows_read"], report["rows_accepted"], report["rows_quarantined"]) == (3, 1, 1)
    assert [(entry["file"], entry["status"]) for entry in report["files"]] == [
        ("good.csv", "stored"),
        ("bad.csv", "refused"),
    ]
    assert run("prices", good).stdout == "good.csv: all 1 rows are stored already; nothing changed.\n"


def test_dry_run(run, tmp_path):
    path = _file(tmp_path, HEAD + "2024-01-02,X,1,USD/t\n")
    assert "1 of 1 rows would be taken in" in run("prices", path, "--dry-run").stdout
    assert "taken in (1 facts recorded)" in run("prices", path).stdout
