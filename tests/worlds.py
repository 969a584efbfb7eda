"""A small subnet on an embedded chain, for tests of the roles."""

import asyncio
from dataclasses import replace

import numpy as np

from taokit.chain import Storage, calls, reads
from taokit.devnet import Devnet, account
from taokit.neuron import Miner, MinerNeuron, Place, ValidatorNeuron
from taokit.units import RAO_PER_TAO

SEED = 3


def events():
    """What happened in a block: the decoded records."""
    return reads.value(Storage("System", "Events"))


class World:
    """A devnet with registered hotkeys by name. The demo preset: hash commits, revealed one epoch later."""

    def __init__(self, folder, *, miners=(), validators=(), tempo=60):
        self.folder = folder
        self.keys = {name: account(name, seed=SEED) for name in (*miners, *validators)}
        self.devnet = Devnet.demo(
            miners=[self.keys[name] for name in miners],
            validators=[(self.keys[name], 1000 * RAO_PER_TAO) for name in validators],
            seed=SEED,
        )
        self.devnet.auto = False
        self.devnet.set_hyperparameter(1, "Tempo", tempo)
        self.chain = self.devnet.async_chain()
        self.place = Place(netuid=1, state=folder, seed=bytes(32), host="127.0.0.1", port=0, allow_private=True)

    def neuron(self, name, role, **place):
        kind = MinerNeuron if isinstance(role, Miner) else ValidatorNeuron
        return kind(role, replace(self.place, **place), signer=self.keys[name], chain=self.chain)

    async def publish(self, name, port, ip="127.0.0.1"):
        """Put an address on chain for a hotkey that no neuron of ours runs."""
        await self.chain.submit(calls.serve_axon(1, ip, port), self.keys[name], wait=None)
        self.devnet.mine()

    async def epoch(self):
        return (await self.chain.read(reads.schedule(1))).epoch_index

    async def blocks(self, number, *, deadline=10.0):
        """So many blocks, each with everybody's step; what got into them, as event names."""
        seen = []
        for _ in range(number):
            self.devnet.mine()
            assert await self.devnet.settled(deadline), "a neuron is stuck"
            seen += [str(record["event"]) for record in await self.chain.read(events())]
        return seen

    async def until_epoch(self, number, *, most=2000):
        """Blocks until this epoch has begun."""
        for _ in range(most):
            if await self.epoch() >= number:
                return
            await self.blocks(1)
        raise AssertionError(f"epoch {number} did not begin")

    async def stake(self, name, tao):
        """Buy alpha for a hotkey, which is its own coldkey here."""
        key = self.keys[name]
        self.devnet.fund(key, (tao + 10) * RAO_PER_TAO)
        await self.chain.submit(calls.add_stake(key.ss58, 1, tao * RAO_PER_TAO), key, wait=None)
        self.devnet.mine()

    async def hand_over(self, old, new):
        """Register a new hotkey into a full subnet in which `old` earned least."""
        uid, graph = await self.uid(old), await self.graph()
        for name, value in {"MaxAllowedUids": graph.n, "ImmunityPeriod": 0, "MinNonImmuneUids": 0}.items():
            self.devnet.set_hyperparameter(1, name, value)
        earned = np.maximum(graph.emission, 1)
        earned[uid] = 0
        self.devnet.set_hyperparameter(1, "Emission", earned)
        key = self.keys[new] = account(new, seed=SEED)
        self.devnet.fund(key, 1000 * RAO_PER_TAO)
        await self.chain.submit(calls.burned_register(1, key.ss58), key, wait=None)
        self.devnet.mine()

    async def graph(self):
        return await self.chain.read(reads.metagraph(1, weights=True, bonds=True))

    async def uid(self, name):
        return await self.chain.read(reads.uid_of(1, self.keys[name].ss58))


async def raw_server(respond):
    """A server on a free port that hands each connection's request head to `respond(reader, writer)`."""

    async def serve(reader, writer):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                (
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                ),
                0,
            )
            await reader.readexactly(length)
            await respond(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]
