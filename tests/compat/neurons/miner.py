# ruff: noqa: UP006, UP045  written as SDK 10 wants it, which takes typing.Tuple and not tuple
"""A miner in the shape that the subnet template of SDK 10 gave to hundreds: it doubles numbers."""

import argparse
import time
import typing

import bittensor as bt


class Dummy(bt.Synapse):
    """A number to double."""

    dummy_input: int
    dummy_output: typing.Optional[int] = None

    def deserialize(self) -> int:
        return self.dummy_output


class Miner:
    def __init__(self):
        self.config = self.get_config()
        bt.logging(config=self.config, logging_dir=self.config.logging.logging_dir)
        self.wallet = bt.Wallet(config=self.config)
        self.subtensor = bt.Subtensor(config=self.config)
        self.metagraph = self.subtensor.metagraph(self.config.netuid)
        if not self.subtensor.is_hotkey_registered(
            netuid=self.config.netuid, hotkey_ss58=self.wallet.hotkey.ss58_address
        ):
            bt.logging.error(f"Wallet: {self.wallet} is not registered on netuid {self.config.netuid}.")
            raise SystemExit(1)
        self.uid = self.metagraph.hotkeys.index(self.wallet.hotkey.ss58_address)
        bt.logging.info(f"Running neuron on subnet: {self.config.netuid} with uid {self.uid}")
        self.axon = bt.Axon(wallet=self.wallet, config=self.config)
        self.axon.attach(forward_fn=self.forward, blacklist_fn=self.blacklist, priority_fn=self.priority)

    @staticmethod
    def get_config():
        parser = argparse.ArgumentParser()
        parser.add_argument("--netuid", type=int, default=1)
        parser.add_argument("--neuron.epoch_length", type=int, default=100)
        parser.add_argument("--blacklist.force_validator_permit", action="store_true", default=False)
        bt.Wallet.add_args(parser)
        bt.Subtensor.add_args(parser)
        bt.logging.add_args(parser)
        bt.Axon.add_args(parser)
        return bt.Config(parser)

    async def forward(self, synapse: Dummy) -> Dummy:
        synapse.dummy_output = synapse.dummy_input * 2
        return synapse

    async def blacklist(self, synapse: Dummy) -> typing.Tuple[bool, str]:
        if synapse.dendrite is None or synapse.dendrite.hotkey is None:
            return True, "Missing dendrite or hotkey"
        if synapse.dendrite.hotkey not in self.metagraph.hotkeys:
            return True, "Unrecognized hotkey"
        uid = self.metagraph.hotkeys.index(synapse.dendrite.hotkey)
        if self.config.blacklist.force_validator_permit and not self.metagraph.validator_permit[uid]:
            return True, "Non-validator hotkey"
        bt.logging.trace(f"Not Blacklisting recognized hotkey {synapse.dendrite.hotkey}")
        return False, "Hotkey recognized!"

    async def priority(self, synapse: Dummy) -> float:
        caller_uid = self.metagraph.hotkeys.index(synapse.dendrite.hotkey)
        return float(self.metagraph.S[caller_uid])

    def run(self):
        self.axon.serve(netuid=self.config.netuid, subtensor=self.subtensor)
        self.axon.start()
        bt.logging.info(f"Miner starting at block: {self.subtensor.get_current_block()}")
        try:
            while True:
                if self.subtensor.block - int(self.metagraph.block) > self.config.neuron.epoch_length:
                    self.metagraph.sync(subtensor=self.subtensor)
                time.sleep(0.2)
        except KeyboardInterrupt:
            self.axon.stop()
            bt.logging.success("Miner killed by keyboard interrupt.")


if __name__ == "__main__":
    Miner().run()
