"""The JSON bodies of btauth and Epistula: question fields out, answer fields back."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, to_json

from taokit.errors import BadAnswer, LocalError, Malformed
from taokit.protocol.objects import COMPACT, MAX_DEPTH, NotAnObject, read_object, write_object
from taokit.protocol.synapse import Synapse

M = TypeVar("M", bound=Synapse)


def dumped(message: Synapse, names: tuple[str, ...]) -> dict[str, Any]:
    """These fields as plain Python values: nested models as dicts, tensors as envelopes, bytes still bytes."""
    try:
        return message.model_dump(include=set(names), warnings="error")
    except PydanticSerializationError as error:
        raise LocalError(f"{type(message).__name__} holds a value of a wrong type: {error}") from error


def dump_question(message: Synapse) -> bytes:
    """The JSON body of a question; `LocalError` names a number that is not finite."""
    return write_object(dumped(message, message.question_fields()), COMPACT).encode()


def dump_answer(message: Synapse) -> bytes:
    """The JSON body of an answer; `LocalError` names a number that is not finite."""
    return write_object(dumped(message, message.answer_fields()), COMPACT).encode()


def parse_question(kind: type[M], body: bytes, *, depth: int = MAX_DEPTH) -> M:
    """The message that a body asks, answer fields at their defaults whatever it holds; else `Malformed`."""
    given = _object(body, depth)
    if given.keys() & set(kind.answer_fields()):
        body = to_json({name: value for name, value in given.items() if name in kind.question_fields()})
    return parsed(kind, body)


def parse_envelope(kind: type[M], body: bytes, *, depth: int = MAX_DEPTH) -> M:
    """The message in a legacy body, which holds questions and answers alike; else `Malformed`."""
    _object(body, depth)
    return parsed(kind, body)


def parse_answer(sent: M, body: bytes, *, depth: int = MAX_DEPTH) -> M:
    """A copy of the question with the answer fields filled in; `BadAnswer` when one of them does not fit.

    Question fields in the body are neither read nor validated. A missing answer field has its default.
    """
    try:
        return filled(sent, read_object(body, depth=depth))
    except NotAnObject as error:
        raise BadAnswer(f"the answer is {error}") from None


def filled(sent: M, given: dict[str, Any]) -> M:
    """A copy of the question that takes its answer fields from JSON values; `BadAnswer` when one does not fit."""
    kind = type(sent)
    answers = {name: given[name] for name in kind.answer_fields() if name in given}
    whole = write_object({**dumped(sent, kind.question_fields()), **answers}, COMPACT)
    try:
        read = kind.model_validate_json(whole)
    except ValidationError as error:
        raise BadAnswer(f"the answer does not fit {kind.__name__}: {problems(error)}") from None
    answer = sent.model_copy(update={name: getattr(read, name) for name in kind.answer_fields()})
    answer.between(sent.ends.copied())
    return answer


def parsed(kind: type[M], body: bytes) -> M:
    """The message in a JSON body, by pydantic's rules for JSON; else `Malformed`."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise Malformed(f"the body does not fit {kind.__name__}: {problems(error)}") from None


def problems(error: ValidationError) -> str:
    """What was wrong and where, without a single value: a log holds no bodies."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found[:3])


def _object(body: bytes, depth: int) -> dict[str, Any]:
    try:
        return read_object(body, depth=depth)
    except NotAnObject as error:
        raise Malformed(f"the body is {error}") from None


__all__ = ["dump_answer", "dump_question", "parse_answer", "parse_envelope", "parse_question"]
