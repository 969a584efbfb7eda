"""A chain by script: blocks that a test appends, replaces and makes final, as answers of a fake node."""

from backends.fake_node import GENESIS, Node, Subscription, header
from taokit.backends.answers import head as head_of
from taokit.devnet import Devnet

METADATA = Devnet.empty().backend().runtime().metadata
WATCH = "author_submitAndWatchExtrinsic"


class Chain:
    """Several nodes may tell of it. `blocks` holds the best chain's `(header, extrinsics)` from number 1 on."""

    def __init__(self, length=1):
        self.blocks = []
        self.known = {GENESIS: (header(0), [])}
        self.final = 0
        self.feeds = []
        self.grow(length)

    def grow(self, count=1, *extrinsics, fork=b"\x22"):
        """Append blocks, the last of which holds these extrinsics. `fork` makes them others than they would be."""
        for left in range(count - 1, -1, -1):
            parent = self.head.hash if self.blocks else bytes.fromhex(GENESIS[2:])
            made = header(len(self.blocks) + 1, parent="0x" + parent.hex()) | {"stateRoot": "0x" + (fork * 32).hex()}
            block = (made, ["0x" + one.hex() for one in (extrinsics if left == 0 else ())])
            self.blocks.append(block)
            self.known["0x" + head_of(made).hash.hex()] = block

    @property
    def head(self):
        return head_of(self.blocks[-1][0])

    def cut(self, length):
        """Forget the best chain's blocks above this number: they are a fork from now on."""
        del self.blocks[length:]

    async def tell(self):
        """The best head, to whoever follows."""
        for feed in self.feeds:
            if feed.socket is not None and not feed.socket.closed:
                await feed.send(self.blocks[-1][0])

    def node(self, **answers):
        return Node(
            {
                "chain_getBlockHash": self.hash_of,
                "chain_getHeader": lambda at=None: self.blocks[-1][0] if at is None else self.known[at][0],
                "chain_getBlock": self.block,
                "chain_getFinalizedHead": lambda: self.hash_of(self.final),
                "chain_subscribeNewHeads": self.follow,
                "chain_unsubscribeNewHeads": True,
                "author_unwatchExtrinsic": True,
                "state_getRuntimeVersion": {"specName": "fake", "specVersion": 1, "transactionVersion": 1},
                "state_call": "0x01" + (len(METADATA) << 2 | 2).to_bytes(4, "little").hex() + METADATA.hex(),
                **answers,
            }
        )

    def hash_of(self, number=None):
        if number == 0:
            return GENESIS
        if number is None:
            return "0x" + self.head.hash.hex()
        return "0x" + head_of(self.blocks[number - 1][0]).hash.hex() if number <= len(self.blocks) else None

    def block(self, at=None):
        made, extrinsics = self.known[self.hash_of() if at is None else at]
        return {"block": {"header": made, "extrinsics": extrinsics}}

    def follow(self):
        feed = Subscription(self.blocks[-1][0])
        self.feeds.append(feed)
        return feed
