"""Where a webhook of a user may lead: public addresses, and private networks that the operator named.

The address is judged when the connection is made, and the connection is made to the address that was judged, so that a
name which resolves to something else a moment later leads nowhere.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from portal.core.config import Settings
from portal.core.errors import ConfigurationError, DomainError

Address = IPv4Address | IPv6Address
_NAT64 = IPv6Network("64:ff9b::/96")


class OutOfReachError(DomainError):
    """A webhook would reach a network that webhooks may not reach."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What webhooks may reach: ``inside`` are the private networks that the operator named."""

    inside: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, config: Settings) -> "Reach":
        """Return the reach of a configuration.

        Raises
        ------
        ConfigurationError
            A network of ``webhook_networks`` cannot be read.
        """
        try:
            names = [part.strip() for part in config.webhook_networks.split(",") if part.strip()]
            return cls(tuple(ip_network(name) for name in names))
        except ValueError as problem:
            raise ConfigurationError(
                f"ENERSCOPE_WEBHOOK_NETWORKS cannot be read: {problem}. Write networks as 10.20.0.0/16."
            ) from None

    def is_inside(self, address: Address) -> bool:
        """Tell whether an address lies in a network that the operator named."""
        plain = _carried(address)
        return any(plain in network for network in self.inside)

    def allows(self, address: Address) -> bool:
        """Tell whether a webhook may be sent to an address."""
        plain = _carried(address)
        special = plain.is_multicast or plain.is_reserved or plain.is_unspecified or plain.is_loopback
        return self.is_inside(plain) or (plain.is_global and not special)

    def check_name(self, host: str, *, encrypted: bool) -> None:
        """Refuse a host that can be seen to be out of reach before its name is looked up.

        Raises
        ------
        OutOfReachError
            It is a private address, a name of this machine, or would be reached without encryption.
        """
        try:
            address: Address | None = ip_address(host.strip("[]"))
        except ValueError:
            address = None
        local = host.lower().rstrip(".") == "localhost" or host.lower().rstrip(".").endswith(".localhost")
        if (address is not None and not self.allows(address)) or (local and not self.inside):
            raise _refusal(host)
        if not encrypted and not self.inside:
            raise OutOfReachError(
                "The address begins with http://. Use one with https://, so that nobody reads along."
            )

    def connect(self, host: str, port: int, seconds: float, *, encrypted: bool) -> socket.socket:
        """Return a connection to the first address of ``host`` that answers, of those that are allowed.

        Raises
        ------
        OutOfReachError
            None of its addresses may be reached.
        OSError
            The name has no address, or nobody answers.
        """
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        right = [one for one in found if self._may_take(str(one[4][0]), encrypted=encrypted)]
        if not right:
            raise _refusal(host)
        problem: OSError = ConnectionError(f"{host} does not answer")
        for family, kind, protocol, _, where in right:
            line = socket.socket(family, kind, protocol)
            line.settimeout(seconds)
            try:
                line.connect(where)
            except OSError as refused:
                problem = refused
                line.close()
            else:
                return line
        raise problem

    def _may_take(self, text: str, *, encrypted: bool) -> bool:
        address = ip_address(text.partition("%")[0])
        return self.allows(address) if encrypted else self.is_inside(address)


def _carried(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address only carries (mapped, 6to4, NAT64), else the address."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _refusal(host: str) -> OutOfReachError:
    return OutOfReachError(
        f"'{host}' leads into a network that webhooks may not reach. Use a public address, or ask operations to allow "
        "the network (setting ENERSCOPE_WEBHOOK_NETWORKS)."
    )
