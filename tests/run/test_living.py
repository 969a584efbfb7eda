"""From what was asked for to the place that a process runs at."""

from taokit import Miner, Synapse
from taokit.keys import from_uri
from taokit.neuron import neuron_of
from taokit.run.living import Worker, _place
from taokit.run.options import parse


class Ask(Synapse):
    word: str


class Answers(Miner):
    async def forward(self, synapse: Ask) -> Ask:
        return synapse


def test_the_private_ports_of_workers_follow_one_another(tmp_path):
    asked = ["--netuid", "1", "--workers", "3", "--redis", "redis://127.0.0.1:6379/0", "--private-port", "9100"]
    choices = parse([*asked, "--state-dir", str(tmp_path)], {}, cls=Answers)
    places = [_place(choices, {}, Worker(number, None)) for number in range(3)]
    workers = [neuron_of(Answers, place, signer=from_uri("//miner/0"), chain=None) for place in places]
    assert [worker._watch().private_port for worker in workers] == [9100, 9101, 9102]
