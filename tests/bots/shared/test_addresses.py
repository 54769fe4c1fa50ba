"""Where a server is, and by what limits are counted: one address, one network, or a proxy's."""

from ipaddress import ip_network

import pytest

from bots.shared.addresses import client_of, source_of, url_of

PROXIES = (ip_network("10.0.0.0/8"), ip_network("::1"))


def test_a_url_can_be_opened():
    assert url_of("127.0.0.1", 8080) == "http://127.0.0.1:8080"
    assert url_of("::1", 80) == "http://[::1]:80"
    assert url_of("::", 80) == "http://127.0.0.1:80"


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_what_one_machine_can_choose_among_is_one_source(address, source):
    assert source_of(address) == source


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.5", [], "203.0.113.5"),
        ("203.0.113.5", ["198.51.100.7"], "203.0.113.5"),  # nobody asked this one
        ("10.0.0.2", [], "10.0.0.2"),
        ("10.0.0.2", ["198.51.100.7"], "198.51.100.7"),
        (
            "10.0.0.2",
            ["6.6.6.6, 198.51.100.7"],
            "198.51.100.7",
        ),  # the left is the client's own claim
        ("::1", ["6.6.6.6", "198.51.100.7, 10.9.9.9"], "198.51.100.7"),
        ("10.0.0.2", ["nonsense"], "nonsense"),
    ],
)
def test_a_proxy_of_ours_is_believed_and_nobody_else(peer, forwarded, client):
    assert client_of(peer, forwarded, PROXIES) == client
