from __future__ import annotations

from ipaddress import ip_network

import pytest

from cxsurvey.web.client import address_of, is_forwarded, neighbourhood

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("2001:db8::/32"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["198.51.100.1"], "192.0.2.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["203.0.113.9, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["203.0.113.9", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, nonsense, 10.0.0.2"], "10.0.0.2"),
        ("2001:db8::1", ["198.51.100.1"], "198.51.100.1"),
    ],
)
def test_forwarded_addresses_count_only_from_our_proxies(peer: str, forwarded: list[str], address: str) -> None:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]

    assert address_of({"client": (peer, 1), "headers": headers}, TRUSTED) == address


def test_a_socket_without_an_address_has_none() -> None:
    assert address_of({"client": None, "headers": []}, TRUSTED) == ""


@pytest.mark.parametrize(
    ("address", "shared"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_one_customer_of_a_network_provider_counts_once(address: str, shared: str) -> None:
    assert neighbourhood(address) == shared


@pytest.mark.parametrize("name", [b"x-forwarded-for", b"forwarded", b"x-real-ip"])
def test_any_forwarding_header_is_noticed(name: bytes) -> None:
    assert is_forwarded({"headers": [(name, b"")]})
    assert not is_forwarded({"headers": [(b"host", b"")]})
