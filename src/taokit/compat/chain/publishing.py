"""What a neuron puts on chain of its own: weights, where it serves, its registration."""

from __future__ import annotations

from functools import partial
from typing import Any

from taokit.chain import calls, reads
from taokit.compat.balance import amount_in
from taokit.compat.chain.link import Link, answered
from taokit.compat.endpoints import SDK_VERSION
from taokit.compat.extrinsics import ExtrinsicResponse
from taokit.compat.wallets import signer_of
from taokit.compat.weighing import Weighing


class Publishing(Link):
    """Calls of `bt.Subtensor` that a hotkey signs, and registrations. Each waits for its block and is sent once."""

    def set_weights(
        self,
        wallet: Any,
        netuid: int,
        uids: Any,
        weights: Any,
        mechid: int = 0,
        *,
        version_key: int = SDK_VERSION,
        raise_error: bool = False,
        wait_for_inclusion: bool = True,
        wait_for_finalization: bool = False,
        **ignored: Any,
    ) -> ExtrinsicResponse:
        """Set weights as the subnet takes them: in the open and read back from the chain, or under a timelock.

        It always waits for the block, whatever `wait_for_inclusion` says, and sends once: a later attempt is the
        caller's. A subnet whose commits are by hash is refused here.
        """
        weighing = self._weighing(wallet, netuid, mechid, version_key)
        return answered(
            "set_weights", partial(weighing.carry, uids, weights, finalized=wait_for_finalization), raise_error
        )

    def commit_weights(
        self,
        wallet: Any,
        netuid: int,
        salt: Any,
        uids: Any,
        weights: Any,
        mechid: int = 0,
        version_key: int = SDK_VERSION,
        *,
        raise_error: bool = True,
        wait_for_finalization: bool = False,
        **ignored: Any,
    ) -> ExtrinsicResponse:
        """Commit to weights by their hash, on a subnet that takes such commits.

        Keep what you passed: `reveal_weights` needs the same `salt` (16-bit words), uids, weights and version key, one
        reveal period later.
        """
        weighing = self._weighing(wallet, netuid, mechid, version_key)
        send = partial(weighing.commit, salt, uids, weights, finalized=wait_for_finalization)
        return answered("commit_weights", send, raise_error)

    def reveal_weights(
        self,
        wallet: Any,
        netuid: int,
        uids: Any,
        weights: Any,
        salt: Any,
        mechid: int = 0,
        *,
        version_key: int = SDK_VERSION,
        raise_error: bool = False,
        wait_for_finalization: bool = False,
        **ignored: Any,
    ) -> ExtrinsicResponse:
        """Show what a commit stands for, in exactly the epoch in which the chain takes it."""
        weighing = self._weighing(wallet, netuid, mechid, version_key)
        send = partial(weighing.reveal, salt, uids, weights, finalized=wait_for_finalization)
        return answered("reveal_weights", send, raise_error)

    def _weighing(self, wallet: Any, netuid: int, mechid: int, version_key: int) -> Weighing:
        return Weighing(self.read, self.submit, signer_of(wallet), netuid, mechid, version_key)

    def serve_axon(self, netuid: int, axon: Any, certificate: bytes | None = None, **options: Any) -> ExtrinsicResponse:
        """Publish where an axon serves; nothing is sent where the chain says so already."""
        ip, port, signer = axon.external_ip, axon.external_port, signer_of(axon.wallet)
        now = self.read(reads.axon(netuid, signer.ss58))
        if certificate is None and now is not None and (now.ip, now.port) == (ip, port):
            return ExtrinsicResponse(True, "the chain has this address already", "serve_axon")
        if certificate is None:
            call = calls.serve_axon(netuid, ip, port)
        else:
            call = calls.serve_axon_tls(netuid, ip, port, certificate=certificate)
        return self._sent("serve_axon", call, axon.wallet, options)

    def burned_register(self, wallet: Any, netuid: int, **options: Any) -> ExtrinsicResponse:
        """Pay for a uid with the wallet's coldkey, whatever it costs now."""
        call = calls.burned_register(netuid, signer_of(wallet).ss58)
        return self._sent("burned_register", call, wallet.coldkey, options)

    def register(self, wallet: Any, netuid: int, limit_price: Any = None, **options: Any) -> ExtrinsicResponse:
        """Pay for a uid with the wallet's coldkey, unless it costs more TAO than `limit_price`."""
        if limit_price is None:
            return self.burned_register(wallet, netuid, **options)
        return self.register_limit(wallet, netuid, limit_price, **options)

    def register_limit(self, wallet: Any, netuid: int, limit_price: Any, **options: Any) -> ExtrinsicResponse:
        """The same, with a limit in any case: a `Balance` of TAO."""
        call = calls.register_limit(netuid, signer_of(wallet).ss58, amount_in(limit_price, 0))
        return self._sent("register_limit", call, wallet.coldkey, options)

    def root_register(self, wallet: Any, **options: Any) -> ExtrinsicResponse:
        """Give the wallet's hotkey a seat on root, signed by its coldkey."""
        return self._sent("root_register", calls.root_register(signer_of(wallet).ss58), wallet.coldkey, options)


__all__ = ["Publishing"]
