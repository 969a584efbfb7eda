"""What a client asks a backend, step by step, as values: written once, driven with and without await."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from typing import Any, Final, Literal, TypeAlias, TypeVar

from taokit.chain.backend import Block, BlockHash, Head, Runtime, Status
from taokit.chain.calls import Call
from taokit.chain.codec import Codec
from taokit.chain.drive import through
from taokit.chain.events import Event, events_of, failure
from taokit.chain.extrinsic import Terms, sign
from taokit.chain.refusals import pool_gave_up, pool_refused
from taokit.chain.requests import (
    Constant,
    Lookup,
    PinnedBlock,
    Read,
    Request,
    RuntimeCall,
    Several,
    Single,
    Storage,
    StorageMap,
)
from taokit.errors import ChainError, PoolRefused, TimedOut, UnknownBlock
from taokit.signer import Signer

T = TypeVar("T")
Wait: TypeAlias = Literal["included", "finalized"] | None
"""What a submission waits for: a block with it, a finalized one, or nothing but the pool's acceptance."""

PAGE: Final = 1000
"""Keys of a map that are asked for at once."""

_KNOWN: Final = 64
_UNDER_WAY: Final = 4  # blocks in which an accepted extrinsic is expected; then its nonce counts as free again
_EVENTS: Final = Storage("System", "Events")
_END: Final = frozenset({"finalized", "usurped", "dropped", "invalid"})


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to a backend: the name of its method, and the arguments."""

    method: str
    args: tuple[Any, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)

    def of(self, backend: Any) -> Any:
        """The backend's answer, or with an async backend the awaitable of it."""
        return getattr(backend, self.method)(*self.args, **self.options)


Steps: TypeAlias = Generator[Ask, Any, T]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a submitted extrinsic."""

    extrinsic: bytes
    """Its hash: BLAKE2b-256 of its bytes."""
    head: Head | None = None  # the block that holds it; None while nobody waited for one
    index: int | None = None  # among the block's extrinsics
    events: tuple[Event, ...] = ()  # those it caused

    @property
    def block(self) -> int | None:
        """The number of the block that holds it."""
        return self.head.number if self.head else None

    @property
    def block_hash(self) -> BlockHash | None:
        """The hash of the block that holds it."""
        return self.head.hash if self.head else None


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed extrinsic on its way."""

    data: bytes
    account: str
    nonce: int
    expires: int  # the first block that cannot hold it

    @property
    def hash(self) -> bytes:
        """BLAKE2b-256 of its bytes."""
        return blake2b(self.data, digest_size=32).digest()


