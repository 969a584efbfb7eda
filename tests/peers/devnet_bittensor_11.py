"""Bittensor 11.3 at a devnet: from an empty account list to a subnet that pays. Argument: the devnet's address."""

import asyncio
import hashlib
from types import SimpleNamespace

import bittensor
from bittensor import intents
from bittensor_core import Keypair
from devnet_steps import URL, Steps, control, equal, true

step = Steps()
ALICE, BOB, CHARLIE, DAVE, OWNER = map(Keypair.from_uri, ("//Alice", "//Bob", "//Charlie", "//Dave", "//owner"))
NEW = 2
TAO = 10**9


def wallet(hotkey, coldkey=ALICE):
    return SimpleNamespace(name="peer", coldkey=coldkey, coldkeypub=coldkey, hotkey=hotkey)


HOTKEYS = [Keypair.from_uri(f"//Alice/hot/{number}") for number in range(3)]
MINER, OTHER, VALIDATOR = HOTKEYS
OWNS = wallet(Keypair.from_uri("//Alice/owns"))


async def done(client, intent, signer):
    """The result of an intent that must succeed."""
    result = await client.execute(intent, signer)
    return result.raise_for_failure()


async def sent(client, call, signer):
    result = await client.submit_call(call, signer)
    return result.raise_for_failure()


async def shielded(intent, signer):
    """The result of an intent that goes through MevShield, and must succeed, from a client of its own.

    11.3 counts one nonce for it and the chain two, so whatever the same client submits next is stale.
    """
    async with bittensor.Subtensor(URL) as client:
        result = (await client.submit_shielded(intent, signer)).raise_for_failure()
    true(result.data["shielded"], "in the open")
    return result


async def refused(client, intent, signer):
    """The error of an intent that must not succeed."""
    try:
        result = await client.execute(intent, signer)
    except bittensor.BittensorError as error:
        return error
    true(not result.success, "it was not refused")
    return result.error


@step("connect")
async def connect(client):
    equal(await client.spec_version(), 425)
    true(await client.block() >= 1, "no block yet")
    true(client.token_symbols[1], "no symbol")


@step("balance")
async def balance(client):
    true((await client.balances.get(ALICE.ss58_address)).rao > 900_000 * TAO, "too little")
    many = await client.balances.get_many([ALICE.ss58_address, BOB.ss58_address])
    equal(sorted(many), sorted([ALICE.ss58_address, BOB.ss58_address]))
    equal((await client.balances.existential_deposit()).rao, 500)


