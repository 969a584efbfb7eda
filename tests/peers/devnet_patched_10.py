"""Bittensor 10.5.0 in the process of a devnet: its own timelocked weights and commitments, for the devnet's beacon."""

import asyncio
from types import SimpleNamespace

from bittensor import Subtensor
from bittensor_wallet import Keypair
from devnet_steps import Steps, equal, true

from taokit.devnet import Devnet
from taokit.devnet.rpc import Server

step = Steps()
KEY = Keypair.create_from_uri("//validator/0")
WALLET = SimpleNamespace(
    name="peer",
    hotkey_str="peer",
    coldkey=KEY,
    coldkeypub=KEY,
    hotkey=KEY,
    hotkeypub=KEY,
    unlock_coldkey=lambda: KEY,
    unlock_hotkey=lambda: KEY,
    unlock_coldkeypub=lambda: KEY,
)


@step("timelocked")
def timelocked(chain, within):
    """`within` does something in the devnet's own thread."""
    within(lambda devnet: devnet.set_hyperparameter(1, "CommitRevealWeightsEnabled", True))
    uid = chain.get_uid_for_hotkey_on_subnet(KEY.ss58_address, 1)
    sent = chain.set_weights(WALLET, 1, [1, 2], [0.75, 0.25], version_key=0)
    true(sent.success, f"{sent.message} {sent.error}")
    ((hotkey, *_),) = chain.get_timelocked_weight_commits(1)
    equal(hotkey, KEY.ss58_address)
    within(lambda devnet: devnet.until_revealed())
    row = dict(chain.weights(1))[uid]
    equal([one for one, _ in row], [1, 2])
    true(abs(row[0][1] / row[1][1] - 3) < 0.001, "other weights")


@step("timelocked commitment")
def commitment(chain, within):
    said = "opened later, by the chain, on its own"  # shorter than 32 bytes, the SDK misreads it
    sent = chain.set_reveal_commitment(WALLET, 1, said, blocks_until_reveal=5)
    true(sent.success, f"{sent.message} {sent.error}")
    within(lambda devnet: devnet.mine(20))
    ((_, text),) = chain.get_revealed_commitment_by_hotkey(1, KEY.ss58_address)
    equal(text, said)


async def main():
    devnet, loop = Devnet.subnet(), asyncio.get_running_loop()

    async def run(work):
        return work(devnet)

    def within(work):
        return asyncio.run_coroutine_threadsafe(run(work), loop).result(120)

    def talk(url):
        with Subtensor(url) as chain:
            step.go(chain, within)

    async with Server(devnet, port=0) as server:
        with devnet.drand_patch() as names:
            equal(sum(name.endswith(".get_encrypted_commit_v2") for name in names), 3)  # in two modules and the library
            await asyncio.to_thread(talk, f"ws://127.0.0.1:{server.port}")


asyncio.run(main())
