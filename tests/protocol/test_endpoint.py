import pytest

from taokit.errors import ConfigurationError
from taokit.protocol import EndpointRecord, int_to_ip, ip_to_int, is_public, version_to_int


@pytest.mark.parametrize(("ip", "ip_type"), [("0.0.0.0", 4), ("::", 6)])
def test_a_zero_address_is_not_serving(ip, ip_type):
    assert not EndpointRecord(1, ip, 8091, ip_type, "5H", "5C").is_serving


def test_a_name_is_no_address():
    with pytest.raises(ConfigurationError, match="example"):
        ip_to_int("example.org")


@pytest.mark.parametrize(
    "ip",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "224.0.0.1", "0.0.0.0", "240.0.0.1", "255.255.255.255", "100.64.0.1",
     "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
     "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "fec0::1", "3fff::1", "192.0.0.8", "::7f00:1", "100::1"],
)  # fmt: skip
def test_addresses_that_nobody_should_be_sent_to(ip):
    assert not is_public(ip)


@pytest.mark.parametrize("ip", ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_on_the_open_network(ip):
    assert is_public(ip)


def test_an_integer_is_read_by_its_own_type():
    assert int_to_ip(16909060, 4) == "1.2.3.4"
    assert int_to_ip(0, 6) == "::"
    for value, ip_type in ((2**32, 4), (2**128, 6), (-1, 4)):
        with pytest.raises(ValueError, match=r"\d"):
            int_to_ip(value, ip_type)


def test_a_version_is_three_integers():
    assert version_to_int("10.5.0") == 10_005_000
    with pytest.raises(ValueError, match="rc1"):
        version_to_int("10.5.0rc1")
