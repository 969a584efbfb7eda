"""Bittensor 10.5.0 at a devnet: its `Subtensor`, from a subnet of its own to weights that pay."""

import threading
import time
from types import SimpleNamespace

from bittensor import Balance, Subtensor
from bittensor.core.axon import Axon
from bittensor_wallet import Keypair
from devnet_steps import URL, Steps, control, equal, true

step = Steps()
ALICE, DAVE = Keypair.create_from_uri("//Alice"), Keypair.create_from_uri("//Dave")
MINER, OTHER, VALIDATOR = (Keypair.create_from_uri(f"//Alice/ten/{number}") for number in range(3))
NEW = 2
TAO = 10**9
PUBLIC = "8.8.8.8"


def wallet(hotkey, coldkey=ALICE):
    """What the SDK asks of a wallet, over keys that lie in no file."""
    return SimpleNamespace(
        name="peer",
        hotkey_str="peer",
        coldkey=coldkey,
        coldkeypub=coldkey,
        hotkey=hotkey,
        hotkeypub=hotkey,
        unlock_coldkey=lambda: coldkey,
        unlock_hotkey=lambda: hotkey,
        unlock_coldkeypub=lambda: coldkey,
        unlock_hotkeypub=lambda: hotkey,
    )


OWNS = wallet(Keypair.create_from_uri("//Alice/ten/owns"))


def ok(response):
    true(response.success, f"{response.message} {response.error}")
    return response


def tao(amount):
    return Balance.from_tao(amount)


@step("connect")
def connect(chain):
    true(chain.block >= 1, "no block yet")
    equal(chain.substrate.rpc_request("system_chain", [])["result"], "taokit devnet")
    true(chain.get_timestamp(), "no time")


@step("balance")
def balance(chain):
    true(chain.get_balance(ALICE.ss58_address).rao > 900_000 * TAO, "too little")
    many = chain.get_balances(ALICE.ss58_address, DAVE.ss58_address)
    equal(sorted(many), sorted([ALICE.ss58_address, DAVE.ss58_address]))
    equal(chain.get_existential_deposit().rao, 500)


