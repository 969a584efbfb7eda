import numpy as np
import pytest

from taokit.chain import Storage, calls, reads, run
from taokit.chain.published import Timelocked
from taokit.devnet import Devnet, account
from taokit.devnet.runtime import State
from taokit.units import Price, Rao

ALICE, BOB = account("Alice").ss58, account("Bob").ss58


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
        calls.move_stake(ALICE, BOB, 1, 0, alpha=Rao(5, 1)),
        calls.set_children(ALICE, 1, {BOB: 7}),
        calls.set_identity("me"),
        calls.set_commitment(1, [b"x" * 129, Timelocked(b"sealed", 5)]),
        calls.register_limit(1, ALICE, Rao(5)),
        calls.batch(calls.start_call(1)),
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


@pytest.mark.parametrize(
    "build",
    [
        lambda: calls.add_stake(ALICE, 1, Rao(5, 1)),
        lambda: calls.remove_stake(ALICE, 1, Rao(5)),
        lambda: calls.move_stake(ALICE, BOB, 1, 2, alpha=Rao(5, 2)),
        lambda: calls.transfer_keep_alive(BOB, Rao(5, 1)),
        lambda: calls.register_limit(1, BOB, Rao(5, 1)),
        lambda: calls.add_stake_limit(ALICE, 1, Rao(5), limit=Price(5, 2)),
    ],
)
def test_an_amount_in_another_currency_is_refused(build):
    with pytest.raises(TypeError, match=r"takes|cannot"):
        build()


def test_amounts_and_limits_travel_as_rao():
    args = calls.add_stake_limit(ALICE, 1, Rao(5), limit=Price(7, 1), partial=True).args
    assert (args["amount_staked"], args["limit_price"], args["allow_partial"]) == (5, 7, True)
    assert calls.remove_stake(ALICE, 0, Rao(5)).args["amount_unstaked"] == 5  # on root the stake is TAO
    assert calls.remove_stake_full_limit(ALICE, 1).args["limit_price"] is None


def test_what_a_read_showed_can_be_published_again(codec):
    fields = [b"abc", Timelocked(b"sealed", 5), {"Sha256": "0x" + "11" * 32}]
    told = codec.scale.decode_call(codec.compose(calls.set_commitment(1, fields)))
    (info,) = (arg["value"] for arg in told["call_args"] if arg["name"] == "info")
    stored = {"deposit": 0, "block": 7, "info": info}
    request = Storage("Commitments", "CommitmentOf", (1, ALICE))
    found = run(reads.commitment(1, ALICE), {request: stored}.__getitem__)
    assert found.fields[:2] == tuple(fields[:2])
    assert codec.compose(calls.set_commitment(1, found.fields)) == codec.compose(calls.set_commitment(1, fields))
