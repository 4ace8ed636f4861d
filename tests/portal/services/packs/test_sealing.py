"""A sealed document is canonical, complete, and reads back as what it was."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core import canonical
from portal.core.document import Chapter, Chart, Rows, Section
from portal.core.errors import NotFound
from portal.core.table import Column, Table
from portal.services.packs import formats, release, sealing, unsealing
from tests.helpers.documents import LIMITS, pack

CELLS = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.floats(),
    st.integers(),
    st.booleans(),
    st.dates(date(1900, 1, 1)),
    st.datetimes(datetime(1900, 1, 1), timezones=st.just(UTC)),
)


def test_reads_back_as_what_it_was():
    document = pack()
    found = unsealing.normal(document)
    assert sealing.plain(found) == sealing.plain(document)
    assert unsealing.normal(found) == found
    table = found.chapters[0].sections[2].parts[0].table
    assert table.columns == LIMITS.columns
    assert table.rows[0] == LIMITS.rows[0]
    assert table.rows[1][10] is None  # what is no number is no data
    assert found.clocks == document.clocks


def test_json_is_canonical_and_same_twice():
    content = sealing.to_json(pack())
    assert content == sealing.to_json(pack()) == formats.write(pack(), "json")
    assert content == canonical.encode(json.loads(content)) + b"\n"
    assert json.loads(content)["sha256"] == sealing.digest(pack())


def test_arrays_of_figures_are_lists():
    chart = sealing.plain(pack())["chapters"][0]["sections"][1]["parts"][0]
    assert chart["figure"]["data"][0]["y"][0] == 1200.25
    grid = Chart("Heat", {"data": [{"z": np.array([[1.0, np.nan], [3.0, 4.0]]), "n": np.int64(3)}]})
    document = replace(pack(), chapters=(Chapter("A", (Section("B", (grid,)),)),))
    trace = sealing.plain(document)["chapters"][0]["sections"][0]["parts"][0]["figure"]["data"][0]
    assert trace == {"z": [[1.0, None], [3.0, 4.0]], "n": 3}


@given(st.lists(st.tuples(CELLS, CELLS), max_size=4))
def test_any_cell_comes_back_with_its_type(rows):
    table = Table((Column("a", "A"), Column("b", "B", "number")), rows)
    document = replace(pack(), chapters=(Chapter("A", (Section("B", (Rows("T", table),)),)),))
    back = unsealing.normal(document).chapters[0].sections[0].parts[0].table.rows
    wanted = [
        tuple(None if isinstance(cell, float) and not np.isfinite(cell) else cell for cell in row)
        for row in rows
    ]
    assert [tuple(map(repr, row)) for row in back] == [
        tuple(repr(cell.replace(fold=0) if isinstance(cell, datetime) else cell) for cell in row)
        for row in wanted
    ]


def test_every_field_section_and_part_has_a_digest():
    found = sealing.plain(pack())
    assert set(found["digests"]) == set(found) - {"digests", "sha256"}
    chapter = found["digests"]["chapters"][0]
    assert [section["title"] for section in chapter["sections"]] == ["Figures", "Trend", "Limits"]
    assert [len(section["parts"]) for section in chapter["sections"]] == [2, 2, 2]


@pytest.mark.parametrize(
    "change",
    [
        {"title": 3},
        {"clocks": {}},
        {"chapters": [{}]},
        {"chapters": 4},
        {"clocks": {"as_of": "2024-12-31", "known_at": "2024-12-31T00:00:00"}},
        {"simulated": 1},
    ],
)
def test_what_is_no_document_is_refused(change):
    with pytest.raises(ValueError):
        unsealing.read({**sealing.plain(pack()), **change})


def test_the_digest_of_the_writers_covers_every_module_that_writes():
    code = (
        "import sys; from tests.helpers.documents import pack; from portal.services.packs import formats; "
        "[formats.write(pack(), code) for code in formats.FORMATS]; "
        "print(*[name for name in sys.modules if name.startswith('portal.services.packs.')])"
    )
    root = Path(__file__).parents[4]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    used = {name.split(".")[3] for name in done.stdout.split()}
    assert used == {*release.WRITERS, "drawing"}


def test_an_unknown_format_is_refused_with_the_known_ones():
    with pytest.raises(NotFound, match="pdf, xlsx, csv, json, not as 'doc'"):
        formats.write(pack(), "doc")
