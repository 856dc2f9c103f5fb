"""Which addresses that clients name may be asked."""

import ipaddress

import pytest

from portsip_api.pbx.public_addresses import are_allowed, is_public

REFUSED = [
    "0.0.0.0", "0.1.2.3", "0.255.255.255", "10.0.0.0", "10.0.0.1", "10.255.255.255", "100.64.0.0", "100.64.0.1",
    "100.100.100.200", "100.127.255.255", "127.0.0.0", "127.0.0.1", "127.1.2.3", "127.255.255.255", "168.63.129.16",
    "169.254.0.1", "169.254.169.254", "169.254.170.2", "169.254.255.255", "172.16.0.0", "172.16.0.1",
    "172.31.255.255", "192.0.0.1", "192.0.0.8", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1",
    "192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.255", "224.0.0.1",
    "239.255.255.255", "240.0.0.1", "255.255.255.254", "255.255.255.255", "::", "::1", "::2", "::127.0.0.1",
    "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "64:ff9b:1::10.0.0.1", "100::1",
    "100:0:0:1::1", "2001::1", "2001:0:808:808::1", "2001:1::1", "2001:2::1", "2001:10::1", "2001:20::1",
    "2001:1ff:ffff::1", "2001:db8::1", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2002:7f00:1::1", "2002:a00:1::1",
    "2002:808:808::1", "3ffe::1", "3fff::1", "3fff:fff:ffff::1", "4000::1", "5f00::1", "fc00::1", "fd00::1",
    "fd00:ec2::254", "fdff::1", "fe80::1", "fe80::a9fe:a9fe", "fe80::1%1", "2606:4700::1%1", "febf::1", "fec0::1",
    "feff::1", "ff00::1", "ff02::1", "ff05::2", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
]  # fmt: skip
PUBLIC = [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
    "128.0.0.1", "168.63.129.15", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0",
    "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2001:200::1",
    "2001:4860:4860::8888", "2003::1", "2606:4700:4700::1111", "2a00:1450:4001::1", "3ffd::1",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_an_address_that_is_not_of_the_internet_is_refused(text: str) -> None:
    address = ipaddress.ip_address(text)
    assert not is_public(address)


@pytest.mark.parametrize("text", PUBLIC)
def test_an_address_of_the_internet_is_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    ("listed", "host", "addresses", "verdict"),
    [
        ("", "a.example", ["8.8.8.8", "2606:4700::1"], True),
        ("", "a.example", ["8.8.8.8", "127.0.0.1"], False),
        ("", "a.example", ["8.8.8.8", "fd00::1"], False),
        ("10.0.0.0/8", "a.example", ["10.1.2.3", "8.8.8.8"], True),
        ("10.0.0.0/8", "a.example", ["10.1.2.3", "127.0.0.1"], False),
        ("10.0.0.0/8", "a.example", ["::ffff:10.1.2.3"], False),
        ("fd00::/8,127.0.0.1", "a.example", ["fd00::1", "127.0.0.1"], True),
        ("Media.internal", "media.internal", ["10.0.0.1", "fe80::1"], True),
        ("media.internal", "other.internal", ["10.0.0.1"], False),
        ("media.internal", "x.media.internal", ["10.0.0.1"], False),
        ("127.0.0.1", "127.0.0.1", ["127.0.0.1"], True),
        ("127.0.0.1", "127.0.0.2", ["127.0.0.2"], False),
    ],
)
def test_the_operator_may_allow_more(allow, listed: str, host: str, addresses: list[str], verdict: bool) -> None:
    allow(listed)
    assert are_allowed(host, map(ipaddress.ip_address, addresses)) is verdict
