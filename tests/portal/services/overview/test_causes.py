"""The cause tree from a real database: it adds up on every level, ends at trades, and its figures open."""

from dataclasses import replace

import pytest

from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks, now
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Role
from portal.services import evaluation, passports  # noqa: F401  # registers the evaluators
from portal.services.overview import looks
from portal.services.overview.causes import MOST, Branch, children, weights, worth
from portal.services.overview.home import read_home
from portal.services.portfolio.explain import explain
from tests.portal.services.portfolio.test_explain import BEFORE, DAY, desk  # noqa: F401  # a fixture

READER = Actor(7, "reader", "R", frozenset({Role.EXECUTIVE}), frozenset({"POWER_DE"}))


@pytest.fixture
def clocks(desk):  # noqa: F811
    return Clocks(DAY, now())


def walk(seen, branch, above):
    """Visit every node; what lies below each sums to it."""
    below = children(seen, branch)
    if below:
        assert sum(part.worth for part in below) == pytest.approx(above, abs=0.05)
    for part in below:
        assert worth(seen, part.branch) == pytest.approx(part.worth, abs=0.05)
        assert Branch.of(part.branch.path()) == part.branch
        yield part
        if part.opens:
            yield from walk(seen, part.branch, part.worth)


def test_every_level_adds_up_and_the_last_one_is_a_trade_with_its_page(clocks):
    seen = explain(clocks, SYSTEM, BEFORE)
    root = Branch(BEFORE.isoformat())
    assert worth(seen, root) == pytest.approx(float(seen.combined.total[0]))
    found = list(walk(seen, root, worth(seen, root)))
    trades = [part for part in found if not part.opens]
    assert trades
    assert all(part.links[0][1].startswith("/portfolio/trade?id=") for part in trades)
    assert all("trade=" in part.links[1][1] for part in trades)
    assert {part.branch.group for part in found} <= {"market", "portfolio", "passing"}


def test_what_is_beyond_the_shown_parts_is_what_they_leave(clocks):
    seen = explain(clocks, SYSTEM, BEFORE)
    parent = Branch(BEFORE.isoformat(), group="market")
    shown = children(seen, parent)[:1]
    rest = weights(seen, replace(parent, skip=1)).sum()
    assert rest + shown[0].worth == pytest.approx(worth(seen, parent))
    assert MOST > 1


def test_a_figure_of_the_tree_opens_and_follows_from_its_rows(clocks):
    seen = explain(clocks, SYSTEM, BEFORE)
    for part in list(walk(seen, Branch(BEFORE.isoformat()), worth(seen, Branch(BEFORE.isoformat()))))[:6]:
        params = {"path": part.branch.path()}
        found = evaluation.evaluate("overview.cause", params, clocks, SYSTEM)
        assert found.value == pytest.approx(part.worth, abs=0.05)
        again = evaluation.EVALUATORS["overview.cause"].replay(found.inputs.records(), params, clocks)
        assert again.value == pytest.approx(found.value)


def test_a_book_out_of_sight_is_not_there(clocks):
    seen = explain(clocks, READER, BEFORE)
    root = Branch(BEFORE.isoformat())
    books = {part.label for part in walk(seen, root, worth(seen, root)) if part.branch.portfolio}
    assert not any("TTF" in name for name in books)
    with pytest.raises(NotFound):
        worth(seen, replace(root, group="market", cause="price", portfolio="GAS"))


@pytest.mark.parametrize(
    "path", ["", "a|b", "2026-03-09|no||||||", "2026-03-09|market|price|||2026-13||", "d|||||x||"]
)
def test_a_path_that_is_none_is_refused(path):
    with pytest.raises(DomainError):
        Branch.of(path)


def test_groups_that_the_reader_may_not_see_are_left_out(clocks):
    home = read_home("dtd", clocks, Actor(8, "admin", "A", frozenset({Role.ADMINISTRATOR})))
    assert (home.profits, home.seen, home.risk, home.limits, home.compliance) == (None,) * 5
    assert looks.figures_of(home) == {}


def test_a_look_is_remembered_and_visits_close_together_are_one(clocks):
    home = read_home("dtd", clocks, READER)
    assert home.profits.total("dtd") == pytest.approx(float(home.seen.combined.total[0]))
    assert looks.remember(home, READER) is None
    assert looks.remember(home, READER) is None
    later = replace(home, clocks=replace(clocks, known_at=clocks.known_at + 2 * looks.SAME_VISIT))
    found = looks.remember(later, READER)
    assert found.at == clocks.known_at
    assert found.changes(later) == []
    assert looks.before(READER) == found
    before = replace(found, clocks=replace(found.clocks, as_of=BEFORE))
    assert before.changes(later) == [f"the day went on from {BEFORE} to {DAY}"]
    assert found.changes(replace(later, clocks=replace(later.clocks, as_of=BEFORE))) == []
    other = replace(later, profits=None)
    assert replace(found, figures={**found.figures, "broken": 5.0, "dtd": 1.0}).changes(other) != []


def test_only_the_newest_day_as_it_is_known_now_counts_as_a_look(clocks):
    assert looks.is_newest(clocks)
    assert not looks.is_newest(replace(clocks, as_of=BEFORE))
    assert not looks.is_newest(replace(clocks, live=False))
