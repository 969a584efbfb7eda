"""System: accounts, the block's number and hashes, what became of each extrinsic; and the types every pallet shares."""

from __future__ import annotations

from typing import Any, Final

from taokit.devnet.runtime.rows import ACCOUNT, enum, errors, events, item, key, option, structs
from taokit.devnet.runtime.rows import calls as rows
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.table import Constant, Enum, Pallet, Struct
from taokit.devnet.runtime.version import VERSION

NEW_LOGIC: Final = 1 << 127
"""The flag that marks every account as counted by the current rules of the balances pallet."""

ACCOUNT_INFO = item("Account", "AccountInfo", ACCOUNT, default=(0, 0, 0, 0, (0, 0, 0, NEW_LOGIC)))
EXTRINSIC_COUNT = option("ExtrinsicCount", "u32")
BLOCK_HASH = item("BlockHash", "H256", key("u32"))
NUMBER = item("Number", "u32")
PARENT_HASH = item("ParentHash", "H256")
DIGEST = item("Digest", "Digest", default=((),))
EVENTS = item("Events", "Vec<EventRecord>")
EVENT_COUNT = item("EventCount", "u32")
LAST_RUNTIME_UPGRADE = option("LastRuntimeUpgrade", "LastRuntimeUpgradeInfo")

BLOCK_HASH_COUNT: Final = 2400
"""Block hashes that are kept."""

_U64: Final = (1 << 64) - 1
_EXTRINSIC: Final = (108_157_000, 0)

