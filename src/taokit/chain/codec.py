"""Names to bytes and back, for one runtime. The work is done by a decoder that is handed in, built from metadata."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Protocol

from taokit.chain import pair_rows
from taokit.chain.calls import Call
from taokit.chain.requests import Constant, Lookup, RuntimeCall, Storage, StorageMap
from taokit.errors import ChainError, UnknownName


class Entry(Protocol):
    """What metadata says of one storage entry."""

    @property
    def value_type(self) -> str: ...
    @property
    def default_bytes(self) -> bytes: ...
    @property
    def modifier(self) -> str:
        """`Default` or `Optional`."""

    @property
    def param_types(self) -> list[str]:
        """The types of its keys."""


class Scale(Protocol):
    """What is needed of a decoder; `bittensor_core.Runtime` is one."""

    @property
    def spec_version(self) -> int: ...
    def encode(self, type_string: str, value: Any) -> bytes: ...
    def decode(self, type_string: str, data: bytes) -> Any: ...
    def type_name_of(self, type_id: int) -> str: ...
    def storage_entry(self, pallet: str, storage_function: str) -> Entry: ...
    def storage_key(self, pallet: str, storage_function: str, params: list[Any]) -> bytes: ...
    def decode_map_pairs(
        self, pallet: str, storage_function: str, raw_keys: list[bytes], raw_values: list[bytes], fixed: int = 0
    ) -> list[tuple[Any, Any]]: ...
    def metadata_ir(self) -> Mapping[str, Any]:
        """The names of everything: `pallets`, each with its `storage`, `calls` and `constants`, and `runtime_apis`."""

    def runtime_api_map(self) -> Mapping[str, Mapping[str, Any]]: ...
    def constant(self, module: str, name: str) -> Any: ...
    def compose_call(self, module: str, function: str, params: dict[str, Any]) -> bytes: ...
    def decode_call(self, data: bytes) -> dict[str, Any]: ...
    def decode_extrinsic(self, data: bytes) -> dict[str, Any]: ...
    def module_error(self, module_index: int, error_index: int) -> tuple[str, list[str]]: ...
    def encode_era(self, era: Any) -> bytes: ...
    def signature_payload(self, call_data: bytes, **signing: Any) -> bytes: ...
    def encode_signed_extrinsic(self, call_data: bytes, **signed: Any) -> tuple[bytes, bytes]: ...


class Codec:
    """Requests, answers, calls and events of one runtime. Raises `UnknownName` for what its metadata does not have."""

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self._apis = scale.runtime_api_map()
        self._entries: dict[tuple[str, str], Entry] = {}

    @property
    def spec_version(self) -> int:
        """The version of the runtime."""
        return self.scale.spec_version

    def entry(self, pallet: str, item: str) -> Entry:
        """What metadata says of a storage entry."""
        if (found := self._entries.get((pallet, item))) is not None:
            return found
        try:
            entry = self.scale.storage_entry(pallet, item)
        except KeyError:
            raise self._unknown("storage", f"this chain stores no {pallet}.{item}", pallet, item) from None
        return self._entries.setdefault((pallet, item), entry)

    def storage_key(self, request: Storage | StorageMap) -> bytes:
        """The raw key of an entry, or the prefix that all keys of a map share."""
        self.entry(request.pallet, request.item)
        try:
            return self.scale.storage_key(request.pallet, request.item, list(request.keys))
        except (ValueError, TypeError) as error:
            raise ChainError(f"no key of {request.pallet}.{request.item} is made of {request.keys}: {error}") from None

    def storage_value(self, request: Storage, raw: bytes | None) -> Any:
        """The decoded value, or the entry's default where `raw` is None."""
        entry = self.entry(request.pallet, request.item)
        if raw is None:
            if entry.modifier == "Optional":
                return None
            raw = entry.default_bytes
        return self._decoded(entry.value_type, raw, f"{request.pallet}.{request.item}")

    def map_pairs(self, request: StorageMap, keys: Sequence[bytes], values: Sequence[bytes]) -> list[tuple[Any, Any]]:
        """The decoded entries of one page of a map."""
        if request.pairs and self._type_of(request) == pair_rows.TYPE:
            keyed = self._map_pairs(request, keys, [pair_rows.EMPTY] * len(keys))
            return [(key, pair_rows.row(value)) for (key, _), value in zip(keyed, values, strict=True)]
        return self._map_pairs(request, keys, values)

    def _map_pairs(self, request: StorageMap, keys: Sequence[bytes], values: Sequence[bytes]) -> list[tuple[Any, Any]]:
        fixed = len(request.keys)
        return self.scale.decode_map_pairs(request.pallet, request.item, list(keys), list(values), fixed)

    def _type_of(self, request: StorageMap) -> str:
        """The type of a map's values, spelled out; metadata has only its number."""
        kind = self.entry(request.pallet, request.item).value_type
        number = kind.removeprefix("scale_info::")
        return self.scale.type_name_of(int(number)) if number.isdecimal() else kind

    def api_call(self, request: RuntimeCall) -> tuple[str, bytes]:
        """The full name of a runtime API method, and its encoded arguments."""
        inputs = self._method(request)["inputs"]
        if len(inputs) != len(request.args):
            raise ChainError(f"{request.api}.{request.method} takes {len(inputs)} arguments, not {len(request.args)}")
        data = b"".join(self._encoded(kind, value) for (_, kind), value in zip(inputs, request.args, strict=True))
        return f"{request.api}_{request.method}", data

    def api_answer(self, request: RuntimeCall, raw: bytes) -> Any:
        """The decoded answer of a runtime API."""
        return self._decoded(self._method(request)["output"], raw, f"{request.api}.{request.method}")

    def constant(self, request: Constant) -> Any:
        """The decoded constant."""
        value = self.scale.constant(request.pallet, request.name)
        if value is None:
            said = f"this chain has no constant {request.pallet}.{request.name}"
            raise self._unknown("constants", said, request.pallet, request.name)
        return value

    def lookup(self, request: Lookup) -> Storage | StorageMap | RuntimeCall | Constant:
        """The request that a dotted name stands for."""
        group, _, name = request.path.partition(".")
        if group in self._apis:
            self._method(found := RuntimeCall(group, name, request.args))
            return found
        pallet = next((one for one in self._pallets() if one["name"] == group), None)
        if pallet is not None and any(_name(entry) == name for entry in pallet["storage"]):
            keys = len(self.entry(group, name).param_types)
            if len(request.args) > keys:
                raise ChainError(f"{request.path} takes {keys} keys, not {len(request.args)}")
            return (Storage if len(request.args) == keys else StorageMap)(group, name, request.args)
        if pallet is not None and any(_name(entry) == name for entry in pallet["constants"]):
            if request.args:
                raise ChainError(f"{request.path} is a constant: it takes no arguments")
            return Constant(group, name)
        raise UnknownName(f"this chain has no {request.path}", hint=_did_you_mean(group, name, self._readable()))

    def arguments(self, pallet: str, function: str) -> list[tuple[str, str]]:
        """The names and the types of what a call takes, in order."""
        for one in self._pallets():
            for call in one["calls"] if one["name"] == pallet else ():
                if call["name"] == function:
                    return [(arg["name"], arg["type_ident"]) for arg in call["args"]]
        raise self._unknown("calls", f"this chain has no call {pallet}.{function}", pallet, function)

    def pallet_name(self, index: int) -> str:
        """The name of the pallet of this index, or the index where there is none."""
        return next((str(one["name"]) for one in self._pallets() if one["index"] == index), str(index))

    def compose(self, call: Call) -> bytes:
        """A call in bytes, with the calls inside it."""
        args = {name: self._composed(value) for name, value in call.args.items()}
        try:
            return self.scale.compose_call(call.pallet, call.function, args)
        except (ValueError, TypeError, KeyError) as error:
            if "not found" in str(error):
                said = f"this chain has no call {call.pallet}.{call.function}"
                raise self._unknown("calls", said, call.pallet, call.function) from None
            raise ChainError(f"{call.pallet}.{call.function} cannot be encoded: {error}") from None

    def error_name(self, pallet: int, error: int) -> str:
        """The chain's name for error number `error` of the pallet with this index."""
        try:
            return self.scale.module_error(pallet, error)[0]
        except (ValueError, KeyError):
            return f"error {error} of pallet {pallet}"

    def _pallets(self) -> list[Mapping[str, Any]]:
        return self.scale.metadata_ir()["pallets"]  # type: ignore[no-any-return]

    def _readable(self) -> Mapping[str, Iterable[str]]:
        """The names that can be read, by pallet or runtime API."""
        stored = {one["name"]: [*map(_name, one["storage"]), *map(_name, one["constants"])] for one in self._pallets()}
        return {**stored, **{api: list(methods) for api, methods in self._apis.items()}}

    def _unknown(self, kind: str, said: str, pallet: str, name: str) -> UnknownName:
        known = {one["name"]: map(_name, one[kind]) for one in self._pallets()}
        return UnknownName(said, hint=_did_you_mean(pallet, name, known))

    def _composed(self, value: Any) -> Any:
        if isinstance(value, Call):
            return self.compose(value)
        if isinstance(value, (list, tuple)) and any(isinstance(one, Call) for one in value):
            return [self._composed(one) for one in value]
        return value

    def _method(self, request: RuntimeCall) -> Any:
        try:
            return self._apis[request.api][request.method]
        except KeyError:
            said = f"this chain has no runtime API {request.api}.{request.method}"
            known = {api: list(methods) for api, methods in self._apis.items()}
            raise UnknownName(said, hint=_did_you_mean(request.api, request.method, known)) from None

    def _encoded(self, kind: str, value: Any) -> bytes:
        try:
            return self.scale.encode(kind, value)
        except (ValueError, TypeError) as error:
            raise ChainError(f"{value!r} cannot be encoded: {error}") from None

    def _decoded(self, kind: str, raw: bytes, what: str) -> Any:
        try:
            return self.scale.decode(kind, raw)
        except (ValueError, TypeError) as error:
            raise ChainError(f"the answer of {what} does not decode: {error}") from None


def _name(entry: Any) -> str:
    return str(entry["name"] if isinstance(entry, Mapping) else entry)


def _did_you_mean(group: str, name: str, known: Mapping[str, Iterable[str]]) -> str | None:
    """The nearest of the known names, as a question; None where nothing is near."""
    paths = {f"{one}.{entry}".lower(): f"{one}.{entry}" for one, entries in known.items() for entry in entries}
    here = [path for path in paths if path.startswith(f"{group}.".lower())]
    near = get_close_matches(f"{group}.{name}".lower(), here or list(paths), n=1, cutoff=0.75)
    return f"did you mean {paths[near[0]]}?" if near else None


__all__ = ["Codec", "Entry", "Scale"]
