"""Samples of this machine."""

from datetime import UTC, datetime

from portal.services.monitoring.collectors.host import Host
from tests.helpers.waiting import until

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_the_second_look_has_shares_of_time(tmp_path):
    host = Host({"home": tmp_path / "not" / "there"})
    first = {(one.metric, one.labels): one.value for one in host.collect(AT)}
    assert ("host_cpu_ratio", "") not in first
    second = until(
        lambda: (
            (found := {(one.metric, one.labels): one.value for one in host.collect(AT)}).get(
                ("host_cpu_ratio", "")
            )
            is not None
            and found
        )
    )
    assert 0.0 <= second["host_cpu_ratio", ""] <= 1.0
    assert 0.0 < second["host_memory_used_ratio", ""] < 1.0
    assert 0.0 <= second["host_disk_free_ratio", "folder=home"] <= 1.0
    assert second["host_disk_free_bytes", "folder=home"] <= second["host_disk_total_bytes", "folder=home"]
    assert second["host_network_bytes_total", "direction=sent"] >= 0.0


def test_all_are_of_one_service_and_moment(tmp_path):
    assert {(one.service, one.at) for one in Host({"home": tmp_path}).collect(AT)} == {("disk", AT)}
