"""The bodies of btauth and Epistula, JSON or binary: question fields out, answer fields back."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError, create_model
from pydantic_core import PydanticSerializationError, to_json

from taokit.errors import BadAnswer, LocalError, Malformed
from taokit.protocol.binary import is_binary, pack, unpack
from taokit.protocol.objects import COMPACT, MAX_DEPTH, SHORT, NotAnObject, read_object, too_deep, write_object
from taokit.protocol.plain import is_plain
from taokit.protocol.synapse import Part, Synapse
from taokit.protocol.tensor import Spelling, TensorsIn, TensorsOut

M = TypeVar("M", bound=Synapse)

LISTED = 5  # problems; a stranger can make as many as a body has values, and each costs us time to describe


def dumped(message: Synapse, names: tuple[str, ...], tensors: TensorsOut | Spelling | None = None) -> dict[str, Any]:
    """These fields as plain Python values: nested models as dicts, tensors as envelopes, bytes still bytes.

    Where `tensors` are to be collected apart, references stand for them; else it says how dtypes are spelled.
    """
    try:
        return message.model_dump(include=set(names), warnings="error", context=tensors)
    except PydanticSerializationError as error:
        raise LocalError(f"{type(message).__name__} holds a value of a wrong type: {error}") from error


def dump_question(message: Synapse, *, binary: bool = False) -> bytes:
    """The body of a question, JSON or binary; `LocalError` names a number that is not finite."""
    return _written(message, message.question_fields(), binary=binary)


def dump_answer(message: Synapse, *, binary: bool = False) -> bytes:
    """The body of an answer, JSON or binary; `LocalError` names a number that is not finite."""
    return _written(message, message.answer_fields(), binary=binary)


def written(message: Synapse, names: tuple[str, ...], spelling: Spelling | None = None) -> bytes:
    """These fields as JSON without blanks; `LocalError` names a number that is not finite."""
    if is_plain(type(message), names):
        try:
            return message.__pydantic_serializer__.to_json(message, include=set(names), warnings="error")
        except PydanticSerializationError:  # the other way says what is wrong
            pass
    return write_object(dumped(message, names, spelling), COMPACT)


def _written(message: Synapse, names: tuple[str, ...], *, binary: bool) -> bytes:
    if not binary:
        return written(message, names)
    tensors = TensorsOut()
    return pack(dumped(message, names, tensors), tensors)


def parse_question(kind: type[M], body: bytes, *, depth: int = MAX_DEPTH) -> M:
    """The message that a body asks, answer fields at their defaults whatever it holds; else `Malformed`.

    The body is JSON or binary, which its first bytes tell.
    """
    if (message := _plainly(kind, body, depth)) and message.model_fields_set.isdisjoint(kind.answer_fields()):
        return message
    # Read apart from being validated: pydantic bounds no depth, takes infinities where a field has no type, and would
    # judge answer fields. It is the smaller part of the two.
    try:
        given, tensors = read_body(body, depth=depth)
    except NotAnObject as error:
        raise Malformed(f"the body is {error}") from None
    if tensors is not None or not given.keys().isdisjoint(kind.answer_fields()):
        body = to_json({name: value for name, value in given.items() if name in kind.question_fields()})
    return parsed(kind, body, tensors)


def _plainly(kind: type[M], body: bytes, depth: int) -> M | None:
    """The message in a short body of a class of plain fields, read once; None where the longer way must be taken."""
    if len(body) > SHORT or not is_plain(kind, kind.field_names()):
        return None
    if b"NaN" in body or b"Infinity" in body or too_deep(body, depth):
        return None
    try:
        return kind.__pydantic_validator__.validate_json(body)  # type: ignore[no-any-return]
    except ValidationError:  # the other way says what is wrong, and whether it matters
        return None


def read_body(body: bytes, *, depth: int = MAX_DEPTH) -> tuple[dict[str, Any], TensorsIn | None]:
    """The JSON values of a body, and its tensors when it is binary; `NotAnObject` when it is neither form."""
    return unpack(body, depth=depth) if is_binary(body) else (read_object(body, depth=depth), None)


def parse_envelope(kind: type[M], body: bytes, *, depth: int = MAX_DEPTH) -> M:
    """The message in a legacy body, which holds questions and answers alike; else `Malformed`."""
    if message := _plainly(kind, body, depth):
        return message
    _object(body, depth)
    spelling = Spelling()
    message = parsed(kind, body, spelling)
    message.ends.torch = spelling.torch
    return message


def parse_answer(sent: M, body: bytes, *, depth: int = MAX_DEPTH) -> M:
    """A copy of the question with the answer fields filled in; `BadAnswer` when one of them does not fit.

    Question fields in the body are neither read nor validated. A missing answer field has its default.
    """
    try:
        return filled(sent, *read_body(body, depth=depth))
    except NotAnObject as error:
        raise BadAnswer(f"the answer is {error}") from None


def filled(sent: M, given: dict[str, Any], tensors: TensorsIn | None = None) -> M:
    """A copy of the question that takes its answer fields from JSON values; `BadAnswer` when one does not fit."""
    kind = type(sent)
    values = {name: given[name] for name in kind.answer_fields() if name in given}
    reader = answers_alone(kind)
    body = to_json(values) if reader else write_object({**dumped(sent, kind.question_fields()), **values})
    try:
        read = (reader or kind).model_validate_json(body, context=tensors)
    except ValidationError as error:
        raise BadAnswer(f"the answer does not fit {kind.__name__}: {problems(error)}") from None
    answer = sent.model_copy(update={name: getattr(read, name) for name in kind.answer_fields()})
    answer.between(sent.ends.copied())
    return answer


@cache
def answers_alone(kind: type[Synapse]) -> type[BaseModel] | None:
    """A model of a message's answer fields, which reads them as the message would; None when only the whole can.

    That is so when the class has validators of its own, which may look at the question too.
    """
    own = kind.__pydantic_decorators__
    if own.validators or own.field_validators or own.root_validators or own.model_validators:
        return None
    base = type(kind.__name__, (Part,), {"model_config": kind.model_config, "__module__": __name__})
    fields: dict[str, Any] = {name: (info.annotation, info) for name, info in kind.model_fields.items()}
    return create_model(kind.__name__, __base__=base, **{name: fields[name] for name in kind.answer_fields()})


def parsed(kind: type[M], body: bytes, tensors: TensorsIn | Spelling | None = None) -> M:
    """The message in a JSON body, by pydantic's rules for JSON; else `Malformed`."""
    try:
        return kind.model_validate_json(body, context=tensors)
    except ValidationError as error:
        raise Malformed(f"the body does not fit {kind.__name__}: {problems(error)}") from None


def problems(error: ValidationError) -> str:
    """What was wrong and where, without a single value: a log holds no bodies."""
    if error.error_count() > LISTED:
        return f"{error.error_count()} values are wrong"
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found)


def _object(body: bytes, depth: int) -> dict[str, Any]:
    try:
        return read_object(body, depth=depth)
    except NotAnObject as error:
        raise Malformed(f"the body is {error}") from None


__all__ = [
    "dump_answer",
    "dump_question",
    "dumped",
    "filled",
    "parse_answer",
    "parse_envelope",
    "parse_question",
    "problems",
    "read_body",
    "written",
]
