"""Files written in many dialects read back as what was written."""

import csv
import io
import tempfile
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from data.readers.observe import Reader
from data.readers.options import ReadOptions
from data.readers.plan import make_plan
from data.readers.probe import probe_file
from data.readers.problems import Refused
from data.readers.source import open_source

NOW = datetime(2026, 1, 1, tzinfo=UTC)
names = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ_", min_size=1, max_size=8).filter(
    lambda name: name.strip("_") and "__" not in name
)
rows_of = st.dictionaries(
    st.tuples(names.map(lambda name: name.strip("_")), st.dates(date(1950, 1, 1), date(2025, 12, 31))),
    st.integers(-(10**7), 10**7).map(lambda cents: cents / 100), min_size=1, max_size=40,
)  # fmt: skip


def read(content: bytes, **options):
    """Return (series, day, value) of every observation, and the bad rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "f.csv")
        path.write_bytes(content)
        answers = ReadOptions(**options)
        source = open_source(probe_file(path), answers)
        reader = Reader(source, make_plan(source, "prices", answers), answers, stored={}, now=NOW)
        found, bad = {}, []
        for batch, wrong, _ in reader.batches():
            bad += wrong
            for series, second, value in zip(batch.series, batch.seconds, batch.values[:, 0], strict=True):
                day = date.fromordinal(719163 + int(second) // 86400)
                found[reader.book.keys[series][0], day] = float(value)
        return found, bad


@settings(max_examples=60, deadline=None)
@given(
    rows_of, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(), st.booleans(), st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%d-%b-%Y"]),
)  # fmt: skip
def test_long_files(rows, delimiter, encoding, ending, quoted, comma, pattern):
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=delimiter,
        lineterminator=ending,
        quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL,
    )
    writer.writerow(["Trade Date", "Symbol", "Settle", "Unit"])
    for (name, day), value in rows.items():
        number = f"{value:.2f}".replace(".", ",") if comma else f"{value:.2f}"
        writer.writerow([day.strftime(pattern), name, number, "EUR/MWh"])
    found, bad = read(text.getvalue().encode(encoding))
    assert bad == []
    assert found == rows


@settings(max_examples=40, deadline=None)
@given(rows_of, st.sampled_from([",", ";"]))
def test_wide_files(rows, delimiter):
    series = sorted({name for name, _ in rows})
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(["date", *(f"Q{name} [USD/bbl]" for name in series)])
    for day in sorted({day for _, day in rows}):
        writer.writerow(
            [day.isoformat(), *(f"{rows[name, day]:.2f}" if (name, day) in rows else "" for name in series)]
        )
    found, bad = read(text.getvalue().encode())
    assert bad == []
    assert found == {(f"Q{name}", day): value for (name, day), value in rows.items()}


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_refused_or_read_without_another_error(content):
    with suppress(Refused):
        read(content, unit="USD/bbl", instrument="X")


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="0123456789-/.,;\t\n\r\"' dateprcXUS:T\x00é", max_size=300))
def test_any_table_like_text_too(content):
    with suppress(Refused):
        read(b"date,price\n" + content.encode(), unit="USD/bbl", instrument="X")
