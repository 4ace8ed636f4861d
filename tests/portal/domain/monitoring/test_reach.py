"""What a failure reaches."""

from portal.domain.monitoring.reach import depths, downstream

NEEDS = {
    "web": ["database", "cache"],
    "database": ["disk"],
    "cache": ["disk"],
    "disk": [],
    "worker": ["database"],
}


def test_everything_above_is_reached_nearest_first():
    assert downstream("disk", NEEDS) == ["cache", "database", "web", "worker"]
    assert downstream("database", NEEDS) == ["web", "worker"]
    assert downstream("web", NEEDS) == []


def test_what_nobody_knows_may_still_be_needed():
    assert downstream("gateway", {"feed": ["gateway"]}) == ["feed"]


def test_circles_end():
    assert downstream("a", {"a": ["b"], "b": ["a"]}) == ["b"]
    assert set(depths({"a": ["b"], "b": ["a"]})) == {"a", "b"}


def test_a_service_stands_above_all_it_needs():
    found = depths(NEEDS | {"portal": ["web", "disk", "elsewhere"]})
    assert found == {"disk": 0, "cache": 1, "database": 1, "web": 2, "worker": 2, "portal": 3}
