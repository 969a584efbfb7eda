"""What a chain is offered that it must not take: it refuses with a number, and goes on. And the same chain again."""

import random

import pytest

from chains import ALICE, BOB, TAO, funded
from taokit.chain import Call, Head, calls, reads
from taokit.chain.extrinsic import Terms, sign
from taokit.consensus import commit_hash
from taokit.devnet import Devnet, account, codec_of
from taokit.devnet.extrinsics import MAX_BYTES
from taokit.devnet.pool import CAPACITY
from taokit.devnet.runtime.utility import SUDO_KEY
from taokit.devnet.scale import compact
from taokit.errors import DispatchFailed, PoolRefused

PAY = calls.transfer_keep_alive(BOB.ss58, TAO)


class Bench:
    """A chain to send extrinsics to that were put together by hand."""

    def __init__(self, **config):
        self.devnet = funded(**config)
        self.devnet.state[SUDO_KEY] = ALICE.public_key
        self.devnet.mine(5)
        self.codec = codec_of(self.devnet.backend().runtime())

    def signed(self, call=PAY, signer=ALICE, *, nonce=0, birth=None, period=64, genesis=None):
        return sign(
            self.codec,
            self.codec.compose(call),
            signer,
            Terms(genesis or self.devnet.chain().genesis(), birth or self.devnet.head, nonce, period),
        )

    def send(self, data):
        """The kinds of statuses said of it at once."""
        return [status.kind for status in self.devnet.backend().submit(data)]

    def refusal(self, data):
        """Code, name and text of the refusal; the chain takes a proper extrinsic afterwards."""
        with pytest.raises(PoolRefused) as caught:
            self.send(data)
        nonce = self.devnet.chain().read(reads.nonce(ALICE.ss58))
        if self.devnet.auto:
            number = self.devnet.head.number
            assert self.send(self.signed(nonce=nonce)) == ["ready", "in_block", "finalized"]
            assert self.devnet.head.number == number + 1
        return caught.value.code, caught.value.name, str(caught.value)


@pytest.fixture
def bench():
    return Bench()


BAD_PROOF = (1010, "BadProof", "Transaction has a bad signature")


def test_a_bad_signature(bench):
    data = bytearray(bench.signed())
    data[60] ^= 1
    assert bench.refusal(bytes(data)) == BAD_PROOF


def test_somebody_else_s_signature(bench):
    assert bench.refusal(bench.signed().replace(ALICE.public_key, BOB.public_key)) == BAD_PROOF


def test_another_genesis(bench):
    assert bench.refusal(bench.signed(genesis=bytes(32))) == BAD_PROOF


def test_another_runtime_version(bench):
    other = Bench()
    runtime = other.devnet.backend().runtime()
    newer = type(runtime)(runtime.metadata, runtime.spec_name, runtime.spec_version + 1, runtime.transaction_version)
    bench.codec = codec_of(newer)
    data = bench.signed()
    bench.codec = other.codec
    assert bench.refusal(data) == BAD_PROOF


def test_an_era_that_is_over(bench):
    data = bench.signed(period=4)
    bench.devnet.mine(4)
    assert bench.refusal(data) == BAD_PROOF  # its birth block is another one by now


@pytest.mark.parametrize("ahead", [1, 2])
def test_an_era_that_has_not_begun(bench, ahead):
    data = bench.signed(birth=Head(bench.devnet.head.number + ahead, bytes(32), bytes(32)))
    assert bench.refusal(data) == (1010, "AncientBirthBlock", "Transaction has an ancient birth block")


def test_a_nonce_of_the_past(bench):
    bench.send(bench.signed())
    assert bench.refusal(bench.signed(nonce=0, call=Call("System", "remark", {"remark": b"x"}))) == (
        *(1010, "Stale", "Transaction is outdated"),
    )


def test_a_bad_signature_is_told_before_a_stale_nonce(bench):
    bench.send(bench.signed())
    data = bytearray(bench.signed(nonce=0, call=Call("System", "remark", {"remark": b"x"})))
    data[60] ^= 1
    assert bench.refusal(bytes(data)) == BAD_PROOF


def test_a_nonce_of_the_future_waits_for_the_ones_before(bench):
    assert bench.send(bench.signed(nonce=1)) == ["future"]
    assert bench.devnet.waiting == 1
    assert bench.send(bench.signed(nonce=0)) == ["ready", "in_block", "finalized"]
    assert bench.devnet.waiting == 0


