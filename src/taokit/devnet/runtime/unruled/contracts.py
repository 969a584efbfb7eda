"""Contracts: programs on the chain."""

from __future__ import annotations

from taokit.devnet.runtime.rows import ACCOUNT_TWOX, calls, enum, errors, events, item, key, option, structs
from taokit.devnet.runtime.table import Constant, Enum, Pallet, Struct

TYPES: tuple[Struct | Enum, ...] = (
    *structs("""
pallet_contracts::wasm::CodeInfo(owner: AccountId, deposit: Compact<u64>, refcount: Compact<u64>, determinism:
    Determinism, code_len: u32)

pallet_contracts::storage::ContractInfo(trie_id: Vec<u8>, code_hash: H256, storage_bytes: u32, storage_items: u32,
    storage_byte_deposit: u64, storage_item_deposit: u64, storage_base_deposit: u64, delegate_dependencies:
    BTreeMap<H256, u64>)

pallet_contracts::storage::DeletionQueueManager(insert_counter: u32, delete_counter: u32)

ContractsSchedule = pallet_contracts::schedule::Schedule(limits: ContractsLimits, instruction_weights:
    ContractsInstructionWeights)

ContractsLimits = pallet_contracts::schedule::Limits(event_topics: u32, memory_pages: u32, subject_len: u32,
    payload_len: u32, runtime_memory: u32, validator_runtime_memory: u32, event_ref_time: u64)

ContractsInstructionWeights = pallet_contracts::schedule::InstructionWeights(base: u32)

ContractsEnvironment = pallet_contracts::Environment(account_id: ContractsEnvironmentType, balance:
    ContractsEnvironmentType, hash: ContractsEnvironmentType, hasher: ContractsEnvironmentType, timestamp:
    ContractsEnvironmentType, block_number: ContractsEnvironmentType)

ContractsEnvironmentType = pallet_contracts::EnvironmentType()
"""),
    enum(
        "pallet_contracts::wasm::Determinism",
        """
0 Enforced
1 Relaxed
""",
    ),
    enum(
        "ContractsOrigin = pallet_contracts::Origin",
        """
0 Root
1 Signed(AccountId)
""",
    ),
)

CONTRACTS = Pallet(
    "Contracts",
    29,
    storage=(
        option("PristineCode", "Vec<u8>", key("H256", "Identity")),
        option("CodeInfoOf", "CodeInfo", key("H256", "Identity")),
        item("Nonce", "u64"),
        option("ContractInfoOf", "ContractInfo", ACCOUNT_TWOX),
        option("DeletionQueue", "Vec<u8>", key("u32")),
        item("DeletionQueueCounter", "DeletionQueueManager", default=(0, 0)),
        option("MigrationInProgress", "Vec<u8>"),
    ),
    calls=calls("""
0 call_old_weight(dest: MultiAddress, value: Compact<u64>, gas_limit: Compact<u64>, storage_deposit_limit:
    Option<Compact<u64>>, data: Vec<u8>)
1 instantiate_with_code_old_weight(value: Compact<u64>, gas_limit: Compact<u64>, storage_deposit_limit:
    Option<Compact<u64>>, code: Vec<u8>, data: Vec<u8>, salt: Vec<u8>)
2 instantiate_old_weight(value: Compact<u64>, gas_limit: Compact<u64>, storage_deposit_limit: Option<Compact<u64>>,
    code_hash: H256, data: Vec<u8>, salt: Vec<u8>)
3 upload_code(code: Vec<u8>, storage_deposit_limit: Option<Compact<u64>>, determinism: Determinism)
4 remove_code(code_hash: H256)
5 set_code(dest: MultiAddress, code_hash: H256)
6 call(dest: MultiAddress, value: Compact<u64>, gas_limit: Weight, storage_deposit_limit: Option<Compact<u64>>,
    data: Vec<u8>)
7 instantiate_with_code(value: Compact<u64>, gas_limit: Weight, storage_deposit_limit: Option<Compact<u64>>, code:
    Vec<u8>, data: Vec<u8>, salt: Vec<u8>)
8 instantiate(value: Compact<u64>, gas_limit: Weight, storage_deposit_limit: Option<Compact<u64>>, code_hash: H256,
    data: Vec<u8>, salt: Vec<u8>)
9 migrate(weight_limit: Weight)
"""),
    events=events("""
0 Instantiated(deployer: AccountId, contract: AccountId)
1 Terminated(contract: AccountId, beneficiary: AccountId)
2 CodeStored(code_hash: H256, deposit_held: u64, uploader: AccountId)
3 ContractEmitted(contract: AccountId, data: Vec<u8>)
4 CodeRemoved(code_hash: H256, deposit_released: u64, remover: AccountId)
5 ContractCodeUpdated(contract: AccountId, new_code_hash: H256, old_code_hash: H256)
6 Called(caller: ContractsOrigin, contract: AccountId)
7 DelegateCalled(contract: AccountId, code_hash: H256)
8 StorageDepositTransferredAndHeld(from: AccountId, to: AccountId, amount: u64)
9 StorageDepositTransferredAndReleased(from: AccountId, to: AccountId, amount: u64)
"""),
    errors=errors("""
    InvalidSchedule InvalidCallFlags OutOfGas OutputBufferTooSmall TransferFailed MaxCallDepthReached
    ContractNotFound CodeTooLarge CodeNotFound CodeInfoNotFound OutOfBounds DecodingFailed ContractTrapped
    ValueTooLarge TerminatedWhileReentrant InputForwarded RandomSubjectTooLong TooManyTopics NoChainExtension
    XCMDecodeFailed DuplicateContract TerminatedInConstructor ReentranceDenied StateChangeDenied
    StorageDepositNotEnoughFunds StorageDepositLimitExhausted CodeInUse ContractReverted CodeRejected
    Indeterministic MigrationInProgress NoMigrationPerformed MaxDelegateDependenciesReached
    DelegateDependencyNotFound DelegateDependencyAlreadyExists CannotAddSelfAsDelegateDependency
    OutOfTransientStorage
"""),
    constants=(
        Constant("Schedule", "ContractsSchedule", ((4, 16, 32, 16384, 1_073_741_824, 2_147_483_648, 60000), (1259,))),
        Constant("DepositPerByte", "u64", 30),
        Constant("DefaultDepositLimit", "u64", 31_534_080),
        Constant("DepositPerItem", "u64", 75),
        Constant("CodeHashLockupDepositPercent", "u32", 300_000_000),
        Constant("MaxCodeLen", "u32", 131_072),
        Constant("MaxStorageKeyLen", "u32", 128),
        Constant("MaxTransientStorageSize", "u32", 1_048_576),
        Constant("MaxDelegateDependencies", "u32", 32),
        Constant("UnsafeUnstableInterface", "bool", False),
        Constant("MaxDebugBufferLen", "u32", 2_097_152),
        Constant("Environment", "ContractsEnvironment", ((), (), (), (), (), ())),
        Constant("ApiVersion", "u16", 4),
    ),
)

__all__ = ["CONTRACTS", "TYPES"]
