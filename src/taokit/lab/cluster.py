"""A sweep's chunks as tasks of a Ray cluster."""

from __future__ import annotations

import logging
import os
import re
import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

from taokit.errors import ConfigurationError, Disconnected, Unreachable
from taokit.lab.sweep import Chunk, Figures, Measure, Submit

DEADLINE_S = 10.0
"""How long the named cluster may take to accept a connection."""

ATTEMPTS = "RAY_gcs_server_port_wait_time_s"
"""What tells Ray how often to ask a cluster that accepts connections and says nothing; half a minute each time."""

HINT = "start it with `ray start --head`, or mend RAY_ADDRESS; without RAY_ADDRESS a cluster of this machine is made"


@contextmanager
def ray_cluster(workers: int) -> Iterator[Submit]:
    """A pool of a Ray cluster, whose machines must have the same taokit: each chunk is a task of one CPU.

    It is the cluster that this process is connected to, else the one that Ray finds (`RAY_ADDRESS`), else a new one of
    this machine, which ends with the sweep. Raises `ConfigurationError` without ray and `Unreachable` when the cluster
    accepts no connection within 10 seconds, or says nothing for a minute; a task fails with what its measure raised,
    or `Disconnected` when the cluster lost it.
    """
    ray = _ray()
    ours = not ray.is_initialized()
    if ours:
        _connect(ray)
    try:
        yield partial(_submit, ray.remote(_measured))
    finally:
        if ours:
            ray.shutdown()


def _ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise ConfigurationError("ray is not installed", hint="pip install 'taokit[ray]'") from error
    return ray


def _connect(ray: Any) -> None:
    address = os.environ.get("RAY_ADDRESS", "")
    named = check_accepts(address)
    try:
        with _few_attempts() if named else nullcontext():
            # what workers print would land in the middle of the results
            ray.init(logging_level=logging.ERROR, log_to_driver=False)
    except (ImportError, ValueError) as error:
        raise ConfigurationError(f"Ray cannot start: {error}", hint="look at RAY_ADDRESS") from error
    except (OSError, RuntimeError, SystemExit) as error:  # it ends the process for a cluster that never answers
        raise Unreachable(f"no Ray cluster answers at {address or 'this machine'}: {error}", hint=HINT) from error


def check_accepts(address: str, *, deadline_s: float = DEADLINE_S) -> bool:
    """Whether an address names a host and port; raises `Unreachable` when nobody accepts a connection there.

    Ray itself tries such an address for many minutes.
    """
    named = re.fullmatch(r"(?:ray://)?\[?(?P<host>[^/\[\]]+)\]?:(?P<port>\d{1,5})", address)
    if named is None:
        return False
    try:
        socket.create_connection((named["host"], int(named["port"])), timeout=deadline_s).close()
    except (OSError, OverflowError) as error:
        raise Unreachable(f"no Ray cluster answers at {address}: {error}", hint=HINT) from error
    return True


@contextmanager
def _few_attempts() -> Iterator[None]:
    before = os.environ.get(ATTEMPTS)
    os.environ[ATTEMPTS] = before or "2"
    try:
        yield
    finally:
        if before is None:
            del os.environ[ATTEMPTS]


def _measured(measure: Measure, chunk: Chunk, at_once: int) -> Sequence[Figures]:
    """What runs in the cluster."""
    return measure(chunk, at_once)


def _submit(task: Any, measure: Measure, chunk: Chunk, at_once: int) -> Future[Sequence[Figures]]:
    told: Future[Sequence[Figures]] = Future()
    task.remote(measure, chunk, at_once).future().add_done_callback(partial(_tell, told))
    return told


def _tell(told: Future[Sequence[Figures]], done: Future[Sequence[Figures]]) -> None:
    error = done.exception()
    if error is None:
        told.set_result(done.result())
    elif cause := getattr(error, "cause", None):  # the measure's own, which Ray wraps
        told.set_exception(cause)
    else:
        told.set_exception(Disconnected(f"the Ray cluster lost a chunk: {error}", hint="go on from a --store"))


__all__ = ["check_accepts", "ray_cluster"]
