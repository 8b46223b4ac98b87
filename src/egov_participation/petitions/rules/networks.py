"""What is kept of where a signature came from."""

from __future__ import annotations

import ipaddress

PARTS = {4: 24, 6: 48}
"""Bits of an address, by its version: a network that somebody has, and more people than one use."""


def network_of(address: str) -> str:
    """The network of an address; ``unknown`` of what is none.

    >>> network_of("203.0.113.7"), network_of("2001:db8:1:2::3")
    ('203.0.113.0/24', '2001:db8:1::/48')
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    return str(ipaddress.ip_network((found, PARTS[found.version]), strict=False))
