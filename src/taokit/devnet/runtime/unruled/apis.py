"""Runtime APIs that a devnet declares: what builds blocks, what checks them, and those of pallets without rules."""

from __future__ import annotations

from taokit.devnet.runtime.rows import enum, methods, structs
from taokit.devnet.runtime.table import Enum, Struct

TYPES: tuple[Struct | Enum, ...] = (
    *structs("""
sp_runtime::generic::block::Block(header: Header, extrinsics: Vec<UncheckedExtrinsic>)

sp_runtime::generic::header::Header(parent_hash: H256, number: Compact<u32>, state_root: H256, extrinsics_root:
    H256, digest: Digest)

sp_inherents::InherentData(data: BTreeMap<[u8; 8], Vec<u8>>)

sp_inherents::CheckInherentsResult(okay: bool, fatal_error: bool, errors: InherentData)

sp_runtime::transaction_validity::ValidTransaction(priority: u64, requires: Vec<Vec<u8>>, provides: Vec<Vec<u8>>,
    longevity: u64, propagate: bool)

EvmAccount = evm::backend::Basic(balance: [u64; 4], nonce: [u64; 4])

EvmCallInfo = fp_evm::ExecutionInfoV2(exit_reason: ExitReason, value: Vec<u8>, used_gas: UsedGas, weight_info:
    Option<EvmWeightInfo>, logs: Vec<EvmLog>)

EvmCreateInfo = fp_evm::ExecutionInfoV2(exit_reason: ExitReason, value: H160, used_gas: UsedGas, weight_info:
    Option<EvmWeightInfo>, logs: Vec<EvmLog>)

fp_evm::UsedGas(standard: [u64; 4], effective: [u64; 4])

EvmWeightInfo = fp_evm::WeightInfo(ref_time_limit: Option<u64>, proof_size_limit: Option<u64>, ref_time_usage:
    Option<u64>, proof_size_usage: Option<u64>)

ContractCallResult = pallet_contracts::primitives::ContractResult(gas_consumed: Weight, gas_required: Weight,
    storage_deposit: StorageDeposit, debug_message: Vec<u8>, result: ExecReturnValueResult, events:
    Option<Vec<EventRecord>>)

pallet_contracts::primitives::ExecReturnValue(flags: ReturnFlags, data: Vec<u8>)

pallet_contracts_uapi::flags::ReturnFlags(bits: u32)

ContractInstantiateResult = pallet_contracts::primitives::ContractResult(gas_consumed: Weight, gas_required: Weight,
    storage_deposit: StorageDeposit, debug_message: Vec<u8>, result: InstantiateReturnValueResult, events:
    Option<Vec<EventRecord>>)

pallet_contracts::primitives::InstantiateReturnValue(result: ExecReturnValue, account_id: AccountId)

pallet_contracts::primitives::CodeUploadReturnValue(code_hash: H256, deposit: u64)

sp_consensus_babe::BabeConfiguration(slot_duration: u64, epoch_length: u64, c: (u64, u64), authorities: Vec<([u8;
    32], u64)>, randomness: [u8; 32], allowed_slots: AllowedSlots)

sp_consensus_babe::Epoch(epoch_index: u64, start_slot: u64, duration: u64, authorities: Vec<([u8; 32], u64)>,
    randomness: [u8; 32], config: BabeEpochConfiguration)

sp_consensus_babe::BabeEpochConfiguration(c: (u64, u64), allowed_slots: AllowedSlots)

SlotEquivocationProof = sp_consensus_slots::EquivocationProof(offender: [u8; 32], slot: u64, first_header: Header,
    second_header: Header)

stp_shield::shielded_tx::ShieldedTransaction(key_hash: [u8; 16], kem_ct: Vec<u8>, aead_ct: Vec<u8>, nonce: [u8; 24])
"""),
    enum(
        "sp_runtime::ExtrinsicInclusionMode",
        """
0 AllExtrinsics
1 OnlyInherents
""",
    ),
    enum(
        "TextResult = Result",
        """
0 Ok(())
1 Err(str)
""",
    ),
    enum(
        "ValidTransactionResult = Result",
        """
0 Ok(ValidTransaction)
1 Err(TransactionValidityError)
""",
    ),
    enum(
        "sp_runtime::transaction_validity::TransactionSource",
        """
0 InBlock
1 Local
2 External
""",
    ),
    enum(
        "EvmCallResult = Result",
        """
0 Ok(EvmCallInfo)
1 Err(DispatchError)
""",
    ),
    enum(
        "EvmCreateResult = Result",
        """
0 Ok(EvmCreateInfo)
1 Err(DispatchError)
""",
    ),
    enum(
        "pallet_contracts::primitives::StorageDeposit",
        """
0 Refund(u64)
1 Charge(u64)
""",
    ),
    enum(
        "ExecReturnValueResult = Result",
        """
0 Ok(ExecReturnValue)
1 Err(DispatchError)
""",
    ),
    enum(
        "InstantiateReturnValueResult = Result",
        """
0 Ok(InstantiateReturnValue)
1 Err(DispatchError)
""",
    ),
    enum(
        "ContractCode = pallet_contracts::primitives::Code",
        """
0 Upload(Vec<u8>)
1 Existing(H256)
""",
    ),
    enum(
        "CodeUploadReturnValueResult = Result",
        """
0 Ok(CodeUploadReturnValue)
1 Err(DispatchError)
""",
    ),
    enum(
        "StoredResult = Result",
        """
0 Ok(Option<Vec<u8>>)
1 Err(ContractAccessError)
""",
    ),
    enum(
        "pallet_contracts::primitives::ContractAccessError",
        """
0 DoesntExist
1 KeyDecodingFailed
2 MigrationInProgress
""",
    ),
    enum(
        "sp_consensus_babe::AllowedSlots",
        """
0 PrimarySlots
1 PrimaryAndSecondaryPlainSlots
2 PrimaryAndSecondaryVRFSlots
""",
    ),
)

