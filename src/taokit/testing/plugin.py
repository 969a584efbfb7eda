"""The pytest plugin: a chain for tests, what runs on it, and its time.

It comes with taokit; what its fixtures need loads when a test asks for one. The marker `devnet` says what the chain of
a test begins with: `@pytest.mark.devnet("demo", miners=2, validators=1, Tempo=60)` names a preset (default: `subnet`)
and what the method of `Devnet` by this name takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from taokit.devnet import Devnet
    from taokit.testing.beacon import Pulses
    from taokit.testing.ciphertexts import Ciphertexts
    from taokit.testing.clock import Clock
    from taokit.testing.neurons import Neurons
    from taokit.testing.presets import Chains, Kind
    from taokit.testing.served import DevnetUrl, Host

MARKER = "devnet(preset='subnet', **arguments): what the chain of `devnet` and `devnet_url` begins with"


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", MARKER)


@pytest.fixture(scope="session")
def _taokit_chains() -> Chains:
    """The chains that tests in this process begin from."""
    from taokit.testing.presets import Chains

    return Chains()


@pytest.fixture(scope="session")
def _taokit_host() -> Iterator[Host]:
    """A thread with an event loop, in which chains are served."""
    from taokit.testing.served import Host

    with Host() as host:
        yield host


@pytest.fixture(scope="session")
def _taokit_ciphertexts(request: pytest.FixtureRequest) -> Ciphertexts:
    """Sealed messages, kept from run to run in pytest's cache where there is one."""
    from taokit.testing.ciphertexts import Ciphertexts

    cache = getattr(request.config, "cache", None)
    return Ciphertexts(None if cache is None else cache.mkdir("taokit-ciphertexts"))


@pytest.fixture
def _taokit_kind(request: pytest.FixtureRequest) -> Kind:
    """What the test's marker asks for."""
    from taokit.testing.presets import Kind

    mark = request.node.get_closest_marker("devnet")
    return Kind() if mark is None else Kind.of(*mark.args, **mark.kwargs)


@pytest.fixture
def devnet(_taokit_kind: Kind, _taokit_chains: Chains) -> Iterator[Devnet]:
    """A chain inside this process, a `taokit.devnet.Devnet`: every test begins from the same one.

    Without a marker it is `Devnet.subnet()`: subnet 1 with uid 0 the owner's, eight miners and three validators, whose
    keys are `//miner/0` and on, and a block for every submission. Whatever a test does to it is undone afterwards.
    """
    with _taokit_chains.begun(_taokit_kind) as chain:
        yield chain


@pytest.fixture
def devnet_url(_taokit_kind: Kind, _taokit_host: Host) -> Iterator[DevnetUrl]:
    """The `ws://` address of such a chain, served over a socket for the length of the test to any client.

    It is another chain than `devnet`'s, in a thread of its own, so blocking clients and other processes can use it. It
    is a `str` that also takes commands: `devnet_url.ask("dev_newBlock", {"count": 10})`. After the test all clients are
    disconnected, and the chain is as it was.
    """
    with _taokit_host.serving(_taokit_kind) as url:
        yield url


@pytest.fixture
def clock(devnet: Devnet) -> Clock:
    """The time of the test's `devnet`: `await clock.blocks(10)` makes blocks, and lets every neuron act on each."""
    from taokit.testing.clock import Clock

    return Clock(devnet)


@pytest.fixture
def beacon(devnet: Devnet, _taokit_ciphertexts: Ciphertexts) -> Pulses:
    """The drand beacon of the test's `devnet`: pulses that are late, skipped or injected, and the patch for SDKs.

    What is encrypted for it is remembered from run to run, by message, round and key: it takes half a second each.
    """
    from taokit.testing.beacon import Pulses

    return Pulses(devnet, _taokit_ciphertexts)


@pytest.fixture
def neuron(
    request: pytest.FixtureRequest,
    devnet: Devnet,
    _taokit_kind: Kind,
    _taokit_ciphertexts: Ciphertexts,
    tmp_path: Path,
) -> Neurons:
    """Your classes as neurons of the test's `devnet`, each for the length of an `async with` block.

    `async with neuron(MyMiner) as miner, neuron(MyValidator) as validator: await clock.epochs(2)`. Each gets the next
    free key of its kind, a free port on 127.0.0.1, and files below `tmp_path`; inside the block it follows the chain,
    and at its end it stops, raising what ended it if it ended by itself.
    """
    from taokit.testing.neurons import Neurons

    return Neurons(devnet, _taokit_kind.cast, tmp_path, name=request.node.nodeid, ciphertexts=_taokit_ciphertexts)


__all__ = ["beacon", "clock", "devnet", "devnet_url", "neuron", "pytest_configure"]
