"""Webhooks lead to public addresses, and inside only where the operator says so; judged at the connection itself."""

import socket
from ipaddress import ip_address

import pytest

from portal.core import config
from portal.core.config import Settings
from portal.core.errors import ConfigurationError
from portal.core.permissions import Role
from portal.services.monitoring import channels, sending
from portal.services.monitoring.channels import Wishes
from portal.services.monitoring.reach import OutOfReachError, Reach
from tests.portal.services.monitoring.delivery_desk import person, raise_one, rows

CLOSED = Reach.of(Settings(webhook_networks=""))
INSIDE = Reach.of(Settings(webhook_networks="10.20.0.0/16, fd00::/8"))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1",  # noqa: S104
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd12::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_private_and_special_addresses_are_out_of_reach(address):
    assert not CLOSED.allows(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_ones_are_not(address):
    assert CLOSED.allows(ip_address(address))


def test_the_operator_may_open_a_network():
    assert INSIDE.allows(ip_address("10.20.3.4"))
    assert INSIDE.allows(ip_address("::ffff:10.20.3.4"))
    assert INSIDE.allows(ip_address("fd00::5"))
    assert not INSIDE.allows(ip_address("10.21.0.1"))
    assert not INSIDE.allows(ip_address("127.0.0.1"))
    with pytest.raises(ConfigurationError, match="ENERSCOPE_WEBHOOK_NETWORKS cannot be read"):
        Reach.of(Settings(webhook_networks="10.20"))


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "[::1]", "10.0.0.1"])
def test_what_can_be_seen_at_once_is_refused_at_once(host):
    with pytest.raises(OutOfReachError):
        CLOSED.check_name(host, encrypted=True)


def test_without_encryption_only_inside():
    with pytest.raises(OutOfReachError, match="https://"):
        CLOSED.check_name("example.com", encrypted=False)
    INSIDE.check_name("example.com", encrypted=False)


def names(monkeypatch, *addresses):
    """Let every name mean these addresses."""

    def resolve(_host, port, *_more, **_options):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def test_a_name_that_means_this_machine_leads_nowhere(monkeypatch, hook):
    names(monkeypatch, "127.0.0.1")
    with pytest.raises(OutOfReachError, match=r"'ops.example.com' leads into a network"):
        CLOSED.connect("ops.example.com", hook.port, 1.0, encrypted=True)


def test_of_several_addresses_only_the_allowed_are_tried(monkeypatch, hook):
    names(monkeypatch, "169.254.169.254", "127.0.0.1")
    opened = Reach.of(Settings(webhook_networks="127.0.0.0/8"))
    with opened.connect("ops.example.com", hook.port, 1.0, encrypted=False) as line:
        assert line.getpeername() == ("127.0.0.1", hook.port)


def test_a_public_address_is_not_reached_without_encryption(monkeypatch):
    names(monkeypatch, "93.184.216.34")
    with pytest.raises(OutOfReachError):
        INSIDE.connect("example.com", 80, 0.2, encrypted=False)


@pytest.mark.usefixtures("database", "delivery_settings")
class TestSending:
    def told(self, hook):
        olga = person("olga", Role.OPERATIONS)
        channels.add("webhook", hook.address, Wishes(), olga)
        raise_one()

    def send(self):
        while sending.send_next():
            pass
        return rows()[0]

    def test_a_network_that_was_closed_meanwhile_is_not_reached(self, hook, monkeypatch):
        self.told(hook)
        monkeypatch.setenv("ENERSCOPE_WEBHOOK_NETWORKS", "")
        config.settings.cache_clear()
        row = self.send()
        assert (row.state, row.attempt, hook.got) == ("dead", 1, [])
        assert "webhooks may not reach" in row.error

    def test_a_redirect_is_not_followed(self, hook):
        self.told(hook)
        hook.statuses, hook.redirect = [307], f"http://127.0.0.1:{hook.port}/elsewhere"
        row = self.send()
        assert row.state == "waiting"
        assert (
            row.error
            == "The receiver answered 307 Temporary Redirect. It is not followed; enter the new address."
        )
        assert [one.path for one in hook.got] == ["/hook?room=7"]

    def test_a_receiver_that_does_not_answer_holds_nobody_for_long(self, hook, monkeypatch):
        monkeypatch.setenv("ENERSCOPE_DELIVERY_TIMEOUT_SECONDS", "5")
        config.settings.cache_clear()
        self.told(hook)
        hook.hang.clear()
        row = self.send()
        assert row.state == "waiting"
        assert "did not take it" in row.error

    @pytest.mark.parametrize(
        ("status", "state"), [(503, "waiting"), (404, "waiting"), (410, "dead"), (204, "sent")]
    )
    def test_what_the_receiver_says_counts(self, hook, status, state):
        self.told(hook)
        hook.statuses = [status]
        assert self.send().state == state

    def test_an_answer_without_an_end_is_not_read(self, hook):
        self.told(hook)
        hook.tail = b"x" * 30_000_000
        assert self.send().state == "sent"
