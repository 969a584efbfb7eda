# ruff: noqa: UP006, UP035, T201  written as SDK 10 wants it, which takes typing.Tuple and not tuple
"""A streaming miner and its client in the shape of SDK 10's streaming tutorial: `streaming.py miner` or `client`."""

import argparse
import asyncio
import time
from functools import partial
from typing import List

import bittensor as bt


class StreamPrompting(bt.StreamingSynapse):
    """Words to say one by one."""

    required_hash_fields = ("messages",)

    roles: List[str]
    messages: List[str]
    completion: str = ""

    async def process_streaming_response(self, response):
        if self.completion is None:
            self.completion = ""
        async for chunk in response.content.iter_any():
            tokens = chunk.decode("utf-8").split("\n")
            for token in tokens:
                if token:
                    self.completion += token
            yield tokens

    def deserialize(self) -> str:
        return self.completion

    def extract_response_json(self, response):
        headers = {k.decode("utf-8"): v.decode("utf-8") for k, v in response.__dict__["_raw_headers"]}

        def extract_info(prefix):
            return {key.split("_")[-1]: value for key, value in headers.items() if key.startswith(prefix)}

        return {
            "name": headers.get("name", ""),
            "timeout": float(headers.get("timeout", 0)),
            "total_size": int(headers.get("total_size", 0)),
            "header_size": int(headers.get("header_size", 0)),
            "dendrite": extract_info("bt_header_dendrite"),
            "axon": extract_info("bt_header_axon"),
            "roles": self.roles,
            "messages": self.messages,
            "completion": self.completion,
        }


def prompt(synapse: StreamPrompting) -> bt.StreamingSynapse.BTStreamingResponse:
    async def _prompt(text, send):
        for word in text.split():
            await send({"type": "http.response.body", "body": (word + "\n").encode("utf-8"), "more_body": True})
            bt.logging.debug(f"Streamed tokens: {word}")

    return synapse.create_streaming_response(partial(_prompt, synapse.messages[-1].upper()))


async def ask(wallet, axon):
    dendrite = bt.Dendrite(wallet=wallet)
    synapse = StreamPrompting(roles=["user"], messages=["one two three"])
    responses = await dendrite([axon], synapse, deserialize=False, streaming=True, timeout=10)
    pieces = []
    for stream in responses:
        async for chunk in stream:
            if isinstance(chunk, list):
                pieces += [token for token in chunk if token]
            else:
                print("completion", chunk.completion, chunk.is_success, flush=True)
    print("pieces", *pieces, flush=True)
    await dendrite.aclose_session()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=["miner", "client"])
    parser.add_argument("--netuid", type=int, default=1)
    parser.add_argument("--miner_uid", type=int, default=1)
    bt.Wallet.add_args(parser)
    bt.Subtensor.add_args(parser)
    bt.Axon.add_args(parser)
    bt.logging.add_args(parser)
    config = bt.Config(parser)
    bt.logging(config=config)
    wallet = bt.Wallet(config=config)
    subtensor = bt.Subtensor(config=config)
    if config.role == "client":
        asyncio.run(ask(wallet, subtensor.metagraph(config.netuid).axons[config.miner_uid]))
        return
    axon = bt.Axon(wallet=wallet, config=config)
    axon.attach(forward_fn=prompt)
    axon.serve(netuid=config.netuid, subtensor=subtensor)
    axon.start()
    while True:
        time.sleep(0.2)


if __name__ == "__main__":
    main()
