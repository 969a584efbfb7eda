"""Ethereum, EVM, EVMChainId and BaseFee: the other machine."""

from __future__ import annotations

from taokit.devnet.runtime.rows import calls, enum, errors, events, item, key, option, structs
from taokit.devnet.runtime.table import Enum, Pallet, Struct

TYPES: tuple[Struct | Enum, ...] = (
    *structs("""
ethereum::transaction::legacy::LegacyTransaction(nonce: [u64; 4], gas_price: [u64; 4], gas_limit: [u64; 4], action:
    TransactionAction, value: [u64; 4], input: Vec<u8>, signature: TransactionSignature)

ethereum::transaction::legacy::TransactionSignature(v: u64, r: H256, s: H256)

ethereum::transaction::eip2930::EIP2930Transaction(chain_id: u64, nonce: [u64; 4], gas_price: [u64; 4], gas_limit:
    [u64; 4], action: TransactionAction, value: [u64; 4], input: Vec<u8>, access_list: Vec<AccessListItem>,
    signature: TypedTransactionSignature)

ethereum::transaction::eip2930::AccessListItem(address: H160, storage_keys: Vec<H256>)

TypedTransactionSignature = ethereum::transaction::eip2930::TransactionSignature(odd_y_parity: bool, r: H256, s:
    H256)

ethereum::transaction::eip1559::EIP1559Transaction(chain_id: u64, nonce: [u64; 4], max_priority_fee_per_gas: [u64;
    4], max_fee_per_gas: [u64; 4], gas_limit: [u64; 4], action: TransactionAction, value: [u64; 4], input: Vec<u8>,
    access_list: Vec<AccessListItem>, signature: TypedTransactionSignature)

ethereum::transaction::eip7702::EIP7702Transaction(chain_id: u64, nonce: [u64; 4], max_priority_fee_per_gas: [u64;
    4], max_fee_per_gas: [u64; 4], gas_limit: [u64; 4], destination: TransactionAction, value: [u64; 4], data:
    Vec<u8>, access_list: Vec<AccessListItem>, authorization_list: Vec<AuthorizationListItem>, signature:
    TypedTransactionSignature)

ethereum::transaction::eip7702::AuthorizationListItem(chain_id: u64, address: H160, nonce: [u64; 4], signature:
    MalleableTransactionSignature)

ethereum::transaction::eip2930::MalleableTransactionSignature(odd_y_parity: bool, r: H256, s: H256)

fp_rpc::TransactionStatus(transaction_hash: H256, transaction_index: u32, from: H160, to: Option<H160>,
    contract_address: Option<H160>, logs: Vec<EvmLog>, logs_bloom: [u8; 256])

EvmLog = ethereum::log::Log(address: H160, topics: Vec<H256>, data: Vec<u8>)

ethereum::receipt::EIP658ReceiptData(status_code: u8, used_gas: [u64; 4], logs_bloom: [u8; 256], logs: Vec<EvmLog>)

EthereumBlock = ethereum::block::Block(header: EthereumHeader, transactions: Vec<TransactionV3>, ommers:
    Vec<EthereumHeader>)

EthereumHeader = ethereum::header::Header(parent_hash: H256, ommers_hash: H256, beneficiary: H160, state_root: H256,
    transactions_root: H256, receipts_root: H256, logs_bloom: [u8; 256], difficulty: [u64; 4], number: [u64; 4],
    gas_limit:
    [u64; 4], gas_used: [u64; 4], timestamp: u64, extra_data: Vec<u8>, mix_hash: H256, nonce: [u8; 8])

pallet_evm::CodeMetadata(size: u64, hash: H256)
"""),
    enum(
        "ethereum::transaction::TransactionV3",
        """
0 Legacy(LegacyTransaction)
1 EIP2930(EIP2930Transaction)
2 EIP1559(EIP1559Transaction)
3 EIP7702(EIP7702Transaction)
""",
    ),
    enum(
        "ethereum::transaction::legacy::TransactionAction",
        """
0 Call(H160)
1 Create
""",
    ),
    enum(
        "ethereum::receipt::ReceiptV4",
        """
0 Legacy(EIP658ReceiptData)
1 EIP2930(EIP658ReceiptData)
2 EIP1559(EIP658ReceiptData)
3 EIP7702(EIP658ReceiptData)
""",
    ),
    enum(
        "evm_core::error::ExitReason",
        """
0 Succeed(ExitSucceed)
1 Error(ExitError)
2 Revert(ExitRevert)
3 Fatal(ExitFatal)
""",
    ),
    enum(
        "evm_core::error::ExitSucceed",
        """
0 Stopped
1 Returned
2 Suicided
""",
    ),
    enum(
        "evm_core::error::ExitError",
        """
0 StackUnderflow
1 StackOverflow
2 InvalidJump
3 InvalidRange
4 DesignatedInvalid
5 CallTooDeep
6 CreateCollision
7 CreateContractLimit
8 OutOfOffset
9 OutOfGas
10 OutOfFund
11 PCUnderflow
12 CreateEmpty
13 Other(str)
14 MaxNonce
15 InvalidCode(u8)
""",
    ),
    enum(
        "evm_core::error::ExitRevert",
        """
0 Reverted
""",
    ),
    enum(
        "evm_core::error::ExitFatal",
        """
0 NotSupported
1 UnhandledInterrupt
2 CallErrorAsFatal(ExitError)
3 Other(str)
""",
    ),
)