def test_one_that_is_too_long(bench):
    remark = Call("System", "remark", {"remark": bytes(MAX_BYTES)})
    assert bench.refusal(bench.signed(remark)) == (
        *(1010, "ExhaustsResources", "Transaction would exhaust the block limits"),
    )


def test_garbage(bench):
    draw = random.Random(1)
    for size in (0, 1, 2, 40, 200, 5000):
        assert bench.refusal(draw.randbytes(size))[0] in (1001, 1002)
        body = b"\x84\0" + draw.randbytes(size)
        assert bench.refusal(compact(len(body)) + body)[0] in (1002, 1010)


def test_every_cut_and_every_flipped_byte_of_a_good_one():
    bench = Bench(auto=False)
    data = bench.signed()
    for at in range(len(data)):
        assert bench.refusal(data[:at])[0] in (1001, 1002, 1010)
        spoiled = data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]
        assert bench.refusal(spoiled)[0] in (1001, 1002, 1010)
    assert bench.send(data) == ["ready"]


def nested(call, depth):
    for _ in range(depth):
        call = calls.sudo(call)
    return call


def test_calls_inside_calls_end_at_eight(bench):
    remark = Call("System", "remark", {"remark": b""})
    assert bench.send(bench.signed(nested(remark, 8)))[-1] == "finalized"
    code, name, _ = bench.refusal(bench.signed(nested(remark, 9)))
    assert (code, name) == (1002, "Malformed")


def immortal(codec, call, signer, *, nonce, genesis):
    """A signed extrinsic that no branch of the chain outlives."""
    common = {"era": "00", "nonce": nonce, "tip": 0, "tip_asset_id": None}
    payload = codec.scale.signature_payload(call, genesis_hash=genesis, era_block_hash=genesis, **common)
    data, _ = codec.scale.encode_signed_extrinsic(
        call, public_key=signer.public_key, signature=signer.sign(payload), signature_version=1, **common
    )
    return data


def test_a_bomb_of_calls_inside_calls(bench):
    bomb = bench.codec.compose(calls.sudo(Call("System", "remark", {"remark": b""})))[:2] * 100_000
    data = immortal(bench.codec, bomb, ALICE, nonce=0, genesis=bench.devnet.chain().genesis())
    assert bench.refusal(data)[:2] == (1002, "Malformed")


def test_a_batch_of_thousands(bench):
    chain = bench.devnet.chain()
    many = [Call("System", "remark", {"remark": b""})] * 10_922
    receipt = chain.submit(calls.batch_all(*many), ALICE)
    assert sum(event.name == "ItemCompleted" for event in receipt.events) == 10_922
    with pytest.raises(DispatchFailed, match="TooManyCalls"):
        chain.submit(calls.batch_all(*many, many[0]), ALICE)


def test_a_pool_that_is_full():
    bench = Bench(auto=False)
    waiting = bench.devnet._node.pool._waiting
    data = bench.signed()
    bench.send(bench.signed(nonce=1))
    (one,) = waiting.values()
    waiting.update({(number.to_bytes(32, "big"), 0): one for number in range(CAPACITY - 1)})
    assert bench.refusal(data) == (1016, "ImmediatelyDropped", "Immediately Dropped")
    for number in range(CAPACITY - 1):
        del waiting[number.to_bytes(32, "big"), 0]
    assert bench.send(data) == ["ready"]
    bench.devnet.mine()
    assert bench.devnet.waiting == 0


def test_the_same_bytes_again_and_another_with_their_nonce():
    bench = Bench(auto=False)
    data = bench.signed()
    bench.send(data)
    assert bench.refusal(data) == (1013, "AlreadyImported", "Transaction Already Imported")
    other = bench.signed(Call("System", "remark", {"remark": b"x"}))
    assert bench.refusal(other) == (1014, "TooLowPriority", "Priority is too low")


def test_root_s_calls_of_anybody_else(bench):
    bench.devnet.fund(BOB, TAO)
    data = bench.signed(calls.sudo(PAY), BOB)
    assert bench.refusal(data) == (1010, "BadSigner", "Invalid signing address")


def test_a_guard_s_refusal_bears_its_number(bench):
    code, name, text = bench.refusal(bench.signed(calls.serve_axon(1, "1.2.3.4", 1)))
    assert (code, name) == (1010, "HotKeyNotRegisteredInNetwork")
    assert "Custom error: 10" in text


