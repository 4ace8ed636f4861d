"""``enerscope value``: days are closed and kept, and what cannot be is one sentence."""

import json

from tests.helpers.program import enerscope
from tests.helpers.valued_desk import add_valued_desk


def test_days_are_closed_and_counted(database, tmp_path):
    add_valued_desk()
    home = tmp_path / "home"
    done = enerscope(
        "value", "--from", "2026-07-13", "--to", "2026-07-15", "--json", home=home, DATABASE_URL=database
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "from": "2026-07-13",
        "to": "2026-07-15",
        "rows": 9,
    }  # three books, three days
    again = enerscope("value", "--from", "2026-07-15", home=home, DATABASE_URL=database)
    assert again.stdout == "Stored 3 values of books from 2026-07-15 to 2026-07-15.\n"
    weekend = enerscope(
        "value", "--from", "2026-07-11", "--to", "2026-07-12", home=home, DATABASE_URL=database
    )
    assert weekend.returncode == 1
    assert "0 business days" in weekend.stderr
