"""Run in an environment that has substrate-interface: what it does with a devnet, as JSON. Argument: its address."""

import json
import sys

from substrateinterface import Keypair, SubstrateInterface

chain = SubstrateInterface(url=sys.argv[1])
alice, bob = Keypair.create_from_uri("//Alice"), Keypair.create_from_uri("//Bob")
told = {"chain": chain.chain, "properties": chain.properties}
told["account"] = chain.query("System", "Account", [alice.ss58_address]).value["data"]["free"]
told["keys"] = [uid.value for uid, _ in chain.query_map("SubtensorModule", "Keys", [1], page_size=5, max_results=1000)]
before = chain.query("System", "Account", [bob.ss58_address]).value["data"]["free"]
call = chain.compose_call("Balances", "transfer_keep_alive", {"dest": bob.ss58_address, "value": 7})
signed = chain.create_signed_extrinsic(call, alice, era={"period": 64})
receipt = chain.submit_extrinsic(signed, wait_for_finalization=True)
told["success"] = receipt.is_success
told["events"] = [event.value["event_id"] for event in receipt.triggered_events]
told["moved"] = chain.query("System", "Account", [bob.ss58_address]).value["data"]["free"] - before
told["heads"] = chain.subscribe_block_headers(lambda head, number, _: head["header"]["number"])
told["number"] = chain.get_block_number(None)
told["now"] = chain.query("Timestamp", "Now", subscription_handler=lambda value, number, _: value.value)
sys.stdout.write(json.dumps(told))
