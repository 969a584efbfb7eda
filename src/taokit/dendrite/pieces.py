"""The bytes of a streamed answer as pieces: raw under legacy, a record a line otherwise. No I/O."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from typing import Any, Generic, Protocol, TypeVar, cast

from taokit.errors import BadAnswer, Disconnected, NotServed
from taokit.protocol.answers import shown
from taokit.protocol.base64 import read_base64
from taokit.protocol.objects import NotAnObject, read_object, write_object

P = TypeVar("P", str, bytes)
Piece = TypeVar("Piece", str, bytes, covariant=True)

RECORDS = "application/x-ndjson"


class Pieces(Protocol[Piece]):
    """What makes pieces of bytes."""

    def feed(self, data: bytes) -> Iterator[Piece]:
        """The pieces that these bytes complete; raises a `PeerError` for what is none."""

    def end(self) -> bytes:
        """The JSON object with the answer fields, at the end of the bytes; raises when the stream is not complete."""


def pieces_of(kind: type[P], headers: Mapping[str, str], format: str, *, record_bytes: int) -> Pieces[P]:
    """The reader for an answer with these headers; `BadAnswer` when it is no stream of this format."""
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity"):
        raise BadAnswer(f"content encoding {encoding[:64]!r} was not asked for")
    said = headers.get("content-type", "").partition(";")[0].strip().lower()
    if format != "legacy":
        if said != RECORDS:
            raise BadAnswer(f"content type {said[:64]!r} where a stream of records was asked for")
        return Records(kind, record_bytes)
    if said == "application/json":
        raise BadAnswer("an ordinary answer where a stream was asked for")
    return cast("Pieces[P]", Text() if kind is str else Raw())


class Raw:
    """Bytes as they come."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data

    def end(self) -> bytes:
        return b"{}"


class Text:
    """UTF-8 text; a character may be cut between two reads."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def feed(self, data: bytes) -> Iterator[str]:
        if text := self._decoded(data):
            yield text

    def end(self) -> bytes:
        self._decoded(b"", final=True)
        return b"{}"

    def _decoded(self, data: bytes, *, final: bool = False) -> str:
        try:
            return self._decoder.decode(data, final)
        except UnicodeDecodeError as error:
            raise BadAnswer(f"the stream is not UTF-8: {error.reason}") from None


class Records(Generic[P]):
    """One JSON object a line: `chunk` any number of times, then `done` with the answer fields, or `error`."""

    def __init__(self, kind: type[P], most: int) -> None:
        self._kind: type[P] = kind
        self._most = most  # bytes of one record
        self._cut = bytearray()  # the record that has begun
        self._answer: bytes | None = None

    def feed(self, data: bytes) -> Iterator[P]:
        *lines, rest = data.split(b"\n")
        if lines:
            lines[0] = bytes(self._cut) + lines[0]
            self._cut.clear()
        self._cut += rest
        for line in lines:
            self._check(line)
            yield from self._record(line)
        self._check(self._cut)

    def _check(self, record: bytes | bytearray) -> None:
        if len(record) > self._most:
            raise BadAnswer(f"a record of more than {self._most} bytes")
        if self._answer is not None and record:
            raise BadAnswer("something after the last record of the stream")

    def end(self) -> bytes:
        if self._answer is None:
            raise Disconnected("the stream ended before its last record")
        return self._answer

    def _record(self, line: bytes) -> Iterator[P]:
        try:
            record = read_object(line)
        except NotAnObject as error:
            raise BadAnswer(f"a record that is {error}") from None
        if isinstance(record.get("chunk"), str):
            yield self._piece(record["chunk"])
        elif isinstance(record.get("error"), str):
            raise NotServed(f"the neuron failed in the middle of its stream: {shown(record['error'])}", status=500)
        elif record.get("done") is True and isinstance(record.get("answer"), dict):
            self._answer = write_object(record["answer"])
        else:
            raise BadAnswer("a record without a chunk, an end or an error")

    def _piece(self, text: str) -> P:
        piece: Any = text
        try:
            if self._kind is bytes:
                piece = read_base64(text)
        except ValueError as error:
            raise BadAnswer(f"a piece that is {error}") from None
        return self._kind(piece)


__all__ = ["Pieces", "pieces_of"]
