from taokit.devnet.runtime import begin_block, end_block
from taokit.devnet.runtime.subtensor import storage
from taokit.devnet.runtime.system import BLOCK_HASH, BLOCK_HASH_COUNT, NUMBER, PARENT_HASH
from taokit.devnet.runtime.timestamp import CURRENT_SLOT, NOW


def test_a_block_knows_its_number_time_and_parent(chain):
    state = chain().state
    begin_block(state, 1, 1_700_000_012_000, b"p" * 32)
    assert (state.number, state[NUMBER], state[NOW]) == (1, 1, 1_700_000_012_000)
    assert state[CURRENT_SLOT] == 1_700_000_012_000 // 12_000
    assert state[PARENT_HASH] == state[BLOCK_HASH, 0] == b"p" * 32
    end_block(state)
    assert state.phase == "Finalization"


def test_old_block_hashes_are_forgotten(chain):
    state = chain("empty", subnet=None).state
    for number in range(1, BLOCK_HASH_COUNT + 3):
        begin_block(state, number, 0, bytes(32))
        state.commit_block()
    assert [(BLOCK_HASH, number) in state for number in (0, 1, 2)] == [False, False, True]


def test_events_of_a_block_bear_their_phase_and_stay_with_it(chain):
    made = chain(tempo=20)
    made.mine(20)
    made.seal()
    assert {event[0] for event in made.state.at(20).events} == {"Initialization"}
    assert made.state.at(19).events == []


def test_going_back_and_mining_again_gives_the_same_state(chain, named):
    made = chain("demo", tempo=20)
    made.mine(15)
    mark = made.state.mark()

    def go_on():
        made.mine(30)
        made.call(named("rich"), "SubtensorModule.burned_register", netuid=1, hotkey=named("new"))
        made.mine(30)
        return sorted(map(repr, made.state.stored())), made.state.events

    first = go_on()
    made.state.rewind(mark)
    assert made.state[storage.UIDS, 1, named("new")] is None
    assert go_on() == first


def test_a_long_run_keeps_balances_and_pools_sound(chain):
    made = chain("demo", tempo=360)
    made.mine(1500)
    state = made.state
    assert state[storage.SUBNET_EPOCH_INDEX, 1] == 4
    assert state[storage.TOTAL_ISSUANCE] - 10**15 - 10**12 <= 1500 * 10**9
    assert min(state[storage.SUBNET_TAO, 1], state[storage.SUBNET_ALPHA_IN, 1]) > 0
