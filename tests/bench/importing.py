"""Importing a large file on the command line, beside pandas and COPY, each in a process and database of its own."""

import os
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from tests.bench.report import Figure
from tests.bench.stage import ROOT, Stage

INSTRUMENTS = 800
AGAINST = "pandas.read_csv and COPY"

# The least that stores the same numbers: no checks, no quarantine, no versions, the whole file in memory.
PLAIN = """
import io, sys
import pandas as pd, psycopg
frame = pd.read_csv(sys.argv[1], parse_dates=["date"])
codes = {code: number for number, code in enumerate(frame["instrument"].unique())}
frame["instrument"] = frame["instrument"].map(codes)
text = io.StringIO()
frame[["instrument", "date", "open", "high", "low", "settle", "volume"]].to_csv(text, index=False, header=False)
with psycopg.connect(sys.argv[2]) as connection:
    connection.execute("CREATE TABLE plain (instrument bigint, day date, open float8, high float8, low float8, "
                       "settle float8, volume float8, PRIMARY KEY (instrument, day))")
    with connection.cursor().copy("COPY plain FROM STDIN (FORMAT csv)") as copy:
        copy.write(text.getvalue())
"""


def write_file(path: Path, rows: int) -> None:
    """Write a long file of ``rows`` daily bars of 800 instruments, as an exchange or a vendor ships them."""
    days = rows // INSTRUMENTS
    last = date(2025, 6, 30)
    first = last - timedelta(days=days - 1)
    labels = [(first + timedelta(days=number)).isoformat() for number in range(days)]
    random = np.random.default_rng(11)
    with path.open("w", encoding="utf-8") as out:
        out.write("instrument,date,unit,open,high,low,settle,volume\n")
        for number in range(INSTRUMENTS):
            settle = 50.0 * np.exp(np.cumsum(random.normal(0.0, 0.01, days)))
            opens, high, low = settle * 0.999, settle * 1.01, settle * 0.99
            volume = random.integers(100, 100_000, days)
            code = f"BENCH_{number:03}"
            out.writelines(
                f"{code},{label},EUR/MWh,{o:.3f},{h:.3f},{lo:.3f},{s:.3f},{v}\n"
                for label, o, h, lo, s, v in zip(labels, opens, high, low, settle, volume, strict=True)
            )


def measure(stage: Stage, *, rows: int) -> list[Figure]:
    """Return rows a second and peak memory of the first import, and of the same file again."""
    file = stage.home / f"prices-{rows}.csv"
    if not file.exists():
        write_file(file, rows)
    told = (rows // INSTRUMENTS) * INSTRUMENTS
    plain = stage.fresh("bench_plain")
    plain_seconds, plain_memory = _run([sys.executable, "-c", PLAIN, str(file), plain], plain, stage.home)
    url = stage.fresh("bench_import")
    command = [
        sys.executable,
        "-m",
        "portal.cli",
        "import",
        "prices",
        str(file),
        "--timezone",
        "UTC",
        "--json",
    ]
    seconds, memory = _run(command, url, stage.home)
    again, _ = _run(command, url, stage.home)
    subject = f"{told:,} rows, {file.stat().st_size / 2**20:.0f} MB"
    group = "import"
    return [
        Figure(group, subject, "rows a second", told / seconds, "/s", told / plain_seconds, AGAINST),
        Figure(group, subject, "peak memory", memory, "MB", plain_memory, AGAINST, 300.0),
        Figure(group, subject, "the same file again, rows a second", told / again, "/s"),
    ]


def _run(command: list[str], url: str, home: Path) -> tuple[float, float]:
    """Return seconds and peak resident megabytes of ``command``, with its children."""
    log = home / "import.log"
    environment = {**os.environ, "DATABASE_URL": url, "ENERSCOPE_HOME": str(home / "import")}
    began = time.perf_counter()
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
        _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command[:5])} failed:\n{log.read_text()[-2000:]}")
    return seconds, used.ru_maxrss / 1024
