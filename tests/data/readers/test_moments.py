"""Days and times in all the ways they are written, and back."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.readers.moments import BAD, DAY, LOCAL, ZONED, StampReader, TimeEvidence, read_stamp
from data.readers.problems import Refused

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
days = st.dates(
    date(1900, 1, 1), date(2099, 12, 31)
)  # eight digits without marks are a day of these two centuries
times = st.datetimes(datetime(1900, 1, 1), datetime(2099, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)
PATTERNS = {
    None: ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d-%b-%Y", "%d %B %Y", "%b %d, %Y"],
    "dmy": ["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"],
    "mdy": ["%m/%d/%Y", "%m-%d-%Y"],
}
FORMS = [(order, pattern) for order, patterns in PATTERNS.items() for pattern in patterns]


def seconds_of(day):
    return (day - date(1970, 1, 1)).days * 86400


@given(days, st.sampled_from(FORMS))
def test_days(day, form):
    order, pattern = form
    stamp = read_stamp(day.strftime(pattern), order)
    if pattern == "%Y%m%d" and day.year < 1900:
        return
    assert (stamp.seconds, stamp.kind) == (seconds_of(day), DAY)


@given(st.lists(days, min_size=1, max_size=40), st.sampled_from(FORMS))
def test_a_column_is_read_right_or_refused_as_ambiguous(column, form):
    _, pattern = form
    cells = [day.strftime(pattern) for day in column]
    evidence = TimeEvidence()
    evidence.look(cells)
    if pattern in ("%d/%m/%Y", "%d-%m-%Y", "%m/%d/%Y", "%m-%d-%Y") and all(day.day <= 12 for day in column):
        with pytest.raises(Refused, match="--date-order dmy"):
            evidence.settle("date", None)
        return
    order = evidence.settle("date", None)
    seconds, kinds = StampReader(order).read(cells)
    assert seconds.tolist() == [seconds_of(day) for day in column]
    assert set(kinds.tolist()) == {DAY}


@given(times, st.sampled_from(["T", " "]), st.sampled_from([0, 60, -300, 330]))
def test_moments_with_offset(moment, mark, minutes):
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    text = aware.isoformat(sep=mark)
    stamp = read_stamp(text, None)
    assert (stamp.seconds, stamp.kind) == (int((aware - EPOCH).total_seconds()), ZONED)


@given(
    st.lists(times, min_size=1, max_size=30),
    st.sampled_from(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]),
)
def test_fast_and_plain_reading_agree(column, pattern):
    cells = [moment.strftime(pattern) for moment in column]
    reader = StampReader(None)
    fast = reader.read(cells)
    plain = reader._slow(cells)
    assert fast[0].tolist() == plain[0].tolist()
    assert fast[1].tolist() == plain[1].tolist()


@given(st.lists(st.text(max_size=20), min_size=1, max_size=10), st.sampled_from([None, "dmy", "mdy", "ymd"]))
def test_any_text_is_read_or_not_without_error(cells, order):
    seconds, kinds = StampReader(order).read(cells)
    assert len(seconds) == len(kinds) == len(cells)


@pytest.mark.parametrize(
    "text",
    ["2024-02-30", "2023-02-29", "2024-13-01", "2024-01-02T24:30", "2024-01-02T25:00", "2024-01-02T12:60",
     "2024-01-02 13", "45293", "Total", "", "32/01/2024", "12:00"],
)  # fmt: skip
def test_what_is_no_day(text):
    assert read_stamp(text, "dmy").kind == BAD


def test_half_days_and_midnight():
    assert read_stamp("2024-01-02 12:30 AM", None).seconds % 86400 == 1800
    assert read_stamp("2024-01-02 12:30 PM", None).seconds % 86400 == 45000
    assert read_stamp("2024-01-01T24:00", None) == read_stamp("2024-01-02T00:00", None)


def test_typed_cells():
    assert read_stamp(date(2024, 1, 2), None).kind == DAY
    assert read_stamp(datetime(2024, 1, 2, 3), None).kind == LOCAL
    assert read_stamp(datetime(2024, 1, 2, 3, tzinfo=UTC), None).kind == ZONED
    assert read_stamp(45293, None).kind == BAD
    assert read_stamp(None, None).kind == BAD
