"""From the name of a network to a client of it. What it joins is imported when it is called."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from taokit.errors import ConfigurationError

if TYPE_CHECKING:
    from taokit.backends import Limits
    from taokit.blocking import Portal
    from taokit.chain import AsyncBackend, AsyncChain, Block, BlockHash, Chain, Head, Runtime, Status
    from taokit.chain.client import Aside
    from taokit.devnet import Devnet

T = TypeVar("T")

DEVNET: Final = "devnet"
"""The network that is made on the spot: a new chain inside this process, with a running subnet 1."""

BLOCK_SECONDS: Final = 1.0
"""Real time between two blocks of a chain made on the spot, each of 12 seconds of chain time."""


@dataclass(frozen=True, slots=True)
class Network:
    """A chain that nodes serve."""

    urls: tuple[str, ...]  # the preferred one first
    genesis: bytes | None = None  # None: whatever the first node has


NETWORKS: Final[Mapping[str, Network]] = MappingProxyType(
    {
        "finney": Network(
            ("wss://entrypoint-finney.opentensor.ai:443",),
            bytes.fromhex("2f0555cc76fc2840a25a6ea3b9637146806f1f44b090c175ffde2a7e5ab36c03"),
        ),
        "test": Network(
            ("wss://test.finney.opentensor.ai:443",),
            bytes.fromhex("8f9cf856bf558a14440e75569c9e58594757048d7b3a84b5d25f6bd978263105"),
        ),
        "local": Network(("ws://127.0.0.1:9944",)),
    }
)
"""The networks known by name."""

CACHE: Final = Path("~/.cache/taokit")
"""Where metadata is kept, unless told otherwise; `~` is the home of who runs this."""


@dataclass(frozen=True, slots=True)
class Nodes:
    """Which nodes are asked, and how. Of no meaning for a chain inside this process."""

    fallback: Sequence[str] = ()  # addresses to ask when those of the network are of no use, in order of preference
    archive: Sequence[str] = ()  # addresses to ask about blocks whose state the others hold no longer
    backend: Literal["native", "substrate_interface"] = "native"
    isolated: bool = False  # in a child process, so that no answer of a node holds up this one
    retry_forever: bool = False  # wait for a node for as long as it takes, at the start and whenever all are lost
    limits: Limits | None = None


def connect(
    network: str | Devnet,
    *,
    endpoints: Sequence[str] = (),
    cache: Path | None = CACHE,
    backend: Literal["native", "substrate_interface"] = "native",
    isolated: bool = False,
    nodes: Nodes | None = None,
) -> Chain:
    """A client for blocking code. Close it, or use it in a `with` block.

    `network` is `devnet`, `finney`, `test`, `local`, or a `ws://` or `wss://` address; several addresses with commas
    between them are asked in this order of preference. `endpoints` take the place of a named network's own addresses.
    `cache` is the folder for metadata, None for none. `backend` is what carries the questions, `isolated` keeps it in
    a child process; `nodes` says these and everything else about the nodes. Raises `ConfigurationError` for what
    names no network, or needs a library that is not installed; that no node is reachable shows at the first question.
    """
    devnet = _devnet(network)
    if devnet is not None:
        return devnet.chain()
    from taokit.backends import codec_of
    from taokit.blocking import Portal
    from taokit.chain import Chain

    chosen = _chosen(nodes, backend, isolated)
    carrier = _backend(_network(str(network), endpoints), cache, chosen)
    blocking = BlockingBackend(carrier, Portal("taokit chain"))
    if chosen.retry_forever:
        blocking.wait()
    return Chain(blocking, codec_of)


@asynccontextmanager
async def connection(
    network: str | Devnet,
    *,
    endpoints: Sequence[str] = (),
    cache: Path | None = CACHE,
    backend: Literal["native", "substrate_interface"] = "native",
    isolated: bool = False,
    nodes: Nodes | None = None,
) -> AsyncIterator[AsyncChain]:
    """A client for async code, for the length of the block. Its arguments and errors are those of `connect`.

    A chain made on the spot lives as long, and makes a block every second; one handed in keeps its own pace.
    """
    devnet = _devnet(network)
    if devnet is not None:
        async with _of_devnet(devnet, ticking=network == DEVNET) as chain:
            yield chain
        return
    from taokit.backends import codec_of, within
    from taokit.chain import AsyncChain

    chosen = _chosen(nodes, backend, isolated)
    carrier = _backend(_network(str(network), endpoints), cache, chosen)
    with _one_thread() as aside:
        async with AsyncChain(carrier, codec_of, within, aside=aside) as chain:
            if chosen.retry_forever:
                await _reached(carrier)
            yield chain


@contextmanager
def _one_thread() -> Iterator[Aside]:
    """Where a chain's answers are decoded, so that a large one does not hold up the event loop."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    thread = ThreadPoolExecutor(1, thread_name_prefix="taokit decodes")

    async def aside(work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(thread, work)

    try:
        yield aside
    finally:
        thread.shutdown(wait=False, cancel_futures=True)


async def _reached(backend: AsyncBackend) -> None:
    """A node has answered, after as many attempts as it took."""
    heads = backend.heads()  # which goes on asking where its patience is infinite
    await anext(heads)
    if (leave := getattr(heads, "aclose", None)) is not None:
        await leave()


def embedded() -> Devnet:
    """A chain of its own inside this process, without a subnet but root, with everything that steers it."""
    from taokit.devnet import Devnet

    return Devnet.empty()


@asynccontextmanager
async def _of_devnet(devnet: Devnet, *, ticking: bool) -> AsyncIterator[AsyncChain]:
    import asyncio

    clock = asyncio.create_task(devnet.tick(BLOCK_SECONDS)) if ticking else None
    try:
        async with devnet.async_chain() as chain:
            yield chain
    finally:
        if clock is not None:
            clock.cancel()
            await asyncio.gather(clock, return_exceptions=True)


def _devnet(network: str | Devnet) -> Devnet | None:
    """The chain inside this process that is meant, or None where nodes are."""
    if isinstance(network, str) and network != DEVNET:
        return None
    from taokit.devnet import Devnet

    return Devnet.subnet() if isinstance(network, str) else network


def _network(name: str, endpoints: Sequence[str]) -> Network:
    if known := NETWORKS.get(name):
        return Network(tuple(map(_checked, endpoints)), known.genesis) if endpoints else known
    urls = [part.strip() for part in name.split(",")]
    if not any("://" in url for url in urls):
        raise _unknown(name)
    return Network(tuple(map(_checked, endpoints or urls)))


def _checked(url: str) -> str:
    scheme, _, rest = url.partition("://")
    if scheme not in ("ws", "wss") or not rest:
        raise ConfigurationError(
            f"taokit cannot connect to an address that begins with {scheme!r}: a node is reached by websocket",
            hint="use an address such as ws://127.0.0.1:9944 or wss://entrypoint-finney.opentensor.ai:443",
        )
    return url


def _unknown(name: str) -> ConfigurationError:
    names = (DEVNET, *NETWORKS)
    near = get_close_matches(name, names, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"use one of {', '.join(names)}, or a ws:// or wss:// address"
    return ConfigurationError(f"taokit cannot connect to {name!r}: no network has this name", hint=hint)


def _chosen(nodes: Nodes | None, backend: Literal["native", "substrate_interface"], isolated: bool) -> Nodes:
    """All about the nodes in one place, with addresses and names that are in order."""
    if backend not in ("native", "substrate_interface"):
        raise ConfigurationError(f"there is no backend {backend!r}", hint="use native or substrate_interface")
    chosen = nodes or Nodes()
    return replace(
        chosen,
        fallback=tuple(map(_checked, chosen.fallback)),
        archive=tuple(map(_checked, chosen.archive)),
        backend=chosen.backend if backend == "native" else backend,
        isolated=chosen.isolated or isolated,
    )


def _backend(network: Network, cache: Path | None, nodes: Nodes) -> AsyncBackend:
    from taokit.backends import IsolatedBackend, Limits, MetadataCache, NativeBackend, SubstrateInterfaceBackend

    urls, folder = (*network.urls, *nodes.fallback), None if cache is None else cache.expanduser()
    limits = nodes.limits or Limits()
    if nodes.retry_forever:
        limits = replace(limits, patience_s=math.inf)
    if nodes.isolated:
        return IsolatedBackend(
            urls, cache=folder, genesis=network.genesis, limits=limits, archive=nodes.archive, transport=nodes.backend
        )
    kind = NativeBackend if nodes.backend == "native" else SubstrateInterfaceBackend
    kept = None if folder is None else MetadataCache(folder)
    return kind(urls, cache=kept, genesis=network.genesis, limits=limits, archive=nodes.archive)


class BlockingBackend:
    """An async backend for blocking code: it lives in a thread of its own, from here until `close`."""

    def __init__(self, backend: AsyncBackend, portal: Portal) -> None:
        """`portal` is one that nobody has entered; it is this backend's from now on."""
        self._backend = backend
        self._portal = portal.__enter__()
        self._closed = False

    def runtime(self, at: BlockHash | None = None) -> Runtime:
        return self._portal.call(self._backend.runtime(at))

    def block_hash(self, number: int | None = None) -> BlockHash | None:
        return self._portal.call(self._backend.block_hash(number))

    def block(self, at: BlockHash | None = None) -> Block:
        return self._portal.call(self._backend.block(at))

    def storage(self, keys: Sequence[bytes], at: BlockHash | None = None) -> list[bytes | None]:
        return self._portal.call(self._backend.storage(keys, at))

    def keys(
        self, prefix: bytes, *, start: bytes | None = None, count: int = 1000, at: BlockHash | None = None
    ) -> list[bytes]:
        return self._portal.call(self._backend.keys(prefix, start=start, count=count, at=at))

    def call(self, method: str, data: bytes, at: BlockHash | None = None) -> bytes:
        return self._portal.call(self._backend.call(method, data, at))

    def submit(self, extrinsic: bytes) -> Iterator[Status]:
        return self._stepped(self._backend.submit(extrinsic))

    def heads(self) -> Iterator[Head]:
        return self._stepped(self._backend.heads())

    def _stepped(self, source: AsyncIterator[T]) -> Iterator[T]:
        """What the source yields; leaving the loop early ends it there too."""
        try:
            yield from self._portal.iterate(source)
        finally:
            if (leave := getattr(source, "aclose", None)) is not None:
                self._portal.call(leave())

    def wait(self) -> None:
        """Return once a node has answered."""
        self._portal.call(_reached(self._backend))

    def close(self) -> None:
        """End the connection, and the thread; a second time does nothing."""
        if not self._closed:
            self._closed = True
            self._portal.call(self._backend.close())
            self._portal.__exit__(None, None, None)


__all__ = [
    "BLOCK_SECONDS",
    "CACHE",
    "DEVNET",
    "NETWORKS",
    "BlockingBackend",
    "Network",
    "Nodes",
    "connect",
    "connection",
    "embedded",
]
