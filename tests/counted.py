"""A devnet whose questions are counted, and can be made to fail."""

from collections import Counter

from taokit.chain import AsyncChain
from taokit.devnet import codec_of
from taokit.devnet.backend import within


class Counted:
    """An async backend that passes everything on and keeps count, by method; `storage` and `call` with their size."""

    def __init__(self, devnet):
        self._backend = devnet.async_backend()
        self.asked = Counter()
        self.metagraphs = Counter()  # by netuid
        self.fails = lambda method: None
        """Told the name of a method; what it returns is raised instead of an answer."""

    def __getattr__(self, name):
        method = getattr(self._backend, name)
        if name in ("heads", "close"):
            return method

        async def asked(*args, **options):
            self.asked[name] += 1
            if (error := self.fails(name)) is not None:
                raise error
            if name == "call" and args[0] == "SubnetInfoRuntimeApi_get_metagraph":
                self.metagraphs[int.from_bytes(args[1], "little")] += 1
            return await method(*args, **options)

        return asked

    def chain(self):
        return AsyncChain(self, codec_of, within)
