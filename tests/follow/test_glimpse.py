import bittensor_core
import pytest

from metagraphs import metagraph
from taokit.chain import Event, PinnedBlock, Storage, arun, run, several
from taokit.chain.events import events_of
from taokit.devnet import Devnet
from taokit.follow.glimpse import EVENTS, answered, glimpse, touched

GRAPHS = {7: metagraph(netuid=7), 8: metagraph(netuid=8, hotkeys=("a", "b", "c", "d", "e"), coldkeys=("f",) * 5)}


def spoken(name, fields, pallet="SubtensorModule"):
    return touched([Event(pallet, name, fields, 0)], GRAPHS)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("AxonServed", (7, "v1")),
        ("WeightsSet", (7, 8)),
        ("NeuronRegistered", (7, 8, "new")),
        ("TimelockedWeightsCommitted", ("b", 7, "0x08", 8)),
        ("SubnetIdentitySet", 7),
        ("ActivityCutoffFactorMilliSet", {"factor_milli": 8, "netuid": 7}),
    ],
)
def test_an_event_speaks_of_the_subnet_it_numbers_first(name, fields):
    assert spoken(name, fields) == {7}


def test_an_event_without_a_number_speaks_of_where_its_accounts_are():
    assert spoken("HotkeySwapped", {"coldkey": "x", "old_hotkey": "b", "new_hotkey": "y"}) == {8}
    assert spoken("ColdkeySwapped", {"old_coldkey": "cold", "new_coldkey": "f"}) == {7, 8}
    assert spoken("ChainIdentitySet", "nobody") == set()


def test_other_mechanisms_other_subnets_and_what_waits_for_the_epoch_change_nothing():
    assert spoken("WeightsSet", (4096 + 7, 8)) == set()
    assert spoken("AxonServed", (9, "v1")) == set()
    assert spoken("StakeAdded", ("cold", "v1", 1, 2, 7, 3)) == set()
    assert spoken("EpochDeferred", {"netuid": 7, "from_block": 1, "to_block": 2}) == set()
    assert spoken("Transfer", (7, 8), pallet="Balances") == set()


def test_it_is_one_request_and_epochs_alone_need_no_events():
    asked = []

    def ask(request):
        asked.append(request)
        return [] if request == EVENTS else (request.item, *request.keys)

    seen = run(glimpse([7, 8]), ask)
    assert seen.last_steps == {7: ("LastMechansimStepBlock", 7), 8: ("LastMechansimStepBlock", 8)}
    assert set(seen.known) == {Storage("SubtensorModule", "ValidatorTrust", (netuid,)) for netuid in (7, 8)}
    assert asked.pop() == EVENTS
    run(glimpse([7, 8], events=False), ask)
    assert EVENTS not in asked


async def test_what_is_known_is_not_asked():
    one, two = Storage("P", "One"), Storage("P", "Two")

    def read():
        first = yield one
        return first, (yield several(PinnedBlock(), two, one)), (yield several(one))

    asked = []

    async def ask(request):
        asked.append(request)
        return "asked"

    assert await arun(answered(read(), {one: 1}), ask) == (1, ["asked", "asked", 1], [1])
    assert asked == [PinnedBlock(), two]


def test_the_records_of_a_chain_are_understood():
    runtime = Devnet.empty().backend().runtime()
    codec = bittensor_core.Runtime(runtime.metadata, runtime.spec_version, runtime.transaction_version)
    served = b"\x02\x07\x1c" + (7).to_bytes(2, "little") + bytes(32) + b"\x00"  # initialization, pallet 7, event 28
    records = codec.decode(codec.storage_entry("System", "Events").value_type, b"\x04" + served)
    (event,) = events_of(records)
    assert (event.name, touched([event], GRAPHS)) == ("AxonServed", {7})
