"""What a call would cost and bring about, before it is submitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from taokit.chain.calls import Call
from taokit.chain.codec import Codec
from taokit.chain.decoded import Told, name_of
from taokit.chain.desk import Ask, Desk, Steps, answer
from taokit.chain.events import error_of
from taokit.chain.extrinsic import Terms, sign
from taokit.chain.refusals import dispatch_failed, pool_refused
from taokit.chain.requests import RuntimeCall
from taokit.errors import ChainError, ChainRefused
from taokit.signer import Signer
from taokit.units import Balance, Rao

_FEE: Final = RuntimeCall("TransactionPaymentApi", "query_info")
_APPLY: Final = RuntimeCall("BlockBuilder", "apply_extrinsic")


@dataclass(frozen=True, slots=True)
class Preview:
    """What a call would cost and bring about, were it submitted now."""

    fee: Balance  # TAO; 0 for calls that are free
    rehearsed: bool  # whether the node carried it out on a copy of its state
    refusal: ChainRefused | None = None  # why it would be refused; None too where nobody tried
    untried: str = ""  # why the node did not rehearse it

    @property
    def passes(self) -> bool | None:
        """Whether the call would succeed now; None where the node does not say."""
        return self.refusal is None if self.rehearsed else None


def preview(desk: Desk, call: Call, signer: Signer) -> Steps[Preview]:
    """The fee of a call, and what a node makes of it: the same as `system_dryRun`, over a runtime API that is open."""
    genesis, birth = (yield from desk.genesis()), (yield from desk.head())
    codec = yield from desk.codec(birth.hash)
    composed = codec.compose(call)
    nonce = yield from answer(codec, birth.hash, RuntimeCall("AccountNonceApi", "account_nonce", (signer.ss58,)))
    data = sign(codec, composed, signer, Terms(genesis, birth, nonce))
    raw = yield Ask("call", ("TransactionPaymentApi_query_info", data + len(data).to_bytes(4, "little"), birth.hash))
    fee = Rao(Told(name_of(_FEE), codec.api_answer(_FEE, raw))["partial_fee"].integer())
    try:
        raw = yield Ask("call", ("BlockBuilder_apply_extrinsic", data, birth.hash))
        result = codec.api_answer(_APPLY, raw)
    except ChainError as error:
        return Preview(fee, rehearsed=False, untried=str(error))
    return Preview(fee, rehearsed=True, refusal=_refusal(Told(name_of(_APPLY), result), codec))


def _refusal(told: Told, codec: Codec) -> ChainRefused | None:
    """What speaks against an extrinsic in a decoded `ApplyExtrinsicResult`."""
    if "Err" in told:
        ((_, reason),) = told["Err"].value.items()
        if isinstance(reason, dict) and "Custom" in reason:
            return pool_refused(reason["Custom"])
        return pool_refused(None, name=str(reason))
    inner = told["Ok"]
    return dispatch_failed(*error_of(inner["Err"].value, codec)) if "Err" in inner else None


__all__ = ["Preview", "preview"]
