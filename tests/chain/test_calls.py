import numpy as np
import pytest

from taokit.chain import calls
from taokit.devnet import Devnet, account
from taokit.devnet.runtime import State

ALICE = account("Alice").ss58


@pytest.fixture(scope="module")
def codec():
    from taokit.devnet import codec_of

    return codec_of(Devnet(State(), genesis_ms=0).backend().runtime())


@pytest.mark.parametrize(
    "call",
    [
        calls.serve_axon(1, "192.168.1.5", 8091),
        calls.set_weights(1, [0, 1], [65535, 1]),
        calls.set_mechanism_weights(1, 0, [0], [1]),
        calls.commit_weights(1, bytes(32)),
        calls.commit_mechanism_weights(1, 1, bytes(32)),
        calls.reveal_weights(1, [0], [1], salt=[1, 2, 3]),
        calls.reveal_mechanism_weights(1, 0, [0], [1], salt=[1], version_key=0),
        calls.burned_register(1, ALICE),
        calls.root_register(ALICE),
        calls.register_network(ALICE),
        calls.start_call(1),
        calls.add_stake(ALICE, 1, 5),
        calls.remove_stake(ALICE, 1, 5),
        calls.transfer_keep_alive(ALICE, 5),
        calls.sudo(calls.admin("sudo_set_tempo", netuid=1, tempo=360)),
        calls.batch_all(calls.start_call(1), calls.start_call(2)),
        calls.sudo(calls.batch_all(calls.start_call(1))),
    ],
    ids=lambda call: call.function,
)
def test_the_chain_knows_every_call_by_these_names(codec, call):
    told = codec.scale.decode_call(codec.compose(call))
    assert (told["call_module"], told["call_function"]) == (call.pallet, call.function)
    assert [arg["name"] for arg in told["call_args"]] == list(call.args)


@pytest.mark.parametrize(("ip", "number", "kind"), [("1.2.3.4", 0x01020304, 4), ("::1", 1, 6)])
def test_an_address_travels_as_a_number_and_its_kind(ip, number, kind):
    args = calls.serve_axon(1, ip, 80).args
    assert (args["ip"], args["ip_type"], args["protocol"]) == (number, kind, 4)


def test_a_name_is_no_address():
    with pytest.raises(ValueError, match="localhost"):
        calls.serve_axon(1, "localhost", 80)


def test_numpy_weights_are_taken(codec):
    call = calls.set_weights(1, np.arange(3), np.array([1, 2, 3], dtype=np.uint16))
    assert codec.compose(call) == codec.compose(calls.set_weights(1, [0, 1, 2], [1, 2, 3]))