BLOCK_WEIGHTS: Final = (
    (431_614_000, 0),
    (4_000_000_000_000, _U64),
    (
        (_EXTRINSIC, (2_599_891_843_000, 11_990_383_647_911_208_550), (3_000_000_000_000, _U64 * 3 // 4), (0, 0)),
        (_EXTRINSIC, (3_599_891_843_000, 16_602_069_666_338_596_454), (4_000_000_000_000, _U64), (10**12, 1 << 62)),
        (_EXTRINSIC, None, None, None),
    ),
)
"""What fits a block, in picoseconds and bytes of proof: of the block itself, at most, and by class of extrinsic."""

TYPES: tuple[Struct | Enum, ...] = (
    *structs("""
frame_system::AccountInfo(nonce: u32, consumers: u32, providers: u32, sufficients: u32, data: AccountData)

pallet_balances::types::AccountData(free: u64, reserved: u64, frozen: u64, flags: u128)

frame_system::EventRecord(phase: Phase, event: RuntimeEvent, topics: Vec<H256>)

frame_system::LastRuntimeUpgradeInfo(spec_version: Compact<u32>, spec_name: str)

frame_system::DispatchEventInfo(weight: Weight, class: DispatchClass, pays_fee: Pays)

sp_weights::weight_v2::Weight(ref_time: Compact<u64>, proof_size: Compact<u64>)

sp_runtime::generic::digest::Digest(logs: Vec<DigestItem>)

sp_runtime::ModuleError(index: u8, error: [u8; 4])

sp_core::OpaqueMetadata(Vec<u8>)

sp_version::RuntimeVersion(spec_name: str, impl_name: str, authoring_version: u32, spec_version: u32, impl_version: u32,
apis: Vec<([u8; 8], u32)>, transaction_version: u32, system_version: u8)
"""),
    enum("frame_system::Phase", "0 ApplyExtrinsic(u32)\n1 Finalization\n2 Initialization"),
    enum("frame_support::dispatch::DispatchClass", "0 Normal\n1 Operational\n2 Mandatory"),
    enum("frame_support::dispatch::Pays", "0 Yes\n1 No"),
    enum(
        "sp_runtime::generic::digest::DigestItem",
        """
        0 Other(Vec<u8>)
        4 Consensus([u8; 4], Vec<u8>)
        5 Seal([u8; 4], Vec<u8>)
        6 PreRuntime([u8; 4], Vec<u8>)
        8 RuntimeEnvironmentUpdated
        """,
    ),
    enum(
        "sp_runtime::multiaddress::MultiAddress",
        """
        0 Id(AccountId)
        1 Index(Compact<()>)
        2 Raw(Vec<u8>)
        3 Address32([u8; 32])
        4 Address20([u8; 20])
        """,
    ),
    enum(
        "sp_runtime::DispatchError",
        """
        0 Other
        1 CannotLookup
        2 BadOrigin
        3 Module(ModuleError)
        4 ConsumerRemaining
        5 NoProviders
        6 TooManyConsumers
        7 Token(TokenError)
        8 Arithmetic(ArithmeticError)
        9 Transactional(TransactionalError)
        10 Exhausted
        11 Corruption
        12 Unavailable
        13 RootNotAllowed
        14 Trie(TrieError)
        """,
    ),
    enum("sp_runtime::TransactionalError", "0 LimitReached\n1 NoLayer"),
    enum(
        "sp_runtime::proving_trie::TrieError",
        """
        0 InvalidStateRoot
        1 IncompleteDatabase
        2 ValueAtIncompleteKey
        3 DecoderError
        4 InvalidHash
        5 DuplicateKey
        6 ExtraneousNode
        7 ExtraneousValue
        8 ExtraneousHashReference
        9 InvalidChildReference
        10 ValueMismatch
        11 IncompleteProof
        12 RootMismatch
        13 DecodeError
        """,
    ),
    enum(
        "sp_runtime::TokenError",
        """
        0 FundsUnavailable
        1 OnlyProvider
        2 BelowMinimum
        3 CannotCreate
        4 UnknownAsset
        5 Frozen
        6 Unsupported
        7 CannotCreateHold
        8 NotExpendable
        9 Blocked
        """,
    ),
    enum("sp_arithmetic::ArithmeticError", "0 Underflow\n1 Overflow\n2 DivisionByZero"),
    enum("DispatchResult = Result", "0 Ok(())\n1 Err(DispatchError)"),
    enum(
        "sp_runtime::transaction_validity::InvalidTransaction",
        """\
0 Call
1 Payment
2 Future
3 Stale
4 BadProof
5 AncientBirthBlock
6 ExhaustsResources
7 Custom(u8)
8 BadMandatory
9 MandatoryValidation
10 BadSigner
11 IndeterminateImplicit
12 UnknownOrigin""",
    ),
    enum(
        "sp_runtime::transaction_validity::UnknownTransaction",
        "0 CannotLookup\n1 NoUnsignedValidator\n2 Custom(u8)",
    ),
    enum(
        "sp_runtime::transaction_validity::TransactionValidityError",
        "0 Invalid(InvalidTransaction)\n1 Unknown(UnknownTransaction)",
    ),
    enum("ApplyExtrinsicResult = Result", "0 Ok(DispatchResult)\n1 Err(TransactionValidityError)"),
)

PALLET = Pallet(
    "System",
    0,
    storage=(
        ACCOUNT_INFO,
        EXTRINSIC_COUNT,
        BLOCK_HASH,
        NUMBER,
        PARENT_HASH,
        DIGEST,
        EVENTS,
        EVENT_COUNT,
        LAST_RUNTIME_UPGRADE,
        item("InherentsApplied", "bool"),
        item("BlockWeight", "PerDispatchClassWeight", default=((0, 0),) * 3),
        option("AllExtrinsicsLen", "u32"),
        item("ExtrinsicData", "Vec<u8>", key("u32")),
        item("EventTopics", "Vec<(u32, u32)>", key("H256", "Blake2_128Concat")),
        item("UpgradedToU32RefCount", "bool"),
        item("UpgradedToTripleRefCount", "bool"),
        option("ExecutionPhase", "Phase"),
        option("AuthorizedUpgrade", "CodeUpgradeAuthorization"),
        item("ExtrinsicWeightReclaimed", "Weight", default=(0, 0)),
    ),
    calls=rows("""
0 remark(remark: Vec<u8>)
1 set_heap_pages(pages: u64)
2 set_code(code: Vec<u8>)
3 set_code_without_checks(code: Vec<u8>)
4 set_storage(items: Vec<(Vec<u8>, Vec<u8>)>)
5 kill_storage(keys: Vec<Vec<u8>>)
6 kill_prefix(prefix: Vec<u8>, subkeys: u32)
7 remark_with_event(remark: Vec<u8>)
9 authorize_upgrade(code_hash: H256)
10 authorize_upgrade_without_checks(code_hash: H256)
11 apply_authorized_upgrade(code: Vec<u8>)
"""),
    events=events("""
0 ExtrinsicSuccess(dispatch_info: DispatchEventInfo)
1 ExtrinsicFailed(dispatch_error: DispatchError, dispatch_info: DispatchEventInfo)
2 CodeUpdated
3 NewAccount(account: AccountId)
4 KilledAccount(account: AccountId)
5 Remarked(sender: AccountId, hash: H256)
6 UpgradeAuthorized(code_hash: H256, check_version: bool)
7 RejectedInvalidAuthorizedUpgrade(code_hash: H256, error: DispatchError)
"""),
    errors=errors("""
    InvalidSpecName SpecVersionNeedsToIncrease FailedToExtractRuntimeVersion NonDefaultComposite NonZeroRefCount
    CallFiltered MultiBlockMigrationsOngoing NothingAuthorized Unauthorized
"""),
    constants=(
        Constant("BlockWeights", "BlockWeights", BLOCK_WEIGHTS),
        Constant("BlockLength", "BlockLength", ((7_864_320, 10_485_760, 10_485_760),)),
        Constant("BlockHashCount", "u32", BLOCK_HASH_COUNT),
        Constant("DbWeight", "RuntimeDbWeight", (25_000_000, 100_000_000)),
        Constant("Version", "RuntimeVersion", VERSION),
        Constant("SS58Prefix", "u16", 42),
    ),
)


def account_nonce(state: Reading, account: bytes) -> int:
    """The nonce that the account's next extrinsic must carry."""
    return int(state[ACCOUNT_INFO, account][0])


def bump_nonce(state: State, account: bytes) -> None:
    """One more extrinsic of the account is in a block."""
    nonce, *rest = state[ACCOUNT_INFO, account]
    state[ACCOUNT_INFO, account] = (nonce + 1, *rest)


def header(state: Reading) -> tuple[Any, ...]:
    """The `Header` of the block that the state is in or after; there are no roots, nor a digest."""
    return state[PARENT_HASH], state.number, bytes(32), bytes(32), state[DIGEST]


def open_block(state: State, number: int, parent: bytes) -> None:
    """The block's number, its parent's hash under the parent's number, and no hash older than are kept."""
    state[NUMBER] = number
    state[PARENT_HASH] = parent
    state[BLOCK_HASH, number - 1] = parent
    if number > BLOCK_HASH_COUNT:
        del state[BLOCK_HASH, number - 1 - BLOCK_HASH_COUNT]


__all__ = [
    "ACCOUNT_INFO",
    "BLOCK_HASH",
    "BLOCK_HASH_COUNT",
    "EVENTS",
    "EXTRINSIC_COUNT",
    "NUMBER",
    "PALLET",
    "PARENT_HASH",
    "TYPES",
    "account_nonce",
    "bump_nonce",
    "header",
    "open_block",
]
