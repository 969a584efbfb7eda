import pytest

from chains import TAO
from explorer_scene import ASKING, OPINIONS, OWNER, SCRIPT, TEMPO
from taokit.chain import reads
from taokit.devnet.explorer import Chronicle
from taokit.devnet.explorer.subnets import Subnets


@pytest.fixture(scope="module")
def subnets(scene):
    chronicle = Chronicle(scene.node)
    chronicle.follow()
    yield Subnets(scene, chronicle)
    chronicle.stop()


@pytest.fixture(scope="module")
def graph(scene):
    """The same subnet as a client reads it, through SCALE and another codec."""
    return scene.chain().read(reads.metagraph(1, weights=True, bonds=True))


def test_the_list(subnets):
    root, told = subnets.listed()
    assert (root["netuid"], root["name"], root["nextEpoch"]) == (0, "root", None)
    assert (told["netuid"], told["name"], told["tempo"]) == (1, SCRIPT, TEMPO)
    assert told["nextEpoch"] == told["lastEpoch"] + TEMPO


def test_uids_are_those_that_a_client_reads(subnets, graph):
    told = subnets.subnet(1, 0)["uids"]
    for name, column in (
        ("incentive", graph.incentive),
        ("consensus", graph.consensus),
        ("dividends", graph.dividends),
        ("validatorTrust", graph.validator_trust),
        ("emission", graph.emission),
        ("lastUpdate", graph.last_update),
        ("permit", graph.validator_permit),
        ("active", graph.active),
    ):
        assert [one[name] for one in told] == column.tolist(), name
    assert [one["hotkey"] for one in told] == list(graph.hotkeys)
    assert [one["coldkey"] for one in told] == list(graph.coldkeys)
    assert {one["name"] for one in told} == {"", SCRIPT}


def test_matrices_are_what_was_set(subnets):
    told = subnets.matrices(1, 0)
    assert told["weights"] == [
        [6 + at, sorted([uid, value] for uid, value in opinion.items())] for at, opinion in enumerate(OPINIONS)
    ]
    assert {uid for uid, _ in told["bonds"]} == {6, 7, 8}
    assert subnets.matrices(1, 1)["weights"] == []


def test_price_and_pool(scene, subnets):
    told, chain = subnets.subnet(1, 0), scene.chain()
    assert told["price"] == pytest.approx(chain.read(reads.price(1)).tao * TAO, abs=1)
    assert told["owner"] == told["ownerHotkey"] == OWNER.ss58
    assert (told["ownerUid"], told["commitReveal"]) == (0, True)


def test_identity_and_settings(subnets):
    told = subnets.subnet(1, 0)
    assert told["identity"] == {"subnet_name": SCRIPT, "description": SCRIPT, "subnet_url": "javascript:alert(1)"}
    assert (told["settings"]["Tempo"], told["settings"]["Kappa"]) == (TEMPO, 32767)
    assert "SubnetIdentitiesV3" not in told["settings"] or told["settings"]["SubnetIdentitiesV3"]


def test_epochs_of_mechanisms(subnets):
    (last,) = subnets.epochs(1, 0)
    assert last["incentive"] == [one["incentive"] for one in subnets.subnet(1, 0)["uids"]]
    assert subnets.epochs(1, 1)[0]["incentive"] == []
    assert len(ASKING) == 3
