"""A JSON-RPC client for tests of the server, and an extrinsic to send."""

import json
from contextlib import asynccontextmanager

from chains import ALICE, BOB
from taokit.chain import calls
from taokit.chain.extrinsic import Terms, sign
from taokit.devnet import codec_of


class Client:
    """A plain JSON-RPC client, which keeps what it was told without asking."""

    def __init__(self, socket):
        self.socket, self.told, self._id = socket, [], 0

    async def ask(self, method, *params):
        """The whole answer."""
        self._id += 1
        await self.send({"jsonrpc": "2.0", "id": self._id, "method": method, "params": list(params)})
        while (said := await self.socket.receive_json(timeout=5)).get("id") != self._id:
            self.told.append(said)
        return said

    async def result(self, method, *params):
        said = await self.ask(method, *params)
        assert "error" not in said, said
        return said["result"]

    async def error(self, method, *params):
        return (await self.ask(method, *params))["error"]

    async def send(self, message):
        await self.socket.send_str(message if isinstance(message, str) else json.dumps(message))

    async def receive(self):
        return await self.socket.receive_json(timeout=5)

    async def next(self, subscription):
        """The next message of a subscription."""
        while True:
            said = self.told.pop(0) if self.told else await self.receive()
            if said.get("params", {}).get("subscription") == subscription:
                return said["params"]["result"]


@asynccontextmanager
async def connected(session, url):
    async with session.ws_connect(url, max_msg_size=0) as socket:
        yield Client(socket)


def transfer(devnet, rao=5, nonce=0, signer=ALICE):
    codec = codec_of(devnet.backend().runtime())
    terms = Terms(devnet.backend().block_hash(0), devnet.head, nonce)
    return sign(codec, codec.compose(calls.transfer_keep_alive(BOB.ss58, rao)), signer, terms)
