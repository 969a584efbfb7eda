from contextlib import contextmanager

from chains import funded
from taokit.blocking import Portal
from taokit.devnet.rpc import Server


@contextmanager
def served():
    """The address of a node with a small chain, in a thread of its own."""
    with Portal("node") as node:
        server, port = node.call(_started())
        yield f"ws://127.0.0.1:{port}"
        node.call(server.stop())


async def _started():
    devnet = funded()
    devnet.mine(3)
    server = Server(devnet, port=0)
    return server, await server.start()
