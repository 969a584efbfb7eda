"""Mocks and their tests in the shape of the subnet template of SDK 10: chain, metagraph and dendrite."""

import asyncio
import random

import bittensor as bt
import pytest


class Dummy(bt.Synapse):
    """A number to double."""

    dummy_input: int
    dummy_output: int = 0

    def deserialize(self):
        return self.dummy_output


class MockSubtensor(bt.MockSubtensor):
    def __init__(self, netuid, n=16, wallet=None, network="mock"):
        super().__init__(network=network)
        if not self.subnet_exists(netuid):
            self.create_subnet(netuid)
        if wallet is not None:
            self.force_register_neuron(
                netuid=netuid,
                hotkey_ss58=wallet.hotkey.ss58_address,
                coldkey_ss58=wallet.coldkey.ss58_address,
                balance=100000,
                stake=100000,
            )
        for number in range(1, n + 1):
            self.force_register_neuron(
                netuid=netuid,
                hotkey_ss58=f"miner-hotkey-{number}",
                coldkey_ss58="mock-coldkey",
                balance=100000,
                stake=100000,
            )


class MockMetagraph(bt.Metagraph):
    default_ip, default_port = "127.0.0.0", 8091

    def __init__(self, netuid=1, network="mock", subtensor=None):
        super().__init__(netuid=netuid, network=network, sync=False)
        if subtensor is not None:
            self.subtensor = subtensor
        self.sync(subtensor=subtensor)
        for axon in self.axons:
            axon.ip, axon.port = self.default_ip, self.default_port
        bt.logging.info(f"Metagraph: {self}")


class MockDendrite(bt.Dendrite):
    """Answers by itself, after a time that it makes up."""

    async def forward(self, axons, synapse=None, timeout=12, deserialize=True, run_async=True, streaming=False):
        if streaming:
            raise NotImplementedError("streaming is not mocked")

        async def single_axon_response(axon):
            s = self.preprocess_synapse_for_request(axon, synapse.copy(), timeout)
            process_time = random.uniform(self.min_time, self.max_time)
            if process_time < timeout:
                s.dummy_output = s.dummy_input * 2
                s.dendrite.status_code, s.dendrite.status_message = 200, "OK"
            else:
                s.dendrite.status_code, s.dendrite.status_message = 408, "Timeout"
            s.dendrite.process_time = str(process_time)
            return s.deserialize() if deserialize else s

        return await asyncio.gather(*(single_axon_response(axon) for axon in axons))

    def __str__(self):
        return f"MockDendrite({self.keypair.ss58_address})"


@pytest.mark.parametrize("netuid", [1, 3])
@pytest.mark.parametrize("n", [2, 5])
@pytest.mark.parametrize("wallet", [bt.MockWallet(), None])
def test_mock_subtensor(netuid, n, wallet):
    subtensor = MockSubtensor(netuid=netuid, n=n, wallet=wallet)
    neurons = subtensor.neurons(netuid=netuid)
    assert subtensor.subnet_exists(netuid)
    assert subtensor.network == "mock"
    assert subtensor.chain_endpoint == "ws://mock_endpoint.bt"
    assert len(neurons) == (n if wallet is None else n + 1)
    if wallet is not None:
        assert subtensor.is_hotkey_registered(netuid=netuid, hotkey_ss58=wallet.hotkey.ss58_address)
    for neuron in neurons:
        assert type(neuron) == bt.NeuronInfo  # noqa: E721
        assert subtensor.is_hotkey_registered(netuid=netuid, hotkey_ss58=neuron.hotkey)


@pytest.mark.parametrize("n", [4, 8])
def test_mock_metagraph(n):
    metagraph = MockMetagraph(subtensor=MockSubtensor(netuid=1, n=n))
    assert len(metagraph.axons) == n
    for axon in metagraph.axons:
        assert type(axon) == bt.AxonInfo  # noqa: E721
        assert (axon.ip, axon.port) == (MockMetagraph.default_ip, MockMetagraph.default_port)
        assert axon.is_serving


@pytest.mark.parametrize(("timeout", "min_time", "max_time"), [(0.1, 0, 0.05), (0.1, 0.2, 0.3), (0.1, 0, 0.2)])
def test_mock_dendrite_timings(timeout, min_time, max_time):
    dendrite = MockDendrite(bt.MockWallet())
    dendrite.min_time, dendrite.max_time = min_time, max_time
    axons = MockMetagraph(subtensor=MockSubtensor(netuid=1, n=8)).axons
    responses = asyncio.run(dendrite(axons, synapse=Dummy(dummy_input=21), timeout=timeout, deserialize=False))
    assert len(responses) == len(axons)
    for synapse in responses:
        assert type(synapse.dendrite) == bt.TerminalInfo  # noqa: E721
        assert min_time <= synapse.dendrite.process_time <= max_time
        if synapse.dendrite.process_time >= timeout:
            assert (synapse.dendrite.status_code, synapse.dummy_output) == (408, 0)
        else:
            assert (synapse.dendrite.status_code, synapse.dummy_output) == (200, 42)


def test_mock_neuron():
    wallet = bt.MockWallet()
    subtensor = MockSubtensor(netuid=1, n=3, wallet=wallet)
    uid = subtensor.get_uid_for_hotkey_on_subnet(wallet.hotkey.ss58_address, 1)
    before = subtensor.get_current_block()
    subtensor.do_block_step()
    assert subtensor.get_current_block() == before + 1
    success, message = subtensor.set_weights(wallet=wallet, netuid=1, uids=[1, 2], weights=[0.5, 0.5])
    assert success, message
    assert subtensor.metagraph(1, lite=False).W[uid].tolist() == [0, 0.5, 0.5, 0]
