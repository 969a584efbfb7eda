import json

import pytest

from chains import BOB, TAO
from taokit.backends import NativeBackend
from taokit.devnet import Devnet, account
from taokit.devnet.importing import import_subnet
from taokit.devnet.rpc import Server
from taokit.devnet.runtime.rows import array
from taokit.devnet.runtime.subtensor import storage
from taokit.errors import ChainError, NoSuchSubnet, UnknownBlock

OWN = {"System.Account", "System.BlockHash", "System.ParentHash", "Sudo.Key"}
"""What an imported chain has of its own: accounts that nobody asked for, and the names of its blocks."""


@pytest.fixture
def source():
    """A subnet with reported weights, delegated and root stake, and a child."""
    devnet = Devnet.subnet(miners=3, validators=2, Tempo=20)
    validator, parent = account("validator/0"), account("parent", seed=1)
    devnet.set_stake(1, validator, 700 * TAO, coldkey=BOB)
    devnet.set_stake(0, validator, 300 * TAO)
    devnet.set_stake(1, parent, 5000 * TAO)
    half = (1 << 63, validator.public_key)
    devnet.state[storage.PARENT_KEYS, validator.public_key, 1] = ((1 << 63, parent.public_key),)
    devnet.state[storage.CHILD_KEYS, parent.public_key, 1] = (half,)
    for uid in (4, 5):
        row = {"SubtensorModule": {"Weights": [[[1, uid], [[1, 40000], [2, 65535], [3, uid]]]]}}
        devnet.set_storage(row)
    devnet.state[storage.LAST_UPDATE, 1] = array([devnet.head.number + 1] * 6, "u64")
    devnet.run_epochs(2)
    devnet.mine(7)
    return devnet


def stored(devnet):
    """Everything stored but what a chain has of its own, by entry and keys."""
    table, codec = devnet.node.table, devnet.node.codec
    named = {item: f"{pallet.name}.{item.name}" for pallet in table.pallets for item in pallet.storage}
    pairs = [(codec.place(key), value) for key, value in codec.everything(devnet.state)]
    kept = {(named[item], keys): value for (item, keys), value in pairs if named[item] not in OWN}
    return {place: value for place, value in kept.items() if not place[0].startswith(("Drand.", "MevShield."))}


async def imported(server, netuid, block=None):
    backend = NativeBackend([f"ws://127.0.0.1:{server.port}"])
    try:
        return await import_subnet(backend, netuid, block=block)
    finally:
        await backend.close()


async def test_a_subnet_read_over_the_socket_runs_its_epochs_bit_for_bit(source):
    async with Server(source, port=0) as server:
        text = await imported(server, 1)
    copy = Devnet.loaded(text)
    assert stored(copy) == stored(source)
    assert copy.head.number == source.head.number
    assert copy.chain().genesis() != source.chain().genesis()
    for _ in range(2):
        source.next_epoch(), copy.next_epoch()
        assert stored(copy) == stored(source)
    assert (copy.state[storage.INCENTIVE, 1] > 0).any()


async def test_the_file_names_its_source_and_whoever_is_in_it_can_be_impersonated(source):
    text = await import_subnet(source.async_backend(), 1)
    first = json.loads(text.split("\n", 1)[0])["source"]
    head = source.head
    assert (first["block"], first["hash"], first["netuid"]) == (head.number, "0x" + head.hash.hex(), 1)
    assert (first["spec"], first["not_read"]) == ("node-subtensor/425", [])
    copy = Devnet.loaded(text)
    miner = copy.natives.told("AccountId", copy.state[storage.KEYS, 1, 1])
    copy.fund(miner, TAO)
    copy.sudo_decoded(copy.natives.call("AdminUtils", "sudo_set_tempo", {"netuid": 1, "tempo": 10}))
    assert copy.state[storage.TEMPO, 1] == 10
    assert copy.impersonate(miner).ss58 == miner


async def test_an_older_block(source):
    number = source.head.number
    at = await import_subnet(source.async_backend(), 1)
    source.mine(5)
    assert await import_subnet(source.async_backend(), 1, block=number) == at


async def test_what_is_not_there(source):
    with pytest.raises(NoSuchSubnet):
        await import_subnet(source.async_backend(), 9)
    with pytest.raises(UnknownBlock):
        await import_subnet(source.async_backend(), 1, block=10**6)


async def test_a_source_that_stores_something_otherwise_is_refused(source):
    class Other:
        """The source, with a tempo of three bytes."""

        def __init__(self):
            self._backend = source.async_backend()
            self._spoiled = source.node.codec.key(storage.TEMPO, 1)

        def __getattr__(self, name):
            return getattr(self._backend, name)

        async def storage(self, keys, at=None):
            found = await self._backend.storage(keys, at)
            return [value + b"\0" if key == self._spoiled else value for key, value in zip(keys, found, strict=True)]

    with pytest.raises(ChainError, match="Tempo"):
        await import_subnet(Other(), 1)
