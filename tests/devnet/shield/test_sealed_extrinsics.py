"""What becomes of sealed extrinsics, in process and over a socket."""

from hashlib import blake2b

import aiohttp
import pytest

from chains import ALICE, BOB, TAO, funded
from rpc_client import connected
from sealing import carrier, next_key, seal, signed
from taokit.chain import calls, reads
from taokit.devnet import Devnet
from taokit.devnet.explorer.blocks import Blocks
from taokit.devnet.extrinsics import take_apart
from taokit.devnet.importing import import_subnet
from taokit.devnet.rpc import Server
from taokit.devnet.runtime import shield
from taokit.devnet.shield import PERIOD
from taokit.errors import PoolRefused

GIFT = calls.transfer_keep_alive(BOB.ss58, TAO)


@pytest.fixture
def devnet():
    devnet = funded()
    devnet.mine(3)
    return devnet


def balance(devnet, who=BOB):
    return devnet.chain().read(reads.balance(who.ss58)).rao


def nonce(devnet):
    return devnet.chain().read(reads.nonce(ALICE.ss58))


def sealed(devnet, call=GIFT, *, inner=1, outer=0, **options):
    """`(carrier, what is sealed in it)`, signed with these nonces."""
    plain = signed(devnet, call, inner, **options)
    return carrier(devnet, seal(next_key(devnet), plain), outer), plain


def extrinsics(devnet):
    return list(devnet.backend().block().extrinsics[1:])


def outcomes(devnet):
    """`(index, name)` of what became of each signed extrinsic of the best block."""
    events = devnet.node.history.best.events
    return [(phase, name) for phase, _, name, _ in events if name.startswith("Extrinsic") and phase]


def refused(devnet, data):
    with pytest.raises(PoolRefused) as caught:
        devnet.node.submit(data)
    return caught.value.code, caught.value.name, caught.value.custom


def test_what_was_sealed_comes_right_after_what_carried_it(devnet):
    outer, inner = sealed(devnet)
    told = [status.kind for status in devnet.node.submit(outer).told()]
    assert told == ["ready", "in_block", "finalized"]
    assert extrinsics(devnet) == [outer, inner]
    assert outcomes(devnet) == [(1, "ExtrinsicSuccess"), (2, "ExtrinsicSuccess")]
    assert (devnet.head.number, nonce(devnet), balance(devnet)) == (4, 2, TAO)
    both = Blocks(devnet).block(devnet.node.history.best)["extrinsics"]
    assert [(one["opened"], one["sealed"]) for one in both] == [(False, False), (True, False), (False, True)]
    assert both[2]["args"]["value"] == TAO


def test_one_that_fails_fails_by_itself(devnet):
    outer, inner = sealed(devnet, calls.transfer_keep_alive(BOB.ss58, 10**9 * TAO))
    devnet.node.submit(outer)
    assert extrinsics(devnet) == [outer, inner]
    assert outcomes(devnet) == [(1, "ExtrinsicSuccess"), (2, "ExtrinsicFailed")]


@pytest.mark.parametrize("inner", [0, 2])
def test_a_wrong_nonce_inside_leaves_the_carrier_alone(devnet, inner):
    outer, _ = sealed(devnet, inner=inner)
    devnet.node.submit(outer)
    assert extrinsics(devnet) == [outer]
    assert (nonce(devnet), balance(devnet)) == (1, 0)


@pytest.mark.parametrize("plain", [b"", b"no extrinsic", bytes(200)])
def test_what_is_no_extrinsic_leaves_the_carrier_alone(devnet, plain):
    outer = carrier(devnet, seal(next_key(devnet), plain))
    devnet.node.submit(outer)
    assert extrinsics(devnet) == [outer]


def test_a_forged_signature_inside_leaves_the_carrier_alone(devnet):
    plain = bytearray(signed(devnet, GIFT, 1))
    plain[50] ^= 1
    outer = carrier(devnet, seal(next_key(devnet), bytes(plain)))
    devnet.node.submit(outer)
    assert extrinsics(devnet) == [outer]


def test_the_pool_refuses_what_can_never_be_opened(devnet):
    good = seal(next_key(devnet), signed(devnet, GIFT, 1))
    assert refused(devnet, carrier(devnet, good[:1129])) == (1010, "FailedShieldedTxParsing", 23)
    assert refused(devnet, carrier(devnet, bytes(16) + good[16:])) == (1010, "InvalidShieldedTxPubKeyHash", 24)
    assert refused(devnet, carrier(devnet, good, period=16)) == (1010, "Stale", None)
    assert refused(devnet, carrier(devnet, good + bytes(8192))) == (1002, "Malformed", None)
    assert devnet.head.number == 3


def test_it_waits_for_the_turn_of_its_key_and_comes_too_late_after_it(devnet):
    devnet.mine_to(PERIOD)
    old = seal(next_key(devnet), signed(devnet, GIFT, 1))
    devnet.mine()
    new, _ = sealed(devnet)
    assert seal(next_key(devnet), b"")[:16] != old[:16]
    saved = devnet.snapshot()
    devnet.node.submit(carrier(devnet, old))
    assert (devnet.head.number, balance(devnet)) == (PERIOD + 2, TAO)
    devnet.revert(saved)
    devnet.node.submit(new)
    assert (devnet.head.number, balance(devnet), len(extrinsics(devnet))) == (PERIOD + 3, TAO, 2)
    devnet.revert(saved)
    devnet.mine()
    assert refused(devnet, carrier(devnet, old)) == (1010, "InvalidShieldedTxPubKeyHash", 24)


