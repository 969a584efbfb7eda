"""One vector of weights, from a script's arrays to the chain, and back to see that they are there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from taokit.blocking import Portal
from taokit.chain import Read, Receipt, calls, reads
from taokit.chain.beacon import Terms, terms
from taokit.compat.infos import Pairs
from taokit.compat.utils.weight_utils import convert_and_normalize_weights_and_uids
from taokit.consensus import commit_hash, storage_index, timelock_payload, upscaled
from taokit.errors import ChainRefused, NotRegistered
from taokit.neuron.preflight import Situation, situation
from taokit.neuron.timelock import Timelock
from taokit.neuron.view import opening_round
from taokit.signer import Signer

T = TypeVar("T")
SEAL_S = 90.0


@dataclass(frozen=True, slots=True)
class Weighing:
    """Where a vector goes and who sends it. `read` and `submit` block."""

    read: Callable[[Read[Any]], Any]
    submit: Callable[..., Receipt]
    signer: Signer
    netuid: int
    mechanism: int
    version_key: int

    def carry(self, uids: Any, weights: Any, *, finalized: bool) -> tuple[Receipt, str]:
        """What became of the vector, and in which words. Raises `ChainRefused` where the chain holds it not."""
        chosen, values = convert_and_normalize_weights_and_uids(uids, weights)
        if not chosen:
            raise ChainRefused("every weight is 0", hint="give at least one uid some weight")
        how = self._situation()
        if how.form == "hash":
            raise ChainRefused(
                f"subnet {self.netuid} takes commits by hash, to be revealed one by one",
                hint="subclass taokit.Validator, which reveals them, or call `commit_weights` now and `reveal_weights` "
                "one reveal period later",
            )
        _in_time(how)
        if how.form == "timelock":
            return self._locked(chosen, values, finalized=finalized), "committed under a timelock; the chain reveals it"
        return self._plain(chosen, values, finalized=finalized), "set, and read back from the chain"

    def commit(self, salt: Sequence[int], uids: Any, weights: Any, *, finalized: bool) -> tuple[Receipt, str]:
        """Commit to the vector by its hash; `salt` are 16-bit words. Raises what the chain refuses it with."""
        chosen, values = convert_and_normalize_weights_and_uids(uids, weights)
        digest = commit_hash(
            self.signer.public_key,
            storage_index(self.netuid, self.mechanism),
            uids=chosen,
            values=values,
            salt=words(salt),
            version_key=self.version_key,
        )
        call = calls.commit_mechanism_weights(self.netuid, self.mechanism, digest)
        return self.submit(call, self.signer, finalized=finalized), "committed by hash; reveal it in its epoch"

    def reveal(self, salt: Sequence[int], uids: Any, weights: Any, *, finalized: bool) -> tuple[Receipt, str]:
        """Show the vector of such a commit. Raises what the chain refuses it with."""
        chosen, values = convert_and_normalize_weights_and_uids(uids, weights)
        call = calls.reveal_mechanism_weights(
            self.netuid, self.mechanism, chosen, values, salt=words(salt), version_key=self.version_key
        )
        return self.submit(call, self.signer, finalized=finalized), "revealed"

    def _situation(self) -> Situation:
        graph = self.read(reads.metagraph(self.netuid, mechanism=self.mechanism))
        if graph.uid_of(self.signer.ss58) is None:
            raise NotRegistered(self.signer.ss58, self.netuid)
        told: Situation = self.read(situation(graph, self.signer.ss58, mechanism=self.mechanism))
        return told

    def _plain(self, uids: list[int], values: list[int], *, finalized: bool) -> Receipt:
        call = calls.set_mechanism_weights(self.netuid, self.mechanism, uids, values, version_key=self.version_key)
        receipt = self.submit(call, self.signer, finalized=finalized)
        mine = self.read(reads.uid_of(self.netuid, self.signer.ss58))
        row = self.read(reads.weights(self.netuid, mine, self.mechanism))
        wanted = list(zip(uids, upscaled(values), strict=True))
        if [(int(uid), int(value)) for uid, value in row] != wanted:
            raise ChainRefused("the weights were taken, and are not what the chain holds", hint="set them again")
        return receipt

    def _locked(self, uids: list[int], values: list[int], *, finalized: bool) -> Receipt:
        told: Terms = self.read(terms(self.netuid))
        payload = timelock_payload(self.signer.public_key, uids=uids, values=values, version_key=self.version_key)
        round = opening_round(told)
        call = calls.commit_timelocked_mechanism_weights(
            self.netuid, self.mechanism, _sealed(payload, round, told), reveal_round=round, version=told.version
        )
        return self.submit(call, self.signer, finalized=finalized)


def _sealed(payload: bytes, round: int, told: Terms) -> bytes:
    async def seal() -> bytes:
        timelock = Timelock()
        try:
            return await timelock.encrypt(payload, round, told.beacon)
        finally:
            await timelock.close()

    with Portal("taokit compat timelock") as portal:
        return portal.call(seal(), seconds=SEAL_S)


def _in_time(how: Situation) -> None:
    """Refuse before the chain does, with the number of blocks to wait."""
    waits = how.free_from - how.submitter.block
    if waits > 0:
        raise ChainRefused(
            f"the rate limit lets weights pass again in {waits} blocks",
            name="SettingWeightsTooFast",
            hint="try again then",
        )


def as_pairs(rows: Any) -> list[tuple[int, Pairs]]:
    """Rows by uid as SDK 10 lists them."""
    return [(uid, [(int(one), int(value)) for one, value in row]) for uid, row in sorted(rows.items())]


def words(salt: Sequence[int]) -> tuple[int, ...]:
    """A salt as plain integers; `commit_hash` says which do not fit into 16 bits."""
    return tuple(int(word) for word in salt)


__all__ = ["Pairs", "Weighing", "as_pairs", "words"]
