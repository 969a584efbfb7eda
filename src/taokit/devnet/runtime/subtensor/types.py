"""The subnet pallet's own types, and those of its runtime APIs."""

from __future__ import annotations

from taokit.devnet.runtime.rows import enum, structs
from taokit.devnet.runtime.table import Enum, Struct

TYPES: tuple[Struct | Enum, ...] = (
    *structs("""
share_pool::SafeFloat(mantissa: u128, exponent: i64)

pallet_subtensor::staking::lock::LockState(locked_mass: u64, conviction: U64F64, last_update: u64)

pallet_subtensor::subnets::subnet::NetworkRegistrationInfo(coldkey: AccountId, hotkey: AccountId, mechid: u16,
    identity: Option<SubnetIdentityV3>, lock_amount: u64, median_subnet_alpha_price: U64F64, registration_block: u64,
    lock_id: u32)

pallet_subtensor::subnets::leasing::SubnetLease(beneficiary: AccountId, coldkey: AccountId, hotkey: AccountId,
    emissions_share: u8, end_block: Option<u32>, netuid: u16, cost: u64)

pallet_subtensor::pallet::AxonInfo(block: u64, version: u32, ip: u128, port: u16, ip_type: u8, protocol: u8,
    placeholder1: u8, placeholder2: u8)

pallet_subtensor::pallet::PrometheusInfo(block: u64, version: u32, ip: u128, port: u16, ip_type: u8)

pallet_subtensor::pallet::NeuronCertificate(public_key: BoundedVec<u8, 64>, algorithm: u8)

pallet_subtensor::pallet::SubnetIdentityV3(subnet_name: Vec<u8>, github_repo: Vec<u8>, subnet_contact: Vec<u8>,
    subnet_url: Vec<u8>, discord: Vec<u8>, description: Vec<u8>, logo_url: Vec<u8>, additional: Vec<u8>)

pallet_subtensor::pallet::ChainIdentityV2(name: Vec<u8>, url: Vec<u8>, github_repo: Vec<u8>, image: Vec<u8>, discord:
    Vec<u8>, description: Vec<u8>, additional: Vec<u8>)

pallet_subtensor::rpc_info::neuron_info::NeuronInfoLite(hotkey: AccountId, coldkey: AccountId, uid: Compact<u16>,
    netuid: Compact<u16>, active: bool, axon_info: AxonInfo, prometheus_info: PrometheusInfo, stake: Vec<(AccountId,
    Compact<u64>)>, rank: Compact<u16>, emission: Compact<u64>, incentive: Compact<u16>, consensus: Compact<u16>,
    trust: Compact<u16>, validator_trust: Compact<u16>, dividends: Compact<u16>, last_update: Compact<u64>,
    validator_permit: bool, pruning_score: Compact<u16>)

pallet_subtensor::rpc_info::subnet_info::SubnetHyperparams(rho: Compact<u16>, kappa: Compact<u16>, immunity_period:
    Compact<u16>, min_allowed_weights: Compact<u16>, max_weights_limit: Compact<u16>, tempo: Compact<u16>,
    min_difficulty: Compact<u64>, max_difficulty: Compact<u64>, weights_version: Compact<u64>, weights_rate_limit:
    Compact<u64>, adjustment_interval: Compact<u16>, activity_cutoff: Compact<u64>, registration_allowed: bool,
    target_regs_per_interval: Compact<u16>, min_burn: Compact<u64>, max_burn: Compact<u64>, bonds_moving_avg:
    Compact<u64>, max_regs_per_block: Compact<u16>, serving_rate_limit: Compact<u64>, max_validators: Compact<u16>,
    adjustment_alpha: Compact<u64>, difficulty: Compact<u64>, commit_reveal_period: Compact<u64>,
    commit_reveal_weights_enabled: bool, alpha_high: Compact<u16>, alpha_low: Compact<u16>, liquid_alpha_enabled:
    bool)

pallet_subtensor::rpc_info::subnet_info::HyperparamEntry(name: Vec<u8>, value: HyperparamValue)

pallet_subtensor::rpc_info::metagraph::Metagraph(netuid: Compact<u16>, name: Vec<Compact<u8>>, symbol:
    Vec<Compact<u8>>, identity: Option<SubnetIdentityV3>, network_registered_at: Compact<u64>, owner_hotkey:
    AccountId, owner_coldkey: AccountId, block: Compact<u64>, tempo: Compact<u16>, last_step: Compact<u64>,
    blocks_since_last_step: Compact<u64>, subnet_emission: Compact<u64>, alpha_in: Compact<u64>, alpha_out:
    Compact<u64>, tao_in: Compact<u64>, alpha_out_emission: Compact<u64>, alpha_in_emission: Compact<u64>,
    tao_in_emission: Compact<u64>, pending_alpha_emission: Compact<u64>, pending_root_emission: Compact<u64>,
    subnet_volume: Compact<u128>, moving_price: I96F32, rho: Compact<u16>, kappa: Compact<u16>, min_allowed_weights:
    Compact<u16>, max_weights_limit: Compact<u16>, weights_version: Compact<u64>, weights_rate_limit: Compact<u64>,
    activity_cutoff: Compact<u64>, max_validators: Compact<u16>, num_uids: Compact<u16>, max_uids: Compact<u16>, burn:
    Compact<u64>, difficulty: Compact<u64>, registration_allowed: bool, pow_registration_allowed: bool,
    immunity_period: Compact<u16>, min_difficulty: Compact<u64>, max_difficulty: Compact<u64>, min_burn: Compact<u64>,
    max_burn: Compact<u64>, adjustment_alpha: Compact<u64>, adjustment_interval: Compact<u16>,
    target_regs_per_interval: Compact<u16>, max_regs_per_block: Compact<u16>, serving_rate_limit: Compact<u64>,
    commit_reveal_weights_enabled: bool, commit_reveal_period: Compact<u64>, liquid_alpha_enabled: bool, alpha_high:
    Compact<u16>, alpha_low: Compact<u16>, bonds_moving_avg: Compact<u64>, hotkeys: Vec<AccountId>, coldkeys:
    Vec<AccountId>, identities: Vec<Option<ChainIdentityV2>>, axons: Vec<AxonInfo>, active: Vec<bool>,
    validator_permit: Vec<bool>, pruning_score: Vec<Compact<u16>>, last_update: Vec<Compact<u64>>, emission:
    Vec<Compact<u64>>, dividends: Vec<Compact<u16>>, incentives: Vec<Compact<u16>>, consensus: Vec<Compact<u16>>,
    trust: Vec<Compact<u16>>, rank: Vec<Compact<u16>>, block_at_registration: Vec<Compact<u64>>, alpha_stake:
    Vec<Compact<u64>>, tao_stake: Vec<Compact<u64>>, total_stake: Vec<Compact<u64>>, tao_dividends_per_hotkey:
    Vec<(AccountId, Compact<u64>)>, alpha_dividends_per_hotkey: Vec<(AccountId, Compact<u64>)>)

pallet_subtensor::subnets::collateral::MinerCollateralState(locked: u64, drain_ratio: U64F64, min_locked: u64,
    earned: u64)
"""),
    enum(
        "pallet_subtensor::pallet::RecycleOrBurnEnum",
        """
        0 Burn
        1 Recycle
        """,
    ),
    enum(
        "pallet_subtensor::pallet::RootClaimTypeEnum",
        """
        0 Swap
        1 Keep
        2 KeepSubnets(subnets: Vec<u16>)
        """,
    ),
    enum(
        "pallet_subtensor::RateLimitKey",
        """
        0 SetSNOwnerHotkey(u16)
        1 OwnerHyperparamUpdate(u16, Hyperparameter)
        2 NetworkLastRegistered
        3 LastTxBlock(AccountId)
        4 LastTxBlockChildKeyTake(AccountId)
        5 LastTxBlockDelegateTake(AccountId)
        6 AddStakeBurn(u16)
        """,
    ),
    enum(
        "pallet_subtensor::utils::rate_limiting::Hyperparameter",
        """
        0 Unknown
        1 ServingRateLimit
        2 MaxDifficulty
        3 AdjustmentAlpha
        4 MaxWeightLimit
        5 ImmunityPeriod
        6 MinAllowedWeights
        7 Kappa
        8 Rho
        9 ActivityCutoff
        10 PowRegistrationAllowed
        11 MinBurn
        12 MaxBurn
        13 BondsMovingAverage
        14 BondsPenalty
        15 CommitRevealEnabled
        16 LiquidAlphaEnabled
        17 AlphaValues
        18 WeightCommitInterval
        19 TransferEnabled
        20 AlphaSigmoidSteepness
        21 Yuma3Enabled
        22 BondsResetEnabled
        23 ImmuneNeuronLimit
        24 RecycleOrBurn
        25 MaxAllowedUids
        26 BurnHalfLife
        27 BurnIncreaseMult
        28 SubnetEmissionEnabled
        29 MinChildkeyTake
        30 ActivityCutoffFactorMilli
        31 TriggerEpoch
        """,
    ),
    enum(
        "pallet_subtensor::rpc_info::subnet_info::HyperparamValue",
        """
        0 Bool(bool)
        1 U16(Compact<u16>)
        2 U32(Compact<u32>)
        3 U64(Compact<u64>)
        4 U128(Compact<u128>)
        5 TaoBalance(Compact<u64>)
        6 I32F32(I32F32)
        7 U64F64(U64F64)
        """,
    ),
    enum("pallet_subtensor::pallet::EpochConsensus", "0 Yuma\n1 Null"),
    enum("pallet_subtensor::pallet::ConsensusMode", "0 Current\n1 Previous\n2 Auto"),
)