def test_one_that_missed_its_turn_in_the_pool_is_told():
    devnet = funded(auto=False)
    devnet.mine_to(PERIOD)
    submission = devnet.node.submit(carrier(devnet, seal(next_key(devnet), b""), nonce=1))
    devnet.mine(3)
    devnet.node.submit(signed(devnet, GIFT, 0))
    devnet.mine(2)
    assert [status.kind for status in submission.told()] == ["future", "ready", "invalid"]


def test_within_a_batch_nothing_is_opened(devnet):
    ciphertext = seal(next_key(devnet), signed(devnet, GIFT, 1))
    inside = calls.Call("MevShield", "submit_encrypted", {"ciphertext": ciphertext})
    devnet.chain().submit(calls.batch(inside), ALICE)
    assert len(extrinsics(devnet)) == 1
    assert "EncryptedSubmitted" in [event[2] for event in devnet.node.history.best.events]


def test_somebody_else_may_carry_it_and_an_impersonated_account_may_sign_it(devnet):
    devnet.fund(BOB, 10 * TAO)
    plain = signed(devnet, GIFT, 0)
    devnet.node.submit(carrier(devnet, seal(next_key(devnet), plain), signer=BOB))
    assert nonce(devnet) == 1
    ghost = devnet.impersonate(BOB)
    back = signed(devnet, calls.transfer_keep_alive(ALICE.ss58, TAO), 1, signer=ghost)
    devnet.node.submit(carrier(devnet, seal(next_key(devnet), back), nonce=1))
    assert (nonce(devnet), len(extrinsics(devnet))) == (2, 2)


def test_known_in_the_open_it_is_still_carried_out_once():
    devnet = funded(auto=False)
    devnet.mine(3)
    outer, inner = sealed(devnet)
    first, second = devnet.node.submit(outer), devnet.node.submit(inner)
    devnet.mine()
    assert extrinsics(devnet) == [outer, inner]
    assert [one.statuses[-1].kind for one in (first, second)] == ["finalized", "finalized"]
    assert (devnet.waiting, balance(devnet)) == (0, TAO)


def test_a_dry_run_opens_nothing(devnet):
    outer, _ = sealed(devnet)
    told = devnet.dry_run(outer)
    assert [event[2] for event in told.events] == ["EncryptedSubmitted"]
    assert devnet.backend().call("BlockBuilder_apply_extrinsic", outer).hex() == "0000"
    assert (devnet.head.number, balance(devnet)) == (3, 0)


def test_the_same_bytes_lead_to_the_same_state(devnet):
    other, saved = funded(), devnet.snapshot()
    other.mine(3)
    outer, inner = sealed(devnet)
    roots = []
    for chain in (devnet, other):
        chain.node.submit(outer)
        roots.append(chain.state_root())
    devnet.revert(saved)
    devnet.node.submit(outer)
    assert [*roots, devnet.state_root()] == [roots[0]] * 3
    assert extrinsics(devnet) == [outer, inner]


def test_a_reorganisation_makes_both_again(devnet):
    outer, inner = sealed(devnet)
    devnet.node.submit(outer)
    devnet.mine(2)
    devnet.reorganise(3)
    made = [one for number in range(4, devnet.head.number + 1) for one in _block(devnet, number)]
    assert made == [outer, inner]
    assert (balance(devnet), devnet.waiting) == (TAO, 0)


def _block(devnet, number):
    return devnet.node.history.record(devnet.node.history.hash_of(number)).extrinsics[1:]


async def test_an_imported_chain_opens_what_is_sealed_at_once():
    copy = Devnet.loaded(await import_subnet(Devnet.subnet(miners=1, validators=1).async_backend(), 1))
    copy.fund(ALICE, 10 * TAO)
    outer, inner = sealed(copy)
    copy.node.submit(outer)
    assert extrinsics(copy) == [outer, inner]


def test_a_chain_that_was_written_down_opens_what_was_sealed_before(devnet):
    outer, inner = sealed(devnet)
    again = Devnet.loaded(devnet.dump())
    again.node.submit(outer)
    assert extrinsics(again) == [outer, inner]


async def test_over_a_socket_a_client_finds_what_it_sealed_by_its_hash():
    devnet = Devnet.subnet(miners=1, validators=1)
    async with (
        Server(devnet, port=0) as server,
        aiohttp.ClientSession() as session,
        connected(session, f"http://127.0.0.1:{server.port}") as client,
    ):
        plain, block = await _registered(devnet, client)
    found = [bytes.fromhex(one[2:]) for one in block["block"]["extrinsics"]]
    wanted = blake2b(plain, digest_size=32).digest()
    assert [blake2b(one, digest_size=32).digest() for one in found].index(wanted) == 2
    assert take_apart(found[2], devnet.node.table, devnet.node.coders).call.name == "burned_register"
    assert outcomes(devnet) == [(1, "ExtrinsicSuccess"), (2, "ExtrinsicSuccess")]


async def _registered(devnet, client):
    """The extrinsic that was sealed, and the block that holds it."""
    place = "0x" + devnet.node.codec.key(shield.NEXT_KEY).hex()
    raw = bytes.fromhex((await client.result("state_getStorage", place))[2:])
    assert len(raw) == 1184 + 2  # with its length before it
    at = await client.result("system_accountNextIndex", ALICE.ss58)
    plain = signed(devnet, calls.burned_register(1, ALICE.ss58), at + 1)
    outer = carrier(devnet, seal(raw[2:], plain), at)
    watch = await client.result("author_submitAndWatchExtrinsic", "0x" + outer.hex())
    told = [await client.next(watch) for _ in range(3)]
    return plain, await client.result("chain_getBlock", told[1]["inBlock"])
