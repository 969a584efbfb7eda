"""What the machine gives a neuron: open files, space on the disk, and what the subnet's min_compute.yml asks for."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from taokit.cli.doctor.finding import Finding, bad, good, note, skipped

FILES_BAD, FILES_WELL = 1024, 4096
"""Open files: a validator holds a connection to each of 256 miners, a miner one for each caller."""
SPACE_BAD, SPACE_WELL = 1 << 30, 5 << 30
"""Bytes free where a neuron keeps its state and its records."""
GIB: Final = 1 << 30
ROUNDING: Final = 0.93
"""Of what a machine is sold as: 16 GB of memory show as 15.5 GiB and less."""
GPU_S: Final = 10.0


def files() -> Finding:
    """How many files and sockets a process may open."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    if soft == unlimited or soft >= FILES_WELL:
        return good("open files", "no limit" if soft == unlimited else f"{soft} at once")
    reach = "65536" if hard == unlimited else str(min(hard, 65536))
    mend = f"ulimit -n {reach}" if hard == unlimited or hard > soft else "LimitNOFILE=65536 in its systemd unit"
    said = f"{soft} at once, and each connection takes one"
    return bad("open files", said, mend) if soft < FILES_BAD else note("open files", said, mend)


def disk(state: Path) -> Finding:
    """Whether there is space to keep a neuron's state, and leave to write it."""
    there = next(folder for folder in (state, *state.parents) if folder.exists())
    if not os.access(there, os.W_OK):
        return bad("disk", f"{there} cannot be written", f"sudo chown -R $USER {there}, or pass --state-dir")
    free = shutil.disk_usage(there).free
    said = f"{free / GIB:.1f} GiB free for {state}"
    if free >= SPACE_WELL:
        return good("disk", said)
    mend = f"free some space: du -xh {there} | sort -h | tail"
    return bad("disk", said, mend) if free < SPACE_BAD else note("disk", said, mend)


def compute(file: Path, kind: str) -> Iterator[Finding]:
    """What a min_compute.yml asks of the machine of a `miner` or `validator`; nothing where there is no such file."""
    if not file.exists():
        return
    wanted = _spec(file, kind)
    if isinstance(wanted, Finding):
        yield wanted
        return
    yield from _cores(wanted.get("cpu"), file)
    yield from _memory(wanted.get("memory"), file)
    yield from _storage(wanted.get("storage"), file)
    yield from _gpu(wanted.get("gpu"), file)


def _spec(file: Path, kind: str) -> dict[str, Any] | Finding:
    import yaml

    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        return bad("min_compute", f"{file} does not read: {str(error).splitlines()[0]}", f"mend {file}")
    spec = data.get("compute_spec") if isinstance(data, Mapping) else None
    wanted = spec.get(kind) if isinstance(spec, Mapping) else None
    if isinstance(wanted, dict):
        return wanted
    return skipped("min_compute", f"{file} asks nothing of a {kind}")


def _number(section: Any, name: str) -> float | None:
    value = section.get(name) if isinstance(section, Mapping) else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _enough(name: str, *, has: float, wants: float, unit: str, file: Path) -> Finding:
    if has >= wants:
        return good(f"min_compute: {name}", f"{has:g} {unit}, {file.name} asks for {wants:g}")
    return bad(f"min_compute: {name}", f"{has:g} {unit}, {file.name} asks for {wants:g}", "use a larger machine")


def _cores(section: Any, file: Path) -> Iterator[Finding]:
    if (wants := _number(section, "min_cores")) is not None:
        # those this process may use: a container has fewer than its machine
        has = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        yield _enough("cpu", has=has, wants=wants, unit="cores", file=file)


def _memory(section: Any, file: Path) -> Iterator[Finding]:
    if (wants := _number(section, "min_ram")) is not None:
        has = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
        yield _enough("memory", has=round(has / ROUNDING, 1), wants=wants, unit="GB", file=file)


def _storage(section: Any, file: Path) -> Iterator[Finding]:
    if (wants := _number(section, "min_space")) is not None:
        total = shutil.disk_usage(file.parent).total / GIB
        yield _enough("storage", has=round(total / ROUNDING, 1), wants=wants, unit="GB", file=file)


def _gpu(section: Any, file: Path) -> Iterator[Finding]:
    if not isinstance(section, Mapping) or section.get("required") is not True:
        return
    has = _video_memory()
    if has is None:
        yield bad("min_compute: gpu", f"{file.name} asks for a GPU, and nvidia-smi shows none", "nvidia-smi")
    else:
        wants = _number(section, "min_vram") or 0.0
        yield _enough("gpu", has=round(has / ROUNDING, 1), wants=wants, unit="GB", file=file)


def _video_memory() -> float | None:
    """Of the largest GPU, in GiB; None where there is none."""
    command = ["nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=GPU_S, check=True).stdout  # noqa: S603
        return max(float(line) for line in told.split()) / 1024
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


__all__ = ["compute", "disk", "files"]
