"""A sweep's chunks as tasks of a Ray cluster."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from typing import Any

from taokit.errors import ConfigurationError, Disconnected, Unreachable
from taokit.lab.sweep import Chunk, Figures, Measure, Submit


@contextmanager
def ray_cluster(workers: int) -> Iterator[Submit]:
    """A pool of a Ray cluster, whose machines must have the same taokit: each chunk is a task of one CPU.

    It is the cluster that this process is connected to, else the one that Ray finds (`RAY_ADDRESS`), else a new one of
    this machine, which ends with the sweep. Raises `ConfigurationError` without ray and `Unreachable` when the cluster
    does not answer; a task fails with what its measure raised, or `Disconnected` when the cluster lost it.
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
    try:
        # what workers print would land in the middle of the results
        ray.init(logging_level=logging.ERROR, log_to_driver=False)
    except ValueError as error:
        raise ConfigurationError(f"Ray cannot start: {error}", hint="look at RAY_ADDRESS") from error
    except (OSError, RuntimeError, SystemExit) as error:  # it ends the process for a cluster that never answers
        raise Unreachable(f"no Ray cluster: {error}", hint="look at RAY_ADDRESS") from error


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


__all__ = ["ray_cluster"]
