# ruff: noqa: UP045  written as SDK 10 wants it, which takes typing.Tuple and not tuple
"""A validator in the shape of the subnet template of SDK 10: moving-average scores, weights once an epoch."""

import argparse
import asyncio
import copy
import random
import typing

import bittensor as bt
import numpy as np


class Dummy(bt.Synapse):
    """A number to double."""

    dummy_input: int
    dummy_output: typing.Optional[int] = None

    def deserialize(self) -> int:
        return self.dummy_output


class Validator:
    def __init__(self):
        self.config = self.get_config()
        bt.logging(config=self.config, logging_dir=self.config.logging.logging_dir)
        self.wallet = bt.Wallet(config=self.config)
        self.subtensor = bt.Subtensor(config=self.config)
        self.metagraph = self.subtensor.metagraph(self.config.netuid)
        self.dendrite = bt.Dendrite(wallet=self.wallet)
        self.uid = self.metagraph.hotkeys.index(self.wallet.hotkey.ss58_address)
        self.hotkeys = copy.deepcopy(self.metagraph.hotkeys)
        self.scores = np.zeros(int(self.metagraph.n), dtype=np.float32)
        self.loop = asyncio.new_event_loop()
        self.step = 0

    @staticmethod
    def get_config():
        parser = argparse.ArgumentParser()
        parser.add_argument("--netuid", type=int, default=1)
        parser.add_argument("--neuron.steps", type=int, default=3)
        parser.add_argument("--neuron.timeout", type=float, default=5.0)
        parser.add_argument("--neuron.moving_average_alpha", type=float, default=0.5)
        bt.Wallet.add_args(parser)
        bt.Subtensor.add_args(parser)
        bt.logging.add_args(parser)
        return bt.Config(parser)

    async def forward(self):
        uids = [uid for uid in range(int(self.metagraph.n)) if self.metagraph.axons[uid].is_serving and uid != self.uid]
        dummy_input = random.randrange(1000)
        responses = await self.dendrite(
            axons=[self.metagraph.axons[uid] for uid in uids],
            synapse=Dummy(dummy_input=dummy_input),
            timeout=self.config.neuron.timeout,
            deserialize=True,
        )
        bt.logging.info(f"Received responses: {responses}")
        rewards = np.array([1.0 if response == dummy_input * 2 else 0.0 for response in responses])
        self.update_scores(rewards, uids)

    def update_scores(self, rewards, uids):
        scattered = np.zeros_like(self.scores)
        scattered[np.array(uids, dtype=np.int64)] = rewards
        alpha = self.config.neuron.moving_average_alpha
        self.scores = alpha * scattered + (1 - alpha) * self.scores
        bt.logging.debug(f"Updated moving avg scores: {self.scores}")

    def resync_metagraph(self):
        previous_metagraph = copy.deepcopy(self.metagraph)
        self.metagraph.sync(subtensor=self.subtensor)
        if previous_metagraph.axons == self.metagraph.axons:
            return
        for uid, hotkey in enumerate(self.hotkeys):
            if hotkey != self.metagraph.hotkeys[uid]:
                self.scores[uid] = 0
        self.hotkeys = copy.deepcopy(self.metagraph.hotkeys)

    def should_set_weights(self):
        waited = self.subtensor.blocks_since_last_update(self.config.netuid, self.uid)
        return waited > self.subtensor.weights_rate_limit(self.config.netuid)

    def set_weights(self):
        raw_weights = self.scores / max(np.abs(self.scores).sum(), 1e-9)
        processed_weight_uids, processed_weights = bt.utils.weight_utils.process_weights_for_netuid(
            uids=self.metagraph.uids,
            weights=raw_weights,
            netuid=self.config.netuid,
            subtensor=self.subtensor,
            metagraph=self.metagraph,
        )
        uint_uids, uint_weights = bt.utils.weight_utils.convert_weights_and_uids_for_emit(
            uids=processed_weight_uids, weights=processed_weights
        )
        result, msg = self.subtensor.set_weights(
            wallet=self.wallet,
            netuid=self.config.netuid,
            uids=uint_uids,
            weights=uint_weights,
            wait_for_finalization=False,
            wait_for_inclusion=True,
        )
        if result is True:
            bt.logging.success("set_weights on chain successfully!")
        else:
            bt.logging.error("set_weights failed", msg)

    def run(self):
        while self.step < self.config.neuron.steps:
            self.resync_metagraph()
            self.loop.run_until_complete(self.forward())
            self.step += 1
        if self.should_set_weights():
            self.set_weights()
        self.loop.run_until_complete(self.dendrite.aclose_session())
        self.loop.close()


if __name__ == "__main__":
    Validator().run()
