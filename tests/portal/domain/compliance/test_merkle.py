"""Trees of a growing log: roots of RFC 6962, proofs that hold for every size, and fail for another leaf or root."""

import pytest

from portal.domain.compliance import merkle

LEAVES = [merkle.leaf_hash(bytes([number])) for number in range(20)]
# The eight entries of the reference tests of Certificate Transparency, and the root over them.
REFERENCE = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOT_OF_8 = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_root_of_the_reference_log():
    leaves = [merkle.leaf_hash(bytes.fromhex(entry)) for entry in REFERENCE]
    assert merkle.root_of(leaves).hex() == ROOT_OF_8


def test_root_of_nothing():
    assert merkle.root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", range(1, 20))
def test_every_leaf_is_proved_and_no_other(size):
    leaves = LEAVES[:size]
    root = merkle.root_of(leaves)
    for index in range(size):
        proof = merkle.inclusion_proof(leaves, index)
        assert merkle.includes(root, size, index, leaves[index], proof)
        assert not merkle.includes(root, size, index, LEAVES[index + 1], proof)
        assert not merkle.includes(root, size, size, leaves[index], proof)


@pytest.mark.parametrize("size", range(1, 20))
def test_every_beginning_is_proved_and_no_other(size):
    root = merkle.root_of(LEAVES[:size])
    for old in range(1, size + 1):
        proof = merkle.consistency_proof(LEAVES[:size], old)
        assert merkle.is_consistent(merkle.root_of(LEAVES[:old]), old, root, size, proof)
        assert not merkle.is_consistent(bytes(32), old, root, size, proof)


def test_what_is_not_there_has_no_proof():
    with pytest.raises(ValueError, match="no leaf 3"):
        merkle.inclusion_proof(LEAVES[:3], 3)
    with pytest.raises(ValueError, match="no beginning of 4"):
        merkle.consistency_proof(LEAVES[:3], 4)
