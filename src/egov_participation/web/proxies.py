"""Who asks, when proxies stand between: the address by which misuse is counted."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from starlette.requests import Request

from egov_participation.settings import IPNetwork
from egov_participation.web.context import services

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def client_address(request: Request) -> str:
    """The address that the request came from.

    Each proxy adds whom it was asked by at the right of ``X-Forwarded-For``, so that from the right the first that is
    no trusted proxy is the visitor. What stands further left the visitor may have written, and it is not read; nor is
    anything of what a peer says that is no trusted proxy. Where no visitor can be told, it is the peer's own address.
    """
    peer = request.client.host if request.client else ""
    trusted = services(request).settings.trusted_proxies
    if not _is_one_of(_parsed(peer), trusted):
        return peer
    for entry in reversed(",".join(request.headers.getlist("x-forwarded-for")).split(",")):
        address = _parsed(entry.strip())
        if address is None:
            return peer
        if not _is_one_of(address, trusted):
            return str(address)
    return peer


def _parsed(text: str) -> IPAddress | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_one_of(address: IPAddress | None, networks: Sequence[IPNetwork]) -> bool:
    return address is not None and any(address in network for network in networks)
