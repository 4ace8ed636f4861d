"""Many names against many give what each pair gives alone."""

from itertools import product
from random import Random

from portal.domain.compliance.matching import Traits, differences, matches
from portal.domain.compliance.names import likeness

TEXT = "baltic nordic wind gas energy trading supply holding smith smyth petrov petrow star qeshm"
WORDS = TEXT.split()


def names(count, seed):
    draw = Random(seed)
    return [" ".join(draw.sample(WORDS, draw.randint(1, 4))).title() for _ in range(count)] + ["--", "AS"]


def test_the_index_and_the_matrix_find_what_every_pair_gives():
    ours, theirs = names(40, 1), names(60, 2)
    alone = {
        (left, right): likeness(ours[left], theirs[right]).score
        for left, right in product(range(len(ours)), range(len(theirs)))
    }
    wanted = {pair: score for pair, score in alone.items() if score >= 85}
    found = {(item.ours, item.theirs): item.score for item in matches(ours, theirs, 85)}
    assert found.keys() == wanted.keys()
    assert all(abs(found[pair] - wanted[pair]) < 1e-9 for pair in wanted)


def test_nothing_is_like_an_empty_list():
    assert matches(["Nordic Gas"], [], 85) == []
    assert matches(["Nordic Gas"], ["--"], 85) == []


def test_only_what_is_known_on_both_sides_can_differ():
    ours = Traits("person", "NO", 1961)
    assert differences(ours, Traits("person", "IR", 1994)) == ("birth_year", "country")
    assert differences(ours, Traits("company", None, 1963)) == ("type",)
    assert differences(ours, Traits()) == ()
