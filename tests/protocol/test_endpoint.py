import pytest

from taokit.errors import ConfigurationError
from taokit.protocol import EndpointRecord, endpoint_text, int_to_ip, ip_to_int, ip_type_of, is_public, version_to_int
from wire_vectors import vectors


@pytest.mark.parametrize("vector", vectors("axon_info"))
def test_endpoints_read_and_write_as_real_software_does(vector):
    if "json" in vector:
        record = EndpointRecord.from_json(vector["json"])
        assert record.to_json() == vector["json"]
        assert record.is_serving == vector["is_serving"]
    elif "version" in vector:
        assert version_to_int(vector["version"]) == vector["int"]
    else:
        assert str(ip_to_int(vector["ip"])) == vector["int"]
        assert ip_type_of(vector["ip"]) == vector["ip_type"]
        assert int_to_ip(int(vector["int"]), vector["ip_type"]) == vector["ip"]
        assert endpoint_text(vector["ip"], 8091) == vector["formatted"]


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
