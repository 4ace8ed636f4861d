"""Who is blocked through owners."""

from portal.domain.compliance.ownership import Stake, blocked_through_owners, chain_above


def test_shares_of_the_same_owner_add_up_and_own_shares_do_not_count() -> None:
    stakes = [Stake("X", "C", 30), Stake("X", "C", 20), Stake("C", "C", 60)]
    assert blocked_through_owners(stakes, ["X"], 50).entities == {"C"}
    assert blocked_through_owners(stakes[1:], ["X"], 50).entities == frozenset()


def test_a_listed_entity_is_not_among_those_blocked_through_owners() -> None:
    found = blocked_through_owners([Stake("X", "B", 80), Stake("B", "C", 80)], ["X", "B"], 50)
    assert found.entities == {"C"}


def test_a_chain_of_a_thousand_steps_is_followed() -> None:
    stakes = [Stake(str(step), str(step + 1), 50) for step in range(1000)]
    assert len(blocked_through_owners(stakes, ["0"], 50).entities) == 1000
    assert len(chain_above(stakes, "1000")) == 1001


def test_the_chain_above_a_circle_ends() -> None:
    assert chain_above([Stake("A", "B", 50), Stake("B", "A", 50)], "A") == {"A", "B"}
