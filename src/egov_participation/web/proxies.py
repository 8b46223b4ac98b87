"""Who asks, when proxies stand between: the address by which misuse is counted, and the number of the request."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Sequence
from functools import lru_cache

from starlette.requests import Request
from starlette.types import Scope

from egov_participation.settings import IPNetwork
from egov_participation.web.context import services

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_NUMBER = re.compile(rb"[0-9A-Za-z-]{8,64}")


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


def request_number(scope: Scope, trusted: tuple[IPNetwork, ...]) -> str:
    """A name for this request: the ``X-Request-ID`` of a trusted proxy, else random. It tells nothing of who asks."""
    if trusted and scope["client"] and is_trusted(scope["client"][0], trusted):
        for name, value in scope["headers"]:
            if name == b"x-request-id" and _NUMBER.fullmatch(value):
                return str(value, "ascii")
    return os.urandom(6).hex()


@lru_cache(maxsize=256)
def is_trusted(peer: str, trusted: tuple[IPNetwork, ...]) -> bool:
    """Whether the peer of a connection is one of the proxies of the settings."""
    return _is_one_of(_parsed(peer), trusted)


def _parsed(text: str) -> IPAddress | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_one_of(address: IPAddress | None, networks: Sequence[IPNetwork]) -> bool:
    return address is not None and any(address in network for network in networks)
