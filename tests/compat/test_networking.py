import pytest

import taokit.compat as bt
from taokit.compat.utils import networking
from taokit.errors import ConfigurationError


def test_addresses_as_numbers():
    assert networking.ip_to_int("127.0.0.1") == 0x7F000001
    assert networking.int_to_ip(0x7F000001) == "127.0.0.1"
    assert networking.int_to_ip(2**64) == "0:0:0:1::"
    assert (networking.ip_version("::1"), networking.ip_version("10.0.0.1")) == (6, 4)
    assert networking.ip__str__(4, "10.0.0.1", 80) == "/ipv4/10.0.0.1:80"


def test_nobody_is_asked_for_the_own_address(monkeypatch):
    monkeypatch.setattr(networking, "own_address", lambda: "203.0.113.7")
    with pytest.warns(bt.CompatWarning, match="#addresses"):
        assert bt.utils.networking.get_external_ip() == "203.0.113.7"


def test_words_and_addresses():
    assert [bt.strtobool(word) for word in ("Yes", "0")] == [True, False]
    with pytest.raises(ValueError):
        bt.strtobool("perhaps")
    valid, either = bt.utils.is_valid_ss58_address, bt.utils.is_valid_bittensor_address_or_public_key
    address = bt.get_mock_hotkey(1)
    assert valid(address)
    assert not valid(address[:-1])
    assert [either(one) for one in (address, "0x" + "0f" * 32, bytes(32), "0x0f", bytes(3))] == [True] * 3 + [False] * 2


@pytest.mark.parametrize("port", [80, 65535])
def test_a_port_that_no_miner_has_is_refused(port):
    config = bt.Config()
    bt.Axon.check_config(config)
    config.put("axon.port", port)
    with pytest.raises(ConfigurationError, match=f"--axon.port is {port}"):
        bt.Axon.check_config(config)
