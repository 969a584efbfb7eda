import pytest

from chains import ALICE, BOB, TAO
from taokit.chain import Chain, calls, reads
from taokit.devnet import Devnet, account, codec_of
from taokit.errors import ChainRefused, UnknownName
from taokit.units import Rao

MINER = account("unknown", 1)
CASES = [
    pytest.param(calls.transfer_keep_alive(BOB.ss58, Rao(TAO)), ALICE, None, id="passes"),
    pytest.param(calls.transfer_keep_alive(BOB.ss58, 2**62), ALICE, "Token.FundsUnavailable", id="no money"),
    pytest.param(calls.start_call(1), BOB, "BadOrigin", id="another's subnet"),
    pytest.param(calls.serve_axon(1, "1.2.3.4", 80), ALICE, "HotKeyNotRegisteredInNetwork", id="the pool's guard"),
    pytest.param(calls.transfer_keep_alive(BOB.ss58, 5), MINER, "Payment", id="no fee"),
    pytest.param(calls.burned_register(9, BOB.ss58), ALICE, "SubnetNotExists", id="no subnet"),
]


@pytest.fixture
def chain():
    return Devnet.subnet(miners=1, validators=1).chain()


@pytest.mark.parametrize(("call", "signer", "name"), CASES)
def test_a_preview_says_what_the_submission_then_brings(chain, call, signer, name):
    preview = chain.preview(call, signer)
    assert preview.rehearsed
    assert preview.passes is (name is None)
    if name is None:
        before = chain.read(reads.balance(signer.ss58))
        chain.submit(call, signer)
        assert before - chain.read(reads.balance(signer.ss58)) == preview.fee + Rao(TAO)
        return
    assert preview.refusal.name == name
    assert preview.refusal.hint
    with pytest.raises(ChainRefused) as caught:
        chain.submit(call, signer)
    assert (type(caught.value), caught.value.name) == (type(preview.refusal), name)


def test_nothing_is_left_of_a_rehearsal(chain):
    head, before = chain.head(), chain.read(reads.balance(ALICE.ss58))
    chain.preview(calls.transfer_keep_alive(BOB.ss58, Rao(TAO)), ALICE)
    assert (chain.head(), chain.read(reads.balance(ALICE.ss58))) == (head, before)
    assert chain.read(reads.nonce(ALICE.ss58)) == 0
    chain.submit(calls.transfer_keep_alive(BOB.ss58, Rao(TAO)), ALICE)  # under the nonce that was rehearsed


def test_a_free_call_costs_nothing(chain):
    chain.submit(calls.burned_register(1, ALICE.ss58), ALICE)
    preview = chain.preview(calls.serve_axon(1, "1.2.3.4", 80), ALICE)
    assert (preview.fee, preview.passes) == (Rao(0), True)


class Silent:
    """A devnet's backend that rehearses nothing, like a node whose runtime cannot."""

    def __init__(self, backend):
        self._backend = backend

    def __getattr__(self, name):
        return getattr(self._backend, name)

    def call(self, method, data, at=None):
        if method.startswith("BlockBuilder"):
            raise UnknownName(f"this chain exports no {method}")
        return self._backend.call(method, data, at)


def test_a_node_that_does_not_rehearse_still_tells_the_fee():
    chain = Chain(Silent(Devnet.subnet(miners=1, validators=1).backend()), codec_of)
    preview = chain.preview(calls.transfer_keep_alive(BOB.ss58, 5), ALICE)
    assert (preview.rehearsed, preview.passes, preview.refusal) == (False, None, None)
    assert "BlockBuilder_apply_extrinsic" in preview.untried
    assert preview.fee


async def test_the_same_for_async_code():
    async with Devnet.subnet(miners=1, validators=1).async_chain() as chain:
        assert (await chain.preview(calls.start_call(1), BOB)).refusal.name == "BadOrigin"
        assert (await chain.codec()).arguments("SubtensorModule", "start_call") == [("netuid", "u16")]
        assert await chain.block_hash(0) == await chain.genesis()
