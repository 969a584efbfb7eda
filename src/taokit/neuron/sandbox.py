"""Runs what a miner published in a process of its own, within limits."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from taokit.errors import DoesNotRun

BEGIN: Final = """
import resource, runpy, sys
program, cpu_s, memory = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
limits = {"CPU": cpu_s, "AS": memory, "FSIZE": 0, "NOFILE": 64, "NPROC": 0, "CORE": 0}
for what, most in limits.items():
    resource.setrlimit(getattr(resource, "RLIMIT_" + what), (most, most))
sys.argv = [program]
runpy.run_path(program, run_name="__main__")
"""
"""What the process does first: it limits itself, before it reads anything."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """How much a program of yours may take while it handles a stranger's data.

    The limits hold the process, its memory, the files that it writes and, unless this user is root, its children. They
    keep no code away from the network or from files that this user may read: let the program read data, and run
    strangers' programs in a container or a virtual machine.
    """

    wall_s: float = 10.0
    cpu_s: int = 5  # of processor time
    memory: int = 1 << 30  # bytes of address space
    answer: int = 1 << 20  # bytes that it may say

    async def run(self, program: Path, given: bytes) -> bytes:
        """What a Python file writes to standard output when it is given this as standard input.

        It runs isolated (`python -I`), in an empty folder, with an empty environment. Raises `DoesNotRun` when it
        fails or passes a limit. Nothing that it started is left, also when this is cancelled.
        """
        with tempfile.TemporaryDirectory(prefix="taokit-sandbox-") as empty:
            process = await asyncio.create_subprocess_exec(
                *self._command(program),
                cwd=empty,
                env={"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},  # threads count as processes
                start_new_session=True,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
            )
            try:
                async with asyncio.timeout(self.wall_s):
                    return await self._said(process, given)
            except TimeoutError:
                raise DoesNotRun(f"{program.name} took more than {self.wall_s:g} s") from None
            finally:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()

    def _command(self, program: Path) -> list[str]:
        return [sys.executable, "-I", "-c", BEGIN, str(program.resolve()), str(self.cpu_s), str(self.memory)]

    async def _said(self, process: Process, given: bytes) -> bytes:
        feeding = asyncio.create_task(_feed(process, given))
        try:
            said = await self._read(process)
            await process.wait()
        finally:
            feeding.cancel()
            await asyncio.wait([feeding])
        if process.returncode != 0:
            raise DoesNotRun(f"it failed or passed a limit: exit code {process.returncode}")
        return said

    async def _read(self, process: Process) -> bytes:
        assert process.stdout is not None
        said = bytearray()
        while some := await process.stdout.read(1 << 16):
            said += some
            if len(said) > self.answer:
                raise DoesNotRun(f"it said more than {self.answer} bytes")
        return bytes(said)


async def _feed(process: Process, given: bytes) -> None:
    """Hand over its input, as far as it takes it."""
    assert process.stdin is not None
    with contextlib.suppress(ConnectionError):
        process.stdin.write(given)
        await process.stdin.drain()
    process.stdin.close()


__all__ = ["Sandbox"]