def test_the_pool_asks_for_the_block_to_come():
    devnet = Devnet.subnet(miners=1, validators=1, WeightsSetRateLimit=10)
    chain, validator = devnet.chain(), account("validator/0")
    weights = calls.set_weights(1, [1], [65535])
    first = chain.submit(weights, validator).block
    devnet.mine(8)  # the head is 8 blocks later, the next block 9
    with pytest.raises(PoolRefused, match="Custom error: 6"):
        chain.submit(weights, validator)
    devnet.mine()
    assert chain.submit(weights, validator).block == first + 10


def test_the_pool_takes_a_reveal_for_the_block_that_begins_its_epoch():
    devnet = Devnet.demo(miners=1, validators=1, Tempo=20)
    chain, validator = devnet.chain(), account("validator/0")
    index, key, row = 1, validator.public_key, ([1], [65535], [7])
    digest = commit_hash(key, index, uids=row[0], values=row[1], salt=row[2], version_key=0)
    reveal = calls.reveal_weights(1, row[0], row[1], salt=row[2])
    chain.submit(calls.commit_weights(1, digest), validator, wait=None)
    devnet.mine()
    fires = chain.read(reads.schedule(1)).next_epoch
    while devnet.head.number < fires - 2:
        devnet.mine()
    with pytest.raises(PoolRefused, match="Custom error: 17"):
        chain.submit(reveal, validator, wait=None)
    devnet.mine()
    chain.submit(reveal, validator, wait=None)
    assert devnet.mine().number == fires
    assert chain.read(reads.weights(1, 2)).tolist() == [[1, 65535]]


def recorded_run(seed, blocks=30):
    """What was sent to a busy chain, block by block, and the roots that came of it."""
    devnet = busy()
    draw, chain, sent, roots = random.Random(seed), devnet.chain(), [], []
    codec, start = codec_of(devnet.backend().runtime()), devnet.snapshot()
    for _ in range(blocks):
        batch = []
        for who in draw.sample(PEOPLE, 3):
            call = codec.compose(some_call(draw, draw.choice(PEOPLE)))
            nonce = chain.read(reads.nonce(who.ss58))
            batch.append(immortal(codec, call, who, nonce=nonce, genesis=chain.genesis()))
            devnet.backend().submit(batch[-1])
        devnet.mine()
        sent.append(batch)
        roots.append(devnet.state_root())
    assert sum(chain.read(reads.nonce(who.ss58)) for who in PEOPLE) == 3 * blocks
    return devnet, start, sent, roots


PEOPLE = [account(name) for name in ("Alice", "Bob", "validator/0", "validator/1", "miner/0")]


def busy():
    devnet = Devnet.subnet(miners=3, validators=2, auto=False, Tempo=10)
    for who in PEOPLE:
        devnet.fund(who, 1000 * TAO)
    return devnet


def some_call(draw, other):
    return draw.choice(
        [
            calls.transfer_keep_alive(other.ss58, draw.randrange(2000 * TAO)),
            calls.add_stake(other.ss58, 1, draw.randrange(20 * TAO)),
            calls.remove_stake(other.ss58, 1, draw.randrange(20 * TAO)),
            calls.batch_all(PAY, calls.remove_stake(other.ss58, 1, TAO)),
            calls.burned_register(1, account(f"new/{draw.randrange(99)}", seed=1).ss58),
        ]
    )


def replayed(devnet, sent):
    roots = []
    for extrinsics in sent:
        for data in extrinsics:
            devnet.backend().submit(data)
        devnet.mine()
        roots.append(devnet.state_root())
    return roots


def test_the_same_bytes_make_the_same_chain_anew_and_after_a_revert():
    devnet, start, sent, roots = recorded_run(1)
    again = busy()
    assert replayed(again, sent) == roots
    assert again.head.hash == devnet.head.hash
    devnet.mine(40)
    devnet.revert(start)
    assert replayed(devnet, sent) == roots


def test_snapshots_under_load_come_back_whole():
    devnet, start, sent, roots = recorded_run(2)
    devnet.revert(start)
    marks = []
    for extrinsics, root in zip(sent, roots, strict=True):
        marks.append(devnet.snapshot())
        for data in extrinsics:
            devnet.backend().submit(data)
        devnet.mine()
        assert devnet.state_root() == root
    for at in (25, 11, 10, 3):
        devnet.revert(marks[at])
        assert devnet.state_root() == roots[at - 1]
        assert replayed(devnet, sent[at : at + 2]) == roots[at : at + 2]
