"""One world for all tests of the generator: the seed of the demo, ending on a fixed day."""

from datetime import date

import pytest

from data.demo.world import World, build

LAST = date(2026, 11, 20)


@pytest.fixture(scope="session")
def world() -> World:
    return build(LAST)
