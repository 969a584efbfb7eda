"""Files of wire vectors, and what a vector says that decides."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from taokit.errors import ConfigurationError, TaokitError

Vector: TypeAlias = dict[str, Any]

MOST_BYTES = 64 << 20
"""Of one file. The largest that is recorded has a fifth of a MiB."""


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
    content = _content(path)
    if not isinstance(content, dict) or not isinstance(content.get("kind"), str):
        raise _wrong(path, "has no `kind` that is a text")
    vectors = content.pop("vectors", None)
    if not isinstance(vectors, list) or not vectors:
        raise _wrong(path, "has no list of `vectors` with something in it")
    ids = [one.get("id") if isinstance(one, dict) else None for one in vectors]
    if nameless := [number for number, id in enumerate(ids, 1) if not isinstance(id, str)]:
        raise _wrong(path, f"has no `id` that is a text in vector number {nameless[0]}")
    if doubled := [id for id, count in Counter(ids).items() if count > 1]:
        raise _wrong(path, f"has several vectors of the id {_short(doubled[0])}")
    return VectorFile(path, content["kind"], content, tuple(vectors))


def _content(path: Path) -> Any:
    """The JSON of a file, whatever it is."""
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
    except OSError as error:
        hint = "name files of vectors, DIR/*.json for those of a folder"
        raise ConfigurationError(f"{path} cannot be read: {error.strerror or error}", hint=hint) from error
    if len(text) > MOST_BYTES:
        hint = "name a file of vectors, or divide it"
        raise ConfigurationError(f"{path} is larger than {MOST_BYTES >> 20} MiB", hint=hint)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        cut = isinstance(error, json.JSONDecodeError)
        hint = "fetch it again; a file that ends in the middle was cut" if cut else "is it a file of vectors?"
        raise ConfigurationError(f"{path} is not whole JSON: {error}", hint=hint) from error


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
