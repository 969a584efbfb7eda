"""What needs no socket: hashes, tensors, header values, endpoint records."""

from __future__ import annotations

import json
import warnings
from enum import Enum
from typing import Any, ClassVar

import numpy as np
from pydantic import create_model

from taokit.errors import Malformed
from taokit.protocol import (
    EndpointRecord,
    Question,
    Synapse,
    body_hash,
    decode_tensor,
    encode_tensor,
    endpoint_text,
    int_to_ip,
    ip_to_int,
    ip_type_of,
    version_to_int,
)
from taokit.protocol.legacy_headers import AXON, DENDRITE, said_in
from taokit.testing.conformance.files import Mismatch, Vector, VectorFile, same

STUB = {"bt_header_input_obj_text": "IiI="}
PORT = 8091


class Color(str, Enum):  # noqa: UP042  the vectors mean this older kind, whose text is the member's name
    """An enumeration of texts."""

    RED = "red"


class Untyped(Synapse):
    """Hashes whatever its value is."""

    required_hash_fields: ClassVar[tuple[str, ...]] = ("value",)
    value: Any = Question(None)


class Pair(Synapse):
    """Hashes a tuple."""

    required_hash_fields: ClassVar[tuple[str, ...]] = ("value",)
    value: tuple[int, int] = (0, 0)


class Coloured(Synapse):
    """Hashes a member of an enumeration."""

    required_hash_fields: ClassVar[tuple[str, ...]] = ("value",)
    value: Color = Color.RED


TYPED: dict[str, type[Synapse]] = {"hash_tuple": Pair, "hash_enum_str": Coloured}
"""By id: the vectors whose value has a type."""


async def check_body_hash(vector: Vector, file: VectorFile) -> None:
    """Judge a vector of the kind `legacy_body_hashes`."""
    if "hashed_text" not in vector:
        same("the hash", body_hash(_with_fields(vector)), vector["body_hash"])
        return
    same("the hash of the text", body_hash(Untyped(value=vector["hashed_text"])), vector["body_hash"])
    if "JSON seriali" in vector.get("note", ""):  # there is no value that could travel, says the note
        return
    kind = TYPED.get(vector["id"], Untyped)
    message = kind.model_validate_json(json.dumps({"value": vector["json_value"]}))
    same("the text", str(message.model_dump()["value"]), vector["hashed_text"])
    same("the hash", body_hash(message), vector["body_hash"])


def _with_fields(vector: Vector) -> Synapse:
    """A message with two fields, or none, and its hash fields declared in one of both ways."""
    given = vector.get("fields", {})
    fields: dict[str, Any] = {"a": (str, "x"), "b": (int, 1)} if given else {}
    if "required_hash_fields_as_field" in vector:
        fields["required_hash_fields"] = (list[str], vector["required_hash_fields_as_field"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the older style shadows the class variable, on purpose
        kind: type[Synapse] = create_model("Given", __base__=type("Base", (Synapse,), {}), **fields)
    if "required_hash_fields" in vector:
        kind = type("Given", (kind,), {"required_hash_fields": tuple(vector["required_hash_fields"])})
    return kind(**given)


async def check_tensor(vector: Vector, file: VectorFile) -> None:
    """Judge a vector of the kind `legacy_tensors`."""
    data, wire = bytes.fromhex(vector["c_order_bytes_hex"]), vector["wire"]
    array = np.frombuffer(data, dtype=wire["dtype"]).reshape(vector["msgpack_keys"]["shape"])
    same("the envelope", encode_tensor(array), wire)
    same("the envelope of the same in Fortran order", encode_tensor(np.array(array, order="F")), wire)
    same("the hashed text", str(encode_tensor(array)), vector["str_for_hash"])
    read = decode_tensor(wire)
    same("the shape", list(read.shape), vector["deserialized_shape"])
    same("the dtype", read.dtype.name, vector["deserialized_dtype"])
    same("the data", read.tobytes(), array.tobytes())


async def check_headers(vector: Vector, file: VectorFile) -> None:
    """Judge a vector of the kind `legacy_header_parsing`."""
    try:
        read = said_in({**STUB, **{name.lower(): value for name, value in vector["headers"].items()}})
    except Malformed as error:
        if vector["safe_ok"]:
            raise Mismatch(f"the headers are refused: {error}") from error
        return
    same("whether the headers are taken", True, vector["safe_ok"])
    ends = {
        end: {name.removeprefix(prefix): value for name, value in read.items() if name.startswith(prefix)}
        for end, prefix in (("dendrite", DENDRITE), ("axon", AXON))
    }
    same("what was read", {**ends, "timeout": read.get("timeout")}, vector["safe_read"])


async def check_endpoint(vector: Vector, file: VectorFile) -> None:
    """Judge a vector of the kind `axon_info`."""
    if "json" in vector:
        record = EndpointRecord.from_json(vector["json"])
        same("the text written again", record.to_json(), vector["json"])
        same("whether it is serving", record.is_serving, vector["is_serving"])
    elif "version" in vector:
        same("the version", version_to_int(vector["version"]), vector["int"])
    else:
        same("the integer", str(ip_to_int(vector["ip"])), vector["int"])
        same("the type", ip_type_of(vector["ip"]), vector["ip_type"])
        same("the address", int_to_ip(int(vector["int"]), vector["ip_type"]), vector["ip"])
        same("the usual text", endpoint_text(vector["ip"], PORT), vector["formatted"])


__all__ = ["check_body_hash", "check_endpoint", "check_headers", "check_tensor"]
