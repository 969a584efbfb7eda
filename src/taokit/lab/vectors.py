"""Files of test vectors, run through an engine: what was compared, and what came out differently."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from taokit.errors import ConfigurationError, TaokitError
from taokit.lab.engines import NUMPY, Engine
from taokit.lab.kinds import CHECKS
from taokit.lab.recorded import Json
from taokit.lab.tally import Mismatch, Tally

WHERE = "name a file of test vectors, plain JSON or .gz, and copy it again if it was cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What became of one file."""

    file: str
    name: str
    kind: str
    epochs: int
    compared: int  # values
    mismatches: tuple[Mismatch, ...]
    outputs: tuple[dict[str, Any], ...]  # what was computed, by step

    @property
    def passed(self) -> bool:
        """Whether something was compared and everything agreed."""
        return self.compared > 0 and not self.mismatches

    def to_json(self, *, outputs: bool = False) -> dict[str, Any]:
        """One line of `taokit yuma run --json`."""
        told = asdict(self)
        if not outputs:
            del told["outputs"]
        return told


@dataclass(frozen=True, slots=True)
class VectorFile:
    """A file that was read and is of a kind that can be run."""

    path: Path
    kind: str
    content: Json


def read(path: Path) -> VectorFile:
    """A file of vectors, plain or .gz. Raises `ConfigurationError` that names the file and what is wrong with it."""
    try:
        data = path.read_bytes()
        text = gzip.decompress(data) if path.suffix == ".gz" else data
        content = json.loads(text)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigurationError(f"{path} cannot be read: {reason}", hint=WHERE) from error
    except ValueError as error:
        raise ConfigurationError(f"{path} is cut off or is no JSON: {error}", hint=WHERE) from error
    kind = content.get("kind") if isinstance(content, dict) else None
    if not isinstance(kind, str) or kind not in CHECKS:
        known = ", ".join(CHECKS)
        raise ConfigurationError(f"{path} is of kind {kind!r}, which nobody knows", hint=f"known kinds: {known}")
    return VectorFile(path, kind, content)


def check(file: VectorFile, engine: Engine = NUMPY) -> Checked:
    """Everything that a file expects, computed and compared. Raises `ConfigurationError` for a file with gaps."""
    tally = Tally()
    try:
        CHECKS[file.kind](file.content, engine, tally)
    except TaokitError as error:
        raise ConfigurationError(f"{file.path}: {error}") from error
    except KeyError as error:
        raise ConfigurationError(f"{file.path}: a vector of kind {file.kind!r} needs {error}") from error
    except (AttributeError, IndexError, OverflowError, TypeError, ValueError) as error:
        raise ConfigurationError(f"{file.path} does not hold what kind {file.kind!r} promises: {error}") from error
    return Checked(
        file=str(file.path),
        name=str(file.content.get("name", file.path.name.split(".")[0])),
        kind=file.kind,
        epochs=tally.epochs,
        compared=tally.compared,
        mismatches=tuple(tally.mismatches),
        outputs=tuple(tally.outputs.values()),
    )


__all__ = ["Checked", "VectorFile", "check", "read"]
