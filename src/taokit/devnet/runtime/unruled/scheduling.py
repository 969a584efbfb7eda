"""Preimage and Scheduler: calls that are kept for later."""

from __future__ import annotations

from taokit.devnet.runtime.rows import calls, enum, errors, events, item, key, option, structs
from taokit.devnet.runtime.table import Constant, Enum, Pallet, Struct

TYPES: tuple[Struct | Enum, ...] = (
    *structs("""
pallet_scheduler::Scheduled(maybe_id: Option<[u8; 32]>, priority: u8, call: BoundedCall, maybe_periodic:
    Option<(u32, u32)>, origin: OriginCaller)

pallet_scheduler::RetryConfig(total_retries: u8, remaining: u8, period: u32)
"""),
    enum(
        "pallet_preimage::OldRequestStatus",
        """
0 Unrequested(deposit: (AccountId, u64), len: u32)
1 Requested(deposit: Option<(AccountId, u64)>, count: u32, len: Option<u32>)
""",
    ),
    enum(
        "pallet_preimage::RequestStatus",
        """
0 Unrequested(ticket: (AccountId, u64), len: u32)
1 Requested(maybe_ticket: Option<(AccountId, u64)>, count: u32, maybe_len: Option<u32>)
""",
    ),
    enum(
        "BoundedCall = frame_support::traits::preimages::Bounded",
        """
0 Legacy(hash: H256)
1 Inline(Vec<u8>)
2 Lookup(hash: H256, len: u32)
""",
    ),
)

PREIMAGE = Pallet(
    "Preimage",
    14,
    storage=(
        option("StatusFor", "OldRequestStatus", key("H256", "Identity")),
        option("RequestStatusFor", "RequestStatus", key("H256", "Identity")),
        option("PreimageFor", "Vec<u8>", key("(H256, u32)", "Identity")),
    ),
    calls=calls("""
0 note_preimage(bytes: Vec<u8>)
1 unnote_preimage(hash: H256)
2 request_preimage(hash: H256)
3 unrequest_preimage(hash: H256)
4 ensure_updated(hashes: Vec<H256>)
"""),
    events=events("""
0 Noted(hash: H256)
1 Requested(hash: H256)
2 Cleared(hash: H256)
"""),
    errors=errors("""
    TooBig AlreadyNoted NotAuthorized NotNoted Requested NotRequested TooMany TooFew
"""),
)

SCHEDULER = Pallet(
    "Scheduler",
    15,
    storage=(
        option("IncompleteSince", "u32"),
        item("Agenda", "Vec<Option<Scheduled>>", key("u32")),
        option("Retries", "RetryConfig", key("(u32, u32)", "Blake2_128Concat")),
        option("Lookup", "(u32, u32)", key("[u8; 32]")),
    ),
    calls=calls("""
0 schedule(when: u32, maybe_periodic: Option<(u32, u32)>, priority: u8, call: RuntimeCall)
1 cancel(when: u32, index: u32)
2 schedule_named(id: [u8; 32], when: u32, maybe_periodic: Option<(u32, u32)>, priority: u8, call: RuntimeCall)
3 cancel_named(id: [u8; 32])
4 schedule_after(after: u32, maybe_periodic: Option<(u32, u32)>, priority: u8, call: RuntimeCall)
5 schedule_named_after(id: [u8; 32], after: u32, maybe_periodic: Option<(u32, u32)>, priority: u8, call:
    RuntimeCall)
6 set_retry(task: (u32, u32), retries: u8, period: u32)
7 set_retry_named(id: [u8; 32], retries: u8, period: u32)
8 cancel_retry(task: (u32, u32))
9 cancel_retry_named(id: [u8; 32])
"""),
    events=events("""
0 Scheduled(when: u32, index: u32)
1 Canceled(when: u32, index: u32)
2 Dispatched(task: (u32, u32), id: Option<[u8; 32]>, result: DispatchResult)
3 RetrySet(task: (u32, u32), id: Option<[u8; 32]>, period: u32, retries: u8)
4 RetryCancelled(task: (u32, u32), id: Option<[u8; 32]>)
5 CallUnavailable(task: (u32, u32), id: Option<[u8; 32]>)
6 PeriodicFailed(task: (u32, u32), id: Option<[u8; 32]>)
7 RetryFailed(task: (u32, u32), id: Option<[u8; 32]>)
8 PermanentlyOverweight(task: (u32, u32), id: Option<[u8; 32]>)
9 AgendaIncomplete(when: u32)
"""),
    errors=errors("""
    FailedToSchedule NotFound TargetBlockNumberInPast RescheduleNoChange Named
"""),
    constants=(
        Constant("MaximumWeight", "Weight", (3_200_000_000_000, 14_757_395_258_967_641_292)),
        Constant("MaxScheduledPerBlock", "u32", 50),
    ),
)

__all__ = ["PREIMAGE", "SCHEDULER", "TYPES"]
