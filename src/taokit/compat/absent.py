"""Names of SDK 10.5 that are not here on purpose, and what to use in their place: the one table of them.

`bt.NAME`, an attribute of an object, and `taokit migrate` all say what stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final

from taokit.compat.warned import PAGE

_CALL = "send the call by its name: `subtensor.submit(taokit.chain.Call(pallet, function, args), signer)`"
_BTCLI = "`btcli`, or " + _CALL
_READ = "`subtensor.read(taokit.chain.reads.named('Pallet.Entry', …))` gives plain values"
_KEYS = "`btcli wallet`, or `bittensor_wallet` itself"
_ERRORS = "`taokit.errors` has the errors that are raised here"
_RECORDS = "`subtensor.read` with a read of `taokit.chain.reads`, which has its own records"
_WIRE = "`taokit.protocol` reads and writes requests; neurons need nothing of it"
_CODEC = "`taokit.protocol.decode_ss58` and its neighbours"
_SETTING = "`subtensor.get_hyperparameter(name, netuid)`, by the chain's own name"
_ATTACHED = "`attach` has them; an axon checks signatures itself"
_LEVELS = "the standard library's `logging.getLogger('taokit.compat')`"


def _table(*rows: tuple[str, str]) -> Mapping[str, str]:
    """From what to use and the names that it replaces, to what to use by name."""
    return MappingProxyType({name: use for use, names in rows for name in names.split()})


ABSENT: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "bt": _table(
            ("`taokit.connect` gives every read and call", "SubtensorApi substrate get_substrate"),
            ("ask with `bt.Dendrite`, or subclass `taokit.Validator`", "SubnetsAPI subnets"),
            ("a priority function given to `attach` orders requests", "PriorityThreadPoolExecutor threadpool"),
            ("`taokit.neuron.timelock.Timelock` encrypts", "timelock"),
            ("methods of `bt.Subtensor`, or `taokit.chain.calls`", "extrinsics pallets"),
            ("`bt.AsyncSubtensor`", "get_async_subtensor"),
            ("`await subtensor.metagraph(netuid)` of `bt.AsyncSubtensor`", "AsyncMetagraph MetagraphMixin"),
            ("`subtensor.transfer(…)`", "_do_transfer transfer_extrinsic"),
            ("the codec knows every type of the chain", "TYPE_REGISTRY"),
            ("`subtensor.metagraph(netuid)`", "MetagraphInfo MetagraphInfoEmissions MetagraphInfoParams"),
            ("`subtensor.metagraph(netuid)`", "MetagraphInfoPool SelectiveMetagraphIndex"),
            (_RECORDS, "ChainIdentity ColdkeySwapDisputeInfo DelegateInfo DelegateInfoLite IPInfo ProposalCallData"),
            (_RECORDS, "ProposalVoteData ProxyAnnouncementInfo ProxyConstants ProxyFilterInfo ProxyInfo ProxyType"),
            (_RECORDS, "ProxyTypeInfo ScheduledColdkeySwapInfo SubnetIdentity SubnetInfo SubnetState"),
            (_RECORDS, "WeightCommitInfo CrowdloanInfo RootClaim"),
            (_ERRORS, "BalanceTypeError BalanceUnitMismatchError DelegateTakeTooHigh DelegateTakeTooLow"),
            (_ERRORS, "DelegateTxRateLimitExceeded DuplicateChild HotKeyAccountNotExists IdentityError InvalidChild"),
            (_ERRORS, "MetadataError NominationError NonAssociatedColdKey NotDelegateError"),
            (_ERRORS, "NotEnoughStakeToSetChildkeys ProportionOverflow RegistrationNotPermittedOnRootSubnet"),
            (_ERRORS, "TooManyChildren InternalServerError InvalidRequestNameError PostProcessException"),
            (_ERRORS, "RunException SynapseDendriteNoneException errors"),
            (_KEYS, "Keyfile ask_password_to_encrypt decrypt_keyfile_data deserialize_keypair_from_keyfile_data"),
            (_KEYS, "encrypt_keyfile_data get_coldkey_password_from_environment keyfile_data_encryption_method"),
            (_KEYS, "keyfile_data_is_encrypted keyfile_data_is_encrypted_ansible keyfile_data_is_encrypted_legacy"),
            (_KEYS, "keyfile_data_is_encrypted_nacl legacy_encrypt_keyfile_data validate_password"),
            (_KEYS, "serialized_keypair_to_keyfile_data"),
            (_CODEC, "ss58_address_to_bytes ss58_to_vec_u8 get_hash"),
            ("a browser: no code here opens explorers", "get_explorer_url_for_network"),
            ("`bt.logging.set_debug()` and its neighbours", "trace debug warning info btlogging"),
            ("`bt.DEFAULTS`, `bt.BLOCKTIME` and `bt.DEFAULT_NETWORK`", "settings"),
            ("the names in it stand in `taokit.compat` itself", "core extras"),
            (
                "`pip install --upgrade taokit`, or the how-to page on the updater",
                "version_checking __version_as_int__ version_as_int",
            ),
            ("`taokit.Miner.mounts`, for applications behind the same signatures", "FastAPIThreadedServer"),
            ("`subtensor.serve_axon(netuid, axon)`", "serve_extrinsic serve_axon_extrinsic"),
            ("`subtensor.set_weights(…)`", "set_weights_extrinsic"),
            ("number your own releases", "__spec_version__ __archive_entrypoint__"),
            ("`taokit.connect.NETWORKS`", "__finney_entrypoint__ __networks__ NETWORKS NETWORK_MAP"),
        ),
        "Subtensor": _table(
            ("`subtensor.read` and `subtensor.submit` ask the node; " + _READ, "substrate"),
            (_READ, "query_subtensor query_module query_map query_map_subtensor query_constant query_runtime_api"),
            (_READ, "state_call difficulty tx_rate_limit get_admin_freeze_window is_in_admin_freeze_window"),
            (_READ, "get_start_call_delay get_epoch_schedule_state get_subnet_epoch_index get_pending_epoch_at"),
            (_READ, "get_last_epoch_block get_last_bonds_reset get_last_commitment_bonds_reset_block"),
            (_READ, "get_max_epochs_per_block get_max_tempo get_min_tempo get_activity_cutoff_factor_milli"),
            (_READ, "get_max_activity_cutoff_factor_milli get_min_activity_cutoff_factor_milli is_fast_blocks"),
            (_READ, "get_owner_hyperparam_rate_limit get_minimum_required_stake get_staking_hotkeys last_drand_round"),
            (_READ, "get_all_ema_tao_inflow get_ema_tao_inflow get_auto_stakes get_block_info determine_block_hash"),
            (_READ, "get_hotkey_conviction get_most_convicted_hotkey_on_subnet get_coldkey_lock get_stake_lock"),
            (_READ, "get_stake_locks is_perpetual_lock get_liquidity_list get_vote_data get_commitment_metadata"),
            (_READ, "get_mev_shield_current_key get_mev_shield_next_key get_timelocked_weight_commits"),
            ("`reads.delegates`, `reads.delegate`, `reads.delegated`", "get_delegates get_delegate_by_hotkey"),
            ("`reads.delegates`, `reads.delegate`, `reads.delegated`", "get_delegated is_hotkey_delegate"),
            ("`reads.identities` and `reads.identity`", "get_delegate_identities query_identity"),
            ("`reads.mechanisms`", "get_mechanism_emission_split"),
            ("`subtensor.metagraph(netuid)`", "get_metagraph_info get_all_metagraphs_info"),
            ("`subtensor.subnet(netuid)` and `subtensor.recycle(netuid)`", "get_subnet_info get_all_subnets_info"),
            ("`reads.certificate` and `reads.certificates`", "get_neuron_certificate get_all_neuron_certificates"),
            ("`reads.pending_children`", "get_children_pending"),
            ("`reads.stakes` and `reads.stake_available`", "get_stake_availability_for_coldkeys"),
            ("`subtensor.get_stake_info_for_coldkey(coldkey)`", "get_stake_info_for_coldkeys get_stake_for_coldkey"),
            ("`subtensor.get_stake_info_for_coldkey(coldkey)`", "get_total_stake_for_coldkey"),
            ("`subtensor.get_stake_for_hotkey(hotkey, netuid)`", "get_total_stake_for_hotkey"),
            ("`subtensor.is_hotkey_registered`", "filter_netuids_by_registered_hotkeys"),
            ("`reads.root_claims` and `reads.root_claim_type`", "get_root_claim_type get_root_claimable_all_rates"),
            ("`reads.root_claims` and `reads.root_claim_type`", "get_root_claimable_rate get_root_claimable_stake"),
            ("`reads.root_claims` and `reads.root_claim_type`", "get_root_claimed"),
            ("`reads.root_claims` and `reads.root_claim_type`", "get_root_alpha_dividends_per_subnet"),
            ("`taokit.connect(…).preview(call, signer)` has the fee", "get_extrinsic_fee get_transfer_fee"),
            ("`reads.quote_buy` and `reads.quote_sell`", "get_stake_add_fee get_stake_movement_fee get_unstake_fee"),
            ("`reads.quote_buy` and `reads.quote_sell`", "sim_swap"),
            ("one `add_stake` or `unstake` after the other", "add_stake_multiple unstake_multiple"),
            (_BTCLI, "add_liquidity modify_liquidity remove_liquidity toggle_user_liquidity"),
            (_BTCLI, "add_proxy announce_proxy create_pure_proxy kill_pure_proxy poke_deposit proxy proxy_announced"),
            (_BTCLI, "reject_proxy_announcement remove_proxies remove_proxy remove_proxy_announcement"),
            (_BTCLI, "get_proxies get_proxies_for_real_account get_proxy_announcement get_proxy_announcements"),
            (_BTCLI, "get_proxy_constants get_proxy_filter get_proxy_types"),
            (_BTCLI, "contribute_crowdloan create_crowdloan dissolve_crowdloan finalize_crowdloan refund_crowdloan"),
            (_BTCLI, "update_cap_crowdloan update_end_crowdloan update_min_contribution_crowdloan"),
            (_BTCLI, "withdraw_crowdloan get_crowdloan_by_id get_crowdloan_constants get_crowdloan_contributions"),
            (_BTCLI, "get_crowdloan_next_id get_crowdloans"),
            (_BTCLI, "announce_coldkey_swap clear_coldkey_swap_announcement dispute_coldkey_swap"),
            (_BTCLI, "swap_coldkey_announced get_coldkey_swap_announcement get_coldkey_swap_announcement_delay"),
            (_BTCLI, "get_coldkey_swap_announcements get_coldkey_swap_constants get_coldkey_swap_dispute"),
            (_BTCLI, "get_coldkey_swap_disputes get_coldkey_swap_reannouncement_delay"),
            (_BTCLI, "register_subnet start_call set_subnet_identity set_tempo trigger_epoch set_delegate_take"),
            (_BTCLI, "set_activity_cutoff_factor root_set_activity_cutoff_factor set_auto_stake"),
            (_BTCLI, "root_set_pending_childkey_cooldown set_root_claim_type claim_root add_stake_burn"),
            (_BTCLI, "lock_stake move_lock set_perpetual_lock mev_submit_encrypted"),
            ("`taokit.chain.calls.set_commitment` takes sealed fields", "set_reveal_commitment"),
            ("`subtensor.serve_axon`; metrics are `taokit.Miner`'s", "serve_prometheus"),
            ("nothing: values are checked where they are used", "validate_extrinsic_params"),
            ("`bt.Config(parser)`, and `subtensor.network`", "config setup_config help"),
            ("the mock is a devnet: `mock.devnet.state`", "chain_state block_number"),
        ),
        "Metagraph": _table(
            ("`metagraph.sync()` decides nothing: call it when you want", "should_sync"),
            ("numpy's own `copy`", "clone"),
        ),
        "Axon": _table(
            ("`taokit.Miner.mounts`, for applications behind the same signatures", "app router fast_server"),
            (
                "`attach` has them; an axon checks signatures itself",
                "blacklist_fns priority_fns verify_fns forward_fns",
            ),
            (_ATTACHED, "forward_class_types middleware_cls nonces"),
            ("signature, nonce and body are always checked", "default_verify verify_body_integrity"),
            ("requests wait in one line, and `priority_fn` orders it", "thread_pool"),
            ("`str(axon)` and `axon.info()`", "to_string full_address"),
            ("`axon.add_args(parser)`, and `--help`", "help"),
        ),
        "Dendrite": _table(
            ("a dendrite keeps its own connections: `aclose_session` ends them", "session"),
            ("a failed message has its status in `synapse.dendrite`", "log_exception process_error_message"),
            (_WIRE, "process_server_response synapse_history"),
        ),
        "Wallet": _table(
            (_KEYS, "create create_coldkey_from_uri create_hotkey_from_uri create_new_coldkey create_new_hotkey"),
            (_KEYS, "recreate regenerate_coldkey regenerate_coldkeypub regenerate_hotkey regenerate_hotkeypub"),
            (_KEYS, "set_coldkey set_coldkeypub set_hotkey set_hotkeypub coldkey_file coldkeypub_file hotkey_file"),
            (_KEYS, "hotkeypub_file create_if_not_available"),
            ("`str(wallet)`", "debug_string to_string"),
            ("nothing: a public key is never locked", "unlock_coldkeypub unlock_hotkeypub"),
            ("`wallet.add_args(parser)`, and `--help`", "help"),
        ),
        "Key": _table((_KEYS, "private_key seed_hex mnemonic create_from_uri create_from_mnemonic encrypt")),
        "Synapse": _table(
            (_WIRE, "from_headers to_headers parse_headers_to_inputs get_total_size set_name_type"),
            (_WIRE, "total_size header_size computed_body_hash"),
        ),
        "AxonInfo": _table(
            ("`metagraph.axons` has them whole", "from_dict from_neuron_info from_parameter_dict list_from_dicts"),
            ("`dataclasses.asdict`", "to_parameter_dict"),
        ),
        "NeuronInfo": _table(
            ("the chain computes neither rank nor trust any more", "rank trust pruning_score"),
            ("`subtensor.neuron_for_uid` and its neighbours", "from_dict list_from_dicts"),
            ("`subtensor.neurons`", "from_weights_bonds_and_neuron_lite"),
        ),
        "SubnetHyperparameters": _table(
            (_SETTING, "rho min_difficulty max_difficulty adjustment_interval difficulty target_regs_per_interval"),
            (_SETTING, "min_burn max_burn bonds_moving_avg max_regs_per_block alpha_high adjustment_alpha alpha_low"),
            (_SETTING, "yuma_version alpha_sigmoid_steepness bonds_reset_enabled user_liquidity_enabled"),
            (_SETTING, "activity_cutoff_factor"),
            ("`subtensor.is_subnet_active(netuid)`", "subnet_is_active"),
            ("`subtensor.get_hyperparameter('TransferToggle', netuid)`", "transfers_enabled"),
            ("`subtensor.read(taokit.chain.reads.settings(netuid))` has all", "hyperparameters"),
        ),
        "logging": _table(
            (_LEVELS, "filters filter parent manager root findCaller makeRecord handle callHandlers getChild disabled"),
            (_LEVELS, "removeFilter addFilter level"),
            ("`bt.logging.off()`", "disable_logging"),
            ("the standard library's `logging.disable`", "enable_third_party_loggers disable_third_party_loggers"),
            ("`bt.logging(config=…)`", "get_config config get_queue help"),
            (_LEVELS, "_logger"),
            ("`bt.logging(config=…)`", "deregister_primary_logger"),
        ),
        "utils": _table(
            ("`taokit.compat` warns of what is old", "deprecated_message ChainFeatureDisabledWarning"),
            ("a browser: no code here opens explorers", "get_explorer_url_for_network BT_DOCS_LINK"),
            (_KEYS, "unlock_key UnlockStatus PasswordError KeyFileError Keypair"),
            ("`taokit.connect.NETWORKS`", "determine_chain_endpoint_and_network validate_chain_endpoint"),
            ("`pip install --upgrade taokit`", "check_version version VersionCheckError"),
            ("`taokit.chain.reads.storage_index`", "get_mechid_storage_index get_netuid_and_mechid_by_storage_index"),
            (_CODEC, "hex_to_bytes hex_to_ss58 ss58_decode ss58_encode ss58_to_hex ss58_to_vec_u8 get_hash"),
            (_CODEC, "ss58_address_to_bytes decode_hex_identity_dict"),
            ("`taokit.errors`: an error here is a sentence already", "format_error_message"),
            ("`bt.Balance`", "balance"),
            ("`bt.logging`", "btlogging"),
            ("`bt.MockSubtensor` and `bt.MockWallet`", "mock"),
            ("the axon checks nonces itself", "axon_utils"),
            ("`taokit.consensus.schedule`", "epoch_schedule"),
            ("`btcli subnets register`: registration costs TAO, no work", "registration"),
            ("ask with `bt.Dendrite`, or subclass `taokit.Validator`", "subnets"),
            ("the import line says what loads", "easy_imports"),
            ("`taokit.compat` has no retries of its own", "validate_max_attempts"),
            ("numpy: arrays here are numpy's", "use_torch legacy_torch_api_compat torch"),
            ("the standard library's `inspect`", "get_caller_name get_function_name"),
            ("`settings` of SDK 10: `bt.DEFAULTS`", "settings Certificate GLOBAL_MAX_SUBNET_COUNT float_to_u64"),
        ),
    }
)
"""What to use for a name, by what has the name in SDK 10."""


def lacking(owner: str, name: str) -> str:
    """One sentence on a name that is not here: what to use, where that is known, and the page."""
    use = ABSENT.get(owner, {}).get(name)
    whose = "taokit.compat has no" if owner == "bt" else f"taokit.compat's {owner} has no"
    said = f"{whose} {name}" + (f": {use}" if use else "")
    return f"{said} (see {PAGE}#what-is-not-here)"


class Departed:
    """Whose attributes that are gone are an `AttributeError` with what to use; `sdk_name` is its row of the table."""

    sdk_name: ClassVar[str]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)  # what copy and pickle look for
        raise AttributeError(lacking(self.sdk_name, name))


__all__ = ["ABSENT", "Departed", "lacking"]
