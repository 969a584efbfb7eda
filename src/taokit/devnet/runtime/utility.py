"""Utility and Sudo: calls that carry calls."""

from __future__ import annotations

from typing import Final

from taokit.devnet.runtime.rows import calls, errors, events, option
from taokit.devnet.runtime.table import Constant, Pallet

SUDO_KEY = option("Key", "AccountId")
"""The account that may act as root."""

BATCH_LIMIT: Final = 10_922

UTILITY = Pallet(
    "Utility",
    11,
    calls=calls("""
0 batch(calls: Vec<RuntimeCall>)
1 as_derivative(index: u16, call: RuntimeCall)
2 batch_all(calls: Vec<RuntimeCall>)
3 dispatch_as(as_origin: OriginCaller, call: RuntimeCall)
4 force_batch(calls: Vec<RuntimeCall>)
5 with_weight(call: RuntimeCall, weight: Weight)
6 if_else(main: RuntimeCall, fallback: RuntimeCall)
7 dispatch_as_fallible(as_origin: OriginCaller, call: RuntimeCall)
"""),
    events=events("""
0 BatchInterrupted(index: u32, error: DispatchError)
1 BatchCompleted
2 BatchCompletedWithErrors
3 ItemCompleted
4 ItemFailed(error: DispatchError)
5 DispatchedAs(result: DispatchResult)
6 IfElseMainSuccess
7 IfElseFallbackCalled(main_error: DispatchError)
"""),
    errors=errors("TooManyCalls InvalidDerivedAccount"),
    constants=(Constant("batched_calls_limit", "u32", BATCH_LIMIT),),
)
SUDO = Pallet(
    "Sudo",
    12,
    storage=(SUDO_KEY,),
    calls=calls("""
0 sudo(call: RuntimeCall)
1 sudo_unchecked_weight(call: RuntimeCall, weight: Weight)
2 set_key(new: MultiAddress)
3 sudo_as(who: MultiAddress, call: RuntimeCall)
4 remove_key
"""),
    events=events("""
0 Sudid(sudo_result: DispatchResult)
1 KeyChanged(old: Option<AccountId>, new: AccountId)
2 KeyRemoved
3 SudoAsDone(sudo_result: DispatchResult)
"""),
    errors=errors("RequireSudo"),
)

__all__ = ["BATCH_LIMIT", "SUDO", "SUDO_KEY", "UTILITY"]
