"""A round as lines of JSON and back: what was asked, what came back, what it was scored, and the chance involved."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from taokit._version import __version__
from taokit.dendrite import Reply, Timings
from taokit.errors import (
    BadAnswer,
    ConfigurationError,
    Disconnected,
    LocalError,
    NotAsked,
    NotServed,
    TaokitError,
    TimedOut,
    Unreachable,
)
from taokit.metagraph import Metagraph, from_bytes, to_bytes
from taokit.protocol import Synapse
from taokit.protocol.bodies import dumped, parse_envelope
from taokit.protocol.objects import COMPACT, write_object

FORMAT: Final = "taokit.round/1"
MOST_QUESTIONS: Final = 1 << 16
"""In one record. Those that nobody was asked take no line of it, so that nothing else bounds their number."""

ERRORS: Final[Mapping[str, Callable[[str, int], TaokitError]]] = {
    "not served": lambda text, status: NotServed(text, status=status),
    "bad answer": lambda text, status: BadAnswer(text),
    "timeout": lambda text, status: TimedOut(text),
    "disconnected": lambda text, status: Disconnected(text),
    "unreachable": lambda text, status: Unreachable(text),
    "not asked": lambda text, status: NotAsked(text),
}
"""The error that each outcome but `ok` stands for."""

Kinds = Mapping[str, type[Synapse]]
"""Message classes by name."""


@dataclass(frozen=True, slots=True)
class RoundRecord:
    """One round as it happened."""

    number: int
    epoch: int
    metagraph: Metagraph
    uids: tuple[int, ...]  # those that served
    asked: tuple[tuple[Reply[Any], ...], ...]  # the replies to each question, in the order of asking
    before: tuple[Any, ...]  # the state of the round's random numbers at its start
    after: tuple[Any, ...]  # and after its last question, which is where `score` begins
    scores: Mapping[int, float] | None  # by uid; None when the round failed or was not scored
    validator: str = ""  # `module:Class`
    organic: bool = False  # a user's own request and not a round


def to_lines(record: RoundRecord) -> Iterator[bytes]:
    """The record as lines of JSON without their ends: a head, one for each reply, and a last one with the scores.

    Raises `LocalError` for more than `MOST_QUESTIONS`, and for what JSON cannot carry.
    """
    head = {
        "format": FORMAT,
        "version": __version__,
        "validator": record.validator,
        "organic": record.organic,
        "number": record.number,
        "epoch": record.epoch,
        "uids": list(record.uids),
        "questions": _questions(len(record.asked)),
        "before": record.before,
        "after": record.after,
        "metagraph": json.loads(to_bytes(record.metagraph)),
    }
    yield _line(head)
    for question, replies in enumerate(record.asked):
        for reply in replies:
            yield _line({"question": question, **_of_reply(reply)})
    scores = None if record.scores is None else {str(uid): float(score) for uid, score in record.scores.items()}
    yield _line({"end": True, "replies": sum(map(len, record.asked)), "scores": scores})


def _questions(number: int) -> int:
    """The number, where a record may hold so many questions; else `LocalError`."""
    if not 0 <= number <= MOST_QUESTIONS:
        raise LocalError(f"{number} questions, and a record holds 0 to {MOST_QUESTIONS}")
    return number


def _line(values: Mapping[str, Any]) -> bytes:
    return write_object(values, COMPACT)


def _of_reply(reply: Reply[Any]) -> dict[str, Any]:
    kind = type(reply.message)
    plain = {name: getattr(reply, name) for name in ("uid", "hotkey", "outcome", "status", "size", "sent", "tries")}
    return {
        **plain,
        "format": reply.format,
        "signed": reply.signed,
        "timings": asdict(reply.timings),
        "error": None if reply.error is None else str(reply.error),
        "class": kind.__name__,
        "ends": asdict(reply.message.ends),
        "message": dumped(reply.message, tuple(kind.model_fields)),
    }


def from_lines(lines: Iterable[bytes], kinds: Kinds, *, name: str = "record") -> RoundRecord:
    """The record that these lines hold.

    `kinds` are the message classes that may occur. Raises `ConfigurationError`, by the line, for what does not read,
    and for a record that ends before its last line.
    """
    numbered = enumerate(lines, 1)
    head = read_head(next(numbered, (1, b""))[1], name)
    asked: list[list[Reply[Any]]] = [[] for _ in range(_checked(name, 1, lambda: _questions(int(head["questions"]))))]
    number = 1
    for number, line in numbered:
        values = _object(line, f"{name}, line {number}")
        if values.get("end") is True:
            _check_end(values, sum(map(len, asked)), next(numbered, None), name, number)
            record: RoundRecord = _checked(name, 1, lambda: _record(head, asked, values["scores"]))  # noqa: B023
            return record
        question, reply = _checked(name, number, lambda: (int(values["question"]), _reply(values, kinds)))  # noqa: B023
        if not 0 <= question < len(asked):
            raise ConfigurationError(f"{name}, line {number}: question {question} of {len(asked)}")
        asked[question].append(reply)
    raise ConfigurationError(
        f"{name} is cut short after line {number}: its last line is missing", hint="take a copy that is complete"
    )


def read_head(line: bytes, name: str) -> dict[str, Any]:
    """The first line of a record; `ConfigurationError` when it is none."""
    head = _object(line, f"{name}, line 1")
    if head.get("format") != FORMAT:
        raise ConfigurationError(
            f"{name}, line 1: no record of a round: its format is {head.get('format')!r}, not {FORMAT}",
            hint="name a file that a validator wrote with --record, or the taokit that reads this one",
        )
    return head


def _object(line: bytes, where: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(
            f"{where}: no JSON, or cut short: {error}", hint="take a copy that is complete"
        ) from error
    if not isinstance(found, dict):
        raise ConfigurationError(f"{where}: no JSON object")
    return found


def _checked(name: str, number: int, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except TaokitError as error:
        raise ConfigurationError(f"{name}, line {number}: {error}", hint=error.hint) from error
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ConfigurationError(f"{name}, line {number}: it does not read: {error!r}") from error


def _check_end(values: Mapping[str, Any], replies: int, more: object, name: str, number: int) -> None:
    if more is not None:
        raise ConfigurationError(f"{name}, line {number + 1}: something after the last line")
    if values.get("replies") != replies:
        raise ConfigurationError(f"{name}, line {number}: {values.get('replies')} replies announced, {replies} found")


def _record(
    head: Mapping[str, Any], asked: Sequence[Sequence[Reply[Any]]], scores: Mapping[str, float] | None
) -> RoundRecord:
    return RoundRecord(
        number=int(head["number"]),
        epoch=int(head["epoch"]),
        metagraph=from_bytes(json.dumps(head["metagraph"]).encode()),
        uids=tuple(map(int, head["uids"])),
        asked=tuple(map(tuple, asked)),
        before=_chance(head["before"]),
        after=_chance(head["after"]),
        scores=None if scores is None else {int(uid): float(score) for uid, score in scores.items()},
        validator=str(head["validator"]),
        organic=bool(head["organic"]),
    )


def _chance(state: Any) -> tuple[Any, ...]:
    """A state that a generator of random numbers takes; else `ValueError` or `TypeError`."""
    version, numbers, gauss = state
    made = (int(version), tuple(map(int, numbers)), gauss)
    random.Random(0).setstate(made)  # noqa: S311  to see that it is one
    return made


def _reply(values: Mapping[str, Any], kinds: Kinds) -> Reply[Any]:
    word, text = values["outcome"], values["error"]
    if word != "ok" and word not in ERRORS:
        raise LocalError(f"the outcome {word!r} is unknown")
    return Reply(
        uid=int(values["uid"]),
        hotkey=str(values["hotkey"]),
        message=_message(values, kinds),
        outcome=word,
        status=int(values["status"]),
        error=None if word == "ok" else ERRORS[word](str(text), int(values["status"])),
        timings=Timings(**values["timings"]),
        size=int(values["size"]),
        sent=int(values["sent"]),
        format=str(values["format"]),
        signed=bool(values["signed"]),
        tries=int(values["tries"]),
    )


def _message(values: Mapping[str, Any], kinds: Kinds) -> Synapse:
    kind = kinds.get(values["class"])
    if kind is None:
        raise LocalError(
            f"no message class {values['class']!r}", hint="name the validator that wrote it: taokit replay FILE M:C"
        )
    message = parse_envelope(kind, json.dumps(values["message"]).encode())
    ends = message.ends
    ends.timeout = float(values["ends"]["timeout"])
    for name in ("dendrite", "axon"):
        setattr(ends, name, type(ends.axon)(**values["ends"][name]))
    return message


__all__ = ["FORMAT", "RoundRecord", "from_lines", "read_head", "to_lines"]
