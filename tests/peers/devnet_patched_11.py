"""Bittensor 11.3 in the process of a devnet: its own timelocked weights, locked for the devnet's beacon."""

import asyncio
from types import SimpleNamespace

import bittensor
from bittensor import intents
from bittensor_core import Keypair
from devnet_steps import Steps, equal, true

from taokit.devnet import Devnet
from taokit.devnet.rpc import Server

step = Steps()


@step("timelocked")
async def timelocked(devnet, client):
    key = Keypair.from_uri("//validator/0")
    devnet.set_hyperparameter(1, "CommitRevealWeightsEnabled", True)
    uid = await client.neurons.uid(key.ss58_address, 1)
    signer = SimpleNamespace(name="peer", coldkey=key, coldkeypub=key, hotkey=key)
    result = await client.execute(intents.SetWeights(netuid=1, weights={1: 3.0, 2: 1.0}), signer)
    result.raise_for_failure()
    true(result.data["reveal_round"] > 0, "no round")
    (commit,) = (await client.weights.timelocked_weight_commits(1)).values()
    equal(commit[0]["reveal_round"], result.data["reveal_round"])
    equal((await client.weights.weights(1)).get(uid, {}), {})
    devnet.until_revealed()
    found = (await client.weights.weights(1))[uid]
    true(abs(found[1] / found[2] - 3) < 0.001, "other weights")


async def main():
    devnet = Devnet.subnet()
    async with Server(devnet, port=0) as server:
        with devnet.drand_patch() as names:
            true("bittensor_core.get_encrypted_commit_v2" in names, names)
            async with bittensor.Subtensor(f"ws://127.0.0.1:{server.port}") as client:
                await step.go_async(devnet, client)


asyncio.run(main())