class Desk:
    """The state of a client: decoders by runtime version, the genesis hash, and the nonces under way."""

    def __init__(self, codec_of: Callable[[Runtime], Codec]) -> None:
        self._codec_of = codec_of
        self._codecs: dict[tuple[str, int], Codec] = {}
        self._by_block: OrderedDict[BlockHash, Codec] = OrderedDict()
        self._genesis: BlockHash | None = None
        self._under_way: dict[str, dict[int, int]] = {}  # by account: nonce, and the block it is free again at

    def read(self, read: Read[T], at: BlockHash | None) -> Steps[T]:
        """What a read returns, with every request answered from one block."""
        pinned = at if at is not None else (yield from self.best())
        codec = yield from self.codec(pinned)
        return (yield from through(read, partial(answer, codec, pinned)))

    def best(self) -> Steps[BlockHash]:
        """The hash of the best block."""
        found = yield Ask("block_hash")
        if found is None:
            raise UnknownBlock("this chain has no block yet")
        return found  # type: ignore[no-any-return]

    def head(self, at: BlockHash | None = None) -> Steps[Head]:
        """The best block, or the one of this hash."""
        block: Block = yield Ask("block", () if at is None else (at,))
        return block.head

    def genesis(self) -> Steps[BlockHash]:
        """The hash of block 0, which tells chains apart."""
        if self._genesis is None:
            self._genesis = yield Ask("block_hash", (0,))
        if self._genesis is None:
            raise UnknownBlock("this chain does not tell its genesis")
        return self._genesis

    def hash_of(self, number: int) -> Steps[BlockHash]:
        """The hash of the block of this height."""
        found = yield Ask("block_hash", (number,))
        if found is None:
            raise UnknownBlock(f"this chain has no block {number} yet")
        return found  # type: ignore[no-any-return]

    def codec_at(self, at: BlockHash | None) -> Steps[Codec]:
        """The decoder for the runtime in force at a block, or at the best one."""
        return (yield from self.codec(at if at is not None else (yield from self.best())))

    def codec(self, at: BlockHash) -> Steps[Codec]:
        """The decoder for the runtime in force at a block."""
        if (known := self._by_block.get(at)) is not None:
            return known
        runtime: Runtime = yield Ask("runtime", (at,))
        version = (runtime.spec_name, runtime.spec_version)
        if version not in self._codecs:
            self._codecs[version] = self._codec_of(runtime)
        self._by_block[at] = self._codecs[version]
        if len(self._by_block) > _KNOWN:
            self._by_block.popitem(last=False)
        return self._codecs[version]

    def prepare(
        self, call: Call, signer: Signer, *, nonce: int | None, period: int, birth_hash: BlockHash | None = None
    ) -> Steps[Signed]:
        """A call, signed for the chain as it is now. Without a nonce: the next one that nothing under way uses."""
        genesis = yield from self.genesis()
        birth = yield from self.head(birth_hash)
        codec = yield from self.codec(birth.hash)
        composed = codec.compose(call)
        if nonce is None:
            request = RuntimeCall("AccountNonceApi", "account_nonce", (signer.ss58,))
            nonce = self._free_nonce(signer.ss58, (yield from answer(codec, birth.hash, request)), birth.number)
        self._under_way.setdefault(signer.ss58, {})[nonce] = birth.number + _UNDER_WAY
        terms = Terms(genesis, birth, nonce, period)
        return Signed(sign(codec, composed, signer, terms), signer.ss58, nonce, birth.number + period)

    def _free_nonce(self, account: str, next_on_chain: int, block: int) -> int:
        under_way = self._under_way.get(account, {})
        live = {nonce: end for nonce, end in under_way.items() if nonce >= next_on_chain and end > block}
        self._under_way[account] = live
        while next_on_chain in live:
            next_on_chain += 1
        return next_on_chain

    def settle(self, signed: Signed) -> None:
        """Nothing is known to be under way any more with this nonce."""
        self._under_way.get(signed.account, {}).pop(signed.nonce, None)

    def refused(self, signed: Signed, error: PoolRefused) -> PoolRefused:
        """The pool's refusal, told in full; one that says what to do next is left as it is."""
        self.settle(signed)
        return error if error.hint else pool_refused(error.custom, name=error.name, message=str(error), code=error.code)

    def receipt(self, signed: Signed, last: Status | None, wait: Wait) -> Steps[Receipt]:
        """What became of it. Raises `DispatchFailed` when it failed in its block, `TimedOut` when it is in none yet."""
        if wait is None:
            return Receipt(signed.hash)
        if last is None or last.kind not in _END | {"in_block"}:
            raise TimedOut(
                f"extrinsic 0x{signed.hash.hex()} waits in the pool", hint=f"it expires at block {signed.expires}"
            )
        self.settle(signed)
        if last.block is None:
            raise pool_gave_up(last.kind)
        block: Block = yield Ask("block", (last.block,))
        codec = yield from self.codec(last.block)
        if signed.data not in block.extrinsics:
            raise ChainError(f"block {block.head.number} does not hold the extrinsic that it is said to hold")
        index = block.extrinsics.index(signed.data)
        records = yield from answer(codec, last.block, _EVENTS)
        events = tuple(event for event in events_of(records) if event.extrinsic == index)
        if (error := failure(events, codec)) is not None:
            raise error
        return Receipt(signed.hash, block.head, index, events)


def reached(status: Status, wait: Wait) -> bool:
    """Whether a submission need not be watched any longer."""
    if wait is None or status.kind in _END:
        return True
    return status.kind == "in_block" and wait == "included"


def answer(codec: Codec, at: BlockHash, request: Request) -> Steps[Any]:
    """The decoded answer to a request, from one block."""
    match request:
        case PinnedBlock():
            return at
        case Several(requests):
            return (yield from _several(codec, at, requests))
        case Storage():
            raw = yield Ask("storage", ([codec.storage_key(request)], at))
            return codec.storage_value(request, raw[0])
        case StorageMap():
            return (yield from _map(codec, at, request))
        case RuntimeCall():
            return codec.api_answer(request, (yield Ask("call", (*codec.api_call(request), at))))
        case Constant():
            return codec.constant(request)
        case Lookup():
            return codec.lookup(request)


def _several(codec: Codec, at: BlockHash, requests: Sequence[Single]) -> Steps[list[Any]]:
    stored = [request for request in requests if isinstance(request, Storage)]
    raw = iter((yield Ask("storage", ([codec.storage_key(one) for one in stored], at))) if stored else ())
    answers = []
    for request in requests:
        if isinstance(request, Storage):
            answers.append(codec.storage_value(request, next(raw)))
        else:
            answers.append((yield from answer(codec, at, request)))
    return answers


def _map(codec: Codec, at: BlockHash, request: StorageMap) -> Steps[list[tuple[Any, Any]]]:
    prefix = codec.storage_key(request)
    entries: list[tuple[Any, Any]] = []
    start: bytes | None = None
    while True:
        count = PAGE if request.limit is None else min(PAGE, request.limit - len(entries))
        keys: list[bytes] = (yield Ask("keys", (prefix,), {"start": start, "count": count, "at": at})) if count else []
        values = (yield Ask("storage", (keys, at))) if keys else []
        entries += codec.map_pairs(request, keys, values)
        if len(keys) < PAGE:
            return entries
        start = keys[-1]


__all__ = ["Ask", "Desk", "Receipt", "Signed", "Steps", "Wait", "answer", "reached"]