METHODS = methods("""
Core.execute_block(block: Block) -> ()
Core.initialize_block(header: Header) -> ExtrinsicInclusionMode
BlockBuilder.finalize_block() -> Header
BlockBuilder.inherent_extrinsics(inherent: InherentData) -> Vec<UncheckedExtrinsic>
BlockBuilder.check_inherents(block: Block, data: InherentData) -> CheckInherentsResult
GenesisBuilder.build_state(json: Vec<u8>) -> TextResult
GenesisBuilder.get_preset(id: Option<str>) -> Option<Vec<u8>>
GenesisBuilder.preset_names() -> Vec<str>
TaggedTransactionQueue.validate_transaction(source: TransactionSource, tx: UncheckedExtrinsic, block_hash: H256) ->
    ValidTransactionResult
OffchainWorkerApi.offchain_worker(header: Header) -> ()
SessionKeys.generate_session_keys(seed: Option<Vec<u8>>) -> Vec<u8>
SessionKeys.decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, [u8; 4])>>
GrandpaApi.grandpa_authorities() -> Vec<([u8; 32], u64)>
GrandpaApi.submit_report_equivocation_unsigned_extrinsic(equivocation_proof: EquivocationProof, key_owner_proof:
    Vec<u8>) -> Option<()>
GrandpaApi.generate_key_ownership_proof(set_id: u64, authority_id: [u8; 32]) -> Option<Vec<u8>>
GrandpaApi.current_set_id() -> u64
EthereumRuntimeRPCApi.chain_id() -> u64
EthereumRuntimeRPCApi.account_basic(address: H160) -> EvmAccount
EthereumRuntimeRPCApi.gas_price() -> [u64; 4]
EthereumRuntimeRPCApi.account_code_at(address: H160) -> Vec<u8>
EthereumRuntimeRPCApi.author() -> H160
EthereumRuntimeRPCApi.storage_at(address: H160, index: [u64; 4]) -> H256
EthereumRuntimeRPCApi.call(from: H160, to: H160, data: Vec<u8>, value: [u64; 4], gas_limit: [u64; 4],
    max_fee_per_gas: Option<[u64; 4]>, max_priority_fee_per_gas: Option<[u64; 4]>, nonce: Option<[u64; 4]>,
    estimate: bool, access_list: Option<Vec<(H160, Vec<H256>)>>, authorization_list:
    Option<Vec<AuthorizationListItem>>) -> EvmCallResult
EthereumRuntimeRPCApi.create(from: H160, data: Vec<u8>, value: [u64; 4], gas_limit: [u64; 4], max_fee_per_gas:
    Option<[u64; 4]>, max_priority_fee_per_gas: Option<[u64; 4]>, nonce: Option<[u64; 4]>, estimate: bool,
    access_list: Option<Vec<(H160, Vec<H256>)>>, authorization_list: Option<Vec<AuthorizationListItem>>) ->
    EvmCreateResult
EthereumRuntimeRPCApi.current_block() -> Option<EthereumBlock>
EthereumRuntimeRPCApi.current_receipts() -> Option<Vec<ReceiptV4>>
EthereumRuntimeRPCApi.current_transaction_statuses() -> Option<Vec<TransactionStatus>>
EthereumRuntimeRPCApi.current_all() -> (Option<EthereumBlock>, Option<Vec<ReceiptV4>>,
    Option<Vec<TransactionStatus>>)
EthereumRuntimeRPCApi.extrinsic_filter(xts: Vec<UncheckedExtrinsic>) -> Vec<TransactionV3>
EthereumRuntimeRPCApi.elasticity() -> Option<u32>
EthereumRuntimeRPCApi.gas_limit_multiplier_support() -> ()
EthereumRuntimeRPCApi.pending_block(xts: Vec<UncheckedExtrinsic>) -> (Option<EthereumBlock>,
    Option<Vec<TransactionStatus>>)
EthereumRuntimeRPCApi.initialize_pending_block(header: Header) -> ()
ConvertTransactionRuntimeApi.convert_transaction(transaction: TransactionV3) -> UncheckedExtrinsic
ContractsApi.call(origin: AccountId, dest: AccountId, value: u64, gas_limit: Option<Weight>, storage_deposit_limit:
    Option<u64>, input_data: Vec<u8>) -> ContractCallResult
ContractsApi.instantiate(origin: AccountId, value: u64, gas_limit: Option<Weight>, storage_deposit_limit:
    Option<u64>, code: ContractCode, data: Vec<u8>, salt: Vec<u8>) -> ContractInstantiateResult
ContractsApi.upload_code(origin: AccountId, code: Vec<u8>, storage_deposit_limit: Option<u64>, determinism:
    Determinism) -> CodeUploadReturnValueResult
ContractsApi.get_storage(address: AccountId, key: Vec<u8>) -> StoredResult
BabeApi.configuration() -> BabeConfiguration
BabeApi.current_epoch_start() -> u64
BabeApi.current_epoch() -> Epoch
BabeApi.next_epoch() -> Epoch
BabeApi.generate_key_ownership_proof(slot: u64, authority_id: [u8; 32]) -> Option<Vec<u8>>
BabeApi.submit_report_equivocation_unsigned_extrinsic(equivocation_proof: SlotEquivocationProof, key_owner_proof:
    Vec<u8>) -> Option<()>
ShieldApi.try_decode_shielded_tx(uxt: UncheckedExtrinsic) -> Option<ShieldedTransaction>
ShieldApi.is_shielded_using_current_key(key_hash: [u8; 16]) -> bool
ShieldApi.try_unshield_tx(dec_key_bytes: Vec<u8>, shielded_tx: ShieldedTransaction) -> Option<UncheckedExtrinsic>

""")

__all__ = ["METHODS", "TYPES"]
