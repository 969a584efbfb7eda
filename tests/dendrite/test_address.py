import pytest

from taokit.dendrite.address import allowed_host
from taokit.errors import Unreachable

PRIVATE = [
    "127.0.0.1",
    "10.0.0.1",
    "192.168.1.1",
    "172.16.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "198.18.0.1",
    "192.0.2.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "fe80::1",
    "fc00::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::a9fe:a9fe",
]
NOWHERE = ["0.0.0.0", "::", "224.0.0.1", "ff02::1", "::ffff:0.0.0.0", "::ffff:224.0.0.1", "64:ff9b::"]
NO_ADDRESS = [
    "localhost",
    "example.com",
    "127.1",
    "0x7f000001",
    "2130706433",
    "010.0.0.1",
    "fe80::1%eth0",
    "",
    "[::1]",
    "8.8.8.8 ",
]


@pytest.mark.parametrize("ip", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:808:808"])
def test_public_addresses_are_contacted(ip):
    assert allowed_host(ip, 8091, allow_private=False) == ip


@pytest.mark.parametrize("ip", PRIVATE)
def test_private_addresses_need_the_setting(ip):
    with pytest.raises(Unreachable) as caught:
        allowed_host(ip, 8091, allow_private=False)
    assert "allow_private" in caught.value.hint
    assert allowed_host(ip, 8091, allow_private=True)


@pytest.mark.parametrize("ip", NOWHERE + NO_ADDRESS)
def test_what_is_no_address_is_never_contacted(ip):
    with pytest.raises(Unreachable):
        allowed_host(ip, 8091, allow_private=True)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_must_be_one(port):
    with pytest.raises(Unreachable):
        allowed_host("8.8.8.8", port, allow_private=True)
