"""Who is at the other end: the address that counts, when proxies stand in between."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.requests import Request
from starlette.types import Scope

from cxsurvey.settings import Settings

Networks = Sequence[IPv4Network | IPv6Network]


def header(scope: Scope, name: bytes) -> list[bytes]:
    """All values of a header, in order."""
    return [value for key, value in scope["headers"] if key == name]


def address_of(scope: Scope, trusted: Networks) -> str:
    """The nearest address that is not one of our proxies; forwarding headers of strangers do not count."""
    peer = scope["client"][0] if scope.get("client") else ""
    if not trusted:
        return str(peer)
    if not _within(peer, trusted):
        return str(peer)
    nearest = peer
    hops = ",".join(value.decode("latin-1") for value in header(scope, b"x-forwarded-for")).split(",")
    for hop in reversed([item.strip() for item in hops]):
        if not _is_address(hop):
            break
        nearest = hop
        if not _within(hop, trusted):
            break
    return str(nearest)


def neighbourhood(address: str) -> str:
    """What one customer of a network provider holds: the address itself, or the /64 of IPv6."""
    if not _is_address(address) or ip_address(address).version == 4:
        return address
    return str(ip_network(f"{address}/64", strict=False))


def is_forwarded(scope: Scope) -> bool:
    """Whether the request says that it came through a proxy."""
    return any(key in {b"x-forwarded-for", b"forwarded", b"x-real-ip"} for key, _ in scope["headers"])


def address(request: Request, settings: Settings) -> str:
    """The address a request counts for in limits."""
    return neighbourhood(address_of(request.scope, settings.proxy_networks))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _within(text: str, networks: Networks) -> bool:
    return _is_address(text) and any(ip_address(text) in network for network in networks)
