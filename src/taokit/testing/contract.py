"""What every chain backend must do, as a class of tests: subclass it with the fixtures that it names."""

from __future__ import annotations

from typing import Any

import pytest

from taokit.chain import Backend, Chain, StorageMap, calls, reads
from taokit.errors import DispatchFailed, PoolRefused, UnknownBlock, UnknownName
from taokit.signer import Signer

RAO = 1_000_000
ACCOUNTS = bytes.fromhex("26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9")
"""Where every Substrate chain keeps its accounts."""


class BackendContract:
    """Subclass it with the fixtures `backend`, `chain` (a client of it), `rich` (a funded signer) and `other` (one).

    The chain may be shared between tests; each leaves it usable.
    """

    def test_the_runtime_has_metadata_that_a_codec_reads(self, backend: Backend) -> None:
        """`meta`, then version 14 or 15."""
        runtime = backend.runtime()
        assert runtime.metadata[:4] == b"meta"
        assert runtime.metadata[4] in (14, 15)
        assert runtime.spec_version > 0

    def test_heights_and_hashes_agree(self, backend: Backend) -> None:
        """The best block, and the first, are found by number; a height without a block has no hash."""
        head = backend.block().head
        assert backend.block_hash() == head.hash == backend.block_hash(head.number)
        assert backend.block(backend.block_hash(0)).head.number == 0
        assert backend.block_hash(head.number + 1_000_000) is None

    def test_an_unknown_block_is_an_error(self, backend: Backend) -> None:
        """For every question that names a block."""
        unknown = b"\xee" * 32
        for ask in (backend.runtime, backend.block):
            with pytest.raises(UnknownBlock):
                ask(unknown)
        with pytest.raises(UnknownBlock):
            backend.storage([bytes(32)], unknown)
        with pytest.raises(UnknownBlock):
            backend.keys(b"", at=unknown)
        with pytest.raises(UnknownBlock):
            backend.call("Core_version", b"", unknown)

    def test_absent_values_are_none_in_their_place(self, backend: Backend) -> None:
        """As many answers as keys, in order."""
        assert backend.storage([bytes(32), b"\1" * 48]) == [None, None]
        assert backend.storage([]) == []

    def test_keys_come_in_byte_order_and_in_pages(self, backend: Backend) -> None:
        """Strictly after the start key; the prefix itself is a start key too."""
        everything = backend.keys(b"", count=50)
        assert everything == sorted(everything)
        assert backend.keys(b"", start=everything[0], count=3) == everything[1:4]
        accounts = backend.keys(ACCOUNTS)
        assert accounts == backend.keys(ACCOUNTS, start=ACCOUNTS)
        assert all(key.startswith(ACCOUNTS) for key in accounts)
        assert None not in backend.storage(accounts)

    def test_a_transfer_moves_rao(self, chain: Chain, rich: Signer, other: Signer) -> None:
        """And is found in the block that its receipt names, byte for byte."""
        before = chain.read(reads.balance(other.ss58))
        receipt = chain.submit(calls.transfer_keep_alive(other.ss58, RAO), rich)
        assert chain.read(reads.balance(other.ss58)).rao == before.rao + RAO
        assert receipt.block_hash is not None
        assert chain.read(reads.balance(other.ss58), at=receipt.block_hash).rao == before.rao + RAO
        assert ("System", "ExtrinsicSuccess") in [(event.pallet, event.name) for event in receipt.events]

    def test_a_failed_call_raises_and_costs_its_nonce(self, chain: Chain, rich: Signer, other: Signer) -> None:
        """The chain's name for the reason is on the error."""
        nonce = chain.read(reads.nonce(rich.ss58))
        with pytest.raises(DispatchFailed) as failed:
            chain.submit(calls.transfer_keep_alive(other.ss58, 2**63), rich)
        assert failed.value.name
        assert chain.read(reads.nonce(rich.ss58)) == nonce + 1

    def test_a_used_nonce_is_refused(self, chain: Chain, rich: Signer, other: Signer) -> None:
        """Before inclusion, with code 1010."""
        chain.submit(calls.transfer_keep_alive(other.ss58, RAO), rich)
        with pytest.raises(PoolRefused) as refused:
            chain.submit(calls.transfer_keep_alive(other.ss58, RAO), rich, nonce=0)
        assert refused.value.code == 1010

    def test_what_the_runtime_does_not_have(self, chain: Chain, rich: Signer) -> None:
        """Names are checked against metadata, before anything is sent."""

        def nowhere() -> Any:
            return (yield StorageMap("System", "Nowhere"))

        with pytest.raises(UnknownName):
            chain.read(nowhere())
        with pytest.raises(UnknownName):
            chain.submit(calls.Call("System", "nothing"), rich)

    def test_the_best_block_s_number_is_what_the_state_says(self, backend: Backend, chain: Chain) -> None:
        """Header and storage tell the same story."""
        head = chain.head()
        assert chain.read(reads.block_number(), at=head.hash) == head.number
        assert chain.read(reads.block_hash(), at=head.hash) == head.hash


__all__ = ["BackendContract"]
