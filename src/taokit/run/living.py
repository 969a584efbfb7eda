"""One neuron from start to stop, in the process that runs it or in one of its workers."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from taokit.connect import Nodes, connection
from taokit.errors import ConfigurationError, TaokitError
from taokit.errors.failures import began_in, log_failure
from taokit.neuron import Place, neuron_of, state_root
from taokit.run.beating import DEADLINES, HeartbeatFile, Pulse, beat
from taokit.run.ending import DRAIN_S, EXIT_CRASHED, EXIT_STOPPED, Leaving, on_signals, report
from taokit.run.holding import watching
from taokit.run.logs import log_to_stderr
from taokit.run.options import Choices
from taokit.run.signing import KeyChoice, hotkey_of, on_this_machine, warn_of_open_coldkey
from taokit.run.working import spawn_at, when_alone

if TYPE_CHECKING:
    from taokit.neuron import Neuron, Role
    from taokit.signer import Signer

log = logging.getLogger("taokit")


@dataclass(frozen=True, slots=True)
class Worker:
    """One of several processes that serve a neuron's port."""

    number: int
    pipe: Connection  # to the first process, which is on chain


@dataclass(frozen=True, slots=True)
class Above:
    """Who looks after this process, and what it was handed."""

    worker: Worker | None = None  # which worker it is; None: it is the whole neuron, or keeps the workers
    supervisor: int | None = None  # descriptor of a pipe to a supervisor; None: it has none
    signer: Signer | None = None  # a key of the caller's own, in place of any that is named


def live(cls: type[Role], choices: Choices, above: Above) -> int:
    """Run the neuron until it is stopped; the exit code. Raises `TaokitError` for what ended it."""
    log_to_stderr(as_json=choices.as_json, verbosity=choices.verbosity)
    for note in choices.notes:
        log.warning("%s", note)
    try:
        asyncio.run(_live(cls, choices, _signer(choices, above, os.environ), above))
    except asyncio.CancelledError:
        log.info("%s stopped", cls.__name__)
    except TaokitError:
        raise
    except Exception as error:
        if began_in(error, cls):
            log_failure(log, error, "%s crashed", cls.__name__)
        else:  # no line of the class: ours may be to blame, and are shown
            log.exception("%s crashed", cls.__name__)
        return EXIT_CRASHED
    return EXIT_STOPPED


def _work(cls: type[Role], choices: Choices, number: int, pipe: Connection) -> None:
    """One worker's process, from start to stop; it leaves when the first process says so, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal's Ctrl-C the first process makes a SIGTERM
    try:
        sys.exit(live(cls, replace(choices, notes=()), Above(Worker(number, pipe))))
    except TaokitError as error:
        sys.exit(report(error, as_json=choices.as_json))


async def _live(cls: type[Role], choices: Choices, signer: Signer, above: Above) -> None:
    """One neuron from start to stop. SIGTERM and SIGINT end it in order, at any moment."""
    task, loop, worker = asyncio.current_task(), asyncio.get_running_loop(), above.worker
    assert task is not None
    leaving = Leaving(lambda: loop.call_soon_threadsafe(task.cancel))
    numbers = (signal.SIGTERM, signal.SIGINT) if worker is None and above.supervisor is None else (signal.SIGTERM,)
    place, spawn = _place(choices, os.environ, worker), spawn_at(_work, cls, choices)
    nodes = Nodes(
        fallback=choices.fallback_endpoints, archive=choices.archive_endpoints, retry_forever=choices.retry_forever
    )
    with on_signals(numbers, leaving.begin):
        if worker is not None:
            when_alone(worker.pipe, leaving.begin)
        try:
            async with connection(choices.network, nodes=nodes) as chain:
                neuron = neuron_of(cls, place, signer=signer, chain=chain, spawn=spawn)
                _set_aside()
                await _run(neuron, choices, above, leaving)
        finally:
            leaving.left()


def _set_aside() -> None:
    """Keep full collections of garbage, for which everything stops, from going through all that was imported.

    That takes 100 ms and more. What `setup` makes, such as a model, comes later and is collected as ever.
    """
    gc.collect()
    gc.freeze()


async def _run(neuron: Neuron, choices: Choices, above: Above, leaving: Leaving) -> None:
    await neuron.start()
    try:
        if above.worker is not None:
            above.worker.pipe.send("serves")
        place = "" if neuron.port is None else f" on port {neuron.port}"
        log.info("%s runs as %s%s", type(neuron.role).__name__, neuron.signer.ss58, place)
        async with _beating(neuron, choices, above, leaving), watching(log.warning):
            await neuron.wait()
    finally:
        await neuron.stop(DRAIN_S)


@asynccontextmanager
async def _beating(neuron: Neuron, choices: Choices, above: Above, leaving: Leaving) -> AsyncIterator[None]:
    """Show that this event loop lives to everyone who looks, for the length of the block."""
    deadline_s, worker, file = choices.deadline_s, above.worker, None
    tells = []
    if worker is None:
        file = _heartbeat_file(neuron, choices.heartbeat)
        tells.append(file.beat)
    else:
        pipe = worker.pipe
        tells.append(lambda: _told(pipe, DEADLINES * deadline_s))
    if above.supervisor is not None:
        tells.append(Pulse(above.supervisor, deadline_s=deadline_s, alone=leaving.begin).beat)
    tasks = [asyncio.create_task(beat(tell, deadline_s=deadline_s), name="taokit beat") for tell in tells]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if file is not None:
            file.end()


def _heartbeat_file(neuron: Neuron, named: str | None) -> HeartbeatFile:
    path = neuron.home / "heartbeat" if named is None else Path(named).expanduser()
    return HeartbeatFile(path, lambda: neuron.role.metagraph.block)


def _told(pipe: Connection, seconds: float) -> None:
    """Say to the first process how long a silence means that this one is stuck; that it is gone is seen elsewhere."""
    with suppress(OSError):
        pipe.send(seconds)


def _place(choices: Choices, environment: Mapping[str, str], worker: Worker | None) -> Place:
    number = None if worker is None else worker.number
    here = on_this_machine(choices.network)
    return Place(
        netuid=choices.netuid,
        state=state_root(
            choices.state_dir,
            taokit_state=None,  # already among the choices
            xdg_state_home=environment.get("XDG_STATE_HOME"),
            home=Path.home(),
        ),
        seed=secrets.token_bytes(32),
        host=choices.host or ("127.0.0.1" if here else "0.0.0.0"),  # noqa: S104  miners serve the network
        port=choices.port,
        external_ip=choices.external_ip,
        external_port=choices.external_port,
        private_port=choices.private_port,
        private_host=choices.private_host,
        tls=choices.tls,
        sealing=choices.sealing,
        redis=choices.redis,
        workers=choices.workers,
        worker=number,
        allow_private=here,
        record=None if choices.record is None else Path(choices.record),
        settings=choices.settings,
    )


def _signer(choices: Choices, above: Above, environment: Mapping[str, str]) -> Signer:
    """The hotkey. No coldkey is opened here, whatever there is."""
    if above.signer is not None:
        if choices.workers > 1:
            raise ConfigurationError(
                "a key that was handed in does not leave this process, so there can be one worker",
                hint="name a wallet or a mnemonic file, or leave --workers away",
            )
        return above.signer
    choice = KeyChoice(
        choices.network, choices.wallet, choices.wallet_hotkey, choices.wallet_path, choices.mnemonic_file
    )
    warn_of_open_coldkey(choice)
    return hotkey_of(choice, environment)


__all__ = ["Above", "Worker", "live"]