@step("transfer")
def transfer(chain):
    before = chain.get_balance(DAVE.ss58_address).rao
    fee = chain.get_transfer_fee(wallet(MINER), DAVE.ss58_address, tao(1.5))
    sent = ok(chain.transfer(wallet(MINER), DAVE.ss58_address, tao(1.5), wait_for_finalization=True))
    equal(chain.get_balance(DAVE.ss58_address).rao - before, 15 * TAO // 10)
    true(0 <= sent.extrinsic_fee.rao - fee.rao <= 2, f"another fee: {sent.extrinsic_fee} {fee}")


@step("refusals")
def refusals(chain):
    poor = Keypair.create_from_uri("//nobody")
    true(not chain.transfer(wallet(poor, poor), DAVE.ss58_address, tao(1)).success, "it was not refused")
    refused = chain.start_call(wallet(MINER), netuid=1)
    true(not refused.success, "it was not refused")
    true("BadOrigin" in f"{refused.message} {refused.error}", f"{refused.message} {refused.error}")


@step("create subnet")
def create_subnet(chain):
    true(chain.get_subnet_burn_cost().rao > 0, "free of charge")
    ok(chain.register_subnet(OWNS))
    equal(chain.get_all_subnets_netuid(), [0, 1, NEW])
    ok(chain.start_call(OWNS, NEW, wait_for_finalization=True))
    true(chain.is_subnet_active(NEW), "not active")
    equal(chain.get_subnet_owner_hotkey(NEW), OWNS.hotkey.ss58_address)


@step("register")
def register(chain):
    for hotkey in (MINER, OTHER, VALIDATOR):
        ok(chain.burned_register(wallet(hotkey), NEW))
    uids = [chain.get_uid_for_hotkey_on_subnet(key.ss58_address, NEW) for key in (MINER, OTHER, VALIDATOR)]
    equal(uids, [1, 2, 3])
    true(chain.is_hotkey_registered(MINER.ss58_address, NEW), "not registered")
    equal(chain.get_netuids_for_hotkey(MINER.ss58_address), [NEW])
    equal(chain.subnetwork_n(NEW), 4)


@step("sealed")
def sealed(chain):
    """Without waiting for what was sealed: this client looks for it only after a block more, which nobody makes."""
    before = chain.get_balance(DAVE.ss58_address).rao
    options = {"mev_protection": True, "wait_for_revealed_execution": False, "wait_for_finalization": True}
    ok(chain.transfer(wallet(MINER), DAVE.ss58_address, tao(1), **options))
    equal(chain.get_balance(DAVE.ss58_address).rao - before, TAO)


@step("stake")
def stake(chain):
    def held():
        return chain.get_stake(ALICE.ss58_address, VALIDATOR.ss58_address, NEW).rao

    before = held()
    ok(chain.add_stake(wallet(VALIDATOR), NEW, VALIDATOR.ss58_address, tao(100)))
    added = held() - before
    true(added > 0, "nothing was staked")
    ok(chain.unstake(wallet(VALIDATOR), NEW, VALIDATOR.ss58_address, Balance.from_rao(TAO, NEW)))
    equal(held(), before + added - TAO)
    infos = chain.get_stake_info_for_coldkey(ALICE.ss58_address)
    true(any(one.hotkey_ss58 == VALIDATOR.ss58_address for one in infos), "no stake info")


@step("stake with a limit")
def stake_with_a_limit(chain):
    ok(chain.add_stake(wallet(VALIDATOR), 1, VALIDATOR.ss58_address, tao(1), safe_staking=True, rate_tolerance=0.05))
    half = Balance.from_rao(TAO // 2, 1)
    ok(chain.move_stake(wallet(VALIDATOR), 1, VALIDATOR.ss58_address, NEW, VALIDATOR.ss58_address, half))
    true(chain.sim_swap(0, 1, tao(1)), "no quote")


@step("serve axon")
def serve_axon(chain):
    axon = Axon(wallet=wallet(MINER), ip="127.0.0.1", port=8091, external_ip="127.0.0.1", external_port=8091)
    ok(chain.serve_axon(NEW, axon))
    found = chain.metagraph(NEW).axons[1]
    equal((found.ip, found.port, found.hotkey), ("127.0.0.1", 8091, MINER.ss58_address))


@step("hyperparameters")
def hyperparameters(chain):
    call = chain.compose_call("AdminUtils", "sudo_set_commit_reveal_weights_enabled", {"netuid": NEW, "enabled": False})
    ok(chain.sign_and_send_extrinsic(call, OWNS))
    true(not chain.commit_reveal_enabled(NEW), "still on")
    found = chain.get_subnet_hyperparameters(NEW)
    equal((found.tempo, found.commit_reveal_weights_enabled), (360, False))
    equal(chain.tempo(NEW), 360)


@step("set weights")
def set_weights(chain):
    control("dev_setHyperparameter", NEW, "WeightsSetRateLimit", 0)
    control("dev_nextEpoch", NEW)
    ok(chain.set_weights(wallet(VALIDATOR), NEW, [1, 2], [0.75, 0.25], version_key=0))
    ((uid, row),) = [one for one in chain.weights(NEW) if one[1]]
    equal((uid, [one for one, _ in row]), (3, [1, 2]))
    true(abs(row[0][1] / row[1][1] - 3) < 0.001, "other weights")


@step("epoch")
def epoch(chain):
    before, soon = chain.block, chain.blocks_until_next_epoch(NEW)
    control("dev_nextEpoch", NEW)
    equal(chain.block - before, soon)
    equal(chain.blocks_since_last_step(NEW), 0)
    graph = chain.metagraph(NEW)
    equal([int(uid) for uid in graph.uids if graph.I[uid] > 0], [1, 2])
    true(abs(graph.I[1] - 0.75) < 0.001, "another incentive")
    equal(float(graph.D[3]), 1.0)
    true(graph.E[1] > 0, "no emission")


@step("metagraph, lite and full")
def metagraph(chain):
    lite, full = chain.metagraph(NEW), chain.metagraph(NEW, lite=False)
    equal(lite.hotkeys, full.hotkeys)
    equal([float(one) for one in lite.I], [float(one) for one in full.I])
    true(full.W[3][1] > 0, "no weights")
    true(full.B[3][1] > 0, "no bonds")
    true(full.validator_permit[3], "no permit")
    equal(chain.get_metagraph_info(NEW).num_uids, 4)
    true(len(chain.get_all_metagraphs_info()) == 3, "not all subnets")


@step("neurons")
def neurons(chain):
    full, lite = chain.neurons(NEW), chain.neurons_lite(NEW)
    equal([one.hotkey for one in full], [one.hotkey for one in lite])
    equal(full[3].weights[0][0], 1)
    equal(chain.neuron_for_uid(1, NEW).hotkey, MINER.ss58_address)
    equal(chain.get_neuron_for_pubkey_and_subnet(MINER.ss58_address, NEW).uid, 1)


@step("subnets")
def subnets(chain):
    equal([one.netuid for one in chain.all_subnets()], [0, 1, NEW])
    equal(chain.subnet(NEW).owner_coldkey, ALICE.ss58_address)
    equal([one.netuid for one in chain.get_all_subnets_info()], [0, 1, NEW])
    equal(chain.get_subnet_info(NEW).subnetwork_n, 4)
    equal(chain.get_total_subnets(), 3)
    true(chain.get_subnet_price(NEW).tao > 0, "no price")
    true(chain.recycle(NEW).rao > 0, "no burn")


@step("reads")
def reads(chain):
    """The other reads of an account, a hotkey, a subnet or nothing at all."""
    hotkey, coldkey = VALIDATOR.ss58_address, ALICE.ss58_address
    asked = {
        "does_hotkey_exist": (hotkey,), "get_hotkey_owner": (hotkey,), "get_delegates": (),
        "get_delegate_identities": (), "get_delegated": (coldkey,), "get_delegate_by_hotkey": (hotkey,),
        "get_delegate_take": (hotkey,),
        "get_children": (hotkey, NEW), "get_children_pending": (hotkey, NEW), "get_parents": (hotkey, NEW),
        "get_owned_hotkeys": (coldkey,), "get_staking_hotkeys": (coldkey,), "get_stake_weight": (NEW,),
        "get_stake_for_hotkey": (hotkey, NEW), "get_stake_add_fee": (tao(1), NEW), "get_unstake_fee": (NEW, tao(1)),
        "get_minimum_required_stake": (), "get_next_epoch_start_block": (NEW,), "get_last_epoch_block": (NEW,),
        "get_epoch_schedule_state": (NEW,), "get_subnet_epoch_index": (NEW,), "get_pending_epoch_at": (NEW,),
        "get_mechanism_count": (NEW,), "get_mechanism_emission_split": (NEW,), "get_subnet_prices": (),
        "get_subnet_reveal_period_epochs": (NEW,), "get_subnet_validator_permits": (NEW,), "get_start_call_delay": (),
        "get_timelocked_weight_commits": (NEW,), "immunity_period": (NEW,), "difficulty": (NEW,),
        "is_fast_blocks": (), "is_hotkey_delegate": (hotkey,), "is_hotkey_registered_any": (hotkey,),
        "is_in_admin_freeze_window": (NEW,), "last_drand_round": (), "max_weight_limit": (NEW,),
        "min_allowed_weights": (NEW,), "query_identity": (coldkey,), "tx_rate_limit": (), "weights_rate_limit": (NEW,),
        "bonds": (NEW,), "get_all_commitments": (NEW,),
        "get_all_revealed_commitments": (NEW,), "get_auto_stakes": (coldkey,), "get_coldkey_lock": (coldkey, NEW),
        "get_all_ema_tao_inflow": (), "get_proxies": (), "get_proxy_constants": (),
        "get_proxies_for_real_account": (coldkey,), "get_crowdloans": (), "get_crowdloan_constants": (),
        "get_root_claimable_all_rates": (hotkey,), "get_root_claim_type": (coldkey,),
        "get_root_claimed": (coldkey, hotkey, NEW), "get_block_info": (), "get_mev_shield_next_key": (),
        "get_mev_shield_current_key": (), "get_stake_locks": (coldkey, NEW),
        "get_most_convicted_hotkey_on_subnet": (NEW,),
        "get_admin_freeze_window": (), "get_min_tempo": (), "get_max_tempo": (), "get_last_bonds_reset": (NEW, hotkey),
        "get_last_commitment_bonds_reset_block": (NEW, 1), "get_all_neuron_certificates": (NEW,),
        "get_neuron_certificate": (hotkey, NEW), "get_coldkey_swap_announcements": (), "get_coldkey_swap_constants": (),
        "blocks_since_last_update": (NEW, 1), "get_stake_availability_for_coldkeys": ([coldkey],),
        "get_root_claimable_rate": (hotkey, NEW), "get_owner_hyperparam_rate_limit": (),
        "get_liquidity_list": (OWNS, NEW),
    }  # fmt: skip
    failed = []
    for name, given in asked.items():
        try:
            getattr(chain, name)(*given)
        except Exception as error:
            failed.append(f"{name}: {type(error).__name__} {error}")
    equal(failed, [])


@step("tempo")
def tempo(chain):
    ok(chain.set_tempo(wallet(MINER), NEW, 400))
    equal(chain.tempo(NEW), 400)
    ok(chain.trigger_epoch(wallet(MINER), NEW))


@step("commitments")
def commitments(chain):
    ok(chain.set_commitment(wallet(MINER), NEW, "what this miner serves"))
    equal(chain.get_commitment(NEW, 1), "what this miner serves")
    equal(chain.get_all_commitments(NEW), {MINER.ss58_address: "what this miner serves"})


@step("hash commit-reveal")
def commit_and_reveal(chain):
    control("dev_setHyperparameter", NEW, "CommitRevealWeightsEnabled", True)
    control("dev_nextEpoch", NEW)
    given = {"netuid": NEW, "uids": [1, 2], "weights": [32768, 65535], "salt": [7, 8, 9], "version_key": 0}
    ok(chain.commit_weights(wallet(VALIDATOR), **given, wait_for_inclusion=True, wait_for_finalization=True))
    true(not chain.reveal_weights(wallet(VALIDATOR), **given, max_attempts=1).success, "revealed too early")
    control("dev_nextEpoch", NEW)
    ok(chain.reveal_weights(wallet(VALIDATOR), **given))
    ((_, row),) = [one for one in chain.weights(NEW) if one[1]]
    true(abs(row[1][1] / row[0][1] - 2) < 0.001, "other weights")


@step("heads")
def heads(chain):
    """`wait_for_block` returns when the block is there."""
    wanted = chain.block + 2
    later = threading.Thread(target=lambda: (time.sleep(0.5), control("dev_newBlock", {"count": 3})))
    later.start()
    true(chain.wait_for_block(wanted), "it gave up")
    later.join()
    true(chain.block >= wanted, "an earlier block")
    equal(chain.get_block_info(wanted).number, wanted)


@step("revert")
def revert(chain):
    """Everybody is disconnected. The old client reads on and knows nothing undone; a new one submits."""
    saved = control("dev_snapshot")
    before = chain.get_balance(DAVE.ss58_address).rao
    ok(chain.transfer(wallet(MINER), DAVE.ss58_address, tao(1), wait_for_finalization=True))
    height, abandoned = chain.block, control("chain_getBlockHash")
    control("dev_revert", saved)
    equal(chain.get_balance(DAVE.ss58_address).rao, before)
    control("dev_newBlock", {"to": height})
    true(control("chain_getBlockHash") != abandoned, "the same hash")
    with Subtensor(URL) as fresh:
        ok(fresh.transfer(wallet(MINER), DAVE.ss58_address, tao(1), wait_for_finalization=True))
        equal(fresh.get_balance(DAVE.ss58_address).rao, before + TAO)
    equal(chain.get_balance(DAVE.ss58_address).rao, before + TAO)


with Subtensor(URL) as client:
    step.go(client)
