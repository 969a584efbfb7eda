"""The subnet on a chain inside this process."""

import pytest
from taokit.chain import reads
from taokit.keys import from_uri

from {{ cookiecutter.package }}.backend import Backend
from {{ cookiecutter.package }}.feed import Feed
from {{ cookiecutter.package }}.messages import Prime
from {{ cookiecutter.package }}.miner import SubnetMiner
from {{ cookiecutter.package }}.validator import SubnetValidator

OWNER, STRANGER = from_uri("//owner"), from_uri("//stranger")
FEED = Feed(genesis="00", netuid=1, time=1000.0, scores={"a": 0.5})
RIGHT = {"publisher": OWNER.ss58, "genesis": "00", "netuid": 1, "now": 1010.0}


class Liar(SubnetMiner):
    async def forward(self, synapse: Prime) -> Prime:
        synapse.prime = (synapse.below - 1) // 2 * 2  # even
        return synapse


def test_a_feed_reads_back():
    assert Feed.opened(FEED.signed(OWNER), **RIGHT) == FEED


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (FEED.signed(STRANGER), {}),
        (FEED.signed(OWNER).replace(b"0.5", b"0.6"), {}),
        (FEED.signed(OWNER), {"netuid": 2}),
        (FEED.signed(OWNER), {"genesis": "01"}),
        (FEED.signed(OWNER), {"now": 9000.0}),
        (FEED.signed(OWNER), {"now": 10.0}),
        (FEED.model_copy(update={"scores": {"a": -1.0}}).signed(OWNER), {}),
        (b"[]", {}),
        (b"no feed", {}),
        (b'{"feed": "", "signature": 1}', {}),
    ],
)
def test_no_other_feed_is_believed(data, wrong):
    with pytest.raises(ValueError):
        Feed.opened(data, **{**RIGHT, **wrong})


@pytest.mark.devnet(miners=2, validators=1, auto=False, Tempo=40)
async def test_honest_work_is_paid(devnet, neuron, clock):
    async with (
        neuron(SubnetMiner) as honest,
        neuron(Liar) as liar,
        neuron(Backend, signer=OWNER, allow_private=True, every=5) as backend,
        neuron(SubnetValidator, feed=f"http://127.0.0.1:{backend.port}/feed"),
    ):
        await clock.epochs(3)
    graph = await devnet.async_chain().read(reads.metagraph(1))
    paid = {key: graph.incentive[graph.uid_of(key)] for key in (honest.signer.ss58, liar.signer.ss58)}
    assert paid == {honest.signer.ss58: 65535, liar.signer.ss58: 0}
