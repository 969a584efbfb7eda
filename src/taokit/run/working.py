"""The other processes of a neuron: how they start, and how they notice that the first one is gone."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, TypeAlias

from taokit.connect import DEVNET
from taokit.errors import ConfigurationError
from taokit.run.options import Choices

if TYPE_CHECKING:
    from taokit.axon.workers import Pipe, Process, Spawn
    from taokit.neuron import Role
    from taokit.neuron.supervising import SpawnAt

Work: TypeAlias = "Callable[[type[Role], Choices, int, Connection], None]"
"""What a worker's process runs: of this class, with these choices, under this number, heard through this pipe."""


def spawn_at(work: Work, cls: type[Role], choices: Choices) -> SpawnAt:
    """What starts the workers of a port. They are new processes: nothing of this one's threads or sockets is in them.

    Raises `ConfigurationError` where each would be on a chain of its own.
    """
    if choices.workers > 1 and choices.network == DEVNET:
        raise ConfigurationError(
            "each worker would make a devnet of its own",
            hint="run `taokit devnet`, and pass --network ws://127.0.0.1:9944",
        )
    context = multiprocessing.get_context("spawn")

    def at(port: int) -> Spawn:
        def spawn(number: int) -> tuple[Process, Pipe]:
            ours, theirs = context.Pipe()
            process = context.Process(
                target=work, args=(cls, replace(choices, port=port), number, theirs), name=f"taokit worker {number}"
            )
            process.start()
            theirs.close()
            return process, ours

        return spawn

    return at


def when_alone(pipe: Connection, leave: Callable[[], object]) -> None:
    """Call `leave`, once, when the process at the other end is gone."""
    loop = asyncio.get_running_loop()

    def gone() -> None:
        loop.remove_reader(pipe.fileno())
        leave()

    loop.add_reader(pipe.fileno(), gone)


__all__ = ["Work", "spawn_at", "when_alone"]
