"""What the runtime answers when asked, in native form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from taokit.devnet.runtime import fees, proxy_filters, shield
from taokit.devnet.runtime.state import Reading
from taokit.devnet.runtime.subtensor import creation, neuron_info, pool, settings_info, stake_info, subnet_info
from taokit.devnet.runtime.system import account_nonce, header
from taokit.devnet.runtime.timestamp import AUTHORITIES, SLOT_MS
from taokit.devnet.runtime.unruled import answers
from taokit.errors import UnknownName


def _always(answer: Any) -> Callable[..., Any]:
    return lambda state, **_: answer


ANSWERS: Final[Mapping[str, Mapping[str, Callable[..., Any]]]] = {
    "AccountNonceApi": {"account_nonce": account_nonce},
    "BlockBuilder": {"finalize_block": header},
    "AuraApi": {"slot_duration": _always(SLOT_MS), "authorities": lambda state: state[AUTHORITIES]},
    "DelegateInfoRuntimeApi": {
        "get_delegates": stake_info.delegates,
        "get_delegate": stake_info.delegate,
        "get_delegated": stake_info.delegated,
    },
    "NeuronInfoRuntimeApi": {
        "get_neurons": neuron_info.neurons_full,
        "get_neuron": neuron_info.neuron_full,
        "get_neurons_lite": neuron_info.neurons_lite,
        "get_neuron_lite": neuron_info.neuron_lite,
    },
    "StakeInfoRuntimeApi": {
        "get_stake_info_for_coldkey": stake_info.of_coldkey,
        "get_stake_info_for_coldkeys": stake_info.of_coldkeys,
        "get_stake_info_for_hotkey_coldkey_netuid": stake_info.of_position,
        "get_stake_availability_for_coldkeys": stake_info.availability,
        "get_stake_fee": stake_info.fee,
        "get_coldkey_lock": stake_info.coldkey_lock,
        "get_hotkey_conviction": _always(0),
        "get_most_convicted_hotkey_on_subnet": _always(None),
    },
    "SubnetInfoRuntimeApi": {
        "get_subnet_info": subnet_info.subnet_info,
        "get_subnets_info": subnet_info.subnets_info,
        "get_subnet_info_v2": subnet_info.subnet_info_v2,
        "get_subnets_info_v2": subnet_info.subnets_info_v2,
        "get_subnet_hyperparams": settings_info.hyperparameters,
        "get_subnet_hyperparams_v2": settings_info.hyperparameters_v2,
        "get_subnet_hyperparams_v3": settings_info.hyperparameter_entries,
        "get_all_dynamic_info": subnet_info.all_dynamic_info,
        "get_dynamic_info": subnet_info.dynamic_info,
        "get_metagraph": subnet_info.metagraph,
        "get_all_metagraphs": subnet_info.all_metagraphs,
        "get_mechagraph": subnet_info.mechagraph,
        "get_all_mechagraphs": subnet_info.all_mechagraphs,
        "get_selective_metagraph": subnet_info.selective_metagraph,
        "get_selective_mechagraph": subnet_info.selective_mechagraph,
        "get_subnet_state": subnet_info.subnet_state,
        "get_coldkey_auto_stake_hotkey": subnet_info.auto_stake_hotkey,
        "get_subnet_to_prune": creation.to_prune,
        "get_subnet_account_id": subnet_info.account_of,
        "get_next_epoch_start_block": subnet_info.next_epoch_block,
        "get_block_emission": subnet_info.tao_emission,
    },
    "ShieldApi": {"is_shielded_using_current_key": shield.is_turn},
    "ProxyFilterRuntimeApi": {
        "get_proxy_types": proxy_filters.proxy_types,
        "get_proxy_filter": proxy_filters.proxy_filters,
    },
    "SubnetRegistrationRuntimeApi": {"get_network_registration_cost": creation.lock_cost},
    "SwapRuntimeApi": {
        "current_alpha_price": pool.price_rao,
        "current_alpha_price_all": stake_info.prices,
        "sim_swap_tao_for_alpha": stake_info.buying,
        "sim_swap_alpha_for_tao": stake_info.selling,
    },
    "TransactionPaymentApi": {
        "query_weight_to_fee": fees.weight_to_fee,
        "query_length_to_fee": fees.length_to_fee,
    },
    "TransactionPaymentCallApi": {
        "query_call_info": fees.call_info,
        "query_call_fee_details": fees.call_fee_details,
        "query_weight_to_fee": fees.weight_to_fee,
        "query_length_to_fee": fees.length_to_fee,
    },
}
"""What answers, by API and method. Those that take a whole extrinsic are the decoder's to ask by its call."""


def api(state: Reading, name: str, method: str, args: Mapping[str, Any]) -> Any:
    """The native answer of a runtime API's method; raises `UnknownName` for one that is not answered."""
    answer = ANSWERS.get(name, {}).get(method)
    if answer is not None:
        return answer(state, **args)
    if method in answers.ANSWERS.get(name, {}):
        return answers.ANSWERS[name][method]
    raise UnknownName(f"this chain does not answer {name}_{method}")


__all__ = ["api"]
