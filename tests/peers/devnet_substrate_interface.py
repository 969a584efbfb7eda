"""substrate-interface 1.8.1 at a devnet: what it reads, submits and is told. Argument: the devnet's address."""

import logging

from devnet_steps import URL, Steps, control, equal, true
from substrateinterface import Keypair, SubstrateInterface
from substrateinterface.exceptions import SubstrateRequestException

step = Steps()
ALICE, BOB = Keypair.create_from_uri("//Alice"), Keypair.create_from_uri("//Bob")
TAO = 10**9
BALANCES = {"types": {"Balance": "u64"}}
"""It knows no runtime APIs' types, and takes amounts for wider ones than this chain's."""


def free(chain, address):
    return chain.query("System", "Account", [address]).value["data"]["free"]


def give(chain, rao=TAO, **kept):
    """A transfer from //Alice to //Bob, in a block that is final: its receipt."""
    call = chain.compose_call("Balances", "transfer_keep_alive", {"dest": BOB.ss58_address, "value": rao})
    signed = chain.create_signed_extrinsic(call, ALICE, **kept)
    return chain.submit_extrinsic(signed, wait_for_finalization=True)


@step("connect")
def connect(chain):
    equal(chain.chain, "taokit devnet")
    equal(chain.properties["ss58Format"], 42)
    chain.init_runtime()
    equal(chain.runtime_version, 425)


@step("balance")
def balance(chain):
    true(free(chain, ALICE.ss58_address) > 900_000 * TAO, "too little")
    equal(chain.get_constant("Balances", "ExistentialDeposit").value, 500)


@step("transfer")
def transfer(chain):
    before = free(chain, BOB.ss58_address)
    call = chain.compose_call("Balances", "transfer_keep_alive", {"dest": BOB.ss58_address, "value": TAO})
    fee = chain.get_payment_info(call, ALICE)["partialFee"]
    receipt = give(chain, era={"period": 64})
    true(receipt.is_success, receipt.error_message)
    equal(free(chain, BOB.ss58_address) - before, TAO)
    true(abs(receipt.total_fee_amount - fee) <= 2, f"another fee: {receipt.total_fee_amount} {fee}")


@step("refusals")
def refusals(chain):
    call = chain.compose_call("SubtensorModule", "start_call", {"netuid": 1})
    receipt = chain.submit_extrinsic(chain.create_signed_extrinsic(call, ALICE), wait_for_inclusion=True)
    true(not receipt.is_success, "it was not refused")
    equal(receipt.error_message["name"], "BadOrigin")
    nonce = chain.get_account_nonce(ALICE.ss58_address) - 1
    try:
        give(chain, nonce=nonce)
    except SubstrateRequestException as error:
        equal(error.args[0]["code"], 1010)
    else:
        raise AssertionError("a spent nonce was taken")


@step("map pages")
def map_pages(chain):
    rows = chain.query_map("SubtensorModule", "Keys", [1], page_size=5, max_results=1000)
    equal([uid.value for uid, _ in rows], list(range(12)))
    rows = chain.query_map("SubtensorModule", "Tempo", page_size=1)
    equal({netuid.value: tempo.value for netuid, tempo in rows}[1], 360)
    keys = [chain.create_storage_key("SubtensorModule", name, [1]) for name in ("Tempo", "SubnetworkN")]
    equal([found.value for _, found in chain.query_multi(keys)], [360, 12])


@step("events decoded")
def events(chain):
    receipt = give(chain)
    names = [event.value["event_id"] for event in receipt.triggered_events]
    equal(names, ["Withdraw", "Transfer", "TransactionFeePaid", "ExtrinsicSuccess"])
    moved = receipt.triggered_events[1].value["attributes"]
    equal((moved["from"], moved["to"], moved["amount"]), (ALICE.ss58_address, BOB.ss58_address, TAO))
    block = chain.get_block(receipt.block_hash)
    equal([one.value["call"]["call_function"] for one in block["extrinsics"]], ["set", "transfer_keep_alive"])


@step("serve axon")
def serve_axon(chain):
    miner = Keypair.create_from_uri("//miner/0")
    given = {
        "netuid": 1, "version": 1, "ip": 2130706433, "port": 8091, "ip_type": 4, "protocol": 4,
        "placeholder1": 0, "placeholder2": 0,
    }  # fmt: skip
    call = chain.compose_call("SubtensorModule", "serve_axon", given)
    receipt = chain.submit_extrinsic(chain.create_signed_extrinsic(call, miner), wait_for_finalization=True)
    true(receipt.is_success, receipt.error_message)
    equal(chain.query("SubtensorModule", "Axons", [1, miner.ss58_address]).value["port"], 8091)


@step("batch and sudo")
def batch_and_sudo(chain):
    inner = chain.compose_call("AdminUtils", "sudo_set_tempo", {"netuid": 1, "tempo": 300})
    sudo = chain.compose_call("Sudo", "sudo", {"call": inner})
    gift = chain.compose_call("Balances", "transfer_keep_alive", {"dest": BOB.ss58_address, "value": TAO})
    call = chain.compose_call("Utility", "batch_all", {"calls": [sudo, gift]})
    receipt = chain.submit_extrinsic(chain.create_signed_extrinsic(call, ALICE), wait_for_finalization=True)
    true(receipt.is_success, receipt.error_message)
    equal(chain.query("SubtensorModule", "Tempo", [1]).value, 300)


@step("heads")
def heads(chain):
    start = chain.get_block_number(None)

    def on_head(head, number, _):
        seen.append(head["header"]["number"])
        if len(seen) == 1:
            control("dev_newBlock", {"count": 2})
        return seen if len(seen) == 3 else None

    seen = []
    equal(chain.subscribe_block_headers(on_head), [start, start + 1, start + 2])


@step("storage told of")
def storage_told(chain):
    def on_value(value, number, _):
        seen.append(value.value["data"]["free"])
        if len(seen) == 1:
            control("dev_fund", BOB.ss58_address, 5)
        return seen if len(seen) == 2 else None

    seen = []
    chain.query("System", "Account", [BOB.ss58_address], subscription_handler=on_value)
    equal(seen[1] - seen[0], 5)


@step("revert")
def revert(chain):
    """Everybody is disconnected; the client connects again and sees what is true again."""
    saved = control("dev_snapshot")
    before, height = free(chain, BOB.ss58_address), chain.get_block_number(None) + 1
    abandoned = give(chain).block_hash
    control("dev_revert", saved)
    chain.connect_websocket()
    equal(free(chain, BOB.ss58_address), before)
    receipt = give(chain)
    true(receipt.is_success, receipt.error_message)
    equal(chain.get_block_number(receipt.block_hash), height)
    true(receipt.block_hash != abandoned, "the same hash")
    equal(free(chain, BOB.ss58_address), before + TAO)


@step("the same bytes again")
def same_bytes_again(chain):
    """The same extrinsics over the same state lead to the same state."""
    saved = control("dev_snapshot")
    hashes = [give(chain, rao=one * TAO).block_hash for one in (1, 2)]
    control("dev_newBlock", {"count": 5})
    root = control("dev_stateRoot")
    sent = [control("chain_getBlock", one)["block"]["extrinsics"][1] for one in hashes]
    control("dev_revert", saved)
    for data in sent:
        control("author_submitExtrinsic", data)
    control("dev_newBlock", {"count": 5})
    equal(control("dev_stateRoot"), root)
    true(control("chain_getBlockHash", 3) is not None, "no block")


logging.disable(logging.WARNING)
with SubstrateInterface(url=URL, type_registry=BALANCES) as client:
    step.go(client)