ETHEREUM = Pallet(
    "Ethereum",
    21,
    storage=(
        option("Pending", "(TransactionV3, TransactionStatus, ReceiptV4)", key("u32", "Identity")),
        item("CounterForPending", "u32"),
        option("CurrentBlock", "EthereumBlock"),
        option("CurrentReceipts", "Vec<ReceiptV4>"),
        option("CurrentTransactionStatuses", "Vec<TransactionStatus>"),
        item("BlockHash", "H256", key("[u64; 4]")),
    ),
    calls=calls("""
0 transact(transaction: TransactionV3)
"""),
    events=events("""
0 Executed(from: H160, to: H160, transaction_hash: H256, exit_reason: ExitReason, extra_data: Vec<u8>)
"""),
    errors=errors("""
    InvalidSignature PreLogExists
"""),
)

EVM = Pallet(
    "EVM",
    22,
    storage=(
        item("AccountCodes", "Vec<u8>", key("H160", "Blake2_128Concat")),
        option("AccountCodesMetadata", "CodeMetadata", key("H160", "Blake2_128Concat")),
        item("AccountStorages", "H256", key("H160", "Blake2_128Concat"), key("H256", "Blake2_128Concat")),
        item("WhitelistedCreators", "Vec<H160>"),
        item("DisableWhitelistCheck", "bool"),
    ),
    calls=calls("""
0 withdraw(address: H160, value: u64)
1 call(source: H160, target: H160, input: Vec<u8>, value: [u64; 4], gas_limit: u64, max_fee_per_gas: [u64; 4],
    max_priority_fee_per_gas: Option<[u64; 4]>, nonce: Option<[u64; 4]>, access_list: Vec<(H160, Vec<H256>)>,
    authorization_list: Vec<AuthorizationListItem>)
2 create(source: H160, init: Vec<u8>, value: [u64; 4], gas_limit: u64, max_fee_per_gas: [u64; 4],
    max_priority_fee_per_gas: Option<[u64; 4]>, nonce: Option<[u64; 4]>, access_list: Vec<(H160, Vec<H256>)>,
    authorization_list: Vec<AuthorizationListItem>)
3 create2(source: H160, init: Vec<u8>, salt: H256, value: [u64; 4], gas_limit: u64, max_fee_per_gas: [u64; 4],
    max_priority_fee_per_gas: Option<[u64; 4]>, nonce: Option<[u64; 4]>, access_list: Vec<(H160, Vec<H256>)>,
    authorization_list: Vec<AuthorizationListItem>)
4 set_whitelist(new: Vec<H160>)
5 disable_whitelist(disabled: bool)

"""),
    events=events("""
0 Log(log: EvmLog)
1 Created(address: H160)
2 CreatedFailed(address: H160)
3 Executed(address: H160)
4 ExecutedFailed(address: H160)
"""),
    errors=errors("""
    BalanceLow FeeOverflow PaymentOverflow WithdrawFailed GasPriceTooLow InvalidNonce GasLimitTooLow GasLimitTooHigh
    InvalidChainId InvalidSignature Reentrancy TransactionMustComeFromEOA Undefined NotAllowed
    CreateOriginNotAllowed
"""),
)

EVM_CHAIN_ID = Pallet(
    "EVMChainId",
    23,
    storage=(item("ChainId", "u64"),),
)

BASE_FEE = Pallet(
    "BaseFee",
    25,
    storage=(
        item("BaseFeePerGas", "[u64; 4]", default=(20_000_000_000, 0, 0, 0)),
        item("Elasticity", "u32", default=125_000),
    ),
    calls=calls("""
0 set_base_fee_per_gas(fee: [u64; 4])
1 set_elasticity(elasticity: u32)
"""),
    events=events("""
0 NewBaseFeePerGas(fee: [u64; 4])
1 BaseFeeOverflow
2 NewElasticity(elasticity: u32)
"""),
)

__all__ = ["BASE_FEE", "ETHEREUM", "EVM", "EVM_CHAIN_ID", "TYPES"]
