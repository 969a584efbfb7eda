"""Keeps the records of a validator's rounds: a file each, whole or not at all, the newest ones, none too large."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any, Final

from taokit.dendrite import Reply
from taokit.errors import ConfigurationError, LocalError, TaokitError
from taokit.neuron.record import Kinds, RoundRecord, from_lines, read_head, to_lines
from taokit.neuron.validator import Ask, Question, Round
from taokit.protocol import Synapse

log = logging.getLogger("taokit.neuron.validator")

MOST_BYTES: Final = 256 << 20
KEPT: Final = 200


class Witness:
    """Sees one round: what was asked and answered, and the chance involved."""

    def __init__(self, ask: Ask, random: Random, *, validator: str) -> None:
        """A witness of what goes through `ask`, in a round of a `module:Class` with these random numbers."""
        self._ask = ask
        self._validator = validator
        self._random = random
        self._before = self._after = random.getstate()
        self._asked: list[tuple[Reply[Any], ...]] = []

    async def ask(self, question: Question) -> list[Reply[Any]]:
        """What `ask` makes of it."""
        replies = await self._ask(question)
        self._asked.append(tuple(replies))
        self._after = self._random.getstate()
        return replies

    def record(self, round: Round, scores: Mapping[int, float] | None, *, organic: bool = False) -> RoundRecord:
        """What it saw, and what came of it."""
        return RoundRecord(
            number=round.number,
            epoch=round.epoch,
            metagraph=round.metagraph,
            uids=round.uids,
            asked=tuple(self._asked),
            before=self._before,
            after=self._after,
            scores=scores,
            validator=self._validator,
            organic=organic,
        )


class Recorder:
    """A folder of records."""

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES, kept: int = KEPT) -> None:
        """A recorder of files of at most so many bytes, of which the newest `kept` of each kind stay."""
        self.folder = folder
        self._most_bytes = most_bytes
        self._kept = kept

    def keep(self, record: RoundRecord) -> Path | None:
        """Write a record and return its file; None, with a warning, when it cannot be written or is too large.

        Rounds are `round-<number>.jsonl`, users' own requests `organic-<number>.jsonl`.
        """
        kind = "organic" if record.organic else "round"
        file = self.folder / f"{kind}-{record.number:09d}.jsonl"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(file, record)
            self._prune(kind)
        except (OSError, TaokitError) as error:
            said = error.strerror if isinstance(error, OSError) else error
            log.warning("the record of %s %d is not kept: %s", kind, record.number, said)
            return None
        return file

    def next_organic(self) -> int:
        """A number that no organic record in the folder has."""
        names = [file.stem.removeprefix("organic-") for file in self.folder.glob("organic-?????????.jsonl")]
        return 1 + max((int(name) for name in names if name.isdecimal()), default=0)

    def _write(self, file: Path, record: RoundRecord) -> None:
        new = file.with_suffix(".new")
        try:
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
                size = 0
                for line in to_lines(record):
                    size += len(line) + 1
                    if size > self._most_bytes:
                        raise LocalError(f"it would be larger than {self._most_bytes} bytes")
                    opened.write(line + b"\n")
                opened.flush()
                os.fsync(opened.fileno())
            new.replace(file)
        finally:
            with contextlib.suppress(OSError):
                new.unlink()

    def _prune(self, kind: str) -> None:
        files = sorted(self.folder.glob(f"{kind}-?????????.jsonl"))
        for old in files[: max(0, len(files) - self._kept)]:
            old.unlink()


def load(path: Path, kinds: Kinds, *, most_bytes: int = MOST_BYTES) -> RoundRecord:
    """The record in a file; `ConfigurationError`, by the line, for one that does not read or is cut short."""
    try:
        with path.open("rb") as opened:
            return from_lines(_lines(opened.fileno(), path, most_bytes), kinds, name=path.name)
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror}", hint="name a file of --record") from error


def _lines(opened: int, path: Path, most_bytes: int) -> Iterator[bytes]:
    too_large = ConfigurationError(
        f"{path} is larger than {most_bytes} bytes, which no record is", hint="name a file of --record"
    )
    if os.fstat(opened).st_size > most_bytes:
        raise too_large
    with os.fdopen(opened, "rb", closefd=False) as file:
        left = most_bytes  # counted, as the size of a pipe or a device says nothing
        while line := file.readline(left + 1):
            left -= len(line)
            if left < 0:
                raise too_large
            yield line


def recorded_by(path: Path) -> str:
    """The validator that wrote a record, as `module:Class`; `ConfigurationError` for a file that is none."""
    try:
        with path.open("rb") as opened:
            return str(read_head(opened.readline(MOST_BYTES), path.name)["validator"])
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror}", hint="name a file of --record") from error


def message_kinds(module: str = "") -> dict[str, type[Synapse]]:
    """Every message class that is loaded now, by name. Of two with one name, the one that `module` sees is meant."""
    found: dict[str, type[Synapse]] = {}
    waiting: list[type[Synapse]] = [Synapse]
    while waiting:
        kind = waiting.pop(0)
        found[kind.__name__] = kind
        waiting += kind.__subclasses__()
    seen = vars(sys.modules[module]) if module in sys.modules else {}
    mine = {v.__name__: v for v in seen.values() if isinstance(v, type) and issubclass(v, Synapse)}
    return {**found, **mine}


__all__ = ["KEPT", "MOST_BYTES", "Recorder", "Witness", "load", "message_kinds", "recorded_by"]