@step("transfer")
async def transfer(client):
    before = await client.balances.get_many([ALICE.ss58_address, DAVE.ss58_address])
    intent = intents.Transfer(dest_ss58=DAVE.ss58_address, amount_tao=1.5)
    plan = await client.plan(intent, wallet(MINER))
    result = await done(client, intent, wallet(MINER))
    after = await client.balances.get_many([ALICE.ss58_address, DAVE.ss58_address])
    gone = before[ALICE.ss58_address].rao - after[ALICE.ss58_address].rao
    equal(after[DAVE.ss58_address].rao - before[DAVE.ss58_address].rao, 15 * TAO // 10)
    equal(gone, 15 * TAO // 10 + result.fee.rao)
    true(0 <= result.fee.rao - plan.fee.rao <= 1, "another fee than planned, where no era was priced")


@step("refusals")
async def refusals(client):
    poor = Keypair.from_uri("//nobody")
    error = await refused(client, intents.Transfer(dest_ss58=BOB.ss58_address, amount_tao=1.0), wallet(poor, poor))
    true("INSUFFICIENT" in str(error.code).upper(), "not about the balance")
    error = await refused(client, intents.Transfer(dest_ss58=BOB.ss58_address, amount_tao=9e6), wallet(MINER))
    true("INSUFFICIENT" in str(error.code).upper(), "not about the balance")
    error = await refused(client, intents.StartCall(netuid=1), wallet(MINER))
    true(error.code, "no code")


@step("create subnet")
async def create_subnet(client):
    cost = await client.subnets.subnet_registration_cost()
    true(cost.rao > 0, "free of charge")
    await done(client, intents.RegisterSubnet(), OWNS)
    found = {one.netuid: one for one in await client.subnets.all()}
    equal(sorted(found), [0, 1, NEW])
    schedule = await client.subnets.subnet_start_schedule(NEW)
    true(schedule, "no schedule")
    await done(client, intents.StartCall(netuid=NEW), OWNS)
    await done(client, intents.SetSubnetIdentity(netuid=NEW, subnet_name="peers"), OWNS)
    equal((await client.subnets.metagraph(NEW)).owner_coldkey, ALICE.ss58_address)


@step("register")
async def register(client):
    for hotkey in HOTKEYS:
        burn = await client.subnets.burn(NEW)
        true(burn.rao > 0, "free of charge")
        async with bittensor.Subtensor(URL) as other:
            result = await done(other, intents.BurnedRegister(netuid=NEW), wallet(hotkey))
        true(result.data["shielded"], "in the open")
    uids = [await client.neurons.uid(hotkey.ss58_address, NEW) for hotkey in HOTKEYS]
    equal(uids, [1, 2, 3])
    equal(await client.neurons.hotkey_owner(MINER.ss58_address), ALICE.ss58_address)
    equal(await client.neurons.netuids_for_hotkey(MINER.ss58_address), [NEW])
    call = bittensor.calls.SubtensorModule.burned_register(netuid=NEW, hotkey=MINER.ss58_address)
    again = await client.submit_call(call, wallet(MINER))
    true("AlreadyRegistered" in str(again.error), again.error)


@step("sealed")
async def sealed(client):
    """Through MevShield: the receipt is that of the extrinsic that was sealed, not of the one that carried it."""
    before = (await client.balances.get(DAVE.ss58_address)).rao
    result = await shielded(intents.Transfer(dest_ss58=DAVE.ss58_address, amount_tao=1.0), wallet(MINER))
    equal((await client.balances.get(DAVE.ss58_address)).rao, before + TAO)
    block, index = map(int, result.extrinsic_id.split("-"))
    equal((len((await client.block_info(block)).extrinsics), index), (3, 2))
    await shielded(intents.AddStake(hotkey_ss58=MINER.ss58_address, netuid=1, amount_tao=1.0), wallet(MINER))
    call = bittensor.calls.SubtensorModule.burned_register(netuid=NEW, hotkey=MINER.ss58_address)
    async with bittensor.Subtensor(URL) as other:
        again = await other.submit_call(call, wallet(MINER), shielded=True)
    true("AlreadyRegistered" in str(again.error), again.error)


@step("stake")
async def stake(client):
    async def held():
        return (await client.staking.get(ALICE.ss58_address, VALIDATOR.ss58_address, NEW)).rao

    before = await held()
    quote = await client.prices.quote_stake(NEW, 100.0)
    true(quote, "no quote")
    stakes = intents.AddStake(
        hotkey_ss58=VALIDATOR.ss58_address, netuid=NEW, amount_tao=100.0, slippage_protection=False
    )
    await done(client, stakes, wallet(VALIDATOR))
    added = await held() - before
    true(added > 0, "nothing was staked")
    unstakes = intents.RemoveStake(
        hotkey_ss58=VALIDATOR.ss58_address, netuid=NEW, amount_alpha=1.0, slippage_protection=False
    )
    await done(client, unstakes, wallet(VALIDATOR))
    true(before < await held() < before + added, "nothing was unstaked")
    positions = await client.staking.positions(ALICE.ss58_address)
    true(any(one.hotkey == VALIDATOR.ss58_address for one in positions), "no position")


@step("stake with a limit")
async def stake_with_a_limit(client):
    stakes = intents.AddStake(hotkey_ss58=VALIDATOR.ss58_address, netuid=1, amount_tao=1.0, rate_tolerance=0.05)
    await done(client, stakes, wallet(VALIDATOR))
    moves = intents.MoveStake(
        origin_hotkey_ss58=VALIDATOR.ss58_address,
        origin_netuid=1,
        dest_hotkey_ss58=MINER.ss58_address,
        dest_netuid=1,
        amount_alpha=0.5,
    )
    await done(client, moves, wallet(VALIDATOR))
    equal((await client.staking.get(ALICE.ss58_address, MINER.ss58_address, 1)).rao > 0, True)


@step("serve axon")
async def serve_axon(client):
    await done(client, intents.ServeAxon(netuid=NEW, ip="127.0.0.1", port=8091), wallet(MINER))
    await done(client, intents.ServePrometheus(netuid=NEW, ip="127.0.0.1", port=8092), wallet(MINER))
    equal((await client.subnets.metagraph(NEW)).neuron(1).axon, "127.0.0.1:8091")
    (row,) = [one for one in await client.neurons.all(NEW, lite=False) if one.uid == 1]
    equal(row.hotkey, MINER.ss58_address)


@step("hyperparameters")
async def hyperparameters(client):
    async def set_one(name, value):
        await done(client, intents.SetHyperparameter(netuid=NEW, name=name, value=value), OWNS)

    true(await client.subnets.commit_reveal_enabled(NEW), "off from the beginning")
    await set_one("commit_reveal_weights_enabled", "false")
    await set_one("immunity_period", 7)
    true(not await client.subnets.commit_reveal_enabled(NEW), "still on")
    found = await client.subnets.subnet_hyperparameters(NEW)
    equal(found["immunity_period"], 7)
    theirs = intents.SetHyperparameter(netuid=1, name="immunity_period", value=7)
    true(await refused(client, theirs, OWNS), "not the owner")


@step("set weights")
async def set_weights(client):
    control("dev_setHyperparameter", NEW, "WeightsSetRateLimit", 0)
    control("dev_nextEpoch", NEW)
    true((await client.subnets.metagraph(NEW)).neuron(3).validator_permit, "no permit")
    await done(client, intents.SetWeights(netuid=NEW, weights={1: 3.0, 2: 1.0}), wallet(VALIDATOR))
    found = (await client.weights.weights(NEW))[3]
    equal(sorted(found), [1, 2])
    true(abs(found[1] / found[2] - 3) < 0.001, "other weights")


@step("epoch")
async def epoch(client):
    status = await client.epochs.epoch_status(NEW)
    soon = await client.epochs.blocks_until_next_epoch(NEW)
    true(status, "no status")
    before = await client.block()
    control("dev_newBlock", {"count": soon - 3})
    waiting = asyncio.create_task(client.wait_for_epoch(NEW, timeout=30))
    await asyncio.sleep(0.3)  # it has subscribed
    control("dev_nextEpoch", NEW)
    ran = await waiting
    equal(ran.block - before, soon)
    graph = await client.subnets.metagraph(NEW)
    equal([uid for uid in range(4) if graph.neuron(uid).incentive > 0], [1, 2])
    equal(graph.neuron(3).dividends, 1.0)
    true(abs(graph.neuron(1).incentive - 0.75) < 0.001, "another incentive")
    true(graph.neuron(1).emission.rao > 0, "no emission")
    true((await client.weights.bonds(NEW))[3], "no bonds")


@step("tempo")
async def tempo(client):
    await sent(client, bittensor.calls.SubtensorModule.set_tempo(netuid=NEW, tempo=400), wallet(MINER))
    equal(int(await client.query(bittensor.storage.SubtensorModule.Tempo, [NEW])), 400)
    await sent(client, bittensor.calls.SubtensorModule.trigger_epoch(netuid=NEW), wallet(MINER))


@step("commitments")
async def commitments(client):
    text = b"what this miner serves"
    info = {"fields": [{f"Raw{len(text)}": "0x" + text.hex()}]}
    call = bittensor.calls.Commitments.set_commitment(netuid=NEW, info=info)
    await sent(client, call, SimpleNamespace(coldkey=MINER, coldkeypub=MINER, hotkey=MINER))
    found = await client.identity.commitment(NEW, MINER.ss58_address)
    true(text.decode() in str(found), "another text")
    true((await client.subnets.metagraph(NEW)).neuron(1).commitment is not None, "not in the metagraph")


@step("hash commit-reveal")
async def commit_and_reveal(client):
    """By calls of its own: 11.3 makes none of these commits, though it reveals them."""
    control("dev_setHyperparameter", NEW, "CommitRevealWeightsEnabled", True)
    control("dev_nextEpoch", NEW)
    pair = wallet(VALIDATOR, VALIDATOR)
    control("dev_fund", VALIDATOR.ss58_address, TAO)
    uids, values, salt = [1, 2], [32768, 65535], [7, 8, 9]
    blob = bytes(VALIDATOR.public_key) + NEW.to_bytes(2, "little")
    for numbers in (uids, values, salt):
        blob += bytes([4 * len(numbers)]) + b"".join(one.to_bytes(2, "little") for one in numbers)
    digest = hashlib.blake2b(blob + (0).to_bytes(8, "little"), digest_size=32).hexdigest()
    call = bittensor.calls.SubtensorModule.commit_weights(netuid=NEW, commit_hash="0x" + digest)
    await sent(client, call, pair)
    early = intents.RevealWeights(netuid=NEW, uids=uids, weights=[0.5, 1.0], salt=salt)
    true(await refused(client, early, pair), "too early")
    control("dev_nextEpoch", NEW)
    await done(client, early, pair)
    found = (await client.weights.weights(NEW))[3]
    true(abs(found[2] / found[1] - 2) < 0.001, "other weights")


@step("children")
async def children(client):
    await done(client, intents.SetChildren(netuid=NEW, children=[(0.25, OTHER.ss58_address)]), wallet(VALIDATOR))
    true(await client.delegation.pending_children(VALIDATOR.ss58_address, NEW), "none wait")
    await done(client, intents.SetTake(take=0.1), wallet(VALIDATOR))
    await done(client, intents.SetIdentity(name="a peer"), OWNS)
    equal((await client.identity.identity(ALICE.ss58_address))["name"], "a peer")


@step("reads")
async def reads(client):
    """Every typed read that the SDK has for an account, a hotkey, a subnet or nothing at all."""
    have = {
        "netuid": NEW, "hotkey_ss58": VALIDATOR.ss58_address, "coldkey_ss58": ALICE.ss58_address, "mechid": 0, "uid": 1,
        "address": ALICE.ss58_address, "coldkey_ss58s": [ALICE.ss58_address], "hotkey_ss58s": [MINER.ss58_address],
        "netuids": [1, NEW], "amount_tao": 1.0, "amount_alpha": 1.0, "block": await client.block(),
        "account_ss58": ALICE.ss58_address, "call_hash": "0x" + "00" * 32, "lite": True,
        "crowdloan_id": 0, "lease_id": 0,
    }  # fmt: skip
    failed = []
    for spec in client.reads():
        wanted = list(spec["params"])
        if not set(wanted) <= set(have):
            failed.append(f"{spec['name']}: no {set(wanted) - set(have)}")
            continue
        try:
            await client.read(spec["name"], **{name: have[name] for name in wanted})
        except Exception as error:
            failed.append(f"{spec['name']}: {type(error).__name__} {error}")
    equal(failed, [])


@step("heads")
async def heads(client):
    wanted = await client.block() + 2
    waiting = asyncio.create_task(client.wait_for_block(wanted, timeout=30))
    await asyncio.sleep(0.3)
    control("dev_newBlock", {"count": 3})
    true((await waiting).number >= wanted, "an earlier block")
    info = await client.block_info(wanted)
    equal(info.number, wanted)
    true(info.extrinsics, "no extrinsic in the block")


@step("revert")
async def revert(client):
    """Everybody is disconnected. The old client reads on and knows nothing undone; a new one submits.

    The old one would submit with the nonce that it counted to, which is ahead of the account's.
    """
    saved = control("dev_snapshot")
    before = (await client.balances.get(BOB.ss58_address)).rao
    gift = intents.Transfer(dest_ss58=BOB.ss58_address, amount_tao=1.0)
    await done(client, gift, wallet(MINER))
    height, abandoned = await client.block(), control("chain_getBlockHash")
    await asyncio.to_thread(control, "dev_revert", saved)
    equal((await client.balances.get(BOB.ss58_address)).rao, before)
    control("dev_newBlock", {"to": height})
    true(control("chain_getBlockHash") != abandoned, "the same hash")
    async with bittensor.Subtensor(URL) as fresh:
        await done(fresh, gift, wallet(MINER))
        equal((await fresh.balances.get(BOB.ss58_address)).rao, before + TAO)
    equal((await client.balances.get(BOB.ss58_address)).rao, before + TAO)


asyncio.run(step.go_each(lambda: bittensor.Subtensor(URL)))
