import bittensor_core
import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey

from sealing import seal
from taokit.devnet import Devnet
from taokit.devnet.runtime.shield import LEAD, parse
from taokit.devnet.shield import PERIOD, Keys, keys, missing

GENESIS = bytes(range(32))
KEYS = Keys(GENESIS)
KEY = KEYS.announced(0)


def test_keys_follow_from_the_chain_and_change_with_time():
    assert [Keys(GENESIS).announced(number) for number in (0, 1, PERIOD - 1)] == [KEY] * 3
    others = {KEY, KEYS.announced(PERIOD), KEYS.announced(2 * PERIOD), Keys(bytes(32)).announced(0)}
    assert {len(key) for key in others} == {1184}
    assert len(others) == 4


@pytest.mark.parametrize("sealing", [seal, lambda key, text: bittensor_core.encrypt_mlkem768(key, text, True)])
def test_what_a_client_seals_is_opened_when_its_turn_has_come(sealing):
    sealed = parse(sealing(KEY, b"an extrinsic"))
    assert KEYS.opened(sealed, LEAD + 1) == b"an extrinsic"
    assert KEYS.opened(sealed, PERIOD + LEAD) == b"an extrinsic"
    assert KEYS.opened(sealed, PERIOD + LEAD + 1) is None
    assert Keys(bytes(32)).opened(sealed, LEAD + 1) is None


@pytest.mark.parametrize("spoiled", [slice(18, 1106), slice(1106, 1130), slice(1130, None)])
def test_what_is_damaged_is_not_opened(spoiled):
    data = bytearray(seal(KEY, b"an extrinsic"))
    data[spoiled] = bytes(len(data[spoiled]))
    assert KEYS.opened(parse(bytes(data)), 5) is None


def test_a_secret_of_another_length_is_not_opened():
    data = seal(KEY, b"an extrinsic")
    assert KEYS.opened(parse(data[:16] + (10).to_bytes(2, "little") + data[18:]), 5) is None


@pytest.fixture
def too_old(monkeypatch):
    def refuse(seed):
        raise UnsupportedAlgorithm("not by this backend")

    def forget():
        missing.cache_clear()
        keys.pair_of.cache_clear()

    monkeypatch.setattr(MLKEM768PrivateKey, "from_seed_bytes", refuse)
    forget()
    yield
    forget()


def test_without_the_algorithm_there_are_no_keys_and_a_reason(too_old):
    assert KEYS.announced(0) is None
    assert KEYS.opened(parse(seal(KEY, b"an extrinsic")), 5) is None
    assert "cryptography" in missing()
    assert "taokit[devnet]" in missing()


def test_the_state_has_the_same_root_where_no_keys_can_be_made(request):
    def made():
        devnet = Devnet.empty()
        devnet.mine(5)
        return devnet.state_root(), devnet.head.hash

    with_keys = made()
    request.getfixturevalue("too_old")
    assert made() == with_keys
