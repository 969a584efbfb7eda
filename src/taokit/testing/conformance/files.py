"""Files of wire vectors, and what a vector says that decides."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from taokit.errors import ConfigurationError, TaokitError

Vector: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class VectorFile:
    """A file that was read and has the form of one."""

    path: Path
    kind: str  # how its vectors are to be read
    values: dict[str, Any]  # everything in it but the vectors
    vectors: tuple[Vector, ...]

    def named(self, id: str) -> Vector:
        """The vector with this id."""
        for vector in self.vectors:
            if vector["id"] == id:
                return vector
        raise Mismatch(f"it names the vector {id!r}, which the file does not hold")


class Mismatch(TaokitError):
    """The implementation does otherwise than a vector says, or the vector does not say what decides."""


def read(path: Path) -> VectorFile:
    """A file of vectors. Raises `ConfigurationError` that names the file and what is wrong with it."""
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        hint = "fetch it again; a file that ends in the middle was cut"
        raise ConfigurationError(f"{path} is not whole JSON: {error}", hint=hint) from error
    if not isinstance(content, dict) or not isinstance(content.get("kind"), str):
        raise _wrong(path, "has no `kind`")
    vectors = content.pop("vectors", None)
    if not isinstance(vectors, list) or not vectors:
        raise _wrong(path, "holds no `vectors`")
    ids = [one.get("id") if isinstance(one, dict) else None for one in vectors]
    if nameless := [number for number, id in enumerate(ids, 1) if not isinstance(id, str)]:
        raise _wrong(path, f"has no `id` in vector number {nameless[0]}")
    if doubled := [id for number, id in enumerate(ids) if id in ids[:number]]:
        raise _wrong(path, f"has several vectors of the id {doubled[0]!r}")
    return VectorFile(path, content["kind"], content, tuple(vectors))


def _wrong(path: Path, what: str) -> ConfigurationError:
    hint = "a file is one object with `kind` and `vectors`, each with an `id` of its own"
    return ConfigurationError(f"{path} is no file of wire vectors: it {what}", hint=hint)


def same(what: str, got: object, expected: object) -> None:
    """Return when both are equal and of one type, else raise `Mismatch` that shows them."""
    if got != expected or (isinstance(got, bool) != isinstance(expected, bool)):
        raise Mismatch(f"{what} is {_short(got)}, expected {_short(expected)}")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 160 else text[:157] + "..."


__all__ = ["Mismatch", "Vector", "VectorFile", "read", "same"]
